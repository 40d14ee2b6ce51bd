"""The kernel that runs the recorded step forward, and keeps what is asked for and what the gradient needs."""

from snnlab.core import Program

from .ir import Array, Value, i64
from .loops import CHECKPOINT, Finite, Kernel, Shape, Table


class Forward(Kernel):
    """Neurons of a block side by side, one step after the other.

    `status` holds the step at which a state first ceased to be finite and the block where it did; no block runs as far
    as that any more.
    """

    def __init__(self, shape: Shape, table: Table, program: Program) -> None:
        super().__init__("run", shape, table, program)
        self.program, f = program, self.f
        self.state = {k: self.array(f"s.{k}", shape.type) for k in shape.state}
        self.spikes = self.array("z", self.spike_type)
        self.kept = {k: self.array(f"kept.{k}", shape.type) for k in shape.kept}
        self.picked = {k: self.array(f"picked.{k}", shape.type) for k in shape.picked}
        if shape.picked:
            self.watch()
        if shape.gradient:
            self.checkpoints = self.array("checkpoints", shape.type)
        self.status = self.array("status", "i64")
        self.finite = Finite(self)
        self.prepare()
        (self.write_narrow if shape.narrow else self.write_wide)()
        f.line("ret void")

    def update(self, inputs: dict[str, Value]) -> dict[str, Value]:
        """One neuron's step; its state is watched."""
        found = self.printed(self.program, inputs)
        for k in self.shape.state:
            self.finite.see(found[f"s.{k}"])
        return found

    def write_wide(self) -> None:
        f, shape = self.f, self.shape
        with f.loop(self.lo, self.hi, self.block) as lo:
            n = self.minimum(self.block, f.binary("sub", self.hi, lo))
            state = {k: f.offset(a, lo) for k, a in self.state.items()}
            wide = {k: f.offset(a, lo) for k, a in self.wide.items()}
            stop = self.minimum(self.t1, f.get(self.status, i64(0)))
            with f.loop(self.t0, stop) as t:
                if shape.gradient:
                    self.store_checkpoint(state, t, lo, n)
                self.before_row(t, lo, n)
                rows = self.port_rows(t, lo)
                spikes = self.row(self.spikes, t, self.neurons, lo)
                kept = {k: self.row(a, t, self.neurons, lo) for k, a in self.kept.items()}
                self.finite.begin()
                self.fetch(t, lo, n)
                with f.loop(i64(0), n, vectors=2) as j:
                    inputs = self.port_values(rows, j) | {k: f.get(a, j) for k, a in wide.items()}
                    inputs |= {f"s.{k}": f.get(a, j) for k, a in state.items()} | self.row_values(j)
                    inputs |= self.counters(t, lo, j)
                    found = self.update(inputs)
                    for k, a in state.items():
                        f.put(a, j, found[f"s.{k}"])
                    f.put(spikes, j, self.spike(found["z"]))
                    for k, a in kept.items():
                        f.put(a, j, found[f"s.{k}"])
                self.pick(state, t, lo)
                self.after_row(t, lo, n)
                with f.when(self.finite.failed()):
                    self.fail(t, lo)
                    f.leave_loop()

    def before_row(self, t: Value, lo: Value, n: Value) -> None:
        """What a network does before the neurons' step."""

    def after_row(self, t: Value, lo: Value, n: Value) -> None:
        """What a network does with the spikes of a step."""

    def row_values(self, j: Value) -> dict[str, Value]:
        """Further inputs of neuron j of the block."""
        return {}

    def write_narrow(self) -> None:
        f, shape = self.f, self.shape
        with f.loop(self.lo, self.hi) as i:
            wide = {k: f.get(a, i) for k, a in self.wide.items()}
            state = {k: f.local(shape.type) for k in shape.state}
            for k, array in self.state.items():
                f.store(f.get(array, i), state[k])
            stop = self.minimum(self.t1, f.get(self.status, i64(0)))
            with f.loop(self.t0, stop) as t:
                rows = self.port_rows(t, i)
                inputs = self.port_values(rows, i64(0)) | wide | self.counters(t, i, i64(0))
                self.finite.begin()
                found = self.update(inputs | {f"s.{k}": f.load(a, shape.type) for k, a in state.items()})
                for k, place in state.items():
                    f.store(found[f"s.{k}"], place)
                f.put(self.row(self.spikes, t, self.neurons, i), i64(0), self.spike(found["z"]))
                for k, a in self.kept.items():
                    f.put(self.row(a, t, self.neurons, i), i64(0), found[f"s.{k}"])
                with f.when(self.finite.failed()):
                    self.fail(t, i)
                    f.leave_loop()
            for k, a in self.state.items():
                f.put(a, i, f.load(state[k], shape.type))

    def fail(self, t: Value, lo: Value) -> None:
        self.f.put(self.status, i64(0), t)
        self.f.put(self.status, i64(1), lo)

    def store_checkpoint(self, state: dict[str, Array], t: Value, lo: Value, n: Value) -> None:
        f, count = self.f, len(self.shape.state)
        with f.when(f.compare("eq", f.binary("srem", t, i64(CHECKPOINT)), i64(0))):
            number_of = f.binary("sdiv", t, i64(CHECKPOINT))
            for place, array in enumerate(state.values()):
                row = self.row(self.checkpoints, f.add(f.mul(number_of, count), place), self.neurons, lo)
                f.copy(array, row, n)

    def pick(self, state: dict[str, Array], t: Value, lo: Value) -> None:
        """Keep chosen neurons, at the end of every so many steps."""
        if self.picked:
            with self.samples(t, lo) as (place, at):
                for k, a in self.picked.items():
                    self.f.put(a, at, self.f.get(state[k], place))
