"""The samples of a stimulus that has no formula: from its data, or by chance."""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import torch

from .waveforms import Kind

SMALL = 200_000  # steps of what was drawn by chance and is kept


class Context(NamedTuple):
    """What samples may need besides times and parameters."""

    dt: float
    generator: torch.Generator
    source: Any


def samples(kind: Kind, values: Any, source: Any, steps: int, dt: float, seed: int) -> torch.Tensor:
    """Of one kind, float64 [steps], pairs [steps, 2]: the caller's own. Random ones repeat for equal seeds."""
    if kind.random and steps <= SMALL:
        return last(kind, values, source, steps, dt, seed).clone()
    return _drawn(kind, values, source, steps, dt, seed)


def _drawn(kind: Kind, values: Any, source: Any, steps: int, dt: float, seed: int) -> torch.Tensor:
    assert kind.samples is not None
    context = Context(dt, torch.Generator().manual_seed(seed), source)
    return torch.as_tensor(kind.samples(np.arange(steps) * dt, values, context))


last = lru_cache(maxsize=8)(_drawn)  # what did not change is not drawn anew when another slider moves
