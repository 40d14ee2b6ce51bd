"""A button that saves what a page shows as a file."""

from collections.abc import Callable
from typing import Any

import param
from panel.io.state import set_curdoc

from ..live import outcome, served_document, workers
from ..plain import Component
from .save import file_text, page_of


class SaveButton(Component):
    """*Save as HTML*: `what()` is what is shown, as `save_html` takes it; `tell(words)` hears why it cannot be saved.

    The file is made when it is asked for, in a thread of its own.
    """

    asked = param.Integer(0, doc="how often it was pressed")
    busy = param.Boolean(False, doc="a file is being made")
    file = param.Dict({}, doc="name and text of the last file")

    _bundle = "button.js"
    _by_hand = ("asked", "file")

    def __init__(self, name: str, what: Callable[[], Any], tell: Callable[[str], None]) -> None:
        super().__init__(stylesheets=[SHEET], margin=0)
        self.file_name, self.what, self.tell = f"snnlab-{name}.html", what, tell
        self.document = served_document()
        self.param.watch(lambda event: self._save(), "asked")

    def _save(self) -> None:
        what, error = outcome(self.what)
        if error is not None:
            self._finish(None, error)
            return
        self.busy = True
        self.tell("")
        workers.submit(self._work, what)

    def _work(self, what: Any) -> None:
        made = outcome(lambda: file_text(page_of(what)))
        if self.document is not None and self.document.session_context is not None:
            self.document.add_next_tick_callback(lambda: self._finish(*made))

    def _finish(self, text: str | None, error: Exception | None) -> None:
        with set_curdoc(self.document):
            self.busy = False
            if text is not None:
                self.file = {"name": self.file_name, "text": text}
            elif isinstance(error, ValueError):
                self.tell(f"This cannot be saved as a file: {error}.")
            elif error is not None:
                raise error


SHEET = """
button {
  font: inherit; font-size: 13px; color: white; background: transparent; white-space: nowrap; cursor: pointer;
  border: 1px solid currentColor; border-radius: 4px; padding: 4px 10px; opacity: 0.85;
}
button:hover, button:focus-visible { opacity: 1; }
button:disabled { opacity: 0.5; cursor: default; }
"""
