"""What drives a run: tensors, arrays or numbers at its ports, all of one length."""

import warnings
from functools import reduce
from typing import Any

import numpy as np
import torch
from torch import Tensor

from snnlab.core import what_is

from .values import seconds, whole


def inputs(
    named: dict[str, Any], steps: Any, duration: Any, dt: float, usual: torch.dtype
) -> tuple[dict[str, Tensor], torch.dtype]:
    """The ports that are there, [T, ...] each, and the dtype of the run: that of its inputs; where none has one, for
    numbers and spikes of bool have not, the `usual`. A number holds for all steps; without any input there is no
    current.

    Raises ValueError for what is no input, for inputs that differ in length, and where nothing says how long they are.
    """
    given = {name: tensor(name, x) for name, x in named.items() if x is not None}
    real = [x.dtype for n, x in given.items() if x.is_floating_point() and not _is_number(named[n])]
    dtype = reduce(torch.promote_types, real) if real else usual
    has = {"spikes": "spikes have"}
    lengths = {n: (len(x), f"{has.get(n, f'{n} has')} {len(x):,} steps") for n, x in given.items() if x.ndim}
    if steps is not None:
        count = whole("steps", steps, 1, "a whole number of steps, 1 or more")
        lengths["steps"] = count, f"steps = {count:,}"
    if duration is not None:
        count = max(1, round(seconds("duration", duration) / dt))
        lengths["duration"] = count, f"duration = {float(duration):g} s are {count:,} steps of {dt:g} s"
    if not given and not lengths:
        raise ValueError("give a current [T, ...], spikes [T, ...], or both; or steps, for a run without input")
    if not lengths:
        name, x = next(iter(given.items()))
        raise ValueError(
            f"{name} = {x.item():g} is one number: say for how long by steps, or by a duration in s; or give [T, ...]"
        )
    if len({count for count, _ in lengths.values()}) > 1:
        raise ValueError(f"{', '.join(words for _, words in lengths.values())}: give as many of each")
    count = next(count for count, _ in lengths.values())
    if not count:
        raise ValueError("the input has no steps: give at least one")
    given = given or {"current": torch.zeros(())}
    return {name: x if x.ndim else x.to(dtype).expand(count) for name, x in given.items()}, dtype


def by_channel(spikes: Any, channels: int) -> dict[str, Any]:
    """Spikes by the name of their port: one, or one for each of the neuron's channels.

    A tuple that holds rows is of channels; a list only where the neuron has any, else its rows are steps. None among
    them are none. Raises ValueError for another number of channels.
    """
    several = isinstance(spikes, (tuple, list) if channels else tuple)
    if not several or not any(isinstance(x, Tensor | np.ndarray) and x.ndim for x in spikes):
        return {"spikes": spikes}
    if len(spikes) != channels:
        each = f", or one for each of the {channels} channels" if channels else ""
        raise ValueError(f"spikes of {len(spikes)} channels do not fit: give one tensor{each}")
    return {f"spikes.{c}": 0.0 if x is None else x for c, x in enumerate(spikes)}


def _is_number(value: Any) -> bool:
    """Whether it is a number without a dtype of its own: Python's or numpy's."""
    return not isinstance(value, Tensor) and np.ndim(value) == 0


def tensor(name: str, value: Any) -> Tensor:
    """An input as a tensor of real numbers."""
    if isinstance(value, Tensor):
        if value.layout != torch.strided or value.is_complex() or value.is_quantized or value.is_meta:
            raise _refused(name, f"a {value.dtype} {value.layout} tensor on {value.device}")
        return value
    try:
        array = np.asarray(value, order="C")
    except ValueError:  # rows of different length
        array = np.empty(0, dtype=object)
    if array.dtype.kind not in "fiub" or (not array.ndim and array.dtype.kind == "b"):
        raise _refused(name, what_is(value))
    if not array.ndim:
        return torch.tensor(float(array), dtype=torch.float64)
    wanted = np.dtype(float) if array.dtype == np.longdouble else array.dtype.newbyteorder("=")
    # a copy of what torch has no word for: bytes in another order, memory that must not change
    return torch.as_tensor(array.astype(wanted, copy=not array.flags.writeable))


def _refused(name: str, kind: str) -> ValueError:
    return ValueError(f"{name} is {kind}, which is not allowed: give a dense tensor of real numbers [T, ...], or one")


def warn_of_time(parameters: dict[str, Any], ports: dict[str, Tensor], shape: tuple[int, ...]) -> None:
    """Warns of parameters [T, ...] that look as if they were to change in time, and make a population instead."""
    steps, most = len(next(iter(ports.values()))), max(x.ndim for x in ports.values())
    for name, value in parameters.items():
        if isinstance(value, Tensor) and value.ndim >= max(2, most) and len(value) == steps > 1:
            warnings.warn(
                f"p.{name} of shape {tuple(value.shape)} makes a population of shape {shape}: its first dimension is "
                "no time, for a parameter is the same at every step; what changes in time goes in by current or spikes",
                stacklevel=4,
            )
