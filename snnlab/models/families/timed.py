"""A neuron that a signal drives, and that counts the steps between its spikes."""

from dataclasses import replace
from typing import Annotated

import torch

from snnlab.core import Encoder, Neuron, Quantity, derived
from snnlab.core.tuples import extended

SINCE = Quantity("1", low=-1, high=1000, bounds=(-1, 1e9), doc="steps since the last spike, -1 before the first")
INTERVAL = Quantity("1", low=0, high=1000, bounds=(0, 1e9), doc="steps of the last interval, 0 before there is one")
TIMED = ("since", "interval")  # what is counted


@derived
def driven(encoder: Encoder) -> Neuron | None:
    """The neuron that a signal drives, as it is run: from a state of zeros, and to its first spike if that counts."""
    return None if encoder.neuron is None else timed(encoder.neuron, once=encoder.first)


def timed(neuron: Neuron, once: bool) -> Neuron:
    """The neuron, which a current alone drives from a state of zeros, and which counts the steps between its spikes.

    With `once`, it never spikes a second time, and counts the steps to its first spike.
    """
    assert neuron.excess is not None and neuron.reset is not None
    excess, reset, within, held = neuron.excess, neuron.reset, neuron.within, neuron.hold
    marks = {name: Annotated[torch.Tensor, mark] for name, mark in zip(TIMED, (SINCE, INTERVAL))}
    state = extended(neuron.state, f"{neuron.name}Timed", "state", **{name: (mark,) for name, mark in marks.items()})

    def inner(s):
        return neuron.state(*s[: -len(TIMED)])

    def hold(old, z, s, p):
        own = inner(s)
        if held is not None:
            z, own = held(inner(old), z, own, p)
        begun = old.since >= 0  # with `once`, from the start
        stands = old.interval > 0 if once else ~begun
        since = torch.where(z > 0, 0.0, torch.where(stands, old.since, old.since + 1))
        return z, state(*own, since, torch.where((z > 0) & begun, old.since + 1, old.interval))

    zero = torch.zeros(())
    begin = state(*(zero for _ in neuron.state._fields), zero if once else zero - 1, zero)
    return replace(
        neuron,
        name=f"{neuron.name}Timed",
        state=state,
        flow=lambda s, I, p: state(*neuron.flow(inner(s), I, p), 0.0 * s.since, 0.0 * s.interval),
        excess=lambda s, p: torch.where(s.interval > 0, -1.0, excess(inner(s), p)) if once else excess(inner(s), p),
        reset=lambda s, p: state(*reset(inner(s), p), s.since, s.interval),
        rest=lambda p: begin,
        within=within and (lambda old, s, p: state(*within(inner(old), inner(s), p), s.since, s.interval)),
        hold=hold,
        receive=None,
        port="current",
        begin=None,
    )
