"""Compartments against cable theory in closed form, scipy's integrator, NEURON, and Norse's steps."""

import json
import math

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from snnlab import functional
from snnlab.analysis import (
    arrivals,
    chain_potentials,
    conduction_speed,
    length_constant,
    passive_potentials,
    tree_potentials,
)
from snnlab.core import SHAPES, Neuron, advanced, chain, compartments, fork, neighbours, star
from snnlab.models import COMPARTMENTS, PRESETS, STIMULI, Experiment, model_of
from tests.golden import DATA

PASSIVE, FITZHUGH, AXON, LIF = (
    COMPARTMENTS[name] for name in ("PassiveCable", "FitzHughNagumoCable", "HodgkinHuxleyCable", "LIFCable")
)
CONSTANT, STEP = STIMULI["Constant"], STIMULI["Step"]
PRESET_IDS = [key for key, preset in PRESETS.items() if preset.model.family == "compartments"]


BY_NEURON = json.loads((DATA / "axon.json").read_text())


def last(recording):
    return np.array([float(x[-1]) for x in recording.variables.values()])


@pytest.mark.parametrize(
    ("count", "site", "g_c"), [(1, 1, 2.0), (2, 2, 0.3), (10, 1, 4.0), (12, 5, 1.0), (20, 20, 9.0)]
)
def test_a_steady_chain_is_that_of_cable_theory(count, site, g_c):
    """After 30 time constants, in float64, to 1e-9."""
    model = PASSIVE(count=count, site=site, g_c=g_c, tau_mem=5.0, v_leak=0.25)
    run = model.simulate(CONSTANT(amplitude=1.5), duration=150.0, dt=0.1, dtype=torch.float64)
    expected = 0.25 + chain_potentials(count, site, g_c, current=1.5)
    np.testing.assert_allclose(last(run), expected, rtol=1e-9)
    np.testing.assert_allclose(passive_potentials(model, 1.5), expected, rtol=1e-6)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_steady_tree_solves_its_equations(shape):
    """The current that enters is what all membranes let out: g_m v summed, and at each node what comes in goes out."""
    model = PASSIVE(count=9, site=3, g_c=2.0, shape=shape, tau_mem=5.0)
    v = last(model.simulate(CONSTANT(amplitude=1.0), duration=150.0, dtype=torch.float64))
    assert v.sum() == pytest.approx(1.0, rel=1e-9)
    for k, near in enumerate(neighbours(model.parents)):
        assert sum(2.0 * (v[j] - v[k]) for j in near) + (k == 2) == pytest.approx(v[k], abs=1e-9)
    np.testing.assert_allclose(tree_potentials(model.parents, 3, 2.0), v, rtol=1e-9)


@pytest.mark.parametrize(("count", "site"), [(1, 1), (7, 3), (20, 20)])
def test_the_closed_form_is_the_solution_of_the_matrix(count, site):
    expected = tree_potentials(chain(count), site, 0.7, 1.3, 2.5)
    np.testing.assert_allclose(chain_potentials(count, site, 0.7, 1.3, 2.5), expected, rtol=1e-10)


def test_the_length_constant_is_where_a_long_chain_falls_to_a_part():
    for g_c in (0.1, 1.0, 50.0):
        v = chain_potentials(400, 1, g_c)
        assert math.log(v[100] / v[101]) == pytest.approx(1 / length_constant(g_c), rel=1e-9)
    assert length_constant(1e4, 4.0) == pytest.approx(50.0, rel=1e-3)  # sqrt(g_c / g_m), that of a continuous cable


@pytest.mark.parametrize("run", BY_NEURON["runs"], ids=lambda run: f"g_c={run['g_c']}")
def test_a_spike_travels_as_neuron_has_it(run):
    """NEURON solves it to 1e-9. RK4 at 0.01 ms comes to each compartment within 0.0001 ms of that, its potential
    within 0.1 µV."""
    pulse = STEP(base=0.0, **{name: BY_NEURON[name] for name in ("amplitude", "onset", "length")})
    model = AXON(g_c=run["g_c"], count=BY_NEURON["count"])
    settings = {"duration": BY_NEURON["duration"], "dt": 0.01, "integrator": "RK4", "dtype": torch.float64}
    found = model.simulate(pulse, **settings)
    t, potentials = found.sample_time, [x.numpy().ravel() for x in found.variables.values()]
    for v, times in zip(potentials, run["times"], strict=True):
        k = np.flatnonzero((v[:-1] <= 0) & (v[1:] > 0))
        crossed = t[k] - (t[k + 1] - t[k]) * v[k] / (v[k + 1] - v[k])
        np.testing.assert_allclose(crossed, times, atol=1e-4)
    at_each_ms = np.interp(np.arange(1, BY_NEURON["duration"]), t, potentials[-1])
    np.testing.assert_allclose(at_each_ms, run["v_last"], atol=1e-4)


