"""Operations on spikes: gates against truth tables, filters against scipy, coincidence against its closed form."""

import math
from itertools import product

import numpy as np
import pytest
import torch
from scipy.signal import lfilter

from snnlab import functional
from snnlab.core import Count, Lines, Quantity, SpikeOperation, operating
from snnlab.engine import simulate
from snnlab.functional import lift
from snnlab.functional.operations.logical import AndGate as AND
from snnlab.models import OPERATIONS, PRESETS, STIMULI, Experiment, model_of

TRAINS, POISSON, CLOCKS = (STIMULI[name] for name in ("Trains", "PoissonPair", "Clocks"))
PRESET_IDS = [key for key, preset in PRESETS.items() if preset.model.family == "operation"]


def held(times, width, steps):
    """A line of 0 and 1: 1 for `width` steps from each time on."""
    return [any(t <= k < t + width for t in times) for k in range(steps)]


def muller(a, b):
    """The output of a C-element, as its state table has it."""
    found, state = [], False
    for x, y in zip(a, b):
        state = x if x == y else state
        found.append(state)
    return found


LOGIC = {
    "both": lambda a, b: [x and y for x, y in zip(a, b)],
    "either": lambda a, b: [x or y for x, y in zip(a, b)],
    "one": lambda a, b: [x != y for x, y in zip(a, b)],
    "c": muller,
    "rise": lambda a, b: [x and not before for before, x in zip([False, *a], a)],
}


@pytest.mark.parametrize("name", [name for name, kind in OPERATIONS.items() if kind.definition.pulse is not None])
def test_gates_are_those_of_python(name):
    """Pulses of 5 ms in steps of 0.5 ms that overlap, touch and stand alone, on both lines."""
    a, b, dt = (10.0, 13.0, 60.0, 101.0), (12.0, 17.5, 40.0, 65.0, 101.0), 0.5
    source = [(t, 0) for t in a] + [(t, 1) for t in b]
    found = OPERATIONS[name](width=5).simulate(TRAINS(source=source), dt=dt).variables
    lines = [held([round(t / dt) for t in times], 10, 400) for times in (a, b)]
    for side, line in zip(Lines._fields, lines):
        assert found[side].bool().flatten().tolist() == line
    for output in OPERATIONS[name].definition.lines:
        assert found[output].bool().flatten().tolist() == LOGIC[output](*lines)


@pytest.mark.parametrize(("a", "b"), [*product((0.0, 1.0), repeat=2)])
def test_functions_follow_truth_tables(a, b):
    x, y = torch.tensor([a]), torch.tensor([b])
    assert functional.logical_and(x, y) == min(a, b)
    assert functional.logical_or(x, y) == max(a, b)
    assert functional.logical_xor(x, y) == (a + b) % 2
    for before in (0.0, 1.0):
        assert functional.muller_c(torch.tensor([before]), x, y) == (a if a == b else before)
        assert functional.posedge_detector(x, torch.tensor([before])) == (a == 1 and before == 0)


def test_filter_is_the_recursive_one_of_scipy():
    """To the rounding of float32 over a thousand steps."""
    stimulus, dt, tau = POISSON(rate=60.0), 0.2, 15.0
    run = OPERATIONS["ExponentialFilter"](tau=tau).simulate(stimulus, dt=dt, seed=3)
    for k, name in enumerate(("y_a", "y_b")):
        x = stimulus.sample(1000, dt, 3)[:, k].numpy()
        np.testing.assert_allclose(
            run.variables[name].flatten(), lfilter([1.0], [1.0, -math.exp(-dt / tau)], x), rtol=2e-5, atol=1e-6
        )


@pytest.mark.parametrize(
    ("tau", "jump", "v_th"), [(5.0, 0.7, 1.0), (20.0, 0.7, 1.0), (5.0, 0.9, 1.0), (12.0, 0.5, 0.8)]
)
def test_coincidence_window_is_that_of_the_closed_form(tau, jump, v_th):
    """Two spikes J apart by t reach J (1 + exp(-t / tau)): bisected by runs to a step of 0.1 ms."""
    model = OPERATIONS["Coincidence"](tau_mem=tau, jump=jump, v_th=v_th)
    expected = -tau * math.log(v_th / jump - 1)
    delays = np.arange(0.0, 25.0, 0.1)
    _, answers = model.window(delays, dt=0.1)
    assert delays[answers > 0].max() == pytest.approx(expected, abs=0.11)
    assert 1000 * float(model.definition.window(model.p())) == pytest.approx(expected, rel=1e-5)
    _, mirrored = model.window(-delays, dt=0.1)
    np.testing.assert_array_equal(answers, mirrored)


