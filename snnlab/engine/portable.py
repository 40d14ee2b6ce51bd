"""A run as the browser takes it: a module of WebAssembly, and as data what its table holds."""

import gzip
import math
from base64 import b64encode
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from snnlab.core import Advance, Neuron

from . import fused, wasm
from .definition import usual_step
from .fills import Fill
from .flat import Flat
from .ir import Function, module
from .llvm import Unprintable
from .noise import Noise
from .recording import Recording
from .request import check_numbers, request
from .run import defined, planned
from .synapses import Projection
from .values import milliseconds
from .wiring import Wiring

LARGE = 10_000  # bytes of an array that is packed
VERSION = 1  # of the description; a runtime refuses others
RUNTIME = files(__package__).joinpath("portable.js")  # a module of JavaScript
BEFORE = "z.before"  # a number: rows in front of the spikes, where they follow from values
NUMPY = {"float": np.float32, "double": np.float64, "i8": np.uint8, "i32": np.int32, "i64": np.int64}
KINDS = {kind: name for name, kind in NUMPY.items()}
STORED = {torch.bool: torch.uint8}


class Portable(NamedTuple):
    """A run that any machine with WebAssembly can do, to the same bits.

    `code` is the module: it imports its memory as `env.__linear_memory` and exports `run(table, scratch, lo, hi, t0,
    t1)`: neurons from `lo` to `hi`, steps from `t0` to `t1`. `arrays` are the numbers that are there before the run.
    `about`, which JSON can hold, says what else there is to know:

    - `table`: the entries of the table in their order, 8 bytes each: `name` and `type`, "float", "double", "i64" or
      "ptr", the address of an array
    - `numbers`: those of the entries that are numbers; whole ones and those that are not finite as text
    - `arrays`: of each array its `type`, `columns` and `rows`, a number, "steps" or "samples"; `before` more rows,
      or as many as the number of that name says, lie in front of where its entry points to
    - `steps`, `samples` (steps that are recorded), `every`, `neurons`, `dt` (ms), `scratch` (bytes)
    - `values` of `fills`, the numbers that these take, by name, and of each fill its `rows`, `outputs` and `inputs`:
      arrays, and numbers of the table or beside it, which lie in the array "numbers" in the order of `results`
    - `state`: the variables' names, `recorded` those that are kept, and of which `chosen` neurons (null: of all)

    The array "status" holds [steps, 0] before the run, and after it the step at which a state ceased to be finite, and
    the first neuron of the block where it did.
    """

    code: bytes
    about: dict[str, Any]
    arrays: dict[str, np.ndarray]
    fills: tuple[Fill, ...] = ()

    def beside(self, arrays: dict[str, Tensor]) -> "Portable":
        """The same run with more arrays, of which fills are made."""
        found = {name: np.ascontiguousarray(x.to(STORED.get(x.dtype, x.dtype)).numpy()) for name, x in arrays.items()}
        shapes = {
            name: {"type": KINDS[x.dtype.type], "rows": "steps" if len(x) > 1 else 1, "columns": x.shape[1]}
            for name, x in found.items()
        }
        return self._replace(about=self.about | {"arrays": self.about["arrays"] | shapes}, arrays=self.arrays | found)

    def filled(self, values: dict[str, float], fills: Sequence[Fill]) -> "Portable":
        """The same run, of which `fills` give numbers and arrays from values, in their order."""
        about, made = self.about, {name for one in fills for name in one.outputs}
        results = [name for one in fills for name in one.outputs if name not in about["arrays"]]
        more = {"values": {"type": "double", "rows": 1, "columns": len(values)}}
        more |= {"numbers": {"type": "double", "rows": 1, "columns": max(1, len(results))}}
        more |= {
            f"places.{k}": {"type": "i64", "rows": 1, "columns": len(one.outputs + one.inputs)}
            for k, one in enumerate(fills)
        }
        about = about | {"arrays": about["arrays"] | more, "values": values, "results": results}
        about |= {"fills": [one.about for one in fills]}
        arrays = {name: x for name, x in self.arrays.items() if name not in made}
        if BEFORE in results:  # nothing was fired before the run, whatever the delay
            about["arrays"]["z"] = about["arrays"]["z"] | {"before": BEFORE}
            del arrays["z"]
        return Portable(self.code, about, arrays, tuple(fills))

    def to_data(self) -> dict[str, Any]:
        """The same as JSON holds it, bytes in base64, large arrays packed: what the runtime in JavaScript takes."""
        arrays = {name: _packed(x.tobytes()) for name, x in self.arrays.items()}
        fills = [_text(one.code) for one in self.fills]
        return {"code": _text(self.code), "about": self.about, "arrays": arrays, "fills": fills}


def filled_run(steps: int, neurons: int, dt: float, arrays: dict[str, tuple[str, Any, int]]) -> Portable:
    """A run that is nothing but what fills make of it, in arrays of these types, rows and columns; dt in ms."""
    nothing = Function("run", "ptr %table, ptr %scratch, i64 %lo, i64 %hi, i64 %t0, i64 %t1")
    nothing.line("ret void")
    shapes = arrays | {"status": ("i64", 1, 2)}
    about = {
        "version": VERSION,
        "table": [],
        "numbers": {},
        "arrays": {name: dict(zip(("type", "rows", "columns"), shape)) for name, shape in shapes.items()},
        "steps": steps,
        "samples": steps,
        "every": 1,
        "neurons": neurons,
        "dt": dt,
        "scratch": 0,
        "state": [],
        "recorded": [],
        "chosen": None,
    }
    return Portable(wasm.compiled(module(nothing), "run"), about, {})


