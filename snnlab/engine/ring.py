"""Spikes on their way where each synapse has its own delay: sums of what arrives, for each step that is to come."""

from typing import Any

from .ir import Value, i64
from .llvm import converted, printed
from .synapse_programs import channel_program


class Ring:
    """Rows of what will arrive at each neuron, as many as the longest delay; step t has row t modulo their number.

    A spike is looked at once, and every synapse adds its part in the row in which it arrives. So the sums are in the
    order of firing, whether a run begins anew or goes on.
    """

    def __init__(self, kernel: Any) -> None:
        self.kernel, self.f = kernel, kernel.f
        self.rows = kernel.size("late")
        self.sums = [kernel.array(f"s.late.{c}", kernel.shape.type) for c in range(len(kernel.channels))]
        # spikes of another population are known as late as the first of them arrives
        peers = {k for k in kernel.spread if kernel.links[k].source == "peer"}
        self.soonest = {k: kernel.size(f"k{k}.soonest") if k in peers else i64(1) for k in kernel.spread}
        self.places = {k: kernel.array(f"k{k}.places", "i32") for k in kernel.spread}

    def send(self, t: Value, lo: Value, n: Value) -> None:
        """What the spikes of the last step will bring; at the beginning, also those before that are on their way."""
        f = self.f
        start = f.select(f.compare("eq", t, i64(0)), f.binary("sub", i64(1), self.rows), t)
        sums = [f.offset(array, f.mul(lo, self.rows)) for array in self.sums]
        size = f.mul(self.rows, n)
        with f.loop(start, f.add(t, 1)) as step:
            for k in self.kernel.spread:
                u = f.binary("sub", step, self.soonest[k])
                with f.when(f.compare("sge", f.add(u, self.rows), i64(0))):
                    least = f.mul(f.binary("sub", t, u), n)  # what arrived before the run is over
                    base = f.mul(f.binary("srem", f.add(u, self.rows), self.rows), n)
                    self._send(k, u, lo, n, sums, (least, base, size))

    def _send(self, k: int, u: Value, lo: Value, n: Value, sums: list, bounds: tuple[Value, Value, Value]) -> None:
        f, kernel, sender, (least, base, size) = self.f, self.kernel, self.kernel.senders[k], bounds
        fired = kernel.lists[k](lo)
        with f.loop(i64(0), kernel.listed(sender.events(u, lo), sender.count(n), fired)) as c:
            j = f.get(fired, c)
            with f.loop(f.get(kernel.first_edge[k], j), f.get(kernel.first_edge[k], f.add(j, 1))) as e:
                ahead = converted(f, f.get(self.places[k], e), "i64")
                with f.when(f.compare("sge", ahead, least)):
                    place = f.add(base, ahead)
                    place = f.select(f.compare("sge", place, size), f.binary("sub", place, size), place)
                    w = f.get(kernel.weights[k], e)
                    for channel, array in zip(kernel.channels, sums):
                        part = printed(f, channel_program(channel, kernel.shape.dtype), {"w": w})[""]
                        kernel.add_to(array, place, part)

    def land(self, t: Value, lo: Value, n: Value) -> None:
        """Adds what arrives now to the rest of it, and makes room for what arrives a turn later."""
        f = self.f
        start = f.add(f.mul(lo, self.rows), f.mul(f.binary("srem", t, self.rows), n))
        for array, arrived in zip(self.sums, self.kernel.arrived):
            row = f.offset(array, start)
            with f.loop(i64(0), n, vectors=2) as i:
                self.kernel.add_to(arrived, i, f.get(row, i))
            f.clear(row, n)
