"""The gradient of a network's run: what its spikes brought to others comes back to them, and to the weights."""

from collections.abc import Callable

from snnlab.core import Program

from .backward_loop import Backward
from .ir import Array, Value, i64, number
from .llvm import printed
from .loops import Shape, Table
from .network import Connected
from .synapse_programs import channel_gradient, channel_program
from .synapses import Link


class NetworkBackward(Connected, Backward):
    """A spike's gradient is also that of what it brought to others, a delay later."""

    def __init__(
        self,
        shape: Shape,
        table: Table,
        forward: Program,
        program: Program,
        wanted: tuple[str, ...],
        links: tuple[Link, ...],
        channels: tuple[Callable, ...],
        learns: tuple[int, ...],
    ) -> None:
        self.given, self.learns = (links, channels), learns
        super().__init__(shape, table, forward, program, wanted)

    def prepare(self) -> None:
        self.connect(*self.given)
        self.events = self.array("events", "i8")
        self.to_weights = {k: self.array(f"to.k{k}.w", self.shape.type) for k in self.learns}
        self.of_events = self.array("of_events", self.shape.type)
        self.targets |= {k: self.array(f"k{k}.targets", "i32") for k in self.spread}
        self.late = {k: self.array(f"k{k}.late", "i64") for k in self.spread}

    def before_pull(self, t: Value, lo: Value, n: Value) -> None:
        f = self.f
        given = self.row(self.of_spikes, t, self.of_spikes_stride, lo)
        row = f.offset(self.of_events, lo)
        f.copy(given, row, n)
        for k, link in enumerate(self.links):
            if link.source and k not in self.to_weights:
                continue
            events = self.senders[k].events(t, lo)
            if link.spread:
                self.pull_spread(k, t, lo, n, row, events)
            else:
                self.pull_link(k, t, lo, n, row, events)

    def pull_link(self, k: int, t: Value, lo: Value, n: Value, row: Array, events: Array) -> None:
        """The gradients of a step's spikes and of weights, from what the spikes brought a delay later."""
        f = self.f
        later = f.add(t, self.delays[k])
        arrived = [self.row(self.to_ports[f"r.{c}"], later, self.neurons, lo) for c in range(len(self.channels))]
        with f.when(f.compare("slt", later, self.t1)), f.loop(i64(0), self.senders[k].count(n)) as j:
            if not self.links[k].source:
                total = f.local(self.shape.type)
                f.store(number(0, self.shape.type), total)
                with self.edges(k, j, n) as (place, i):
                    self.gather(k, place, i, arrived, total)
                self.add_to(row, j, f.load(total, self.shape.type))
            if k in self.to_weights:
                with f.when(f.compare("ne", f.get(events, j), number(0, "i8"))), self.edges(k, j, n) as (place, i):
                    self.add_to_weight(k, place, i, arrived)

    def pull_spread(self, k: int, t: Value, lo: Value, n: Value, row: Array, events: Array) -> None:
        """The same where each synapse has its own delay."""
        f = self.f
        arrived = [f.offset(self.to_ports[f"r.{c}"], lo) for c in range(len(self.channels))]
        with f.loop(i64(0), self.senders[k].count(n)) as j:
            total = f.local(self.shape.type)
            f.store(number(0, self.shape.type), total)
            fired = f.compare("ne", f.get(events, j), number(0, "i8"))
            with self.edges(k, j, n) as (place, i):
                later = f.add(t, f.get(self.late[k], place))
                at = f.add(f.mul(later, self.neurons), i)
                with f.when(f.compare("slt", later, self.t1)):
                    self.gather(k, place, at, arrived, total)
                    if k in self.to_weights:
                        with f.when(fired):
                            self.add_to_weight(k, place, at, arrived)
            if not self.links[k].source:
                self.add_to(row, j, f.load(total, self.shape.type))

    def gather(self, k: int, place: Value, at: Value, arrived: list[Array], total: Value) -> None:
        """Adds what a synapse gives back to the gradient of its neuron's spike."""
        f = self.f
        w = f.get(self.weights[k], place)
        for channel, array in zip(self.channels, arrived):
            part = printed(f, channel_program(channel, self.shape.dtype), {"w": w})[""]
            product = f.binary("fmul", part, f.get(array, at))
            # in any order, as torch's products have it too
            f.store(f.binary("fadd reassoc", f.load(total, self.shape.type), product), total)

    def add_to_weight(self, k: int, place: Value, at: Value, arrived: list[Array]) -> None:
        f = self.f
        w = f.get(self.weights[k], place)
        for channel, array in zip(self.channels, arrived):
            part = printed(f, channel_gradient(channel, self.shape.dtype), {"w": w, "g": f.get(array, at)})[""]
            self.add_to(self.to_weights[k], place, part)

    def spike_gradients(self, t: Value, lo: Value) -> Array:
        return self.f.offset(self.of_events, lo)
