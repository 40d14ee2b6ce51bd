"""What every neuron keeps, whatever its equations are: a new entry of NEURONS is held to it without a new test.

What holds for a neuron of anybody is `snnlab.testing`; here are the names of all, and the functions that are exported.
"""

import inspect
import re
from collections import namedtuple

import pytest
import torch

from snnlab import functional
from snnlab.core import Nest
from snnlab.functional import (
    NEURONS,
    IzhikevichState,
    LIFState,
    LIParameters,
    izhikevich_feed_forward_step,
    lif_current_encoder,
    lif_step,
    lif_step_integral,
)
from snnlab.testing import parametrize_with_checks
from snnlab.testing.inputs import DT, near_threshold, nested_parameters
from snnlab.testing.neurons import begins_at_rest


@parametrize_with_checks(NEURONS)
def test_contract(definition, check):
    check(definition)


@pytest.mark.parametrize("neuron", NEURONS, ids=lambda neuron: neuron.name)
def test_every_neuron_here_begins_at_a_fixed_point(neuron):
    """And is asked for it: none says that it has none."""
    assert begins_at_rest(neuron)


def test_names_are_unique():
    assert len({neuron.name for neuron in NEURONS}) == len(NEURONS) >= 17
    assert len({neuron.title or neuron.name for neuron in NEURONS}) == len(NEURONS)


# ---- every step that is exported ----------------------------------------------------------------------------------

STEPS = {
    name: function
    for name, function in vars(functional).items()
    if inspect.isfunction(function) and hasattr(function, "neuron")
}
ENCODERS = [name for name in STEPS if name.endswith("_encoder")]
OVER_TIME = [name for name in STEPS if name.endswith("_integral")]
SPARSE = [name for name in STEPS if STEPS[name].__name__.endswith("_sparse")]  # torch maps and compiles dense ones only
DENSE = [name for name in STEPS if name not in {*SPARSE, *OVER_TIME}]
WITH_STATE = [name for name in STEPS if name not in ENCODERS]
N_IN, N, BATCH = 4, 3, 2


def arguments(name):
    """Arguments of a step by name, in float64: a batch of layers around the threshold."""
    neuron, names = STEPS[name].neuron, inspect.signature(STEPS[name]).parameters
    generator = torch.Generator().manual_seed(3)

    def uniform(*shape):
        return torch.rand(shape, generator=generator, dtype=torch.float64)

    def state():
        of_layer = type(STEPS[name].initial(nested_parameters(neuron), (BATCH, N)))
        s = [f.expand(BATCH, N) + 0.3 * uniform(BATCH, N) for f in near_threshold(neuron, N)]
        return Nest(of_layer).build([uniform(BATCH, N).round(), *s] if "recurrent_weights" in names else s)

    make = {
        "state": state, "s": state, "p": lambda: nested_parameters(neuron), "dt": lambda: DT,
        "input_weights": lambda: uniform(N, N_IN) - 0.5,
        "recurrent_weights": lambda: uniform(N, N) - 0.5,
        "g_coupling": lambda: uniform(N, N) - 0.5,
        "voltage": lambda: uniform(BATCH, N), "adaptation": lambda: uniform(BATCH, N),
    }  # fmt: skip
    shape = (BATCH, N_IN if "input_weights" in names else N)
    shape = (3, *shape) if name in OVER_TIME else shape
    return {key: make[key]() if key in make else 2 * uniform(*shape) - 0.5 for key in names}


def leaves(value):
    if not isinstance(value, tuple):
        return [value]
    return [leaf for part in value for leaf in leaves(part)]


def total(outputs):
    """A loss in which every output has a weight of its own."""
    return sum((k + 1) * leaf.sum() for k, leaf in enumerate(leaves(outputs)))


def watched(given):
    """The tensors of input and state, which every step gives gradients."""
    found = [leaf for key, value in given.items() if key not in ("p", "dt") for leaf in leaves(value)]
    return [leaf.requires_grad_() for leaf in found]


def assert_same(found, expected):
    for a, b in zip(found, expected, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-11, atol=1e-11)  # the same operations in another order


def test_lists_of_steps():
    assert len(STEPS) >= 54
    assert len(DENSE) >= 47
    assert len(OVER_TIME) >= 2
    assert len(SPARSE) >= 5
    assert len(ENCODERS) >= 3


def one_of_each_option(names):
    """A step takes two seconds to compile: one with each option of its wrapper by day, all others by night."""
    seen, found = set(), []
    for name in names:
        made = getattr(STEPS[name], "layer", None)
        options = name.rpartition("_")[2] if made is None else (made.weights, made.coupling, made.detach_reset)
        late = options in seen or (made is not None and made.adjoint)
        if not late:
            seen.add(options)
        found.append(pytest.param(name, marks=[pytest.mark.nightly] if late else []))
    return found


