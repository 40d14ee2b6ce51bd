"""Training: the loss against van Rossum's distance, optimisers against their equations, a neuron that learns."""

import numpy as np
import pytest
import torch

from snnlab.analysis import Task, descend, loss_landscape, poisson_trains, van_rossum
from snnlab.models import LI, LIF, Izhikevich

TARGETS = [20.0, 45.0, 60.0, 85.0]


def task(**given):
    trains = poisson_trains(60, 20.0, 100.0, 0.5, seed=3)
    return Task(LIF(method="tanh", alpha=2.0), trains, **({"targets": TARGETS, "dt": 0.5} | given))


def spikes_of(train):
    return 0.5 * (1 + np.flatnonzero(train))


def test_the_loss_of_times_is_the_square_of_their_distance():
    """Of van Rossum (2001), which `van_rossum` has from the times in one pass over the spikes."""
    asked = task()
    weights = torch.linspace(0.1, 0.4, 5)[:, None].expand(5, 60)
    run = asked.run(weights)
    wanted = [van_rossum(spikes_of(train), TARGETS, 10.0) ** 2 for train in (run.spikes > 0).numpy().T]
    assert asked.loss(run.spikes).numpy() == pytest.approx(wanted, rel=1e-9)
    assert len(set(wanted)) == 5


def test_the_loss_of_a_rate():
    asked = task(targets=None, rate=40.0)
    run = asked.run(torch.full((1, 60), 0.3))
    count = int((run.spikes > 0).sum())
    assert count > 4 and float(asked.loss(run.spikes)[0]) == pytest.approx((count / 4 - 1) ** 2)


def test_a_neuron_learns_when_to_fire():
    """All four spikes are there, each within 4 ms, and none besides."""
    path = descend(task(), np.full(60, 0.3), 150, "Adam", rate=0.02, momentum=0.9)
    best = int(path.losses.argmin())
    assert len(path.spikes[0]) != 4 and path.losses[0] > 5
    assert path.spikes[best] == pytest.approx(TARGETS, abs=4.0) and path.losses[best] < 0.5
    assert path.weights.shape == (151, 60) and path.v.shape == (151, 200) and len(path.spikes) == 151


def test_a_rate_is_learned():
    path = descend(task(targets=None, rate=60.0), np.full(60, 0.1), 200, "Adam", rate=0.005)
    assert len(path.spikes[0]) < 5 and len(path.spikes[int(path.losses.argmin())]) == 6


def test_steps_are_those_of_gradient_descent_with_momentum():
    """u = mu u + g, w = w - rate u (Polyak 1964), with gradients of the same loss by autograd."""
    asked, rate, momentum = task(), 0.003, 0.6
    path = descend(asked, np.full(60, 0.3), 4, "SGD", rate=rate, momentum=momentum)
    w, u = torch.full((60,), 0.3, dtype=torch.float64), 0.0
    for k in range(5):
        assert path.weights[k] == pytest.approx(w.numpy(), rel=1e-9)
        w.requires_grad_()
        (g,) = torch.autograd.grad(asked.loss(asked.run(w[None]).spikes)[0], w)
        u = momentum * u + g
        w = w.detach() - rate * u


def test_the_first_step_of_adam_is_its_rate():
    """Kingma, Ba 2015: m / sqrt(v) is the sign of the gradient, bias corrected."""
    path = descend(task(), np.full(60, 0.3), 1, "Adam", rate=0.01, momentum=0.9)
    moved = path.weights[1] - path.weights[0]
    assert np.abs(moved[moved != 0]) == pytest.approx(0.01, rel=1e-3) and np.count_nonzero(moved) > 50


def test_some_weights_learn_alone():
    path = descend(task(), np.full(60, 0.3), 3, of=[4, 7])
    assert np.flatnonzero(np.ptp(path.weights, axis=0)).tolist() == [4, 7]


def test_nothing_is_learned_without_a_slope():
    path = descend(Task(LIF(method="heaviside"), task().trains, TARGETS, dt=0.5), np.full(60, 0.3), 3)
    assert not np.ptp(path.weights, axis=0).any()


def test_a_landscape_is_the_loss_of_each_point():
    asked = task()
    x, y = np.linspace(0, 3, 4), np.linspace(0, 2, 3)
    found = loss_landscape(asked, np.full(60, 0.3), x, y, of=(2, 5))
    weights = torch.full((60,), 0.3, dtype=torch.float64)
    weights[2], weights[5] = x[3], y[1]
    assert found.shape == (3, 4)
    assert found[1, 3] == pytest.approx(float(asked.loss(asked.run(weights[None]).spikes)[0]), rel=1e-9)
    assert loss_landscape(asked, np.full(60, 0.3), x, of=(2, 5)).shape == (4,)


def test_poisson_trains_have_their_rate():
    """Counts of 200 trains within four of their standard deviations, sqrt(200 * 10)."""
    assert poisson_trains(200, 50.0, 200.0).sum() == pytest.approx(2000, abs=4 * np.sqrt(2000))


def test_what_cannot_be_trained_is_said():
    trains = poisson_trains(2, 50.0, 50.0)
    for words, ask in {
        "Izhikevich has no spike port": lambda: Task(Izhikevich(), trains, [20.0]),
        "LI has no threshold": lambda: Task(LI(), trains, [20.0]),
        "targets has 70 ms": lambda: Task(LIF(), trains, [70.0]),
        "rate = -1": lambda: Task(LIF(), trains, rate=-1.0),
        "optimiser = 'Newton' is not known: choose one of SGD, Adam": lambda: descend(
            Task(LIF(), trains, [20.0]), [0.1, 0.1], 1, "Newton"
        ),
        "weights are 3: give one for each of 2 trains": lambda: descend(Task(LIF(), trains, [20.0]), [0.1] * 3),
        "momentum = 1": lambda: descend(Task(LIF(), trains, [20.0]), [0.1] * 2, momentum=1.0),
    }.items():
        with pytest.raises(ValueError, match=words):
            ask()
