"""How a model agrees with a cell: a cell that is the model itself, one that is off by a known amount, a real one."""

from importlib.resources import files

import numpy as np
import pytest

from snnlab.analysis import agreement, cell_spikes, trace
from snnlab.models import LIF, AdEx, Constant, Experiment, Sweep, read

LASTS = 300.0


def sweep(amplitude, voltage, step=0.1):
    t = np.arange(0, LASTS, step)
    return Sweep("cell", t, np.full(len(t), amplitude), voltage(t))


def run(one, model=None, **settings):
    driven = Experiment.of(model or AdEx()).under(one)
    driven.settings.param.update(**settings)
    return driven.run()


def test_the_spikes_of_a_cell_are_those_of_the_reference():
    """Rises through 0 mV, counted with pyABF: 6 and 9 in the sweeps of its 17o05027_ic_ramp.abf."""
    data = files("snnlab.models") / "data" / "17o05027_ic_ramp.abf"
    sweeps = read(data.read_bytes(), data.name)
    assert [len(cell_spikes(one)) for one in sweeps] == [6, 9]
    assert [len(cell_spikes(one, level=0.0)) for one in sweeps] == [6, 9]


def test_a_model_agrees_with_itself():
    """Its peaks are painted as the page paints them, to V_peak = 0 mV, within the step before a spike."""
    first = run(sweep(400.0, lambda t: 0 * t - 70))
    painted = trace(first.recording, first.definition, first.p)
    t = first.recording.time
    found = agreement(run(sweep(400.0, lambda at: np.interp(at, t, painted))))
    assert found.spikes == found.model_spikes == len(first.recording.spike_times()) > 5
    assert found.rate == found.model_rate == pytest.approx(1000 * found.spikes / LASTS)
    assert found.gamma == pytest.approx(1.0)
    # each pair of spikes is at most a step apart: D² adds 1 - exp(-0.1 / 10) for each, and what they leave behind
    assert found.distance**2 < 2 * found.spikes * (1 - np.exp(-0.1 / 10))
    assert found.between < 1e-4 < found.rms


def test_the_error_is_what_the_cell_is_off_by():
    """A cell that rests 3 mV above a model that rests: closed form; of a sine about it, its amplitude over √2."""
    rest = AdEx().E_L
    still = agreement(run(sweep(0.0, lambda t: 0 * t + rest + 3.0)))
    # the foot of its upstroke lifts the model by Δ_T exp((E_L - V_T) / Δ_T) = 8e-5 mV
    assert still.rms == still.between == pytest.approx(3.0, abs=1e-4)
    assert (still.spikes, still.model_spikes, still.gamma, still.distance) == (0, 0, None, 0.0)
    sine = agreement(run(sweep(0.0, lambda t: rest + 2.0 * np.sin(2 * np.pi * t / 30.0))))
    assert sine.rms == pytest.approx(np.sqrt(2.0), rel=1e-3)  # straight lines between samples, ten whole periods


def test_a_model_in_another_unit_has_spikes_alone():
    found = agreement(run(sweep(600.0, lambda t: 0 * t - 70), LIF()))
    assert found.rms is None is found.between and found.model_spikes > 0 == found.spikes


def test_a_run_is_compared_as_long_as_the_cell_was_recorded():
    """Rates are over that time, whatever comes after."""
    one = sweep(600.0, lambda t: 0 * t - 70)
    long, short = agreement(run(one, duration=2 * LASTS)), agreement(run(one))
    assert (long.model_spikes, long.model_rate, long.rms) == pytest.approx(
        (short.model_spikes, short.model_rate, short.rms)
    )


def test_what_cannot_be_compared_is_said():
    with pytest.raises(ValueError, match="without a recording"):
        agreement(Experiment.of(AdEx(), Constant(amplitude=500.0)).run())
    bare = Sweep("bare", np.arange(100.0), np.zeros(100))
    with pytest.raises(ValueError, match="bare has no measured voltage"):
        agreement(run(bare))
    with pytest.raises(ValueError, match="window = 0"):
        agreement(run(sweep(0.0, lambda t: 0 * t)), window=0.0)
