"""What a function of a definition gives, or how it is called, is told by its name where it is wrong."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from snnlab import functional as F
from snnlab.core import feed_forward, record
from snnlab.engine import simulate
from snnlab.models import model_of, stimulus_of
from snnlab.models.stimuli.waveforms import ConstantParameters, Kind
from snnlab.symbolic import equations

STATE = r"LIFFeedForwardState\(v, i\)"
WRONG = {
    "flow": [
        (lambda s, I, p: (s.v,), f"Mine.flow gives 1 values: give {STATE}"),
        (lambda s, I, p: F.LIFFeedForwardState(v=s.v), r"Mine.flow\(s, I, p\) fails: .*argument: 'i': it is to give"),
        (lambda s, p: s, rf"Mine.flow\(s, I, p\) fails: .* 3 were given: it is to give {STATE}"),
        (lambda s, I, p: s._replace(v=p.tau), r"Mine.flow\(s, I, p\) fails: .*no attribute 'tau'"),
    ],
    "reset": [(lambda s, p: s.v, f"Mine.reset gives a Tensor: give {STATE}")],
    "rest": [(lambda p: (), f"Mine.rest gives 0 values: give {STATE}")],
    "excess": [(lambda s: s.v, r"Mine.excess\(s, p\) fails: .* it is to give a tensor, > 0 at a spike")],
    "receive": [(lambda s, x, p: s.i + x, f"Mine.receive gives a Tensor: give {STATE}")],
}
CASES = [(name, function, words) for name, cases in WRONG.items() for function, words in cases]
USES = {
    "run": lambda neuron: simulate(neuron, current=torch.ones(5, 1)),
    "step": feed_forward,
    "model": model_of,
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize(("name", "function", "words"), CASES)
def test_a_neuron(name, function, words, use):
    neuron = replace(F.LIF, name="Mine", **{name: function})
    with pytest.raises(ValueError, match=words):
        USES[use](neuron)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"flow": lambda s, S, p: (s.t_pre,)}, r"Mine.flow gives 1 values: give STDPTraces\(t_pre, t_post\)"),
        ({"pairs": lambda s, z, p: z.pre}, r"Mine.pairs gives a Tensor: give Changes\(potentiation, depression\)"),
        ({"pairs": lambda s, z, p: (z.pre,)}, "Mine.pairs gives 1 values"),
        ({"learn": lambda w, p: w}, r"Mine.learn\(w, potentiation, depression, p\) fails: .* to give the weight"),
        ({"learn": lambda w, potentiation, depression, p: 1.0}, "Mine.learn gives a float: give the weight, a tensor"),
    ],
)
def test_a_rule(given, words):
    with pytest.raises(ValueError, match=words):
        replace(F.STDP, name="Mine", **given)


def test_arguments_of_other_names():
    def flow(state, current, p):
        return F.LIF.flow(state, current, p)

    neuron = replace(F.LIF, name="Mine", flow=flow)
    assert simulate(neuron, current=torch.ones(5, 1)).backend == "llvm"
    with pytest.raises(ValueError, match=r"flow\(state, current, p\) is called with other names: .* s, I, p"):
        equations(neuron)
    rule = replace(F.STDP, name="Mine", learn=lambda weight, plus, minus, p: F.STDP.learn(weight, plus, minus, p))
    with pytest.raises(ValueError, match="call its arguments w, potentiation, depression, p"):
        model_of(rule)().equations()


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        (lambda t, p: p.amplitude if t > 5 else 0 * t, "`if`, float.. or .item.. takes out of a tensor .* use where"),
        (lambda t, p: p.amplitude * float(t), "cannot be recorded: use where"),
        (lambda t, p: p.amplitude * np.sin(t), "__array__, by which numbers leave torch, .* write it in torch"),
        (lambda t, p: p.amplitude * torch.as_tensor(t.numpy() + 1), "numpy, by which numbers leave torch"),
    ],
)
def test_a_formula(formula, words):
    stimulus = stimulus_of(Kind("Mine", "mine", ConstantParameters, formula))()
    with pytest.raises(ValueError, match=f"the formula of Mine cannot be recorded: .*{words}"):
        stimulus.sample(10, 0.1)


def test_torch_itself_has_no_names_to_hold():
    assert record(torch.sigmoid, input=torch.rand(1)).operations[0].name == "sigmoid"
