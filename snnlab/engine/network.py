"""The loop around a population whose spikes come back: what arrives before a step, what learns after it.

Spikes are events: only the synapses of neurons that fired are looked at. A network is a block of its own, since all its
neurons must be at one time.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from snnlab.core import Program
from snnlab.core.plasticity import sides

from .forward_loop import Forward
from .ir import Array, Value, i64, number
from .llvm import converted, printed
from .loops import Shape, Table
from .ring import Ring
from .senders import SENDERS
from .synapse_programs import channel_program, learning_program, release_program, traces_program
from .synapses import RESOURCES, Link, trace_names

WORD = 8  # spikes that are looked at together


class Connected:
    """What both directions know of the synapses; mixed into a kernel."""

    f: Any
    shape: Shape
    links: tuple[Link, ...]
    channels: tuple[Callable, ...]

    def connect(self: Any, links: tuple[Link, ...], channels: tuple[Callable, ...]) -> None:
        self.links, self.channels, self.rows_of_scratch = links, channels, 0
        self.weights = [self.array(f"k{k}.w", self.shape.type) for k in range(len(links))]
        self.delays = [self.size(f"k{k}.delay") for k in range(len(links))]
        self.first_edge = {k: self.array(f"k{k}.first", "i64") for k, one in enumerate(links) if one.sparse}
        self.spread = [k for k, one in enumerate(links) if one.spread]
        plain = [k for k in self.first_edge if k not in self.spread]
        self.targets = {k: self.array(f"k{k}.targets", "i32") for k in plain}
        self.senders = [SENDERS[one.source](self, k) for k, one in enumerate(links)]

    def scratch(self: Any, type: str) -> Array:
        """A row of memory of this thread, one entry for each neuron of the network."""
        place = self.f.mul(self.f.mul(self.block, 8), self.rows_of_scratch)
        self.rows_of_scratch += 1
        return self.f.array(self.f.new("ptr", f"getelementptr i8, ptr %scratch, {place}"), type)

    @contextmanager
    def edges(self: Any, k: int, j: Value, n: Value):
        """The synapses of projection k that leave neuron j: (place of the weight, neuron that they reach)."""
        f = self.f
        if self.links[k].sparse:
            with f.loop(f.get(self.first_edge[k], j), f.get(self.first_edge[k], f.add(j, 1))) as e:
                yield e, converted(f, f.get(self.targets[k], e), "i64")
        else:
            start = f.mul(j, n)
            with f.loop(i64(0), n) as i:
                yield f.add(start, i), i

    def listed(self: Any, row: Array, n: Value, where: Array) -> Value:
        """Writes the numbers of those that fired to `where`, and gives how many they are."""
        f = self.f
        count = f.local("i64")
        f.store(i64(0), count)

        def look(j: Value) -> None:
            so_far = f.load(count, "i64")
            f.put(where, so_far, j)
            f.store(f.add(so_far, f.new("i64", f"zext {f.get(row, j)} to i64")), count)

        words = f.binary("sdiv", n, i64(WORD))
        with f.loop(i64(0), words) as word:
            place = f.at(row, f.mul(word, WORD))
            several = f.new("i64", f"load i64, {place}, align 1")
            with f.when(f.compare("ne", several, i64(0))), f.loop(i64(0), i64(WORD)) as k:
                look(f.add(f.mul(word, WORD), k))
        with f.loop(f.mul(words, WORD), n) as j:
            look(j)
        return f.load(count, "i64")

    def add_to(self: Any, array: Array, index: Value, value: Value) -> None:
        self.f.put(array, index, self.f.binary("fadd", self.f.get(array, index), value))


class NetworkForward(Connected, Forward):
    """A block is a network. In front of the spikes lie those before the run, as many rows as the longest delay."""

    def __init__(
        self, shape: Shape, table: Table, program: Program, links: tuple[Link, ...], channels: tuple[Callable, ...]
    ) -> None:
        self.given = links, channels
        super().__init__(shape, table, program)

    def prepare(self) -> None:
        shape = self.shape
        self.connect(*self.given)
        self.events = self.spikes
        count = range(len(self.channels))
        if shape.gradient:
            self.arrived_rows = [self.array(f"arrived.{c}", shape.type) for c in count]
        else:
            self.arrived = [self.scratch(shape.type) for _ in count]
        self.lists = [sender.memory("list", "i64") for sender in self.senders]
        self.fired = self.scratch("i64")
        released = [k for k, one in enumerate(self.links) if one.release]
        self.released = {k: self.senders[k].memory("released", shape.type) for k in released}
        resources = dict(zip(RESOURCES, RESOURCES))
        self.resources = {k: self.variables(k, resources) for k, one in enumerate(self.links) if one.release}
        if self.spread:
            self.ring = Ring(self)
        rules = {k: one.learning[0] for k, one in enumerate(self.links) if one.learning is not None}
        self.traces = {k: self.variables(k, trace_names(rule)) for k, rule in rules.items()}
        self.sampled = {
            k: (self.array(f"k{k}.sampled", shape.type), self.size(f"k{k}.every"), self.size(f"k{k}.size"))
            for k, one in enumerate(self.links)
            if one.sampled
        }
        self.there = {k: self.array(f"k{k}.there", "i8") for k in rules if self.links[k].masked}
        self.rules = {(k, program): self.rule(k, program, prefix) for k, prefix, program in self.programs()}

    def variables(self, k: int, names: dict[str, str]) -> dict[str, Array]:
        return {field: self.array(f"k{k}.s.{name}", self.shape.type) for field, name in names.items()}

    def programs(self) -> Iterator[tuple[int, str, Program]]:
        """What happens at synapses: (projection, kind of parameters, operations)."""
        dtype = self.shape.dtype
        for k, link in enumerate(self.links):
            if link.release:
                yield k, "release", release_program(dtype)
            if link.learning is not None:
                yield k, "learning", traces_program(dtype, *link.learning)
                yield k, "learning", learning_program(dtype, *link.learning)

    def rule(self, k: int, program: Program, prefix: str) -> dict[str, Value]:
        """Parameters of a program, and the time step."""
        names = {n: "dt" if n == "dt" else f"k{k}.{prefix}.{n[2:]}" for n in program.used if n == "dt" or n[:2] == "p."}
        return {name: self.scalar(entry) for name, entry in names.items()}

    @property
    def spike_type(self) -> str:
        return "i8"

    def spike(self, z: Value) -> Value:
        return self.f.new("i8", f"zext {self.f.compare('ogt', z, number(0, z.type))} to i8")

    def before_row(self, t: Value, lo: Value, n: Value) -> None:
        f, shape = self.f, self.shape
        if shape.gradient:
            self.arrived = [self.row(a, t, self.neurons, lo) for a in self.arrived_rows]
        for array in self.arrived:
            f.clear(array, n)
        for k, link in enumerate(self.links):
            if link.spread:
                continue
            events, count = self.sent(k, t, lo), self.senders[k].count(n)
            released = self.release(k, events, lo, count) if link.release else None
            fired = self.lists[k](lo)
            with f.loop(i64(0), self.listed(events, count, fired)) as c:
                j = f.get(fired, c)
                amount = None if released is None else f.get(released, j)
                with self.edges(k, j, n) as (place, i):
                    w = f.get(self.weights[k], place)
                    for channel, array in zip(self.channels, self.arrived):
                        part = printed(f, channel_program(channel, shape.dtype), {"w": w})[""]
                        self.add_to(array, i, part if amount is None else f.binary("fmul", amount, part))
        if self.spread:
            self.ring.send(t, lo, n)
            self.ring.land(t, lo, n)

    def row_values(self, j: Value) -> dict[str, Value]:
        return {f"r.{c}": self.f.get(array, j) for c, array in enumerate(self.arrived)}

    def after_row(self, t: Value, lo: Value, n: Value) -> None:
        f = self.f
        for k, link in enumerate(self.links):
            if link.learning is not None:
                self.learn(k, t, lo, n)
        for k in self.sampled:
            self.sample(k, f.add(t, 1))

    def sample(self, k: int, steps: Value) -> None:
        """Keep the weights after so many steps, where these are a multiple of what was asked for."""
        f, (samples, every, size) = self.f, self.sampled[k]
        with f.when(f.compare("eq", f.binary("srem", steps, every), i64(0))):
            row = f.mul(f.binary("sub", f.binary("sdiv", steps, every), i64(1)), size)
            with f.loop(i64(0), size) as place:
                f.put(samples, f.add(row, place), f.get(self.weights[k], place))

    def sent(self, k: int, t: Value, lo: Value) -> Array:
        """The spikes that arrive over projection k in step t."""
        return self.senders[k].events(self.f.binary("sub", t, self.delays[k]), lo)

    def release(self, k: int, events: Array, lo: Value, count: Value) -> Array:
        """What of a weight the spikes of each sender release."""
        f, dtype = self.f, self.shape.dtype
        program = release_program(dtype)
        state = {v: f.offset(a, self.senders[k].start(lo)) for v, a in self.resources[k].items()}
        parameters, released = self.rules[k, program], self.released[k](lo)
        with f.loop(i64(0), count) as j:
            z = converted(f, f.get(events, j), self.shape.type)
            found = printed(f, program, parameters | {"z": z} | {f"s.{v}": f.get(a, j) for v, a in state.items()})
            f.put(released, j, found["released"])
            for v, a in state.items():
                f.put(a, j, found[v])
        return released

    def follow(self, k: int, side: str, events: Array, count: Value) -> None:
        """The traces of one side after the spikes of a step."""
        f, learning = self.f, self.links[k].learning
        assert learning is not None
        program = traces_program(self.shape.dtype, *learning)
        traces = {v: a for v, a in self.traces[k].items() if sides(learning[0])[v] == side}
        with f.loop(i64(0), count) as j:
            given = {f"z.{side}": converted(f, f.get(events, j), self.shape.type)}
            given |= {f"s.{v}": f.get(a, j) for v, a in traces.items()}
            found = printed(f, program.part(*traces), self.rules[k, program] | given)
            for v, a in traces.items():
                f.put(a, j, found[v])

    def learn(self, k: int, t: Value, lo: Value, n: Value) -> None:
        f, shape, learning = self.f, self.shape, self.links[k].learning
        assert learning is not None
        before, now = self.sent(k, t, lo), self.row(self.events, t, self.neurons, lo)
        traces, senders, side = self.traces[k], self.senders[k].count(n), sides(learning[0])
        for mine, events, count in (("pre", before, senders), ("post", now, n)):
            self.follow(k, mine, events, count)
        program = learning_program(shape.dtype, *learning)
        parameters = self.rules[k, program]
        count = self.listed(now, n, self.fired)

        def change(place: Value, i: Value, j: Value, pre: Value) -> None:
            post = converted(f, f.get(now, i), shape.type)
            given = {"w": f.get(self.weights[k], place), "z.pre": pre, "z.post": post}
            given |= {f"s.{name}": f.get(a, j if side[name] == "pre" else i) for name, a in traces.items()}
            learnt = printed(f, program, parameters | given)[""]
            if k in self.there:  # what is no synapse stays none
                there = f.compare("ne", f.get(self.there[k], place), number(0, "i8"))
                learnt = f.select(there, learnt, given["w"])
            f.put(self.weights[k], place, learnt)

        with f.loop(i64(0), senders) as j:
            fired = f.get(before, j)
            arrived = f.compare("ne", fired, number(0, "i8"))
            pre = converted(f, fired, shape.type)
            with f.when(arrived), self.edges(k, j, n) as (place, i):
                change(place, i, j, pre)
            silent = f.binary("xor", arrived, Value("true", "i1"))
            some = f.binary("and", silent, f.compare("sgt", count, i64(0)))
            with f.when(some):
                if self.links[k].sparse:
                    with self.edges(k, j, n) as (place, i), f.when(f.compare("ne", f.get(now, i), number(0, "i8"))):
                        change(place, i, j, pre)
                else:
                    with f.loop(i64(0), count) as c:
                        i = f.get(self.fired, c)
                        change(f.add(f.mul(j, n), i), i, j, pre)
