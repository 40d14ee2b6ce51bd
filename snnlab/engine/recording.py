"""What a run gives."""

from dataclasses import dataclass

import numpy as np
from torch import Tensor


@dataclass(frozen=True)
class Recording:
    """Tensors of a run, on its device. Sample k is the state at the end of step k, so at time (k + 1) dt.

    `variables`: name -> [T, ...]; `spikes`: bool [T, ...]; `dt` in s; `backend` says what computed it.
    """

    variables: dict[str, Tensor]
    spikes: Tensor
    dt: float
    backend: str = "eager"

    @property
    def time(self) -> np.ndarray:
        """Times of the samples in ms, [T]."""
        return np.arange(1, len(self.spikes) + 1) * (self.dt * 1000)

    def spike_times(self, index: int = 0) -> np.ndarray:
        """Spike times in ms of neuron `index` (of the flattened population)."""
        fired = self.spikes.reshape(len(self.spikes), -1)[:, index]
        return self.time[fired.cpu().numpy()]

    def first_failure(self) -> tuple[str, float] | None:
        """Name and time in ms of the first recorded value that is not finite, if there is one."""
        failures = []
        for name, values in self.variables.items():
            bad = (~values.reshape(len(values), -1).isfinite()).any(dim=1).nonzero()
            if len(bad):
                failures.append((float(self.time[int(bad[0])]), name))
        return min(failures)[::-1] if failures else None
