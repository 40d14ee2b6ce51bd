"""Plasticity rules against closed forms, and what holds for every rule.

The numbers of `WINDOWS`, `TRAINS` and `SYNAPSES` are closed forms, evaluated in float64 with numpy, not made with this
package: S. Song, K. Miller, L. Abbott, Nat. Neurosci. 3:919, 2000; A. Morrison, M. Diesmann, W. Gerstner, Biol. Cybern.
98:459, 2008; M. Tsodyks, H. Markram, PNAS 94:719, 1997. Steps are explicit Euler, so they are met to order dt.
"""

import pickle

import pytest
import torch

from snnlab.core import example, record
from snnlab.core.plasticity import shapes
from snnlab.functional import (
    PLASTICITY,
    CorrelationSensorParameters,
    CorrelationSensorState,
    LIFCorrelationParameters,
    LIFCorrelationState,
    LIFParameters,
    LIFState,
    STDPParameters,
    STDPSensorParameters,
    STDPSensorState,
    STDPState,
    TsodyksMakramParameters,
    TsodyksMakramState,
    TsodyksMarkram,
    TsodyksMarkramParameters,
    TsodyksMarkramState,
    correlation_based_update,
    correlation_sensor_step,
    lif_correlation_step,
    lif_step,
    post_mask,
    post_pre_update,
    pre_mask,
    stdp_sensor_step,
    stdp_step_conv2d,
    stdp_step_linear,
    stp_step,
)
from snnlab.functional.plasticity.stdp import WEIGHT_DEPENDENCE
from snnlab.testing import parametrize_with_checks

ALGORITHMS = list(WEIGHT_DEPENDENCE)

# A+, A-, tau+, tau- [ms]; dw at t_post - t_pre [ms]
WINDOWS = {
    "song": (
        (0.01, 0.0105, 20.0, 20.0),
        {
            -80: -0.0001923142083,
            -20: -0.003862734132,
            -5: -0.008177408222,
            -1: -0.009987908957,
            1: 0.009512294245,
            5: 0.007788007831,
            20: 0.003678794412,
            80: 0.0001831563889,
        },
    ),
    "asymmetric": (
        (0.008, 0.005, 16.8, 33.7),
        {
            -80: -0.0004655902479,
            -20: -0.002762030513,
            -5: -0.004310569198,
            -1: -0.004853811739,
            1: 0.007537704797,
            5: 0.005940673401,
            20: 0.00243261145,
            80: 6.839447584e-05,
        },
    ),
}

# parameters as above, presynaptic and postsynaptic spike times [ms], dw over all pairs of them
TRAINS = [
    (WINDOWS["song"][0], (0, 20, 40), (5, 22, 35), 0.00739563295),
    (WINDOWS["song"][0], (0, 10, 20, 30), (15, 45), 0.009754861508),
    (WINDOWS["asymmetric"][0], (0, 20, 40), (5, 22, 35), 0.007259313783),
    (WINDOWS["asymmetric"][0], (3, 30, 70), (1, 31, 50, 90), 0.002865961715),
]

# U, tau_d, tau_f [ms]; (u, x before release, release) for the first five spikes of a train of 20 Hz from rest;
# rate [Hz] -> (u, x, release) after many
SYNAPSES = {
    "depressing": (
        (0.5, 800.0, 20.0),
        [
            (0.5, 1.0, 0.5),
            (0.5205212497, 0.5302934686, 0.276029019),
            (0.521363493, 0.2994462826, 0.1561203599),
            (0.5213980608, 0.1952291812, 0.1017921165),
            (0.5213994796, 0.1483629363, 0.07735635779),
        ],
        {20: (0.5213995403, 0.1100787156, 0.05739499172), 50: (0.6126998368, 0.03967794208, 0.02431066864)},
    ),
    "facilitating": (
        (0.05, 100.0, 1000.0),
        [
            (0.05, 1.0, 0.05),
            (0.09518339766, 0.969673467, 0.09229681521),
            (0.1360141862, 0.9256251797, 0.1258981555),
            (0.1729116612, 0.8785282999, 0.1519077878),
            (0.206254727, 0.8341869589, 0.1720550035),
        ],
        {20: (0.519038074, 0.5555265078, 0.2883394087), 50: (0.7266252607, 0.2335403108, 0.1696962892)},
    ),
    "working memory": (
        (0.2, 200.0, 1500.0),
        [
            (0.2, 1.0, 0.2),
            (0.3547545761, 0.8442398434, 0.2994979477),
            (0.4744994702, 0.6454446318, 0.3062631358),
            (0.5671548218, 0.4853540316, 0.2752708793),
            (0.6388490201, 0.3848121405, 0.2458368588),
        ],
        {20: (0.8840673052, 0.243153143, 0.2149637439), 50: (0.9496862378, 0.09970157333, 0.09468521208)},
    ),
}

