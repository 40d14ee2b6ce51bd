"""Neurons that make their spikes themselves: a spike is an upward crossing, and nothing is reset."""

import math
from dataclasses import replace
from typing import Annotated, NamedTuple

import numpy as np
import pytest
import torch
from torch import Tensor

from snnlab import simulate
from snnlab.core import Neuron, Quantity, refractory, rk4
from snnlab.functional.neurons.quantities import Alpha, Method
from snnlab.models import NEURONS, Experiment, model_of
from snnlab.symbolic import equations
from snnlab.testing import check


class Frequency(NamedTuple):
    f: Annotated[Tensor, Quantity("Hz", low=1, high=100, doc="frequency")] = torch.tensor(20.0)
    method: Method = "super"
    alpha: Alpha = 100.0


class Swing(NamedTuple):
    v: Annotated[Tensor, Quantity("1", low=-2, high=2, doc="position")]
    w: Annotated[Tensor, Quantity("1", low=-2, high=2, doc="velocity")]


def swing(s, I, p):
    omega = 2 * math.pi * p.f
    return Swing(omega * s.w + 0.0 * I, -omega * s.v)


OSCILLATOR = Neuron(
    name="Oscillator",
    title="Oscillator",
    doc="A swing that nothing damps.",
    source="Strogatz, Nonlinear Dynamics and Chaos, 1994",
    parameters=Frequency,
    state=Swing,
    flow=swing,
    excess=lambda s, p: s.v - 0.5,
    crosses=True,
    rest=lambda p: Swing(torch.tensor(0.0), torch.tensor(1.0)),
    current=Quantity("1", low=0, high=1, default=0.5, doc="input current"),
    port="current",
)


class Recovery(NamedTuple):
    a: Annotated[Tensor, Quantity("1", low=0.5, high=1, doc="resting potential of recovery")] = torch.tensor(0.7)
    b: Annotated[Tensor, Quantity("1", low=0.5, high=1, doc="decay of recovery")] = torch.tensor(0.8)
    tau: Annotated[Tensor, Quantity("ms", low=5, high=50, doc="time constant of recovery")] = torch.tensor(12.5)
    method: Method = "super"
    alpha: Alpha = 100.0


def excitable(s, I, p):
    return Swing(1000 * (s.v - s.v * s.v * s.v / 3 - s.w + I), 1000 * (s.v + p.a - p.b * s.w) / p.tau)


def fixed_point(p):
    """The one real root of v^3 + 3 (1 / b - 1) v + 3 a / b = 0."""
    least, half = 1 / p.b - 1, 1.5 * p.a / p.b
    v = -2 * least**0.5 * torch.sinh(torch.asinh(half / least**1.5) / 3)
    return Swing(v, (v + p.a) / p.b)


FITZHUGH = Neuron(
    name="Excitable",
    title="Excitable",
    doc="A cubic membrane and a slow recovery.",
    source="FitzHugh, Biophysical Journal 1:445, 1961",
    parameters=Recovery,
    state=Swing,
    flow=excitable,
    excess=lambda s, p: s.v - 1.0,
    crosses=True,
    rest=fixed_point,
    current=Quantity("1", low=0, high=1, default=0.5, doc="input current"),
    port="current",
)


def ran(neuron, steps=4000, dt=1e-4, n=2, **given):
    return simulate(neuron, current=torch.full((steps, n), 0.5, dtype=torch.float64), dt=dt, **given)


def test_every_run_has_times_within_steps():
    """Also the second one of a kernel that is known, with other numbers."""
    at = []
    for tau in (12.5, 12.5, 15.0):
        p = Recovery(tau=torch.tensor(tau))
        at.append(ran(FITZHUGH, p=p, state=fixed_point(p)).spike_times())
    assert np.array_equal(at[0], at[1]) and at[2][1] > at[0][1]
    assert all(np.abs(one * 10 - np.round(one * 10)).max() > 0.01 for one in at)


@pytest.mark.parametrize("backend", ["auto", "eager"])
def test_an_oscillator_spikes_once_a_turn(backend):
    """v = sin(2 pi f t) comes above 1/2 after 1/12 of a turn; a line between two ends of steps misses by O(dt^2)."""
    f = torch.tensor([20.0, 30.0], dtype=torch.float64)
    run = ran(OSCILLATOR, p=Frequency(f=f), advance=rk4, backend=backend)
    for k, one in enumerate(f.tolist()):
        turn = 1000 / one
        expected = turn * (1 / 12 + np.arange(int(400 / turn)))
        assert run.spike_times(k) == pytest.approx(expected, abs=2e-4)  # ms; a step is 0.1
        assert run.time[run.spikes[:, k].numpy()] == pytest.approx(np.ceil(expected * 10) / 10, abs=1e-6)


def test_kernel_and_eager_have_the_same_spikes_and_gradients():
    found = []
    for backend in ("auto", "eager"):
        current = torch.full((1500, 3), 0.6, dtype=torch.float64, requires_grad=True)
        run = simulate(FITZHUGH, current=current, dt=1e-4, backend=backend)
        run.spikes.sum().backward()
        found.append((run.spikes.detach(), current.grad))
    assert torch.equal(found[0][0], found[1][0]) and 2 < found[0][0][:, 0].sum() < 20
    assert found[0][1] == pytest.approx(found[1][1], rel=1e-9, abs=1e-12) and found[0][1].abs().max() > 0


def test_what_begins_above_spikes_when_it_comes_back():
    run = ran(OSCILLATOR, state=Swing(torch.tensor(0.8), torch.tensor(-0.6)), steps=1000)
    (first,) = run.spike_times()[:1]
    assert first == pytest.approx(
        1000 / 20 * (1 - (math.pi - math.asin(0.8) - math.asin(0.5)) / (2 * math.pi)), abs=0.6
    )


def test_a_run_without_what_decides_has_the_times_of_steps():
    run = ran(FITZHUGH, record=("w",))
    fired = run.time[run.spikes[:, 0].numpy()]
    assert len(fired) > 2 and np.array_equal(run.spike_times(), fired)
    every = ran(FITZHUGH, every=2)
    assert np.array_equal(every.spike_times(), fired)


def test_one_that_is_silent_has_no_times():
    assert ran(FITZHUGH, steps=10, n=1).spike_times().tolist() == []


def test_the_contract_of_neurons_holds():
    check(FITZHUGH)


def test_equations_say_that_it_rises():
    assert equations(FITZHUGH).spike == (r"v \text{ rises above } 1",)
    assert equations(FITZHUGH).reset == ()


def test_scripts_for_brian2_count_a_crossing_once_and_all_else_in_every_step():
    """There, it is refractory while it is above; one that resets nothing, or is held by a counter, is not."""
    resets = replace(FITZHUGH, crosses=False, reset=lambda s, p: s)
    held = refractory(FITZHUGH)
    for neuron, is_held in ((FITZHUGH, True), (resets, False), (NEURONS["LIFRefrac"].neuron, False)):
        script = Experiment.of(model_of(neuron)()).script("brian2")
        assert ("    refractory=" in script) == is_held and "    reset=" in script, neuron.name
    with pytest.raises(ValueError, match="counts crossings, and is held"):
        Experiment.of(model_of(held)()).script("brian2")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"crosses": False}, "give crosses=True"),
        ({"reset": lambda s, p: s}, "crosses and has a reset"),
        ({"excess": None}, "crosses and has no excess"),
    ],
)
def test_what_is_unclear_is_refused(given, why):
    told = {name: getattr(FITZHUGH, name) for name in FITZHUGH.__dataclass_fields__} | given
    with pytest.raises(ValueError, match=why):
        Neuron(**told)
