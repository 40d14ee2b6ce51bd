"""Scripts: that of snnlab makes the same recording; those for other programs have the same input, or say what lacks.

What Brian2 and Norse make of theirs is tested in tests/against.
"""

import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from snnlab import functional as F
from snnlab.models import (
    ENCODERS,
    LI,
    LIF,
    NETWORKS,
    NEURONS,
    PLASTICITY,
    PRESETS,
    STIMULI,
    SURROGATES,
    AdaLIF,
    AdEx,
    CobaLIF,
    Constant,
    Experiment,
    FeedForward,
    Izhikevich,
    LIFAdEx,
    LIFBox,
    LIFRefrac,
    Noise,
    Pairs,
    PoissonSpikes,
    Population,
    Protocol,
    Ramp,
    Recorded,
    Sequence,
    Sine,
    SpikeTrain,
    Step,
    Sum,
    Sweep,
    Table,
    clamp,
    model_of,
    stimuli_of,
)
from snnlab.models.exchange.script.sampled import input_lines
from snnlab.models.settings import INTEGRATORS
from tests.rules import Triplet

QUIET = {"noise": 0, "duration": 60}


@pytest.fixture(autouse=True)
def without_pictures(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)


def executed(script):
    names = {"__name__": "__main__"}
    exec(compile(script, "script", "exec"), names)
    return names


def same_recording(experiment):
    """What its script leaves is the recording of the experiment, down to the values that it says it was made with."""
    ours, found = experiment.run().recording, executed(experiment.script())["recording"]
    assert found.experiment == ours.experiment
    assert torch.equal(found.spikes, ours.spikes)
    assert found.variables.keys() == ours.variables.keys()
    for name, values in ours.variables.items():
        torch.testing.assert_close(found.variables[name], values, rtol=0, atol=0, equal_nan=True)


# -- for snnlab -------------------------------------------------------------------------------------------------------


def changed(kind):
    """A model with a value beside the default, of every number that has room for one."""
    values = {}
    for name in kind.names():
        low, high = kind.param[name].bounds if hasattr(kind.param[name], "softbounds") else (0, 0)
        default = kind.param[name].default
        if isinstance(default, float) and low < default * 1.01 + 1e-3 < high:
            values[name] = default * 1.01 + 1e-3
    return kind(**values)


FAMILIES = [kind for kinds in (NEURONS, ENCODERS, PLASTICITY, SURROGATES) for kind in kinds.values()]


@pytest.mark.parametrize("kind", FAMILIES, ids=lambda kind: kind.__name__)
def test_executing_it_gives_the_same_recording(kind):
    same_recording(Experiment.of(changed(kind), settings={"duration": 50, "dt": 0.2, "seed": 3}))


@pytest.mark.parametrize("kind", NETWORKS.values(), ids=lambda kind: kind.__name__)
def test_networks_too(kind):
    small = {"Brunel": {"N_E": 80, "N_I": 20, "C_E": 8, "C_I": 2}}.get(kind.__name__, {})
    same_recording(Experiment.of(kind(**small), settings={"duration": 20, "dt": 0.2}))


def test_a_network_of_other_cells():
    cell, encoder = LIFAdEx(tau_ada=33), ENCODERS["LIFEncoder"](tau_mem=12)
    model = FeedForward(cell=cell, encoder=encoder, inputs=7)
    same_recording(Experiment.of(model, settings={"duration": 50}))
    spread = Population(cell=AdEx(), only=["C", "g_L"], size=5)
    same_recording(Experiment.of(spread, Step(), {"duration": 50}))


@pytest.mark.parametrize("name", [name for name, one in PRESETS.items() if one.model.family == "neuron"])
def test_presets_too(name):
    same_recording(PRESETS[name].experiment())


@pytest.mark.parametrize("kind", [k for k in STIMULI.values() if k.kind.port != "pairs"], ids=lambda k: k.__name__)
def test_every_stimulus(kind):
    same_recording(Experiment.of(LIF(), kind(), {"duration": 50}))


SWEEP = Sweep("one's own, 'quoted'", np.array([0.0, 0.5, 20.0]), np.array([0.1, 1 / 3, -5.0]), np.array([-70.0, 1, 2]))
SOURCES = {
    "sum": Sum(source=(Step(amplitude=1), Sum(source=(Noise(), Noise())), SpikeTrain(weight=0.3))),
    "sum of one": Sum(source=(Step(),)),
    "sum of none": Sum(),
    "sequence": Sequence(source=((Ramp(end=3), 20.0), (Sum(source=(Sine(), Noise())), 1 / 3), (Constant(), 0.0))),
    "table": Table(source=[(0, 0), (10, 1 / 3), (20, 2)], between="hold", gain=0.7),
    "protocol": Protocol(source=[(0, 10, 1), (5, 30, 0.5, 0.01)], offset=0.1),
    "own recording": Recorded(source=SWEEP, gain=0.3),
}


