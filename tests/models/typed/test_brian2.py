"""Equations of Brian2, from its own documentation and examples, become neurons."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from snnlab import simulate
from snnlab.models import NEURONS, STIMULI, Experiment, model_of, neuron_from_brian2
from snnlab.models.typed import brian2_text, neuron
from tests.models.typed.texts import HODGKIN_HUXLEY

LIF = "dv/dt = (v0 - v + R*I) / tau : volt (unless refractory)"
VALUES = {"tau": "10*ms", "v0": "-65*mV", "R": "0.1*Gohm", "I": "0.3*nA"}
COBA = """
dv/dt = (gl*(El-v) + ge*(Ee-v) + gi*(Ei-v) + I)/Cm : volt
dge/dt = -ge*(1./taue) : siemens
dgi/dt = -gi*(1./taui) : siemens   # inhibition
I : amp
"""
# the example COBAHH of Brian2's documentation, its membrane of 20 000 µm^2, and a current in place of synapses
COBAHH = """
dv/dt = (gl*(El-v) - g_na*(m*m*m)*h*(v-ENa) - g_kd*(n*n*n*n)*(v-EK) + I)/Cm : volt
dm/dt = alpha_m*(1-m) - beta_m*m : 1
dn/dt = alpha_n*(1-n) - beta_n*n : 1
dh/dt = alpha_h*(1-h) - beta_h*h : 1
alpha_m = 0.32*(mV**-1)*4*mV/exprel((13*mV-v+VT)/(4*mV))/ms : Hz
beta_m = 0.28*(mV**-1)*5*mV/exprel((v-VT-40*mV)/(5*mV))/ms : Hz
alpha_h = 0.128*exp((17*mV-v+VT)/(18*mV))/ms : Hz
beta_h = 4./(1+exp((40*mV-v+VT)/(5*mV)))/ms : Hz
alpha_n = 0.032*(mV**-1)*5*mV/exprel((15*mV-v+VT)/(5*mV))/ms : Hz
beta_n = .5*exp((10*mV-v+VT)/(40*mV))/ms : Hz
I : amp
"""
CELL = {"Cm": "200*pF", "gl": "10*nS", "El": "-60*mV", "EK": "-90*mV", "ENa": "50*mV", "g_na": "20*usiemens"}
CELL |= {"g_kd": "6*usiemens", "VT": "-63*mV", "I": "0.5*nA"}


def test_a_leaky_neuron_has_the_rate_of_the_closed_form():
    """1 / (5 ms + 10 ms log(30 / 15)), Euler at 0.1 ms."""
    made = neuron_from_brian2(LIF, "v > -50*mV", "v = v0", "5*ms", VALUES)
    times = model_of(made)().simulate(duration=500.0).spike_times()
    assert np.diff(times).mean() == pytest.approx(5 + 10 * np.log(2), abs=0.15)


# equations of Brian2's documentation and examples, and the values that stand there, with a current in place of synapses
EXAMPLES = {
    "tutorial": {
        "equations": "dv/dt = (I-v)/tau : 1 (unless refractory)", "threshold": "v>1", "reset": "v = 0",
        "refractory": "5*ms", "namespace": {"tau": "10*ms", "I": 2}},
    "IF_curve_LIF": {
        "equations": "dv/dt = (v0 - v) / tau : volt (unless refractory)\nv0 : volt", "threshold": "v > 10*mV",
        "reset": "v = 0*mV", "refractory": "5*ms", "namespace": {"tau": "10*ms", "v0": "15*mV"}, "current": "v0"},
    "units": {
        "equations": "dv/dt = (g_l*(El-v) + stim(t))/C : volt", "threshold": "v > El + 15*mV", "reset": "v = El",
        "namespace": {"C": "1*uF*cm**-2*20000*umetre**2", "g_l": "5e-5*siemens*cm**-2*20000*um**2", "El": "-60*mV",
                      "stim": "0.3*nA"}},
    "radians": {
        "equations": "dtheta/dt = (1 - cos(theta) + (1 + cos(theta))*I)*radian/ms : radian",
        "threshold": "theta > pi", "reset": "theta = theta - 2*pi", "namespace": {"I": 0.04}},
    "Izhikevich": {
        "equations": """
            dv/dt = (0.04/ms/mV)*v**2 + (5/ms)*v + 140*mV/ms - u + I : volt
            du/dt = a*(b*v - u) : volt/second
            I : volt/second""",
        "threshold": "v > 30*mV", "reset": "v = c\nu += d",
        "namespace": {"a": "0.02/ms", "b": "0.2/ms", "c": "-65*mV", "d": "8*mV/ms", "I": "10*mV/ms"}},
    "Izhikevich, plain numbers": {
        "equations": "dv/dt = (0.04*v**2 + 5*v + 140 - u + I)/ms : 1\ndu/dt = a*(b*v - u)/ms : 1",
        "threshold": "v > 30", "reset": "v = c; u = u + d",
        "namespace": {"a": 0.02, "b": 0.2, "c": -65, "d": 8, "I": 10}},
    "AdEx": {
        "equations": """
            dvm/dt = (gL*(EL - vm) + gL*DeltaT*exp((vm - VT)/DeltaT) + I - w)/C : volt
            dw/dt = (a*(vm - EL) - w)/tauw : amp""",
        "threshold": "vm > Vcut", "reset": "vm = Vr; w += b",
        "namespace": {"C": "200*pF", "gL": "10*nS", "EL": "-70*mV", "VT": "-50*mV", "DeltaT": "2*mV", "a": "2*nS",
                      "tauw": "30*ms", "b": "0.06*nA", "Vr": "-58*mV", "Vcut": "0*mV", "I": "0.5*nA"}},
    "FitzHugh-Nagumo": {
        "equations": "dv/dt = (v - v**3/3 - w + I)/ms : 1\ndw/dt = 0.08*(v + 0.7 - 0.8*w)/ms : 1",
        "threshold": "v > 1", "refractory": "v > 1", "namespace": {"I": 0.5}},
    "Morris-Lecar": {
        "equations": """
            dv/dt = (-gL*(v - VL) - gCa*Mss*(v - VCa) - gK*w*(v - VK) + I)/C : volt
            dw/dt = (0.5*(1 + tanh((v - V3)/V4)) - w)*phi*cosh((v - V3)/(2*V4)) : 1
            Mss = 0.5*(1 + tanh((v - V1)/V2)) : 1""",
        "threshold": "v > 0*mV", "refractory": "v > 0*mV",
        "namespace": {"C": "20*uF/cm**2", "gL": "2*msiemens/cm**2", "gCa": "4.4*msiemens/cm**2",
                      "gK": "8*msiemens/cm**2", "VL": "-60*mV", "VCa": "120*mV", "VK": "-84*mV", "V1": "-1.2*mV",
                      "V2": "18*mV", "V3": "2*mV", "V4": "30*mV", "phi": "0.04/ms", "I": "100*uA/cm**2"}},
    "Hodgkin-Huxley": {
        "equations": """
            dv/dt = (I - gNa*m**3*h*(v - ENa) - gK*n**4*(v - EK) - gl*(v - El))/Cm : volt
            dm/dt = (0.1/mV)*10*mV/exprel((-v + 25*mV)/(10*mV))/ms*(1-m) - 4*exp(-v/(18*mV))/ms*m : 1
            dh/dt = 0.07*exp(-v/(20*mV))/ms*(1 - h) - 1/(exp((-v + 30*mV)/(10*mV)) + 1)/ms*h : 1
            dn/dt = (0.01/mV)*10*mV/exprel((-v + 10*mV)/(10*mV))/ms*(1 - n) - 0.125*exp(-v/(80*mV))/ms*n : 1""",
        "threshold": "v > 65*mV",
        "namespace": {"gNa": "120*msiemens/cm**2", "gK": "36*msiemens/cm**2", "gl": "0.3*msiemens/cm**2",
                      "ENa": "115*mV", "EK": "-12*mV", "El": "10.613*mV", "Cm": "1*uF/cm**2", "I": "10*uA/cm**2"}},
}  # fmt: skip
CLOSED = {  # ms between two spikes
    "tutorial": 5 + 10 * np.log(2),
    "IF_curve_LIF": 5 + 10 * np.log(3),
    "units": 20 * np.log(2),
    "radians": np.pi / np.sqrt(0.04),
}
FILES = {
    "Izhikevich": NEURONS["Izhikevich"](),
    "Izhikevich, plain numbers": NEURONS["Izhikevich"](),
    "AdEx": NEURONS["AdEx"](a=2, b=60),
    "FitzHugh-Nagumo": NEURONS["FitzHughNagumo"](),
    "Morris-Lecar": NEURONS["MorrisLecar"](),
    "Hodgkin-Huxley": NEURONS["HodgkinHuxley"](),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_are_what_they_are_elsewhere(name):
    """By the closed form, or by our file of it, which other simulators agree with; Euler or RK4 at 0.01 ms."""
    model = model_of(neuron_from_brian2(**EXAMPLES[name]))()
    drive = STIMULI["Constant"](amplitude=model.neuron.current.default)
    settings = {"duration": 200.0, "dt": 0.01, "neurons": 1, "noise": 0.0, "integrator": "RK4"}
    times = Experiment.of(model, drive, settings).run(torch.float64).recording.spike_times()
    if name in CLOSED:
        assert np.diff(times) == pytest.approx(CLOSED[name], abs=0.03)
    else:
        expected = Experiment.of(FILES[name], drive, settings).run(torch.float64).recording.spike_times()
        assert len(times) == len(expected) > 2
        assert np.diff(times) == pytest.approx(np.diff(expected), abs=0.03)


def test_without_its_flag_the_membrane_goes_on():
    """Then a refractory period forbids spikes alone: at its end v is above the threshold at once, as in Brian2."""
    made = neuron_from_brian2(LIF.replace(" (unless refractory)", ""), "v > -50*mV", "v = v0", "12*ms", VALUES)
    times = model_of(made)().simulate(duration=200.0).spike_times()
    assert np.diff(times) == pytest.approx(12.1, abs=1e-6)


def test_numbers_are_brought_into_units_that_fit():
    text = brian2_text(COBA, "v > -0.05*volt", "v = El; ge *= 0.5", None, {
        "Cm": "0.2*nF", "gl": "10*nsiemens", "El": "-60*mV", "Ee": "0*mV", "Ei": "-80*mV", "taue": "0.005*second",
        "taui": "10*ms", "I": "500*pA"})  # fmt: skip
    for line in (
        "Cm = 200 pF",
        "gl = 10 nS",
        "taue = 5 ms",
        "spike: v > - 50 mV",
        "I = 500 pA",
        "reset: v = El ; ge *= 0.5",
    ):
        assert line in text or line.replace(" ;", ";") in text, text
    made = neuron(text)
    assert made.state._fields == ("v", "ge", "gi")
    assert len(model_of(made)().simulate(duration=200.0).spike_times()) > 2


def test_an_example_of_brian2_runs_and_crosses():
    made = neuron_from_brian2(COBAHH, "v > -20*mV", None, "v > -20*mV", CELL)
    assert made.crosses and made.reset is None
    run = simulate(made, current=torch.full((20_000, 1), 500.0, dtype=torch.float64), dt=1e-5)
    assert 5 < len(run.spike_times()) < 40
    assert float(run.variables["v"].max()) < 60 and float(run.variables["v"].min()) > -100


def test_units_of_an_area_and_conditions():
    """The squid again, as Brian2 would have it: the same flow."""
    text = HODGKIN_HUXLEY.replace("C*dv/dt = I", "dv/dt = (I").replace("(v - E_L) : mV", "(v - E_L))/C : mV")
    equations, values = [], {}
    for line in text.strip().split("\n"):
        line = line.partition("#")[0].partition('"')[0].replace("n' =", "dn/dt =").strip()
        if " = " in line and "(" in line:
            left, _, one = line.partition(" : ")
            one = {"1": "1", "mV": "volt", "1/ms": "Hz"}[one.split(" in ")[0].strip()]
            for rate in ("alpha_m", "beta_m", "alpha_h", "beta_h", "alpha_n", "beta_n"):
                left = left.replace(f"{rate} = ", f"{rate} = 1/ms*")
            for number in ("40", "65", "35", "55"):
                left = left.replace(f"(v + {number})", f"((v + {number}*mV)/mV)")
            equations.append(f"{left} : {one}")
        elif " = " in line:
            name, _, value = line.partition(" = ")
            values[name] = value.split(" in ")[0].replace("cm2", "cm**2").replace(" ", "*")
    made = neuron_from_brian2("\n".join(equations), "v > 0*mV", namespace=values)
    plain = neuron(text)
    s = plain.state(*(torch.tensor(x, dtype=torch.float64) for x in (-40.5, 0.3, 0.5, 0.4)))
    a, b = (one.flow(s, 5.0, model_of(one)().p(torch.float64)) for one in (made, plain))
    assert [float(x) for x in a] == pytest.approx([float(x) for x in b], rel=1e-12)


def test_quantities_of_brian2_are_read():
    """Its own objects: a number in SI units, with the powers of the bases."""
    powers = {"length": 2, "mass": 1, "time": -3, "current": -1, "temperature": 0, "substance": 0}

    class Volts(float):
        dim = SimpleNamespace(get_dimension=lambda name: powers[name])

    text = brian2_text(LIF, "v > -50*mV", "v = v0", None, VALUES | {"v0": Volts(-0.07)})
    assert "v0 = -70 mV" in text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"equations": "dv/dt = -v/tau + xi*tau**-0.5 : volt"}, "'xi' has no counterpart: noise is a setting of a run"),
        ({"equations": "dv/dt = (-v + R*I*sin(t/ms))/tau : volt"}, "'t' has no counterpart"),
        ({"equations": "dv/dt = (-v + R*I)/tau"}, "is no equation of Brian2"),
        ({"equations": "dv/dt = (-v + R*I)/tau : parsec"}, "has a unit that is not known"),
        ({"equations": "dq/dt = -q/tau : 1"}, "no variable is the membrane potential: call one of q v"),
        ({"equations": "dv/dt = (v0 - v)/tau : volt"}, "the input current I is in no equation"),
        ({"equations": LIF + "\ns : volt (summed)"}, "s is (summed): it is a sum over synapses"),
        (
            {"equations": LIF + "\nI = 2*nA*int(t > 5*ms) : amp"},
            "the input current I is an expression: it is a stimulus here",
        ),
        ({"equations": LIF.replace("v0 -", "2*rand() -")}, "'rand' has no counterpart"),
        ({"equations": LIF.replace("v0 -", "int(not_refractory)*v0 -")}, "'not_refractory' has no counterpart"),
        ({"equations": LIF.replace("volt", "10*volt")}, "is no unit: give volt"),
        ({"threshold": {"spike": "v > -50*mV"}}, "threshold is a dict: give a text"),
        ({"namespace": {"tau": "10*ms", "I": "1*nA", "R": "1*Mohm"}}, "v0 has no value: give it in namespace"),
        ({"namespace": VALUES | {"tau": "fast"}}, "tau = 'fast' is no value"),
        ({"namespace": VALUES | {"tau": [1]}}, "tau = [1] is no value"),
        ({"refractory": "v > -40*mV"}, "is a condition: give a time, '5*ms'"),
        ({"refractory": "5*mV"}, "is no time"),
        ({"threshold": "__import__('os')"}, "'_'"),
        ({"reset": "v = nothing"}, "nothing has no value"),
        ({"equations": 3}, "equations is an int: give a text"),
    ],
)
def test_what_has_no_counterpart_is_said(given, said):
    usual = {"equations": LIF, "threshold": "v > -50*mV", "reset": "v = v0", "namespace": VALUES}
    with pytest.raises(ValueError) as error:
        neuron_from_brian2(**(usual | given))
    assert said in str(error.value)
