"""A neuron that counts its own spikes and sums up its intervals while it runs, so that no spike has to be kept."""

from dataclasses import dataclass, replace
from functools import wraps
from typing import Annotated, Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from snnlab.core import Advance, Neuron, Quantity, derived
from snnlab.core.step import drifted
from snnlab.core.tuples import extended

_NUMBER = Annotated[Tensor, Quantity("1", low=0, high=1e7, bounds=(-1e30, 1e30), default=0.0, doc="sum over spikes")]


class Window(NamedTuple):
    """When the stimulus sets in and is over, in steps: parameters of the neuron that counts."""

    tally_onset: Any
    tally_end: Any


class Tally(NamedTuple):
    """What is summed up, in steps: variables of the neuron that counts, behind its own."""

    tally_step: Any  # steps that were run
    tally_spikes: Any
    tally_driven: Any  # spikes while the stimulus lasts
    tally_first: Any  # when the first spike after the onset came; -1: there was none
    tally_since: Any  # steps since the last spike
    tally_last: Any  # interval before the last spike
    tally_reference: Any  # first interval, from which those after it are taken: of equal ones, all sums are exact
    tally_total: Any
    tally_squares: Any
    tally_change: Any  # sum of (I_k - I_k-1) / (I_k + I_k-1)
    tally_lost: Any  # 1: a variable ceased to be finite


LOST = -1  # place of that variable
START = Tally(0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0)


def counted(t: Tally, z: Tensor, ago: Tensor, sane: Tensor, p: Any) -> Tally:
    """The sums after a step with spikes z, which were `ago` steps before its end."""
    step, interval = t.tally_step + 1, t.tally_since + 1 - ago
    when, nothing, fired = step - ago, torch.zeros_like(z), z > 0
    second, later = (torch.where(t.tally_spikes == n, z, nothing) for n in (1, 0))
    later = z - later  # of all spikes but the first
    reference = torch.where(second > 0, interval, t.tally_reference)
    off = later * (interval - reference)
    change = (later - second) * (interval - t.tally_last) / (interval + t.tally_last)
    inside = torch.where(when > p.tally_onset, torch.where(when <= p.tally_end, z, nothing), nothing)
    begins = torch.where(when >= p.tally_onset, torch.where(t.tally_first < 0, z, nothing), nothing)
    return Tally(
        step,
        t.tally_spikes + z,
        t.tally_driven + inside,
        torch.where(begins > 0, when, t.tally_first),
        torch.where(fired, ago, t.tally_since + 1),
        torch.where(later > 0, interval, t.tally_last),
        reference,
        t.tally_total + off,
        t.tally_squares + off * off,
        t.tally_change + change,
        torch.where(sane, t.tally_lost, torch.ones_like(z)),
    )


@dataclass(frozen=True)
class Inside:
    """An integrator of the neuron that counts: that of the neuron inside; sums do not drift."""

    neuron: Neuron
    advance: Advance

    def __call__(self, s, I, flow, p, dt):
        own = len(self.neuron.state._fields)
        return type(s)(*drifted(self.neuron, self.neuron.state(*s[:own]), I, p, dt, self.advance), *s[own:])


@derived
def counting(neuron: Neuron, advance: Advance | None = None) -> Neuron:
    """The neuron with a `Tally` behind its state and a `Window` behind its parameters; it spikes as before.

    `advance` is its integrator, its own unless given. Where a variable ceases to be finite, the neuron stays where it
    was and is silent from then on, and says so: of many that run together, one that is lost stops no other. Raises
    ValueError for a neuron without threshold.
    """
    if neuron.excess is None:
        raise ValueError(f"{neuron.name} has no threshold: it never spikes")
    excess, own = neuron.excess, len(neuron.state._fields)
    parameters: Any = extended(
        neuron.parameters, neuron.name, "parameters", **dict.fromkeys(Window._fields, (_NUMBER, torch.zeros(())))
    )
    state: Any = extended(neuron.state, neuron.name, "state", **dict.fromkeys(Tally._fields, (_NUMBER,)))

    def inner(s):
        return neuron.state(*s[:own])

    def extending(function):
        return function and wraps(function)(
            lambda s, *given, **named: state(*function(inner(s), *given, **named), *s[own:])
        )

    def starting(function):
        return function and (lambda p: state(*function(p), *(x + 0.0 * p.tally_onset for x in START)))

    def hold(old, z, s, p):
        before, after = inner(old), inner(s)
        if neuron.hold is not None:
            z, after = neuron.hold(before, z, after, p)
        sane = sum(x - x for x in after) == 0  # infinite less infinite is no number
        z = torch.where(sane, z, torch.zeros_like(z))
        kept = [torch.where(sane, new, was) for new, was in zip(after, before, strict=True)]
        ago = torch.zeros_like(z)
        if neuron.crosses:
            now, then = excess(after, p), excess(before, p)
            within = torch.where(old.tally_step > 0, now / (now - then), ago)
            ago = torch.where(z > 0, within, ago)
        return z, state(*kept, *counted(Tally(*s[own:]), z, ago, sane, p))

    return replace(
        neuron,
        parameters=parameters,
        state=state,
        flow=lambda s, I, p: state(*neuron.flow(inner(s), I, p), *(0.0 * x for x in s[own:])),
        excess=lambda s, p: excess(inner(s), p),
        reset=extending(neuron.reset),
        receive=extending(neuron.receive),
        rest=starting(neuron.rest),
        begin=starting(neuron.begin),
        within=None,
        hold=hold,
        nested=None,
        advance=Inside(neuron, advance or neuron.advance),
    )


class Measure(NamedTuple):
    """What is told of a train of spikes."""

    unit: str
    doc: str


MEASURES = {
    "rate": Measure("Hz", "mean rate while the stimulus lasts"),
    "latency": Measure("ms", "time from the onset of the stimulus to the first spike"),
    "cv": Measure("1", "coefficient of variation of inter-spike intervals"),
    "adaptation": Measure("1", "adaptation index: mean of (I_k - I_k-1) / (I_k + I_k-1) over inter-spike intervals"),
    "spikes": Measure("1", "number of spikes"),
}


def measured(tally: Tally, window: Window, dt: float) -> dict[str, np.ndarray]:
    """The `MEASURES` of a tally, as `spike_statistics` and `adaptation_index` have them; nan where there is none.

    `window` is in steps of `dt` [ms].
    """
    t, window = Tally(*(x.double().numpy() for x in tally)), Window(*(x.double().numpy() for x in window))
    with np.errstate(divide="ignore", invalid="ignore"):
        n = np.where(t.tally_spikes > 2, t.tally_spikes - 1, np.nan)  # intervals, where there are two or more
        mean = t.tally_total / n
        spread = np.sqrt(np.maximum(t.tally_squares / n - mean**2, 0.0))
        lasts = dt * (window.tally_end - window.tally_onset) / 1000  # s
        found = {
            "rate": np.where(lasts > 0, t.tally_driven / lasts, np.nan),
            "latency": np.where(t.tally_first >= 0, dt * (t.tally_first - window.tally_onset), np.nan),
            "cv": spread / (t.tally_reference + mean),
            "adaptation": t.tally_change / (n - 1),
            "spikes": t.tally_spikes,
        }
    return {name: np.where(t.tally_lost > 0, np.nan, values) for name, values in found.items()}