@pytest.mark.parametrize("stimulus", SOURCES.values(), ids=SOURCES)
def test_what_a_stimulus_is_made_of(stimulus):
    same_recording(Experiment.of(LIF(), stimulus, {"duration": 50, "record": ["v"]}, {"v": 0.25}))


def test_the_script_is_short():
    experiment = Experiment.of(LIF(tau_mem=20), Step(amplitude=1.2), {"dt": 0.2}, {"v": 0.5})
    begin = experiment.script().split("\n\n")[1:3]
    assert begin == [
        "from snnlab.models import LIF, Step",
        "model = LIF(tau_mem=20.0)\nstimulus = Step(amplitude=1.2)\n"
        "recording = model.simulate(stimulus, dt=0.2, initial={'v': 0.5, 'i': 0.0})",
    ]


def test_a_unit_that_a_stimulus_was_given_is_not_lost():
    same_recording(Experiment.of(AdEx(), Step(amplitude="0.3 nA"), {"duration": 50}))


def test_a_long_recording_of_ones_own_is_refused_by_name():
    sweep = Sweep("long.abf", np.arange(10_001.0), np.zeros(10_001))
    with pytest.raises(ValueError, match=r"long\.abf has 10,001 samples: a script holds at most 10,000"):
        Experiment.of(LIF(), Recorded(source=sweep)).script()


def test_the_picture_is_drawn_where_matplotlib_is_there(monkeypatch):
    """Its part of the script runs with a stand-in that takes every call; what is drawn has matching lengths."""
    drawn = []

    class Anything:
        def __getattr__(self, name):
            return lambda *given, **more: drawn.append((name, given)) or (Anything(), (Anything(), Anything()))

    pyplot = Anything()
    monkeypatch.setitem(sys.modules, "matplotlib", SimpleNamespace(pyplot=pyplot))
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", pyplot)
    executed(Experiment.of(LIF(), Constant(amplitude=2), {"duration": 50}).script())
    lines = [given for name, given in drawn if name == "plot"]
    assert [len(x) for x, *_ in lines] == [len(y) for _, y, *_ in lines]
    assert len(lines) == 2 and len(lines[1][0])


def test_an_unknown_program_is_refused():
    with pytest.raises(ValueError, match=r"the program 'nest' is not known: .*choose one of snnlab, norse, brian2"):
        Experiment.of(LIF()).script("nest")


# -- for other programs -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("integrator", ["Euler", "staggered Euler", "Euler, dt / 10"])
@pytest.mark.parametrize("kind", NEURONS.values(), ids=lambda kind: kind.__name__)
def test_scripts_for_brian2_compile(kind, integrator):
    settings = QUIET | {"integrator": integrator}
    for name in {"Constant", "Ramp", "PoissonSpikes"} & stimuli_of(kind.port).keys():
        compile(Experiment.of(kind(), stimuli_of(kind.port)[name](), settings).script("brian2"), "script", "exec")


def inputs_in_script(experiment):
    """Port -> the input that the code in a script makes."""
    return {
        port: executed("import numpy as np\n" + "\n".join(code))[port] for port, code in input_lines(experiment).items()
    }


MANY = {name: kind for name, kind in STIMULI.items() if kind.kind.port != "pairs"}


@pytest.mark.parametrize("stimulus", [*(kind() for kind in MANY.values()), *SOURCES.values()], ids=[*MANY, *SOURCES])
def test_the_input_in_a_script_is_the_same_to_the_last_bit(stimulus):
    experiment = Experiment.of(LIF(), stimulus, QUIET | {"seed": 5})
    inputs = experiment.stimulus.sampler()(experiment.steps, 0.1, 5)
    made = inputs_in_script(experiment)
    assert made.keys() == inputs.keys()
    for port, x in inputs.items():
        np.testing.assert_array_equal(made[port], x)


def test_simple_inputs_are_formulas_others_samples():
    for name, kind in MANY.items():
        (code,) = input_lines(Experiment.of(LIF(), kind(), QUIET)).values()
        # what is constant is an array of one number
        formula = kind.kind.formula is not None and name != "Constant"
        assert any(line.startswith("def ") for line in code) == formula
    both = input_lines(Experiment.of(LIF(), Step() + Sine(), QUIET))["current"]
    assert both[-1].startswith("current = (step(time, ") and " + sine(time, " in both[-1]


