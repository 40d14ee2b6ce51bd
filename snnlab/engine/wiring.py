"""A network as a kernel takes it: synapses sorted by the neuron they leave, and memory for what changes in them."""

from collections import deque
from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from . import memory
from .llvm import Unprintable
from .request import Request
from .sources import Drawn, Peer
from .synapses import Link, Projection, WeightSamples, constants, event_driven, like, numeric

MANY = 20_000_000  # synapses of which the order is kept, in all: some 16 bytes each


class Wiring:
    """The projections of a run: numbers for the kernel's table, memory, weights that want a gradient."""

    def __init__(self, asked: Request) -> None:
        self.entries: dict[str, Any] = {}
        self.alive: dict[str, Tensor] = {}  # memory that kernels read where it lies
        self.leaves: dict[str, Tensor] = {}
        self.changing: list[dict[str, Tensor]] = [{} for _ in asked.network]
        self.sampled: dict[int, Tensor] = {}  # weights on their way, as they lie in memory
        self.order: dict[int, Tensor] = {}  # of sparse weights, as they are sorted by column
        self.asked = asked
        self.links = tuple(self._link(k, one) for k, one in enumerate(asked.network))
        self.delays = tuple(one.longest for one in asked.network)
        if spread := [delay for delay, link in zip(self.delays, self.links) if link.spread]:
            self._ring(max(spread))

    @property
    def channels(self) -> tuple[Callable, ...]:
        return self.asked.channels if self.links else ()

    @cached_property
    def history(self) -> Tensor | None:
        """The spikes before the run, as many rows as the longest delay."""
        return self.asked.past(max(self.delays)) if self.links else None

    def _ring(self, rows: int) -> None:
        """What is on its way to each neuron, for so many steps: one array for each channel."""
        size, asked = rows * self.asked.N, self.asked
        memory.check(
            size * asked.dtype.itemsize * len(asked.channels), "cpu", f"Spikes on their way for {rows:,} steps"
        )
        self.entries["late"] = rows
        for c in range(len(asked.channels)):
            self._keep(f"s.late.{c}", torch.zeros(size, dtype=asked.dtype))

    def _keep(self, name: str, tensor: Tensor) -> None:
        self.alive[name] = tensor

    def _link(self, k: int, one: Projection) -> Link:
        asked, plastic = self.asked, one.release is not None or one.learning is not None
        if asked.gradient and plastic:
            raise Unprintable("plasticity has a gradient in eager torch alone")
        sparse, kind = one.weights.layout != torch.strided, self._sender(k, one)
        values = self._sorted(k, one) if sparse else one.weights.t().reshape(-1)
        if asked.gradient and values.requires_grad:
            self.leaves[f"k{k}.w"] = values
        values, masked = values.detach().contiguous(), False
        if one.learning is not None:
            values = self.changing[k]["w"] = values.clone()
            if not sparse and (masked := not bool((there := asked.synapses[k]["there"]).all())):
                self._keep(f"k{k}.there", there.t().contiguous())
        self._keep(f"k{k}.w", values)
        self.entries[f"k{k}.size"] = values.numel()
        for name, begin in asked.synapses[k].items():
            if name != "there":
                self.changing[k][name] = begin.reshape(-1).clone()
                self._keep(f"k{k}.s.{name}", self.changing[k][name])
        if one.release is not None:
            self.entries |= {f"k{k}.release.{name}": value for name, value in numeric(one.release).items()}
        if one.learning is None:
            return Link(sparse, one.release is not None, None, spread=not isinstance(one.delay, int), source=kind)
        rule, p = one.learning
        self.entries |= {f"k{k}.learning.{name}": value for name, value in numeric(p).items()}
        if not event_driven(rule, p, one.weights[there] if masked else values):
            raise Unprintable(f"{rule.name} changes weights where nothing spikes")
        if one.every is not None:
            self._sample(k, one.every, values)
        return Link(
            sparse, one.release is not None, (rule, constants(p)), masked, source=kind, sampled=one.every is not None
        )

    def _sample(self, k: int, every: int, values: Tensor) -> None:
        """Room for weights at the end of every so many steps."""
        self.sampled[k] = memory.empty((self.asked.steps // every, values.numel()), values.dtype)
        self._keep(f"k{k}.sampled", self.sampled[k])
        self.entries[f"k{k}.every"] = every

    def _sender(self, k: int, one: Projection) -> str:
        """Who sends, if not the population itself, and what a kernel needs to know of them."""
        if (sender := one.source) is None:
            return ""
        m, networks = sender.size, self.asked.N // self.asked.shape[-1]
        self.entries[f"k{k}.senders"] = m
        self.entries |= {f"k{k}.events.stride": networks * m, f"k{k}.soonest": one.soonest}
        for name, dtype in (("row", torch.int8), ("list", torch.int64), ("released", self.asked.dtype)):
            self._keep(f"k{k}.{name}", torch.zeros(networks * m, dtype=dtype))
        if isinstance(sender, Peer):
            return "peer"
        if isinstance(sender, Drawn):
            self._keep(f"k{k}.chance", sender.chance)
            self.entries[f"k{k}.seed"] = sender.seed
            return "drawn"
        self._keep(f"k{k}.steps", sender.first)
        self._keep(f"k{k}.trains", sender.trains)
        self.entries[f"k{k}.known"] = len(sender.first) - 1
        return "given"

    def _sorted(self, k: int, one: Projection) -> Tensor:
        """Values of sparse weights by column, where a neuron's synapses begin, and the neurons that they reach."""
        weights, delays = one.weights, one.delay if isinstance(one.delay, Tensor) else None
        found = leaving(weights.crow_indices(), weights.col_indices(), tuple(weights.shape), delays)
        for name in ("first", "targets", "late", "places"):
            if (array := getattr(found, name)) is not None:
                self._keep(f"k{k}.{name}", array)
        if delays is not None and found.places is None:
            raise Unprintable(f"a delay of {one.longest:,} steps of {len(weights):,} neurons is too long for it")
        self.order[k] = found.order
        return weights.values()[found.order]

    def synapses(self) -> tuple[dict[str, Tensor], ...]:
        """What has changed at the synapses, weights dense where they were and sparse where they were: see `End`."""
        return tuple(self._changed(k, one) for k, one in enumerate(self.asked.network))

    def samples(self) -> tuple[WeightSamples, ...]:
        """The weights on their way, of those projections that keep them."""
        found = []
        for k, values in self.sampled.items():
            one, mine = self.asked.network[k], values
            if one.weights.layout == torch.strided:
                mine = values.reshape(len(values), *one.weights.t().shape).mT.contiguous()
            else:
                mine = torch.empty_like(values)
                mine[:, self.order[k]] = values
            found.append(self.asked.samples(one, mine))
        return tuple(found)

    def _changed(self, k: int, one: Projection) -> dict[str, Tensor]:
        begin, changing = self.asked.synapses[k], dict(self.changing[k])
        values = changing.pop("w", None)
        found = {name: value.reshape(begin[name].shape) for name, value in changing.items()}
        if values is None:
            return found
        if one.weights.layout == torch.strided:
            return found | {"w": values.reshape(one.weights.t().shape).t().contiguous(), "there": begin["there"]}
        mine = torch.empty_like(values)
        mine[self.order[k]] = values
        return found | {"w": like(one.weights, mine)}


class Leaving(NamedTuple):
    """Synapses by the neuron that they leave: their order in CSR, whom they reach, where those of each neuron begin.

    Where they have delays of their own, these, and delay n + target, where that is a whole number of 32 bits.
    """

    order: Tensor
    targets: Tensor
    first: Tensor
    late: Tensor | None = None
    places: Tensor | None = None


class _Sorted(NamedTuple):
    rows: Tensor
    columns: Tensor
    delays: Tensor | None
    shape: tuple[int, ...]
    found: Leaving

    @property
    def size(self) -> int:
        return len(self.columns)

    def has(self, rows: Tensor, columns: Tensor, shape: tuple[int, ...], delays: Tensor | None) -> bool:
        if self.shape != shape or (self.delays is None) != (delays is None) or not torch.equal(self.rows, rows):
            return False
        late = delays is None or self.delays is None or torch.equal(self.delays, delays)
        return late and torch.equal(self.columns, columns.int())


ORDERS: deque[_Sorted] = deque(maxlen=4)  # the latest


def leaving(rows: Tensor, columns: Tensor, shape: tuple[int, ...], delays: Tensor | None = None) -> Leaving:
    """Synapses of CSR of this shape, [neurons that they reach, neurons that they leave], by the neuron that they leave.

    What was sorted lately is known by its numbers, whatever tensors they lie in: to compare them takes a tenth as long.
    """
    for known in tuple(ORDERS):
        if known.has(rows, columns, shape, delays):
            return known.found
    order, targets, first = _by_column(rows, columns, shape)
    found = Leaving(order, targets, first)
    if delays is not None:
        late = delays[order]
        short = int(late.max()) * shape[0] < 2**31
        found = found._replace(late=late, places=(late * shape[0] + targets).int() if short else None)
    if len(columns) <= MANY:
        own = None if delays is None else delays.clone()
        ORDERS.append(_Sorted(rows.clone(), columns.int(), own, shape, found))  # neurons are counted in 32 bits
        while sum(known.size for known in tuple(ORDERS)) > MANY:
            ORDERS.popleft()
    return found


def _by_column(rows: Tensor, columns: Tensor, shape: tuple[int, ...]) -> tuple[Tensor, ...]:
    from scipy.sparse import csr_matrix  # slow to load: for sparse weights alone

    # by counting: a third of the time of a sort, and in 32 bits, where these can count synapses, half of that
    kind = np.int32 if len(columns) < 2**31 else np.int64
    given = (np.arange(len(columns), dtype=kind), columns.numpy().astype(kind), rows.numpy().astype(kind))
    places = csr_matrix(given, shape=shape).tocsc()
    order, targets, first = places.data, places.indices.astype(np.int32, copy=False), places.indptr.astype(np.int64)
    return tuple(torch.from_numpy(x) for x in (order, targets, first))
