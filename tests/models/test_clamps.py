"""Neurons under clamp as experiments: commands and conductances, against closed forms, and as a browser runs them."""

from dataclasses import replace
from io import StringIO
from typing import Annotated

import numpy as np
import pandas as pd
import pytest
import torch

from snnlab import functional as F
from snnlab.analysis import gates
from snnlab.analysis import voltage_clamp as family
from snnlab.core import Quantity, under_dynamic_clamp, under_voltage_clamp
from snnlab.core.tuples import extended
from snnlab.engine import Recording
from snnlab.models import (
    LIF,
    NEURONS,
    PRESETS,
    AdEx,
    Constant,
    Experiment,
    HodgkinHuxley,
    Izhikevich,
    Noise,
    Ramp,
    Sine,
    SpikeTrain,
    Step,
    TwoSteps,
    clamp,
    model_of,
    neuron,
)
from snnlab.models.portable import portable_experiment
from tests.models.test_portable import Memory, alike, moved

SQUID = clamp(HodgkinHuxley)
STEP = Step(amplitude=20.0, base=-65.0, onset=2.0, length=20.0)
TYPED = """name: Mine
dv/dt = (E_L - v - w + I) / tau : mV
dw/dt = (a*(v - E_L) - w) / tau_w : mV
spike: v > V_th
reset: v = E_L
E_L = -65 mV
V_th = -50 mV
a = 0.5
tau = 10 ms in 1 .. 100
tau_w = 50 ms in 1 .. 500
I = 10 mV in 0 .. 40
"""


def under(model, stimulus, dtype=torch.float64, **settings):
    return Experiment(model, stimulus, settings).run(dtype).recording


def test_a_family_of_commands_gives_what_the_protocol_gives():
    """Those of `voltage_clamp`, which hold the same steps: to rounding, as gates alone move, by the same method."""
    run = under(SQUID(), STEP, duration=30.0, neurons=3, lowest=-100.0)
    steps = [-100.0, -40.0, 20.0]
    found = family(HodgkinHuxley(), steps, -65.0, before=2.0, length=20.0, after=8.0)
    np.testing.assert_allclose(run.variables["I_clamp"], found.total, rtol=1e-9, atol=1e-6)
    assert run.current.tolist() == Step.sample(STEP, 1200, 0.025).tolist()


@pytest.mark.parametrize("onset", [2.0, 114.4, 915.7])
def test_all_commands_of_a_family_begin_with_the_stimulus(onset):
    """At the very step, also where a float32 of its time lies before it."""
    step = Step(amplitude=0, base=-65, onset=onset, length=20)
    found = Experiment(SQUID(), step, {"duration": onset + 10, "neurons": 3, "lowest": -100.0, "dt": 0.025}).run()
    first = round(onset / 0.025)
    assert found.inputs["commands"][first - 1].tolist() == [-65, -65, -65]
    assert found.inputs["commands"][first].tolist() == [-100, -50, 0]


def test_the_current_that_holds_a_leaky_neuron():
    """tau dv/dt = v_leak - v + i + I: at V for long, I is V - v_leak."""
    run = under(clamp(LIF)(v_leak=0.2), Step(amplitude=0.9, base=0.1, onset=5.0, length=10.0), duration=20.0)
    held = run.variables["I_clamp"][:, 0]
    at = (run.time > 5.05) & (run.time < 15.05)
    np.testing.assert_allclose(held[at], 0.7, atol=1e-12)
    np.testing.assert_allclose(held[~at], -0.1, atol=1e-12)


def test_spikes_at_a_synapse_are_seen_in_the_current_that_holds():
    """A spike of weight 1 adds e^(-t / tau_syn) to i, which the clamp takes away."""
    model = clamp(LIF)(tau_syn=5.0)
    run = under(model, Constant(amplitude=0.3) + SpikeTrain(spikes=1, onset=2.0, weight=1.0), duration=10.0)
    held, t = run.variables["I_clamp"][:, 0].numpy(), run.time
    assert held[t < 2].max() == pytest.approx(0.3, abs=1e-12)
    np.testing.assert_allclose(held[t > 2.05], 0.3 - np.exp(-(t[t > 2.05] - 2.1) / 5.0), atol=1e-9)