def test_an_input_on_a_finer_grid():
    settings = QUIET | {"integrator": "Euler, dt / 10"}
    experiment = Experiment.of(LIF(), Step() + SpikeTrain(rate=100), settings)
    inputs, made = experiment.job()().inputs, inputs_in_script(experiment)
    assert made.keys() == inputs.keys() == {"current", "spikes"}
    for port, x in inputs.items():
        np.testing.assert_array_equal(made[port], x)


LIF_IN_BRIAN2 = '''
neuron = NeuronGroup(
    1,
    """
    dv/dt = (I + i_syn - v + v_leak)/tau_mem : 1
    di_syn/dt = -i_syn/tau_syn : 1
    """,
    threshold="v > v_th",
    reset="v = v_reset",
    method="euler",
)
neuron.v = 0.0
neuron.i_syn = 0.0
'''


def test_brian2_gets_the_equations_as_a_textbook_has_them():
    script = Experiment.of(LIF(tau_mem=20), Constant(amplitude=1.5), QUIET).script("brian2")
    assert LIF_IN_BRIAN2 in script
    assert "tau_mem = 20.0 * ms  # membrane time constant\n" in script
    assert "I = 1.5  # input current\n" in script


def test_staggered_euler_is_one_statement_after_the_other():
    script = PRESETS["izhikevich-2004-A"].experiment()
    script.settings.noise = 0
    statements = script.script("brian2").partition("neuron.run_regularly(")[2].splitlines()[2:4]
    assert [line.strip().partition(" += ")[0] for line in statements] == ["v", "u"]


RK4_IN_BRIAN2 = '''
method = ExplicitStateUpdater(
    """
    k0 = dt*f(x, t)
    k1 = dt*f(x + 0.5*k0, t)
    k2 = dt*f(x + 0.5*k1, t)
    k3 = dt*f(x + 1.0*k2, t)
    x_new = x + 0.16666666666666666*k0 + 0.3333333333333333*k1 + 0.3333333333333333*k2 + 0.16666666666666666*k3
    """
)
neuron = NeuronGroup('''


def test_a_method_with_stages_is_its_tableau():
    """Brian2's own rk4 would read a varying input at three times, and its heun is that of stochastic equations."""
    script = Experiment.of(LIF(), Constant(), QUIET | {"integrator": "RK4"}).script("brian2")
    assert RK4_IN_BRIAN2 in script and "    method=method,\n" in script
    assert "from brian2 import ExplicitStateUpdater, NeuronGroup" in script
    assert "k1 = dt*f(x + 1.0*k0, t)" in Experiment.of(LIF(), None, QUIET | {"integrator": "Heun"}).script("brian2")


def test_a_stage_is_cut_off_at_the_peak():
    made = {name: Experiment.of(LIFAdEx(), None, QUIET | {"integrator": name}) for name in ("Euler", "RK4")}
    assert "clip(v, -inf, v_th)" in made["RK4"].script("brian2")
    assert "clip(v, -inf, v_th)" not in made["Euler"].script("brian2")


def test_an_exponential_step_is_statements_with_the_membrane_last():
    script = Experiment.of(CobaLIF(), None, QUIET | {"integrator": "exponential Euler"}).script("brian2")
    statements = [line.strip() for line in script.partition("neuron.run_regularly(")[2].splitlines()[2:5]]
    assert [line.partition(" = ")[0] for line in statements] == ["g_e", "g_i", "v"]
    assert statements[0] == "g_e = -dt*g_e*exprel(-dt/tau_syn_exc)/tau_syn_exc + g_e"
    of_euler = Experiment.of(AdEx(), None, QUIET | {"integrator": "exponential Euler"}).script("brian2")
    assert of_euler.count("exprel") == 1  # the upstroke is not linear


@pytest.mark.parametrize("integrator", INTEGRATORS)
@pytest.mark.parametrize("kind", NEURONS.values(), ids=lambda kind: kind.__name__)
def test_brian2_has_every_neuron_with_every_integrator(kind, integrator):
    script = Experiment.of(kind(), None, QUIET | {"integrator": integrator}).script("brian2")
    compile(script, "script", "exec")


def test_brian2_gets_what_holds_a_neuron():
    script = Experiment.of(LIFRefrac(), Constant(), QUIET).script("brian2")
    assert 'threshold="fired > 0"' in script and "crossed = int(v > v_th)" in script