def test_window_where_one_spike_is_enough_and_where_two_are_not():
    enough, never = (OPERATIONS["Coincidence"](jump=jump) for jump in (1.2, 0.4))
    assert float(enough.definition.window(enough.p())) == math.inf
    assert float(never.definition.window(never.p())) < 0
    assert enough.window()[1].min() > 0
    assert not never.window()[1].any()


def test_window_of_gates_is_the_overlap_of_two_pulses():
    """w - |delay|, where it is positive; or, of which the pulses add, 2 w less that."""
    delays = np.array([-12.0, -3.0, 0.0, 2.0, 6.0])
    overlap = np.maximum(0, 5.0 - np.abs(delays))
    np.testing.assert_allclose(OPERATIONS["AndGate"](width=5).window(delays, dt=0.1)[1], overlap, atol=1e-9)
    np.testing.assert_allclose(OPERATIONS["OrGate"](width=5).window(delays, dt=0.1)[1], 10 - overlap, atol=1e-9)


def test_operations_without_a_line_have_no_window():
    with pytest.raises(ValueError, match="ExponentialFilter has no line that comes out"):
        OPERATIONS["ExponentialFilter"]().window()
    with pytest.raises(ValueError, match=r"delays of shape \(0,\) are not allowed"):
        OPERATIONS["AndGate"]().window([])
    with pytest.raises(ValueError, match="dt"):
        OPERATIONS["AndGate"]().window([0.0], dt=-1)


