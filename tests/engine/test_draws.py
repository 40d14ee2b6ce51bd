"""Random numbers of many neurons at once are those of each."""

import pytest
import torch

from snnlab.core.random import uniform
from snnlab.engine import draws as module
from snnlab.engine.llvm import Unprintable


@pytest.mark.parametrize("seed", [0, 7, 2**31])
@pytest.mark.parametrize(("steps", "neurons"), [(1, 1), (300, 7), (3, 70_000)])
def test_they_are_uniform_of_seed_step_and_neuron(seed, steps, neurons):
    expected = uniform(seed, torch.arange(steps)[:, None], torch.arange(neurons))
    assert torch.equal(module.draws(seed, steps, neurons), expected)


def test_without_a_compiler_they_are_the_same(monkeypatch):
    found = module.draws(5, 400, 300)

    def refuse(*given):
        raise Unprintable("llvmlite is not installed")

    monkeypatch.setattr(module, "_by_kernel", refuse)
    assert torch.equal(module.draws(5, 400, 300), found)
