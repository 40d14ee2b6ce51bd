"""Every name of the functional layer has its place among the models, or a reason to have none."""

from types import ModuleType

import pytest
import torch

from snnlab import functional
from snnlab.core import Cable, Channel, Encoder, Neuron, Plasticity, SpikeOperation
from snnlab.functional import IzhikevichSpikingBehavior
from snnlab.models import COMPARTMENTS, ENCODERS, NEURONS, OPERATIONS, PATTERNS, PLASTICITY, SURROGATES

NAMES = {
    name: value
    for name, value in vars(functional).items()
    if not name.startswith("_") and not isinstance(value, ModuleType)
}
CATALOGUES = {
    Neuron: NEURONS,
    Encoder: ENCODERS,
    Plasticity: PLASTICITY,
    SpikeOperation: OPERATIONS,
    Cable: COMPARTMENTS,
}
FIELDS = "tuples of NEURONS, PLASTICITY and OPERATIONS: what a model's p() gives, and states"
CHANNELS = "channels of which NEURONS are made: what their `parts` are made by"
SLOPES = f"SURROGATES: {', '.join(SURROGATES)}"
ENCODING = "parts of Population, which has their numbers as knobs"
IMAGES = "kernels over an image: no system over time, and nothing that a run would record"
KINDS = "classes and wrappers, by which neurons and rules are written"
WITHOUT = {
    "lift": "runs any step over time, which `simulate` does of all models: test_operations.py has both alike",
    "ToSpikeTimes": "times of a recording's spikes: Recording.spike_times",
    "compute_refractory_update": "the countdown of LIFRefrac, whose t_ref is a knob",
    "create_izhikevich_spiking_behavior": "makes a behaviour of numbers, which are the knobs of Izhikevich",
    "reset_value": "an option of LIFBox: its reset_method",
    "reset_subtract": "an option of LIFBox: its reset_method",
} | dict.fromkeys(("Channel", "Gate", "channels", "ResetMethod", "Accumulator"), KINDS)
WITHOUT |= dict.fromkeys(("euclidean_distance", "gaussian_rbf"), ENCODING)
WITHOUT |= dict.fromkeys(
    ("NEURONS", "ENCODERS", "PLASTICITY", "OPERATIONS", "CABLES", "SURROGATES"), "lists of what is here"
)


def owned():
    """What encoders, rules and operations call their own."""
    definitions = (*functional.ENCODERS, *functional.PLASTICITY, *functional.OPERATIONS, *functional.CABLES)
    return {id(function): definition.name for definition in definitions for function in definition.functions}


def place(name, value, own):
    """Where a name is to be found among the models, or why it is not; "" for neither."""
    home = getattr(value, "__module__", "")
    for kind, catalogue in CATALOGUES.items():
        if isinstance(value, kind):
            return value.name if value.name in catalogue else ""
    if id(value) in own:
        return own[id(value)]
    if getattr(value, "neuron", None) in functional.NEURONS:
        return value.neuron.name
    if isinstance(value, type) and (hasattr(value, "_fields") or name.endswith(("Parameters", "State"))):
        return FIELDS
    if isinstance(value, IzhikevichSpikingBehavior):
        return next((f"preset {one.name}" for one in PATTERNS if of_behaviour(one, value)), "")
    if hasattr(value, "__name__") and home in {"snnlab.functional.operations.surrogates", "snnlab.core.surrogate"}:
        return SLOPES
    if home == "snnlab.functional.operations.receptive_field":
        return IMAGES
    if callable(value) and home.startswith("snnlab.functional.neurons") and isinstance(tried(value), Channel):
        return CHANNELS
    return ""


def of_behaviour(preset, behaviour):
    """Whether a preset has the a, b, c and d of a behaviour."""
    names = ("a", "b", "c", "d")
    own = preset.experiment().model.p(torch.float64)
    return all(
        float(getattr(own, name)) == pytest.approx(float(getattr(behaviour.p, name)), rel=1e-6) for name in names
    )


def tried(function):
    """What a function without arguments gives; None for one that needs some."""
    try:
        return function()
    except TypeError:
        return None


@pytest.mark.parametrize("name", NAMES)
def test_every_name_has_a_place_or_a_reason(name):
    assert bool(place(name, NAMES[name], owned())) != (name in WITHOUT)


def test_reasons_are_for_names_that_there_are():
    assert WITHOUT.keys() <= NAMES.keys()
    assert all(reason.strip() for reason in WITHOUT.values())
