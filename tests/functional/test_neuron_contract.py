"""What every neuron keeps, whatever its equations are: a new entry of NEURONS is held to it without a new test."""

import inspect
import re
from collections import namedtuple

import pytest
import torch

from snnlab import functional
from snnlab.core import Nest, Quantity, Steps, annotations, readout, received, recurrent, step
from snnlab.engine import simulate
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
from snnlab.models import NEURONS as MODELS


def over(neurons):
    return pytest.mark.parametrize("neuron", neurons, ids=lambda neuron: neuron.name)


each_neuron = over(NEURONS)
each_spiking_neuron = over([neuron for neuron in NEURONS if neuron.excess is not None])
each_integrator = over([neuron for neuron in NEURONS if neuron.excess is None])
DT = 1e-4  # s


def parameters(neuron, dtype=torch.float64):
    """The textbook's parameters as scalar tensors."""
    return MODELS[neuron.name]().p(dtype, dt=1000 * DT)


def random_state(neuron, *shape, seed=0, dtype=torch.float64):
    """States all over the range in which they are drawn, some beyond the threshold, many refractory."""
    generator = torch.Generator().manual_seed(seed)

    def draw(mark):
        uniform = torch.rand(shape, generator=generator, dtype=dtype)
        return (
            torch.relu(torch.floor(8 * uniform - 3))
            if isinstance(mark, Steps)
            else mark.low + (mark.high - mark.low) * uniform
        )

    return neuron.state(*map(draw, annotations(neuron.state).values()))


def drive(neuron, *shape, seed=1, dtype=torch.float64):
    """Random input at the neuron's port; spikes carry weights of both signs."""
    x = torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)
    return {"spikes": 2 * x - 0.5} if neuron.port == "spikes" else {"current": neuron.current.default * x}


@each_neuron
@pytest.mark.parametrize("fields", ["parameters", "state"])
def test_every_field_is_annotated(neuron, fields):
    owner = getattr(neuron, fields)
    found = annotations(owner)
    assert tuple(found) == owner._fields
    assert all(mark.doc for mark in found.values())


@each_neuron
def test_says_what_it_is(neuron):
    assert neuron.name.isidentifier()
    assert neuron.doc.endswith(".")
    assert neuron.source
    assert neuron.current.allowed[0] <= neuron.current.low < neuron.current.default <= neuron.current.high
    assert neuron.port in ("spikes", "current")
    assert neuron.lands in ("before", "after")
    assert (neuron.receive is not None) or neuron.port == "current"
    assert (neuron.excess is None) == (neuron.reset is None)
    assert neuron.receive is not None or not neuron.channels


def test_names_are_unique():
    assert len({neuron.name for neuron in NEURONS}) == len(NEURONS) >= 17
    assert len({neuron.title or neuron.name for neuron in NEURONS}) == len(NEURONS)


@each_neuron
def test_rest_is_a_fixed_point_without_input(neuron):
    """A run that begins at rest, without input, must not move: nothing on screen may come from the start alone."""
    p = parameters(neuron)
    rest = neuron.rest(p)
    for name, rate in neuron.flow(rest, 0.0, p)._asdict().items():
        # The terms of a rate cancel. They are at most some hundred mV over 1 ms, 1e6 mV/s, of which float64 keeps
        # 16 digits and the root in the fixed point loses a few.
        assert abs(rate.item()) <= 1e-8, f"d{name}/dt = {rate.item()}"


@each_neuron
def test_rest_is_silent(neuron):
    run = simulate(neuron, current=torch.zeros(2000, dtype=torch.float64), p=parameters(neuron), dt=DT)
    assert not run.spikes.any()


@each_spiking_neuron
def test_usual_drive_makes_it_fire(neuron):
    current = torch.full((2000,), neuron.current.default, dtype=torch.float64)
    assert simulate(neuron, current=current, p=parameters(neuron), dt=DT).spikes.sum() >= 1


