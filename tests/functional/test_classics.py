"""The classic neurons against other simulators, closed forms and one another. Kernels run in float64."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from snnlab import functional as F
from snnlab import simulate
from snnlab.analysis import bifurcations
from snnlab.core import Channel, Gate, Quantity, channels, exponential_euler, rk4, synapse
from snnlab.models import NEURONS, PRESETS

TYPE_1 = {"g_Ca": 4.0, "V_3": 12.0, "V_4": 17.4, "phi": 0.0667}
SETS = {
    one["id"]: one for one in json.loads((Path(__file__).parents[1] / "data/other_simulators.json").read_text())["sets"]
}


def spikes(neuron, current, duration, dt, state=None, advance=rk4, **values):
    """Spike times in ms under a constant current; dt and duration in ms."""
    model = NEURONS[neuron.name](**values)
    p = model.p(torch.float64, dt=dt)
    given = state and neuron.state(*(torch.tensor(x, dtype=torch.float64) for x in state.values()))
    drive = torch.full((round(duration / dt),), current, dtype=torch.float64)
    return simulate(neuron, current=drive, p=p, state=given, dt=dt / 1000, advance=advance).spike_times()


@pytest.mark.parametrize("run", SETS["neuron-hh"]["runs"], ids=str)
def test_hodgkin_huxley_fires_as_in_neuron(run):
    """RK4 at 0.005 ms is exact to 0.1 us here; the other says when the step ends in which it crosses: some 10 us."""
    start = SETS["neuron-hh"]["start"]
    found = spikes(F.HodgkinHuxley, run["current_uA_cm2"], 100.0, 0.005, start, T=run["T"])
    assert len(found) == len(run["spikes_ms"])
    np.testing.assert_allclose(found, run["spikes_ms"], atol=0.02)


@pytest.mark.parametrize("run", SETS["nest-hh-cond-exp-traub"]["runs"], ids=str)
def test_traub_fires_as_in_nest(run):
    one = SETS["nest-hh-cond-exp-traub"]
    C = one["parameters"]["C_m_pF"]
    values = {"g_Na": 20000 / C, "g_K": 6000 / C, "g_L": 10 / C, "E_L": -60.0, "E_K": -90.0, "V_T": -63.0}
    found = spikes(F.Traub, run["current_pA"] / C, 200.0, 0.005, one["start"], **values)
    assert len(found) == len(run["spikes_ms"])
    np.testing.assert_allclose(found, run["spikes_ms"], atol=0.02)


@pytest.mark.parametrize("run", SETS["nest-mat2-psc-exp"]["runs"], ids=str)
def test_moving_threshold_fires_as_in_nest(run):
    """An error of a step, 0.01 ms, moves the threshold after it."""
    found = spikes(F.MAT, run["current_pA"] * 5 / 100, 500.0, 0.01, advance=exponential_euler, t_ref=2.0)
    assert len(found) == len(run["spikes_ms"])
    np.testing.assert_allclose(found, run["spikes_ms"], atol=0.1)


@pytest.mark.parametrize("run", SETS["nest-gif-psc-exp"]["runs"], ids=str)
def test_generalised_lif_fires_as_in_nest(run):
    found = spikes(F.GLIF, run["current_pA"], 500.0, 0.01, t_ref=4.0)
    assert len(found) == len(run["spikes_ms"])
    np.testing.assert_allclose(found, run["spikes_ms"], atol=0.1)


def test_theta_neuron_turns_in_its_closed_form():
    """A turn takes pi tau / sqrt(I); spikes are at ends of steps of 0.01 ms."""
    for current in (0.2, 0.5, 2.0):
        found = np.diff(spikes(F.Theta, current, 500.0, 0.01))
        np.testing.assert_allclose(found, math.pi * 10.0 / math.sqrt(current), atol=0.011)


def test_quadratic_neuron_fires_in_its_closed_form():
    """tau dv / (k (v - v_r)(v - v_t) + I) from reset to peak is an arc tangent."""
    tau, k, v_r, v_t, peak, reset, current = 10.0, 0.04, -65.0, -50.0, 30.0, -65.0, 10.0
    middle, height = (v_r + v_t) / 2, current / k - ((v_t - v_r) / 2) ** 2
    ends = [math.atan((v - middle) / math.sqrt(height)) for v in (reset, peak)]
    period = tau / (k * math.sqrt(height)) * (ends[1] - ends[0])
    found = np.diff(spikes(F.QIF, current, 500.0, 0.01))
    np.testing.assert_allclose(found, period, atol=0.011)


def test_izhikevich_2007_is_that_of_2003_in_other_units():
    """The same polynomial, multiplied out: to rounding, which its explosive upstroke amplifies."""
    C, k, v_r, v_t, a, b, c, d = 100.0, 0.7, -60.0, -40.0, 0.03, -2.0, -50.0, 100.0
    drive = torch.full((5000,), 100.0, dtype=torch.float64)
    book = simulate(
        F.Izhikevich2007, current=drive, p=NEURONS["Izhikevich2007"]().p(torch.float64), dt=1e-4, record="all"
    )
    same = NEURONS["Izhikevich"](
        a=a,
        b=b / C,
        c=c,
        d=d / C,
        sq=k / C,
        mn=-k * (v_r + v_t) / C,
        bias=(k * v_r * v_t + b * v_r) / C,
        v_th=35.0,
        tau=1.0,
    )
    state = {"v": -60.0, "u": b * v_r / C}
    other = simulate(F.Izhikevich, current=drive / C, p=same.p(torch.float64), state=state, dt=1e-4, record="all")
    assert book.spikes.sum() == 6
    torch.testing.assert_close(book.variables["v"], other.variables["v"], rtol=1e-9, atol=1e-7)
    torch.testing.assert_close(book.variables["u"] + b * v_r, C * other.variables["u"], rtol=1e-9, atol=1e-7)


@pytest.mark.parametrize(
    ("neuron", "values", "silent", "firing"),
    [
        # FitzHugh-Nagumo loses its rest where v^2 = 1 - b / tau: at I = 0.331
        (F.FitzHughNagumo, {}, 0.31, 0.35),
        # Rinzel, Ermentrout 1998: a saddle-node on the cycle at 39.96 µA/cm² (type I)
        (F.MorrisLecar, TYPE_1, 39.5, 40.5),
        # Wang, Buzsáki 1996: rheobase of 0.16 µA/cm²
        (F.WangBuzsaki, {}, 0.15, 0.17),
    ],
    ids=lambda x: getattr(x, "name", None),
)
def test_firing_begins_at_published_currents(neuron, values, silent, firing):
    dt = min(neuron.dt, 0.05)
    late = [(spikes(neuron, current, 2000.0, dt, **values) > 1000).sum() for current in (silent, firing)]
    assert late[0] == 0 < late[1], late


def test_a_current_makes_any_rate_possible():
    """Connor-Stevens fires below 20 Hz; without its A-current, at once above 50 Hz or not at all."""
    slow = np.diff(spikes(F.ConnorStevens, 8.3, 1500.0, 0.01))
    assert 1000 / slow[-1] < 20
    rates = [
        np.diff(spikes(F.ConnorStevens, current, 300.0, 0.01, g_A=0.0, E_L=-70.0)) for current in np.arange(0, 20, 2.0)
    ]
    assert all(1000 / intervals[-1] > 50 for intervals in rates if len(intervals) > 3)


def test_exponential_euler_keeps_the_spikes_of_hodgkin_huxley():
    """The first five at dt = 0.05 ms, to 0.1 ms; halving the step of RK4 moves none by more than 1e-5 ms."""
    fine = spikes(F.HodgkinHuxley, 10.0, 70.0, 0.001)
    np.testing.assert_allclose(spikes(F.HodgkinHuxley, 10.0, 70.0, 0.002), fine, atol=1e-5)
    coarse = spikes(F.HodgkinHuxley, 10.0, 70.0, 0.05, advance=exponential_euler)
    np.testing.assert_allclose(coarse[:5], fine[:5], atol=0.1)


CHANNELS = [neuron for neuron in F.NEURONS if neuron.currents]


@pytest.mark.parametrize("neuron", CHANNELS, ids=lambda neuron: neuron.name)
def test_currents_are_all_that_moves_the_membrane(neuron):
    p = NEURONS[neuron.name]().p(torch.float64)
    assert abs(float(sum(neuron.currents(neuron.rest(p), p).values()))) < 1e-9
    s = neuron.state(
        *(torch.linspace(a, b, 7).double() for a, b in ((-80, 40), *[(0.1, 0.9)] * (len(neuron.state._fields) - 1)))
    )
    total = sum(neuron.currents(s, p).values())
    torch.testing.assert_close(1000 * (5.0 - total) / p.C, neuron.flow(s, 5.0, p).v, rtol=1e-12, atol=1e-9)


def test_gates_rest_where_their_rates_say():
    """Hodgkin and Huxley's table: m, h and n at rest are 0.053, 0.596 and 0.318."""
    rest = F.HodgkinHuxley.rest(F.HodgkinHuxley.parameters())
    assert [round(float(x), 3) for x in rest[1:]] == [0.053, 0.596, 0.318]


