"""When within a step a variable crossed its threshold, of neurons whose spikes are upward crossings."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from snnlab.core import Neuron


@dataclass(frozen=True, eq=False)
class Crossing:
    """The excess of a run: `neuron`, and its parameters as numbers or tensors of its population."""

    neuron: Neuron
    p: Any

    def since(self, variables: dict[str, Tensor], steps: np.ndarray, index: int) -> np.ndarray:
        """How long before the end of each of these steps neuron `index` crossed, in steps: 0 where it is not known.

        The excess is taken as linear within a step. What it needs has to be recorded, at every step; `variables` are
        [T, ...], and of the first step nothing is known.
        """
        if not len(steps):
            return np.zeros(0)
        at = torch.as_tensor(steps)
        after, before = (self._excess(variables, k, index) for k in (at, (at - 1).clamp(min=0)))
        found = after / (after - before)
        known = (at.numpy() > 0) & np.isfinite(found) & (before <= 0)
        return np.where(known, found, 0.0)

    def _excess(self, variables: dict[str, Tensor], steps: Tensor, index: int) -> np.ndarray:
        nothing = torch.full((), torch.nan, dtype=torch.float64)
        rows = {name: x.detach()[steps.to(x.device)].double() for name, x in variables.items()}
        s = self.neuron.state(*(rows.get(name, nothing) for name in self.neuron.state._fields))
        assert self.neuron.excess is not None
        found = torch.as_tensor(self.neuron.excess(s, self.p)).detach()
        shape = next(iter(rows.values())).shape
        return found.expand(shape).reshape(len(steps), math.prod(shape[1:]))[:, index].cpu().numpy()
