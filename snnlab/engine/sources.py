"""Who sends spikes into a network without being a neuron: trains drawn by chance, and trains that are given."""

import math
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from snnlab.core import Program, record, refused, what_is
from snnlab.core.random import bits

from .values import numeric, whole

STREAM = 2  # of random numbers: 0 and 1 are those of noise
EDGE = 1e-3  # of a step: a time that is a whole number of steps but for rounding belongs to the step that it ends


class Poisson(NamedTuple):
    """`size` spike trains that are drawn by chance, each for itself, of a `rate` in Hz: a number, or one of each train.

    In a step of dt a train spikes with probability rate dt, at most 1. What is drawn depends on seed, step and train
    alone, so it is the same for any backend, in any part of a longer run, and for all projections of a source. Nothing
    is kept: a spike is drawn in the step in which it arrives.
    """

    size: int
    rate: Tensor | float
    seed: int = 0


class SpikeTrains(NamedTuple):
    """`size` spike trains that are given: spike k is at `times[k]` in s, in train `trains[k]`.

    It counts at the end of the step in which it falls, as `Recording.spike_times` has it, from the beginning of the
    first of runs that go on; before the first spike and after the last they are silent.
    """

    size: int
    times: Any
    trains: Any


class Drawn(NamedTuple):
    """Poisson trains as a run draws them: a spike has `chance` in 2**32, whole numbers [size]."""

    size: int
    chance: Tensor
    seed: int

    def fired(self, step: int, batch: tuple[int, ...]) -> Tensor:
        """The spikes of a step, [..., size], of one network or of each of several."""
        device = self.chance.device
        if step < 0:
            return torch.zeros(*batch, self.size, dtype=torch.bool, device=device)
        counters = torch.arange(math.prod(batch) * self.size, device=device).reshape(*batch, self.size)
        return draw(torch.full_like(counters, self.seed), step, counters, self.chance)["z"]


class Given(NamedTuple):
    """Given trains in the order of steps: those of step k are `trains` from `first[k]` on, before `first[k + 1]`."""

    size: int
    first: Tensor
    trains: Tensor

    def fired(self, step: int, batch: tuple[int, ...]) -> Tensor:
        """The spikes of a step, [size]."""
        found = torch.zeros(self.size, dtype=torch.bool, device=self.trains.device)
        if 0 <= step < len(self.first) - 1:
            found[self.trains[self.first[step] : self.first[step + 1]]] = True
        return found


@dataclass(eq=False)
class Peer:
    """Another population of a network, whose spikes are sent. In eager torch: its spikes so far, and those before."""

    size: int
    name: str
    before: int = 0  # steps that were run before these
    past: list[Tensor] = field(default_factory=list)
    rows: list[Tensor] = field(default_factory=list)

    def fired(self, step: int, batch: tuple[int, ...]) -> Tensor:
        """The spikes of a step, [..., size]."""
        at = step - self.before
        return self.rows[at] if at >= 0 else self.past[at]


def draw(seed: Any, t: Any, j: Any, chance: Any) -> dict[str, Any]:
    """Whether train j spikes in step t."""
    return {"z": bits(seed, t, j, STREAM)[0] < chance}


@cache
def draw_program() -> Program:
    """z, of seed, t, j and chance"""
    return record(draw, **{name: torch.full((1,), k + 1) for k, name in enumerate(("seed", "t", "j", "chance"))})


def source(name: str, given: Any, dt: float, device: torch.device) -> Drawn | Given | Peer:
    """A source as a run takes it. Raises ValueError that names what does not fit."""
    if isinstance(given, Drawn | Given | Peer):
        return given
    if isinstance(given, Poisson):
        return _drawn(name, given, dt, device)
    if isinstance(given, SpikeTrains):
        return _by_times(name, given, dt, device)
    raster = torch.as_tensor(given) if isinstance(given, np.ndarray) and given.dtype.kind in "fiub" else given
    if not isinstance(raster, Tensor) or raster.layout != torch.strided or raster.ndim != 2:
        kind = f"of shape {tuple(raster.shape)}" if isinstance(raster, Tensor) else what_is(given)
        raise ValueError(f"{name} {kind} is no source: give Poisson, SpikeTrains, or spikes [T, trains]")
    steps, trains = raster.nonzero().unbind(1)
    return _given(raster.shape[1], steps, trains, len(raster), device)


def _drawn(name: str, given: Poisson, dt: float, device: torch.device) -> Drawn:
    size = whole(f"{name}.size", given.size, 1, "a number of trains, 1 or more")
    seed = whole(f"{name}.seed", given.seed, -(2**63), "a whole number of 64 bits")
    rate = torch.as_tensor(numeric(f"{name}.rate", given.rate, torch.float64, torch.device("cpu")), dtype=torch.float64)
    if rate.ndim > 1 or rate.numel() not in (1, size):
        raise ValueError(f"{name}.rate of shape {tuple(rate.shape)} does not fit: give a number, or [{size}]")
    for one in (rate.min().item(), rate.max().item()):
        if not 0 <= one * dt < 1.000001:
            raise refused(f"{name}.rate", one, f"0 to 1/dt = {1 / dt:g} Hz; several trains have more")
    chance = torch.round(rate.clamp(max=1 / dt) * dt * 2.0**32).long()
    return Drawn(size, chance.expand(size).contiguous().to(device), seed)


def _by_times(name: str, given: SpikeTrains, dt: float, device: torch.device) -> Given:
    size = whole(f"{name}.size", given.size, 1, "a number of trains, 1 or more")
    times, trains = (torch.as_tensor(np.asarray(x)).reshape(-1) for x in (given.times, given.trains))
    if len(times) != len(trains):
        raise ValueError(f"{name}: {len(times)} times and {len(trains)} trains: give the train of each spike")
    if not bool(torch.isfinite(times.double()).all()) or bool((times < 0).any()):
        raise refused(f"{name}.times", times.double().min().item(), "times in s, 0 or more")
    if trains.is_floating_point() or bool(((trains < 0) | (trains >= size)).any()):
        raise ValueError(f"{name}.trains are not all whole numbers from 0 to {size - 1}")
    steps = torch.clamp_min(torch.ceil(times.double() / dt - EDGE) - 1, 0).long()
    return _given(size, steps, trains.long(), int(steps.max()) + 1 if len(steps) else 0, device)


def _given(size: int, steps: Tensor, trains: Tensor, count: int, device: torch.device) -> Given:
    places = torch.unique(steps * size + trains)  # in order: two spikes of a train in one step are one
    first = torch.nn.functional.pad(torch.bincount(places // size, minlength=count).cumsum(0), (1, 0))
    return Given(size, first.to(device), (places % size).to(device))
