"""Potentials that stand out of a neuron: where it spikes, where it is afterwards, and at rest."""

from typing import Any, NamedTuple

import torch
from torch import Tensor

from .neuron import Neuron


class Levels(NamedTuple):
    """Potentials; None where there is none. All other variables are those of the state that was asked of."""

    threshold: Tensor | None  # where excess(s, p) = 0
    reset: Tensor | None  # after a spike at the threshold
    rest: Tensor


def levels(neuron: Neuron, p: Any, s: Any = None) -> Levels:
    """The levels of a neuron with these parameters in a state s, that of rest unless given; an excess is linear in v.

    They are not finite where the excess does not depend on v. All of it can be recorded.
    """
    s = neuron.rest(p) if s is None else s
    rest = torch.as_tensor(s.v)
    if neuron.excess is None:
        return Levels(None, None, rest)
    below = torch.as_tensor(neuron.excess(s._replace(v=torch.zeros_like(rest)), p)).double()
    above = torch.as_tensor(neuron.excess(s._replace(v=torch.ones_like(rest)), p)).double()
    threshold = below * -1 / (above - below)
    after = None if neuron.reset is None else neuron.reset(s._replace(v=threshold.to(rest.dtype)), p).v
    return Levels(threshold, None if after is None else torch.as_tensor(after), rest)


def rises(neuron: Neuron, p: Any, names: tuple[str, ...]) -> dict[str, Tensor]:
    """By how much the threshold is higher when one of these variables is greater by 1; an excess is linear in them."""
    if neuron.excess is None or not names or "v" not in neuron.state._fields:
        return {}
    s = neuron.rest(p)
    raised = {name: s._replace(**{name: torch.as_tensor(getattr(s, name)) + 1.0}) for name in names}
    found = [levels(neuron, p, one).threshold for one in (s, *raised.values())]
    here, *there = (one for one in found if one is not None)
    return {name: one - here for name, one in zip(names, there)}


def marked(neuron: Neuron, p: Any, moved: tuple[str, ...] = ()) -> dict[str, Tensor]:
    """The levels of a neuron at rest that there are, as a plot marks them: "peak", where it spikes, "reset", "rest".
    One that has no v has none.

    Of each variable with which the threshold is `moved`, "rise.b" says by how much with each unit, "rest.b" where that
    variable rests.
    """
    if "v" not in neuron.state._fields:
        return {}
    threshold, after, rest = levels(neuron, p)
    found = {"rest": rest}
    if threshold is not None:
        found["peak"] = threshold
    if after is not None:
        found["reset"] = after
    if moved:
        s = neuron.rest(p)
        found |= {f"rise.{name}": x for name, x in rises(neuron, p, moved).items()}
        found |= {f"rest.{name}": torch.as_tensor(getattr(s, name)) for name in moved}
    return found


def moving(neuron: Neuron, p: Any) -> tuple[str, ...]:
    """The variables with which the threshold moves."""
    others = tuple(name for name in neuron.state._fields if name != "v")
    return tuple(name for name, rise in rises(neuron, p, others).items() if float(rise.nan_to_num()))
