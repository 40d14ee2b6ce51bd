"""Runs to compare backends by: input at every port of a neuron, parameters around the textbook's, random states."""

import warnings
from collections import namedtuple
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from snnlab.core import (
    Steps,
    annotations,
    elementary,
    euler,
    example,
    exponential_euler,
    heun,
    record,
    rk4,
    staggered,
    step,
)
from snnlab.engine import CoarseStep, Recording, simulate
from snnlab.functional import NEURONS

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"  # where Triton runs; the other backends are on the CPU
FINE = {"AdEx", "EIF", "AdExCondExp", "AdExNMDA", "EIFCurrExp"}  # in mV with an upstroke of microseconds
METHODS: dict[str, Callable[..., Any]] = {  # integrators of any neuron
    "Euler": lambda neuron: euler,
    "staggered": lambda neuron: staggered(*neuron.state._fields),
    "exponential": lambda neuron: exponential_euler,
    "Heun": lambda neuron: heun,
    "RK4": lambda neuron: rk4,
}
# One of each kind: linear, without a threshold, with conductances, with an upstroke, held after a spike; the others are
# run by night.
KINDS = {"LIF", "LI", "CobaLIF", "AdEx", "LIFAdExRefrac"}


def each_integrator(methods: list[str]):
    """Every neuron with these methods; by day one of each kind, and each method."""
    ordered = sorted(NEURONS, key=lambda neuron: neuron.name not in KINDS)
    by_day = {(neuron.name, methods[k % len(methods)]) for k, neuron in enumerate(ordered[: len(KINDS)])}
    return pytest.mark.parametrize(
        ("neuron", "method"),
        [
            pytest.param(
                neuron,
                method,
                id=f"{neuron.name}-{method}",
                marks=[pytest.mark.nightly] if (neuron.name, method) not in by_day else [],
            )
            for neuron in NEURONS
            for method in methods
        ],
    )


def recording(neuron, backend: str, **given) -> Recording:
    """What `simulate` gives, where the backend runs."""
    return simulate(neuron, backend=backend, device=DEVICE if backend == "triton" else None, **given)


class Case(NamedTuple):
    """What `simulate` takes, besides the neuron."""

    inputs: dict[str, Tensor]  # port -> [T, N]
    state: Any
    p: Any
    dt: float

    @property
    def leaves(self) -> dict[str, Tensor]:
        """Everything that can have a gradient, by name."""
        found = dict(self.inputs)
        for prefix, values in (("s", self.state), ("p", self.p)):
            found |= {f"{prefix}.{f}": v for f, v in values._asdict().items() if isinstance(v, Tensor)}
        return found

    def to(self, dtype: torch.dtype) -> "Case":
        """The same numbers in another dtype, as leaves of their own."""

        def copy(value):
            return value.detach().to(dtype, copy=True) if isinstance(value, Tensor) else value

        return Case(
            {name: copy(x) for name, x in self.inputs.items()},
            type(self.state)(*map(copy, self.state)),
            type(self.p)(*map(copy, self.p)),
            self.dt,
        )

    def run(self, neuron, backend: str, **more) -> Recording:
        given = {"state": self.state, "p": self.p, "dt": self.dt, "record": neuron.state._fields} | self.inputs | more
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CoarseStep)  # states at the ends of their ranges decay in no time
            return recording(neuron, backend, **given)


def textbook(neuron) -> dict[str, Any]:
    """The textbook's parameters as functions take them."""
    defaults = neuron.parameters._field_defaults
    return {
        name: defaults[name] if getattr(mark, "default", None) is None else mark.taken(mark.default, dt=1.0)
        for name, mark in annotations(neuron.parameters).items()
    }


def seconds(neuron) -> float:
    """The step of a run [s]: 1 ms, so that much happens in few of them, where the neuron allows it.

    One that makes its spikes itself has its upstroke in its equations, and does not hold with more than its usual step.
    """
    return neuron.dt / 1000 if neuron.crosses else 1e-4 if neuron.name in FINE else 1e-3


def finer(neuron, method: str) -> int:
    """How many times shorter its step is with one of METHODS: all but exponential Euler want one in which what flows
    through channels, of which many stand open in a random state, does not overshoot."""
    return 5 if neuron.parts and method != "exponential" else 1


def inexact(neuron) -> bool:
    """Whether it has functions such as exp and cos, whose last digits are no standard's; its powers are products."""
    return not operations(neuron).isdisjoint({*elementary.FUNCTIONS} - {"pow"})