HALF = pytest.approx(2.0, rel=0.15)  # how often an error of order dt goes into that of twice the step


def numbers(*values):
    return torch.tensor(values, dtype=torch.float64)


def spikes(*shape, seed=0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    return (torch.rand(*shape, generator=generator) < 0.3).to(dtype)


def uniform(*shape, seed=0, dtype=torch.float64):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def same(found, expected):
    found, expected = (torch.utils._pytree.tree_leaves(value) for value in (found, expected))
    assert len(found) == len(expected) > 0
    return all(torch.allclose(a, b, rtol=1e-12, atol=1e-14) for a, b in zip(found, expected, strict=True))


# STDP


def unit_jumps(constants, dt, **more):
    """Parameters in whose traces every spike is one: a spike drives a trace to a for one step, by dt / tau a."""
    A_plus, A_minus, tau_plus, tau_minus = constants
    return STDPParameters(
        a_pre=tau_plus * 1e-3 / dt,
        a_post=tau_minus * 1e-3 / dt,
        tau_pre_inv=1e3 / tau_plus,
        tau_post_inv=1e3 / tau_minus,
        eta_plus=A_plus,
        eta_minus=A_minus,
        hardbound=False,
        **more,
    )


def weight_changes(constants, pairs, dt):
    """dw of one synapse for every pair (presynaptic times, postsynaptic times) [ms], simulated side by side."""
    n = len(pairs)
    first = min(t for pair in pairs for side in pair for t in side)
    last = max(t for pair in pairs for side in pair for t in side)
    trains = torch.zeros(2, round((last - first) * 1e-3 / dt) + 1, n, dtype=torch.float64)
    for k, pair in enumerate(pairs):
        for side, times in enumerate(pair):
            for t in times:
                trains[side, round((t - first) * 1e-3 / dt), k] = 1
    w, p = torch.zeros(n, n, dtype=torch.float64), unit_jumps(constants, dt)
    state = STDPState(torch.zeros(n, dtype=torch.float64), torch.zeros(n, dtype=torch.float64))
    for z_pre, z_post in zip(*trains, strict=True):
        w, state = stdp_step_linear(z_pre, z_post, w, state, p, dt)
    return w.diagonal()


@pytest.mark.parametrize("name", WINDOWS)
def test_stdp_window(name):
    constants, window = WINDOWS[name]
    A_plus, A_minus, tau_plus, tau_minus = constants
    pairs = [((0,), (lag,)) for lag in window]
    exact, errors = numbers(*window.values()), []
    for dt in (0.5e-3, 0.25e-3):
        found = weight_changes(constants, pairs, dt)
        euler = [
            A_plus * (1 - dt * 1e3 / tau_plus) ** (lag * 1e-3 / dt)
            if lag > 0
            else -A_minus * (1 - dt * 1e3 / tau_minus) ** (-lag * 1e-3 / dt)
            for lag in window
        ]
        assert torch.allclose(found, numbers(*euler), rtol=1e-9, atol=0)
        errors.append((found - exact).abs().max().item())
    assert errors[1] < 1e-4
    assert errors[0] / errors[1] == HALF


@pytest.mark.parametrize(("constants", "pre", "post", "exact"), TRAINS)
def test_stdp_sums_over_all_pairs(constants, pre, post, exact):
    errors = [abs(weight_changes(constants, [(pre, post)], dt).item() - exact) for dt in (0.5e-3, 0.25e-3)]
    assert errors[1] < 2e-4
    assert errors[0] / errors[1] == HALF


def test_stdp_of_spikes_in_one_step_counts_both_ways():
    """With the new traces, as in Norse: A+ - A-, where the window itself has no value."""
    assert weight_changes(WINDOWS["song"][0], [((0,), (0,))], 1e-3).item() == pytest.approx(0.01 - 0.0105)


def stdp_run(p, w, steps=50, seed=0):
    state = STDPState(torch.zeros(2, 4, dtype=w.dtype), torch.zeros(2, 3, dtype=w.dtype))
    for k in range(steps):
        z_pre, z_post = (spikes(2, n, seed=seed + 2 * k + n, dtype=w.dtype) for n in (4, 3))
        w, state = stdp_step_linear(z_pre, z_post, w, state, p)
        yield w


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_hard_bounds_hold(algorithm):
    p = STDPParameters(a_pre=50, a_post=50, eta_plus=0.5, eta_minus=0.3, stdp_algorithm=algorithm, mu=0.5)
    ws = torch.stack(list(stdp_run(p._replace(w_min=-0.2, w_max=0.8), uniform(3, 4) * 0.8)))
    assert ws.min() >= -0.2
    assert ws.max() <= 0.8
    if algorithm.startswith("additive"):
        assert (ws == 0.8).any()  # they were reached


def test_bounds_may_differ_between_synapses():
    high = uniform(3, 4, seed=5)
    p = STDPParameters(a_pre=50, eta_plus=0.5, w_max=high, w_min=-0.1)
    assert all((w <= high).all() and (w >= -0.1).all() for w in stdp_run(p, high / 2))


@pytest.mark.parametrize("algorithm", ["multiplicative_pow", "multiplicative_relu"])
def test_multiplicative_weights_stay_inside_of_soft_bounds(algorithm):
    p = STDPParameters(
        a_pre=5, a_post=5, eta_plus=0.2, eta_minus=0.2, stdp_algorithm=algorithm, mu=1.0, hardbound=False
    )
    ws = torch.stack(list(stdp_run(p, uniform(3, 4), steps=300)))
    assert 0 < ws.min() < ws.max() < 1


def test_additive_weights_leave_soft_bounds():
    p = STDPParameters(a_pre=50, eta_plus=0.5, eta_minus=0.0, hardbound=False)
    assert list(stdp_run(p, uniform(3, 4)))[-1].max() > 1


@pytest.mark.parametrize(
    ("algorithm", "mu", "law"),
    [
        ("additive", 0.3, lambda room: torch.ones_like(room)),
        ("additive_step", 0.3, lambda room: (room > 0).double()),
        ("multiplicative_pow", 0.3, lambda room: room.clamp(min=0) ** 0.3),
        ("multiplicative_pow", 0.0, lambda room: torch.ones_like(room)),
        ("multiplicative_pow", 1.0, lambda room: room.clamp(min=0)),
        ("multiplicative_relu", 0.3, lambda room: room.clamp(min=0)),
    ],
)
def test_weight_dependence(algorithm, mu, law):
    """One spike after the other: dw is eta f(room) times the trace, beyond the bounds too."""
    w = numbers(-0.5, 0.0, 0.25, 0.5, 1.0, 1.5)[:, None]
    p = STDPParameters(stdp_algorithm=algorithm, mu=mu, hardbound=False, eta_plus=0.3, eta_minus=0.2)
    one, none = torch.ones(1, 1, dtype=torch.float64), torch.zeros(1, 1, dtype=torch.float64)
    six = torch.ones(1, 6, dtype=torch.float64)
    grown, _ = stdp_step_linear(none, six, w, STDPState(0.5 * one, 0 * six), p)
    shrunk, _ = stdp_step_linear(one, 0 * six, w, STDPState(none, 0.5 * six), p)
    left = 0.5 * (1 - 0.001 * 20)  # of the trace
    assert torch.allclose(grown - w, 0.3 * left * law(1 - w), atol=1e-15)
    assert torch.allclose(w - shrunk, 0.2 * left * law(w), atol=1e-15)


def test_stdp_state_is_changed_but_not_its_tensors():
    t_pre, t_post = uniform(2, 4), uniform(2, 3)
    before, state = t_pre.clone(), STDPState(t_pre, t_post)
    _, returned = stdp_step_linear(spikes(2, 4), spikes(2, 3), uniform(3, 4), state)
    assert returned is state
    assert state.t_pre is not t_pre
    assert torch.equal(t_pre, before)


def test_leading_dimensions_are_summed():
    z_pre, z_post, w = spikes(5, 2, 4), spikes(5, 2, 3, seed=1), uniform(3, 4)
    p = STDPParameters(hardbound=False)

    def change(z_pre, z_post):
        state = STDPState(torch.ones_like(z_pre), torch.ones_like(z_post))
        return stdp_step_linear(z_pre, z_post, w, state, p)[0] - w

    apart = sum(change(a, b) for a, b in zip(z_pre.flatten(0, 1), z_post.flatten(0, 1), strict=True))
    assert torch.allclose(change(z_pre, z_post), apart)


@pytest.mark.parametrize(("stride", "padding", "dilation"), [(1, 0, 1), (2, 1, 1), (1, 2, 2), ((2, 1), (0, 1), 1)])
@pytest.mark.parametrize("lead", [(), (2,), (3, 2)])
def test_conv2d_is_the_gradient_of_a_convolution(stride, padding, dilation, lead):
    """z_post (w * t_pre) has the derivative sum of z_post t_pre with respect to w, which torch knows by itself."""
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    p = STDPParameters(**options, convolutional=True, hardbound=False)
    w = uniform(3, 2, 3, 3) - 0.5
    t_pre = uniform(*lead, 2, 7, 6, seed=1)
    flat = t_pre.reshape(-1, *t_pre.shape[-3:])
    post_shape = (*lead, *torch.nn.functional.conv2d(flat, w, **options).shape[1:])
    t_post = uniform(*post_shape, seed=2)
    z_pre, z_post = spikes(*t_pre.shape, seed=3), spikes(*post_shape, seed=4)
    found, state = stdp_step_conv2d(z_pre, z_post, w, STDPState(t_pre, t_post), p)

    def pairs(post, pre):
        images = (x.reshape(-1, *x.shape[-3:]) for x in (pre, post))
        return torch.nn.grad.conv2d_weight(next(images), w.shape, next(images), **options)

    expected = w + 1e-3 * pairs(z_post, state.t_pre) - 1e-3 * pairs(state.t_post, z_pre)
    assert torch.allclose(found, expected, atol=1e-14)


def test_learning_rates_have_gradients():
    eta = torch.tensor(0.01, dtype=torch.float64, requires_grad=True)
    w, _ = stdp_step_linear(
        spikes(2, 4),
        spikes(2, 3, seed=1),
        uniform(3, 4),
        STDPState(uniform(2, 4), uniform(2, 3)),
        STDPParameters(eta_plus=eta, hardbound=False),
    )
    assert torch.autograd.grad(w.sum(), eta)[0] > 0


# Sensors


@pytest.mark.parametrize("dt", [1e-3, 0.5e-3])
def test_stdp_sensor_fades(dt):
    p = STDPSensorParameters(numbers(2.0), numbers(3.0), numbers(1.0), numbers(50.0))
    state = STDPSensorState(numbers(0.0), numbers(0.0))
    for k in range(round(0.04 / dt) + 1):
        z = numbers(float(k == 0))
        state = stdp_sensor_step(z, z, state, p, dt)
    left = (1 - dt * 50) ** round(0.04 / dt)  # tau_c for both, tau_ac for none
    assert same(state, (numbers(2 * left), numbers(3 * left)))


def sensor(*shape):
    return CorrelationSensorState(*torch.zeros(3, *shape, dtype=torch.float64))


def interval(dt, first, duration=0.03):
    """A sensor after a spike of one side, and `duration` [s] later one of the other, and again as long without any."""
    p = CorrelationSensorParameters(numbers(2.0), numbers(3.0), numbers(50.0), numbers(40.0))
    state, steps = sensor(1, 1), round(duration / dt)
    for k in range(2 * steps):
        one, other = numbers(float(k == 0)), numbers(float(k == steps))
        z_pre, z_post = (one, other) if first == "pre" else (other, one)
        state = correlation_sensor_step(z_pre, z_post, state, p, dt)
    return CorrelationSensorState(*(x.item() for x in state))


def test_correlation_sensor_holds_what_is_left_at_the_spike_of_the_other_side():
    errors = []
    for dt in (1e-3, 0.5e-3):
        n = round(0.03 / dt)
        state = interval(dt, "pre")
        assert state.post_pre == 1
        assert state.correlation_trace == pytest.approx(2 * (1 - dt * 40) ** n)  # eta_p exp(-interval / tau_c), held
        assert state.anti_correlation_trace == pytest.approx(3 * (1 - dt * 50) ** (n - 1))  # fades since the last spike
        errors.append(abs(state.correlation_trace - 2 * torch.tensor(-0.03 * 40).exp().item()))
        state = interval(dt, "post")
        assert state.post_pre == 0
        assert state.anti_correlation_trace == pytest.approx(3 * (1 - dt * 50) ** n)
    assert errors[0] / errors[1] == HALF


def test_post_pre_latch():
    old, post, pre = (numbers(*row) for row in zip(*[(o, a, b) for o in (0, 1) for a in (0, 1) for b in (0, 1)]))
    assert post_pre_update(old, post, pre).tolist() == [0, 0, 1, 0, 1, 0, 1, 1]


def test_masks():
    weights = torch.zeros(2, 4, 5)
    z_pre, z_post = spikes(2, 4, dtype=torch.float32), spikes(2, 5, dtype=torch.float32)
    assert torch.equal(pre_mask(weights, z_pre), z_pre[:, :, None].expand(2, 4, 5))
    assert torch.equal(post_mask(weights, z_post), z_post[:, None, :].expand(2, 4, 5))
    assert torch.equal(pre_mask(weights, z_pre[:, None]), pre_mask(weights, z_pre))
    assert torch.equal(post_mask(weights, z_post[:, None]), post_mask(weights, z_post))


@pytest.mark.parametrize("lead", [(), (3,), (2, 3), (4,), (5,)])
def test_correlation_sensor_of_a_batch_is_that_of_each(lead):
    """Batches as large as a side of the synapses among them: they could be taken for it."""
    z_pre, z_post = spikes(*lead, 4), spikes(*lead, 5, seed=1)
    state = CorrelationSensorState(spikes(*lead, 4, 5), *uniform(2, *lead, 4, 5))
    found = correlation_sensor_step(z_pre, z_post, state)
    assert same(correlation_sensor_step(z_pre[..., None, :], z_post[..., None, :], state), found)
    parts = (z_pre.view(-1, 4), z_post.view(-1, 5), *(x.view(-1, 4, 5) for x in state))
    for k, (pre, post, *fields) in enumerate(zip(*parts, strict=True)):
        each = correlation_sensor_step(pre, post, CorrelationSensorState(*fields))
        assert same(each, [x.view(-1, 4, 5)[k] for x in found])


def test_correlation_based_update():
    state = CorrelationSensorState(spikes(2, 4, 5), uniform(2, 4, 5), uniform(2, 4, 5, seed=1))
    both = torch.cat([state.correlation_trace.flatten(), state.anti_correlation_trace.flatten()])
    matrix, w = uniform(20, 80, seed=2).requires_grad_(), uniform(5, 4, seed=3)
    between = correlation_based_update(5, matrix.mv, w, state, 0.1, 3)
    assert between is w
    assert state.correlation_trace.any()
    updated = correlation_based_update(6, matrix.mv, w, state, 0.1, 3)
    assert torch.allclose(updated, w + 0.1 * (matrix @ both).view(5, 4))
    assert not updated.requires_grad
    assert not state.correlation_trace.any()
    assert not state.anti_correlation_trace.any()


def lif_correlation_arguments(lead=(3,), dtype=torch.float64):
    lif = LIFState(spikes(*lead, 5), uniform(*lead, 5), 10 * uniform(*lead, 5, seed=1))
    sensors = (CorrelationSensorState(spikes(*lead, n, 5), *uniform(2, *lead, n, 5)) for n in (4, 5))
    arguments = spikes(*lead, 4), LIFCorrelationState(lif, *sensors), uniform(5, 4), uniform(5, 5) - 0.5
    return torch.utils._pytree.tree_map(lambda x: x.to(dtype), arguments)


@pytest.mark.parametrize("lead", [(), (3,), (2, 3)])
def test_lif_correlation_is_a_lif_layer_with_sensors(lead):
    x, state, w_in, w_rec = lif_correlation_arguments(lead)
    z, new = lif_correlation_step(x, state, w_in, w_rec)
    assert 0 < z.mean() < 1
    assert same((z, new.lif_state), lif_step(x, state.lif_state, w_in, w_rec))
    assert same(new.input_correlation_state, correlation_sensor_step(x, z, state.input_correlation_state))
    recurrent = correlation_sensor_step(state.lif_state.z, z, state.recurrent_correlation_state)
    assert same(new.recurrent_correlation_state, recurrent)


# Short-term plasticity


def synapses(dt, rate, count):
    """(u, x before release, release) at every of `count` spikes of a regular train, for all SYNAPSES: [count, 3, n]."""
    U, tau_d, tau_f = numbers(*(constants for constants, *_ in SYNAPSES.values())).T
    p = TsodyksMarkramParameters(tau_f_inv=1e3 / tau_f, tau_d_inv=1e3 / tau_d, U=U)
    s, between, seen = TsodyksMarkramState(u=0 * U, x=0 * U + 1), round(1 / rate / dt), []
    for k in range((count - 1) * between + 1):
        x = s.x
        released, s = stp_step(torch.tensor(float(k % between == 0)), s, p, dt)
        if k % between == 0:
            seen.append(torch.stack([s.u, x, released]))
    return torch.stack(seen)


def test_short_term_plasticity_from_rest():
    exact = torch.stack([numbers(*train) for _, train, _ in SYNAPSES.values()], dim=-1)
    errors = [(synapses(dt, 20, 5) - exact).abs().amax((0, 1)) for dt in (0.5e-3, 0.25e-3)]
    assert errors[1].max() < 5e-3
    assert (errors[0] / errors[1]).tolist() == [HALF] * 3


@pytest.mark.parametrize(("rate", "count"), [(20, 80), (50, 160)])
def test_short_term_plasticity_settles(rate, count):
    """After so many spikes, what is left of the beginning is far below the error of the step."""
    exact = torch.stack([numbers(*settled[rate]) for *_, settled in SYNAPSES.values()], dim=-1)
    errors = [(synapses(dt, rate, count)[-1] - exact).abs().amax(0) for dt in (1e-3, 0.5e-3)]
    assert errors[1].max() < 2e-2
    assert (errors[0] / errors[1]).tolist() == [HALF] * 3


def test_markram_is_spelled_both_ways():
    assert TsodyksMarkramParameters is TsodyksMakramParameters
    assert TsodyksMarkramState is TsodyksMakramState


# Wrong arguments


def zeros(*shape):
    return torch.zeros(shape)


def state(pre=(2, 4), post=(2, 3)):
    return STDPState(zeros(*pre), zeros(*post))


IMAGES = (zeros(2, 2, 6, 6), zeros(2, 3, 4, 4), zeros(3, 2, 3, 3))
IMAGE_STATE = STDPState(zeros(2, 2, 6, 6), zeros(2, 3, 4, 4))
CORRELATION = CorrelationSensorState(zeros(2, 4, 5), zeros(2, 4, 5), zeros(2, 4, 5))
SENSOR = STDPSensorState(zeros(2, 4), zeros(2, 5))
REST = TsodyksMakramState(zeros(3), zeros(3))
STP = TsodyksMakramParameters()


@pytest.mark.parametrize(
    ("function", "arguments", "said"),
    [
        (stdp_step_linear, (zeros(2, 5), zeros(2, 3), zeros(3, 4), state()), r"z_pre.*\(2, 5\).*I = 4"),
        (stdp_step_linear, (zeros(2, 4), zeros(2, 4), zeros(3, 4), state()), r"z_post.*\(2, 4\).*O = 3"),
        (stdp_step_linear, (zeros(2, 4), zeros(5, 3), zeros(3, 4), state()), r"z_post.*\(5, 3\).*\.\.\. = 2"),
        (stdp_step_linear, (zeros(2, 4), zeros(2, 3), zeros(3, 4, 1), state()), r"w has shape \(3, 4, 1\).*\[O, I\]"),
        (stdp_step_linear, (zeros(2, 4), zeros(2, 3), zeros(3, 4), state(pre=(7, 4))), r"t_pre.*\(7, 4\).*2, 4"),
        (stdp_step_linear, (zeros(2, 4), zeros(2, 3), zeros(3, 4), state(post=(2, 9))), r"t_post.*\(2, 9\).*2, 3"),
        (stdp_step_linear, (zeros(2, 4), zeros(2, 3), zeros(3, 4), SENSOR), "state_stdp.*STDPSensorState.*STDPState"),
        (
            stdp_step_linear,
            (zeros(2, 4), zeros(2, 3), zeros(3, 4), state(), STP),
            "p_stdp.*TsodyksMakram.*STDPParameters",
        ),
        (
            stdp_step_linear,
            (zeros(2, 4), zeros(2, 3), zeros(3, 4), state(), STDPParameters(stdp_algorithm="soft")),
            "stdp_algorithm = 'soft'.*additive, additive_step, multiplicative_pow, multiplicative_relu",
        ),
        (stdp_step_conv2d, (*IMAGES[:2], zeros(3, 2), IMAGE_STATE), r"w has shape \(3, 2\).*\[O, C, h, w\]"),
        (stdp_step_conv2d, (zeros(2, 3, 6, 6), *IMAGES[1:], IMAGE_STATE), r"z_pre.*C = 2"),
        (stdp_step_conv2d, (IMAGES[0], zeros(2, 3, 2, 8), IMAGES[2], IMAGE_STATE), r"z_post.*\(2, 3, 2, 8\).*H' = 4"),
        (stdp_step_conv2d, (IMAGES[0], zeros(2, 3, 4, 8), IMAGES[2], IMAGE_STATE), r"z_post.*W' = 4"),
        (stdp_sensor_step, (zeros(2, 7), zeros(2, 5), SENSOR), r"a_pre.*\(2, 4\).*2, 7"),
        (stdp_sensor_step, (zeros(2, 4), zeros(2, 7), SENSOR), r"a_post.*\(2, 5\).*2, 7"),
        (stdp_sensor_step, (zeros(2, 4), zeros(2, 5), CORRELATION), "state.*CorrelationSensorState.*STDPSensorState"),
        (stdp_sensor_step, (zeros(2, 4), zeros(2, 5), SENSOR, STP), "p is a TsodyksMakramParameters"),
        (correlation_sensor_step, (zeros(2, 3), zeros(2, 5), CORRELATION), r"z_pre has shape \(2, 3\).*I = 4"),
        (
            correlation_sensor_step,
            (zeros(2, 4), zeros(3, 5), CORRELATION),
            r"z_post has shape \(3, 5\).*O = 5, \.\.\. = 2",
        ),
        (
            correlation_sensor_step,
            (zeros(2, 4), zeros(2, 5), CORRELATION._replace(correlation_trace=zeros(2, 4, 4))),
            r"correlation_trace has shape \(2, 4, 4\).*2, 4, 5",
        ),
        (pre_mask, (zeros(2, 4, 5), zeros(2, 5)), r"z has shape \(2, 5\).*I = 4"),
        (post_mask, (zeros(2, 4, 5), zeros(2, 4)), r"z has shape \(2, 4\).*O = 5"),
        (post_mask, (zeros(4), zeros(4)), r"synapses has shape \(4,\).*\[..., I, O\]"),
        (correlation_sensor_step, (zeros(2, 4), zeros(2, 5), SENSOR), "state is a STDPSensorState"),
        (correlation_sensor_step, (zeros(2, 4), zeros(2, 5), CORRELATION, STP), "p is a TsodyksMakramParameters"),
        (post_pre_update, (zeros(2, 4, 5), zeros(2, 4, 5), zeros(2, 3, 5)), r"pre_spike_mask.*\(2, 3, 5\)"),
        (correlation_based_update, (0, torch.relu, zeros(5, 4), SENSOR, 0.1, 1), "correlation_state"),
        (
            correlation_based_update,
            (0, torch.relu, zeros(4, 5), CORRELATION, 0.1, 1),
            r"weights.*\(4, 5\).*O = 5, I = 4",
        ),
        (correlation_based_update, (0, torch.relu, zeros(5, 4), CORRELATION, 0.1, 1), "linear_update gives 80.* 20"),
        (stp_step, (zeros(4), REST, STP), r"u has shape \(3,\).*4"),
        (stp_step, (zeros(3), SENSOR, STP), "s is a STDPSensorState.*TsodyksMakramState"),
        (stp_step, (zeros(3), REST, STDPParameters()), "p is a STDPParameters"),
    ],
)
def test_wrong_arguments_are_named(function, arguments, said):
    with pytest.raises(ValueError, match=said):
        function(*arguments)


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (0, torch.zeros(3, 6), r"input_tensor.*\(3, 6\).*I = 4"),
        (1, CORRELATION, "state is a CorrelationSensorState"),
        (2, torch.zeros(5), r"input_weights.*\(5,\).*\[O, I\]"),
        (3, torch.zeros(4, 5), r"recurrent_weights.*\(4, 5\).*O = 5"),
        (4, LIFParameters(), "p is a LIFParameters.*LIFCorrelationParameters"),
    ],
)
def test_wrong_arguments_of_lif_correlation_are_named(place, value, said):
    arguments = [*lif_correlation_arguments(), LIFCorrelationParameters()]
    arguments[place] = value
    with pytest.raises(ValueError, match=said):
        lif_correlation_step(*arguments)


