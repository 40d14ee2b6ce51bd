"""Equations as LaTeX, printed from the code that runs."""

import re
from dataclasses import replace

import pytest

from snnlab.functional import LIF, NEURONS, Izhikevich, IzhikevichAccommodation
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
        return LIF.flow(s, I, p)._replace(i=s.i.sin())

    with pytest.raises(NotImplementedError, match="'sin'"):
        equations(replace(LIF, name="Wave", flow=wave))


@each_neuron
def test_every_neuron_has_equations(neuron):
    found = equations(neuron)
    assert len(found.flow) == len(neuron.state._fields)
    assert len(found.spike) == 1
    assert bool(found.receive) == (neuron.receive is not None)
    for line in (*found.flow, *found.spike, *found.reset, *found.receive):
        assert line.count("{") == line.count("}")
        assert line.count(r"\left(") == line.count(r"\right)")
        assert "tau_mem_inv" not in line
        assert "_inv" not in line
        assert not re.search(r"\d\.\d{6}", line), "a rounded float shows"
    for name, line in zip(neuron.state._fields, found.flow, strict=True):
        assert rf"\frac{{d{name}}}{{dt}} = " in line


@each_neuron
def test_equations_are_made_once(neuron):
    assert equations(neuron) is equations(neuron)