NOISY = Experiment.of(LIF(), None, {"noise": 0.3})
REFUSED = {
    "noise": ("brian2", lambda: NOISY, "noise = 0.3 cannot be expressed in Brian2.*: set noise = 0"),
    "noise, Norse": ("norse", lambda: NOISY, "noise = 0.3 cannot be expressed in Norse"),
    "network": ("brian2", lambda: Experiment.of(FeedForward()), "model = FeedForward is of the family 'network'"),
    "encoder": ("norse", lambda: Experiment.of(ENCODERS["Poisson"]()), "model = Poisson is of the family 'encoder'"),
    "samples": (
        "brian2",
        lambda: Experiment.of(LIF(), Noise(), {"noise": 0, "duration": 2001}),
        "20,010 different samples of current: a script holds at most 20,000",
    ),
    "staggered": (
        "norse",
        lambda: Experiment.of(LIF(), None, QUIET | {"integrator": "staggered Euler"}),
        "integrator = 'staggered Euler' cannot be expressed in Norse",
    ),
    **{
        name: (
            "norse",
            lambda name=name: Experiment.of(LIF(), None, QUIET | {"integrator": name}),
            f"integrator = '{name}' cannot be expressed in Norse, whose steps are Euler's",
        )
        for name in ("Heun", "RK4", "exponential Euler")
    },
    "AdEx": ("norse", lambda: Experiment.of(AdEx(), None, QUIET), "model = AdEx .* without units: take LIFAdEx"),
    "conductances": ("norse", lambda: Experiment.of(CobaLIF(), None, QUIET), "model = CobaLIF .* conductances before"),
    "adaptation": (
        "norse",
        lambda: Experiment.of(LIFAdEx(), None, QUIET),
        "lif_adex_current_encoder overwrites the adaptation",
    ),
    "no current": ("norse", lambda: Experiment.of(AdaLIF(), None, QUIET), "AdaLIF under a current .* takes spikes"),
    "both": ("norse", lambda: Experiment.of(LIF(), Step() + PoissonSpikes(), QUIET), "currents and spikes cannot"),
    "synapse": (
        "norse",
        lambda: Experiment.of(LIF(), Constant(), QUIET, {"i": 0.5}),
        "initial i = 0.5 .* lif_current_encoder has no synapse",
    ),
}


@pytest.mark.parametrize(("program", "make", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_expressed_is_refused_by_name(program, make, message):
    with pytest.raises(ValueError, match=message):
        make().script(program)


def test_one_neuron_is_without_noise_unless_told():
    compile(Experiment.of(LIF()).script("brian2"), "script", "exec")
    with pytest.raises(ValueError, match=r"noise = 0\.3 cannot be expressed in Brian2"):
        Experiment.of(LIF(), None, {"noise": 0.3}).script("brian2")


def test_norse_gets_its_own_functions_and_tuples():
    experiment = Experiment.of(LIFRefrac(t_ref=0.3), SpikeTrain(), QUIET)
    script = experiment.script("norse")
    names = "LIFFeedForwardState, LIFParameters, LIFRefracFeedForwardState, LIFRefracParameters"
    assert f"from norse.torch.functional.lif_refrac import {names}, lif_refrac_feed_forward_step\n" in script
    assert "spike, s = lif_refrac_feed_forward_step(x, s, p, dt)" in script
    assert "v.append(s.lif.v)" in script
    compile(script, "script", "exec")


def test_norse_drives_lif_with_a_current_through_its_encoder():
    script = Experiment.of(LIF(), Constant(), QUIET).script("norse")
    assert "spike, s = lif_current_encoder(x, s, p, dt)" in script
    assert "reset_subtract" in Experiment.of(LIFBox(reset_method="down by v_th"), None, QUIET).script("norse")
    assert "spike_times = np.array([])" in Experiment.of(LI(), SpikeTrain(), QUIET).script("norse")
    assert "IzhikevichParameters(" in Experiment.of(Izhikevich(), None, QUIET).script("norse")


def test_a_rule_of_ones_own_is_imported_from_its_module():
    """The script gives the same weights."""
    experiment = Experiment.of(model_of(Triplet)(A3_plus=5e-3), Pairs(rate=20.0), {"duration": 300.0})
    script = experiment.script()
    assert "from tests.rules import Triplet\n" in script
    made: dict = {}
    exec(script, made)  # __name__ is not "__main__": no picture
    assert torch.equal(made["recording"].variables["w"], experiment.run().recording.variables["w"])


@pytest.mark.parametrize("how", ["", "voltage"])
def test_a_neuron_of_ones_own_is_refused_by_scripts_and_links(how):
    """No name leads to it, whether it is called as one of snnlab's or not."""
    for name in ("Mine", "AdEx"):
        kind = model_of(replace(F.AdEx, name=name))
        experiment = Experiment.of((clamp(kind, how) if how else kind)())
        for write, holder in ((experiment.script, "a script"), (experiment.to_query, "a link")):
            with pytest.raises(ValueError, match=f"^{name} is made in Python .* so that {holder} cannot hold it: keep"):
                write()
