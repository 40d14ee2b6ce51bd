"""Long loops do what is left beside whole vectors in masked ones: no number depends on which neurons are beside it."""

import platform
from contextlib import ExitStack, contextmanager

import pytest
import torch

from snnlab.core.tuples import mapped
from snnlab.engine import fused, ir, llvm, simulate
from snnlab.engine.request import request
from snnlab.engine.run import planned
from snnlab.functional import FitzHughNagumo, HodgkinHuxley

LEFT_OVER = (2, 7, 8, 9, 15, 16, 17, 31)  # beside vectors of 4, 8 and 16, two at once or not


def ran(neuron, N: int, dtype=torch.float32):
    """Spikes, states and gradient of the first of neurons with ever more current, from rest."""
    x = neuron.current.default * torch.linspace(0.5, 1.5, 40, dtype=dtype)[:N]
    x = x.expand(300, N).clone().requires_grad_()
    state = mapped(lambda value: value.to(dtype), neuron.rest(neuron.parameters()))
    run = simulate(neuron, current=x, state=state, dt=neuron.dt / 1000, record="all", backend="llvm")
    (gradient,) = torch.autograd.grad(run.variables["v"].sum(), x)
    return {"z": run.spikes.detach(), **{k: v.detach() for k, v in run.variables.items()}, "gradient": gradient}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("neuron", [FitzHughNagumo, HodgkinHuxley], ids=lambda n: n.name)
def test_a_neuron_has_the_same_bits_whoever_is_beside_it(neuron, dtype):
    whole = ran(neuron, 40, dtype)
    assert whole["z"].any()
    for N in LEFT_OVER:
        part = ran(neuron, N, dtype)
        assert [name for name, x in part.items() if not torch.equal(x, whole[name][:, :N])] == [], N


@contextmanager
def other_masks():
    """Kernels are made anew, with masks where this machine does without and without where it has them; none stays."""
    with ExitStack() as after, pytest.MonkeyPatch.context() as patch:
        patch.setattr(llvm, "long_loops", lambda masks: ir.long_loops(not masks, vectors=1))
        patch.setattr(fused, "_module", llvm.Compiled)
        for kept in (fused.plan_of, fused.forward_program, fused.backward_program):
            kept.cache_clear()
            after.callback(kept.cache_clear)
        yield


def test_a_machine_without_masks_gives_the_same_bits():
    masked = ran(HodgkinHuxley, 31)
    with other_masks():
        other = ran(HodgkinHuxley, 31)
    assert [name for name, x in masked.items() if not torch.equal(x, other[name])] == []


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="for a processor of that kind")
@pytest.mark.parametrize("masks", [True, False])
def test_the_copy_of_a_loop_for_neurons_one_by_one_is_saved_by_masks(masks):
    """It divides single numbers, vectors divide many; what the loop does not change is divided once in front of it."""
    binding, target = llvm._binding()
    machine = target.create_target_machine(cpu="skylake-avx512", features="", opt=3)
    x = HodgkinHuxley.current.default * torch.ones(10, 31)
    plan, _, _ = planned(request(HodgkinHuxley, x, None, None, None, 2.5e-5, ("v",), None, 1, None, True, *5 * [None]))
    text = plan.program.text + ir.long_loops(masks)
    lines = str(llvm.optimised(binding, binding.parse_assembly(text), machine)).splitlines()
    single = sum("fdiv float" in line for line in lines)
    assert (single < 5) == masks
    assert sum("fdiv <16 x float>" in line for line in lines) > 10
