"""Synapses for any neuron: the courses of the textbook at every dt, and the neuron behind them as it was."""

import math

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp
from scipy.optimize import minimize_scalar

from snnlab.core import (
    annotations,
    conductance_unit,
    exponential_euler,
    magnesium_block,
    peak_gain,
    refractory,
    rk4,
    step,
    synapse,
)
from snnlab.core.synapse import KINDS
from snnlab.engine import portable, simulate
from snnlab.functional import EIF, LIF, LSNN, NEURONS, AdEx, AdExCondExp, AdExNMDA, CobaLIF, Izhikevich
from snnlab.models import NEURONS as MODELS
from snnlab.models import Experiment, Population, Step, model_of
from snnlab.symbolic import equations
from snnlab.symbolic.roles import variable_roles
from tests.core.test_crossings import OSCILLATOR
from tests.engine.browser import ran, same
from tests.engine.cases import case, error, gradients

DOUBLE = {"dtype": torch.float64}
PLAIN = [neuron for neuron in NEURONS if not {"g_e", "i", "i_syn"} & {*neuron.state._fields}]
RICH = synapse(synapse(AdEx, "bi-exponential conductance"), "bi-exponential NMDA", {"Mg": 0.8})


def parameters(neuron, **changes):
    return model_of(neuron)(**changes).p(torch.float64, dt=0.1)


def spikes(steps, **at):
    """Weights by the step in which they arrive."""
    x = torch.zeros(steps, **DOUBLE)
    for when, weight in at.items():
        x[int(when[1:])] = weight
    return x


def course_of(kind, t, decay, rise):
    """What a spike of weight 1 opens, [t in ms], as the textbook has it; scaled to its peak if need be."""
    if kind == "exponential":
        return np.exp(-t / decay)
    if kind == "alpha":
        return t / decay * np.exp(1 - t / decay)

    def difference(t):
        return np.exp(-t / decay) - np.exp(-t / rise)

    return difference(t) / -minimize_scalar(lambda t: -difference(t), (0, decay), tol=1e-10).fun


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dt", [0.5, 0.1, 0.02])
def test_a_spike_opens_what_its_weight_says_at_every_dt(kind, dt):
    """RK4 to its order; exponential Euler exactly where nothing rises, else to the square of dt / tau_rise."""
    neuron, (course, effect) = synapse(AdEx, kind), KINDS[kind]
    level = {"current": "i_syn", "conductance": "g_e", "NMDA": "g_nmda"}[effect]
    decay, rise = {"current": (5, 1), "conductance": (5, 1), "NMDA": (100, 2)}[effect]
    rise, steps = decay if course == "alpha" else rise, round(3 * decay / dt)
    t = dt * np.arange(1, steps + 1)
    expected = 3.0 * course_of(course, t, decay, rise)
    allowed = {rk4: 0.03 * dt**4, exponential_euler: 0.6 * (dt / rise) ** 2 if course != "exponential" else 1e-12}
    for method, most in allowed.items():
        given = {"p": parameters(neuron), "dt": dt / 1000, "advance": method, "record": (level,)}
        found = simulate(neuron, spikes=spikes(steps, _0=3.0), **given).variables[level].numpy()
        assert abs(found - expected).max() <= most + 1e-12, method
        if course != "exponential" and method is rk4:
            assert found.max() == pytest.approx(3.0, rel=0.02 if dt == 0.5 else 1e-3), "its peak is its weight"


def test_the_gain_is_that_of_the_peak():
    """1 / max of the course of a cascade r/(1 - r)(e^-t - e^(-t/r)), and e, its limit, where both times are one."""
    for ratio in (0.01, 0.3, 0.999, 2.0, 50.0):

        def course(t, r=ratio):
            return r / (1 - r) * (math.exp(-t) - math.exp(-t / r))

        peak = -minimize_scalar(lambda t: -course(t), bounds=(0, 10), method="bounded", options={"xatol": 1e-9}).fun
        assert peak_gain(torch.tensor(ratio, **DOUBLE)).item() == pytest.approx(1 / peak, rel=1e-8)
    one = torch.tensor(1.0, **DOUBLE, requires_grad=True)
    assert peak_gain(one).item() == pytest.approx(math.e, rel=1e-15)
    near = [peak_gain(torch.tensor(1 + k * 1e-6)).item() for k in (-1, 1)]  # in float32
    assert near == pytest.approx([math.e] * 2, rel=3e-6)
    assert torch.autograd.grad(peak_gain(one), one)[0].isfinite()


