"""What synapses release, against the recursion of the paper."""

import json
import math
from decimal import Decimal, localcontext

import numpy as np
import pytest

from snnlab.analysis import SteadyState, limiting_rate, peak_rate, released, settled_release, steady_state
from snnlab.models import LIF, PRESETS, STDP, TsodyksMarkram
from tests.golden import DATA

CASES = json.loads((DATA / "analytic.json").read_text())["cases"]


def test_a_depressing_synapse_releases_a_part_of_what_is_left():
    """Each spike takes u of x; between spikes x recovers. With tau_f = 0 nearly, u is U at each spike."""
    experiment = PRESETS["stp-depressing"].experiment()
    experiment.model.param.update(U=0.5, tau_f=1.0, tau_d=1e5)  # nothing recovers in half a second
    experiment.settings.dt = 0.05
    sizes = released(experiment.run().recording)
    assert sizes[:4] == pytest.approx([0.5, 0.25, 0.125, 0.0625], rel=0.02)


def test_a_recording_without_a_synapse():
    with pytest.raises(ValueError, match="u is not among the recorded variables v, i"):
        released(LIF().simulate(duration=20))


# ---- steady state -------------------------------------------------------------------------------------------------

KINDS = {"depressing": (0.5, 800.0, 20.0), "facilitating": (0.03, 130.0, 530.0)}  # U, tau_d, tau_f


def synapse_of(kind):
    return TsodyksMarkram(**dict(zip(("U", "tau_d", "tau_f"), KINDS[kind], strict=True)))


def iterated(U, tau_d, tau_f, rate, digits=40):
    """What a spike releases at the end of the recursion from spike to spike, in so many digits."""
    with localcontext() as context:
        context.prec = digits
        U, T, tau_d, tau_f = (Decimal(x) for x in (U, 1000 / Decimal(rate), tau_d, tau_f))
        kept, left = (-T / tau_f).exp(), (-T / tau_d).exp()
        u, x, before = U, Decimal(1), Decimal(-1)
        while abs(u * x - before) > Decimal(10) ** (5 - digits):
            before = u * x
            x = 1 - (1 - (x - u * x)) * left
            u = u * kept + U * (1 - u * kept)
        return float(u * x)


@pytest.mark.parametrize("kind", KINDS)
def test_steady_state_is_the_end_of_the_recursion(kind):
    """To rounding, at rates from 0.1 to 100 Hz."""
    rates = ["0.1", "1", "3.7", "20", "100"]
    found = steady_state(synapse_of(kind), [float(rate) for rate in rates])
    expected = [iterated(*(str(x) for x in KINDS[kind]), rate) for rate in rates]
    np.testing.assert_allclose(found.release, expected, rtol=1e-12)
    np.testing.assert_allclose(found.u * found.x, found.release, rtol=1e-15)


@pytest.mark.parametrize("name", ["depressing", "facilitating", "mongillo"])
def test_steady_states_are_those_of_the_file(name):
    """Of regular trains, which the file has in ten digits."""
    case = next(one for one in CASES if one["id"] == f"tm-{name}")
    p, rows = case["parameters"], case["values"]["u_decays_to_0"]["steady_state"]
    model = TsodyksMarkram(U=p["U"], tau_d=p["tau_d_ms"], tau_f=p["tau_f_ms"])
    found = steady_state(model, [row["rate_hz"] for row in rows])
    for field in SteadyState._fields:
        np.testing.assert_allclose(getattr(found, field), [row[field] for row in rows], rtol=1e-8)


@pytest.mark.parametrize("kind", KINDS)
def test_runs_settle_there(kind):
    """Euler at 0.25 ms: in an interval T its decays are off by T dt / (2 tau^2), here below 1 %."""
    rates, found = settled_release(synapse_of(kind), [0.5, 5.0, 40.0], dt=0.25)
    np.testing.assert_allclose(rates, [0.5, 5.0, 40.0], rtol=1e-12)
    np.testing.assert_allclose(found, steady_state(synapse_of(kind), rates).release, rtol=0.01)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rate", [5.0, 40.0])
def test_mean_field_is_that_of_poisson_trains(kind, rate):
    """By the exact recursion over 200,000 random intervals; taking u and x as independent costs up to 5 %."""
    U, tau_d, tau_f = KINDS[kind]
    intervals = np.random.default_rng(1).exponential(1000 / rate, 200_000)
    u, x, total = U, 1.0, 0.0
    for T in intervals.tolist():
        x = 1 - (1 - (x - u * x)) * math.exp(-T / tau_d)
        u = u * math.exp(-T / tau_f)
        u += U * (1 - u)
        total += u * x
    found = steady_state(synapse_of(kind), rate, poisson=True).release
    assert found == pytest.approx(total / len(intervals), rel=0.05)


def test_high_rates_release_the_same_in_a_second():
    """1 / tau_d, whatever the rate: Tsodyks and Markram (1997), fig. 4."""
    for poisson in (False, True):
        found = 1e4 * steady_state(synapse_of("depressing"), 1e4, poisson).release
        assert found == pytest.approx(1000 / 800, rel=0.01)


def test_a_facilitating_synapse_has_a_best_rate():
    """The maximum of the mean field, near 1 / sqrt(U tau_f tau_d) = 22 Hz; there is none where it depresses alone."""
    rates = np.geomspace(0.1, 100, 2001)
    release = steady_state(synapse_of("facilitating"), rates, poisson=True).release
    assert rates[release.argmax()] == pytest.approx(peak_rate(synapse_of("facilitating")), rel=0.004)
    assert peak_rate(synapse_of("depressing")) is None
    assert limiting_rate(synapse_of("depressing")) == pytest.approx(2.5)


def test_what_has_no_steady_state():
    with pytest.raises(ValueError, match=r"model is .*STDP.*: give a snnlab\.models\.TsodyksMarkram"):
        steady_state(STDP(), 1.0)
    with pytest.raises(ValueError, match="rate must be finite and > 0 Hz"):
        steady_state(TsodyksMarkram(), [1.0, 0.0])
