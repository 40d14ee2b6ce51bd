"""Models of what two trains of spikes drive: a synapse and its sides, an operation and its lines."""

from typing import Any

import numpy as np
import torch

from snnlab.core import Quantity, annotations

from ..result import Inputs
from ..settings import SynapseRun
from ..stimuli.trains import Pair

DT = annotations(SynapseRun)["dt"]
SPIKE = Quantity("1", low=0, high=1, bounds=(0, 1), default=1.0, symbol="S", doc="size of a spike")


class TwoSided:
    """A model whose run takes one train at its spike port, and the other at its current port."""

    def entering(self, inputs: Inputs) -> Inputs:
        """Spikes of the first side at "spikes", of the other at "current": of pairs, and of a train for itself."""
        found = dict(inputs)
        if (both := found.pop("pairs", None)) is not None:
            found |= dict(zip(Pair._fields, both.unbind(-1)))
        sides = [[x for name, x in found.items() if name in names] for names in (("spikes", "pre"), ("post",))]
        none = torch.zeros_like(next(iter(found.values())))
        return {port: sum(side, none) for port, side in zip(("spikes", "current"), sides)}


def spikes_apart(delays: Any, dt: float, more: int) -> tuple[np.ndarray, torch.Tensor]:
    """(delays [N], spikes [2, steps, N]): in each column a spike on either side, so many ms from the first to the
    other; the earlier one is in the first step, and `more` steps follow the later one.

    Raises ValueError for delays that are no row of finite numbers, and for a dt that is not allowed.
    """
    delays = np.asarray(delays, dtype=float)
    if delays.ndim != 1 or not delays.size or not np.isfinite(delays).all():
        raise ValueError(f"delays of shape {delays.shape} are not allowed: give a row of finite numbers in ms")
    DT.check("dt", dt)
    apart = np.round(delays / dt).astype(int)
    at = np.stack([np.maximum(0, -apart), np.maximum(0, apart)])
    spikes = torch.zeros(2, more + int(np.abs(apart).max()), len(delays), dtype=torch.float64)
    for side in range(2):
        spikes[side, at[side], np.arange(len(delays))] = 1.0
    return delays, spikes
