"""Run a neuron over time."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from snnlab.core import Advance, Neuron, step

from .recording import Recording


class Cancelled(Exception):
    """A run was asked to stop before its end."""


def simulate(
    neuron: Neuron,
    *,
    current: Tensor | None = None,
    spikes: Tensor | None = None,
    state=None,
    p=None,
    dt: float = 0.001,
    record: Sequence[str] = ("v",),
    advance: Advance | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Recording:
    """Run `neuron` over the inputs [T, ...] at its ports; shapes of inputs, state and parameters broadcast.

    `current` stands where I stands in the flow, `spikes` land by `receive`; dt in s; `state` is the neuron's rest
    unless given; `record` names what is kept of it; `advance` is the integrator; `cancelled` is asked at every step.

    Raises ValueError without input, for inputs of different length, for unknown names; Cancelled when asked to stop.

    >>> import torch
    >>> from snnlab.functional import LIF
    >>> simulate(LIF, current=torch.full((100,), 1.5), dt=0.0001).spikes.any().item()  # the first is at 11 ms
    False
    """
    given = [x for x in (current, spikes) if x is not None]
    if not given:
        raise ValueError("give a current [T, ...], spikes [T, ...], or both")
    if len({len(x) for x in given}) > 1:
        raise ValueError(f"current has {len(given[0])} steps and spikes have {len(given[1])}: give as many of each")
    if unknown := set(record) - set(neuron.state._fields):
        raise ValueError(
            f"record = {sorted(unknown)} is not known: {neuron.name} has {', '.join(neuron.state._fields)}"
        )
    p = neuron.parameters() if p is None else p
    like = given[0]
    if not len(like):
        raise ValueError("the input has no steps: give at least one")
    dtype = like.dtype if like.is_floating_point() else torch.get_default_dtype()
    with torch.inference_mode():
        h = torch.as_tensor(dt, dtype=dtype, device=like.device)  # torch multiplies faster by it than by a number
        s = neuron.rest(p) if state is None else state
        fields = [torch.as_tensor(f, dtype=dtype, device=like.device) for f in s]
        shapes = (t.shape for t in (*fields, *p) if isinstance(t, Tensor))
        shape = torch.broadcast_shapes(*(x.shape[1:] for x in given), *shapes)
        s = neuron.state(*(f.expand(shape).clone() for f in fields))
        kept: dict[str, list[Tensor]] = {name: [] for name in record}
        fired = []
        for x, I in zip(_rows(spikes, len(like), None), _rows(current, len(like), 0.0), strict=True):
            if cancelled():
                raise Cancelled
            z, s = step(neuron, s, p, h, spikes=x, current=I, advance=advance)
            fired.append(z)
            for name, values in kept.items():
                values.append(getattr(s, name))
        return Recording({n: torch.stack(v) for n, v in kept.items()}, torch.stack(fired) > 0, dt)


def _rows(inputs: Tensor | None, steps: int, absent):
    """What a port gets in each step. Unbound once, which is quicker than an index a step."""
    return [absent] * steps if inputs is None else inputs.unbind()
