"""Cells and layers of every neuron, made from the steps that `snnlab.functional` has of it."""

from collections.abc import Callable, Iterator
from typing import Any

from snnlab import functional
from snnlab.core import SNN, Layer, SNNCell, SNNRecurrent, SNNRecurrentCell, module

WITHOUT_WEIGHTS = {
    "Cell": (SNNCell, "One step of a layer of neurons."),
    "": (SNN, "A layer of neurons over time, x [T, ...]."),
}
WITH_WEIGHTS = {
    "Cell": (SNNRecurrentCell, "One step of a {} layer."),
    "": (SNNRecurrent, "A {} layer over time, x [T, ...]."),
}
RENAMED = {"CobaLIFRecurrentCell": "CobaLIFCell"}  # Norse's conductance-based cell is the recurrent one


def _family(step: Any) -> str:
    """How its classes are called: as its neuron, and what the name of the step says more, LIFMC of lif_mc_step."""
    name = step.__name__
    for ending in ("_step", "_feed_forward", "_recurrent"):
        name = name.removesuffix(ending)
    return step.neuron.name + name.replace("_", "").removeprefix(step.neuron.name.lower()).upper()


def _classes(step: Any) -> Iterator[tuple[str, type[SNNCell]]]:
    """Name and class of the modules of a step. Integrators have no spikes to feed back, only input weights."""
    layer: Layer = step.layer
    if layer.adjoint or (layer.coupling and not layer.weights):  # an adjoint is an option of the modules
        return
    weights = "Recurrent" if layer.feeds_back else "Linear" if layer.weights else ""
    sparse: Callable | None = getattr(functional, f"{step.__name__}_sparse", None)
    for ending, (base, doc) in (WITH_WEIGHTS if layer.weights else WITHOUT_WEIGHTS).items():
        name = f"{_family(step)}{weights}{ending}"
        name = RENAMED.get(name, name)
        yield name, module(name, base, step, sparse, doc.format(weights.lower()))


STEPS = [function for function in vars(functional).values() if hasattr(function, "layer")]
MODULES = dict(named for step in STEPS for named in _classes(step))
