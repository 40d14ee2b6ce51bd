"""A typed neuron is that of its equations: to the bit the one of a file, and what papers and other solvers say."""

import pickle

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from snnlab import f_i_curve, simulate
from snnlab.core import annotations, euler, exponential_euler, rk4
from snnlab.models import NEURONS, PRESETS, Experiment, model_of
from snnlab.models.portable import portable_experiment
from snnlab.models.typed import neuron
from snnlab.testing import parametrize_with_checks
from tests.models.typed.texts import ADEX, EIF, FILED, FITZHUGH_NAGUMO, HODGKIN_HUXLEY, IZHIKEVICH, LIF, TEXTS

F64 = torch.float64
KINDS = {NEURONS[name] for name in FILED}
OF_FILED = {key: preset for key, preset in PRESETS.items() if preset.values and preset.model in KINDS}


@parametrize_with_checks([neuron(text) for text in TEXTS.values()])
def test_the_contract_of_neurons_holds(definition, check):
    check(definition)


# Single precision by Euler alone, to save time: what others make of a flow has the same operations in either.
@pytest.mark.parametrize(
    ("advance", "dtype"),
    [(euler, torch.float32), (euler, F64), (rk4, F64), (exponential_euler, F64)],
    ids=["Euler, float32", "Euler", "RK4", "exponential Euler"],
)
@pytest.mark.parametrize("name", FILED)
def test_text_gives_the_bits_of_the_file(name, dtype, advance):
    """The same operations in the same order: nothing is rounded otherwise."""
    _same_bits(name, {}, NEURONS[name].neuron.dt, dtype, advance)


@pytest.mark.parametrize("key", OF_FILED)
def test_it_gives_them_at_the_values_of_presets(key):
    """By the neuron's own integrator, at the finer of its own step and the preset's."""
    preset = OF_FILED[key]
    own = preset.model.neuron
    _same_bits(own.name, preset.values, min(preset.experiment().settings.dt, own.dt), F64, own.advance)


def _same_bits(name, values, dt, dtype, advance):
    """Asserts that text and file take the same steps of dt [ms], driven by chance."""
    typed, filed = neuron(FILED[name]), NEURONS[name].neuron
    current = (typed.current.default * 2 * torch.rand(6000, 3, generator=torch.Generator().manual_seed(1))).to(dtype)
    more = {"spikes": (torch.rand(6000, 3) < 0.05).to(dtype)} if typed.receive else {}
    start = filed.rest(model_of(filed)(**values).p(dtype, dt=dt))._asdict()
    start = {field: torch.as_tensor(x, dtype=dtype) for field, x in start.items()}
    runs = []
    for one in (typed, filed):
        p = model_of(one)(**values).p(dtype, dt=dt)
        runs.append(simulate(one, current=current, p=p, dt=dt / 1000, advance=advance, state=start, **more))
    assert runs[0].backend == runs[1].backend == "llvm" and (runs[0].spikes.any() or values)
    assert torch.equal(runs[0].spikes, runs[1].spikes) and torch.equal(runs[0].variables["v"], runs[1].variables["v"])
    for ours, theirs in zip(runs[0].state, runs[1].state, strict=True):
        assert torch.equal(ours, theirs)


@pytest.mark.parametrize("name", FILED)
def test_rest_is_that_of_the_file(name):
    """Found from the equations alone, as far as both searches go: 1e-9 of the range in which a variable is drawn."""
    typed, filed = neuron(FILED[name]), NEURONS[name].neuron
    found = zip(*(one.rest(model_of(one)().p(F64, dt=one.dt)) for one in (typed, filed)))
    for (field, mark), (ours, theirs) in zip(annotations(filed.state).items(), found):
        assert float(ours) == pytest.approx(float(theirs), abs=1e-9 * (mark.high - mark.low)), field


def test_gradients_are_those_of_the_file():
    found = []
    for one in (neuron(LIF), NEURONS["LIF"].neuron):
        current = torch.full((300, 3), 2.0, dtype=F64, requires_grad=True)
        simulate(one, current=current, p=model_of(one)().p(F64), dt=1e-4).spikes.sum().backward()
        found.append(current.grad)
    assert torch.equal(*found) and found[0].abs().max() > 0


def test_rest_is_that_of_the_paper():
    """Of the squid in modern notation, with the leak at -54.387 mV: -65 mV, m 0.0529, h 0.5961, n 0.3177."""
    made = neuron(HODGKIN_HUXLEY)
    rest = [float(x) for x in made.rest(model_of(made)().p(F64))]
    assert rest == pytest.approx([-65.0, 0.0529, 0.5961, 0.3177], abs=5e-3)
    assert np.abs(squid(0, rest, 0.0)).max() < 1e-11  # per ms


def squid(t, y, I):
    """Hodgkin and Huxley's equations again, in numpy."""
    v, m, h, n = y
    am, ah, an = (
        0.1 * (v + 40) / (1 - np.exp(-(v + 40) / 10)),
        0.07 * np.exp(-(v + 65) / 20),
        0.01 * (v + 55) / (1 - np.exp(-(v + 55) / 10)),
    )
    bm, bh, bn = 4 * np.exp(-(v + 65) / 18), 1 / (1 + np.exp(-(v + 35) / 10)), 0.125 * np.exp(-(v + 65) / 80)
    ions = 120 * m**3 * h * (v - 50) + 36 * n**4 * (v + 77) + 0.3 * (v + 54.387)
    return [I - ions, am * (1 - m) - bm * m, ah * (1 - h) - bh * h, an * (1 - n) - bn * n]