def test_a_refused_step_changes_nothing():
    traces = state()
    before = traces.t_pre, traces.t_post
    for p, z_post in ((STDPParameters(stdp_algorithm="soft"), zeros(2, 3)), (STDPParameters(), zeros(2, 9))):
        with pytest.raises(ValueError):
            stdp_step_linear(zeros(2, 4), z_post, zeros(3, 4), traces, p)
    assert (traces.t_pre is before[0]) and (traces.t_post is before[1])


def test_shapes_takes_numbers_and_ones():
    shapes(z=(1.0, "..."), u=(torch.zeros(3, 1), "..."), x=(torch.zeros(2, 1, 4), "..."))
    with pytest.raises(ValueError, match="x has shape"):
        shapes(u=(torch.zeros(3), "..."), x=(torch.zeros(2), "..."))


# Transforms and dtypes


def steps(dtype):
    """Name -> (function of tensors and tuples of tensors, its arguments, all with a leading dimension of 3)."""

    def zs(*shape, **more):
        return spikes(*shape, dtype=dtype, **more)

    def us(*shape, **more):
        return uniform(*shape, dtype=dtype, **more)

    def stdp(step, w, **more):
        p = STDPParameters(**more)

        def pure(z_pre, z_post, t_pre, t_post):  # the state is made here, so nothing outside of it is changed
            new, state = step(z_pre, z_post, w, STDPState(t_pre, t_post), p)
            return new, state.t_pre, state.t_post

        return pure

    x, layer, w_in, w_rec = lif_correlation_arguments(dtype=dtype)
    linear = zs(3, 4), zs(3, 2, seed=1), us(3, 4), us(3, 2)
    image = zs(3, 2, 6, 6), zs(3, 2, 4, 4), us(3, 2, 6, 6), us(3, 2, 4, 4)
    return {
        **{a: (stdp(stdp_step_linear, us(2, 4), stdp_algorithm=a, mu=0.4), linear) for a in ALGORITHMS},
        "conv2d": (stdp(stdp_step_conv2d, us(2, 2, 3, 3), convolutional=True), image),
        "stdp_sensor_step": (stdp_sensor_step, (zs(3, 4), zs(3, 2), STDPSensorState(us(3, 4), us(3, 2)))),
        "correlation_sensor_step": (
            correlation_sensor_step,
            (zs(3, 4), zs(3, 2), CorrelationSensorState(zs(3, 4, 2), us(3, 4, 2), us(3, 4, 2))),
        ),
        "lif_correlation_step": (lambda x, s: lif_correlation_step(x, s, w_in, w_rec), (x, layer)),
        "stp_step": (lambda z, s: stp_step(z, s, STP), (zs(3, 4), TsodyksMakramState(us(3, 4), us(3, 4)))),
    }


