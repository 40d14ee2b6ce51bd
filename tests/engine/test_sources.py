"""Spike trains that come into a network, drawn or given: their bits, their statistics, and what they are sent over."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from snnlab.engine import Poisson, Projection, SpikeTrains, portable, simulate
from snnlab.functional import (
    LIF,
    CobaLIF,
    Izhikevich,
    LIFBox,
    LIFBoxParameters,
    STDPParameters,
    TsodyksMakramParameters,
)
from tests.engine.browser import ran, same
from tests.engine.test_network import DTYPES, both, current, equal, parameters, weights
from tests.nights import each_value

NEURONS = {neuron.name: neuron for neuron in (LIF, CobaLIF, Izhikevich)}  # a spike port, two channels, a current port
SENDERS = 23
RASTER = torch.rand(100, SENDERS, generator=torch.Generator().manual_seed(4)) < 0.1
SOURCES = {
    "Poisson": Poisson(SENDERS, 40.0, seed=3),
    "rates": Poisson(SENDERS, torch.linspace(0, 1000, SENDERS), seed=-5),
    "raster": RASTER,
    "times": SpikeTrains(SENDERS, 0.001 * (1 + RASTER.nonzero()[:, 0]), RASTER.nonzero()[:, 1]),
}
Delta = replace(LIFBox, name="Delta", receive=lambda s, x, p: s._replace(v=s.v + x), port="spikes")


def across(n, dtype=torch.float32, senders=SENDERS, seed=9):
    """Weights from a source to n neurons."""
    return weights(max(n, senders), dtype, seed=seed)[:n, :senders].contiguous()


@each_value(neuron=NEURONS, dtype=DTYPES, source=SOURCES)
def test_a_source_is_that_of_torch(neuron, dtype, source):
    """Bit for bit, in a batch: dense, sparse, and with delays of single synapses, beside what comes back."""
    late = torch.randint(1, 12, (17, SENDERS), generator=torch.Generator().manual_seed(1))
    network = [
        Projection(across(17, dtype), 2, source=source),
        Projection(across(17, dtype, seed=8).to_sparse_csr(), 5, source=source),
        Projection(across(17, dtype, seed=7), late, source=source),
        Projection(weights(17, dtype), 3),
    ]
    fused, eager = both(neuron, current=0.7 * current(neuron, dtype, 150, 3, 17), network=network)
    assert fused.backend == "llvm"
    assert equal(fused, eager)
    assert not equal(simulate(neuron, **quiet(neuron, dtype, network)), fused), "the source makes a difference"


def quiet(neuron, dtype, network):
    x = 0.7 * current(neuron, dtype, 150, 3, 17)
    return {"p": parameters(neuron), "current": x, "network": network[3:], "record": neuron.state._fields}


def test_given_spikes_are_the_same_by_step_and_by_time():
    w, x = across(17), current(LIF, torch.float32, 130, 17)
    runs = [simulate(LIF, current=x, network=Projection(w, 2, source=SOURCES[k])) for k in ("raster", "times")]
    assert equal(*runs)


def test_what_a_run_recorded_can_be_sent_again():
    """Spikes of one population, at the times that its recording has, are those of a source at the same delay."""
    first = simulate(LIF, current=current(LIF, torch.float32, 150, 12), dt=0.0003, record=())
    times, trains = first.events()
    assert len(times) > 5
    w, x = across(17, senders=12), current(LIF, torch.float32, 150, 17)
    given = {"current": x, "dt": 0.0003}
    by_time = simulate(LIF, network=Projection(w, 4, source=SpikeTrains(12, times / 1000, trains)), **given)
    by_step = simulate(LIF, network=Projection(w, 4, source=first.spikes), **given)
    assert equal(by_time, by_step)


def philox(neuron, step, seed):
    """Philox2x32-10 of the paper (Salmon et al. 2011), its key the seed with the stream of sources."""
    mask, key = 0xFFFFFFFF, (seed ^ (2 * 0xC2B2AE35 & 0xFFFFFFFF)) & 0xFFFFFFFF
    c0, c1 = neuron & mask, step & mask
    for _ in range(10):
        product = c0 * 0xD256D193
        c0, c1, key = ((product >> 32) ^ key ^ c1) & mask, product & mask, (key + 0x9E3779B9) & mask
    return c0


def relay(source, n, steps, backend="llvm", **more):
    """Neurons that fire exactly when their train does, a step later."""
    p = LIFBoxParameters(tau_mem_inv=torch.tensor(1.0), v_th=torch.tensor(0.5))
    w = torch.eye(n).to_sparse_csr()
    return simulate(Delta, steps=steps, p=p, network=Projection(w, source=source), backend=backend, record=(), **more)


def test_trains_are_drawn_by_counter():
    """A spike is where the word that the paper's generator gives for step and train is below rate dt 2**32."""
    spikes = relay(Poisson(20, 200.0, seed=6), 20, 60, current=torch.zeros(60, 20)).spikes
    drawn = torch.tensor([[philox(j, t, 6) < round(0.2 * 2**32) for j in range(20)] for t in range(59)])
    assert torch.equal(spikes[1:], drawn)
    assert not spikes[0].any()