def test_a_run_begins_where_all_has_come_to_rest():
    run = under(SQUID(), Constant(amplitude=-20.0), duration=5.0)
    at = gates(HodgkinHuxley(), np.array([-20.0])).steady
    for name in "mhn":
        np.testing.assert_allclose(run.variables[name], at[name][0], rtol=1e-9)


@pytest.mark.parametrize("bare", [AdEx, Izhikevich, LIF, model_of(neuron(TYPED))], ids=lambda kind: kind.__name__)
def test_every_way_leads_back_to_it(bare):
    """Links, JSON and scripts; with the values of the neuron."""
    for how, more in (("voltage", {"neurons": 4}), ("dynamic", {})):
        kind = clamp(bare, how)
        name = next(iter(kind.shown.values()))
        shown = Experiment(kind(**{name: 1.1 * kind().values()[name]}), None, more)
        assert not Experiment.from_query(shown.to_query()).diff(shown)
        assert not Experiment.from_json(shown.to_json()).diff(shown)
        space: dict = {}
        exec(shown.script().partition("print(")[0], space)
        for variable, x in shown.run().recording.variables.items():
            assert torch.equal(x, space["recording"].variables[variable]), variable
        with pytest.raises(ValueError, match="under voltage clamp" if how == "voltage" else "cannot be expressed"):
            shown.script("norse")


def test_a_conductance_pulls_a_leaky_neuron_to_its_reversal_potential():
    """tau dv/dt = -v + g (E - v): to g E / (1 + g), with tau / (1 + g). Exact by exponential Euler."""
    g, E, tau = 0.5, 2.0, 10.0
    run = under(
        clamp(LIF, "dynamic")(tau_mem=tau, E_clamp=E, v_th=5.0),
        Constant(amplitude=g),
        duration=40.0,
        integrator="exponential Euler",
    )
    expected = g * E / (1 + g) * (1 - np.exp(-run.time * (1 + g) / tau))
    np.testing.assert_allclose(run.variables["v"][:, 0], expected, rtol=1e-9)


def test_a_conductance_that_changes_nothing_at_its_reversal_potential():
    """At E = v the clamp lets no current flow, whatever g is: a squid axon stays at rest."""
    rest = float(HodgkinHuxley().neuron.rest(HodgkinHuxley().p(torch.float64)).v)
    model = clamp(HodgkinHuxley, "dynamic")(E_clamp=rest)
    run = under(model, Sine(amplitude=0.3, mean=0.3, frequency=50.0), duration=20.0)
    np.testing.assert_allclose(run.variables["v"], rest, atol=1e-6)


@pytest.mark.parametrize("case", ["family", "two", "ramp", "one", "noise", "cut", "dynamic"])
def test_a_browser_has_every_bit(case):
    stimulus = Ramp(start=-80.0, end=20.0, onset=1.0, length=15.0) if case == "ramp" else STEP
    settings = {"duration": 20.0, "neurons": 1 if case == "one" else 3}
    model = SQUID()
    if case == "two":
        stimulus = TwoSteps(amplitude=-30.0, second=0.0, base=-65.0, onset=2.0, length=8.0, second_length=5.0)
    if case == "cut":
        model, settings = clamp(AdEx)(), settings | {"integrator": "Euler, dt / 10", "dt": 0.2}
        stimulus = Step(amplitude=-55.0, base=-70.0, onset=2.0, length=10.0)
    if case == "noise":
        stimulus = Noise(mean=-60.0, sigma=5.0)
    if case == "dynamic":
        model, stimulus = clamp(AdEx, "dynamic")(), None
    shown = Experiment(model, stimulus, settings)
    run = portable_experiment(shown)
    memory = Memory(run)
    assert alike(memory.go(), shown)
    values = {"stimulus.amplitude": -58.0, "stimulus.onset": 4.0, "run.lowest": -95.0, "model.E_K": -80.0}
    for name in values.keys() & run.about["values"].keys():
        shown = moved(shown, {name: values[name]})
        memory.turn({name: values[name]})
        assert alike(memory.go(), shown), name


