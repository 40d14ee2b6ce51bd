"""What random values within their bounds do to every class: a run stays finite, or says what went wrong.

    python -m benchmarks.random_values                   100,000 sets of values of each class
    python -m benchmarks.random_values --number 1000     fewer

Neurons, plasticity rules and surrogates run side by side, in batches; whole experiments of every class one by one, of
which there are `--experiments`. Anything else than a finite recording, `Diverged` or a ValueError ends the program.
"""

import argparse
import re
import time
from collections import Counter
from typing import Any, NamedTuple

import numpy as np
import torch

from benchmarks.clock import machine
from snnlab import simulate
from snnlab.core import Choice, Count, Names, Neuron, Quantity, Switch, annotations, running, threshold
from snnlab.engine import Diverged
from snnlab.models import FAMILIES, Experiment, Knobs, Model, NeuronModel, PlasticityModel, stimuli_of

DURATION, STEPS = 50.0, (0.1, 1.0)  # ms
BATCH = 1000


class Outcome(NamedTuple):
    """How many runs were finite, diverged, were refused; what was said, without its numbers."""

    finite: int
    diverged: int = 0
    refused: int = 0
    said: Counter = Counter()

    def __add__(self, other: "Outcome") -> "Outcome":  # type: ignore[override]
        return Outcome(*(a + b for a, b in zip(self, other)))


def numbers(mark: Quantity, n: int, rng: np.random.Generator) -> np.ndarray:
    """n values: on the slider, in the bounds, or in the bounds on a logarithmic scale, a third of them each.

    A scale with 0 in it has six decades above and below. Counts, which cost time, are on a logarithmic scale up to the
    slider's end.
    """
    near = rng.uniform(mark.low, mark.high, n)
    least, most = mark.allowed
    if isinstance(mark, Count):
        return np.maximum(least, np.exp(rng.uniform(np.log(max(least, 0.5)), np.log(mark.high), n)).round())
    reach = max(-least, most)
    far = np.exp(rng.uniform(np.log(least if least > 0 else reach / 1e6), np.log(reach), n))
    far = np.where(rng.random(n) < 0.5, far, -far).clip(least, most) if least < 0 else far
    return np.choose(rng.integers(3, size=n), [near, rng.uniform(least, most, n), far])


def drawn(kind: type[Knobs], rng: np.random.Generator) -> dict[str, Any]:
    """One value for each parameter, by the name that people see."""
    found: dict[str, Any] = {}
    for field, name in kind.shown.items():
        mark = kind.marks[field]
        if isinstance(mark, Switch):
            found[name] = bool(rng.integers(2))
        elif isinstance(mark, Choice):
            found[name] = str(rng.choice(list(mark.options)))
        elif not isinstance(mark, Names):
            found[name] = numbers(mark, 1, rng).item()
    return found


# -- side by side -----------------------------------------------------------------------------------------------------


def columns(kind: type[Model], n: int, rng: np.random.Generator, dt: float) -> Any:
    """The parameter tuple of n neurons or synapses; what is no number is the same for all of them."""
    chosen = {k: v for k, v in drawn(kind, rng).items() if not isinstance(kind.annotation(k), Quantity)}
    shared = kind(**chosen).p(dt=dt)
    wide = {
        field: torch.as_tensor(mark.taken(numbers(mark, n, rng), dt), dtype=torch.float32)
        for field, mark in kind.marks.items()
        if isinstance(mark, Quantity) and not isinstance(mark, Count)
    }
    return shared._replace(**wide)


def replaced(values: Any, calm: Any, k: int) -> Any:
    """A tuple in which entry k of every tensor is that of a calm one."""
    found = [v.clone() if torch.is_tensor(v) and v.ndim else v for v in values]
    for value, other in zip(found, calm):
        if torch.is_tensor(value) and value.ndim:
            value[k] = torch.as_tensor(other)
    return type(values)(*found)


def side_by_side(neuron: Neuron, p: Any, calm: Any, state: Any, ports: dict[str, torch.Tensor], dt: float) -> Outcome:
    """One run of all; one that diverges becomes a calm one, and the run goes on from there; dt in ms."""
    n, rest = next(iter(ports.values())).shape[1], neuron.rest(calm)
    state = neuron.state(*(torch.as_tensor(v, dtype=torch.float32).expand(n) for v in state or neuron.rest(p)))
    diverged: set[int] = set()
    begin = 0
    while True:
        left = {port: x[begin:] for port, x in ports.items()}
        try:
            recording = simulate(neuron, **left, p=p, state=state, dt=dt / 1000, record=neuron.state._fields)
        except Diverged as error:
            assert error.variable in neuron.state._fields and error.variable in str(error)
            assert error.neuron not in diverged, f"{neuron.name} diverges at its defaults"
            diverged.add(error.neuron)
            if error.step:
                state = neuron.state(**{name: x[-1] for name, x in error.recording.variables.items()})
            begin += error.step
            p, state = replaced(p, calm, error.neuron), replaced(state, rest, error.neuron)
            for x in ports.values():
                x[:, error.neuron] = 0.0
        else:
            assert all(x.isfinite().all() for x in recording.variables.values()), neuron.name
            return Outcome(n - len(diverged), len(diverged))


