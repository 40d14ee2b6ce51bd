"""Where a neuron stands still without input: found from its flow, by operations that can be recorded."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, as_tensor

STEPS = 12  # from nearby, each makes half as many digits more
NEAR = 1e-6  # of the width: over so much the first slope is taken
FAR = 1 / 8  # of the width: no step is longer


def standing(
    flow: Callable,
    state: Any,
    p: Any,
    start: float,
    width: float,
    following: tuple[tuple[str, ...], ...] = (),
    said: Mapping[str, Any] | None = None,
) -> Any:
    """The state in which nothing moves, in the dtype of the parameters: a root of dv/dt, by the secant method.

    Variables of `following` follow from v, one group after the other: the flow of each is a straight line in it, and
    depends on v, on groups before and on nothing else. Those that are `said` stand there; all others are 0. The root is
    looked for from v = `start` on, `width` is the range in which v is drawn. Where there is no root, it is some finite
    state. Operations are the same for all numbers, in float64, so that a kernel can be made of them.

    >>> from snnlab.functional import Izhikevich
    >>> from snnlab.models import Izhikevich as Model
    >>> standing(Izhikevich.flow, Izhikevich.state, Model().p(), -65.0, 130.0, following=(("u",),)).v.round()
    tensor(-70.)
    """
    numbers = {field: as_tensor(x) for field, x in p._asdict().items() if isinstance(x, Tensor | int | float)}
    dtype = next((x.dtype for x in numbers.values() if x.is_floating_point()), torch.float32)
    exact = p._replace(**{field: x.double() for field, x in numbers.items()})
    zero = sum((0.0 * x.double() for x in numbers.values()), torch.zeros((), dtype=torch.float64))
    fixed = {name: as_tensor(x).double() for name, x in (said or {}).items()}

    def others(v: Tensor) -> Any:
        nothing = 0.0 * v
        s = state(
            **{name: nothing for name in state._fields} | {"v": v} | {name: x + nothing for name, x in fixed.items()}
        )
        for group in following:
            ends = (flow(s._replace(**{name: nothing + x for name in group}), nothing, exact) for x in (0.0, 1.0))
            at_0, at_1 = (one._asdict() for one in ends)
            s = s._replace(**{name: at_0[name] / (at_0[name] - at_1[name]) + nothing for name in group})
        return s

    def rate(v: Tensor) -> Tensor:
        return flow(others(v), 0.0 * v, exact).v

    v = fixed["v"] + zero if "v" in fixed else nearby(rate, zero + start, width)
    return state(**{name: x.to(dtype) for name, x in others(v)._asdict().items()} | dict(said or {}))


def nearby(rate: Callable[[Tensor], Tensor], v: Tensor, width: float) -> Tensor:
    """A root of rate(v), from v on by the secant method; a finite number also where there is none.

    >>> nearby(lambda v: 2 - v * v, torch.tensor(1.0, dtype=torch.float64), 4.0)
    tensor(1.4142, dtype=torch.float64)
    """
    far = FAR * width
    before, v = v, v + NEAR * width
    last = rate(before)
    for _ in range(STEPS):
        here = rate(v)
        move = torch.clamp(here * (v - before) / (here - last), -far, far)
        move = torch.where(move == move, move, 0.0)  # at the root both are the same, and their difference is 0
        before, last, v = v, here, v - move
    return v