@pytest.mark.parametrize("how", ["voltage", "dynamic"])
def test_a_model_under_clamp_keeps_its_values(how):
    model = clamp(AdEx(C="150 pF", a=7), how)
    assert type(model) is clamp(AdEx, how) and model.changed() == {"C": 150.0, "a": 7.0}
    scope = {}
    exec(Experiment(model, settings={"duration": 5}).script().partition("print(")[0], scope)
    assert scope["model"].values() == model.values()


def test_a_neuron_of_the_same_names_is_refused_under_clamp():
    """Of one's own, as its text would not let it."""
    current = {"I_clamp": (Annotated[torch.Tensor, Quantity("pA", 0, 1, doc="mine")], torch.tensor(0.0))}
    mine = replace(F.AdEx, name="Mine", parameters=extended(F.AdEx.parameters, "Mine", "parameters", **current))
    with pytest.raises(ValueError, match="Mine has I_clamp, which is what the current of a voltage clamp is called"):
        under_voltage_clamp(mine)
    with pytest.raises(ValueError, match=r"AdExDynamicClamp has E_clamp, .* give a neuron without this clamp"):
        under_dynamic_clamp(under_dynamic_clamp(F.AdEx))


def test_what_cannot_be_clamped_is_said():
    with pytest.raises(ValueError, match=r"the clamp 'patch' is not known: .*voltage, dynamic"):
        clamp(LIF, "patch")
    with pytest.raises(ValueError, match="HodgkinHuxleyVoltageClamp is under clamp already: give HodgkinHuxley"):
        clamp(SQUID)
    for wrong, called in ((F.AdEx, "a Neuron"), ("AdEx", "a str"), (Step, "the class Step")):
        with pytest.raises(ValueError, match=f"kind is {called}: give a model of a neuron or its class"):
            clamp(wrong)
    with pytest.raises(ValueError, match="the neuron 'LIFPatchClamp' is not known"):
        NEURONS["LIFPatchClamp"]
    with pytest.raises(ValueError, match=r"lowest = 2000 .* -1000 to 1000 mV"):
        Experiment(SQUID(), STEP, {"lowest": 2000})


def test_a_table_has_every_command(tmp_path):
    """From the file alone the I-V curve of the family comes out, as `voltage_clamp` has it."""
    experiment = PRESETS["hodgkinhuxley-clamp"].experiment()
    run = experiment.run().recording
    table = pd.read_csv(StringIO(run.to_csv()))
    assert not [title for title in table if title.startswith("current")]
    at = np.searchsorted(table["time (ms)"], 15.0)
    v = np.array([table[f"command[{k}] (mV)"][at] for k in range(12)])
    np.testing.assert_allclose(v, np.linspace(-90.0, 60.0, 12), atol=1e-4)
    during = (table["time (ms)"] > 5.0) & (table["time (ms)"] < 25.0)
    unit = experiment.model.variables()["I_clamp"].unit
    peaks = [table[f"I_clamp[{k}] ({unit})"][during].min() for k in range(12)]
    wanted = family(HodgkinHuxley(), v, -65.0, before=5.0, length=20.0, after=15.0).peak()
    np.testing.assert_allclose(peaks, wanted, rtol=1e-3, atol=0.1)
    run.save(tmp_path / "run.nc")
    assert torch.equal(Recording.load(tmp_path / "run.nc").commands, run.commands)


def test_a_script_of_a_clamp_tells_currents_and_draws_commands():
    script = PRESETS["hodgkinhuxley-clamp"].experiment().script("snnlab")
    assert "spike" not in script and '"lowest I_clamp of each:"' in script
    assert "bottom.plot(recording.time, recording.commands)" in script and 'ylabel="command (mV)"' in script
    told = []
    exec(script.partition("try:")[0], {"print": lambda *words: told.append(words)})
    assert [len(values) for _, values in told] == [12, 12]
