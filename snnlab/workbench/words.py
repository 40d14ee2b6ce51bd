"""Text that changes while a page is used.

A Material UI component keeps its text in the browser and, where that is behind, writes an older one over a newer, on
the server too. These panes only show what they are sent.
"""

from html import escape

import panel as pn


class Words(pn.pane.Markdown):
    """Markdown of some size in px."""

    def __init__(self, size: int = 14, **layout) -> None:
        sheet = f":host {{ font-size: {size}px; line-height: 1.43; }} p {{ margin: 0.25em 0; }}"
        super().__init__("", stylesheets=[sheet], sizing_mode="stretch_width", **layout)


class Notice(pn.pane.HTML):
    """A message to the person at the page, hidden while there is none: always text, whatever it quotes."""

    def __init__(self, text: str = "", severity: str = "warning") -> None:
        super().__init__("", stylesheets=[NOTICE], sizing_mode="stretch_width", margin=(4, 10))
        self.severity = severity
        self.say(text)

    def say(self, text: str) -> None:
        """Show a message; "" hides it. It may quote an address or a file's name."""
        shown = f'<div role="alert" class="{self.severity}">{escape(text)}</div>' if text else ""
        self.param.update(object=shown, visible=bool(text))


NOTICE = """
[role=alert] { font-size: 14px; line-height: 1.43; padding: 8px 12px; border-radius: 4px; border: 1px solid; }
[role=alert]::before { content: "⚠"; font-size: 16px; margin-right: 10px; }
.warning { border-color: #ed6c02; background: rgba(237, 108, 2, 0.08); }
.error { border-color: #d32f2f; background: rgba(211, 47, 47, 0.08); }
.warning::before { color: #ed6c02; }
.error::before { color: #d32f2f; }
"""
