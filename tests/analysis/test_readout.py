"""Populations that are read out: against closed forms, numpy's least squares, and differences."""

import numpy as np
import pytest
import torch

from snnlab.analysis import penalty_curve, rate_penalty, read_out, readout_error, readout_weights, regularize
from snnlab.functional import voltage_accumulator
from snnlab.models import LI, LIF, PRESETS, Brunel, Constant, Experiment, PopulationReadout, Sine

SETTINGS = {"duration": 200.0, "dt": 0.2}
RNG = np.random.default_rng(0)
WIDE = LIF(method="tanh", alpha=5.0)
DRIVE = {"amplitude": 0.6, "mean": 1.2, "frequency": 10.0}


def experiment(stimulus=None, **values):
    return Experiment.of(PopulationReadout(**{"size": 20} | values), stimulus or Sine(**DRIVE), SETTINGS)


def exponentials(times, t, tau_syn, tau_mem):
    """v of tau_m v' = i - v, tau_s i' = -i, i += 1 at each spike: a difference of two exponentials after each."""
    after = t - np.reshape(times, (-1, 1))
    each = (np.exp(-after / tau_mem) - np.exp(-after / tau_syn)) * tau_syn / (tau_mem - tau_syn)
    return np.where(after > 0, each, 0.0).sum(0)


def test_a_readout_is_a_sum_of_exponentials():
    """Of weighted spikes; Euler at 0.01 ms is 0.2 % off at most."""
    dt, spikes = 0.01, np.zeros((8000, 2))
    spikes[[1000, 2500, 2510], 0] = spikes[[1800, 6000], 1] = 1.0
    found = read_out(spikes, [2.0, -0.5], LI(tau_syn=5.0, tau_mem=20.0), dt).numpy()
    t = dt * (np.arange(8000) + 1)
    wanted = [exponentials(dt * np.flatnonzero(column), t, 5.0, 20.0) for column in spikes.T]
    assert found == pytest.approx(2 * wanted[0] - 0.5 * wanted[1], abs=0.002 * abs(found).max())


@pytest.mark.parametrize("ridge", [0.0, 3.0])
def test_weights_are_those_of_least_squares(ridge):
    """The normal equations of potentials of single neurons, and numpy's own solution without a ridge."""
    model, spikes = LI(tau_syn=2.0, tau_mem=8.0, v_leak=0.3), (RNG.random((600, 7)) < 0.05).astype(float)
    wanted = np.sin(np.arange(600) / 40)
    leak = read_out(spikes, np.zeros(7), model, 0.1).numpy()
    X = np.stack([read_out(spikes, one, model, 0.1).numpy() - leak for one in np.eye(7)], 1)
    found = readout_weights(spikes, wanted, model, 0.1, ridge)
    assert found == pytest.approx(np.linalg.solve(X.T @ X + ridge * np.eye(7), X.T @ (wanted - leak)), rel=1e-6)
    if not ridge:
        assert found == pytest.approx(np.linalg.lstsq(X, wanted - leak, rcond=None)[0], rel=1e-6)
    apart = [
        readout_error(read_out(spikes, w, model, 0.1).numpy(), wanted) for w in (found, found + 0.01, found - 0.01)
    ]
    assert ridge or apart[0] < min(apart[1:])


def test_a_penalty_and_its_gradient():
    """λ⟨(r - r*)²⟩ of rates that are known; by each spike 2 λ (r_k - r*) / N times the rate of one."""
    z = torch.zeros(1000, 3)
    z[::100, 0], z[::50, 1] = 1.0, 1.0  # 10, 20 and 0 in 100 ms
    z.requires_grad_()
    found = rate_penalty(z, target=150.0, strength=0.01, dt=0.1)
    assert float(found.detach()) == pytest.approx(0.01 * (50**2 + 50**2 + 150**2) / 3)
    found.backward()
    assert z.grad[7].tolist() == pytest.approx([0.02 / 3 * off * 10 for off in (-50, 50, -150)])


def test_the_slope_of_a_penalty_is_that_of_its_differences():
    """Resets included, a wide surrogate has about the slope: of 100 neurons, over a gain of 0.4, within 12 %."""
    gains = np.linspace(0.8, 2.0, 13)
    found = penalty_curve(experiment(Constant(amplitude=1.3), size=100, spread=30.0, noise=0.0, cell=WIDE), gains)
    measured = (found.penalty[4:] - found.penalty[:-4]) / (gains[4:] - gains[:-4])
    assert found.slope[2:-2] == pytest.approx(measured, rel=0.12)
    assert (np.diff(found.penalty) > 0).all()


def test_silent_neurons_have_a_slope():
    """By which more gain is better, where the penalty itself is flat."""
    found = penalty_curve(experiment(Constant(amplitude=0.5), spread=10.0, noise=0.0), [0.9, 1.0, 1.1])
    assert (found.penalty == found.penalty[0]).all() and (found.slope < 0).all()


def test_any_number_of_the_neuron_has_a_curve():
    found = penalty_curve(experiment(), [0.8, 1.0, 1.2], of="cell.v_th")
    assert found.penalty[0] > found.penalty[2] and found.slope[1] < 0
    for of, words in (("gian", "did you mean gain"), ("size", "of = 'size'"), ("cell.size", "of = ")):
        with pytest.raises(ValueError, match=words.replace("of = 'size'", "size").replace("of = ", "cell.size")):
            penalty_curve(experiment(), [1.0], of=of)
    with pytest.raises(ValueError, match="gain = -1"):
        penalty_curve(experiment(), [-1.0])


