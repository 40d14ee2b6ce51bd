"""Any plasticity rule learns inside of a network: the kernel against eager torch, and against loops written here."""

import math
from dataclasses import replace
from typing import Annotated, NamedTuple

import pytest
import torch
from torch import Tensor

from snnlab.core import Plasticity, Quantity, pulse_euler
from snnlab.engine import Projection, Recording, simulate
from snnlab.functional import (
    LIF,
    STDP,
    CorrelationSensor,
    CorrelationSensorParameters,
    LIFParameters,
    LIFState,
    STDPParameters,
    STDPSensor,
    STDPSensorParameters,
    TsodyksMarkramParameters,
    lif_step,
)
from tests.rules import Inhibitory, InhibitoryParameters, Triplet, TripletParameters

RULES = {"Inhibitory": (Inhibitory, InhibitoryParameters()), "Triplet": (Triplet, TripletParameters())}
each_rule = pytest.mark.parametrize("name", RULES)
each_backend = pytest.mark.parametrize("backend", ["llvm", "eager"])
each_kind = pytest.mark.parametrize("sparse", [False, True], ids=["dense", "sparse"])


def start(name, n, dtype=torch.float64, density=0.6):
    """Weights within the bounds of a rule, some of which are absent."""
    g = torch.Generator().manual_seed(3)
    w = (0.1 + 0.5 * torch.rand(n, n, generator=g)) * (torch.rand(n, n, generator=g) < density)
    return (-w if name == "Inhibitory" else w).to(dtype)


def trains(steps, n, seed=1, dtype=torch.float64, rate=0.25):
    return (torch.rand(steps, n, generator=torch.Generator().manual_seed(seed)) < rate).to(dtype) * 5


def inhibitory(w, x_pre, x_post, pre, post, p):
    """One step of one synapse, as the paper says it: what a spike of each side does."""
    if post:
        w -= p.eta * x_pre
    if pre:
        w -= p.eta * (x_post - 2 * p.rate / p.tau_inv)
    return min(w, 0.0)


def triplet(w, r1, r2, o1, o2, pre, post, p):
    """r2 and o2 of the spike's own side are those before it."""
    if post:
        w += r1 * (p.A2_plus + p.A3_plus * (o2 - 1))
    if pre:
        w -= o1 * (p.A2_minus + p.A3_minus * (r2 - 1))
    return w


LOOPS = {
    "Inhibitory": (inhibitory, {"x_pre": "tau_inv"}, {"x_post": "tau_inv"}),
    "Triplet": (
        triplet,
        {"r1": "tau_plus_inv", "r2": "tau_x_inv"},
        {"o1": "tau_minus_inv", "o2": "tau_y_inv"},
    ),
}


def by_hand(name, w, x, dt=0.001):
    """Spikes and weights of LIF neurons with a delay of one step, synapse by synapse in plain numbers."""
    change, before, after = LOOPS[name]
    p, n = RULES[name][1], len(w)
    p = type(p)(*map(float, p))
    there = [[bool(w[i, j]) for j in range(n)] for i in range(n)]
    w, zeros = w.clone(), torch.zeros(n, dtype=w.dtype)
    state, old, spikes = LIFState(zeros, zeros, zeros), zeros, []
    traces = {trace: [0.0] * n for trace in (*before, *after)}
    for row in x:
        z, state = lif_step(row, state, torch.eye(n, dtype=w.dtype), w, LIFParameters(), dt)
        for side, fired in ((before, old), (after, z)):
            for trace, tau_inv in side.items():
                fading = math.exp(-dt * getattr(p, tau_inv))
                traces[trace] = [fading * value + float(one) for value, one in zip(traces[trace], fired)]
        for i in range(n):
            for j in range(n):
                if there[i][j]:
                    seen = [traces[trace][j] for trace in before] + [traces[trace][i] for trace in after]
                    w[i, j] = change(float(w[i, j]), *seen, bool(old[j]), bool(z[i]), p)
        old = z
        spikes.append(z)
    return torch.stack(spikes), w


@each_rule
@each_kind
def test_a_rule_from_outside_learns_in_the_kernel(name, sparse):
    """Spikes are the same, as weights act on them step by step; weights to rounding."""
    n, x = 7, trains(400, 7)
    w = start(name, n)
    spikes, expected = by_hand(name, w, x)
    network = Projection(w.to_sparse_csr() if sparse else w, learning=RULES[name])
    runs = {backend: simulate(LIF, spikes=x, network=network, backend=backend) for backend in ("llvm", "eager")}
    for run in runs.values():
        assert torch.equal(run.spikes, spikes > 0)
        torch.testing.assert_close(run.weights[0].to_dense(), expected, rtol=1e-12, atol=1e-13)
    assert spikes.sum() > 100
    changed = (expected - w).abs()
    assert changed.max() > 0.02 and not changed[w == 0].any()


