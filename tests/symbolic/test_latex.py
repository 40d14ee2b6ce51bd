"""Equations as LaTeX, printed from the code that runs."""

import re
from dataclasses import replace

import pytest

from snnlab.core import refractory
from snnlab.functional import (
    IAF,
    LI,
    LIF,
    LSNN,
    NEURONS,
    AdaLIF,
    AdEx,
    CobaLIF,
    Izhikevich,
    IzhikevichAccommodation,
    LIBox,
    LIFAdExRefrac,
    LIFBox,
    LIFEx,
    LIFMCRefrac,
    LIFRefrac,
    reset_subtract,
)
from snnlab.symbolic import equations

each_neuron = pytest.mark.parametrize("neuron", NEURONS, ids=lambda neuron: neuron.name)


def terms(line):
    """What stands right of the sign of a line, as a set of signed terms of a sum."""
    right = re.split(r" = | \\leftarrow ", line)[1]
    signed = ("" if right.startswith("-") else "+ ") + right.replace("{", "").replace("}", "")
    return {term.replace(" ", "") for term in re.split(r"(?=[+-] )", signed) if term}


def test_lif_is_the_textbook_one():
    """Gerstner et al., Neuronal Dynamics, equation 1.5, with a synaptic current that decays."""
    found = equations(LIF)
    membrane, synapse = found.flow
    assert membrane.startswith(r"\tau_{\mathrm{mem}} \frac{dv}{dt} = ")
    assert terms(membrane) == {"-v", "+i", r"+v_\mathrmleak", "+I"}
    assert synapse == r"\tau_{\mathrm{syn}} \frac{di}{dt} = - i"
    assert found.spike == (r"v > v_{\mathrm{th}}",)
    assert found.reset == (r"v \leftarrow v_{\mathrm{reset}}",)
    assert len(found.receive) == 1
    assert terms(found.receive[0]) == {"+i", "+x"}


def test_izhikevich_is_the_published_one():
    """Izhikevich 2003, equations 1-3, with names for the numbers 0.04, 5 and 140."""
    found = equations(Izhikevich)
    membrane, recovery = found.flow
    assert membrane.startswith(r"\tau \frac{dv}{dt} = ")
    assert terms(membrane) == {"+k_2v^2", "+k_1v", "+k_0", "-u", "+I"}
    assert recovery == r"\tau \frac{du}{dt} = a \left(b v - u\right)"
    assert found.spike == (r"v > v_{\mathrm{th}}",)
    assert found.reset[0] == r"v \leftarrow c"
    assert terms(found.reset[1]) == {"+u", "+d"}
    assert found.receive == ()


def test_accommodation_has_its_own_recovery():
    assert equations(IzhikevichAccommodation).flow[0] == equations(Izhikevich).flow[0]
    assert equations(IzhikevichAccommodation).flow[1] == r"\tau \frac{du}{dt} = a b \left(v + 65\right)"


def test_adex_is_the_published_one():
    """Brette and Gerstner 2005, equations 1-3, with capacitance and time constants before d/dt and clips left out."""
    membrane, adaptation = equations(AdEx).flow
    left, right = membrane.split(" = ")
    assert left == r"C \frac{dv}{dt}"
    assert right.startswith(r"- w + g_{\mathrm{L}} \left(E_{L} ")
    assert right.endswith(r" - v\right) + I")
    assert r"\Delta_{T} e^{\frac{- V_{T} + v}{\Delta_{T}}}" in right
    assert "min" not in membrane.lower()
    assert "1000" not in membrane + adaptation
    assert adaptation.startswith(r"\tau_{\mathrm{w}} \frac{dw}{dt} = ")
    assert equations(AdEx).spike == (r"v > V_{\mathrm{peak}}",)
    assert equations(AdEx).reset == (r"v \leftarrow V_{r}", r"w \leftarrow w + b")


def test_an_upstroke_is_printed_without_its_clip():
    (membrane, _) = equations(LIFEx).flow
    assert "e^{" in membrane
    assert "min" not in membrane.lower()
    assert "20" not in membrane


def test_conductances_are_driven_to_their_reversal_potentials():
    membrane, excitation, inhibition = equations(CobaLIF).flow
    assert membrane.startswith(r"c_{\mathrm{m}} \frac{dv}{dt} = ")
    assert r"g_{\mathrm{e}} \left(e_{\mathrm{rev\ E}} - v\right)" in membrane
    assert r"g_{\mathrm{i}} \left(e_{\mathrm{rev\ I}} - v\right)" in membrane
    assert excitation == r"\tau_{\mathrm{syn\ exc}} \frac{dg_{\mathrm{e}}}{dt} = - g_{\mathrm{e}}"
    assert inhibition == r"\tau_{\mathrm{syn\ inh}} \frac{dg_{\mathrm{i}}}{dt} = - g_{\mathrm{i}}"