@pytest.mark.parametrize("rate", [1.0, 200.0, 1000.0])
def test_trains_have_their_rate(rate):
    """Counts are binomial: within four standard deviations; at 1/dt there is a spike in every step."""
    spikes = relay(Poisson(2000, rate, seed=1), 2000, 501, current=torch.zeros(501, 2000)).spikes[1:]
    chance, number = rate * 0.001, spikes.numel()
    assert abs(int(spikes.sum()) - number * chance) <= 4 * (number * chance * (1 - chance)) ** 0.5


def test_campbells_theorem():
    """Jumps w at rate r into a leaky membrane: mean w r tau, variance w^2 r tau / 2 (Campbell 1909).

    Of v' = (1 - h) v + w z with h = dt / tau and z of probability r dt these are w r tau, as in continuous time, and
    w^2 r dt (1 - r dt) / (1 - (1 - h)^2), 3 % less. 4000 independent neurons after 10 tau: four standard errors.
    """
    n, w, rate, tau, dt = 4000, 0.1, 50.0, 0.02, 0.001
    p = LIFBoxParameters(tau_mem_inv=torch.tensor(1 / tau), v_th=torch.tensor(1e9))
    network = Projection((w * torch.eye(n)).to_sparse_csr(), source=Poisson(n, rate, seed=2))
    v = simulate(Delta, current=torch.zeros(200, n), p=p, network=network, dt=dt).variables["v"][-1].double()
    mean, h = w * rate * tau, dt / tau
    variance = w**2 * rate * dt * (1 - rate * dt) / (1 - (1 - h) ** 2)
    assert abs(variance / (w**2 * rate * tau / 2) - 1) < 0.03
    assert abs(v.mean() - mean) < 4 * (variance / n) ** 0.5
    assert abs(v.var() / variance - 1) < 4 * (2 / n) ** 0.5 * 1.5


@each_value(source=SOURCES, backend={"llvm": "llvm", "eager": "eager"})
def test_a_run_goes_on_with_its_source(source, backend):
    """Cut within the delays: what was sent before is on its way."""
    late = torch.randint(1, 30, (17, SENDERS), generator=torch.Generator().manual_seed(1))
    network = [Projection(across(17), late, source=source), Projection(across(17, seed=2), 9, source=source)]
    x = torch.full((120, 17), 0.5)
    whole = simulate(LIF, current=x, network=network, backend=backend)
    first = simulate(LIF, current=x[:50], network=network, backend=backend)
    second = simulate(LIF, current=x[50:], network=network, backend=backend, resume=first)
    assert torch.equal(second.variables["v"], whole.variables["v"][50:])


@each_value(source=SOURCES)
def test_a_run_in_a_browser_has_it(source):
    late = torch.randint(1, 8, (17, SENDERS), generator=torch.Generator().manual_seed(1))
    release = TsodyksMakramParameters()
    network = [Projection(across(17), late, source=source), Projection(across(17), 2, release, source=source)]
    given = {"current": current(LIF, torch.float32, 90, 17), "network": network, "record": "all"}
    run, expected = portable(LIF, **given), simulate(LIF, **given)
    assert expected.spikes.any()
    assert same(ran(run, slices=4), expected)


@pytest.mark.parametrize("sparse", [False, True], ids=["dense", "sparse"])
def test_synapses_of_a_source_learn_and_tire_as_those_of_neurons(sparse):
    """The senders as a source, and as neurons that fire when they are told to: the same weights, to rounding."""
    n, m, steps = 9, SENDERS, 100
    start = across(n).abs().clamp(max=1.0)
    rule, release = STDPParameters(eta_plus=0.1, eta_minus=0.08), TsodyksMakramParameters()
    w = start.to_sparse_csr() if sparse else start
    given = {
        "current": current(LIF, torch.float32, steps, n),
        "network": Projection(w, 3, release, rule, source=RASTER),
    }
    fused, eager = both(LIF, **given)
    assert fused.backend == "llvm"
    together = torch.zeros(n + m, n + m)
    together[:n, n:] = start
    x = torch.zeros(steps, n + m)
    x[:, :n], x[:, n:] = given["current"], 1e6 * RASTER
    # a current of LIF acts a step later: what arrives at the same time has a delay that is shorter by it
    p = LIF.parameters()
    senders = simulate(LIF, current=x[:, n:], p=p, record=()).spikes
    shift = next(k for k in range(3) if torch.equal(senders[k:], RASTER[: steps - k]))
    whole = simulate(LIF, current=x, network=Projection(together, 3 - shift, release, rule), p=p)
    assert whole.spikes[:, :n].sum() > 20
    for run in (fused, eager):
        assert torch.equal(run.spikes, whole.spikes[:, :n])
        torch.testing.assert_close(run.weights[0].to_dense(), whole.weights[0][:n, n:], rtol=1e-5, atol=1e-6)
    assert (fused.weights[0].to_dense() - start).abs().max() > 0.03


