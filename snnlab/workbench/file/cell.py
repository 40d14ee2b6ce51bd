"""What a notebook keeps of a view: the widget for a kernel, and a page that lives where there is none."""

import gzip
import sys
from base64 import b64encode
from typing import Any

from . import text
from .cases import Case
from .save import page_of


class Once:
    """Whether the cell that runs is the one that asked first: what it shows has what a notebook needs once."""

    def __init__(self) -> None:
        self.first: str | None = None

    def __call__(self) -> bool:
        cell = running_cell()
        if self.first is None:
            self.first = cell
        return cell == self.first


def running_cell() -> str:
    """The cell that runs, by its name where the front end tells it, else by what it says; "" outside of notebooks."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    parent = shell.get_parent() if shell is not None and "IPKernelApp" in shell.config else {}
    return parent.get("metadata", {}).get("cellId") or parent.get("content", {}).get("code", "")


begins = Once()


def script() -> str:
    """The script of a view in the cell that runs: all that a notebook needs, or what looks for that."""
    if begins():
        return f'<script type="module" class="snnlab-runtime">{text.runtime(plots=True)}</script>'
    return f'<script type="module">{text.finder()}</script>'


def with_page(bundle: Any, case: Case) -> Any:
    """What Panel gives to a notebook (data, or data and metadata), and the page as its HTML.

    The widget that was HTML before comes along, packed: a page in which a kernel answers unpacks it. As it was, where
    no page can be made, or where HTML is not what shows the widget.
    """
    data, *more = bundle if isinstance(bundle, tuple) else (bundle,)
    if not data or data.get(HTML) == HIDDEN:
        return bundle
    try:
        page = page_of(case, presets=False)
    except ValueError:
        return bundle
    widget = f'<script type="text/plain">{packed(data[HTML])}</script>' if HTML in data else ""
    element = page.element.removesuffix("</div>") + f"{widget}</div>"
    found = data | {HTML: element + script()}
    return (found, *more) if isinstance(bundle, tuple) else found


def packed(html: str) -> str:
    """HTML in a sixth of the letters."""
    return b64encode(gzip.compress(html.encode())).decode()


HTML = "text/html"
HIDDEN = '<div style="display: none"></div>'  # in VS Code, where the widget is an output of its own
