"""Where a neuron stands still without input: found from its flow, by operations that can be recorded."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, as_tensor

STEPS = 16
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
    """The state in which nothing moves, in the dtype of the parameters, next to where v would come from `start`.

    Variables of `following` follow from v, one group after the other: the flow of each is a straight line in it, and
    depends on v, on groups before and on nothing else. Those that are `said` stand there; all others are 0. The
    search goes the way in which v moves, in steps of the range in which it is drawn, `width`; where it finds nothing, v
    is `start`. Operations are the same for all numbers, in float64, so that a kernel can be made of them.

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

    if "v" in fixed:
        v = fixed["v"] + zero
    else:
        v = settled(rate, zero + start, width)
    return state(**{name: x.to(dtype) for name, x in others(v)._asdict().items()} | dict(said or {}))


def settled(rate: Callable[[Tensor], Tensor], v: Tensor, width: float) -> Tensor:
    """Where dv/dt = rate(v) is 0 and falls, next to where v comes from here; v itself where that is nowhere.

    By the secant method where the rate falls, which does not overshoot the root of an explosive flow; else a step the
    way in which v moves.

    >>> settled(lambda v: v * v - 2, torch.tensor(1.0, dtype=torch.float64), 4.0)
    tensor(-1.4142, dtype=torch.float64)
    """
    far, near = FAR * width, NEAR * width
    begin, before, v = v, v, v + near
    last = rate(before)
    for _ in range(STEPS):
        here, since = rate(v), v - before
        slope = (here - last) / since
        along = torch.where(slope < 0, -here / slope, torch.sign(here) * far / 4)
        move = torch.clamp(along, -far, far)
        # of what has come this near, slopes are rounding: it ends with a step of the secant method
        close = torch.abs(since) < near / 100
        move = torch.where(close & (torch.abs(move) > near), 0.0, move)
        before, last, v = v, here, v + torch.where(move == move, move, 0.0)
    return torch.where(torch.abs(v - before) < near, v, begin)
