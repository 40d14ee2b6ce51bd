"""Runs compiled for the browser, in another virtual machine than a browser's: the bits of `simulate`, in float32.

WebAssembly fixes every operation to the bit, as IEEE 754 does: what is equal here is equal in each browser.
"""

import json
import warnings

import numpy as np
import pytest
import torch

from snnlab.engine import CoarseStep, Diverged, Noise, Projection, portable, simulate
from snnlab.functional import (
    LIF,
    CobaLIF,
    Izhikevich,
    IzhikevichParameters,
    LIFParameters,
    STDPParameters,
    TsodyksMakramParameters,
)
from snnlab.functional import NEURONS as ALL
from tests.engine.browser import ran, same
from tests.engine.cases import METHODS, case, each_integrator, finer, seconds
from tests.engine.test_matrix import named
from tests.engine.test_network import KINDS_OF_WEIGHTS, NEURONS, current, parameters, weights
from tests.nights import each_value


def pair(neuron, given):
    """What a run is in the browser and here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CoarseStep)
        return portable(neuron, **given), simulate(neuron, **given)


def of(neuron, T=70, N=20, dtype=torch.float32, own=False, **more):
    given = case(neuron, T, N, dtype, own)
    return {"state": given.state, "p": given.p, "dt": given.dt, "record": "all"} | given.inputs | more


@each_value(neuron=named(ALL), own={"shared": False, "own": True}, N={str(N): N for N in (1, 7, 33, 1030)})
def test_every_neuron_has_the_bits_of_simulate(neuron, own, N):
    run, expected = pair(neuron, of(neuron, N=N, own=own))
    assert same(ran(run, slices=3), expected)


@each_integrator([*METHODS])
def test_so_it_is_with_every_integrator(neuron, method):
    dt = seconds(neuron) / finer(neuron, method)
    run, expected = pair(neuron, of(neuron, advance=METHODS[method](neuron), dt=dt))
    assert same(ran(run), expected)


@each_value(
    neuron=named(neuron for neuron in ALL if neuron.receive is not None), port={p: p for p in ("current", "spikes")}
)
def test_so_it_is_with_one_port(neuron, port):
    given = of(neuron)
    del given["current" if port == "spikes" else "spikes"]
    run, expected = pair(neuron, given)
    assert same(ran(run), expected)


def test_float64_too():
    run, expected = pair(LIF, of(LIF, dtype=torch.float64))
    assert same(ran(run), expected)


@pytest.mark.parametrize("tau", [0.0, 0.003])
@pytest.mark.parametrize("N", [3, 40])
def test_noise_is_drawn_in_the_module(tau, N):
    given = {
        "current": torch.full((500, N), 1.2),
        "dt": 5e-4,
        "noise": Noise(0.5, tau, seed=-(2**62) - 7),
        "record": "all",
    }
    run, expected = pair(LIF, given)
    memory = ran(run, slices=4)
    assert same(memory, expected)
    assert len(np.unique(memory["kept.noise"])) > 500 * N * 0.9


def test_chosen_neurons_at_every_so_many_steps():
    given = of(CobaLIF, T=100, N=2100) | {"neurons": (2, 1500, 2099), "every": 7}
    run, expected = pair(CobaLIF, given)
    assert run.about["samples"] == 14 and run.about["chosen"] == [2, 1500, 2099]
    assert same(ran(run), expected)


def test_inputs_that_broadcast_take_the_memory_of_one():
    given = {"current": 1.5, "duration": 0.2, "p": {"tau_mem_inv": torch.linspace(50, 200, 12)}}
    run, expected = pair(LIF, given)
    assert run.arrays["current"].shape == (1, 1)
    assert expected.spikes.any()
    assert same(ran(run), expected)
    shared, expected = pair(LIF, given | {"current": torch.rand(200, 1) * 3})
    assert shared.arrays["current"].shape == (200, 1)
    assert same(ran(shared), expected)


def test_spikes_as_bytes():
    given = {"spikes": torch.rand(300, 9) < 0.2, "p": {"v_th": 0.1}}
    run, expected = pair(LIF, given)
    assert run.arrays["spikes"].dtype == np.uint8 and expected.spikes.any()
    assert same(ran(run), expected)


def test_a_step_of_ones_own():
    def step(x, s, p, dt):
        v = s[0] + dt * (x - s[0]) * p[0]
        z = (v > 1.0).to(v.dtype)
        return z, (v * (1 - z),)

    given = {"current": torch.rand(100, 5) * 4, "state": (torch.zeros(5),), "p": (200.0,), "record": "all"}
    run, expected = pair(step, given)
    assert expected.spikes.any()
    assert same(ran(run), expected)


# -- networks ---------------------------------------------------------------------------------------------------------


@each_value(neuron=NEURONS, sparse=KINDS_OF_WEIGHTS)
def test_networks(neuron, sparse):
    """Two projections of different delay, dense and sparse."""
    network = [
        Projection(weights(37, torch.float32, sparse), 2),
        Projection(weights(37, torch.float32, not sparse, 5), 5),
    ]
    given = {"current": current(neuron, torch.float32, 120, 37), "network": network, "p": parameters(neuron)}
    run, expected = pair(neuron, given | {"record": "all"})
    assert expected.spikes.sum() > 20
    assert same(ran(run, slices=5), expected)


def test_a_network_of_a_thousand():
    g = torch.Generator().manual_seed(3)
    w = (torch.randn(1000, 1000, generator=g) * 0.2) * (torch.rand(1000, 1000, generator=g) < 0.1)
    given = {"current": 1.2 + torch.rand(150, 1000, generator=g), "network": Projection(w.to_sparse_csr(), 3)}
    run, expected = pair(LIF, given)
    assert expected.spikes.sum() > 2000
    assert same(ran(run), expected)


def test_synapses_that_tire():
    release = TsodyksMakramParameters()
    network = Projection(weights(30, torch.float32), 2, release=release)
    run, expected = pair(LIF, {"current": current(LIF, torch.float32, 200, 30), "network": network})
    assert expected.spikes.any()
    assert same(ran(run), expected)


def test_spikes_on_their_way_before_the_run():
    g = torch.Generator().manual_seed(1)
    given = {"network": Projection(weights(20, torch.float32), 4), "history": torch.rand(4, 20, generator=g) < 0.5}
    run, expected = pair(LIF, given | {"current": torch.zeros(50, 20), "record": "all"})
    assert run.about["arrays"]["z"]["before"] == 4
    assert same(ran(run), expected)
    assert expected.variables["v"].abs().max() > 0


def test_a_run_goes_on_from_another():
    given = {"current": torch.full((100, 6), 1.4), "noise": Noise(0.3, 0.005, seed=4), "record": "all"}
    first = simulate(LIF, **given)
    run, expected = pair(LIF, given | {"resume": first})
    assert same(ran(run), expected)


def test_blocks_of_neurons():
    run, expected = pair(CobaLIF, of(CobaLIF, N=2100, own=True))
    assert same(ran(run, slices=3), expected)


# -- sizes, and what goes wrong ---------------------------------------------------------------------------------------


def test_a_million_steps_in_parts():
    run, expected = pair(LIF, {"current": torch.full((1_000_000, 1), 1.3), "dt": 1e-4})
    assert expected.spikes.sum() > 1000
    assert same(ran(run, slices=60), expected)


def test_a_hundred_modules_made_and_let_go():
    """Each has a memory of its own that ends with it."""
    for k in range(100):
        run, expected = pair(LIF, {"current": torch.full((20, 3 + k % 5), 2.0 + k), "dt": 0.01})
        assert same(ran(run), expected)


def test_a_state_that_ceases_to_be_finite_is_told_by_step_and_block():
    given = {"current": torch.zeros(50, 1030), "p": IzhikevichParameters(0.02, 0.2, -65.0, 8.0)}
    given["current"][20, 1027] = -1e38
    with pytest.raises(Diverged) as told:
        simulate(Izhikevich, **given)
    memory = ran(portable(Izhikevich, **given, record="all"))
    step, block = memory["status"][0]
    assert (step, block) == (told.value.step, 1024)
    assert not np.isfinite(memory[f"s.{told.value.variable}"][0, 1027]) and np.isfinite(memory["s.v"][0, 0])


def test_its_description_is_data():
    """What JSON holds and gives back is the same, numbers that are not finite and of 64 bits too."""
    p = LIFParameters(v_th=float("inf"))
    given = {"current": torch.ones(10, 3), "p": p, "noise": Noise(0.1, seed=-(2**63))}
    about = portable(LIF, **given).about
    assert json.loads(json.dumps(about, allow_nan=False)) == about
    assert about["numbers"]["p.v_th"] == "Infinity" and about["numbers"]["seed"] == str(-(2**63))


def test_the_same_kernel_is_compiled_once():
    a, b = (portable(LIF, current=torch.full((50, 4), x)) for x in (1.0, 2.0))
    assert a.code is b.code
    assert a.code[:8] == b"\0asm\1\0\0\0" and len(a.code) < 4000


def test_what_cannot_be_compiled_is_refused_by_name():
    def step(x, s, p, dt):
        v = torch.special.bessel_j0(s[0]) + x
        return (v > 1.0).to(v.dtype), (v,)

    with pytest.raises(ValueError, match="bessel_j0"):
        portable(step, current=torch.ones(5, 2), state=(torch.zeros(2),), p=(), record=())
    with pytest.raises(ValueError, match="plasticity"):
        rule = Projection(weights(5, torch.float32).abs(), 1, learning=STDPParameters())
        portable(LIF, current=torch.ones(5, 5), network=rule)
    with pytest.raises(ValueError, match="dt = -1"):
        portable(LIF, current=torch.ones(5, 2), dt=-1)


def test_a_call_into_a_library_is_refused_by_name():
    from snnlab.engine.llvm import Unprintable
    from snnlab.engine.wasm import compiled

    text = """declare float @cosf(float)
define void @run(ptr %a) {
  %x = load float, ptr %a
  %y = call float @cosf(float %x)
  store float %y, ptr %a
  ret void
}"""
    with pytest.raises(Unprintable, match="function cosf"):
        compiled(text, "run")
    text = """@numbers = constant [4 x float] [float 1.0, float 2.0, float 3.0, float 4.0]
define void @run(ptr %a, i64 %k) {
  %place = getelementptr float, ptr @numbers, i64 %k
  %y = load float, ptr %place
  store float %y, ptr %a
  ret void
}"""
    with pytest.raises(Unprintable, match="constant data"):
        compiled(text, "run")
