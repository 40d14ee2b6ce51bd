"""The menu of what can be taken out of a page: its link, pictures, data, scripts, a file that lives by itself."""

from collections.abc import Callable, Mapping
from functools import partial
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import param
import segno
from panel.io.state import set_curdoc

from snnlab.core.palette import coloured
from snnlab.models import Experiment

from .file.cases import LARGEST, Case
from .file.save import file_text, page_of
from .here import check_runs
from .live import outcome, served_document, work
from .machine import CannotNow
from .panes.layouts import SHEET as MENU
from .plain import Component
from .report import report_html

SHEET = MENU + coloured(files(__package__).joinpath("export.css").read_text())


class Made(NamedTuple):
    """What a file holds, and what there is to say of it."""

    data: str | bytes
    said: str = ""


class Item(NamedTuple):
    """An entry of the menu: its title, what it is, how the file's name ends, its type.

    `begin(link)` gives what makes the file, of what is shown now at this link, in whatever thread; the page makes by
    itself what has none. So does `check()` what raises ValueError where there can be no such file, in a moment.
    """

    title: str
    doc: str = ""
    ending: str = ""
    type: str = "text/plain"
    begin: Callable[[str], Callable[[], Made]] | None = None
    check: Callable[[], Callable[[], Any]] | None = None


LINK = Item("Copy link", "to what is shown")
QR = Item("QR code", "of the link, for a class", ".svg", "image/svg+xml", lambda link: partial(qr_code, link))
PNG, SVG = Item("PNG", "picture of the plots over time", ".png"), Item("SVG", "the same, to be edited", ".svg")


class Export(Component):
    """*Export* in the header of a page: a menu of `items`, by their keys. `tell(words)` hears why one cannot be made.

    A file is made when it is asked for, in a thread of its own. Its name says what it shows, as the address does, in
    which models stand under one of `families`; the pictures are of the plots whose names begin with `plots`.
    """

    items = param.List([], doc="(key, title, doc, ending, type) of each")
    families = param.List([], item_type=str, doc="under what the address has the model")
    plots = param.String(doc="what the names of plots begin with")
    asked = param.Dict({}, doc="what a hand has chosen: {key}, the link of the page, and how often it did; or {opened}")
    refused = param.Dict({}, doc="why there is none of what is shown, by key")
    busy = param.String(doc="title of what is being made")
    file = param.Dict({}, doc="the last one: {key, data, said}")

    _bundle = "export.js"
    _by_hand = ("asked", "file")

    def __init__(self, items: Mapping[str, Item], tell: Callable[[str], None], **given) -> None:
        shown = [[key, one.title, one.doc, one.ending, one.type] for key, one in items.items()]
        super().__init__(items=shown, stylesheets=[SHEET], margin=0, **given)
        self.makers, self.tell = items, tell
        self.document = served_document()
        self.param.watch(lambda event: self._asked(event.new), "asked")

    def _asked(self, what: dict[str, Any]) -> None:
        if "opened" in what:
            jobs = {key: item.check() for key, item in self.makers.items() if item.check is not None}
            work(self.document, partial(refusals, jobs), self._refuse)
        else:
            self._make(what["key"], what["link"])

    def _refuse(self, found: dict[str, str] | None, error: Exception | None) -> None:
        with set_curdoc(self.document):
            self.refused = found or {}
            if error is not None:
                raise error

    def _make(self, key: str, link: str) -> None:
        item = self.makers.get(key)
        if item is None or item.begin is None or self.busy:
            return
        job, error = outcome(partial(item.begin, link))
        if error is not None:
            self._finish(key, None, error)
            return
        self.busy = item.title
        self.tell("")
        work(self.document, job, partial(self._finish, key))

    def _finish(self, key: str, made: Made | None, error: Exception | None) -> None:
        with set_curdoc(self.document):
            self.busy = ""
            if made is not None:
                self.file = {"key": key, "data": made.data, "said": made.said}
            elif isinstance(error, ValueError | CannotNow):
                self.tell(f"This cannot be saved as {self.makers[key].title}: {str(error).rstrip('.')}.")
            elif error is not None:
                raise error


