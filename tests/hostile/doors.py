"""All doors by which something of a person comes in, and files of the package in which they stand.

A door takes what came, text or bytes, and gives what it made of it or raises ValueError. `PLACES` has every file that
reads what it has not written itself, or that might (`READS`); `test_doors.py` fails where one is not named here.
"""

import ast
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from snnlab.models import Experiment, neuron, neuron_from_brian2, table
from snnlab.models.typed import typed_model
from snnlab.models.units import number
from snnlab.workbench import Explorer
from snnlab.workbench.board import EncoderBoard
from snnlab.workbench.drop import content
from snnlab.workbench.gallery import factors_of
from snnlab.workbench.pages import named
from snnlab.workbench.panes.layouts import layout_of
from snnlab.workbench.pins import pinned_experiment

ROOT = Path(__file__).parents[2]


class Door(NamedTuple):
    """What comes in by it, and how it is opened; `slow` ones build parts of a page."""

    what: str
    open: Callable[[Any], Any]
    slow: bool = False


def dropped(ending: str) -> Callable[[bytes], Any]:
    return lambda data: content(f"a.{ending}", data)


def query(text: str) -> dict[str, str]:
    return dict(parse_qsl(text, keep_blank_values=True))


_explorer = cache(Explorer)


def laid_out(text: str) -> Any:
    """A layout, and panes as it says."""
    explorer = _explorer()
    before = explorer.experiment.to_json()
    explorer.panes.open(layout_of(text))
    assert explorer.experiment.to_json() == before
    return explorer


FILES = {
    ending: Door(what, dropped(ending))
    for ending, what in {
        "csv": "a table, dropped",
        "tsv": "a table, dropped",
        "txt": "a table, dropped",
        "abf": "a recording in Axon Binary Format, dropped",
        "nwb": "a recording in Neurodata Without Borders, dropped",
        "nc": "a recording that snnlab saved as NetCDF, dropped",
        "json": "an experiment, dropped",
        "npz": "what is not read at all",
        "gz": "what is not read at all",
    }.items()
}
TEXTS = {
    "link": Door("an experiment in an address", Experiment.from_query),
    "named": Door("the query of a page", lambda text: named("neuron", query(text))),
    "pin": Door("a run that an address pins", pinned_experiment),
    "factors": Door("the query of the gallery", lambda text: factors_of(query(text))),
    "board": Door("the query of the encoders' board", lambda text: EncoderBoard(query(text)), slow=True),
    "layout": Door("a saved layout", layout_of),
    "laid out": Door("a saved layout, with its panes", laid_out, slow=True),
    "typed": Door("typed equations", neuron),
    "typed model": Door("typed equations of a link", lambda text: typed_model("equations", text, None)),
    "Brian2": Door("equations of Brian2", lambda text: neuron_from_brian2(text, "v > 1*mV", "v = 0*mV")),
    "table": Door("a pasted table", table),
    "number": Door("a number with a unit", lambda text: number("tau", text, "ms")),
    "JSON": Door("an experiment as JSON", Experiment.from_json),
}
DOORS = FILES | TEXTS

READS = re.compile(
    r"json\.loads?\(|h5py\.File|pyabf\.ABF|read_csv|parse_qsl|\bopen\(|load_dataset|session_args|state\.cookies"
    r"|request\.(?:cookies|arguments|headers|body|files)|get_argument|frombuffer|\.read_bytes\(|os\.environ"
    r"|def _handle_msg|_by_hand = |parse_args|\.recv\(|recv_fds|TextInput\(|unpack_from|np\.load\(|\bstdin\b|sys\.argv"
)
HAND = "what a hand does on a page, as its script says it: of the parameter's type"
OURS = "what snnlab or the machine itself has written"
PLACES = {
    "snnlab/__main__.py": "the command line, of whoever serves",
    "snnlab/engine/ends.py": "nc",
    "snnlab/engine/hdf5.py": "nc nwb",
    "snnlab/engine/labelled.py": "nc",
    "snnlab/engine/memory.py": OURS,
    "snnlab/engine/optimise.py": OURS,  # what a process tells its worker
    "snnlab/engine/slices.py": OURS,
    "snnlab/engine/summary.py": OURS,
    "snnlab/engine/triton_run.py": OURS,
    "snnlab/functional/table.py": OURS,
    "snnlab/models/exchange/data.py": "json JSON",
    "snnlab/models/exchange/link.py": "link named pin",
    "snnlab/models/limits.py": "the environment, of whoever serves",
    "snnlab/models/recordings/abf.py": "abf",
    "snnlab/models/recordings/files.py": "csv tsv txt abf nwb npz gz",
    "snnlab/models/recordings/nwb.py": "nwb",
    "snnlab/models/recordings/protocol.py": "abf",
    "snnlab/models/recordings/tables.py": "csv tsv txt table",
    "snnlab/models/result.py": "nc",  # of a recording that a script resumes
    "snnlab/models/stubs.py": OURS,
    "snnlab/workbench/__init__.py": "the environment, of whoever serves",
    "snnlab/workbench/access.py": "what whoever serves says of passwords; what is typed for one, which is "
    "compared; what of a request would name a session, which is refused",
    "snnlab/workbench/chooser.py": HAND + "; its files are those of `files.py`",
    "snnlab/workbench/controls.py": HAND,
    "snnlab/workbench/drawer.py": HAND,
    "snnlab/workbench/drop.py": "nc json csv",
    "snnlab/workbench/entrance/questions.py": OURS,
    "snnlab/workbench/equations_field.py": HAND + "; its text is that of `typed`",
    "snnlab/workbench/export.py": HAND,
    "snnlab/workbench/file/text.py": OURS,
    "snnlab/workbench/gallery.py": HAND,
    "snnlab/workbench/here.py": HAND,
    "snnlab/workbench/history.py": HAND + "; its query is that of `named`",
    "snnlab/workbench/pages.py": "named pin layout factors board, and cookies",
    "snnlab/workbench/panes/found_map.py": OURS,
    "snnlab/workbench/panes/layouts.py": "layout",
    "snnlab/workbench/panes/map.py": HAND,
    "snnlab/workbench/panes/menu.py": HAND,
    "snnlab/workbench/panes/pane.py": HAND,
    "snnlab/workbench/panes/plane.py": HAND,
    "snnlab/workbench/panes/regimes.py": OURS,
    "snnlab/workbench/panes/sweeps.py": HAND,
    "snnlab/workbench/parts.py": HAND,
    "snnlab/workbench/pins.py": HAND + "; pin",
    "snnlab/workbench/processes.py": "the head of a request: a cookie's number",
    "snnlab/workbench/server.py": "the environment, of whoever serves",
    "snnlab/workbench/static.py": "a request's headers: whether it takes gzip",
    "snnlab/workbench/widgets.py": HAND + "; a file in pieces",
    "snnlab/workbench/worker.py": "a request's cookie",
}  # names of doors, or what else it is


def reading() -> set[str]:
    """The files of the package in which something is read, told from words in their docstrings."""
    found = set()
    for path in [*(ROOT / "snnlab").rglob("*.py"), *(ROOT / "apps").rglob("*.py")]:
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                node.value.value = ""
        if READS.search(ast.unparse(tree)):
            found.add(str(path.relative_to(ROOT)))
    return found