@each_integrator
def test_an_integrator_never_fires_but_follows(neuron):
    """Whatever its input: its output is its membrane potential, which the drive moves."""
    s, x = random_state(neuron, 200), drive(neuron, 200)
    z, _ = step(neuron, s, parameters(neuron), DT, **{port: 1e6 * value for port, value in x.items()})
    assert torch.equal(z, torch.zeros(200, dtype=torch.float64))
    current = torch.full((2000,), neuron.current.default, dtype=torch.float64)
    run = simulate(neuron, current=current, p=parameters(neuron), dt=DT)
    assert not run.spikes.any()
    assert run.variables["v"][-1] != run.variables["v"][0]


@each_neuron
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0,)])
def test_flow_keeps_shapes(neuron, shape):
    s = random_state(neuron, *shape)
    rates = neuron.flow(s, torch.ones(shape, dtype=torch.float64), parameters(neuron))
    assert type(rates) is neuron.state
    assert all(rate.shape == shape for rate in rates)
    assert all(rate.isfinite().all() for rate in rates)


@each_neuron
def test_scalar_parameters_serve_all_neurons(neuron):
    """A step on [4, 3, 5] is the step on each of the sixty neurons. Bit for bit: no operation mixes them."""
    shape, p = (4, 3, 5), parameters(neuron)
    s, x = random_state(neuron, *shape), drive(neuron, *shape)
    z, after = step(neuron, s, p, DT, **x)
    assert z.shape == shape
    for index in torch.cartesian_prod(*map(torch.arange, shape)):
        at = tuple(index.tolist())
        one = neuron.state(*(field[at] for field in s))
        z_one, after_one = step(neuron, one, p, DT, **{port: value[at] for port, value in x.items()})
        assert z_one == z[at]
        assert all(a == b[at] for a, b in zip(after_one, after, strict=True))


@each_neuron
def test_each_neuron_may_have_its_own_parameters(neuron):
    """A sweep is a parameter with more entries: a step with tensors of parameters is the steps with their elements."""
    p, n = parameters(neuron), 6
    factors = torch.linspace(0.9, 1.1, n, dtype=torch.float64)
    swept = neuron.parameters(*(v * factors if torch.is_tensor(v) else v for v in p))
    s, x = random_state(neuron, n), drive(neuron, n)
    z, after = step(neuron, s, swept, DT, **x)
    for k in range(n):
        one = neuron.parameters(*(v[k] if torch.is_tensor(v) else v for v in swept))
        z_one, after_one = step(
            neuron, neuron.state(*(f[k] for f in s)), one, DT, **{port: value[k] for port, value in x.items()}
        )
        assert z_one == z[k]
        assert all(a == b[k] for a, b in zip(after_one, after, strict=True))


@each_neuron
def test_parameters_broadcast_with_states(neuron):
    """A column of parameters and a row of states make a table."""
    p, factors = parameters(neuron), torch.linspace(0.9, 1.1, 4, dtype=torch.float64)
    s, x = random_state(neuron, 5), drive(neuron, 5)
    swept = neuron.parameters(*(v * factors[:, None] if torch.is_tensor(v) else v for v in p))
    z, after = step(neuron, s, swept, DT, **x)
    z, *fields = torch.broadcast_tensors(z, *after)
    assert z.shape == (4, 5)
    for k, factor in enumerate(factors):
        row = neuron.parameters(*(v * factor if torch.is_tensor(v) else v for v in p))
        z_row, after_row = step(neuron, s, row, DT, **x)
        assert torch.equal(z[k], z_row)
        assert all(torch.equal(a[k], b) for a, b in zip(fields, after_row, strict=True))


