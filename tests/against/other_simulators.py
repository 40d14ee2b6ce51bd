"""Exported scripts, run by the programs for which they are: the spikes are those of snnlab.

`make against` runs this file. All scripts for a program run in one process of the environment that has it, whose
Python is AGAINST_PYTHON.
"""

import json
import math
import os
import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from snnlab.core import synapse
from snnlab.core.synapse import KINDS
from snnlab.functional import AdEx
from snnlab.models import INTEGRATORS, NEURONS, PRESETS, Experiment, model_of, stimuli_of
from snnlab.models.exchange.script.norse import FUNCTIONS

RUN = Path(__file__).parent / "run_scripts.py"
NUDGE = 1e-13  # of the current: as much as rounding, which differs between programs, does to sums in a step
METHODS = {"staggered": "staggered Euler", "exponential": "exponential Euler", "Heun": "Heun", "RK4": "RK4"}
EXACT = 1e-6  # ms and units of v: what is left of rounding where a run does not magnify it


def driven(neuron, kind, integrator="Euler", **values):
    """A short run in which something happens: 60 ms, a step from 10 ms on."""
    model = NEURONS[neuron]()
    stimulus = stimuli_of(model.port)[kind](**values)
    return Experiment.of(model, stimulus, {"noise": 0, "duration": 60, "integrator": integrator})


def cases():
    """Name -> experiment of all that Brian2 gets."""
    made = {name: one.experiment() for name, one in PRESETS.items() if one.model.family == "neuron"}
    for neuron, model in NEURONS.items():
        for kind in ("Constant", "Step"):
            made[f"{neuron}, {kind}"] = driven(neuron, kind)
        for name, integrator in METHODS.items():
            made[f"{neuron}, {name}"] = driven(neuron, "Step", integrator)
        if model.port.jump is not None:
            jump = model.port.jump.default
            made[f"{neuron}, spikes"] = driven(neuron, "PoissonSpikes", rate=1000, weight=jump)
            both = stimuli_of(model.port)["Sum"](
                source=(driven(neuron, "Step").stimulus, made[f"{neuron}, spikes"].stimulus)
            )
            made[f"{neuron}, both"] = Experiment.of(model(), both, {"noise": 0, "duration": 60})
    for integrator in METHODS.values():  # inputs that change within the run, where stages must see that of the step
        made[f"LIF, Sine, {integrator}"] = driven("LIF", "Sine", integrator)
        made[f"LIF, spikes, {integrator}"] = driven("LIF", "PoissonSpikes", integrator, rate=1000)
        made[f"CobaLIF, spikes, {integrator}"] = driven("CobaLIF", "PoissonSpikes", integrator, rate=1000, weight=5.0)
    for kind in KINDS:
        model = model_of(synapse(AdEx, kind))()
        stimulus = stimuli_of(model.port)["ExcitationInhibition"](weight_e=2.0, weight_i=1.0)
        made[f"AdEx, {kind}"] = Experiment.of(model, stimulus, {"noise": 0, "duration": 60})
    made["LIFRefrac, cut"] = driven("LIFRefrac", "Step", "Euler, dt / 10")
    made["LIF, spikes, cut"] = driven("LIF", "PoissonSpikes", "Euler, dt / 10", rate=1000)
    for kind in stimuli_of(NEURONS["LIF"].port):
        made[f"LIF, {kind}"] = driven("LIF", kind)
    formulas = driven("LIF", "Step").stimulus + driven("LIF", "Sine", phase=30.0).stimulus
    trains = driven("LIF", "SpikeTrain", rate=130.0).stimulus + driven("LIF", "SpikeTrain", rate=3000.0).stimulus
    for integrator in INTEGRATORS:
        run = {"duration": 60, "integrator": integrator}
        made[f"LIF, sum, {integrator}"] = Experiment.of(NEURONS["LIF"](), formulas + trains, run)
    made["LIFBox, down"] = Experiment.of(NEURONS["LIFBox"](reset_method="down by v_th"), settings={"noise": 0})
    # while held, the membrane would cross the threshold again: the adaptation jumps all the same
    above = NEURONS["LIFAdExRefrac"](v_reset=1.2, t_ref=0.7, adaptation_spike=0.5, tau_ada=20)
    made["LIFAdExRefrac, above"] = Experiment.of(above, stimuli_of(above.port)["Step"](), {"noise": 0})
    for integrator in METHODS.values():
        run = {"noise": 0, "integrator": integrator}
        made[f"LIFAdExRefrac, above, {integrator}"] = Experiment.of(above, stimuli_of(above.port)["Step"](), run)
    # a refractory period that has begun before
    begun = {"v": 0.3, "i": 0.5, "rho": 1.25}
    made["LIFRefrac, begun"] = Experiment.of(NEURONS["LIFRefrac"](t_ref=0.85), None, {"noise": 0}, begun)
    made["LIFMCRefrac, begun"] = Experiment.of(NEURONS["LIFMCRefrac"](t_ref=0.85), None, {"noise": 0}, begun)
    return made