@pytest.mark.parametrize("name", steps(torch.float64))
def test_compiles_whole(name):
    function, arguments = steps(torch.float64)[name]
    compiled = torch.compile(function, fullgraph=True, backend="aot_eager")
    assert same(compiled(*arguments), function(*arguments))


def test_compiled_stdp_changes_its_state():
    ours, theirs = (STDPState(uniform(2, 4), uniform(2, 3)) for _ in range(2))
    arguments = spikes(2, 4), spikes(2, 3), uniform(3, 4)
    w, _ = stdp_step_linear(*arguments, ours)
    compiled, returned = torch.compile(stdp_step_linear, fullgraph=True, backend="aot_eager")(*arguments, theirs)
    assert returned is theirs
    assert same((w, ours.t_pre, ours.t_post), (compiled, theirs.t_pre, theirs.t_post))


@pytest.mark.parametrize("name", steps(torch.float64))
def test_vmap_is_a_loop(name):
    function, arguments = steps(torch.float64)[name]
    found = torch.utils._pytree.tree_leaves(torch.func.vmap(function)(*arguments))
    for k in range(3):
        each = function(*torch.utils._pytree.tree_map(lambda x, k=k: x[k], arguments))
        assert same([leaf[k] for leaf in found], each)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", steps(torch.float64))
