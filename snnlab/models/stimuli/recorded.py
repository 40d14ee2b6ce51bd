"""What a stimulus gives in one step, in operations on numbers: what pages record of it."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from ..recordings.sweep import EDGE
from .compounds import leaves
from .formula import weight

Values = dict[str, Tensor]


def parts(stimulus: Any) -> dict[str, Any]:
    """Its parts by their names: itself, where it has none."""
    if not stimulus.parts:
        return {"stimulus": stimulus}
    return {f"stimulus.{k}": part for k, part in enumerate(leaves(stimulus))}


def inputs(stimulus: Any, k: Tensor, dt: Tensor, steps: Tensor, v: Values) -> Values:
    """The input at every port in step k of so many, from the values of its knobs; dt in ms."""
    return _inputs(stimulus, k, dt, steps, v, iter(parts(stimulus)))


def lasting(stimulus: Any, like: Tensor, v: Values) -> tuple[Tensor, Tensor]:
    """When it sets in and is over, in ms."""
    return _lasting(stimulus, like, v, iter(parts(stimulus)))


def first_ends(stimulus: Any, like: Tensor, v: Values) -> Tensor:
    """When its first step is over, in ms; where no other follows, when all of it is."""
    if (first := stimulus.kind.first) is None:
        return lasting(stimulus, like, v)[1]
    return first(_parameters(stimulus, "stimulus", v), stimulus.source)


def _inputs(stimulus: Any, k: Tensor, dt: Tensor, steps: Tensor, v: Values, given: Iterator[str]) -> Values:
    kind = stimulus.kind
    if kind.port is not None:
        p = _parameters(stimulus, next(given), v)
        if kind.port == "current":
            return {"current": kind.formula(k * dt, p) + torch.zeros_like(k)}
        return _arrived(kind, k, dt, p)
    total: Values = {}
    for part, (start, end) in zip(stimulus.parts, kind.source.spans(stimulus.source)):
        first = torch.minimum(steps, torch.ceil((torch.full_like(k, start) - EDGE) / dt))
        last = steps if end == float("inf") else torch.minimum(steps, torch.ceil((torch.full_like(k, end) - EDGE) / dt))
        inside = (k >= first) & (k < last)
        for port, x in _inputs(part, k - first, dt, last - first, v, given).items():
            x = torch.where(inside, x, 0.0)
            total[port] = total[port] + x if port in total else x
    return total or {"current": torch.zeros_like(k)}


def _parameters(stimulus: Any, prefix: str, v: Values) -> Any:
    """Those of a stimulus; what is no number stays as it is."""
    names = stimulus.shown.items()
    return stimulus.kind.fields(**{field: v.get(f"{prefix}.{name}", getattr(stimulus, name)) for field, name in names})


def _lasting(stimulus: Any, like: Tensor, v: Values, given: Iterator[str]) -> tuple[Tensor, Tensor]:
    kind = stimulus.kind
    if kind.port is None:
        return kind.source.lasting(stimulus.source, [_lasting(part, like, v, given) for part in stimulus.parts])
    p = _parameters(stimulus, next(given), v)
    begins, ends = kind.onset(p, stimulus.source), kind.end(p, stimulus.source)
    return tuple(x if isinstance(x, Tensor) else torch.full_like(like, x) for x in (begins, ends))  # type: ignore[return-value]


def _arrived(kind: Any, k: Tensor, dt: Tensor, p: Any) -> Values:
    """How many spikes come in step k, times what each adds; of pairs, those of each side."""
    before, after = (kind.formula(time, p) for time in (k * dt, (k + 1.0) * dt))
    if kind.port == "pairs":
        return {side: getattr(after, side) - getattr(before, side) for side in after._fields}
    each = weight(kind)
    return {kind.port: (after - before) * getattr(p, each) if each else after - before}
