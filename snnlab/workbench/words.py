"""HTML text that is updated while the page is open.

Panel's own panes send their style anew with each text, and Bokeh's Div builds itself anew. Here nothing
but the text travels, one way.
"""

import asyncio
import logging
import traceback
from html import escape, unescape
from typing import Any
from weakref import ref

import panel as pn
from bokeh.io import doc
from bokeh.models import CustomJS
from panel.models import HTML
from tornado.websocket import WebSocketClosedError

from snnlab.core.names import writable
from snnlab.core.palette import coloured

from .plain import Plain

log = logging.getLogger(__name__)
LONGEST = 2000  # characters of a message

# A new text builds <details> anew: those that their `ontoggle` has told to be unfolded are unfolded again, before it is
# painted. `UNFOLDED` is to be set into their tags.
UNFOLDED = "ontoggle=\"this.getRootNode().host.toggleAttribute('unfolded', this.open)\""
UNFOLD = """
const view = Bokeh.index.find_one(cb_obj);
if (view?.el.hasAttribute("unfolded")) view.shadow_el.querySelectorAll("details").forEach(one => { one.open = true });
"""


class Words(Plain):
    """HTML, with a style sheet of its own; with `unfolds`, <details> with `UNFOLDED` stay as a person leaves them.

    In a document it has a `name`.
    """

    def __init__(
        self, sheet: str = "", margin=(4, 10), html: str = "", *, name: str | None = None, unfolds: bool = False
    ) -> None:
        given = {"sizing_mode": "stretch_width", "margin": margin, "name": name}
        model = HTML(text=escape(html), disable_math=True, stylesheets=[coloured(BASE + sheet)], **given)
        if unfolds:
            model.js_on_change("text", CustomJS(code=UNFOLD))
        super().__init__(model)

    @property
    def html(self) -> str:
        return unescape(self.object.text)

    @html.setter
    def html(self, html: str) -> None:
        if (text := escape(html)) != self.object.text:
            self.object.text = text


class Notice(Words):
    """A message to the person at the page, hidden while there is none: always text, whatever it quotes."""

    def __init__(self, text: str = "", severity: str = "warning") -> None:
        super().__init__(NOTICE)
        self.severity = severity
        self.say(text)

    def say(self, text: str) -> None:
        """Show a message; "" hides it. It may quote an address or a file's name."""
        if text:
            shown = escape(writable(text if len(text) <= LONGEST else text[:LONGEST] + " …"))
            text = f'<div role="alert" class="{self.severity}">{shown}</div>'
        self.html = text
        self.object.visible = bool(text)


def tell_faults(notice: Notice) -> None:
    """Show and log what any callback of this session raises from now on, instead of nothing on the page."""
    there = ref(notice)  # the library keeps the handler for as long as anything of the session lives

    def handle(error: BaseException) -> None:
        steps = traceback.walk_tb(error.__traceback__)
        if not any(frame.f_code.co_name == "_process_events" for frame, _ in steps):  # else Panel has logged it
            log.error("A callback failed", exc_info=error)
        if (shown := there()) is not None:
            shown.say(f"Something went wrong: {error or type(error).__name__}. The page can still be used.")

    pn.config.exception_handler = handle


def forgive_leaving() -> None:
    """A visitor who leaves while a picture is on its way is no fault, and nothing to be logged by the event loop."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:  # nobody is served
        return
    if loop.get_exception_handler() is None:
        loop.set_exception_handler(_lost)


def forget_session(context: Any) -> None:
    """A session that ends is nobody's current one: Bokeh keeps one in which an exception was raised, for everybody."""
    document = context._document
    doc._PATCHED_CURDOCS[:] = [one for one in doc._PATCHED_CURDOCS if one() not in (None, document)]


def _lost(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    if not isinstance(context.get("exception"), WebSocketClosedError):
        loop.default_exception_handler(context)


SMALL = ":host { font-size: 12px; opacity: 0.8; }"
BASE = """
:host { font-size: 14px; line-height: 1.43; }
p { margin: 0.25em 0; }
summary { cursor: pointer; width: fit-content; }
summary:focus-visible { outline: 2px solid $VOLTAGE; }
details ul { margin: 0.25em 0; padding-left: 1.2em; font-size: 13px; }
"""
NOTICE = """
[role=alert] { padding: 8px 12px; border-radius: 4px; border: 1px solid; }
[role=alert]::before { content: "⚠"; font-size: 16px; margin-right: 10px; }
.warning { border-color: $WARNING; background: rgba(237, 108, 2, 0.08); }
.error { border-color: $ERROR; background: rgba(211, 47, 47, 0.08); }
.warning::before { color: $WARNING_WORDS; }
.error::before { color: $ERROR_WORDS; }
"""