def test_readout_gathers_what_the_functions_of_a_loss_do():
    """Step by step, over the same spikes and potentials."""
    dt, made = 1.0, OPERATIONS["Readout"](tau_mem=20, target=5)
    run = made.simulate(POISSON(rate=80.0), dt=dt, seed=2)
    found = {name: x.flatten() for name, x in run.variables.items()}
    count, total = None, None
    for k, z in enumerate(run.spikes.float()):
        _, count = functional.regularize_step(z, None, functional.spike_accumulator, count)
        s = made.definition.outputs(dt * found["v"][k], 0, 0, 0)
        _, total = functional.regularize_step(z, s, functional.voltage_accumulator, total)
        assert found["n"][k] == count
        assert found["total"][k] == pytest.approx(float(total), rel=1e-5)
    assert found["n"][-1] == functional.sum_decode(run.spikes.float()).sum()
    assert found["penalty"][-1] == (float(count) - 5) ** 2


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_run_is_the_step_lifted_over_time(name):
    """The kernel and torch, step by step, give the same: bit for bit but for exp, to 1e-6."""
    model = OPERATIONS[name]()
    operation, p, spikes = model.definition, model.p(torch.float32, dt=0.2), POISSON(rate=90.0).sample(300, 0.2, 1)
    zero = torch.zeros(1)

    def activation(z, state=None):
        left, s = state or (Lines(zero, zero), operation.state(*(zero for _ in operation.state._fields)))
        state = operation.step(left, Lines(z[:1], z[1:]), s, p, 0.0002)
        return torch.stack(state[1]), state

    expected, _ = lift(activation)(spikes.float())
    run = model.simulate(POISSON(rate=90.0), duration=60.0, dt=0.2, seed=1)
    for k, output in enumerate(operation.state._fields):
        torch.testing.assert_close(run.variables[output].flatten(), expected[:, k, 0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("key", PRESET_IDS)
def test_presets_come_back_and_have_output(key):
    experiment = PRESETS[key].experiment()
    for again in (Experiment.from_json(experiment.to_json()), Experiment.from_query(experiment.to_query())):
        assert again.diff(experiment) == {}
    recording = experiment.run().recording
    outputs = experiment.model.definition.outputs._fields
    assert all(bool(recording.variables[name].any()) for name in outputs)


def test_the_coincidence_preset_tells_its_window():
    model = PRESETS["coincidence-hand"].experiment().model
    assert f"{1000 * float(model.definition.window(model.p())):.1f} ms" in PRESETS["coincidence-hand"].look


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_run_does_not_depend_on_the_time_step(name):
    """Lines at 1 for as long, signals at the end as large, at half the step: but for a step or two."""
    model, ticks = OPERATIONS[name], TRAINS(source=[(10, 0), (12, 1), (13, 0), (40, 0), (41, 1), (90, 1)])
    runs = [model().simulate(ticks, dt=dt, duration=100.0) for dt in (0.2, 0.1)]
    for output, mark in model().variables().items():
        one, other = (run.variables[output].flatten() for run in runs)
        if isinstance(mark, Count) and model.definition.pulse is not None and output != "rise":
            assert 0.2 * float(one.sum()) == pytest.approx(0.1 * float(other.sum()), abs=0.5)
        elif isinstance(mark, Count):
            assert one.sum() == other.sum()
        else:  # they decay with 5 ms or more
            assert float(one[-1]) == pytest.approx(float(other[-1]), rel=0.2 / 5)


# -- two trains -------------------------------------------------------------------------------------------------------


def test_ticks_are_in_their_steps_once():
    found = TRAINS(source=[(5, 1), (5, 1), (0.3, 0), (0, 0), (99.95, 0), (500, 0)]).sample(1000, 0.1)
    assert [tuple(one) for one in found.nonzero().tolist()] == [(0, 0), (3, 0), (50, 1), (999, 0)]


@pytest.mark.parametrize("wrong", [[(1, 2)], [(1, 0.5)], [(-1, 0)], [(1,)], [("x", 0)], [(math.nan, 0)]])
def test_other_ticks_are_refused_in_words(wrong):
    with pytest.raises(ValueError, match="the source of a Trains is not allowed"):
        TRAINS(source=wrong)


def test_clocks_tick_at_their_rates():
    found = CLOCKS(rate_a=50, rate_b=40, delta=-5, onset=10).sample(1000, 0.1)
    times = [(found[:, k].nonzero().flatten() * 0.1).numpy() for k in range(2)]
    np.testing.assert_allclose(times[0], np.arange(15, 100, 20), atol=1e-5)
    np.testing.assert_allclose(times[1], np.arange(10, 100, 25), atol=1e-5)


@pytest.mark.parametrize("shared", [0.0, 0.4, 1.0])
def test_poisson_trains_have_the_rate_and_the_correlation_that_they_say(shared):
    """Counts in 400 000 steps of 1 ms: each within five standard errors."""
    rate, steps = 50.0, 400_000
    counts = POISSON(rate=rate, shared=shared).sample(steps, 1.0, 5).numpy()
    expected = rate / 1000 * steps
    np.testing.assert_allclose(counts.sum(0), expected, atol=5 * math.sqrt(expected))
    assert np.corrcoef(counts.T)[0, 1] == pytest.approx(shared, abs=5 * math.sqrt((1 + 1 / (rate / 1000)) / steps))


def test_plasticity_rules_take_them_too():
    run = model_of(functional.STDP)().simulate(POISSON(rate=40.0, shared=1.0), duration=300.0)
    assert bool(run.spikes.any(0).all())
    assert run.spikes[:, 0].equal(run.spikes[:, 1])


# -- one of one's own -------------------------------------------------------------------------------------------------


def own(apply=lambda x, z, s, p, dt: AND.outputs(x.a * x.b), **more):
    given = {"name": "Own", "title": "Own", "doc": "Mine.", "source": "me, 2026", "functions": ()}
    return SpikeOperation(parameters=AND.parameters, outputs=AND.outputs, apply=apply, **given | more)


def test_what_does_not_fit_is_said_in_words():
    with pytest.raises(ValueError, match=r"Own.apply\(x, z, s, p, dt\) fails"):
        own(lambda x, z: None)
    with pytest.raises(ValueError, match=r"Own\.apply gives 2 values: give BothOutput"):
        own(lambda x, z, s, p, dt: (x.a, x.b))


def test_an_operation_of_ones_own_is_a_model():
    made = model_of(own(pulse=lambda p: p.width))
    found = made(width=4).simulate(TRAINS(source=[(10, 0), (12, 1)]), dt=1.0)
    assert float(found.variables["both"].sum()) == 2.0


def test_its_kernel_goes_where_kernels_go():
    neuron = operating(functional.MullerC)
    assert isinstance(neuron.current, Quantity)
    run = simulate(neuron, spikes=torch.ones(3, 1), current=torch.zeros(3, 1), dt=0.001, record="c")
    assert not run.variables["c"].any()