def test_spikes_of_the_squid_are_those_of_another_solver():
    """Within 1 µs of scipy's, whose error is below that; a line between two steps of RK4 misses as much."""
    made = neuron(HODGKIN_HUXLEY)
    run = simulate(made, current=torch.full((20_000, 1), 10.0, dtype=F64), dt=5e-6, advance=rk4)
    start = [float(x) for x in made.rest(model_of(made)().p(F64))]

    def crossing(t, y, I):
        return y[0]

    crossing.direction = 1
    solved = solve_ivp(squid, (0, 100), start, events=crossing, args=(10.0,), rtol=1e-10, atol=1e-12, method="DOP853")
    assert run.spike_times() == pytest.approx(solved.t_events[0], abs=1e-3)
    assert len(run.spike_times()) == 7


def test_the_f_i_curve_is_that_of_the_closed_form():
    """Rate 1 / (tau log(R I / (R I - theta))) of a leaky neuron; Euler at 0.01 ms is off by dt / tau at most."""
    lif = neuron("""
        dv/dt = (E_L - v + R*I) / tau : mV
        spike: v > V_th
        reset: v = E_L
        E_L = -65 mV
        V_th = -50 mV
        R = 100 MOhm
        tau = 10 ms
        I = 0.2 nA in 0 .. 1
    """)
    curve = f_i_curve(model_of(lif)(), currents=[0.1, 0.2, 0.4], dt=0.01)
    drive = 100 * np.array([0.2, 0.4])
    assert curve.rate == pytest.approx([0, *(1000 / (10 * np.log(drive / (drive - 15))))], rel=5e-3)


@pytest.mark.parametrize("name", TEXTS)
def test_it_runs_in_a_page(name):
    """Compiled for browsers like any other, with a slider for each number."""
    model = model_of(neuron(TEXTS[name]))()
    module = portable_experiment(Experiment.of(model, settings={"dt": 0.02, "duration": 20.0}))
    assert {f"model.{one}" for one in model.shown.values() if one not in ("method", "alpha")} <= {
        *module.about["values"]
    }


def test_the_same_text_is_the_same_neuron():
    assert neuron(LIF) is neuron(LIF) and neuron(LIF) is not neuron(LIF + "\n")


def test_a_model_can_be_pickled():
    model = model_of(neuron(ADEX))(a=4)
    assert pickle.loads(pickle.dumps(model)).values() == model.values()


def test_ranges_are_those_of_the_text_or_say_something_of_the_value():
    marks = annotations(neuron(HODGKIN_HUXLEY).parameters) | annotations(neuron(HODGKIN_HUXLEY).state)
    assert (marks["C"].unit, marks["C"].low, marks["C"].high, marks["C"].allowed[0] > 0) == ("µF/cm²", 0.2, 5.0, True)
    assert (marks["E_K"].low, marks["E_K"].high, marks["g_Na"].high) == (-97.0, -57.0, 240.0)
    assert (marks["v"].low, marks["v"].high, marks["m"].low, marks["m"].high) == (-90.0, 50.0, 0.0, 1.0)
    jumping = annotations(neuron(EIF.replace(" in -80 .. 0", "")).state)["v"]
    assert (jumping.low, jumping.high) == (-78.0, 13.0)  # from the rest at -65 mV to the peak, and a fifth beyond
    assert marks["v"].doc == "membrane potential" and marks["C"].doc == "membrane capacitance"


def test_a_nullcline_and_its_fixed_point_follow():
    """FitzHugh's own: v = -1.1994, w = -0.6243 at rest."""
    model = model_of(neuron(FITZHUGH_NAGUMO))()
    assert [round(float(x), 4) for x in model.neuron.rest(model.p(F64))] == [-1.1994, -0.6243]
    assert model.equations()[0].startswith(r"\frac{dv}{dt} = ")


def test_what_is_set_is_set_in_order():
    """w has the jump that v brings; a spike's own reset ends it."""
    made = neuron(IZHIKEVICH.replace("v = c; u += d", "v = c; u += d + v - c"))
    s, p = made.state(torch.tensor(31.0), torch.tensor(1.0)), made.parameters()
    assert [float(x) for x in made.reset(s, p)] == [-65.0, 9.0]


def test_a_refractory_period_holds_it():
    made = neuron(LIF + "refractory: 4 ms\n")
    plain, held = (model_of(one)().simulate(duration=200.0).spike_times() for one in (neuron(LIF), made))
    assert np.diff(held) == pytest.approx(np.diff(plain)[0] + model_of(made)().t_ref, abs=0.15)
    assert model_of(made)().t_ref == 4.0


def test_one_that_is_silent_goes_on():
    """Its membrane passes the threshold unseen: in a constant drive it spikes again as soon as it may."""
    text = LIF.replace("reset: v = v_reset", "reset: v -= 0").replace("I = 1.5", "I = 3")
    made = neuron(text + "silent: 4 ms\n")
    run = model_of(made)().simulate(duration=100.0)
    assert np.diff(run.spike_times()) == pytest.approx(4.1, abs=1e-6)  # 4 ms, and the next step of 0.1 ms
    assert float(run.variables["v"].max()) > 1
