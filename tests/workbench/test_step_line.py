"""The line on the time step: what it says of a run, and what its button does."""

import pytest

from snnlab.engine import CoarseStep
from snnlab.models import LIF, PRESETS, AdEx, Constant, Experiment, Izhikevich, Step
from snnlab.workbench import step_line
from snnlab.workbench.step_line import StepLine, convergence_job


@pytest.fixture
def line():
    calls = []
    made = StepLine(lambda dt: calls.append(dt), lambda preset: calls.append(preset))
    made.calls = calls
    return made


def judged(experiment):
    result = experiment.job()()
    return convergence_job(experiment, result)(), result.coarse


def test_a_good_step_has_no_button(line):
    line.show(*judged(Experiment.of(LIF(), Step(amplitude=1.3), {"dt": 0.1})))
    assert line.words.html == '<p role="status" class="fine">Halving dt moves spikes by at most 0.25 ms.</p>'
    assert not line.button.visible


def test_a_step_that_is_too_long_offers_a_shorter_one(line):
    found, coarse = judged(Experiment.of(LIF(), Step(amplitude=1.2), {"dt": 0.5}))
    line.show(found, coarse)
    assert 'class="coarse">Halving dt moves spikes by up to 1 ms: take a smaller dt' in line.words.html
    assert (line.button.visible, line.button.name) == (True, f"Take dt = {found.suggested:g} ms")
    line.fade()
    assert 'class="past"' in line.words.html and line.button.disabled
    line._mend()
    assert line.calls == [found.suggested]


def test_a_far_too_long_step_does_not_pass_for_a_good_one(line):
    """No spike moves, as both steps are as wrong."""
    line.show(*judged(Experiment.of(LIF(), Constant(amplitude=1.5), {"dt": 5, "duration": 300})))
    assert 'class="coarse">Halving dt moves no spike, but each waits for the end of its step' in line.words.html
    assert line.button.visible and line.button.name.startswith("Take dt = ")


def test_a_preset_that_is_bound_to_its_step_offers_another(line):
    line.show(*judged(PRESETS["izhikevich-2004-I"].experiment()))
    assert "exists only with dt" in line.words.html and line.button.name == "Show the robust variant"
    line._mend()
    assert line.calls == ["izhikevich-2004-I-robust"]


def test_what_nothing_can_be_asked_of_says_how_long_the_step_may_be(line):
    experiment = Experiment.of(LIF(tau_mem=5), Constant(amplitude=1.5), {"dt": 3})
    line.show(None, experiment.job()().coarse)
    assert '<p role="status" class="coarse">dt = 3 ms is longer than half of tau_mem = 5 ms' in line.words.html
    line.show(None, "")
    assert line.words.html == "" and not line.button.visible


def test_a_job_says_of_its_step_what_a_run_warns_of():
    experiment = Experiment.of(LIF(tau_mem=5), Constant(amplitude=1.5), {"dt": 3})
    with pytest.warns(CoarseStep) as found:
        assert experiment.run().coarse == str(found[0].message)
    assert found[0].filename == __file__
    assert Experiment.of(LIF(), Constant()).run().coarse == ""


def test_it_is_asked_of_no_run_that_takes_long(monkeypatch):
    """Twice at most, as the first may compile; a dt that cannot be halved has no answer."""
    experiment = Experiment.of(AdEx(), Step(amplitude=500), {"dt": 0.1, "duration": 1000})
    result, asked = experiment.job()(), []
    monkeypatch.setattr(step_line, "CHEAP", -1.0)
    kept = step_line.convergence
    monkeypatch.setattr(step_line, "convergence", lambda *given, **more: asked.append(1) or kept(*given, **more))
    assert convergence_job(experiment, result)() is None and len(asked) == 2
    monkeypatch.undo()
    finest = Experiment.of(LIF(), Step(), {"dt": 0.001, "duration": 5})
    assert convergence_job(finest, finest.job()())() is None


def test_one_neuron_with_noise_is_judged_without_it():
    """Its run has the noise, which is no matter of the step."""
    experiment = Experiment.of(Izhikevich(), Step(amplitude=10), {"dt": 0.01, "neurons": 1, "noise": 5.0})
    assert convergence_job(experiment, experiment.job()())() == convergence_job(experiment, None)()