def batch(kind: type[Model], n: int, rng: np.random.Generator) -> Outcome:
    """n neurons under constant currents, synapses under pairs of Poisson spikes, or surrogates along a ramp."""
    dt = float(rng.choice(STEPS))
    if issubclass(kind, NeuronModel) and kind.neuron.crosses:  # whole action potentials, which longer steps leave out
        dt = kind.neuron.dt
    p, calm = columns(kind, n, rng, dt), kind().p(dt=dt)
    T = round(DURATION / dt)
    if issubclass(kind, NeuronModel):
        mark = kind.port.current
        assert mark is not None
        current = torch.as_tensor(numbers(mark, n, rng), dtype=torch.float32).expand(T, n).clone()
        marks = annotations(kind.neuron.state).values()
        begin = [mark.taken(numbers(mark, n, rng), dt) for mark in marks] if rng.integers(2) else None
        return side_by_side(kind.neuron, p, calm, begin, {"current": current}, dt)
    if issubclass(kind, PlasticityModel):
        spikes = torch.as_tensor(rng.random((2, T, n)) < 0.02 * dt / 0.1).float()
        ports = {"spikes": spikes[0], "current": spikes[1]}
        return side_by_side(running(kind.definition), p, calm, None, ports, dt)
    x = torch.linspace(-10, 10, T)[:, None]
    alpha = p.alpha if p else torch.ones(n)
    slope, z = kind.definition.slope(x, alpha), threshold(x.expand(T, n), kind.definition.name, alpha)
    assert slope.isfinite().all() and ((z == 0) | (z == 1)).all(), kind.__name__
    return Outcome(n)


def batches(kind: type[Model], number: int, seed: int = 0) -> Outcome:
    """`number` sets of values of a neuron, plasticity rule or surrogate."""
    rng, total = np.random.default_rng(seed), Outcome(0)
    for begin in range(0, number, BATCH):
        total += batch(kind, min(BATCH, number - begin), rng)
    return total


# -- one by one -------------------------------------------------------------------------------------------------------


def experiment(kind: type[Model], rng: np.random.Generator) -> Experiment:
    """A model of this class, and a stimulus of any kind that fits it, with random values."""
    inner = {name: rng.choice(list(FAMILIES[family].values())) for name, family in kind.inner.items()}
    model = kind(**drawn(kind, rng), **{name: one(**drawn(one, rng)) for name, one in inner.items()})
    offered = stimuli_of(model.port)
    driven = offered[rng.choice(list(offered))]
    made = Experiment.of(model, driven(**drawn(driven, rng)), {"duration": DURATION})
    if "neurons" in made.settings.names():
        made.settings.neurons = 5
    return made


def outcome(made: Experiment) -> Outcome:
    """What a run of an experiment gives. Raises AssertionError for numbers that are not finite."""
    try:
        result = made.run()
    except Diverged as error:
        return Outcome(0, 1, said=Counter([type(error).__name__]))
    except ValueError as error:
        return Outcome(0, 0, 1, Counter([said(error)]))
    if result.failure is not None:
        assert result.failure.variable in str(result.failure)
    for name, x in result.recording.variables.items():
        x = x[~x.isnan()] if name == "decoded" else x  # where spikes say nothing
        assert x.isfinite().all(), f"{name} of {made.to_query()}"
    return Outcome(0, 1) if result.failure else Outcome(1)


def said(error: ValueError) -> str:
    """A message without its numbers. Raises AssertionError for one that names nothing."""
    text = str(error)
    assert re.search(r"\b\w+ = \S|synapses:|steps of", text) and "give" in text, text
    return " ".join(word for word in text.split()[:8] if not any(char.isdigit() for char in word))


def one_by_one(kind: type[Model], number: int, seed: int = 0) -> Outcome:
    """`number` experiments with a model of this class."""
    rng, total = np.random.default_rng(seed), Outcome(0)
    for _ in range(number):
        total += outcome(experiment(kind, rng))
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--number", type=int, default=100_000)
    parser.add_argument("--experiments", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    print(machine())
    for how, number, classes in (
        (
            batches,
            given.number,
            [k for family in ("neuron", "plasticity", "surrogate") for k in FAMILIES[family].values()],
        ),
        (one_by_one, given.experiments, [kind for kinds in FAMILIES.values() for kind in kinds.values()]),
    ):
        print(f"\n{how.__name__}, {number:,} of each\n{'':24}{'finite':>10}{'diverged':>10}{'refused':>10}{'s':>8}")
        for kind in classes:
            start = time.perf_counter()
            found = how(kind, number, given.seed)
            took = time.perf_counter() - start
            print(f"{kind.__name__:24}{found.finite:10,}{found.diverged:10,}{found.refused:10,}{took:8.1f}", flush=True)
            for text, count in found.said.most_common(5):
                print(f"{'':30}{count:6,} x {text}")


if __name__ == "__main__":
    main()