def case(neuron, T: int, N: int, dtype=torch.float64, own=False, seed=0, **changes) -> Case:
    """A run of N neurons, with parameters of their `own` or shared ones: all over the range of states, firing often.

    Numbers are drawn in float32, so they are the same in both dtypes.
    """
    generator = torch.Generator().manual_seed(seed)

    def rand(*shape):
        return torch.rand(shape, generator=generator).to(dtype)

    inputs = {"current": neuron.current.default * (0.5 + 2.5 * rand(T, N))}
    if neuron.receive is not None:
        inputs["spikes"] = (rand(T, N) < 0.2) * (rand(T, N) - 0.3)

    def state(mark):
        x = rand(N)
        return torch.relu(torch.floor(8 * x - 3)) if isinstance(mark, Steps) else mark.low + (mark.high - mark.low) * x

    def parameter(value):
        if not isinstance(value, Tensor | int | float):
            return value
        value = torch.as_tensor(value).float().to(dtype)
        return value + 0.1 * value.abs().clamp_min(0.1) * rand(N) if own else value

    p = neuron.parameters(**{name: parameter(value) for name, value in (textbook(neuron) | changes).items()})
    s = neuron.state(*map(state, annotations(neuron.state).values()))
    return Case(inputs, s, p, seconds(neuron))


def operations(neuron, **changes) -> set[str]:
    """Names of what a step of the neuron does, as it is recorded."""
    inputs = {"current": torch.rand(1)} | ({} if neuron.receive is None else {"spikes": torch.rand(1)})

    def outcome(s, p, **given):
        z, new = step(neuron, s, p, 0.001, **given)
        return {"z": z} | new._asdict()

    p = example(neuron.parameters, 1, torch.float32)._replace(**changes)
    program = record(outcome, s=example(neuron.state, 2, torch.float32), p=p, **inputs)
    return {operation.name for operation in program.operations}


def _root(x: Tensor) -> Tensor:
    """Rounded to the nearest number, which torch's own is not on every processor."""
    with np.errstate(invalid="ignore"):
        return torch.as_tensor(np.sqrt(x.numpy()))


class Elementary(TorchDispatchMode):
    """Torch with the functions of kernels, whose last digits are those of no library: `with Elementary(): ...`."""

    WAYS = {
        getattr(torch.ops.aten, name).default: function
        for name, function in elementary.FUNCTIONS.items()
        if name not in ("pow", "remainder")
    }
    WAYS[torch.ops.aten.pow.Tensor_Tensor] = elementary.pow
    WAYS[torch.ops.aten.remainder.Tensor] = elementary.remainder
    WAYS[torch.ops.aten.sqrt.default] = _root

    def __init__(self) -> None:
        super().__init__()
        self.replaced = set()  # functions that were called

    def __torch_dispatch__(self, function, types, arguments=(), options=None):
        if function not in self.WAYS:
            return function(*arguments, **(options or {}))
        self.replaced.add(function)
        with self:
            return self.WAYS[function](*arguments)


def _call(name: str) -> Callable[[Tensor], Tensor]:
    """Torch's function of this name, of one number."""
    arguments = {"pow": lambda x: (x, 0.3 * x), "remainder": lambda x: (x * x * x, 0.7 * x + 1)}
    arguments["atan2"] = lambda x: (x, 1 - x)
    return lambda x: getattr(torch, name)(*arguments.get(name, lambda x: (x,))(x))


CALLS = {name: _call(name) for name in elementary.FUNCTIONS}


def outcomes(operations, x, backend):
    """The results for x [1, N], by name: the state after one step, which says in numbers what is not finite."""
    State = namedtuple("State", [f"of_{k}" for k in range(len(operations))])

    def finite(y):
        return torch.where(y - y == 0, y, torch.where(y != y, -77.0, torch.where(y > 0, 88.0, 99.0)))

    def step(x, s, p, dt):
        return x > 0, State(*(finite(operation(x)) for operation in operations.values()))

    zero = State(*[0.0] * len(operations))
    run = recording(step, backend, current=x, p=(1.0,), state=zero, record=State._fields)
    return dict(zip(operations, (values.cpu() for values in run.variables.values())))


def same(a: Recording, b: Recording) -> bool:
    """Whether two runs gave the same bits everywhere, wherever they ran."""
    if a.variables.keys() != b.variables.keys():
        return False
    pairs = [(a.spikes, b.spikes), *((x, b.variables[name]) for name, x in a.variables.items())]
    return all(torch.equal(x.cpu(), y.cpu()) for x, y in (*pairs, *zip(a.state, b.state, strict=True)))


def gradients(neuron, case: Case, backend: str, seed=1, **more) -> dict[str, Tensor]:
    """The gradient of a random linear functional of all that a run gives, with respect to all that it takes."""
    case = case.to(next(iter(case.inputs.values())).dtype)
    for leaf in case.leaves.values():
        leaf.requires_grad_()
    run = case.run(neuron, backend, **more)
    generator = torch.Generator().manual_seed(seed)
    outputs = [run.spikes, *run.variables.values(), *run.state]
    loss = sum((torch.randn(x.shape, generator=generator).to(x) * x).sum() for x in outputs)
    found = torch.autograd.grad(loss, list(case.leaves.values()), allow_unused=True)
    return {name: torch.zeros_like(leaf) if g is None else g for (name, leaf), g in zip(case.leaves.items(), found)}


def error(found: Tensor, expected: Tensor, size: Tensor | None = None) -> float:
    """How far a vector is off, as a whole, relative to the norm of `size`, or its own; 0 where it is right."""
    norm = (expected if size is None else size).double().norm().item()
    off = (found.double() - expected.double()).norm().item()
    return 0.0 if off == 0 else off / norm if norm else float("inf")