@pytest.mark.parametrize("each", [False, True])
def test_rate_and_readout_are_learned(each):
    """The mean rate comes near its target, and the readout nearer to the signal."""
    found = regularize(experiment(strength=2e-3, target=10.0), 40, "Adam", rate=0.03, momentum=0.8, each=each)
    off = abs(found.rates.mean(1) - 10.0)
    assert off[0] > 20 and off[-1] < 0.2 * off[0]
    assert found.penalty[-1] < 0.15 * found.penalty[0]
    assert np.ptp(found.gains[-1]) == 0 if not each else np.ptp(found.gains[-1]) > 0.05
    assert found.weights.shape == (41, 20) and found.potential.shape == (41, 1000)


def test_learning_nears_the_least_squares():
    """Without a penalty, of weights alone: never below what lstsq finds, and far below where it began."""
    one = experiment(strength=0.0, gain=1.0)
    result = one.run()
    spikes, wanted = result.recording.spikes.numpy(), result.current.numpy()
    best = readout_error(
        read_out(spikes, readout_weights(spikes, wanted, one.model.reader(), 0.2), one.model.reader(), 0.2).numpy(),
        wanted,
    )
    found = regularize(one, 60, "Adam", rate=0.05, momentum=0.8)
    assert found.error[-1] < 0.85 * found.error[0]
    assert best < found.error.min() + 0.05


def test_the_network_has_the_readout_of_the_library():
    """Spikes reach the readout after a step; its weights are spread as they were drawn."""
    one = experiment(scatter=80.0)
    recording = one.run(torch.float64).recording
    weights = one.model.connections(one).to_dense()[0].double()
    alone = read_out(recording.spikes.double(), weights, one.model.reader(), 0.2)
    assert torch.allclose(recording.variables["out_v"][1:, 0], alone[:-1], rtol=1e-5, atol=1e-6)
    assert float(weights.std()) == pytest.approx(3.5 / 20 * 0.8, rel=0.5)


def test_its_neurons_are_those_of_the_population():
    """The readout changes nothing of them; a voltage accumulator has the sum of their potentials."""
    flat = experiment(Constant(amplitude=1.5), spread=0.0, noise=0.0, size=10)
    found = flat.run(torch.float64).recording
    alone = (
        Experiment.of(LIF(), Constant(amplitude=1.5), SETTINGS | {"neurons": 1, "noise": 0})
        .run(torch.float64)
        .recording
    )
    assert torch.equal(found.spikes, alone.spikes.expand(-1, 10))
    total = None
    for v in alone.variables["v"]:
        total = voltage_accumulator(None, LIF.definition.state(v, v), total)
    assert torch.allclose(total, found.variables["v"][:, :1].sum(0))


def test_what_cannot_be_read_is_refused():
    with pytest.raises(ValueError, match="give one of a PopulationReadout"):
        penalty_curve(Experiment.of(Brunel(N_E=10, N_I=5, C_E=2, C_I=1), None), [1.0])
    with pytest.raises(ValueError, match="do not fit"):
        read_out(np.zeros((5, 2)), [1.0], dt=0.1)
    with pytest.raises(ValueError, match="no integrator"):
        read_out(np.zeros((5, 2)), [1.0, 1.0], LIF(), 0.1)
    with pytest.raises(ValueError, match="wanted has 3 steps"):
        readout_weights(np.zeros((5, 2)), [1.0, 1.0, 1.0], dt=0.1)


def test_a_gradient_that_explodes_through_resets_is_said():
    experiment = Experiment.of(PopulationReadout(size=10, cell=LIF(v_reset=-5.0)), None, {"duration": 100.0})
    with pytest.raises(ValueError, match="the gradient is not finite at step 1: it grows with each reset"):
        regularize(experiment, 3)


def test_neurons_that_are_silent_learn_to_fire_by_a_surrogate():
    """Nine of ten never fire, of which differences say nothing; forty steps bring their mean rate near the target."""
    experiment = PRESETS["readout-quiet"].experiment()
    assert (experiment.run().recording.spikes.sum(0) == 0).float().mean() > 0.9
    found = regularize(experiment, 40, rate=0.03, momentum=0.8)
    assert found.rates[0].mean() < 1 and abs(found.rates[-1].mean() - 30) < 10
    assert found.penalty[-1] < 0.3 * found.penalty[0]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: rate_penalty(np.ones((3, 2)), -5.0, dt=0.1), "target = -5 is not allowed: give a finite rate"),
        (lambda: rate_penalty(np.ones((3, 2)), 5.0, -1.0, 0.1), "strength = -1 is not allowed"),
        (lambda: rate_penalty("abc", 5.0, dt=0.1), "spikes holds"),
        (lambda: rate_penalty(np.ones((3, 0)), 5.0, dt=0.1), "one step and one neuron or more"),
        (lambda: read_out(np.ones((3, 1)), ["a"], dt=0.1), "weights holds"),
        (lambda: read_out(np.ones((3, 1)), [1.0], dt="abc"), "dt = 'abc' is not allowed"),
        (lambda: read_out(np.ones((3, 1)), [1.0]), "dt is missing"),
        (lambda: penalty_curve(Experiment.of(PopulationReadout(), None), []), "values is empty"),
    ],
)
def test_what_is_no_readout_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