def test_magnesium_leaves_open_what_jahr_and_stevens_measured():
    """Half of the channels at ln(Mg / 3.57) / 0.062 mV, that is -20.5 mV in 1 mM; all of them without magnesium."""
    half = math.log(1 / 3.57) / 0.062
    assert half == pytest.approx(-20.5, abs=0.05)
    v = torch.tensor([half, -80.0, 40.0], **DOUBLE)
    assert magnesium_block(v, torch.tensor(1.0))[0].item() == pytest.approx(0.5, rel=1e-6)
    assert magnesium_block(v, torch.tensor(1.0))[1:].tolist() == pytest.approx([0.0244, 0.977], abs=1e-3)
    assert magnesium_block(v, torch.tensor(0.0)).tolist() == [1.0, 1.0, 1.0]


def test_the_membrane_follows_the_textbooks_equations():
    """AdEx with AMPA, GABA and NMDA, integrated by scipy from equations written by hand: v to 1 nV of its 6 mV."""
    p, dt, duration = parameters(RICH), 0.02, 60.0
    numbers = {field: float(x) for field, x in p._asdict().items() if isinstance(x, torch.Tensor)}
    tau = {short: 1000 / numbers[f"tau_{short}_inv"] for short in ("e", "i", "nmda")}
    rise = {short: 1000 / numbers[f"tau_rise_{short}_inv"] for short in ("e", "i", "nmda")}
    n = type("Numbers", (), numbers)

    def rates(t, s):
        v, w, *synapses = s
        g, h = synapses[0::2], synapses[1::2]
        synaptic = g[0] * (0 - v) + g[1] * (-80 - v) + g[2] * (0 - v) / (1 + 0.8 / 3.57 * np.exp(-0.062 * v))
        dv = -n.g_L * (v - n.E_L) + n.g_L * n.Delta_T * np.exp((v - n.V_T) / n.Delta_T) - w + synaptic + 50
        found = [dv / n.C, (n.a * (v - n.E_L) - w) / n.tau_w]
        for k, short in enumerate(tau):
            found += [(h[k] - g[k]) / tau[short], -h[k] / rise[short]]
        return found

    gains = {k: (rise[k] / tau[k]) ** (tau[k] / (rise[k] - tau[k])) for k in tau}
    state = [float(x) for x in RICH.rest(p)]
    expected, times = [], [0.0, 10.0, 25.0, duration]
    for begin, end, weight in zip(times, times[1:], (0.0, 2.0, -4.0)):
        state[3] += gains["e"] * max(weight, 0)
        state[5] += gains["i"] * max(-weight, 0)
        state[7] += gains["nmda"] * max(weight, 0)
        at = dt * np.arange(round(begin / dt) + 1, round(end / dt) + 1)
        solved = solve_ivp(rates, (begin, end), state, "DOP853", at, rtol=1e-11, atol=1e-11)
        expected += [*solved.y[0]]
        state = [*solved.y[:, -1]]
    steps = len(expected)
    run = simulate(
        RICH,
        current=torch.full((steps,), 50.0, **DOUBLE),
        spikes=spikes(steps, **{f"_{round(10 / dt)}": 2.0, f"_{round(25 / dt)}": -4.0}),
        p=p,
        dt=dt / 1000,
        advance=rk4,
    )
    v = run.variables["v"].numpy()
    assert not run.spikes.any() and np.ptp(v) > 3
    assert abs(v - expected).max() < 1e-6


@pytest.mark.parametrize("neuron", PLAIN, ids=lambda neuron: neuron.name)
def test_without_spikes_it_is_the_neuron(neuron):
    """Bit for bit, under a current: what is shut lets nothing flow."""
    current = torch.full((2000, 1), neuron.current.default, **DOUBLE)
    plain = simulate(neuron, current=current, p=parameters(neuron), dt=1e-4)
    for kind in ("alpha current", "exponential conductance"):
        made = synapse(neuron, kind)
        run = simulate(made, current=current, p=parameters(made), dt=1e-4)
        assert torch.equal(run.spikes, plain.spikes)
        assert torch.equal(run.variables["v"], plain.variables["v"])