def test_dtype_is_kept(name, dtype):
    function, arguments = steps(dtype)[name]
    assert {leaf.dtype for leaf in torch.utils._pytree.tree_leaves(function(*arguments))} == {dtype}


# Definitions


@parametrize_with_checks(PLASTICITY)
def test_contract(definition, check):
    check(definition)


@pytest.mark.parametrize("rule", PLASTICITY, ids=lambda rule: rule.name)
def test_parameters_can_be_pickled(rule):
    assert pickle.loads(pickle.dumps(rule.parameters())) is not None


def test_flow_of_short_term_plasticity_reads_as_the_textbook():
    import sympy

    from snnlab.symbolic import expressions

    s, p = example(TsodyksMakramState, 1), example(TsodyksMakramParameters, 2)
    program = record(TsodyksMarkram.flow, s=s, S=torch.rand(1, dtype=torch.float64), p=p)
    u, x, S, f, d, U = sympy.symbols("u x S f d U")
    names = {"s.u": u, "s.x": x, "S": S, "p.tau_f_inv": f, "p.tau_d_inv": d, "p.U": U, "p.tau_s_inv": sympy.Symbol("_")}
    found = expressions(program, names)
    assert sympy.simplify(found["u"] - (U * (1 - u) * S - f * u)) == 0
    assert sympy.simplify(found["x"] - ((1 - x) * d - u * x * S)) == 0
