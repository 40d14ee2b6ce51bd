"""Who sends spikes over a projection, as a kernel finds them: the population itself, another one, or a source."""

from collections.abc import Callable
from typing import Any

from .ir import Array, Value, i64, number
from .llvm import printed
from .sources import draw_program


class Sender:
    """The population itself, whose spikes lie where they are recorded."""

    def __init__(self, kernel: Any, k: int) -> None:
        self.kernel, self.f, self.k = kernel, kernel.f, k

    def count(self, n: Value) -> Value:
        """How many they are, of a population of n neurons."""
        return n

    def start(self, lo: Value) -> Value:
        """The first of those of the network that begins with neuron `lo`."""
        return lo

    def events(self, t: Value, lo: Value) -> Array:
        """Their spikes in step t, a byte each."""
        return self.kernel.row(self.kernel.events, t, self.kernel.neurons, lo)

    def memory(self, name: str, type: str) -> Callable[[Value], Array]:
        """Room for a number of each of them, of the network that begins with neuron `lo`."""
        array = self.kernel.scratch(type)
        return lambda lo: array


class Outer(Sender):
    """Others than the population, whose number is their own."""

    def __init__(self, kernel: Any, k: int) -> None:
        super().__init__(kernel, k)
        self.senders = kernel.size(f"k{k}.senders")

    def count(self, n: Value) -> Value:
        return self.senders

    def start(self, lo: Value) -> Value:
        return self.f.mul(self.f.binary("sdiv", lo, self.kernel.block), self.senders)

    def memory(self, name: str, type: str) -> Callable[[Value], Array]:
        array = self.kernel.array(f"k{self.k}.{name}", type)
        return lambda lo: self.f.offset(array, self.start(lo))


class OfPeer(Outer):
    """Another population: its spikes lie where that one records them."""

    def __init__(self, kernel: Any, k: int) -> None:
        super().__init__(kernel, k)
        self.array, self.stride = kernel.array(f"k{k}.events", "i8"), kernel.size(f"k{k}.events.stride")

    def events(self, t: Value, lo: Value) -> Array:
        return self.kernel.row(self.array, t, self.stride, self.start(lo))


class OfSource(Outer):
    """A source: what it fires in a step is written into a row of its own when it is asked for."""

    def __init__(self, kernel: Any, k: int) -> None:
        super().__init__(kernel, k)
        self.row = self.memory("row", "i8")
        self.before = kernel.before or kernel.size("before")


class OfDrawn(OfSource):
    def __init__(self, kernel: Any, k: int) -> None:
        super().__init__(kernel, k)
        self.chance, self.seed = kernel.array(f"k{k}.chance", "i64"), kernel.size(f"k{k}.seed")

    def events(self, t: Value, lo: Value) -> Array:
        f, row, start, step = self.f, self.row(lo), self.start(lo), self.f.add(self.before, t)
        begun = f.compare("sge", step, i64(0))
        with f.loop(i64(0), self.senders, vectors=2) as j:
            given = {"seed": self.seed, "t": step, "j": f.add(start, j), "chance": f.get(self.chance, j)}
            z = f.binary("and", printed(f, draw_program(), given)["z"], begun)
            f.put(row, j, f.new("i8", f"zext {z} to i8"))
        return row


class OfGiven(OfSource):
    def __init__(self, kernel: Any, k: int) -> None:
        super().__init__(kernel, k)
        self.first, self.trains = kernel.array(f"k{k}.steps", "i64"), kernel.array(f"k{k}.trains", "i64")
        self.known = kernel.size(f"k{k}.known")

    def events(self, t: Value, lo: Value) -> Array:
        f, row, step = self.f, self.row(lo), self.f.add(self.before, t)
        f.clear(row, self.senders)
        inside = f.binary("and", f.compare("sge", step, i64(0)), f.compare("slt", step, self.known))
        with f.when(inside), f.loop(f.get(self.first, step), f.get(self.first, f.add(step, 1))) as e:
            f.put(row, f.get(self.trains, e), number(1, "i8"))
        return row


SENDERS = {"": Sender, "peer": OfPeer, "drawn": OfDrawn, "given": OfGiven}