@each_rule
@each_kind
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
def test_the_kernel_learns_as_torch(name, sparse, dtype):
    """With a delay, short-term plasticity and other synapses beside it; equal but for the order of sums."""
    w = start(name, 21, dtype)
    network = [
        Projection(w.to_sparse_csr() if sparse else w, 3, TsodyksMarkramParameters(), RULES[name]),
        Projection(0.1 * torch.eye(21, dtype=dtype).roll(1, 0)),
    ]
    given = {"spikes": trains(200, 21, dtype=dtype), "network": network, "record": "all"}
    fused, eager = (simulate(LIF, **given, backend=backend) for backend in ("llvm", "eager"))
    assert torch.equal(fused.spikes, eager.spikes)
    tolerance = 1e-5 if dtype == torch.float32 else 1e-12
    for changed, expected in zip(fused.end.synapses, eager.end.synapses, strict=True):
        assert changed.keys() == expected.keys()
        for key, value in expected.items():
            torch.testing.assert_close(changed[key], value, rtol=tolerance, atol=tolerance)
    rule = RULES[name][0]
    assert [*fused.end.synapses[0]][:2] == ["u", "x"]
    assert [*fused.end.synapses[0]][2:] == [*rule.state._fields, "w", *([] if sparse else ["there"])]


@each_rule
@each_backend
def test_a_run_with_it_goes_on_from_a_file(name, backend, tmp_path):
    n, x = 11, trains(160, 11)
    given = {"network": Projection(start(name, n), 4, learning=RULES[name]), "record": "all", "backend": backend}
    whole = simulate(LIF, spikes=x, **given)
    simulate(LIF, spikes=x[:70], **given).save(tmp_path / "first.nc")
    second = simulate(LIF, spikes=x[70:], **given, resume=Recording.load(tmp_path / "first.nc"))
    assert torch.equal(second.spikes, whole.spikes[70:])
    for key, value in whole.end.synapses[0].items():
        assert torch.equal(second.end.synapses[0][key], value), key


# ---------------------------------------------------------------- what else a definition may say


class Named(NamedTuple):
    u: Annotated[Tensor, Quantity("1", low=0, high=1, doc="presynaptic trace")]
    x: Annotated[Tensor, Quantity("1", low=0, high=1, doc="postsynaptic trace")]
    there: Annotated[Tensor, Quantity("1", low=0, high=1, default=0.2, doc="slower trace, which follows x")]


class Rates(NamedTuple):
    tau_inv: Annotated[Tensor, Quantity("1/s", low=1, high=100, doc="rate of decay")] = 40.0
    eta: Annotated[Tensor, Quantity("1", low=0, high=1, doc="learning rate")] = 0.02


def nearest(s, S, p):
    """A spike sets u to 1: only the last one counts. `there` sees no spike itself."""
    u, x = (1 - s.u) * S.pre - p.tau_inv * s.u, S.post - p.tau_inv * s.x
    return Named(u=u, x=x, there=p.tau_inv * (s.x - s.there))


NEAREST = Plasticity(
    name="Nearest",
    parameters=Rates,
    state=Named,
    flow=nearest,
    advance=pulse_euler,
    pairs=lambda s, z, p: (z.post * s.u, z.pre * s.there),
    learn=lambda w, potentiation, depression, p: torch.relu(w + p.eta * (potentiation - depression)),
    weight=Quantity("1", low=0, high=1, default=0.5, doc="weight"),
    bounds=lambda p: {"0": 0.0, "any": math.inf},
)


def test_traces_may_be_called_and_driven_as_their_author_likes():
    """By names of short-term plasticity, by what is left, by one another; and they may begin above 0."""
    w = start("Triplet", 9)
    given = {"spikes": trains(200, 9), "network": Projection(w, 2, TsodyksMarkramParameters(), (NEAREST, Rates()))}
    fused, eager = (simulate(LIF, **given, backend=backend) for backend in ("llvm", "eager"))
    assert torch.equal(fused.spikes, eager.spikes)
    torch.testing.assert_close(fused.weights[0], eager.weights[0], rtol=1e-12, atol=1e-12)
    assert (fused.weights[0] - w).abs().max() > 0.02
    assert [*fused.end.synapses[0]] == ["u", "x", "trace.u", "trace.x", "trace.there", "w", "there"]
    assert fused.end.synapses[0]["trace.u"].max() <= 1.0
    parts = simulate(LIF, **given | {"spikes": given["spikes"][:80]})
    parts = simulate(LIF, **given | {"spikes": given["spikes"][80:]}, resume=parts)
    assert torch.equal(parts.weights[0], fused.weights[0])
    quiet = simulate(LIF, spikes=torch.zeros(1, 9), network=given["network"])
    assert quiet.end.synapses[0]["trace.there"].tolist() == pytest.approx([0.2 * (1 - 0.04)] * 9)


