"""The network of Izhikevich (2003), figure 3, beside his own program and the same law written out in NumPy."""

import numpy as np
import pytest

from snnlab.models import PRESETS

E, I = 800, 200  # neurons that excite, that inhibit
DURATION = 1000  # ms


def given(seed: int):
    """Random numbers of the paper: a, b, c, d of each neuron and the weights."""
    rng = np.random.default_rng(seed)
    re, ri = rng.random(E), rng.random(I)
    a, b = np.r_[np.full(E, 0.02), 0.02 + 0.08 * ri], np.r_[np.full(E, 0.2), 0.25 - 0.05 * ri]
    c, d = np.r_[-65 + 15 * re**2, np.full(I, -65.0)], np.r_[8 - 6 * re**2, np.full(I, 2.0)]
    return rng, a, b, c, d, np.c_[0.5 * rng.random((E + I, E)), -rng.random((E + I, I))]


def published(seed: int) -> tuple[float, float]:
    """Rates of both kinds by the program of the paper, in its steps of 1 ms."""
    rng, a, b, c, d, weights = given(seed)
    v, count = np.full(E + I, -65.0), np.zeros(E + I)
    u = b * v
    for _ in range(DURATION):
        current = rng.standard_normal(E + I) * np.r_[np.full(E, 5.0), np.full(I, 2.0)]
        fired = v >= 30
        count += fired
        v[fired], u[fired] = c[fired], u[fired] + d[fired]
        current += weights[:, fired].sum(1)
        for _ in range(2):
            v = v + 0.5 * (0.04 * v**2 + 5 * v + 140 - u + current)
        u = u + a * (b * v - u)
    return rates(count)


def written_out(seed: int, dt: float = 0.1) -> tuple[float, float]:
    """In fine steps: white noise of the same power, jumps after 1 ms."""
    rng, a, b, c, d, weights = given(seed)
    v, count, late = np.full(E + I, -65.0), np.zeros(E + I), round(1 / dt)
    u, waiting = b * v, np.zeros((late, E + I))
    size = np.r_[np.full(E, 5.0), np.full(I, 2.0)] * dt**0.5
    for k in range(round(DURATION / dt)):
        v = v + waiting[k % late]
        v, u = (
            v + dt * (0.04 * v**2 + 5 * v + 140 - u) + size * rng.standard_normal(E + I),
            u + dt * a * (b * v - u),
        )
        fired = v > 30
        count += fired
        v[fired], u[fired] = c[fired], u[fired] + d[fired]
        waiting[k % late] = weights[:, fired].sum(1)
    return rates(count)


def rates(count) -> tuple[float, float]:
    return count[:E].mean() * 1000 / DURATION, count[E:].mean() * 1000 / DURATION


def ours(seed: int, **settings: float) -> tuple[float, float]:
    experiment = PRESETS["izhikevich-2003-network"].experiment()
    experiment.settings.param.update(duration=float(DURATION), seed=seed, **settings)
    return rates(experiment.run().recording.spikes.sum(0).double().numpy())


def rates_of_six(make) -> np.ndarray:
    return np.array([make(seed) for seed in range(6)])


def test_it_fires_as_the_law_written_out_does():
    """Means of six networks each, whose rates scatter by 4 % from one to the next."""
    found, wanted = rates_of_six(ours), rates_of_six(written_out)
    assert found.mean(0) == pytest.approx(wanted.mean(0), rel=0.06)
    assert found.max() < 1.5 * wanted.mean(), "one that runs away has twice the rate"


def test_it_fires_a_quarter_more_than_the_program_of_the_paper():
    """Which takes steps of 1 ms, as finer ones of the same law give what ours gives."""
    ratio = rates_of_six(ours).mean(0) / rates_of_six(published).mean(0)
    assert 1.15 < ratio[0] < 1.35 and 1.15 < ratio[1] < 1.45


def test_its_rates_do_not_depend_on_the_step():
    assert ours(0, dt=0.1) == pytest.approx(ours(0), rel=0.15)


def test_it_has_rhythms_that_inhibition_makes():
    """Spikes come together: the count in 5 ms scatters far more than chance has it, and not without synapses."""
    experiment = PRESETS["izhikevich-2003-network"].experiment()

    def scatter() -> float:
        spikes = experiment.run().recording.spikes[800:].double().sum(1).reshape(-1, 20).sum(1).numpy()
        return spikes.var() / spikes.mean()

    joined = scatter()
    experiment.model.param.update(w_E=0.0, w_I=0.0)
    assert joined > 4 and scatter() < 2


def test_neurons_may_be_all_alike():
    experiment = PRESETS["izhikevich-2003-network"].experiment()
    experiment.model.param.update(variety=0.0, noise_E=0.0, noise_I=0.0)
    spikes = experiment.run().recording.spikes
    assert (spikes[:, :E] == spikes[:, :1]).all(), "nothing tells them apart before a spike arrives"