@each_neuron
def test_a_spike_resets_and_silence_does_not(neuron):
    """A step, told again with `where`: receive, drift, jump, hold, or receive at the end."""
    p = parameters(neuron)
    s, x = random_state(neuron, 200), drive(neuron, 200)
    z, after = step(neuron, s, p, DT, **x)
    assert 0 < z.sum() < len(z) or neuron.excess is None
    assert set(z.tolist()) <= {0.0, 1.0}
    landed = received(neuron, s, x["spikes"], p) if "spikes" in x and neuron.lands == "before" else s
    drifted = neuron.advance(landed, x.get("current", 0.0), neuron.flow, p, DT)
    fired, expected = torch.zeros(200, dtype=torch.float64), drifted
    if neuron.excess is not None:
        above = neuron.excess(drifted, p) > 0
        fired = above.double()
        jumped = neuron.reset(drifted, p)
        expected = neuron.state(*(torch.where(above, *both) for both in zip(jumped, drifted, strict=True)))
    if neuron.hold is not None:
        held, expected = neuron.hold(s, fired, expected, p)
        assert ((held == 0) | (fired == 1)).all(), "holding makes no spikes"
        fired = held
    if "spikes" in x and neuron.lands == "after":
        expected = received(neuron, expected, x["spikes"], p)
    assert torch.equal(z, fired)
    assert all(map(torch.equal, after, expected))


@over([neuron for neuron in NEURONS if neuron.receive is not None])
def test_an_input_spike_lands_when_the_neuron_says(neuron):
    """Before the drift it takes part in it; after, it waits for the next step. Where `lands` is after, v is still."""
    p, s = parameters(neuron), neuron.rest(parameters(neuron))
    one = torch.tensor(0.5, dtype=torch.float64)
    _, with_spike = step(neuron, s, p, DT, spikes=one)
    _, without = step(neuron, s, p, DT, spikes=0 * one)
    moved = {f for f, a, b in zip(neuron.state._fields, with_spike, without, strict=True) if a != b}
    landed = received(neuron, s, one, p)
    received_by = {f for f, a, b in zip(neuron.state._fields, landed, s, strict=True) if a is not b and (a != b).any()}
    assert moved == (received_by | {"v"} if neuron.lands == "before" else received_by)


@over([neuron for neuron in NEURONS if neuron.channels])
def test_channels_take_a_signed_input_apart(neuron):
    p, s, x = parameters(neuron), random_state(neuron, 50), drive(neuron, 50)["spikes"]
    whole = step(neuron, s, p, DT, spikes=x)
    parts = step(neuron, s, p, DT, spikes=tuple(channel(x) for channel in neuron.channels))
    assert torch.equal(whole[0], parts[0])
    assert all(map(torch.equal, whole[1], parts[1]))
    alone = [received(neuron, s, 0 * x + sign, p) for sign in (1.0, -1.0)]
    assert any(not torch.equal(a, b) for a, b in zip(*alone, strict=True)), "the channels differ"


@each_neuron
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("gradient", [False, True])
def test_keeps_dtype(neuron, dtype, gradient):
    s = neuron.state(*(f.requires_grad_(gradient) for f in random_state(neuron, 20, dtype=dtype)))
    z, after = step(neuron, s, parameters(neuron, dtype), DT, **drive(neuron, 20, dtype=dtype))
    assert z.dtype == dtype
    assert {f.dtype for f in after} == {dtype}
    assert z.requires_grad == (gradient and neuron.excess is not None)
    assert all(f.requires_grad == gradient for f in after)


@each_neuron
def test_float32_and_float64_agree(neuron):
    """One step in float32 is the step in float64 to seven digits of the largest term.

    The quadratic of an Izhikevich neuron has terms up to 500 mV/ms, so a tenth of a millisecond moves v by up to 50 mV:
    1e-5 relative to the range of the state is what rounding of such sums may make.
    """
    s = random_state(neuron, 500)
    z, after = step(neuron, s, parameters(neuron), DT, **drive(neuron, 500))
    single = neuron.state(*(f.float() for f in s))
    z_single, after_single = step(
        neuron, single, parameters(neuron, torch.float32), DT, **{k: x.float() for k, x in drive(neuron, 500).items()}
    )
    assert torch.equal(z.float(), z_single)
    for name, mark in annotations(neuron.state).items():
        apart = (getattr(after, name) - getattr(after_single, name)).abs().max()
        assert apart <= 1e-5 * (mark.high - mark.low), name