def test_a_rule_that_has_weights_decay_runs_in_torch():
    """A kernel looks at spikes alone, and says so."""
    fading = replace(NEAREST, learn=lambda w, potentiation, depression, p: 0.999 * w + p.eta * potentiation)
    given = {"spikes": trains(50, 5), "network": Projection(start("Triplet", 5), learning=(fading, Rates()))}
    run = simulate(LIF, **given)
    assert run.backend == "eager (Nearest changes weights where nothing spikes)"
    lone = simulate(LIF, spikes=torch.zeros(10, 5, dtype=torch.float64), network=given["network"])
    torch.testing.assert_close(lone.weights[0], 0.999**10 * start("Triplet", 5))
    with pytest.raises(ValueError, match="'llvm' cannot run this: Nearest changes weights where nothing spikes"):
        simulate(LIF, **given, backend="llvm")


@each_backend
def test_a_pair_is_what_its_parameters_are(backend):
    """Bit for bit; and without the form that Norse has, a spike makes a trace jump by a, whatever dt is."""
    p, w = STDPParameters(a_pre=0.7, eta_plus=0.1), start("Triplet", 6)
    given = {"spikes": trains(100, 6), "backend": backend}
    alone = simulate(LIF, **given, network=Projection(w, learning=p))
    paired = simulate(LIF, **given, network=Projection(w, learning=(STDP, p)))
    assert torch.equal(alone.weights[0], paired.weights[0])
    once = torch.full((1, 6), 60.0, dtype=torch.float64)
    for dt in (0.001, 0.0005):
        network = Projection(w, learning=(replace(STDP, network=None), p))
        run = simulate(LIF, spikes=once, dt=dt, network=network, backend=backend)
        assert run.spikes.all()
        assert run.end.synapses[0]["t_post"].tolist() == [1.0] * 6


# ---------------------------------------------------------------- what does not fit


def trace_of_both(s, S, p):
    return Named(u=S.pre + S.post - p.tau_inv * s.u, x=S.post - p.tau_inv * s.x, there=-p.tau_inv * s.there)


def trace_of_none(s, S, p):
    return trace_of_both(s, S, p)._replace(u=S.pre - p.tau_inv * s.u)


@pytest.mark.parametrize(
    ("learning", "words"),
    [
        (3, r"network.learning is an int: give STDPParameters, TripletSTDPParameters or a pair \(rule, parameters\)"),
        (STDPSensorParameters(), "network.learning is a STDPSensorParameters: give STDPParameters"),
        ((STDPSensor, STDPSensorParameters()), "network.learning: STDPSensor changes no weight: give a rule"),
        ((CorrelationSensor, CorrelationSensorParameters()), "CorrelationSensor changes no weight"),
        ((Inhibitory, STDPParameters()), "parameters of Inhibitory are a STDPParameters: give InhibitoryParameters"),
        ((Triplet, TripletParameters), "the parameters of Triplet are .*TripletParameters: give TripletParameters"),
        ((replace(NEAREST, flow=trace_of_both), Rates()), "Nearest.flow drives u by the spikes of both sides"),
        ((replace(NEAREST, flow=trace_of_none), Rates()), "Nearest.flow drives there by the spikes of no side"),
        (RULES["Inhibitory"], r"weights has 0.5, and 1 of 1 out of bounds: its rule learns .* from w_min = -inf to"),
        ((Triplet, TripletParameters(A3_plus=torch.ones(2))), r"TripletParameters.A3_plus of shape \(2,\)"),
    ],
)  # fmt: skip
def test_rules_that_do_not_fit_are_refused(learning, words):
    w = torch.tensor([[0.0, 0.5], [0.0, 0.0]])
    with pytest.raises(ValueError, match=words):
        simulate(LIF, current=torch.ones(5, 2), network=Projection(w, learning=learning), backend="llvm")


def test_a_run_does_not_go_on_by_another_rule():
    w, x = start("Triplet", 4), trains(20, 4)
    first = simulate(LIF, spikes=x, network=Projection(w, learning=RULES["Triplet"]))
    with pytest.raises(ValueError, match=r"resume: network\[0\] learnt by another rule than STDP: give that"):
        simulate(LIF, spikes=x, network=Projection(w, learning=STDPParameters()), resume=first)