def refusals(checks: Mapping[str, Callable[[], Any]]) -> dict[str, str]:
    """Why there are none of these files, by their keys."""
    found = {}
    for key, check in checks.items():
        try:
            check()
        except ValueError as error:
            found[key] = str(error)
    return found


def page_item(what: Callable[[], Any]) -> Item:
    """The page as a file; `what()` is what is shown, as `save_html` takes it."""

    def begin(link: str) -> Callable[[], Made]:
        shown = what()
        return lambda: Made(file_text(page_of(shown)))

    def check() -> Callable[[], Any]:
        shown = what()
        return partial(check_runs, shown.experiment, LARGEST, shown.name) if isinstance(shown, Case) else lambda: None

    return Item("HTML", "a page by itself: knobs and plots without a server", ".html", "text/html", begin, check)


def items_of(experiment: Callable[[], Experiment], case: Callable[[], Case], family: str) -> dict[str, Item]:
    """All that there is of an experiment: `experiment()` is the one that is shown, of a model of this `family`, and
    `case()` what it is called as well."""

    def begin_report(link: str) -> Callable[[], Made]:
        shown = case()
        return lambda: Made(report_html(shown, link))

    def item(title: str, doc: str, ending: str, make: Callable[[Experiment], Made], type: str = "text/plain") -> Item:
        return Item(title, doc, ending, type, lambda link: partial(make, experiment().copy()))

    programs = {"snnlab": "Python, the same run"}
    if family == "neuron":
        programs |= dict.fromkeys(("brian2", "norse"), "its first neuron, without noise")
    scripts = {
        name: item(f"{title} script", doc, f"-{name}.py", partial(_script, name), "text/x-python")._replace(
            check=partial(_checked, experiment, name)
        )
        for name, doc in programs.items()
        if (title := name if name == "snnlab" else name.capitalize())
    }
    return {
        "link": LINK,
        "qr": QR,
        "png": PNG,
        "svg": SVG,
        "csv": item("CSV", "table: time, stimulus, variables, spikes", ".csv", _csv, "text/csv"),
        "netcdf": item("NetCDF", "the same with units, and the experiment", ".nc", _netcdf, "application/x-netcdf"),
        "json": item("JSON", "the experiment; can be dropped here again", ".json", _json, "application/json"),
        **scripts,
        "html": page_item(case),
        "report": Item("Lab report", "to fill in and print", "-report.html", "text/html", begin_report),
    }


def qr_code(link: str) -> Made:
    """The link as a picture that a phone reads. Raises ValueError where it is too long."""
    try:
        code = segno.make(link, error="l", micro=False)
    except segno.DataOverflowError as error:
        raise ValueError(
            f"a link of {len(link):,} characters is longer than such a code may be: pin fewer runs, or send the link"
        ) from error
    return Made(code.svg_inline(scale=8, border=4, light="white"), link)


def _checked(experiment: Callable[[], Experiment], program: str) -> Callable[[], str]:
    return partial(experiment().copy().script, program)


def _script(program: str, experiment: Experiment) -> Made:
    return Made(experiment.script(program))


def _json(experiment: Experiment) -> Made:
    return Made(experiment.to_json(indent=2) + "\n")


def _csv(experiment: Experiment) -> Made:
    result = experiment.run()
    return Made(result.recording.to_csv() or "", _stopped(result))


def _netcdf(experiment: Experiment) -> Made:
    result = experiment.run()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "run.nc"
        result.recording.save(path)
        return Made(path.read_bytes(), _stopped(result))


def _stopped(result: Any) -> str:
    return (
        "" if result.failure is None else f"The run stopped at {result.failure.time:.4g} ms, and the file ends there."
    )
