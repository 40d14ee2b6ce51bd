"""The knobs of a map: which there are, how they are called, and how far they go."""

from typing import Any

from snnlab.analysis.map import ALL
from snnlab.analysis.map_agreement import BESIDE, cell_of
from snnlab.core import Quantity
from snnlab.models import Experiment
from snnlab.models.portable import owners

from ..scenes.neuron import NeuronScene

APART = "~"  # in an address, between measure and knobs


def measures_of(experiment: Experiment) -> list[str]:
    """The measures of a menu: those beside a cell where one is recorded."""
    return [name for name in ALL if name not in BESIDE or cell_of(experiment) is not None]


def offered(experiment: Experiment, known: dict[str, Quantity]) -> list[str]:
    """The knobs of a menu: those of the initial state where it is not at rest."""
    return [name for name in known if not name.startswith("initial.") or not experiment.initial.at_rest]


def choice_of(text: str, experiment: Experiment, known: dict[str, Quantity]) -> tuple[str, str, str]:
    """Measure, knob of x and knob of y of what an address says; what is not there is the usual: a drive, and what comes
    first among the knobs of the model."""
    names = offered(experiment, known)
    measure, x, y = (*text.split(APART), "", "", "")[:3]
    unit = experiment.model.neuron.current.unit
    drives = [name for name in names if name.startswith("stimulus") and known[name].unit == unit]
    x = x if x in names else next(iter([name for name in (*drives, *names) if name != y]))
    groups = NeuronScene.groups(experiment.model).values()
    first = [f"model.{name}" for group in groups for name in group]
    y = y if y in names and y != x else next(name for name in (*first, *names) if name in names and name != x)
    return measure if measure in measures_of(experiment) else "rate", x, y


def owner_of(experiment: Experiment, knob: str) -> tuple[Any, str]:
    owner, _, name = knob.rpartition(".")
    return owners(experiment)[owner], name


def value_of(experiment: Experiment, knob: str) -> float:
    return float(getattr(*owner_of(experiment, knob)))


def turn(experiment: Experiment, knob: str, value: float) -> None:
    """Turn a knob, at most to its end."""
    part, name = owner_of(experiment, knob)
    least, most = part.annotation(name).allowed
    part.param.update({name: min(max(float(f"{value:.6g}"), least), most)})


def label_of(experiment: Experiment, knob: str) -> str:
    """How a knob is called beside others: of a part of a stimulus, with its number."""
    part, name = owner_of(experiment, knob)
    owner, _, place = knob.rpartition(".")[0].partition(".")
    more = f", stimulus {int(place) + 1}" if place else " at the start" if owner == "initial" else ""
    return part.param[name].label + more


def frame_of(mark: Quantity, here: float) -> tuple[float, float]:
    """The usual range, and the present value."""
    return inside(mark, (min(mark.low, here), max(mark.high, here)))


def inside(mark: Quantity, ends: tuple[float, float]) -> tuple[float, float]:
    """What of a range is allowed."""
    least, most = mark.allowed
    low, high = (min(max(end, least), most) for end in ends)
    return (low, high) if low < high else (mark.low, mark.high)
