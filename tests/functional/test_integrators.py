"""Every integrator on the flow of every neuron, below the threshold, against scipy's solution of the same equations."""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from snnlab.core import annotations, euler, exponential_euler, heun, refractory, rk4, staggered, step
from snnlab.core.exponential import decaying
from snnlab.engine import simulate
from snnlab.functional import NEURONS, AdEx, CobaLIF, Izhikevich, LIFAdEx, LIFAdExRefrac, LIFBox, LIFEx
from snnlab.testing.inputs import random_state
from tests.engine.cases import textbook
from tests.nights import each_neuron

DOCS = Path(__file__).parents[2] / "docs"
# Method -> integrator, order, steps: so many that the next order is small, so few that errors are no rounding
METHODS = {
    "Euler": (lambda neuron: euler, 1, 80),
    "staggered": (lambda neuron: staggered(*neuron.state._fields), 1, 80),
    "exponential": (lambda neuron: exponential_euler, 1, 80),
    "Heun": (lambda neuron: heun, 2, 40),
    "RK4": (lambda neuron: rk4, 4, 20),
}
# What follows from itself alone, by a linear equation, is exact: synapses, conductances, thresholds, and a membrane
# without a synapse that decays.
OF_ITSELF = {"i", "g_e", "g_i", "b"}
ALONE = {"LIFBox", "LIBox", "MAT"}
# Times as many steps: 4 for time constants of 1 ms; fewer where all are slow, so that RK4 would err by rounding alone.
FINER = {"Izhikevich": 4, "Izhikevich2007": 4, "IzhikevichAccommodation": 4, "IzhikevichCondExp": 4, "QIF": 1 / 4}
FINER |= {"HodgkinHuxley": 1, "FitzHughNagumo": 1, "WangBuzsaki": 1 / 4}


def number(x):
    return torch.as_tensor(x, dtype=torch.float64)


@cache
def parameters(neuron):
    """The textbook's, in double precision."""
    given = {
        name: number(x) if isinstance(x, torch.Tensor | int | float) else x for name, x in textbook(neuron).items()
    }
    return neuron.parameters(**given)


@cache
def beginning(neuron):
    """Parameters, a start in which every variable moves, and a current."""
    p = parameters(neuron)
    start, marks = neuron.rest(p), annotations(neuron.state)
    pushed = {f: number(getattr(start, f)) + 0.02 * (marks[f].high - marks[f].low) for f in start._fields if f != "rho"}
    start = neuron.state(*map(number, start._replace(**pushed)))
    return p, start, number(0.2 * neuron.current.default)


def duration(neuron):
    """In s: 4 ms, or ten of its usual steps, where a fast variable soon follows the others: errors cancel later on."""
    return 4e-3 if neuron.dt == 0.1 else neuron.dt / 100


@cache
def exact(neuron):
    """The state at the end, of an accurate solver that knows nothing of our steps."""
    p, start, I = beginning(neuron)

    def rate(t, y):
        return [float(dx) for dx in neuron.flow(neuron.state(*map(number, y)), I, p)]

    done = solve_ivp(rate, (0, duration(neuron)), [float(x) for x in start], method="DOP853", rtol=1e-13, atol=1e-14)
    return done.y[:, -1]


def errors(neuron, method, steps):
    p, s, I = beginning(neuron)
    advance = METHODS[method][0](neuron)
    for _ in range(steps):
        s = advance(s, I, neuron.flow, p, duration(neuron) / steps)
        assert neuron.excess is None or neuron.excess(s, p) < 0
    return np.abs(np.array([float(x) for x in s]) - exact(neuron))


# Of many gates each takes seconds, as every step solves for them: by day it is those of few gates.
@each_neuron(NEURONS)
@pytest.mark.parametrize("method", METHODS)
def test_order(neuron, method):
    """Halving the step divides each variable's error by 2, 4 or 16, to within 15 %: the next order has a part in it.

    Rounding and the solver's own error are 1e-13 of the sizes of variables: where the method's is not a hundred times
    that, as that of slow variables, it is at least so small.
    """
    _, order, steps = METHODS[method]
    steps = round(steps * FINER.get(neuron.name, 4 if neuron.dt < 0.1 and method != "exponential" else 1))
    once, twice = (errors(neuron, method, n) for n in (steps, 2 * steps))
    for name, size, a, b in zip(neuron.state._fields, exact(neuron), once, twice):
        floor = 1e-13 * max(1.0, abs(size))
        linear = method == "exponential" and ((name in OF_ITSELF and not neuron.parts) or neuron.name in ALONE)
        if linear or name == "rho" or neuron.name == "IAF":  # whose v is a straight line
            assert a <= 10 * floor, name
        elif b > 100 * floor or name == "v":
            assert a / b == pytest.approx(2.0**order, rel=0.15), name


