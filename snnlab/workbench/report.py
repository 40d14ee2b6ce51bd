"""A report of an experiment that is filled in and printed: question, setup, pictures, numbers, conclusion."""

from datetime import date
from html import escape
from importlib.metadata import version
from importlib.resources import files
from typing import Any, NamedTuple

from jinja2 import Template

from snnlab.core import Quantity
from snnlab.models import Experiment
from snnlab.models.portable import owners
from snnlab.models.stimuli.sources import Rows

from .cards import equations_html, numbers_html, stopped
from .file.cases import Case, group_of, in_groups, words
from .scenes import scene_of
from .words import UNFOLDED

PICTURES = "<!-- pictures -->"  # where the page puts its pictures
COMPUTING = ("record", "every", "device", "backend")  # of the run, which change nothing of what is seen
TEMPLATE = Template(files(__package__).joinpath("report.html").read_text())


class Values(NamedTuple):
    """Knobs and their values, in words."""

    title: str
    rows: list[tuple[str, str]]


def report_html(case: Case, link: str) -> str:
    """The report of an experiment that `link` opens, run anew; with `PICTURES` where these belong.

    Raises ValueError for what cannot be run.
    """
    experiment = case.experiment
    model = experiment.model
    result = experiment.run()
    scene = scene_of(model)
    drawn = scene.prepare(model)(result)
    return TEMPLATE.render(
        title=escape(case.name),
        date=date.today().isoformat(),
        about=words(case),
        equations=equations_html(model.equations() + experiment.stimulus.equations()),
        setup=setup(experiment),
        numbers=numbers_html(drawn.numbers),
        trouble=stopped(result.failure) if result.failure else "",
        remark=scene.remark(result).replace(UNFOLDED, "open"),
        version=version("snnlab"),
        link=link,
    )


def setup(experiment: Experiment) -> list[Values]:
    """What a run depends on, by what has it."""
    found = []
    parts = owners(experiment)
    for key in in_groups(parts):
        knobs, first, title = parts[key], key.partition(".")[0], group_of(key)
        if first == "initial" and experiment.initial.at_rest:
            continue
        if first == "stimulus":
            title += f": {knobs.kind.title}"
        names = knobs.of_part("run") if first in ("model", "cell") else knobs.values()
        rows = [_row(knobs, name) for name in names if name not in COMPUTING]
        if first == "stimulus" and isinstance(knobs.kind.source, Rows):
            rows.append((knobs.kind.source.doc, "; ".join(", ".join(f"{x:g}" for x in row) for row in knobs.source)))
        found += [Values(title, rows)] if rows else []
    return found


def _row(knobs: Any, name: str) -> tuple[str, str]:
    mark, value = knobs.annotation(name), knobs.values()[name]
    unit = f" {mark.unit}" if isinstance(mark, Quantity) and mark.unit != "1" else ""
    number = f"{value:.6g}" if isinstance(value, float) else str(value)
    return f"{knobs.param[name].label} · {mark.doc}", number + unit
