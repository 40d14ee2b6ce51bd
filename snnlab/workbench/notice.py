"""A message to the person at the page: always text, whatever it quotes."""

from html import escape

import panel_material_ui as pmui


class Notice(pmui.Alert):
    """An alert that is hidden while it has nothing to say."""

    def __init__(self, text: str = "", severity: str = "warning", **layout) -> None:
        super().__init__(severity=severity, sizing_mode="stretch_width", margin=(4, 10), **layout)
        self.say(text)

    def say(self, text: str) -> None:
        """Show a message; "" hides it. An alert shows HTML, and a message may quote an address or a file's name."""
        self.param.update(object=escape(text), visible=bool(text))