DECAYING = {  # those that lack some, as their papers have it
    "IAF": (), "EIF": (), "IzhikevichAccommodation": (), "Izhikevich": ("u",), "AdEx": ("w",), "LIFEx": ("i",),
    "LIFAdEx": ("i", "a"), "LIFAdExRefrac": ("i", "a"),
}  # fmt: skip


def straight(neuron):
    """The variables whose rate falls as a straight line of their own: by differences all over their ranges."""
    p, I = parameters(neuron), number(neuron.current.default)
    s, found = random_state(neuron, 50), []
    for field, mark in annotations(neuron.state).items():
        h = 0.1 * (mark.high - mark.low)
        low, here, high = (
            getattr(neuron.flow(s._replace(**{field: getattr(s, field) + x}), I, p), field) for x in (-h, 0.0, h)
        )
        bend, fall = (low - 2 * here + high).abs().max(), (low - high).max()
        if fall > 0 and bend < 1e-9 * fall:
            found.append(field)
    return tuple(found)


@each_neuron(NEURONS)
def test_where_the_flow_is_linear(neuron):
    """Found from the recorded operations: in all variables but counters, unless there is an upstroke, or no decay."""
    found = decaying(neuron.flow, neuron.state, parameters(neuron))
    assert found == straight(neuron) == DECAYING.get(neuron.name, found)


@pytest.mark.filterwarnings("ignore::snnlab.engine.CoarseStep")
@pytest.mark.parametrize("dt", [1e-4, 5e-3, 0.1])
def test_an_exponential_step_solves_a_membrane(dt):
    """For a constant input at any dt, ten time constants too: 1e-12 is rounding."""
    p = LIFBox.parameters(tau_mem_inv=number(100.0), v_th=number(10.0))
    run = simulate(LIFBox, current=number([1.5] * 20), p=p, dt=dt, advance=exponential_euler)
    t = number(range(1, 21)) * dt
    torch.testing.assert_close(run.variables["v"], 1.5 * (1 - torch.exp(-100 * t)), rtol=1e-12, atol=1e-12)


def test_an_exponential_step_is_sound_in_float32():
    """A step of a millionth of the time constant: (e^z - 1) / z by itself would have no right digit there."""
    p = LIFBox.parameters(tau_mem_inv=torch.tensor(1e-2), v_th=torch.tensor(10.0))
    run = simulate(LIFBox, current=torch.full((1000,), 1.5), p=p, dt=1e-4, advance=exponential_euler)
    t = 1e-4 * torch.arange(1, 1001).double()
    # a sum of a thousand terms, each rounded to 6e-8 of the sum
    torch.testing.assert_close(run.variables["v"].double(), -1.5 * torch.expm1(-1e-2 * t), rtol=3e-6, atol=0)


def test_gates_come_before_the_membrane():
    """The conductance that the membrane sees is that of the step's end."""
    p = parameters(CobaLIF)
    s, dt = CobaLIF.state(*map(number, (-65.0, 10.0, 4.0))), 1e-3
    after = exponential_euler(s, number(0.0), CobaLIF.flow, p, dt)
    g_e, g_i = (float(g) * np.exp(-dt * float(r)) for g, r in ((s.g_e, p.tau_syn_exc_inv), (s.g_i, p.tau_syn_inh_inv)))
    assert after.g_e.item() == pytest.approx(g_e, rel=1e-14)
    total = float(p.g_l) + g_e + g_i
    aim = (float(p.g_l) * float(p.v_rest) + g_e * float(p.e_rev_E) + g_i * float(p.e_rev_I)) / total
    decay = np.exp(-dt * float(p.c_m_inv) * total)
    assert after.v.item() == pytest.approx(aim + (float(s.v) - aim) * decay, rel=1e-14)


# -- the table in docs/integrators.md --------------------------------------------------------------------------------

ROWS = [
    [cell.strip() for cell in line.strip("|\n").split("|")]
    for line in (DOCS / "integrators.md").read_text().splitlines()
    if re.match(r"\| (LIF|AdEx|Izhikevich) \|", line)
]
NAMED = {
    "Euler": "Euler",
    "staggered Euler": "staggered",
    "exponential Euler": "exponential",
    "Heun": "Heun",
    "RK4": "RK4",
}
BELOW = {"LIF": (0.5, (0.0, 1.0)), "AdEx": (150.0, (-70.0, 0.0)), "Izhikevich": (1.0, (-70.0, -14.0))}
ABOVE = {"LIF": (1.3, (0.0, 0.0)), "AdEx": (500.0, (-70.0, 0.0)), "Izhikevich": (10.0, (-70.0, -14.0))}


