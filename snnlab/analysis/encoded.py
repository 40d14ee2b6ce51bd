"""What encoders make of constant signals: spikes, in a run for all of them."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from snnlab.core import Encoder, refused, what_is
from snnlab.engine import memory
from snnlab.engine.draws import draws
from snnlab.models import EncoderModel
from snnlab.models.families.encoders import BYTES, allowed, answered, by_chance, once_a_step, span

from .arguments import array, positive

CHANCE, DRIVEN = 1.0, 0.1  # ms: the usual step of spikes that come by chance, and of a neuron


def encoder_model(model: Any) -> EncoderModel:
    """The model, which must be an encoder. Raises ValueError."""
    if not isinstance(model, EncoderModel):
        raise ValueError(f"model is {what_is(model)}: give a model of an encoder, snnlab.models.Poisson() for one")
    return model


def by_its_chance(model: Any) -> EncoderModel:
    """The model of an encoder whose spikes come by chance. Raises ValueError."""
    if encoder_model(model).neuron is not None:
        raise ValueError(f"{model.definition.name}: its spikes are those of a neuron, and none comes by chance")
    return model


def usual_step(model: EncoderModel, dt: float | None) -> float:
    """The time step in ms that is given, or the usual one."""
    usual = CHANCE if model.neuron is None else DRIVEN
    positive("dt", usual if dt is None else dt)
    return usual if dt is None else dt


def usual_signals(model: EncoderModel, many: int) -> np.ndarray:
    """So many signals over the range of an encoder, from end to end."""
    return np.linspace(*span(model.definition), many)


def signals(model: EncoderModel, values: Any, many: int) -> np.ndarray:
    """The signals [X] that are given, or so many usual ones. Raises ValueError for those that it does not take."""
    found = usual_signals(model, many) if values is None else array("signals", values, dimensions=1)
    if not len(found):
        raise refused("signals", [], "one signal or more")
    allowed(model.definition, torch.from_numpy(found))
    return found


def constant_spikes(
    model: EncoderModel, x: np.ndarray, steps: int, dt: float, neurons: int = 1, seed: int = 0
) -> Tensor:
    """Spikes [T, X, K, neurons], each 0, 1 or -1, of constant signals x [X]; dt in ms.

    K neurons differ, and of each there are so many that are alike; of an encoder that is a neuron one says all. Raises
    ValueError for more than one spike a step, MemoryError for more random numbers than there is room for.
    """
    encoder, p = model.definition, model.p()
    signal = torch.as_tensor(x, dtype=torch.float32)
    if model.neuron is not None:
        return fired(encoder, signal, steps, p, dt)[:, :, None, None]
    rates = once_a_step(encoder, signal, p, dt / 1000)
    wide = rates.flatten().repeat_interleave(neurons)
    memory.check(steps * len(wide) * BYTES, "cpu", f"Random numbers of {steps:,} steps of {len(wide):,} neurons")
    return by_chance(draws(seed, steps, len(wide)), wide, dt / 1000).unflatten(1, (len(x), -1, neurons))


def fired(encoder: Encoder, signal: Tensor, steps: int, p: Any, dt: float) -> Tensor:
    """Spikes [T, X] of the neurons that constant signals [X] drive; dt in ms."""
    return (answered(encoder, signal.expand(steps, -1), p, dt / 1000).spikes > 0).float()