def _packed(data: bytes) -> str | dict[str, str]:
    """Places of synapses and spikes that arrive take a tenth then."""
    return _text(data) if len(data) < LARGE else {"gzip": _text(gzip.compress(data, 6, mtime=0))}


def _text(data: bytes) -> str:
    return b64encode(data).decode()


@torch.no_grad()
def portable(
    neuron: Neuron | Callable,
    *,
    current: Tensor | None = None,
    spikes: Tensor | tuple[Tensor, ...] | None = None,
    state=None,
    p=None,
    dt: float | None = None,
    record: Sequence[str] = ("v",),
    neurons: Sequence[int] | None = None,
    every: int = 1,
    noise: Noise | None = None,
    network: Tensor | Projection | Sequence[Projection] | None = None,
    history: Tensor | None = None,
    advance: Advance | None = None,
    steps: int | None = None,
    duration: float | None = None,
    resume: Recording | None = None,
) -> Portable:
    """The run that `simulate` with these arguments does, for a browser.

    Raises ValueError as `simulate` does, and where there can be no such module: what cannot be a kernel, plasticity.
    """
    dt = usual_step(neuron) if dt is None else dt
    neuron, p = defined(neuron, p, dt)
    given = record, neurons, every, advance, True, noise, network, history, None, None
    asked = request(neuron, current, spikes, state, p, dt, *given, steps=steps, duration=duration, resume=resume)
    check_numbers(asked)
    try:
        if asked.device.type != "cpu":
            raise Unprintable(f"its inputs are on {asked.device.type}")
        if any(projection.learning is not None for projection in asked.network):
            raise Unprintable("plasticity is not compiled for the browser")
        plan, flat, wiring = planned(asked)
        code = wasm.compiled(plan.program.text, plan.program.name)
    except NotImplementedError as error:
        raise ValueError(f"no module for the browser: {error}") from None
    arrays = _arrays(plan, flat, wiring)
    return Portable(code, _about(plan, flat, wiring, arrays), arrays)


def _arrays(plan: fused.Plan, flat: Flat, wiring: Wiring) -> dict[str, np.ndarray]:
    """What the kernel reads, by the names of its table, as rows."""
    setting, found = plan.setting, {}
    for name, value in zip(setting.names, flat.state):
        found[f"s.{name}"] = torch.as_tensor(value, dtype=setting.dtype).expand(setting.N)[None]
    found |= {name: x if x.ndim == 2 else x.reshape(1, -1) for name, x in (flat.alive | wiring.alive).items()}
    if wiring.history is not None:
        found["z"] = wiring.history
    ids, first = plan.ids
    found |= {"ids": torch.from_numpy(ids)[None], "first": torch.from_numpy(first)[None]}
    for name, (rows, columns) in _ports(plan).items():
        found[name] = found[name][:rows, :columns]
    types = plan.program.elements
    return {k: np.ascontiguousarray(x.numpy(), NUMPY[types[k]]) for k, x in found.items() if k in types}


def _ports(plan: fused.Plan) -> dict[str, tuple[int, int]]:
    """Rows and columns of the inputs: one row where it is the same for all steps, one column where for all neurons."""
    setting = plan.setting
    each = zip(setting.ports, setting.strides)
    return {port.name: (setting.T if stride else 1, 1 if port.shared else setting.N) for port, stride in each}


def _about(plan: fused.Plan, flat: Flat, wiring: Wiring, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    setting, asked, program = plan.setting, flat.asked, plan.program
    types = dict(zip(program.places, program.types))
    numbers: dict[str, Any] = {**plan.fixed, **flat.numbers, **wiring.entries}
    for name, (rows, columns) in _ports(plan).items():  # side by side here, whatever the tensor was a part of
        numbers[f"{name}.stride"] = columns if rows > 1 else 0
    return {
        "version": VERSION,
        "table": [{"name": name, "type": kind} for name, kind in types.items()],
        "numbers": {name: _number(numbers[name], kind) for name, kind in types.items() if kind != "ptr"}
        | ({BEFORE: plan.history} if wiring.links else {}),
        "arrays": _shapes(plan, arrays),
        "steps": setting.T,
        "samples": plan.samples[0],
        "every": setting.every,
        "neurons": setting.N,
        "dt": milliseconds(asked.dt),
        "scratch": 8 * program.scratch * setting.block,
        "state": list(setting.names),
        "recorded": list(setting.kept or setting.picked),
        "chosen": list(setting.ids) if setting.picked else None,
        "values": {},
        "results": [],
        "fills": [],
    }


def _shapes(plan: fused.Plan, arrays: dict[str, np.ndarray]) -> dict[str, dict[str, Any]]:
    """Of each array its type, rows and columns; in front of a network's spikes are those before the run."""
    setting, ports = plan.setting, _ports(plan)
    made: dict[str, tuple[Any, int]] = {"z": ("steps", setting.N), "status": (1, 2)}
    made |= {f"kept.{name}": ("steps", setting.N) for name in setting.kept}
    made |= {f"picked.{name}": ("samples", len(setting.ids)) for name in setting.picked}
    found: dict[str, dict[str, Any]] = {}
    for name, kind in plan.program.elements.items():
        rows, columns = made.get(name) or arrays[name].shape
        found[name] = {"type": kind, "rows": "steps" if name in ports and rows > 1 else rows, "columns": columns}
    found["z"]["before"] = plan.history
    return found


def _number(value: Any, kind: str) -> float | str:
    """As JSON holds it without loss."""
    if kind == "i64":
        return str(int(value))
    number = float(value)
    return number if math.isfinite(number) else str(number).replace("inf", "Infinity")