def by_name(name):
    return next(neuron for neuron in NEURONS if neuron.name == name)


def driven(name, case, dt, duration, advance):
    """A run of 20 ms and more; dt and duration in ms."""
    neuron, (I, start) = by_name(name), case[name]
    return simulate(
        neuron, current=number(I).expand(round(duration / dt)), p=parameters(neuron),
        state=neuron.state(*map(number, start)), dt=dt / 1000, advance=advance,
    )  # fmt: skip


@cache
def accurate(name):
    """v every 0.5 ms without a spike, and the first five spike times in ms."""
    neuron, (I, start) = by_name(name), BELOW[name]
    p = parameters(neuron)
    ends = np.arange(1, 41) * 0.5e-3

    def rate(t, y):
        return [float(dx) for dx in neuron.flow(neuron.state(*map(number, y)), number(I), p)]

    done = solve_ivp(rate, (0, ends[-1]), start, method="DOP853", rtol=1e-12, atol=1e-13, t_eval=ends)
    return done.y[0], driven(name, ABOVE, 0.0005, 200, rk4).spike_times()[:5]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_the_table_in_the_docs(row):
    """Two digits each; errors below 1e-11 are in part the solver's, and spikes are told to 0.0005 ms."""
    name, method, *errors = row
    v, spikes = accurate(name)
    advance = METHODS[NAMED[method]][0](by_name(name))
    for dt, shown, moved in zip((0.5, 0.1, 0.02), errors[:3], errors[3:], strict=True):
        run = driven(name, BELOW, dt, 20, advance)
        assert not run.spikes.any()
        every = round(0.5 / dt)
        found = np.abs(run.variables["v"].numpy()[every - 1 :: every] - v).max()
        assert found == pytest.approx(float(shown), rel=0.06, abs=1e-11), dt
        late = np.abs(driven(name, ABOVE, dt, 200, advance).spike_times()[:5] - spikes).max()
        assert late == pytest.approx(float(moved), rel=0.06, abs=0.001), dt


def test_the_table_has_all():
    assert {(name, method) for name, method, *_ in ROWS} == {
        (name, method) for name in BELOW for method in NAMED if method != "staggered Euler" or name == "Izhikevich"
    }


# -- inside of a step ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", [heun, rk4], ids=["Heun", "RK4"])
@pytest.mark.parametrize("neuron", [LIFEx, LIFAdEx, LIFAdExRefrac, AdEx, Izhikevich], ids=lambda neuron: neuron.name)
def test_no_stage_leaves_the_peak_behind(neuron, method):
    """A current that would take v far beyond the peak within a step: what follows v moves by what a peak can do to it.

    Without the cut, stages feed on a v of up to e^20, and the adaptation is ruined: by 10^5 and more.
    """
    p = parameters(neuron)
    start = neuron.state(*map(number, neuron.rest(p)))
    peak = {"AdEx": lambda: p.V_peak}.get(neuron.name, lambda: p.v_th)()
    dt, I = 1e-3, number(100.0 * neuron.current.default)
    z, after = step(neuron, start, p, dt, current=I, advance=method)
    assert z == 1
    at_peak = neuron.flow(start._replace(v=number(peak)), I, p)
    jump = neuron.reset(start, p)
    for name in set(neuron.state._fields) - {"v", "rho"}:
        most = dt * max(abs(getattr(at_peak, name)), abs(getattr(neuron.flow(start, I, p), name)))
        moved = getattr(after, name) - getattr(jump, name)
        assert abs(moved) <= most * (1 + 1e-9), name


@pytest.mark.parametrize("method", [heun, rk4], ids=["Heun", "RK4"])
def test_a_held_membrane_does_not_move_inside_of_a_step(method):
    """While it is refractory, what follows it decays towards what the held potential asks, to the method's order."""
    neuron = refractory(AdEx, name="RefractoryAdEx")
    p = neuron.parameters(*parameters(AdEx), rho_reset=number(100.0))
    s = neuron.state(number(-58.0), number(40.0), number(100.0))
    aim, dt, steps = float(p.a) * (-58.0 - float(p.E_L)), 1e-3, 20
    for _ in range(steps):
        _, s = step(neuron, s, p, dt, current=number(900.0), advance=method)
    w = aim + (40.0 - aim) * np.exp(-1000 * dt * steps / float(p.tau_w))
    assert s.v.item() == -58.0
    # (dt / tau_w)^order / (order + 1)!, times the duration in time constants
    assert s.w.item() == pytest.approx(w, rel={heun: 2e-4, rk4: 1e-8}[method])
