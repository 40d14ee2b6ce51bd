"""A typed neuron as a file: the same neuron, to the bit, and one that keeps the contract."""

import pytest
import torch

from snnlab import functional as F
from snnlab import simulate
from snnlab.core import annotations, rk4
from snnlab.models import model_of
from snnlab.models.typed import neuron, neuron_code
from snnlab.testing import check
from tests.models.typed.texts import LIF, TEXTS

EVERYTHING = """
name: Every function
title: Every "function"
dv/dt = (where(v > -50 and not v < -90, 2*lambda, 0.5) - v/10 - 6.5 + k + I + in_) / tau : mV
dw/dt = (exprel(-w) - erf(w) - w + sigmoid(w) - tanh(w)) / tau : 1
in_ = 0.1*clip(v/100, -1, w) + 0.1*min(w, 1, v/v0) + 0.001*max(w, sin(v/v0), 0.5)
lambda = exp(-abs(w)) + log(1 + w**2) + sqrt(abs(w)) + floor(w) + sign(w)
k = 2*sin(0.5) + exprel(0)
v0 = 10 mV
tau = 10 ms
I = 30 in 0 .. 40
spike: v > 0
reset: v = -65; w += 0.1; w *= 0.9
refractory: 3 ms
receive: v += x; w = w + 0.1*x
"""


def executed(code):
    names = {"__name__": "exported"}
    exec(compile(code, "<exported>", "exec"), names)
    return names


@pytest.mark.parametrize("name", [*TEXTS, "everything"])
def test_the_file_has_the_same_bits(name):
    text = (TEXTS | {"everything": EVERYTHING}).get(name)
    typed = neuron(text)
    filed = executed(neuron_code(typed))[typed.name]
    for field in ("name", "title", "doc", "source", "port", "crosses", "current"):
        assert getattr(filed, field) == getattr(typed, field)
    assert str(annotations(filed.parameters)) == str(annotations(typed.parameters))
    assert str(annotations(filed.state)) == str(annotations(typed.state))
    x = torch.rand(2000, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    found = []
    for one in (typed, filed):
        p = model_of(one)().p(torch.float64, dt=0.02)
        more = {"spikes": (x < 0.02).double()} if one.receive else {}
        for advance in (None, rk4):
            found.append(simulate(one, current=2 * typed.current.default * x, p=p, dt=2e-5, advance=advance, **more))
    for ours, theirs in zip(found[:2], found[2:], strict=True):
        assert torch.equal(ours.spikes, theirs.spikes)
        for a, b in zip(ours.state, theirs.state, strict=True):
            assert torch.equal(a, b) and a.isfinite().all()


def test_the_file_keeps_the_contract():
    check(executed(neuron_code(neuron(LIF)))["MyLIF"])


def test_one_that_is_not_typed_is_refused():
    with pytest.raises(ValueError, match="the neuron LIF, which is not typed"):
        neuron_code(F.LIF)