def test_signs_say_which_synapse_is_meant():
    """Conductances take them apart, a current takes them as they are, and a port from before gets the same spikes."""
    x = torch.tensor([2.0, -3.0], **DOUBLE)

    def landed(neuron):
        p = parameters(neuron)
        s = neuron.state(*(torch.as_tensor(a, **DOUBLE).expand(2) for a in neuron.rest(p)))
        from_zero = neuron.receive(s, x if not neuron.channels else tuple(c(x) for c in neuron.channels), p)
        return {f: a.tolist() for f, a, b in zip(s._fields, from_zero, s) if not torch.equal(a, b)}

    assert landed(synapse(AdEx, "exponential current")) == {"i_syn": [2.0, -3.0]}
    assert landed(AdExCondExp) == {"g_e": [2.0, 0.0], "g_i": [0.0, 3.0]}
    both = {"g_e": [2.0, 0.0], "g_i": [0.0, 3.0], "g_nmda": [2.0, 0.0]}
    assert landed(synapse(AdExCondExp, "exponential NMDA")) == both
    assert landed(synapse(CobaLIF, "exponential NMDA")) == both
    assert landed(synapse(LIF, "exponential conductance")) == {"i": [2.0, -3.0], "g_e": [2.0, 0.0], "g_i": [0.0, 3.0]}


def test_a_refractory_period_may_be_given_before_or_after():
    for kind in ("exponential conductance", "alpha current"):
        first, last = refractory(synapse(Izhikevich, kind)), synapse(refractory(Izhikevich), kind)
        generator = torch.Generator().manual_seed(3)
        x = 0.4 * (torch.rand(3000, generator=generator) < 0.05).double() * (30 if "current" in kind else 1)
        runs = [simulate(n, spikes=x, p=parameters(n, t_ref=3.0), dt=1e-4, record=("v", "rho")) for n in (first, last)]
        assert runs[0].spikes.sum() > 3
        assert torch.equal(runs[0].spikes, runs[1].spikes)
        assert all(torch.equal(a, b) for a, b in zip(runs[0].variables.values(), runs[1].variables.values()))


def test_spikes_land_when_the_neuron_says():
    """After the step where it says so: v waits for the next one."""
    late = synapse(LSNN, "exponential conductance")
    assert late.lands == LSNN.lands == "after"
    p = parameters(late)
    _, s = step(late, late.rest(p), p, 1e-4, spikes=torch.tensor(1.0, **DOUBLE))
    assert s.v.item() == late.rest(p).v.item() and s.g_e.item() == 1.0


def test_a_neuron_that_crosses_gets_spikes_too():
    made = synapse(OSCILLATOR, "exponential current")
    assert made.crosses and made.reset is None
    assert simulate(made, spikes=spikes(1000, _0=0.5), p=parameters(made), dt=1e-4).spikes.sum() >= 2


def test_synapses_come_before_the_membrane_where_variables_take_turns():
    made = synapse(CobaLIF, "alpha NMDA")
    assert made.advance.order == ("h_nmda", "g_nmda", "g_e", "g_i", "v")
    assert synapse(AdEx, "alpha NMDA").advance is AdEx.advance


@pytest.mark.parametrize("neuron", [AdEx, EIF, Izhikevich], ids=lambda neuron: neuron.name)
def test_no_stage_drives_an_upstroke_back(neuron):
    """A stage of RK4 may be far above the peak, where g (E - v) would pull v down without end."""
    made = synapse(neuron, "exponential conductance")
    g = annotations(made.state)["g_e"].high
    p = parameters(made, tau_e=1e4)
    counts = []
    for dt, method in ((1e-4, rk4), (2e-6, None)):
        steps = round(0.05 / dt)
        run = simulate(made, spikes=spikes(steps, _0=g), p=p, dt=dt, advance=method)
        counts.append(int(run.spikes.sum()))
        assert run.variables["v"].min() > -95
    assert counts[0] == pytest.approx(counts[1], rel=0.06) and counts[1] > 7


def test_units_are_those_of_the_neuron():
    def unit(neuron, kind, name):
        return annotations(synapse(neuron, kind).state)[name].unit

    assert unit(AdEx, "alpha current", "i_syn") == "pA"
    assert unit(AdEx, "exponential NMDA", "g_nmda") == "nS"
    assert unit(EIF, "exponential conductance", "g_e") == "1"
    units = ("nA", "uA/cm2", "µA/cm²", "mV", "1", "Hz")
    assert [conductance_unit(u, "mV") for u in units] == ["uS", "mS/cm2", "mS/cm²", "1", "1/mV", "Hz/mV"]