CURRENT = Quantity("µA/cm²", 0, 10, default=5, doc="input current")
SHARED = Channel(name="X", doc="x", g=1, E=0, gates={"m": Gate(steady=lambda v, p: v)})


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ((), "Mine has no channels"),
        ((F.leak(), F.leak()), "two channels have a parameter g_L"),
        ((F.leak(), F.sodium(), SHARED), "a gate of the same name"),
        ((F.leak(0.0),), "the currents of L cancel at no potential, so that there is no rest: give"),
        ((F.leak(), "Na"), "Mine is given a str for a channel"),
        ((F.leak(), F.m_current()), "M has the reversal potential of K, which no other channel has"),
    ],
)  # fmt: skip
def test_channels_that_do_not_fit_are_refused(parts, words):
    with pytest.raises(ValueError, match=words):
        channels("Mine", *parts, current=CURRENT)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"C": 0}, "C = 0 is not allowed: give a finite number > 0, in µF/cm²"),
        ({"C": math.nan}, "C = nan"),
        ({"C": "1 uF/cm2"}, "C = '1 uF/cm2'"),
        ({"dt": -1}, "dt = -1 is not allowed: give a finite number > 0, in ms"),
        ({"spike": math.nan}, "spike = nan is not allowed: give a number from -1000 to 1000 mV"),
        ({"low": 10, "high": -80}, "low = 10 is not allowed: give a potential in mV below high = -80"),
        ({"name": ""}, "name = '' is not allowed: give letters and digits"),
        ({"name": "my neuron!"}, "name = 'my neuron!' is not allowed"),
    ],
)  # fmt: skip
def test_bad_numbers_of_a_membrane_are_refused(given, words):
    with pytest.raises(ValueError, match=words):
        channels(given.pop("name", "Mine"), F.leak(), current=CURRENT, **given)