CASES = cases()
NORSE = [
    name
    for name, one in CASES.items()
    if one.settings.integrator not in METHODS.values()
    and len(one.stimulus.ports) == 1
    and one.model.definition.name in FUNCTIONS[next(iter(one.stimulus.ports))]
    and (one.initial.at_rest or not getattr(one.initial, "i", 0))
]


# One neuron of each port, by day: a current, spikes that jump in a current and in a conductance, both, a formula.
BY_DAY = {"Izhikevich, Step", "LIF, spikes", "CobaLIF, spikes", "LIF, both", "LIF, Sine", "LIFAdExRefrac, Step"}
BY_DAY |= {"AdEx, bi-exponential NMDA"}


def asked(program, names):
    """Tests of these scripts: by day some, all where `make against` or the night asks for them."""
    return [pytest.param(program, name, marks=[pytest.mark.nightly] * (name not in BY_DAY)) for name in names]


@pytest.fixture(scope="session")
def results(request):
    """What the scripts of all tests that are run have left, by program."""

    @cache
    def of(program):
        tests = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
        names = [params["name"] for params in tests if params.get("program") == program]
        given = json.dumps({name: CASES[name].script(program) for name in names})
        done = subprocess.run([os.environ["AGAINST_PYTHON"], RUN], input=given, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return of


def ours(experiment, nudge=0.0):
    """Spike times in ms and v of the first neuron in float64, `nudge` of a usual current added to its input."""
    sample, more = experiment.stimulus.sampler(), nudge * experiment.model.neuron.current.default

    def nudged(steps, dt, seed):
        inputs = sample(steps, dt, seed)
        return inputs | {"current": inputs.get("current", torch.zeros(steps, dtype=torch.float64)) + more}

    driven = SimpleNamespace(sampler=lambda: nudged, source=None, begins=0.0, ends=math.inf)
    recording = replace(experiment, stimulus=driven).job(torch.float64)().recording
    return recording.spike_times(), recording.variables["v"].reshape(len(recording.spikes), -1)[:, 0].numpy()


@pytest.mark.parametrize(("program", "name"), [*asked("brian2", CASES), *asked("norse", NORSE)])
def test_a_script_gives_the_same_run(results, program, name):
    """As exactly as rounding allows: no more off than our own run is under a little more current."""
    found = results(program)[name]
    assert "error" not in found, found.get("error")
    times, v = ours(CASES[name])
    near_times, near_v = ours(CASES[name], NUDGE)
    assert len(found["spike_times"]) == len(times) == len(near_times)
    moved = np.abs(times - near_times).max(initial=0.0)
    assert np.abs(times - found["spike_times"]).max(initial=0.0) <= EXACT + moved
    assert np.abs(v - found["v"]).max() <= EXACT + np.abs(v - near_v).max()


@pytest.mark.nightly
def test_the_cases_spike():
    """Equal silence would say nothing."""
    spiking = [name for name, one in CASES.items() if one.model.neuron.excess is not None]
    silent = [name for name in spiking if not len(ours(CASES[name])[0])]
    assert len(silent) < len(spiking) / 10, silent
