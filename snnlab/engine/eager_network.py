"""The reference of a network: what arrives at each step and what learns after it, by torch's own products."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from snnlab.functional import STDPState, TsodyksMakramState, stdp_step_linear, stp_step

from .synapses import Projection, like, tensors


def _places(weights: Tensor) -> Tensor:
    """Where sparse weights have synapses, whatever their strength."""
    places, ones = (weights.crow_indices(), weights.col_indices()), torch.ones_like(weights.values())
    return torch.sparse_csr_tensor(*places, ones, weights.shape, check_invariants=False).to_dense() != 0


class EagerNetwork:
    """The reference: what arrives at each step, by torch's own products."""

    def __init__(
        self,
        projections: Sequence[Projection],
        synapses: Sequence[dict[str, Tensor]],
        channels: Sequence[Callable],
        history: Tensor,
        dt,
    ) -> None:
        self.channels, self.dt = channels or (lambda w: w,), dt
        self.fired = list(history.unbind())
        self.before = len(self.fired)
        self.weights = [p.weights.to_dense() if p.weights.layout != torch.strided else p.weights for p in projections]
        zero = torch.zeros_like(self.fired[0])
        self.projections = [
            one._replace(release=tensors(one.release, zero), learning=tensors(one.learning, zero))
            for one in projections
        ]
        self.there = {k: s["there"] if "there" in s else _places(projections[k].weights)
                      for k, s in enumerate(synapses) if "t_pre" in s}  # fmt: skip
        self.resources = {k: TsodyksMakramState(s["u"], s["x"]) for k, s in enumerate(synapses) if "u" in s}
        self.traces = {k: STDPState(s["t_pre"], s["t_post"]) for k, s in enumerate(synapses) if "t_pre" in s}

    def arrive(self) -> tuple[Tensor, ...]:
        """The sums of what arrives now, one for each channel."""
        sums = [torch.zeros_like(self.fired[0]) for _ in self.channels]
        for k, one in enumerate(self.projections):
            z = self.fired[-one.delay]
            if one.release is not None:
                z, self.resources[k] = stp_step(z, self.resources[k], one.release, self.dt)
            for c, channel in enumerate(self.channels):
                sums[c] = sums[c] + torch.nn.functional.linear(z, channel(self.weights[k]))
        return tuple(sums)

    def fire(self, z: Tensor) -> None:
        """What the spikes of this step change."""
        for k, one in enumerate(self.projections):
            if one.learning is not None:
                given = self.fired[-one.delay], z, self.weights[k], self.traces[k], one.learning, self.dt
                weights, self.traces[k] = stdp_step_linear(*given)
                self.weights[k] = torch.where(self.there[k], weights, self.weights[k])
        self.fired.append(z)
        del self.fired[: -self.before]

    def synapses(self) -> tuple[dict[str, Tensor], ...]:
        """What has changed at the synapses: see `End.synapses`."""
        return tuple(self._changed(k) for k in range(len(self.projections)))

    def _changed(self, k: int) -> dict[str, Tensor]:
        found: dict[str, Tensor] = {}
        if k in self.resources:
            found |= {"u": self.resources[k].u, "x": self.resources[k].x}
        if k in self.traces:
            given, w = self.projections[k].weights, self.weights[k]
            found |= {"t_pre": self.traces[k].t_pre, "t_post": self.traces[k].t_post}
            if given.layout == torch.strided:
                return found | {"w": w, "there": self.there[k]}
            rows = torch.repeat_interleave(torch.arange(len(w), device=w.device), given.crow_indices().diff())
            columns = given.col_indices()
            # of several synapses between two neurons, each has its part
            several = like(given, torch.ones_like(given.values())).to_dense()[rows, columns]
            found["w"] = like(given, w[rows, columns] / several)
        return found
