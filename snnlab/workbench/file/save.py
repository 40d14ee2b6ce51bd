"""Save a model, an experiment, a preset or a gallery of them as a page that lives by itself."""

from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from snnlab.analysis import trace
from snnlab.core import refused
from snnlab.core.palette import LEVELS, VOLTAGE
from snnlab.core.svg import plot
from snnlab.models import Preset
from snnlab.models.portable import check_portable
from snnlab.views import Data, Stack

from ..cards import MEASURES, OF_ALL, STOPPED, counted, numbers_html
from ..here import MOST, TOO_LONG
from ..scenes import scene_of
from . import text
from .cases import LARGEST, SMALL, Case, Cases, alone, case_of, pictures, shares, with_presets

LEAST = 26  # px of a plot, times its weight: half of a phone is for plots
MORE = 50_000  # bytes for each further one
NOTHING = np.zeros(0, np.float32)
REFUSED = (
    "The encoder does not take this: its signal would leave its range, or it would spike more than once in a step. "
    "What is shown is what it took last."
)
SENTENCES = {
    "most": MOST,
    "tooLong": TOO_LONG.replace("{most}", f"{MOST:,}"),
    "stopped": STOPPED,
    "refused": REFUSED,
}


class Page(NamedTuple):
    """A page as an element of HTML, of so many experiments; `plots`: it needs Bokeh."""

    title: str
    element: str
    plots: bool
    members: int


def save_html(what: Any, path: str | Path, knobs: Sequence[str] | None = None) -> Path:
    """Save it as one file that lives in a browser without a server and without a network: sliders, plots, numbers.

    `what` is a model, an experiment or a preset: its file has all the knobs that a browser can move, or those named
    ("tau_mem", or "model.tau_mem" where several have that name), and a menu of the presets of its model: all whose
    module is small or the same. A list of these is a gallery of small live pictures, each of one neuron without noise,
    or of an encoder's spikes, under knobs that all share: those named, else those of model and stimulus that all have,
    as factors where their values differ.
    What of a stimulus is drawn by chance or read from data is in the file as it is. A file has at most 3 MB, and 50 kB
    for each further experiment.

    Returns the path. Raises ValueError for what no browser can run, for what is too long or too large, and for knobs
    that are not known.

    >>> import snnlab, tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> snnlab.save_html(snnlab.LIF(), folder / "lif.html", knobs=["tau_mem", "amplitude"]).name
    'lif.html'
    """
    page = page_of(what, knobs)
    path = Path(path)
    path.write_text(file_text(page), encoding="utf-8")
    return path


def file_text(page: Page) -> str:
    """The whole file. Raises ValueError where it is too large."""
    whole = text.document(page.title, page.element, page.plots)
    size, most = len(whole.encode()), LARGEST + MORE * (page.members - 1)
    if size > most:
        raise ValueError(f"{page.title} is too large for a file: {size / 1e6:.1f} MB, and at most {most / 1e6:.2f} MB")
    return whole


def page_of(what: Any, knobs: Sequence[str] | None = None, presets: bool = True) -> Page:
    """The page of what `save_html` takes; `presets`: with modules for those of its model."""
    if knobs is not None and not (isinstance(knobs, list | tuple) and all(isinstance(one, str) for one in knobs)):
        raise refused("knobs", knobs, "a list of names")
    if isinstance(what, list | tuple) and not isinstance(what, Preset | Case):
        if not what:
            raise ValueError("a gallery of nothing cannot be saved: give at least one model, experiment or preset")
        return _gallery([case_of(one) for one in what], knobs)
    return _explorer(case_of(what), knobs, presets)


def _explorer(case: Case, knobs: Sequence[str] | None, presets: bool) -> Page:
    model = case.experiment.model
    scene = scene_of(model)
    rows = scene.rows(model)
    cases, (first, *others) = Cases(knobs), with_presets(case)
    cases.add(first, rows)
    for other in others:
        with suppress(ValueError):  # one that no browser runs, or without the knobs that were named
            cases.add(other, rows, most=SMALL if presets else 0)
    stack = Stack(rows, "file")
    drawn = {row["key"] for kernel in cases.kernels for row in kernel["drawing"]["rows"]}
    stack.feed(1.0, {key: Data(NOTHING, NOTHING) for key in drawn}, NOTHING)  # makes the plots
    stack.figure.sizing_mode = "stretch_both"
    for key, one in stack.plots.items():
        one.update(background_fill_color=None, border_fill_color=None)
        one.styles = one.styles | {"min-height": f"{LEAST * stack.rows[key].weight}px"}
    about = model.definition
    counts = counted(dict.fromkeys(OF_ALL if model.family == "network" else MEASURES))
    numbers = f"<h2>{scene.measured}</h2>{numbers_html(counts)}"
    more = SENTENCES | {"plots": text.plots_data(stack.figure), "numbers": numbers, "levels": LEVELS}
    title = about.title or about.name
    still = still_picture(case)
    return Page(title, text.element(title, cases.to_data() | more, still), True, 1)


def _gallery(given: list[Case], knobs: Sequence[str] | None) -> Page:
    for case in given:
        check_portable(case.experiment)
    shown = [alone(case) for case in given]
    found = shares([case.experiment for case in shown], knobs)
    cases = Cases([])
    for case in shown:
        model = case.experiment.model
        cases.add(case, scene_of(model).rows(model), pictured=True)
    more = SENTENCES | {"plots": None, "shared": found, "picture": pictures()}
    title = f"Gallery of {len(shown)}"
    still = "".join(f"<h4>{escape(case.name)}</h4>{still_picture(case)}" for case in shown)
    return Page(title, text.element(title, cases.to_data() | more, still), False, len(shown))


def still_picture(case: Case) -> str:
    """The potential of its first neuron, or another first variable, as an image."""
    experiment = alone(case).experiment
    result, marks = experiment.job()(), experiment.model.variables()
    name = "v" if "v" in marks else next(iter(marks))
    if experiment.model.family == "neuron" and name == "v":
        values = trace(result.recording, result.definition, result.p)
    else:
        values = result.recording.variables[name].reshape(len(result.recording.sample_time), -1)[:, 0].numpy()
    unit = marks[name].unit
    label = name if unit == "1" else f"{name} ({unit})"
    drawn = plot(values.tolist(), experiment.settings.duration, label, VOLTAGE)
    svg = drawn.replace("<svg ", "<svg xmlns='http://www.w3.org/2000/svg' style='background: white' ", 1)
    return f'<img alt="{escape(case.name)}" src="data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}">'
