"""Gradients through time against closed forms, and against a backward pass written out."""

import numpy as np
import pytest
import torch

from snnlab.analysis import gradient_growth, input_difference, input_gradient, random_weights, smooth_threshold
from snnlab.analysis.gradient import COUNT, FIRST
from snnlab.core import SURROGATES
from snnlab.models import EIF, LI, LIF

TAU, DT = 10.0, 0.02  # ms


def test_a_leaky_integrator_forgets_as_its_membrane_decays():
    """dv(T) / dI(t) = e^(-(T - t) / tau) / tau; Euler's steps are off by dt / 2 tau for each time constant."""
    found = input_gradient(LI(tau_mem=TAU), np.full(3000, 0.7), dt=DT)
    wanted = np.exp((found.time - 3000 * DT) / TAU) / TAU
    assert found.g == pytest.approx(wanted, rel=1.2 * DT / 2 / TAU * 3000 * DT / TAU)
    growth = gradient_growth(found)
    assert growth.tau == pytest.approx(-DT / np.log(1 - DT / TAU), rel=1e-9), "of its own steps"
    assert growth.rate < 0 and growth.words == "vanishes with 9.99 ms"


def test_the_first_spike_of_a_leaky_neuron():
    """t = tau ln(I / (I - 1)), so dt / dI = -tau / (I (I - 1)), and of I at one time -e^(-(t - s) / tau) / (I - 1)."""
    found = input_gradient(LIF(tau_mem=TAU), np.full(1000, 1.5), FIRST, dt=DT)
    assert found.outcome == pytest.approx(TAU * np.log(3.0), abs=DT)
    assert found.g.sum() * DT == pytest.approx(-TAU / (1.5 * 0.5), rel=2 * DT / TAU)
    before = found.time < found.outcome - DT
    wanted = -np.exp(-(found.outcome - found.time) / TAU) / 0.5
    assert found.g[before] == pytest.approx(wanted[before], rel=0.01) and not found.g[~before][2:].any()


def test_a_difference_measures_the_same():
    current, model = np.full(1000, 1.5), LIF(tau_mem=TAU)
    measured, found = (how(model, current, FIRST, dt=DT) for how in (input_difference, input_gradient))
    binned = found.g.reshape(50, -1).mean(1)
    early = measured.time < 10  # of the bin in which it spikes a part alone counts
    # of second order in the rise: a tenth of the usual current in 0.4 ms moves v by 0.006 of the 0.5 that are left
    assert measured.g[early] == pytest.approx(binned[early], rel=0.01)
    assert measured.outcome == pytest.approx(found.outcome)


def test_a_difference_of_all_together_is_the_sum_of_each():
    current = np.full((400, 3), 0.8)  # below the threshold, where it is linear
    each = input_difference(LIF(), current, bins=4)
    together = input_difference(LIF(), current, bins=4, together=True)
    assert each.g.shape == (4, 3) and together.g == pytest.approx(each.g.sum(1), rel=1e-9) and together.g[-1] > 0.1


def test_an_explosive_upstroke_is_no_part_of_the_gradient():
    """Beside the first spikes of two runs, under a hundredth more and less current."""
    model = EIF()
    usual = 1.3 * model.neuron.current.default
    found = input_gradient(model, np.full(3000, usual), FIRST, dt=0.02)
    more, less = (
        input_gradient(model, np.full(3000, usual * factor), FIRST, dt=0.02).outcome for factor in (1.01, 0.99)
    )
    assert found.g.sum() * 0.02 == pytest.approx((more - less) / (0.02 * usual), rel=0.1)


