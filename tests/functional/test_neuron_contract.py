"""What every neuron keeps, whatever its equations are: a new entry of NEURONS is held to it without a new test."""

from collections import namedtuple

import pytest
import torch

from snnlab.core import annotations, recurrent, step
from snnlab.engine import simulate
from snnlab.functional import NEURONS
from snnlab.models import NEURONS as MODELS

each_neuron = pytest.mark.parametrize("neuron", NEURONS, ids=lambda neuron: neuron.name)
DT = 1e-4  # s


def parameters(neuron, dtype=torch.float64):
    """The textbook's parameters as scalar tensors."""
    return MODELS[neuron.name]().p(dtype)


def random_state(neuron, *shape, seed=0, dtype=torch.float64):
    """States all over the range in which they are drawn, some of them beyond the threshold."""
    generator = torch.Generator().manual_seed(seed)
    marks = annotations(neuron.state).values()
    return neuron.state(
        *(m.low + (m.high - m.low) * torch.rand(shape, generator=generator, dtype=dtype) for m in marks)
    )


def drive(neuron, *shape, seed=1, dtype=torch.float64):
    """Random input at the neuron's port."""
    x = neuron.current.default * torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)
    return {"spikes": x} if neuron.port == "spikes" else {"current": x}


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
    assert (neuron.receive is not None) or neuron.port == "current"


def test_names_are_unique():
    assert len({neuron.name for neuron in NEURONS}) == len(NEURONS) >= 3


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
    assert run.first_failure() is None


@each_neuron
def test_usual_drive_makes_it_fire(neuron):
    current = torch.full((2000,), neuron.current.default, dtype=torch.float64)
    assert simulate(neuron, current=current, p=parameters(neuron), dt=DT).spikes.sum() >= 1


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
    swept = neuron.parameters(*(v if isinstance(v, str) else v * factors for v in p))
    s, x = random_state(neuron, n), drive(neuron, n)
    z, after = step(neuron, s, swept, DT, **x)
    for k in range(n):
        one = neuron.parameters(*(v if isinstance(v, str) else v[k] for v in swept))
        z_one, after_one = step(
            neuron, neuron.state(*(f[k] for f in s)), one, DT, **{port: value[k] for port, value in x.items()}
        )
        assert z_one == z[k]
        assert all(a == b[k] for a, b in zip(after_one, after, strict=True))


@each_neuron
def test_a_spike_resets_and_silence_does_not(neuron):
    p = parameters(neuron)
    s, x = random_state(neuron, 200), drive(neuron, 200)
    z, after = step(neuron, s, p, DT, **x)
    assert 0 < z.sum() < len(z)
    assert set(z.tolist()) == {0.0, 1.0}
    landed = s if neuron.receive is None else neuron.receive(s, x["spikes"], p)
    drifted = neuron.advance(landed, x.get("current", 0.0), neuron.flow, p, DT)
    assert torch.equal(z > 0, neuron.excess(drifted, p) > 0)
    for found, jumped, stayed in zip(after, neuron.reset(drifted, p), drifted, strict=True):
        assert torch.equal(found, torch.where(z > 0, jumped, stayed))


@each_neuron
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("gradient", [False, True])
def test_keeps_dtype(neuron, dtype, gradient):
    s = neuron.state(*(f.requires_grad_(gradient) for f in random_state(neuron, 20, dtype=dtype)))
    z, after = step(neuron, s, parameters(neuron, dtype), DT, **drive(neuron, 20, dtype=dtype))
    assert z.dtype == dtype
    assert {f.dtype for f in after} == {dtype}
    assert z.requires_grad == gradient


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
    v_th = float(p.v_th)
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
    p = p._replace(**{f: v.requires_grad_() for f, v in p._asdict().items() if not isinstance(v, str) and f != "alpha"})
    x = {port: value.requires_grad_() for port, value in drive(neuron, 9).items()}
    z, after = step(neuron, s, p, DT, **x)
    z, after = step(neuron, after, p, DT, **x)  # an input spike reaches the spikes in the second step
    inputs = {"x": next(iter(x.values()))} | s._asdict()
    inputs |= {f: v for f, v in p._asdict().items() if torch.is_tensor(v) and v.requires_grad}
    found = torch.autograd.grad(weighted_sum(z, after), list(inputs.values()))
    for name, gradient in zip(inputs, found, strict=True):
        assert gradient.isfinite().all(), name
        assert gradient.abs().max() > 0, name


@each_neuron
@pytest.mark.parametrize("batch", [(), (4,), (2, 4)])
def test_recurrent_layer_shapes(neuron, batch):
    n_in, n = 3, 5
    layer_state = namedtuple("LayerState", ("z", *neuron.state._fields))
    layer = recurrent(neuron, layer_state)
    generator = torch.Generator().manual_seed(2)
    w_in, w_rec = (torch.rand(n, m, generator=generator, dtype=torch.float64) for m in (n_in, n))
    s = random_state(neuron, *batch, n)
    state = layer_state(torch.zeros(*batch, n, dtype=torch.float64), *s)
    x = torch.rand(*batch, n_in, generator=generator, dtype=torch.float64)
    z, after = layer(x, state, w_in, w_rec, parameters(neuron), DT)
    assert type(after) is layer_state
    assert torch.equal(after.z, z)
    assert all(f.shape == (*batch, n) for f in after)
    # without spikes before, the layer is the neuron with weighted input
    port = "spikes" if neuron.port == "spikes" else "current"
    z_plain, plain = step(neuron, s, parameters(neuron), DT, **{port: x @ w_in.T})
    assert torch.equal(z, z_plain)
    for f in neuron.state._fields:
        torch.testing.assert_close(getattr(after, f), getattr(plain, f), rtol=1e-12, atol=1e-12)


@each_neuron
def test_recurrent_spikes_come_back_weighted(neuron):
    """The last spikes enter where the input enters, through w_rec, from row to column."""
    n = 3
    layer_state = namedtuple("LayerState", ("z", *neuron.state._fields))
    w_rec = torch.tensor([[0.0, 0.2, 0.0], [0.0, 0.0, 0.3], [0.5, 0.0, 0.0]], dtype=torch.float64)
    s = near_threshold(neuron, n)
    fired = torch.tensor([1.0, 0.0, 1.0], dtype=torch.float64)
    _, after = recurrent(neuron, layer_state)(
        torch.zeros(1, dtype=torch.float64), layer_state(fired, *s), torch.zeros(n, 1, dtype=torch.float64), w_rec,
        parameters(neuron), DT,
    )  # fmt: skip
    port = "spikes" if neuron.port == "spikes" else "current"
    _, plain = step(neuron, s, parameters(neuron), DT, **{port: torch.tensor([0.0, 0.3, 0.5], dtype=torch.float64)})
    for f in neuron.state._fields:
        torch.testing.assert_close(getattr(after, f), getattr(plain, f), rtol=1e-12, atol=1e-12)
