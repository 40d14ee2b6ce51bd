"""What runs of every neuron keep: kernels give what steps give, every integrator runs, and neurons are alike."""

import re
import warnings
from typing import Any

import torch
from torch import Tensor

from snnlab.core import Neuron, Steps, annotations
from snnlab.engine import CoarseStep, Recording, simulate
from snnlab.models import INTEGRATORS, Experiment, model_of
from snnlab.symbolic import equations, latex_symbol

from .contract import Check, holds, same
from .inputs import DT, F64, numbers, parameters, random_state, scaled

STEPS = 70
DIGITS = 6  # of a number that somebody wrote; a rounded float has more


class _Run:
    """Nine neurons with parameters of their own, all over the range of states, firing often."""

    def __init__(self, neuron: Neuron, n: int = 9) -> None:
        generator = torch.Generator().manual_seed(0)

        def rand(*shape: int) -> Tensor:
            return torch.rand(shape, generator=generator, **F64)

        self.neuron, self.state = neuron, random_state(neuron, n)
        self.inputs: dict[str, Any] = {"current": (neuron.current.default or 1.0) * (0.5 + 2.5 * rand(STEPS, n))}
        if neuron.receive is not None:
            self.inputs["spikes"] = (rand(STEPS, n) < 0.2) * (rand(STEPS, n) - 0.3)
        self.p = scaled(parameters(neuron), 1 + 0.1 * rand(n))

    def __call__(self, backend: str, state: Any = None, inputs: dict[str, Any] | None = None) -> Recording:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CoarseStep)  # states at the ends of their ranges decay in no time
            return simulate(
                self.neuron,
                state=self.state if state is None else state,
                p=self.p,
                dt=DT,
                record=self.neuron.state._fields,
                backend=backend,
                **(self.inputs if inputs is None else inputs),
            )

    def gradients(self, backend: str) -> dict[str, Tensor]:
        """Of a random functional of spikes, variables and the last state, by every number that goes in."""
        leaves = {**self.inputs, **self.state._asdict(), **{f"p.{name}": x for name, x in numbers(self.p).items()}}
        for leaf in leaves.values():
            leaf.requires_grad_()
        run, generator = self(backend), torch.Generator().manual_seed(1)
        outputs = [run.spikes, *run.variables.values(), *run.state]
        loss: Any = sum((torch.randn(x.shape, generator=generator).to(x.dtype) * x).sum() for x in outputs)
        found = torch.autograd.grad(loss, list(leaves.values()), materialize_grads=True, allow_unused=True)
        return dict(zip(leaves, found))


@Check
def its_kernel_gives_the_steps_of_torch(neuron: Neuron) -> None:
    """From each state of torch's run, all steps side by side.

    exp may differ in its last place, 2e-16, of what is summed in a step and may cancel: hence that much of the
    variable's mean size too. 1e-12 leaves room for an exp less exact than the usual.
    """
    run = _Run(neuron)
    expected = run("eager")
    before = {k: torch.cat([getattr(run.state, k)[None], x[:-1]]) for k, x in expected.variables.items()}
    found = run("llvm", neuron.state(**before), {port: x[None] for port, x in run.inputs.items()})
    same(found.spikes[0], expected.spikes, "the spikes of its kernel")
    for name, wanted in expected.variables.items():
        off = (found.variables[name][0] - wanted).abs()
        holds(
            (off <= 1e-12 * (wanted.abs() + wanted.abs().mean())).all(), f"{name} of its kernel is {off.max():.3g} off"
        )


@Check
def its_kernel_gives_the_gradients_of_torch(neuron: Neuron) -> None:
    """Sums are in another order than torch's, which costs the units of the last place that cancel."""
    found, expected = _Run(neuron).gradients("llvm"), _Run(neuron).gradients("eager")
    holds(expected["current"].any(), "nothing that a run gives has a gradient by its current")
    for name, wanted in expected.items():
        holds(wanted.isfinite().all(), f"the gradient of {name} is not finite")
        off, size = (found[name] - wanted).norm().item(), wanted.norm().item()
        holds(off <= 1e-11 * size, f"the gradient of {name} in its kernel is {off:.3g} off, of {size:.3g}")


@Check
def every_integrator_runs_it(neuron: Neuron) -> None:
    kind = model_of(neuron)
    for integrator, method in INTEGRATORS.items():
        for dtype in (torch.float32, torch.float64):
            settings = {"integrator": integrator, "duration": 20.0, "neurons": 3}
            experiment = Experiment.of(kind(), settings=settings)
            result, steps = experiment.run(dtype), experiment.steps
            holds(result.failure is None, f"a run with {integrator} fails: {result.failure}")
            spikes = result.recording.spikes
            holds(spikes.shape == (steps * method.cuts, 3), f"a run with {integrator} has {tuple(spikes.shape)} spikes")
            for name, x in result.recording.variables.items():
                holds(x.dtype == dtype, f"{name} is {x.dtype} after a run with {integrator} in {dtype}")


@Check
def without_noise_all_neurons_are_the_same(neuron: Neuron) -> None:
    """And each as one alone."""
    kind = model_of(neuron)
    many, one = (Experiment.of(kind(), settings={"neurons": n, "noise": 0.0}).run().recording for n in (4, 1))
    for name, x in many.variables.items():
        holds((x == x[:, :1]).all(), f"{name} differs between neurons without noise")
        same(x[:, :1], one.variables[name], f"{name} of the first neuron")


def _moves(neuron: Neuron) -> list[str]:
    """Its variables but for counters, which no flow moves."""
    return [field for field, mark in annotations(neuron.state).items() if not isinstance(mark, Steps)]


@Check
def its_equations_can_be_printed(neuron: Neuron) -> None:
    found, marks = equations(neuron), annotations(neuron.state)
    moving = {latex_symbol(field, marks[field]) for field in _moves(neuron)}
    left = [match.group(1) for line in found.flow if (match := re.search(r"\\frac{d(.+?)}{dt} = ", line))]
    holds(set(left) == moving and len(left) == len(moving), f"the equations are of {left}, not of {moving}")
    holds(len(found.spike) == (neuron.excess is not None), f"there are {len(found.spike)} lines about a spike")
    for part in ("reset", "receive", "hold"):
        there, wanted = bool(getattr(found, part)), getattr(neuron, part) is not None
        holds(there == wanted, f"there is {'no' if wanted else 'a'} line about {part}")
    for line in (line for part in found for line in part):
        holds(line.count("{") == line.count("}"), f"a bracket is missing: {line}")
        holds(line.count(r"\left(") == line.count(r"\right)"), f"a bracket is missing: {line}")
        holds("_inv" not in line, f"an inverse is printed by its name in code: {line}")
        long = any(len(x.replace(".", "").lstrip("0")) > DIGITS for x in re.findall(r"\d+\.\d+", line))
        holds(not long, f"a rounded float shows, which should be a parameter: {line}")


CHECKS = tuple(value for value in globals().values() if isinstance(value, Check))