@each_neuron
def test_vmap_gives_the_batched_step(neuron):
    p, s, x = parameters(neuron), random_state(neuron, 7), drive(neuron, 7)
    z, after = step(neuron, s, p, DT, **x)
    z_mapped, mapped = torch.vmap(lambda s, x: step(neuron, s, p, DT, **x))(s, x)
    assert torch.equal(z, z_mapped)
    assert all(map(torch.equal, after, mapped))


def near_threshold(neuron, n):
    """States a little below and above the threshold, where a surrogate has a slope worth looking at."""
    p = parameters(neuron)
    s = neuron.state(*(f.expand(n).clone() for f in neuron.rest(p)))
    v_th = s.v if neuron.excess is None else -neuron.excess(s._replace(v=0 * s.v), p)
    return s._replace(v=v_th + torch.linspace(-2, 2, n, dtype=torch.float64))


def weighted_sum(z, s):
    """A loss that sees spikes and every state variable."""
    return (2 * z).sum() + sum(((k + 1) * f).sum() for k, f in enumerate(s))


@each_neuron
@pytest.mark.parametrize("way", ["vmap of grad", "grad of vmap", "backward through vmap"])
def test_vmap_keeps_surrogate_gradients(neuron, way):
    """Whichever way functions are transformed, the gradient is the one of the plain step."""
    p, s = parameters(neuron), near_threshold(neuron, 6)

    def loss(v, rest):
        return weighted_sum(*step(neuron, rest._replace(v=v), p, DT))

    v = s.v.clone().requires_grad_()
    (expected,) = torch.autograd.grad(loss(v, s), v)
    match way:
        case "vmap of grad":
            found = torch.vmap(torch.func.grad(loss))(s.v, s)
        case "grad of vmap":
            found = torch.func.grad(lambda v: torch.vmap(loss)(v, s).sum())(s.v)
        case _:
            (found,) = torch.autograd.grad(torch.vmap(loss)(v, s).sum(), v)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)  # the same operations in another order


@each_neuron
def test_gradient_reaches_all_that_matters(neuron):
    """Every number that takes part in a step has a gradient; alpha has none, as it shapes the surrogate only."""
    s = neuron.state(*(f.requires_grad_() for f in near_threshold(neuron, 9)))
    p = parameters(neuron)
    p = p._replace(**{f: v.requires_grad_() for f, v in p._asdict().items() if torch.is_tensor(v) and f != "alpha"})
    x = {port: value.requires_grad_() for port, value in drive(neuron, 9).items()}
    z, after = step(neuron, s, p, DT, **x)
    z, after = step(neuron, after, p, DT, **x)  # an input spike reaches the spikes in the second step
    inputs = {"x": next(iter(x.values()))} | s._asdict()
    inputs |= {f: v for f, v in p._asdict().items() if torch.is_tensor(v) and v.requires_grad}
    found = torch.autograd.grad(weighted_sum(z, after), list(inputs.values()))
    for name, gradient in zip(inputs, found, strict=True):
        assert gradient.isfinite().all(), name
        assert gradient.abs().max() > 0, name


def held(neuron):
    """Parameters as people hold them."""
    return Nest(neuron.nested[0]).build(parameters(neuron)) if neuron.nested else parameters(neuron)


def weighted(neuron, x, w):
    """Keyword of `step` for x through the weights w: with channels, the sign of a weight says which it takes."""
    port = "spikes" if neuron.port == "spikes" else "current"
    return {port: tuple(x @ c(w).T for c in neuron.channels) if neuron.channels else x @ w.T}


def layer_of(neuron):
    """A layer of neurons with weights, and its class of states: integrators have no feedback."""
    if neuron.excess is None:
        return readout(neuron), neuron.state
    state = namedtuple("LayerState", ("z", *neuron.state._fields))
    return recurrent(neuron, state), state