@pytest.mark.parametrize("name", one_of_each_option([*DENSE, *OVER_TIME]))
def test_compiled_step_is_the_eager_one(name):
    """In one graph, forwards and backwards, adjoint steps included; Inductor's own rounding is none of our business."""
    torch._dynamo.reset()
    given = arguments(name)
    inputs = watched(given)
    compiled = torch.compile(STEPS[name], fullgraph=True, backend="aot_eager")
    found, expected = compiled(**given), STEPS[name](**given)
    assert type(found[1]) is type(expected[1])
    assert_same(leaves(found), leaves(expected))
    gradients = [torch.autograd.grad(total(o), inputs, materialize_grads=True) for o in (found, expected)]
    assert_same(*gradients)
    assert any(g.abs().max() > 0 for g in gradients[1])


@pytest.mark.parametrize("name", DENSE)
def test_mapped_step_is_the_batched_one(name):
    """vmap over the batch, and vmap of grad, as for a gradient of each sample."""
    given = arguments(name)
    names = [key for key in given if key not in ("p", "dt", "input_weights", "recurrent_weights", "g_coupling")]
    fixed = {key: value for key, value in given.items() if key not in names}

    def one(*values):
        return STEPS[name](**dict(zip(names, values, strict=True)), **fixed)

    batch = [given[key] for key in names]
    assert_same(leaves(torch.vmap(one)(*batch)), leaves(one(*batch)))
    each = torch.vmap(torch.func.grad(lambda *values: total(one(*values))))(*batch)
    watched(given)
    (expected,) = torch.autograd.grad(total(one(*batch)), batch[:1])
    assert_same([each], [expected])


@pytest.mark.parametrize("name", [name for name in WITH_STATE if name not in OVER_TIME])
def test_a_wrong_tuple_is_named(name):
    """State and parameters: the message says which argument, what came, and what to give."""
    given = arguments(name)
    state = "s" if "s" in given else "state"
    wrong = namedtuple("Wrong", ("one", "two"))(torch.zeros(BATCH, N), torch.zeros(BATCH, N))
    for argument in (state, "p"):
        fields = type(given[argument])
        with pytest.raises(ValueError, match=rf"^{argument} is a Wrong: give {fields.__name__}\({fields._fields[0]}"):
            STEPS[name](**given | {argument: wrong})


@pytest.mark.parametrize("name", [name for name in WITH_STATE if name not in OVER_TIME])
def test_a_wrong_shape_is_named(name):
    """Weights that fit neither input nor each other, a state that does not broadcast, and parameters that do not."""
    given = arguments(name)
    state = "s" if "s" in given else "state"
    nest = Nest(type(given[state]))
    values = nest.leaves(given[state], state)
    field = STEPS[name].neuron.state._fields[-1]
    wrong: dict = {
        state: (nest.build([*values[:-1], torch.zeros(BATCH, N + 4)]), rf"^{state}\.{field} of shape \(2, 7\)")
    }
    wrong["input_weights"] = (
        torch.zeros(N, N_IN + 1, dtype=torch.float64),
        r"^input_weights of shape \(3, 5\).*give \[n, 4\]",
    )
    wrong["recurrent_weights"] = (
        torch.zeros(N, N + 1, dtype=torch.float64),
        r"^recurrent_weights of shape \(3, 4\).*give \[3, 3\]",
    )
    wrong["g_coupling"] = torch.zeros(N, N + 1, dtype=torch.float64), r"^g_coupling of shape \(3, 4\).*give \[3, 3\]"
    for argument, (value, message) in wrong.items():
        if argument in given:
            with pytest.raises(ValueError, match=message):
                STEPS[name](**given | {argument: value})


WRONG = {
    "state.z = ": lambda x, s, w, r: lif_step(x, s._replace(z=torch.zeros(2, 5)), w, r),
    "the input has no dimension": lambda x, s, w, r: lif_step(torch.tensor(1.0), s, w, r),
    "input_weights = None": lambda x, s, w, r: lif_step(x, s, None, r),
    "recurrent_weights = None": lambda x, s, w, r: lif_step(x, s, w, None),
    "recurrent_weights of shape (1, 3)": lambda x, s, w, r: lif_step(x, s, w, r[:1]),
    "dt = nan": lambda x, s, w, r: lif_step(x, s, w, r, dt=float("nan")),
    "dt = -0.001": lambda x, s, w, r: lif_step(x, s, w, r, dt=-0.001),
    "needs one step or more": lambda x, s, w, r: lif_step_integral(torch.zeros(0, 2, 4), s, w, r),
    "p is a LIParameters": lambda x, s, w, r: lif_current_encoder(x, x, LIParameters()),
    "give p = IzhikevichParameters": lambda x, s, w, r: izhikevich_feed_forward_step(x, IzhikevichState(x, x)),
}


@pytest.mark.parametrize("words", WRONG)
def test_what_is_wrong_is_said(words):
    s = LIFState(*[torch.zeros(2, 3)] * 3)
    with pytest.raises(ValueError, match=re.escape(words)):
        WRONG[words](torch.ones(2, 4), s, torch.rand(3, 4), torch.rand(3, 3))