@pytest.mark.parametrize("detach", [True, False], ids=["detached", "through the reset"])
def test_the_number_of_spikes_by_a_backward_pass_written_out(detach):
    """Of v' = (I - v) / tau with spikes at v > 1, which go to 0, and the slope 1 - tanh(a x)^2 of a spike."""
    alpha, dt, steps = 2.0, 0.5, 120
    current = np.linspace(0.9, 1.8, steps)
    v, drifted = 0.0, []
    for I in current:
        v += dt / TAU * (I - v)
        drifted.append(v)
        v = 0.0 if v > 1 else v
    g, back = np.zeros(steps), 0.0
    for k in reversed(range(steps)):
        slope, fires = 1 - np.tanh(alpha * (drifted[k] - 1)) ** 2, drifted[k] > 1
        through = 0.0 if detach else -drifted[k] * slope  # d(v (1 - z)) / dz dz / dv
        back = slope + back * ((0.0 if fires else 1.0) + through)
        g[k] = back * dt / TAU
        back *= 1 - dt / TAU
    model = LIF(tau_mem=TAU, method="tanh", alpha=alpha)
    found = input_gradient(model, current, COUNT, dt=dt, detach_reset=detach)
    assert found.g == pytest.approx(g / dt, rel=1e-9)
    assert found.outcome == sum(x > 1 for x in drifted) > 2


def test_what_one_neuron_ends_with_depends_on_others_through_weights_alone():
    current = np.full((300, 3), 1.4)
    apart = input_gradient(LIF(), current, of=0)
    assert apart.g[:, 0].any() and not apart.g[:, 1:].any()
    weights = np.array([[0.0, 0.5, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])  # from 1 to 0
    together = input_gradient(LIF(method="tanh", alpha=2.0), current, of=0, network=weights)
    assert together.g[:, 1].any() and not together.g[:, 2].any()


def test_the_greatest_eigenvalue_of_random_weights_is_their_gain():
    """The circular law (Girko 1984): within a few times N^(-1/2)."""
    eigenvalues = np.linalg.eigvals(random_weights(400, gain=1.5))
    assert abs(eigenvalues).max() == pytest.approx(1.5, rel=0.1)


def test_a_gradient_explodes_where_weights_are_large():
    current = np.random.default_rng(0).normal(1.2, 0.2, 40) + np.zeros((200, 1))
    given = {"outcome": COUNT, "dt": 0.5}
    model = LIF(method="tanh", alpha=2.0)
    rates = [
        gradient_growth(input_gradient(model, current, network=random_weights(40, gain), **given)).rate
        for gain in (0.0, 4.0)
    ]
    assert rates[0] < 0.05 < 0.1 < rates[1]


SMOOTH = {  # closed forms of the integrals
    "super": lambda x, a: 0.5 + x / (1 + abs(x)),
    "tanh": lambda x, a: 0.5 + np.tanh(a * x) / a,
    "heavi_erfc": lambda x, a: 0.5 + torch.erf(a * torch.from_numpy(x)).numpy() / a,
    "triangle": lambda x, a: 0.5 + a * np.sign(x) * (0.5 - 0.5 * np.maximum(1 - abs(x), 0) ** 2),
    "circ": lambda x, a: 0.5 + a * x / np.sqrt(x**2 + a**2),
    "heaviside": lambda x, a: 0.5 + 0 * x,
}


@pytest.mark.parametrize("name", SURROGATES)
def test_smooth_thresholds(name):
    x = np.linspace(-2, 2, 41)
    for alpha in (0.3, 1.0, 20.0):
        assert smooth_threshold(SURROGATES[name], x, alpha) == pytest.approx(SMOOTH[name](x, alpha), abs=1e-4)


def test_what_cannot_be_told_is_said():
    for words, ask in {
        "outcome = 'rate' is not known: choose one of v at the end": lambda: input_gradient(LIF(), [1.0], "rate"),
        "LI has no threshold": lambda: input_gradient(LI(), [1.0], COUNT),
        "there is no first spike": lambda: input_gradient(LIF(), np.full(50, 0.5), FIRST),
        "current is a single number": lambda: input_gradient(LIF(), 1.5),
        "at most one for each of 20 steps": lambda: input_difference(LIF(), np.ones(20), bins=21),
        "of = 3 is not allowed: give the number of one of 2": lambda: input_gradient(LIF(), np.ones((20, 2)), of=3),
        "zero at nearly all times": lambda: gradient_growth(input_gradient(LIF(method="heaviside"), [1.0] * 9, COUNT)),
    }.items():
        with pytest.raises(ValueError, match=words):
            ask()