@pytest.mark.parametrize(("g_c", "g_m"), [(0.0, 1.0), (-1.0, 1.0), (1.0, 0.0)])
def test_no_length_constant_without_conductance(g_c, g_m):
    with pytest.raises(ValueError, match="a conductance above 0"):
        length_constant(g_c, g_m)


@pytest.mark.parametrize("site", [0, 5])
def test_a_site_beyond_the_chain_is_refused(site):
    for potentials in (lambda: chain_potentials(4, site, 1.0), lambda: tree_potentials(chain(4), site, 1.0)):
        with pytest.raises(ValueError, match=f"site = {site} is not allowed: give a compartment from 1 to 4"):
            potentials()


def test_the_site_of_a_model_is_within_it():
    there, beyond = (PASSIVE(count=4, site=site).simulate(CONSTANT()).variables["v_4"] for site in (4, 15))
    assert there.equal(beyond)


# -- spikes that travel -----------------------------------------------------------------------------------------------


def test_fitzhugh_nagumo_is_that_of_scipy():
    """Eight compartments, to 2e-4 of DOP853 at a tolerance of 1e-9."""
    g, a, b, tau, steps, dt = 0.5, 0.7, 0.8, 12.5, 800, 0.05
    near = np.diag(np.ones(7), 1) + np.diag(np.ones(7), -1)
    laplace = near - np.diag(near.sum(1))

    def flow(t, x):
        v, w = x[:8], x[8:]
        I = np.where(np.arange(8) == 0, 2.0 if 5 <= t < 10 else 0.0, 0.0)
        return np.concatenate([v - v**3 / 3 - w + I + g * laplace @ v, (v + a - b * w) / tau])

    model = FITZHUGH(count=8, g_c=g)
    run = model.simulate(STEP(amplitude=2.0, onset=5.0, length=5.0), duration=dt * steps, dt=dt, dtype=torch.float64)
    rest = model.cell.rest(model.cell.parameters())
    x = np.concatenate([np.full(8, float(rest.v)), np.full(8, float(rest.w))])
    pieces = []
    for start, end in ((0, 5), (5, 10), (10, 40)):  # where the current jumps
        t = np.arange(round(start / dt) + 1, round(end / dt) + 1) * dt
        found = solve_ivp(flow, (start, end), x, "DOP853", t, rtol=1e-9, atol=1e-9)
        pieces.append(found.y[:8])
        x = found.y[:, -1]
    v = np.stack([x.flatten().numpy() for x in run.variables.values()])
    np.testing.assert_allclose(v, np.concatenate(pieces, 1), atol=2e-4)


def test_an_axon_conducts_with_the_root_of_its_coupling():
    """In a cable g_c is the axial conductance: the speed, in compartments, grows with its square root (Hodgkin, 1954).

    To 12 %, as compartments are no continuum and the ends are near.
    """
    pulse = STEP(amplitude=60.0, onset=1.0, length=1.0)
    slow, fast = (
        conduction_speed(arrivals(AXON(count=14, g_c=g).simulate(pulse, duration=12.0, dt=0.01))) for g in (2.5, 10.0)
    )
    assert fast / slow == pytest.approx(2.0, rel=0.12)


def test_coupling_decides_whether_a_spike_goes_on():
    """What the presets say: at 0.5 and 0.16 it comes to the end, at 0.15 it is lost; a fork takes more."""
    pulse = STEP(amplitude=2.0, onset=5.0, length=5.0)

    def spiked(**values):
        return np.isfinite(arrivals(FITZHUGH(**values).simulate(pulse, duration=120.0)))

    assert spiked(count=20, g_c=0.5).all()
    assert spiked(count=20, g_c=0.16).all()
    assert not spiked(count=20, g_c=0.15).all()
    assert not spiked(count=20, g_c=0.1).all()
    assert spiked(count=15, g_c=0.2, shape="fork").tolist() == [True] * 4 + [False] * 11  # the trunk has five
    assert spiked(count=15, g_c=0.5, shape="fork").all()


def test_a_compartment_alone_is_the_neuron():
    """Bit for bit, for methods with stages and without."""
    for kind, one in ((FITZHUGH, "FitzHughNagumo"), (AXON, "HodgkinHuxley"), (LIF, "LIFBox")):
        neuron, model = getattr(functional, one), kind(count=1)
        stimulus = STEP(amplitude=3.0 if one == "LIFBox" else 20.0, length=20.0)
        settings = {"duration": 40.0, "dt": 0.02, "integrator": "RK4" if one == "FitzHughNagumo" else "Euler"}
        ours, theirs = model.simulate(stimulus, **settings), model_of(neuron)().simulate(stimulus, **settings)
        torch.testing.assert_close(
            ours.variables["v_1"].flatten(), theirs.variables["v"].flatten(), rtol=1e-5, atol=1e-4
        )
        assert ours.spikes.sum() == theirs.spikes.sum()


