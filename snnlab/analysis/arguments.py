"""What a measure says when it is given something it cannot measure."""

import math
from typing import Any

import numpy as np
import torch

from snnlab.core import Neuron, what_is
from snnlab.core.check import check
from snnlab.models import NeuronModel
from snnlab.symbolic.sampled import dynamics


def positive(name: str, value: float) -> None:
    """Raises ValueError unless `value` is a finite number greater than zero."""
    check(name, value, lambda x: 0 < x < math.inf, "a finite number > 0")


def steps(name: str, value: float, dt: float) -> int:
    """How many steps of dt make `value`, both in ms. Raises ValueError where that is not a whole number of steps."""
    positive("dt", dt)
    check(name, value, lambda x: 0 <= x < math.inf, "a finite time in ms, 0 or more")
    count = round(value / dt)
    # a dt that has been float32 is off by 6e-8
    check(name, value, lambda x: math.isclose(x / dt, count, rel_tol=1e-6), f"a whole number of steps of {dt:.7g} ms")
    return count


def plain(values: Any) -> np.ndarray:
    """Values as an array; of a tensor those alone, without gradient, wherever it is."""
    if isinstance(values, torch.Tensor):
        values = values.detach().cpu()
        values = values.float() if values.dtype == torch.bfloat16 else values  # which numpy does not know
    return np.asarray(values)


def array(name: str, values: Any, dimensions: int) -> np.ndarray:
    """`values` in double precision. Raises ValueError for another number of dimensions, and what is not finite."""
    found = plain(values)
    if found.dtype.kind not in "biuf":
        raise ValueError(f"{name} holds {found.dtype}: give real numbers")
    if found.ndim != dimensions:
        raise ValueError(f"{name} has shape {found.shape}: give a {'row' if dimensions == 1 else 'table'} of numbers")
    if not (finite := np.isfinite(found)).all():
        bad = np.argwhere(~finite)[0].tolist()
        raise ValueError(f"{name}{bad} = {found[*bad]} is not finite: give real numbers")
    return found.astype(float)


def ascending(name: str, values: Any) -> np.ndarray:
    """Times in double precision. Raises ValueError for what is no row of finite numbers, each greater than the last."""
    values = plain(values)
    if values.dtype == bool:
        raise ValueError(f"{name} holds True and False: give times in ms, or the Recording itself")
    times = array(name, values, dimensions=1)
    if (back := np.flatnonzero(np.diff(times) <= 0)).size:
        k = back[0] + 1
        raise ValueError(f"{name}[{k}] = {times[k]:.7g} ms does not follow {times[k - 1]:.7g} ms: times must ascend")
    return times


def within(name: str, values: Any, begin: float, end: float) -> np.ndarray:
    """Ascending times. Raises ValueError for one that is not from `begin` to `end` [ms]."""
    times = ascending(name, values)
    outside = (times < begin) | (times > end + 1e-6 * (end - begin))  # the end of the last step may be rounded upwards
    if outside.any():
        raise ValueError(f"{name} has {times[outside][0]:.7g} ms: give times from {begin:.7g} to {end:.7g} ms")
    return times


def parameters(model: NeuronModel) -> Any:
    """The parameters of a neuron's flow in double precision: it counts no steps, so any dt will do."""
    return model.p(torch.float64, dt=1.0)


def neuron_model(model: Any) -> NeuronModel:
    """The model, which must be a neuron. Raises ValueError."""
    if isinstance(model, type) or not isinstance(getattr(model, "neuron", None), Neuron):
        if isinstance(model, Neuron):
            raise ValueError(f"model is the definition {model.name}: give a model of it, snnlab.models.model_of(it)()")
        raise ValueError(f"model is {what_is(model)}: give a model of a neuron, snnlab.models.AdEx() for one")
    return model


def with_v(model: Any) -> NeuronModel:
    """The model of a neuron that has v. Raises ValueError for what is no neuron, NotImplementedError otherwise."""
    dynamics(neuron_model(model).neuron, **model.functions())
    return model
