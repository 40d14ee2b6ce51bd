"""The text of a file: one page of HTML that asks nothing of anybody."""

import json
import re
from collections.abc import Iterable
from functools import cache
from html import escape
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import bokeh
from bokeh.core.json_encoder import serialize_json
from bokeh.document import Document
from bokeh.models import Model

from snnlab.core.palette import CURRENT, DECODED, SPIKE, VOLTAGE, coloured
from snnlab.engine.portable import RUNTIME

from ..cards import EQUATIONS, LOOK, NUMBERS

HERE = files(__package__)
SHARED = ("knobs", "decode", "pictures", "traces")
MODULES = (RUNTIME, *(HERE.joinpath(f"../{name}.js") for name in SHARED))
OWN = tuple(HERE.joinpath(name) for name in ("panel.js", "run.js", "explorer.js", "gallery.js", "page.js"))
IMPORT = re.compile(r'^import (\{.*?\}) from "(?:[^"]*/)?(\w+)\.js"$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)

COLORS = {"v": VOLTAGE, "I": CURRENT, "input": SPIKE, "x": CURRENT, "decoded": DECODED, "raster": SPIKE}


def joined(modules: Iterable[Any]) -> str:
    """Modules of JavaScript as the text of one, in an object `modules`: each stands after those that it imports."""
    return "\n".join(map(_module, modules))


@cache
def card_module(taken: str) -> str:
    """A module that runs kernels and paints small pictures, and exports what is `taken` out of its parts."""
    parts = (*MODULES, *(one for one in OWN if one.name in ("panel.js", "run.js", "gallery.js")))
    return f"const modules = {{}}\n{joined(parts)}\nexport const {taken}"


def _module(path: Any) -> str:
    source, name = path.read_text(), path.name.removesuffix(".js")
    exported = ", ".join(EXPORT.findall(source))
    body = EXPORT.sub("", IMPORT.sub(r"const \1 = modules.\2", source))
    return f"modules.{name} = (() => {{\n{body}\nreturn {{{exported}}}\n}})()"


@cache
def library() -> str:
    """Bokeh's own library: of its parts the one for plots."""
    static = Path(bokeh.__file__).parent / "server" / "static" / "js"
    return (static / "bokeh.min.js").read_text()


@cache
def sheet() -> str:
    knobs, own = (HERE.joinpath(name).read_text() for name in ("../knobs.css", "page.css"))
    return coloured(own + NUMBERS + EQUATIONS + LOOK + knobs)


@cache
def runtime(plots: bool) -> str:
    """The script that brings pages to life: all that are in the document when it runs, and those that come later.

    With `plots`, Bokeh comes along, as nobody else's.
    """
    bokeh_ = f"(function () {{\n{library()}\n}}).call(own)\n" if plots else ""
    start = f"const sheet = {json.dumps(sheet())}\nmodules.page.begin(own.Bokeh, sheet)"
    return inert(f"const own = {{}}, modules = {{}};\n{bokeh_}{joined(MODULES + OWN)}\n{start}")


@cache
def finder() -> str:
    """The script of a view whose cell has no other: it looks for the runtime."""
    return HERE.joinpath("cell.js").read_text()


def inert(script: str) -> str:
    """A script that does not end the element in which it is."""
    return script.replace("</", "<\\/")


def inert_json(data: Any) -> str:
    """Data for an element of a script: without a <, neither end nor comment can be in any text."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", r"\u003c")


def plots_data(figure: Model) -> dict[str, Any]:
    """A figure as Bokeh's JSON, of Bokeh's own classes alone."""
    document = Document()
    document.add_root(figure)
    return {"root_id": figure.id, "doc": json.loads(serialize_json(document.to_json())) | {"defs": []}}


def element(title: str, data: dict[str, Any], still: str) -> str:
    """The page as an element, with what is seen of it where no script runs: its title and a picture."""
    told = {"title": title, "version": version("snnlab"), "colors": COLORS}
    text = inert_json(told | data)
    shown = f"<h3>{escape(title)}</h3>{still}"
    return f'<div class="snnlab-page">{shown}<script type="application/json">{text}</script></div>'


def document(title: str, element: str, plots: bool) -> str:
    """The whole file."""
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    head += f"<title>{escape(title)} · snnlab</title><style>{BODY}</style>"
    script = f'<script type="module">{runtime(plots)}</script>'
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>{element}\n{script}</body></html>\n'


BODY = "html { color-scheme: light dark; } body { margin: 0; background: Canvas; color: CanvasText; }"
