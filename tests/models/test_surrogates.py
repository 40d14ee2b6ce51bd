"""Surrogates as models: the slope that is recorded is the one that a gradient sees, spikes are the function's."""

import pytest
import torch

from snnlab.core import threshold
from snnlab.models import STIMULI, SURROGATES, Experiment
from tests.binomial import bounds

RANDOM = ("logistic", "circ_dist")
every_surrogate = pytest.mark.parametrize("name", SURROGATES)


def alphas(cls):
    return [{"alpha": alpha} for alpha in (0.3, 1.0, 4.5)] if "alpha" in cls.shown.values() else [{}]


@every_surrogate
def test_slope_is_what_autograd_gives(name):
    """Along a ramp from -2 to 2, in float64."""
    for values in alphas(SURROGATES[name]):
        recording = SURROGATES[name](**values).simulate(dtype=torch.float64)
        x = recording.variables["x"].clone().requires_grad_()
        (expected,) = torch.autograd.grad(threshold(x, name, values.get("alpha", 1.0)).sum(), x)
        torch.testing.assert_close(recording.variables["slope"], expected, rtol=1e-12, atol=0)
        assert recording.variables["x"][[0, -1]].tolist() == pytest.approx([-2.0, 2.0], abs=0.011)


@every_surrogate
def test_spikes_are_the_steps(name):
    """Where x is above the threshold; the random ones by chance, which repeats with the seed."""
    model = SURROGATES[name]()
    one, again, other = (model.simulate(seed=seed) for seed in (3, 3, 4))
    assert one.spikes.shape == (400, 1)
    assert torch.equal(one.spikes, again.spikes)
    if name in RANDOM:
        assert not torch.equal(one.spikes, other.spikes)
    else:
        assert torch.equal(one.spikes[:, 0], one.variables["x"] > 0)


@pytest.mark.parametrize("x", [-1.0, -0.2, 0.0, 0.5])
@pytest.mark.parametrize("name", RANDOM)
def test_probability_of_random_spikes(name, x):
    """(1 + tanh(alpha x)) / 2 and (1 + x / sqrt(x^2 + alpha^2)) / 2; missed by chance once in a million."""
    alpha = 0.8
    p = (
        1 + {"logistic": torch.tanh(torch.tensor(alpha * x)).item(), "circ_dist": x / (x**2 + alpha**2) ** 0.5}[name]
    ) / 2
    settings = {"duration": 10_000.0, "seed": 2}
    spikes = (
        Experiment.of(SURROGATES[name](alpha=alpha), STIMULI["Constant"](amplitude=x), settings).run().recording.spikes
    )
    least, most = bounds(20_000, p)
    assert least <= spikes.sum() <= most


@pytest.mark.parametrize(
    ("name", "slope"),
    [
        ("heaviside", lambda x: 0 * x),
        ("super", lambda x: 1 / (1 + x.abs()) ** 2),
        ("triangle", lambda x: 0.3 * (1 - x.abs()).clamp(min=0)),
        ("tanh", lambda x: 1 / torch.cosh(x) ** 2),
        ("circ", lambda x: (1 + (x / 0.5) ** 2) ** -1.5),
        ("heavi_erfc", lambda x: 2 / torch.pi**0.5 * torch.exp(-(x**2))),
    ],
)
def test_slopes_at_their_defaults(name, slope):
    """As papers have them; one constant is that of Norse, of seven digits."""
    recording = SURROGATES[name]().simulate(dtype=torch.float64)
    torch.testing.assert_close(recording.variables["slope"], slope(recording.variables["x"]), rtol=1e-7, atol=1e-15)


def test_any_stimulus_drives_them():
    sine = STIMULI["Sine"](amplitude=1.0, mean=0.0, frequency=10.0)
    recording = SURROGATES["super"]().simulate(sine, duration=200, dtype=torch.float64)
    assert torch.equal(recording.variables["x"], sine.sample(400, 0.5))
    assert recording.variables["slope"].max() == 1.0