def test_coupled_lif_is_norses_step():
    """`lif_mc_feed_forward_step` adds dt g v first: of g = g_c L / tau, the same to the order of dt."""
    model, dt, tau, steps = LIF(count=3, g_c=0.5), 1e-5, 0.01, 4000
    laplace = torch.tensor([[-1.0, 1.0, 0.0], [1.0, -2.0, 1.0], [0.0, 1.0, -1.0]], dtype=torch.float64)
    p = functional.LIFParameters(tau_syn_inv=torch.tensor(1e-9, dtype=torch.float64))
    state = functional.LIFFeedForwardState(v=torch.zeros(3).double(), i=torch.tensor([0.9, 0.0, 0.0]).double())
    for _ in range(steps):
        _, state = functional.lif_mc_feed_forward_step(torch.zeros(3).double(), state, 0.5 * laplace / tau, p, dt)
    run = model.simulate(CONSTANT(amplitude=0.9), duration=40.0, dt=0.01, dtype=torch.float64)
    np.testing.assert_allclose(last(run), state.v.numpy(), rtol=2e-3)


@pytest.mark.parametrize("method", ["exponential Euler", "Heun", "RK4", "Euler, dt / 10"])
def test_integrators_agree(method):
    """At a tenth of a time constant, with 0.5 %; the exponential method at a coupling where Euler's would diverge."""
    stimulus = STEP(amplitude=1.0, length=60.0)
    fine = PASSIVE(count=5).simulate(stimulus, dt=0.01, duration=60.0)
    run = PASSIVE(count=5).simulate(stimulus, dt=0.1, duration=60.0, integrator=method)
    np.testing.assert_allclose(last(run), last(fine), rtol=5e-3)
    if method == "exponential Euler":
        stiff = PASSIVE(count=3, g_c=100.0).simulate(CONSTANT(), dt=0.2, duration=500.0, integrator=method)
        np.testing.assert_allclose(last(stiff), chain_potentials(3, 1, 100.0), rtol=1e-3)


# -- as data ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", PRESET_IDS)
def test_presets_come_back(key):
    experiment = PRESETS[key].experiment()
    for again in (Experiment.from_json(experiment.to_json()), Experiment.from_query(experiment.to_query())):
        assert again.diff(experiment) == {}


def test_arrivals_are_nan_where_nothing_came():
    found = arrivals(FITZHUGH(count=4, g_c=0.0).simulate(STEP(amplitude=2.0, onset=5.0, length=5.0), duration=30.0))
    assert np.isfinite(found).tolist() == [True, False, False, False]
    assert conduction_speed(found) is None
    with pytest.raises(ValueError, match="give the Recording of compartments"):
        arrivals([1, 2])


@pytest.mark.parametrize(
    ("shape", "expected"), [(chain, (-1, 0, 1, 2, 3)), (fork, (-1, 0, 0, 1, 2)), (star, (-1, 0, 0, 0, 0))]
)
def test_shapes_are_trees(shape, expected):
    assert shape(5) == expected
    for n in range(1, 21):
        parents = shape(n)
        assert len(parents) == n
        assert parents[0] == -1
        assert all(0 <= parent < k for k, parent in enumerate(parents) if k)


def test_any_neuron_with_a_potential_can_be_coupled():
    made = compartments(functional.AdEx, chain(2))
    assert isinstance(made, Neuron)
    assert made.state._fields == ("v_1", "w_1", "z_1", "v_2", "w_2", "z_2")
    assert advanced(functional.AdEx, chain(2), functional.AdEx.advance) is made.advance
    with pytest.raises(ValueError, match="a step of their own"):
        made.flow(None, None, None)


def test_a_current_does_not_enter_beyond_the_last_compartment():
    """What is read is refused in words; what a slider leaves is kept as the compartment that is entered."""
    words = r"site = 9 is not allowed: give a number from 1 to 5, of as many compartments as count says"
    with pytest.raises(ValueError, match=words):
        Experiment.from_query("v=2&compartments=PassiveCable&site=9&count=5")
    left = Experiment.of(PASSIVE(site=9, count=9))
    text = left.to_json()
    left.model.count = 5
    with pytest.raises(ValueError, match=words):
        Experiment.from_json(text.replace('"count": 9', '"count": 5'))
    for again in (Experiment.from_query(left.to_query()), Experiment.from_json(left.to_json())):
        assert (again.model.site, again.model.count) == (5, 5)
        assert torch.equal(again.run().recording.variables["v_5"], left.run().recording.variables["v_5"])
    assert left.model.site == 9, "a count that grows again leads back"