def test_several_threads_run_a_batch_with_sources_and_delays():
    """Enough work for two threads: the same numbers as one, of networks that each draw for themselves."""
    late = torch.randint(1, 12, (50, SENDERS), generator=torch.Generator().manual_seed(1))
    network = [Projection(across(50), late, source=Poisson(SENDERS, 60.0)), Projection(weights(50, torch.float32), 2)]
    x, threads, runs = 0.5 * current(LIF, torch.float32, 500, 250, 50), torch.get_num_threads(), []
    try:
        for number in (1, 2):
            torch.set_num_threads(number)
            runs.append(simulate(LIF, current=x, network=network, record=()).spikes)
    finally:
        torch.set_num_threads(threads)
    assert torch.equal(*runs)
    assert not torch.equal(runs[0][:, 0], runs[0][:, 1])


@each_value(neuron=NEURONS)
def test_gradients_go_to_the_weights_of_a_source(neuron):
    """Of one delay and of many, as autograd of the eager loop, in float64."""
    found, g = {}, torch.Generator().manual_seed(7)
    late = torch.randint(1, 12, (11, SENDERS), generator=g)
    of_spikes, of_v = torch.randn(2, 80, 11, generator=g, dtype=torch.float64)
    for backend in ("llvm", "eager"):
        w, back = across(11, torch.float64).requires_grad_(), weights(11, torch.float64).requires_grad_()
        x = current(neuron, torch.float64, 80, 11).requires_grad_()
        network = [Projection(w, 2, source=SOURCES["rates"]), Projection(w, late, source=RASTER), Projection(back)]
        run = simulate(neuron, p=parameters(neuron), current=x, network=network, backend=backend)
        assert run.backend == backend
        loss = (run.spikes * of_spikes).sum() + (run.variables["v"] * of_v).sum()
        found[backend] = torch.autograd.grad(loss, (w, back, x))
    for a, b in zip(found["llvm"], found["eager"]):
        assert b.abs().max() > 0
        assert (a - b).norm() <= 1e-12 * b.norm()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (Poisson(3, 1001.0), r"network.source.rate = 1001 is not allowed: give 0 to 1/dt = 1000 Hz"),
        (Poisson(3, -1.0), r"network.source.rate = -1 is not allowed"),
        (Poisson(3, torch.ones(2)), r"network.source.rate of shape \(2,\) does not fit: give a number, or \[3\]"),
        (Poisson(4, 10.0), r"network.weights of shape \(5, 3\) do not fit: give \[5, 4\], .* and a source of 4"),
        (Poisson(0, 10.0), r"network.source.size = 0 is not allowed"),
        (Poisson(3, float("nan")), r"network.source.rate = nan is not allowed"),
        (SpikeTrains(3, [0.1, 0.2], [0]), r"network.source: 2 times and 1 trains: give the train of each spike"),
        (SpikeTrains(3, [0.1], [3]), r"network.source.trains are not all whole numbers from 0 to 2"),
        (SpikeTrains(3, [-0.1], [0]), r"network.source.times = -0.1 is not allowed: give times in s"),
        (
            torch.ones(4),
            r"network.source of shape \(4,\) is no source: give Poisson, SpikeTrains, or spikes \[T, trains",
        ),
        ("noise", r"network.source 'noise' is no source|network.source .*str.* is no source"),
    ],
)
def test_sources_that_do_not_fit_are_refused(source, words):
    with pytest.raises(ValueError, match=words):
        simulate(LIF, current=torch.ones(10, 5), network=Projection(torch.ones(5, 3), source=source))


def test_a_source_of_no_spikes_sends_none():
    silent = SpikeTrains(3, [], np.zeros(0, dtype=int))
    run = simulate(LIF, current=torch.ones(10, 5), network=Projection(torch.ones(5, 3), source=silent))
    assert torch.equal(run.variables["v"], simulate(LIF, current=torch.ones(10, 5)).variables["v"])