@each_neuron
@pytest.mark.parametrize("batch", [(), (4,), (2, 4)])
def test_layer_shapes(neuron, batch):
    """Without spikes before, a layer is the neuron with weighted input."""
    n_in, n = 3, 5
    layer, layer_state = layer_of(neuron)
    generator = torch.Generator().manual_seed(2)
    w_in, w_rec = (torch.rand(n, m, generator=generator, dtype=torch.float64) - 0.3 for m in (n_in, n))
    s = random_state(neuron, *batch, n)
    last = () if neuron.excess is None else (torch.zeros(*batch, n, dtype=torch.float64),)
    x = torch.rand(*batch, n_in, generator=generator, dtype=torch.float64)
    weights = (w_in,) if neuron.excess is None else (w_in, w_rec)
    output, after = layer(x, layer_state(*last, *s), *weights, held(neuron), DT)
    assert type(after) is layer_state
    assert torch.equal(output, after.v if neuron.excess is None else after.z)
    assert all(f.shape == (*batch, n) for f in after)
    z_plain, plain = step(neuron, s, parameters(neuron), DT, **weighted(neuron, x, w_in))
    assert neuron.excess is None or torch.equal(output, z_plain)
    for f in neuron.state._fields:
        torch.testing.assert_close(getattr(after, f), getattr(plain, f), rtol=1e-12, atol=1e-12)


@each_spiking_neuron
def test_recurrent_spikes_come_back_weighted(neuron):
    """The last spikes enter where the input enters, through w_rec, from row to column."""
    n = 3
    layer, layer_state = layer_of(neuron)
    w_rec = torch.tensor([[0.0, 0.2, 0.0], [0.0, 0.0, -0.3], [0.5, 0.0, 0.0]], dtype=torch.float64)
    s = near_threshold(neuron, n)
    fired = torch.tensor([1.0, 0.0, 1.0], dtype=torch.float64)
    _, after = layer(
        torch.zeros(1, dtype=torch.float64), layer_state(fired, *s), torch.zeros(n, 1, dtype=torch.float64), w_rec,
        held(neuron), DT,
    )  # fmt: skip
    into = torch.tensor([0.0, -0.3, 0.5], dtype=torch.float64)
    port = "spikes" if neuron.port == "spikes" else "current"
    _, plain = step(neuron, s, parameters(neuron), DT, **{port: into})
    for f in neuron.state._fields:
        torch.testing.assert_close(getattr(after, f), getattr(plain, f), rtol=1e-12, atol=1e-12)


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
        of_layer = type(STEPS[name].initial(held(neuron), (BATCH, N)))
        s = [f.expand(BATCH, N) + 0.3 * uniform(BATCH, N) for f in near_threshold(neuron, N)]
        return Nest(of_layer).build([uniform(BATCH, N).round(), *s] if "recurrent_weights" in names else s)

    make = {
        "state": state, "s": state, "p": lambda: held(neuron), "dt": lambda: DT,
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
    assert len(DENSE) == len(STEPS) - 7
    assert len(OVER_TIME) == 2
    assert len(SPARSE) == 5
    assert len(ENCODERS) == 3


def adjoints_by_night(names):
    """These take three to five seconds each."""
    return [pytest.param(name, marks=[pytest.mark.nightly] if "adjoint" in name else []) for name in names]


@pytest.mark.parametrize("name", adjoints_by_night([*DENSE, *OVER_TIME]))
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


@each_neuron
def test_rest_is_finite_for_all_slider_values(neuron):
    """Wherever the sliders stand: a run that begins at NaN shows nothing at all."""
    marks = {f: m for f, m in annotations(neuron.parameters).items() if isinstance(m, Quantity)}
    generator = torch.Generator().manual_seed(5)
    p = parameters(neuron)
    ends = {
        f: torch.tensor([m.taken(x, dt=1000 * DT) for x in (m.low or 1e-9, m.high)], dtype=torch.float64)
        for f, m in marks.items()
    }
    for field, (low, high) in ends.items():
        swept = p._replace(**{field: low + (high - low) * torch.rand(200, generator=generator, dtype=torch.float64)})
        assert all(torch.as_tensor(value).isfinite().all() for value in neuron.rest(swept)), field


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
