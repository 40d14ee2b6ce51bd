"""Excitation and inhibition by chance: moments of what they become, by Campbell's theorem, and where they may enter."""

import math

import pytest
import torch

from snnlab.analysis import spike_statistics
from snnlab.models import LIF, PRESETS, STDP, CobaLIF, ExcitationInhibition, Experiment, PoissonSpikes, Population
from snnlab.models.stimuli.stimulus import suited

LONG = 60_000.0  # ms
DT = 0.05
SETTINGS = {"duration": LONG, "dt": DT, "neurons": 1, "noise": 0.0}
RATES = {"rate_e": 3000.0, "rate_i": 2000.0}


def moments(x, tau):
    """Mean and variance once it has come in."""
    x = x[round(10 * tau / DT) :, 0].double()
    return float(x.mean()), float(x.var())


def close(found, rate, weight, tau):
    """Whether it has the mean r w tau and the variance r w^2 tau / 2 of shot noise that decays with tau.

    To 2 % and 8 %: in T = 60 s, means scatter by sigma sqrt(2 tau / T), which is 0.3 % of them here, and variances by
    sqrt(2 tau / T) of themselves or a little more, which is 1.8 %; steps of 0.05 ms add dt / 2 tau, 0.5 %.
    """
    mean, variance = found
    assert mean == pytest.approx(rate * weight * tau, rel=0.02)
    assert variance == pytest.approx(rate * weight**2 * tau / 2, rel=0.08)


def test_one_synapse_receives_their_difference():
    stimulus = ExcitationInhibition(**RATES, weight_e=0.2, weight_i=0.3)
    model = LIF(tau_syn=5.0, v_th=100.0)
    mean, variance = moments(Experiment.of(model, stimulus, SETTINGS).run().recording.variables["i"], 5.0)
    # per ms: 3 x 0.2 and 2 x 0.3 cancel; variances add up
    wanted = (3 * 0.2**2 + 2 * 0.3**2) * 5.0 / 2
    assert mean == pytest.approx(0.0, abs=4 * math.sqrt(wanted * 2 * 5.0 / LONG))
    assert variance == pytest.approx(wanted, rel=0.08)


def test_two_conductances_receive_each_its_own():
    stimulus = ExcitationInhibition(**RATES, weight_e=1.0, weight_i=2.0)
    model = CobaLIF(v_thresh=500.0)
    found = Experiment.of(model, stimulus, SETTINGS | {"dt": DT}).run().recording.variables
    close(moments(found["g_e"], 5.0), 3.0, 1.0, model.tau_syn_exc)
    close(moments(found["g_i"], 10.0), 2.0, 2.0, model.tau_syn_inh)


def test_a_spike_of_either_side_in_one_step_comes_at_both():
    """Certain spikes, at a rate at which hundreds come in a step: their numbers alone would nearly cancel."""
    stimulus = ExcitationInhibition(rate_e=1e5, weight_e=1.0, rate_i=1e5, weight_i=1.0)
    run = Experiment.of(CobaLIF(), stimulus, {"duration": 10.0, "dt": 0.1}).run()
    excitation, inhibition = run.inputs["spikes"], run.inputs["inhibition"]
    assert excitation.mean() == pytest.approx(10, abs=1.5) and inhibition.mean() == pytest.approx(10, abs=1.5)
    assert not torch.equal(excitation, inhibition)
    assert float(run.recording.variables["g_i"][-1]) > 500


def test_a_longer_run_begins_with_the_same_spikes():
    stimulus = suited(ExcitationInhibition(**RATES), CobaLIF.port)
    short, longer = (stimulus.sampler()(steps, 0.1, 3) for steps in (777, 2000))
    for port, x in short.items():
        assert torch.equal(longer[port][:777], x)


def test_it_adds_up_and_is_multiplied():
    both = 2 * ExcitationInhibition(**RATES, weight_e=0.5, weight_i=0.25) + PoissonSpikes(weight=-1.0)
    assert [(p.weight_e, p.weight_i) for p in both.parts[:1]] == [(1.0, 0.5)]
    run = Experiment.of(CobaLIF(), both, {"duration": 50.0}).run()
    assert run.inputs["inhibition"].ge(0).all() and run.recording.variables["g_i"].min() >= 0


def test_links_json_and_scripts():
    experiment = Experiment.of(CobaLIF(), ExcitationInhibition(rate_e=1234.0, weight_i=3.0), {"seed": 4})
    assert "s=ExcitationInhibition&s.rate_e=1234&s.weight_e=1&s.weight_i=3" in experiment.to_query()
    for again in (Experiment.from_query(experiment.to_query()), Experiment.from_json(experiment.to_json())):
        assert again.diff(experiment) == {}
    assert "ExcitationInhibition(rate_e=1234.0, weight_i=3.0)" in experiment.script()
    assert (
        "x = TimedArray(spikes, " in (script := experiment.script("brian2"))
        and "x_i = TimedArray(inhibition, " in script
    )


def test_what_is_not_inhibited_refuses_it():
    with pytest.raises(ValueError, match="ExcitationInhibition excites and inhibits: STDP takes spikes without a sign"):
        Experiment.of(STDP(), ExcitationInhibition())
    run = Experiment.of(Population(), ExcitationInhibition(), {"duration": 20.0}).run()
    assert run.failure is None and "inhibition" not in run.inputs


@pytest.mark.parametrize(("preset", "mean"), [("lif-balanced", 0.0), ("cobalif-balanced", -56.6)])
def test_balanced_input_fires_irregularly(preset, mean):
    """In 20 s as in the two that are shown: CV near 1, the mean potential far below the threshold.

    Of mean conductances 15 and 30 nS beside the leak of 10: (10 x -70 + 15 x 0 + 30 x -80) / 55 = -56.4 mV.
    """
    experiment = PRESETS[preset].experiment()
    shown = spike_statistics(experiment.run().recording.spike_times(), 2000.0)
    assert 0.85 < shown.cv_isi < 1.15 and shown.spikes >= 10
    experiment.settings.duration = 20_000.0
    run = experiment.run()
    found = spike_statistics(run.recording.spike_times(), 20_000.0)
    assert 0.8 < found.cv_isi < 1.5 and 5 < found.rate < 15
    assert float(run.recording.variables["v"].mean()) == pytest.approx(mean, abs=0.6)
    experiment.stimulus.weight_i /= 2
    fast = spike_statistics(experiment.run().recording.spike_times(), 20_000.0)
    assert fast.rate > 8 * found.rate and fast.cv_isi < found.cv_isi