def test_defaults_are_those_that_are_given():
    made = synapse(EIF, "alpha conductance", {"tau_e": 2.5, "E_i": -70}, name="Mine", title="mine")
    assert (made.name, made.title) == ("Mine", "mine")
    model = model_of(made)()
    assert (model.tau_e, model.tau_i, model.E_i) == (2.5, 10.0, -70.0)
    assert made.parameters().tau_e_inv.item() == pytest.approx(400.0)
    assert model_of(synapse(EIF, "alpha conductance"))().tau_e == 5.0


REFUSED = {
    "a model": (lambda: synapse(MODELS["AdEx"]), "neuron is the class AdEx: give a definition, snnlab.functional.AdEx"),
    "a kind that is none": (lambda: synapse(AdEx, "beta current"), "'beta current' is not known: did you mean alpha"),
    "twice": (lambda: synapse(AdExCondExp, "alpha conductance"), "AdExCondExp has g_e, g_i, tau_e.* already"),
    "its time constant": (lambda: synapse(LIF, "alpha current"), "LIF has tau_syn already"),
    "no mV": (lambda: synapse(LIF, "alpha NMDA"), "v of LIF has the unit '1': magnesium blocks alpha NMDA at a v in"),
    "no such parameter": (lambda: synapse(AdEx, defaults={"tau_e": 3}), "synapse 'tau_e' is not known: .* tau_syn"),
    "a value": (lambda: synapse(AdEx, defaults={"tau_syn": -3}), "tau_syn = -3 is not allowed: give a number from"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused(case):
    make, words = REFUSED[case]
    with pytest.raises(ValueError, match=words):
        make()


# -- what is derived ---------------------------------------------------------------------------------------------------


def test_kernels_have_it_here_and_in_a_page():
    """NMDA and courses that rise, on top of one another: the kernel's bits in a page, torch's gradients."""
    given = case(RICH, 70, 20, torch.float32)._replace(dt=1e-4)
    whole = {"state": given.state, "p": given.p, "dt": given.dt, "record": "all"} | given.inputs
    assert same(ran(portable(RICH, **whole)), simulate(RICH, **whole))
    given = case(RICH, 40, 9)._replace(dt=1e-4)
    found, expected = (gradients(RICH, given, backend) for backend in ("llvm", "eager"))
    assert max(error(found[name], expected[name]) for name in expected) < 1e-9
    assert {name for name, g in expected.items() if g.abs().sum() > 0} >= {"p.Mg", "p.tau_rise_nmda_inv", "p.E_i"}


def test_variables_that_rise_are_of_the_synapse():
    roles = variable_roles(RICH)
    assert {name for name, role in roles.items() if role.part == "synapse"} == {*RICH.state._fields} - {"v", "w"}


def test_its_equations_are_those_of_the_textbook():
    """Each current is a term of its own; a spike of an alpha synapse adds e times its weight."""
    first = equations(AdExNMDA).flow[0]
    assert first.startswith(r"C \frac{dv}{dt} = g_{\mathrm{e}} \left(E_{\mathrm{e}} - v\right) + g_{\mathrm{i}} \left(")
    assert r"+ \frac{g_{\mathrm{nmda}} \left(E_{\mathrm{nmda}} - v\right)}{" in first
    alpha = equations(synapse(EIF, "alpha current"))
    assert alpha.flow[1] == r"\tau_{\mathrm{syn}} \frac{di_{\mathrm{syn}}}{dt} = - i_{\mathrm{syn}} + h_{\mathrm{syn}}"
    assert alpha.receive == (r"h_{\mathrm{syn}} \leftarrow h_{\mathrm{syn}} + e x",)


def test_a_network_of_them():
    """On a page's network, and as weights: the same spikes as torch's own operations have."""
    g = torch.Generator().manual_seed(0)
    w = ((torch.randn(30, 30, generator=g) * 8).round() * (torch.rand(30, 30, generator=g) < 0.3)).double()
    x = 600.0 + 200 * torch.rand(30, generator=g).double().expand(600, 30)
    runs = [
        simulate(AdExCondExp, current=x, network=w, p=parameters(AdExCondExp), dt=1e-4, backend=b)
        for b in ("llvm", "eager", "llvm")
    ]
    assert runs[1].spikes.sum() > 60 and torch.equal(runs[0].spikes, runs[1].spikes)
    network = Population(MODELS["IzhikevichCondExp"]())
    assert Experiment(network, Step(amplitude=10)).run().recording.spikes.any()
