"""The kernel that runs the gradient of the recorded step backward, block by block from stored states."""

from snnlab.core import Program

from .ir import Array, Value, i64
from .loops import CHECKPOINT, Kernel, Shape, Table


class Backward(Kernel):
    """Time in reverse: states are recomputed from the last stored one, then gradients are taken back through them."""

    def __init__(self, shape: Shape, table: Table, forward: Program, program: Program, wanted: tuple[str, ...]) -> None:
        super().__init__("pull", shape, table, program, forward)
        self.forward, self.program, f = forward, program, self.f
        named = {port.name for port in shape.ports}
        self.to_ports = {n: self.array(f"to.{n}", shape.type) for n in wanted if n in named}
        self.to_parameters = {n: self.array(f"to.{n}", shape.type) for n in wanted if n not in named}
        self.to_state = {k: self.array(f"to.s.{k}", shape.type) for k in shape.state}
        self.of_spikes, self.of_spikes_stride = self.array("g.z", shape.type), self.size("g.z.stride")
        self.of_kept = {k: self.array(f"g.kept.{k}", shape.type) for k in shape.kept}
        self.kept_strides = {k: self.size(f"g.kept.{k}.stride") for k in shape.kept}
        self.of_picked = {k: self.array(f"g.picked.{k}", shape.type) for k in shape.picked}
        if shape.picked:
            self.watch()
        self.checkpoints = self.array("checkpoints", shape.type)
        scratch = Value("%scratch", "ptr")
        self.now = {k: f.array(scratch, shape.type) for k in shape.state}
        self.history = {k: f.array(scratch, shape.type) for k in shape.state}
        self.prepare()
        self.write()
        f.line("ret void")

    def write(self) -> None:
        f, shape = self.f, self.shape
        count = len(shape.state)
        with f.loop(self.lo, self.hi, self.block) as lo:
            n = self.minimum(self.block, f.binary("sub", self.hi, lo))
            wide = {k: f.offset(a, lo) for k, a in self.wide.items()}
            # scratch: one row for the state that runs, then a row for each step of a segment, variable by variable
            now = {k: f.offset(a, f.mul(self.block, place)) for place, (k, a) in enumerate(self.now.items())}
            history = {
                k: f.offset(a, f.mul(self.block, count + place * CHECKPOINT))
                for place, (k, a) in enumerate(self.history.items())
            }
            last = f.binary("sdiv", f.add(self.t1, -1), i64(CHECKPOINT))
            with f.loop(i64(0), f.add(last, 1)) as back:
                segment = f.binary("sub", last, back)
                start = f.mul(segment, CHECKPOINT)
                stop = self.minimum(self.t1, f.add(start, CHECKPOINT))
                for place, k in enumerate(shape.state):
                    row = self.row(self.checkpoints, f.add(f.mul(segment, count), place), self.neurons, lo)
                    f.copy(row, now[k], n)
                with f.loop(start, stop) as t:
                    self.recompute(t, f.binary("sub", t, start), lo, n, now, history, wide)
                with f.loop(start, stop) as ahead:
                    t = f.binary("sub", f.add(f.add(start, stop), -1), ahead)
                    self.pull(t, f.binary("sub", t, start), lo, n, history, wide)

    def recompute(self, t, place, lo, n, now, history, wide) -> None:
        """Store the state before step t, and go on to the next."""
        f, shape = self.f, self.shape
        rows = self.port_rows(t, lo)
        stored = {k: f.offset(a, f.mul(place, self.block)) for k, a in history.items()}
        with f.loop(i64(0), n, vectors=1) as j:
            inputs = self.port_values(rows, j) | {k: f.get(a, j) for k, a in wide.items()}
            inputs |= self.counters(t, lo, j)
            before = {k: f.get(a, j) for k, a in now.items()}
            found = self.printed(self.forward, inputs | {f"s.{k}": v for k, v in before.items()})
            for k in shape.state:
                f.put(stored[k], j, before[k])
                f.put(now[k], j, found[f"s.{k}"])

    def pull(self, t, place, lo, n, history, wide) -> None:
        """From the gradient of what step t gave to that of what it got."""
        f = self.f
        gradients = {k: f.offset(a, lo) for k, a in self.to_state.items()}
        self.add_picked(t, lo, gradients)
        rows = self.port_rows(t, lo)
        stored = {k: f.offset(a, f.mul(place, self.block)) for k, a in history.items()}
        of_kept = {k: self.row(a, t, self.kept_strides[k], lo) for k, a in self.of_kept.items()}
        to_ports = {name: self.row(a, t, self.neurons, lo) for name, a in self.to_ports.items()}
        to_parameters = {name: f.offset(a, lo) for name, a in self.to_parameters.items()}
        self.before_pull(t, lo, n)
        of_spikes = self.spike_gradients(t, lo)
        with f.loop(i64(0), n, vectors=1) as j:
            inputs = self.port_values(rows, j) | {k: f.get(a, j) for k, a in wide.items()}
            inputs |= {f"s.{k}": f.get(a, j) for k, a in stored.items()} | self.counters(t, lo, j)
            inputs["g.z"] = f.get(of_spikes, j)
            for k, a in gradients.items():
                gradient = f.get(a, j)
                if k in of_kept:
                    gradient = f.binary("fadd", gradient, f.get(of_kept[k], j))
                inputs[f"g.s.{k}"] = gradient
            found = self.printed(self.program, inputs)
            for k, a in gradients.items():
                f.put(a, j, found[f"s.{k}"])
            for name, a in to_ports.items():
                f.put(a, j, found[name])
            for name, a in to_parameters.items():
                f.put(a, j, f.binary("fadd", f.get(a, j), found[name]))

    def before_pull(self, t: Value, lo: Value, n: Value) -> None:
        """What a network does before a step is taken back."""

    def spike_gradients(self, t: Value, lo: Value) -> Array:
        """The gradient of a step's spikes."""
        return self.row(self.of_spikes, t, self.of_spikes_stride, lo)

    def add_picked(self, t: Value, lo: Value, gradients: dict[str, Array]) -> None:
        if self.of_picked:
            f = self.f
            with self.samples(t, lo) as (place, at):
                for k, a in self.of_picked.items():
                    f.put(gradients[k], place, f.binary("fadd", f.get(gradients[k], place), f.get(a, at)))


def scratch_rows(shape: Shape) -> int:
    """How many rows of a block the gradient works with."""
    return len(shape.state) * (1 + CHECKPOINT)
