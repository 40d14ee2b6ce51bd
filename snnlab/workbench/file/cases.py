"""What a file shows, as data: experiments, the modules that run them in a browser, and the knobs that move them."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, NamedTuple

from snnlab.core import Quantity, Unknown, annotations, refused
from snnlab.models import PRESETS, Experiment, Model, Preset
from snnlab.models.portable import movable, owners, structure
from snnlab.models.stimuli.quantities import Drive
from snnlab.views import Row

from ..cards import equations_html, look_html
from ..controls import NUMBER, definition, refusals
from ..here import runs_data
from ..opening import opening
from ..scenes import scene_of

OWN = "own values"
LARGEST = 3_000_000  # bytes of a file with one experiment
SMALL = 45_000  # letters of a module that comes along for a preset which nobody asked for
GROUPS = {"stimulus": "Stimulus", "model": "Parameters", "cell": "Cell", "run": "Run", "initial": "Initial state"}
ROWS = ("v", "I", "input")  # of a small picture
PICTURED = {
    "neuron": ROWS,
    "plasticity": ROWS,
    "network": ROWS,
    "encoder": ("x", "raster"),
    "operation": ("raster",),
    "compartments": ("I",),
    "surrogate": ("slope",),
}
BAND = (-0.34, -0.12)  # where in it the stimulus is drawn, in units of the voltage's range


class Case(NamedTuple):
    """An experiment and what it is called; `preset` is where it comes from, None where it has other values."""

    name: str
    experiment: Experiment
    preset: Preset | None = None


def case_of(what: Any) -> Case:
    """A model, an experiment or a preset, opened as `explore` opens it. Raises ValueError for anything else."""
    if isinstance(what, Case):
        return what
    if isinstance(what, type) and issubclass(what, Model):
        what = what()
    if isinstance(what, Preset):
        return Case(what.name, what.experiment(), what)
    if not isinstance(what, Experiment):
        if not isinstance(what, Model):
            raise refused("what", what, "a model, an experiment, a preset, or a list of these")
        what, _ = opening(what)
    return Case(what.model.definition.title or what.model.definition.name, what)


def alone(case: Case) -> Case:
    """Its first neuron, without noise where there are several: what a small picture shows. Encoders need them all."""
    experiment = case.experiment.copy()
    if experiment.model.family != "encoder" and experiment.settings.values().get("neurons", 1) > 1:
        one = {name: x for name, x in {"neurons": 1, "noise": 0.0}.items() if name in experiment.settings.names()}
        experiment.settings.param.update(one)
    return case._replace(experiment=experiment)


class Cases:
    """Experiments as the page in a file takes them; what several of them need is there once.

    `names` are the knobs that may be moved, all where it is None.
    """

    def __init__(self, names: Sequence[str] | None = None) -> None:
        self.names = names
        self.forms: dict[Any, int] = {}
        self.kernels: list[dict[str, Any]] = []
        self.equations: list[str] = []
        self.cases: list[dict[str, Any]] = []

    def add(self, case: Case, rows: Iterable[Row], *, most: int = LARGEST, pictured: bool = False) -> None:
        """Raises ValueError for what has no module, or one of more than so many letters."""
        experiment = case.experiment
        form = structure(experiment)
        if form not in self.forms:
            kernel = self._kernel(case, rows, most, pictured)
            self.forms[form] = len(self.kernels)
            self.kernels.append(kernel)
        equations = equations_html(experiment.model.equations() + experiment.stimulus.equations())
        if equations not in self.equations:
            self.equations.append(equations)
        values = movable(experiment)
        told = {"equations": self.equations.index(equations), "words": words(case)}
        told |= {"scaled": scaled(experiment, values)} if pictured else {}
        self.cases.append({"name": case.name, "kernel": self.forms[form], "values": values} | told)

    def _kernel(self, case: Case, rows: Iterable[Row], most: int, pictured: bool) -> dict[str, Any]:
        experiment = case.experiment
        experiment.fits()
        about = experiment.model.definition
        found = runs_data(experiment, most, (about.title or about.name) if case.name == OWN else case.name)
        scene, of_run = scene_of(experiment.model), found["run"]["about"]
        drawing = scene.drawing(experiment, of_run, rows, "file")
        if pictured:
            drawing["rows"] = [row for row in drawing["rows"] if row["key"] in PICTURED[experiment.model.family]]
        free = movable(experiment)
        names = in_groups(free) if self.names is None else chosen(self.names, free)
        return found | {"drawing": drawing, "knobs": [knob(experiment, name) for name in names]}

    def to_data(self) -> dict[str, Any]:
        return {"kernels": self.kernels, "equations": self.equations, "cases": self.cases}


def with_presets(case: Case) -> list[Case]:
    """The case and the presets of its model: it is the first, and may be one of them."""
    kind = type(case.experiment.model)
    presets = [Case(p.name, p.experiment(), p) for p in PRESETS.values() if p.model is kind]
    same = [one for one in presets if not case.experiment.diff(one.experiment)]
    if not same:
        return [case._replace(name=OWN), *presets]
    return [same[0], *(one for one in presets if one is not same[0])]


def words(case: Case) -> str:
    """What to look for, where it comes from, and how it is run, as HTML."""
    experiment, preset = case.experiment, case.preset
    about, integrator = experiment.model.definition, experiment.settings.values().get("integrator")
    told = look_html(preset) if preset else f"<p>{escape(about.doc)}<br><i>{escape(about.source)}</i></p>"
    return told + (f"<p class='run'>Integrated by {escape(integrator)}</p>" if integrator else "")


# -- knobs ------------------------------------------------------------------------------------------------------------


def in_groups(names: Iterable[str]) -> list[str]:
    """Names of knobs in the order of their groups."""
    return sorted(names, key=lambda name: list(GROUPS).index(name.partition(".")[0]))


def group_of(owner: str) -> str:
    """What the knobs of an owner stand under, as `owners` calls it; parts of a stimulus are counted from 1."""
    first, _, part = owner.partition(".")
    return GROUPS[first] + (f" {int(part) + 1}" if part else "")


def chosen(names: Sequence[str], free: Iterable[str], what: str = "the knob for a file") -> list[str]:
    """Knobs by their names, "tau_mem" or "model.tau_mem". Raises ValueError for one that no browser can move."""
    free = list(free)
    found = []
    for name in names:
        meant = [one for one in free if one == name or one.rpartition(".")[2] == name]
        if not meant:
            raise Unknown(what, name, free)
        found += meant
    return list(dict.fromkeys(found))


def shared(experiments: Sequence[Experiment], names: Sequence[str] | None) -> list[str]:
    """The knobs that all experiments have: those named, else those of the model and of the stimulus."""
    free = [movable(one) for one in experiments]
    common = [name for name in free[0] if all(name in other for other in free)]
    if names is not None:
        return chosen(names, common, "the knob that all share,")
    return [name for name in in_groups(common) if name.partition(".")[0] in ("model", "stimulus")]


def knob(experiment: Experiment, name: str) -> dict[str, Any]:
    """What a page is told of a knob, with the group where it stands and what it says of values that are refused."""
    prefix, _, own = name.rpartition(".")
    parameter = owners(experiment)[prefix].param[own]
    more = {"allowed": parameter.annotation.allowed, "number": NUMBER, "refusals": refusals(own, parameter.annotation)}
    return {"name": name, "group": group_of(prefix)} | more | definition(parameter)


def shares(experiments: Sequence[Experiment], names: Sequence[str] | None) -> list[dict[str, Any]]:
    """The knobs of a gallery; where nobody has named them, factors on what differs, so that experiments stay apart."""
    first, values = experiments[0], [movable(one) for one in experiments]
    found = []
    for name in shared(experiments, names):
        alike = len({one[name] for one in values}) == 1
        found.append(knob(first, name) if alike or names is not None else factor(first, name))
    driven = all("current" in one.stimulus.ports for one in experiments)
    if names is None and driven and not any(one["name"].startswith("stimulus.") for one in found):
        found.insert(0, factor(first, "stimulus"))
    return found


FACTOR = Quantity("1", low=0, high=2, bounds=(-10, 10), doc="factor")


def factor_on(name: str) -> str:
    """What a factor is called in sentences."""
    return f"the factor on {name.rpartition('.')[2]}"


def factor(experiment: Experiment, name: str) -> dict[str, Any]:
    """A knob by which a number of each experiment, or its stimulus, is taken so many times."""
    label = "I · stimulus" if name == "stimulus" else knob(experiment, name)["label"]
    look = {"label": label, "unit": "×", "low": FACTOR.low, "high": FACTOR.high, "step": FACTOR.slider_step}
    read = {"allowed": FACTOR.allowed, "number": NUMBER, "refusals": refusals(factor_on(name), FACTOR)}
    more = {"log": False, "whole": False, "factor": True}
    return {"name": name, "group": "All: times the own value of each"} | look | read | more


def scaled(experiment: Experiment, values: Iterable[str]) -> dict[str, list[str]]:
    """What a factor scales: a knob itself, and of a stimulus that is a formula all that drives."""
    found = {name: [name] for name in values}
    marks = annotations(experiment.stimulus.kind.fields)
    parts = {f"stimulus.{name}": mark for name, mark in marks.items() if f"stimulus.{name}" in found}
    return found | ({"stimulus": [name for name, mark in parts.items() if isinstance(mark, Drive)]} if parts else {})


def pictures() -> dict[str, Any]:
    """Where in a small picture the stimulus is drawn, and how high it is."""
    return {"band": BAND, "low": BAND[0] - 0.08, "high": 1.05}