@pytest.mark.parametrize("E", [1e6, math.nan, "-70 mV"])
def test_a_reversal_potential_is_within_its_range(E):
    with pytest.raises(ValueError, match=r"L.E = .* is not allowed: give a number from -300 to 300 mV"):
        F.leak(E=E)


def test_bad_channels_are_refused():
    with pytest.raises(ValueError, match=r"X.g = -1 is not allowed: give a conductance from 0"):
        Channel(name="X", doc="x", g=-1, E=0)
    with pytest.raises(ValueError, match=r"X.E = None is not allowed"):
        Channel(name="X", doc="x", g=1)
    with pytest.raises(ValueError, match="either rates, or a steady state"):
        Gate()


def test_h_current_sags():
    """Under a negative current the membrane comes back by itself, as the current opens."""
    neuron = channels("Sag", F.leak(g=0.05, E=-70.0), F.h_current(), current=CURRENT)
    drive = torch.full((20_000,), -1.0, dtype=torch.float64)
    v = simulate(neuron, current=drive, dt=5e-5).variables["v"]
    assert v.min() < v[-1] - 1 and v.min() < -75


@pytest.mark.parametrize("preset", [p for p in PRESETS.values() if p.model.neuron in CHANNELS], ids=lambda p: p.id)
def test_presets_of_classics_fire(preset):
    assert preset.experiment().run().recording.spikes.sum() > 0


def test_a_synapse_is_a_current_among_others():
    neuron = synapse(F.HodgkinHuxley, "exponential conductance")
    p = neuron.parameters(*(torch.as_tensor(x).double() if not isinstance(x, str) else x for x in neuron.parameters()))
    s = neuron.rest(p)._replace(g_e=torch.tensor(0.2, dtype=torch.float64))
    found = neuron.currents(s, p)
    assert set(found) == {"L", "Na", "K", "g_e", "g_i"} and float(found["g_e"]) < 0
    torch.testing.assert_close(-1000 * sum(found.values()) / p.C, neuron.flow(s, 0.0, p).v, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "values", "range_", "published"),
    [
        # Hassard, J. Theor. Biol. 71:401, 1978
        ("HodgkinHuxley", {}, (0.0, 200.0), {"Andronov-Hopf": (9.78, 154.5)}),
        # Rinzel, Ermentrout 1998, of both types
        ("MorrisLecar", {}, (0.0, 300.0), {"Andronov-Hopf": (93.86, 212.02)}),
        ("MorrisLecar", TYPE_1, (0.0, 150.0), {"saddle-node": (39.96,), "Andronov-Hopf": (97.8,)}),
        ("FitzHughNagumo", {}, (-0.5, 2.0), {"Andronov-Hopf": (0.3313, 1.4187)}),
    ],
    ids=["hodgkin-huxley", "type 2", "type 1", "fitzhugh-nagumo"],
)
def test_rest_is_lost_at_published_currents(name, values, range_, published):
    """To the digits that are printed; of a closed form, to four."""
    low, high = range_
    found = bifurcations(NEURONS[name](**values), low=low, high=high)
    for kind, currents in published.items():
        assert [b.value for b in found if b.kind == kind] == pytest.approx(currents, rel=6e-4)
