"""What a notebook keeps of a view: the widget for a kernel, and a page that lives where there is none."""

import gzip
import json
import sys
from base64 import b64encode
from pathlib import Path
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


def shell() -> Any:
    """IPython's shell in a kernel, None elsewhere."""
    ipython = sys.modules.get("IPython")
    found = ipython.get_ipython() if ipython is not None else None
    return found if found is not None and "IPKernelApp" in found.config else None


def running_cell() -> str:
    """The cell that runs, by its name where the front end tells it, else by what it says; "" outside of notebooks."""
    parent = here.get_parent() if (here := shell()) is not None else {}
    return parent.get("metadata", {}).get("cellId") or parent.get("content", {}).get("code", "")


def kernel_name() -> str:
    """What a front end calls this kernel: it stands in the name of the file by which they found one another."""
    here = shell()
    return Path(here.config["IPKernelApp"].get("connection_file", "")).stem.removeprefix("kernel-") if here else ""


begins = Once()


def script() -> str:
    """The script of a view in the cell that runs: all that a notebook needs, or what looks for that."""
    if begins():
        return f'<script type="module" class="snnlab-runtime">{text.runtime(plots=True)}</script>'
    return f'<script type="module">{text.finder()}</script>'


def with_page(bundle: Any, case: Case) -> Any:
    """What Panel gives to a notebook (data, or data and metadata), and the page as its HTML.

    The widget that was HTML before comes along, packed: where its kernel runs, it is unpacked. Nothing changes where
    no page can be made, or where HTML is not what shows the widget.
    """
    data, *more = bundle if isinstance(bundle, tuple) else (bundle,)
    if not data or data.get(HTML) == HIDDEN:
        return bundle
    try:
        element = page_of(case, presets=False).element
    except ValueError:
        return bundle
    if HTML in data:
        widget = f'<script type="text/plain" data-kernel="{kernel_name()}">{packed(data[HTML])}</script>'
        element = element.removesuffix("</div>") + widget + "</div>"
    found = data | {HTML: element + script()}
    return (found, *more) if isinstance(bundle, tuple) else found


def packed(html: str) -> str:
    """HTML in few letters: what it repeats, as Panel does whole libraries, is there once."""
    known: dict[str, int] = {}
    order = [known.setdefault(part, len(known)) for part in html.split('"')]
    return b64encode(gzip.compress(json.dumps({"parts": list(known), "order": order}).encode())).decode()


HTML = "text/html"
HIDDEN = '<div style="display: none"></div>'  # in VS Code, where the widget is an output of its own