def test_channels_are_printed_as_halves_of_the_input():
    assert equations(CobaLIF).receive == (
        r"g_{\mathrm{e}} \leftarrow g_{\mathrm{e}} + \max\left(0, x\right)",
        r"g_{\mathrm{i}} \leftarrow g_{\mathrm{i}} + \max\left(0, - x\right)",
    )


def test_a_threshold_may_be_a_variable():
    assert equations(LSNN).spike == (r"v > b",)
    assert equations(LSNN).reset == (r"v \leftarrow v_{\mathrm{reset}}", r"b \leftarrow b + \beta")
    assert terms(equations(AdaLIF).reset[0]) == {"+v", r"+v_\mathrmreset", r"-v_\mathrmth"}


@pytest.mark.parametrize("neuron", [LI, LIBox], ids=lambda neuron: neuron.name)
def test_an_integrator_has_no_line_about_spikes(neuron):
    found = equations(neuron)
    assert found.spike == found.reset == found.hold == ()
    assert found.flow[0].startswith(r"\tau_{\mathrm{mem}} \frac{dv}{dt} = - v")


def test_a_flow_without_time_constant_stands_alone():
    assert equations(IAF).flow == (r"\frac{dv}{dt} = I",)


COUNTER = (r"\rho > 0", r"\rho \leftarrow \max\left(0, \rho - {\Delta t}\right)")


@pytest.mark.parametrize("neuron", [LIFRefrac, LIFAdExRefrac], ids=lambda neuron: neuron.name)
def test_a_refractory_period_is_printed(neuron):
    """When, no spike, v is held, and how the counter falls; a spike sets it."""
    found = equations(neuron)
    assert found.hold == (COUNTER[0], r"\text{no spike}", r"v\text{ is held}", COUNTER[1])
    assert found.reset[-1] == r"\rho \leftarrow t_{\mathrm{ref}}"
    assert not any(r"\rho" in line for line in found.flow)


def test_a_compartment_that_is_not_held_says_so():
    """Its pause is in the flow: a gate before the leak. It may spike, and v goes on."""
    found = equations(LIFMCRefrac)
    assert found.hold == COUNTER
    assert r"\left(\rho\right)" in found.flow[0]


def test_any_refractory_neuron_can_be_printed():
    found = equations(refractory(Izhikevich, name="Paused"))
    plain = equations(Izhikevich)
    assert (found.flow, found.spike, found.receive) == (plain.flow, plain.spike, plain.receive)
    assert found.reset == (*plain.reset, r"\rho \leftarrow t_{\mathrm{ref}}")
    assert len(found.hold) == 4


def test_powers_of_the_state_come_first_and_the_current_last():
    """As people write it."""
    right = equations(Izhikevich).flow[0].split(" = ")[1]
    assert right.startswith("k_{2} v^{2} + k_{1} v")
    assert right.endswith("+ I")


def test_a_changed_flow_changes_the_print():
    """Nothing is typed twice: another right-hand side is another equation on the page, at once."""

    def doubled(s, I, p):
        drift = LIF.flow(s, I, p)
        return drift._replace(v=2 * drift.v, i=drift.i + p.tau_syn_inv * s.v * s.i)

    found = equations(replace(LIF, name="Doubled", flow=doubled))
    assert terms(found.flow[0]) == {"-2v", "+2i", r"+2v_\mathrmleak", "+2I"}
    assert "v" in found.flow[1].split(" = ")[1]
    assert equations(LIF).flow[1] == r"\tau_{\mathrm{syn}} \frac{di}{dt} = - i"


def test_a_changed_threshold_changes_the_print():
    found = equations(replace(LIF, name="Shifted", excess=lambda s, p: s.v - 2 * p.v_th + p.v_reset))
    left, right = found.spike[0].split(" > ")
    assert left == "v"
    assert terms(f"x = {right}") == {r"+2v_\mathrmth", r"-v_\mathrmreset"}


def test_an_operation_without_print_is_named():
    def wave(s, I, p):
        return LIF.flow(s, I, p)._replace(i=s.i.erfc())

    with pytest.raises(NotImplementedError, match="'erfc'"):
        equations(replace(LIF, name="Wave", flow=wave))


@each_neuron
def test_equations_are_made_once(neuron):
    assert equations(neuron) is equations(neuron)


def test_the_equations_are_those_of_the_chosen_functions():
    assert equations(LIFBox).reset == (r"v \leftarrow v_{\mathrm{reset}}",)
    assert equations(LIFBox, reset_method=reset_subtract).reset == (r"v \leftarrow v - v_{\mathrm{th}}",)
