"""The reference of a network: what arrives at each step and what learns after it, by torch's own products."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from snnlab.core.plasticity import Spikes, sides
from snnlab.functional import TsodyksMakramState, stp_step

from . import memory
from .synapses import Projection, WeightSamples, like, tensors, trace_names


def _places(weights: Tensor) -> Tensor:
    """Where sparse weights have synapses, whatever their strength."""
    places, ones = (weights.crow_indices(), weights.col_indices()), torch.ones_like(weights.values())
    return torch.sparse_csr_tensor(*places, ones, weights.shape, check_invariants=False).to_dense() != 0


def _along(side: str, x: Tensor) -> Tensor:
    """Numbers of neurons at the weights between them, [1, n] of presynaptic and [n, 1] of postsynaptic ones."""
    return x.reshape(1, -1) if side == "pre" else x.reshape(-1, 1)


def _delays(one: Projection) -> list[int]:
    """The delays that there are."""
    return [one.delay] if isinstance(one.delay, int) else [int(d) for d in one.delay.unique()]


def _side_by_side(one: Projection, delays: list[int]) -> Tensor:
    """Weights as dense ones, [n, m] of each delay side by side."""
    w = one.weights
    if w.layout == torch.strided:
        return w
    if isinstance(one.delay, int):
        return w.to_dense()
    memory.check(w.numel() * w.element_size() * len(delays), w.device, f"Weights of {len(delays)} delays")
    return torch.cat([like(w, torch.where(one.delay == d, w.values(), 0.0)).to_dense() for d in delays], dim=1)


class EagerNetwork:
    """The reference: what arrives at each step, by torch's own products."""

    def __init__(
        self,
        projections: Sequence[Projection],
        synapses: Sequence[dict[str, Tensor]],
        channels: Sequence[Callable],
        history: Tensor,
        dt,
        now: int = 0,
    ) -> None:
        self.channels, self.dt, self.now, self.begin = channels or (lambda w: w,), dt, now, now
        self.fired = list(history.unbind())
        self.before = len(self.fired)
        self.delays = [_delays(one) for one in projections]
        self.weights = [_side_by_side(one, delays) for one, delays in zip(projections, self.delays)]
        zero = torch.zeros_like(self.fired[0])
        self.projections = [one._replace(release=tensors(one.release, zero)) for one in projections]
        learning = {k: one.learning for k, one in enumerate(projections) if one.learning is not None}
        self.rules = {k: (rule, tensors(p, zero)) for k, (rule, p) in learning.items()}
        self.there = {k: s["there"] if "there" in s else _places(projections[k].weights)
                      for k, s in enumerate(synapses) if k in learning}  # fmt: skip
        self.resources = {k: TsodyksMakramState(s["u"], s["x"])
                          for k, s in enumerate(synapses) if projections[k].release is not None}  # fmt: skip
        self.sampled: dict[int, list[Tensor]] = {k: [] for k, one in enumerate(projections) if one.every is not None}
        self.traces = {k: rule.state(*(synapses[k][name] for name in trace_names(rule).values()))
                       for k, (rule, _) in learning.items()}  # fmt: skip

    def arrive(self) -> tuple[Tensor, ...]:
        """The sums of what arrives now, one for each channel."""
        sums = [torch.zeros_like(self.fired[0]) for _ in self.channels]
        for k, one in enumerate(self.projections):
            z = torch.cat([self.sent(one, delay) for delay in self.delays[k]], dim=-1)
            if one.release is not None:
                z, self.resources[k] = stp_step(z, self.resources[k], one.release, self.dt)
            for c, channel in enumerate(self.channels):
                sums[c] = sums[c] + torch.nn.functional.linear(z, channel(self.weights[k]))
        return tuple(sums)

    def sent(self, one: Projection, delay: int) -> Tensor:
        """The spikes that arrive now over a projection, of so many steps ago."""
        latest = self.fired[-1]
        if one.source is None:
            return self.fired[-delay]
        return one.source.fired(self.now - delay, latest.shape[:-1]).to(latest.dtype)

    def fire(self, z: Tensor) -> None:
        """What the spikes of this step change."""
        for k, (rule, p) in self.rules.items():
            one = self.projections[k]
            spikes = Spikes(self.sent(one, *self.delays[k]), z)
            s = self.traces[k] = rule.next_traces(self.traces[k], spikes, p, self.dt)
            side = sides(rule)
            across = rule.state(*(_along(side[name], x) for name, x in zip(s._fields, s)))
            pairs = Spikes(*map(_along, Spikes._fields, spikes))
            weights = rule.next_weight(self.weights[k], across, pairs, p)
            self.weights[k] = torch.where(self.there[k], weights, self.weights[k])
        self.fired.append(z)
        del self.fired[: -self.before]
        self.now += 1
        for k, kept in self.sampled.items():
            if (self.now - self.begin) % (self.projections[k].every or 1) == 0:
                kept.append(self._as_given(k))

    def samples(self, request: Any) -> tuple[WeightSamples, ...]:
        """The weights on their way, of those projections that keep them."""
        found = []
        for k, kept in self.sampled.items():
            values = [w if w.layout == torch.strided else w.values() for w in kept]
            rows = torch.stack(values) if values else self.weights[k].new_empty((0, *self._as_given(k).shape))
            found.append(request.samples(self.projections[k], rows))
        return tuple(found)

    def synapses(self) -> tuple[dict[str, Tensor], ...]:
        """What has changed at the synapses: see `End.synapses`."""
        return tuple(self._changed(k) for k in range(len(self.projections)))

    def _changed(self, k: int) -> dict[str, Tensor]:
        found: dict[str, Tensor] = {}
        if k in self.resources:
            found |= {"u": self.resources[k].u, "x": self.resources[k].x}
        if k in self.traces:
            found |= dict(zip(trace_names(self.rules[k][0]).values(), self.traces[k])) | {"w": self._as_given(k)}
            if found["w"].layout == torch.strided:
                found["there"] = self.there[k]
        return found

    def _as_given(self, k: int) -> Tensor:
        """The weights of a projection that learns, dense or sparse as they were given."""
        given, w = self.projections[k].weights, self.weights[k]
        if given.layout == torch.strided:
            return w
        rows = torch.repeat_interleave(torch.arange(len(w), device=w.device), given.crow_indices().diff())
        columns = given.col_indices()
        # of several synapses between two neurons, each has its part
        several = like(given, torch.ones_like(given.values())).to_dense()[rows, columns]
        return like(given, w[rows, columns] / several)
