"""A network as a kernel takes it: synapses sorted by the neuron they leave, and memory for what changes in them."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from .llvm import Unprintable
from .request import Request
from .synapses import Link, Projection, constants, numeric, tensors


class Wiring:
    """The projections of a run: numbers for the kernel's table, memory, weights that want a gradient."""

    def __init__(self, asked: Request) -> None:
        self.entries: dict[str, Any] = {}
        self.alive: dict[str, Tensor] = {}  # memory that kernels read where it lies
        self.leaves: dict[str, Tensor] = {}
        self.learning: list[tuple[int, Tensor]] = []
        self.asked = asked
        self.links = tuple(self._link(k, one) for k, one in enumerate(asked.network))
        self.delays = tuple(one.delay for one in asked.network)

    @property
    def channels(self) -> tuple[Callable, ...]:
        return self.asked.channels if self.links else ()

    @property
    def history(self) -> Tensor | None:
        """The spikes before the run, as many rows as the longest delay."""
        return self.asked.past(max(self.delays)) if self.links else None

    def _keep(self, name: str, tensor: Tensor) -> None:
        self.alive[name] = tensor

    def _link(self, k: int, one: Projection) -> Link:
        asked, plastic = self.asked, one.release is not None or one.learning is not None
        if asked.gradient and plastic:
            raise Unprintable("plasticity has a gradient in eager torch alone")
        sparse = one.weights.layout != torch.strided
        values = self._sorted(k, one.weights) if sparse else one.weights.t().reshape(-1)
        if asked.gradient and values.requires_grad:
            self.leaves[f"k{k}.w"] = values
        values = values.detach().contiguous()
        if one.learning is not None:
            values = tensors(one.learning, values).bounding_func(values.clone())
            self.learning.append((k, values))
        self._keep(f"k{k}.w", values)
        self.entries[f"k{k}.size"] = values.numel()
        if one.release is not None:
            self._keep(f"k{k}.u", torch.zeros(asked.N, dtype=asked.dtype))
            self._keep(f"k{k}.x", torch.ones(asked.N, dtype=asked.dtype))
            self.entries |= {f"k{k}.release.{name}": value for name, value in numeric(one.release).items()}
        if one.learning is not None:
            for trace in ("t_pre", "t_post"):
                self._keep(f"k{k}.{trace}", torch.zeros(asked.N, dtype=asked.dtype))
            self.entries |= {f"k{k}.learning.{name}": value for name, value in numeric(one.learning).items()}
        return Link(sparse, one.release is not None, None if one.learning is None else constants(one.learning))

    def _sorted(self, k: int, weights: Tensor) -> Tensor:
        """Values of sparse weights by column, where a neuron's synapses begin, and the neurons that they reach."""
        n, columns = weights.shape[0], weights.col_indices()
        rows = torch.repeat_interleave(torch.arange(n), weights.crow_indices().diff())
        order = columns.argsort(stable=True)
        first = torch.zeros(n + 1, dtype=torch.int64)
        first[1:] = columns.bincount(minlength=n).cumsum(0)
        self._keep(f"k{k}.first", first)
        self._keep(f"k{k}.targets", rows[order].to(torch.int64).contiguous())
        return weights.values()[order]

    def learnt(self) -> tuple[Tensor, ...]:
        """The weights that plasticity left, dense where they were and sparse where they were."""
        found = []
        for k, values in self.learning:
            weights, n = self.asked.network[k].weights, self.asked.shape[-1]
            if weights.layout == torch.strided:
                found.append(values.reshape(n, n).t().contiguous())
                continue
            order = weights.col_indices().argsort(stable=True)
            mine = torch.empty_like(values)
            mine[order] = values
            found.append(_like(weights, mine))
        return tuple(found)


def _like(weights: Tensor, values: Tensor) -> Tensor:
    places = weights.crow_indices(), weights.col_indices()
    return torch.sparse_csr_tensor(*places, values, weights.shape, check_invariants=False)
