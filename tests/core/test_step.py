"""The one story of a step: receive, drift, spike, jump."""

from dataclasses import replace
from typing import NamedTuple

import pytest
import torch
from torch import Tensor

from snnlab.core import Neuron, Quantity, feed_forward, jump, received, staggered, step
from snnlab.functional import LIF, Izhikevich, IzhikevichParameters, IzhikevichState, LIFFeedForwardState, LIFParameters


class Pair(NamedTuple):
    a: Tensor
    b: Tensor


def numbers(*shape, seed=0, low=-1.0, high=1.0):
    generator = torch.Generator().manual_seed(seed)
    return low + (high - low) * torch.rand(shape, generator=generator, dtype=torch.float64)


SPIKES = torch.tensor([1.0, 0.0, 1.0], dtype=torch.float64)


def test_jump_takes_reset_where_a_spike_is():
    after = jump(
        SPIKES,
        Pair(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([4.0, 5.0, 6.0])),
        Pair(-1.0, torch.tensor([7.0, 8.0, 9.0])),
    )
    assert type(after) is Pair
    assert after.a.tolist() == [-1.0, 2.0, -1.0]
    assert after.b.tolist() == [7.0, 5.0, 9.0]


def test_jump_passes_through_what_reset_leaves_alone():
    s = Pair(numbers(3), numbers(3, seed=1))
    assert jump(SPIKES, s, s._replace(a=0.0)).b is s.b


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_jump_keeps_the_dtype_of_the_state(dtype):
    """Reset values are often Python numbers, or parameters of another dtype."""
    s = Pair(torch.ones(3, dtype=dtype), torch.ones(3, dtype=dtype))
    after = jump(SPIKES.to(dtype), s, Pair(-65.0, torch.tensor(2, dtype=torch.int64)))
    assert [f.dtype for f in after] == [dtype, dtype]
    assert after.b.tolist() == [2.0, 1.0, 2.0]


@pytest.mark.parametrize("reset_shape", [(), (3,), (2, 3), (2, 1), (4, 2, 3)])
def test_jump_gradcheck(reset_shape):
    """Against finite differences, for every way in which a reset may broadcast against [2, 3] states.

    Tolerances are gradcheck's own for float64; a jump is linear, so they are not needed to the full.
    """
    z, other = SPIKES.expand(2, 3), numbers(2, 3, seed=5)
    s, reset = numbers(2, 3, seed=1).requires_grad_(), numbers(*reset_shape, seed=2).requires_grad_()
    assert torch.autograd.gradcheck(lambda s, r: jump(z, Pair(s, other), Pair(r, other)).a, (s, reset))
    assert torch.autograd.gradgradcheck(lambda s, r: jump(z, Pair(s, other), Pair(r, other)).a, (s, reset))


def test_jump_gradient_of_spikes_is_the_one_of_the_product():
    """A spike is a step, so finite differences see nothing: (1 - z) s + z reset, written out, is the reference."""
    z = SPIKES.clone().requires_grad_()
    s, reset = Pair(numbers(2, 3, seed=1), numbers(2, 3, seed=2)), Pair(numbers(seed=3), numbers(3, seed=4))
    weights = numbers(2, 3, seed=6)
    jumped = jump(z, s, reset)
    written = [(1 - z) * old + z * new for old, new in zip(s, reset, strict=True)]
    assert all(map(torch.equal, jumped, written))
    (found,) = torch.autograd.grad(sum((weights * f).sum() for f in jumped), z)
    (expected,) = torch.autograd.grad(sum((weights * f).sum() for f in written), z)
    torch.testing.assert_close(found, expected, rtol=1e-14, atol=1e-14)  # the same terms in another order


@pytest.mark.parametrize("value", [float("inf"), -float("inf"), float("nan")])
def test_jump_forgets_a_state_that_overflowed(value):
    """The written-out product would be 0 * inf = NaN, forwards and backwards."""
    s = torch.tensor([value, 2.0, value], dtype=torch.float64, requires_grad=True)
    reset = torch.tensor(-65.0, dtype=torch.float64, requires_grad=True)
    after = jump(SPIKES, Pair(s, s), Pair(reset, s)).a
    assert after.tolist() == [-65.0, 2.0, -65.0]
    by_state, by_reset = torch.autograd.grad((after * torch.tensor([1.0, 10.0, 100.0])).sum(), (s, reset))
    assert by_state.tolist() == [0.0, 10.0, 0.0]
    assert by_reset.item() == 101.0


def test_jump_without_gradient_leaves_no_graph():
    s = Pair(numbers(3).requires_grad_(), numbers(3))
    with torch.no_grad():
        assert not jump(SPIKES, s, Pair(0.0, 0.0)).a.requires_grad
    assert jump(SPIKES, s, Pair(0.0, 0.0)).a.requires_grad


def lif_parts(seed=0):
    n = 6
    s = LIFFeedForwardState(numbers(n, seed=seed, low=0.2, high=0.8), numbers(n, seed=seed + 1))
    p = [
        numbers(seed=seed + k, low=low, high=high)
        for k, (low, high) in enumerate([(150, 250), (50, 150), (-0.1, 0.1), (0.45, 0.55), (-0.2, 0)])
    ]
    return s, p, numbers(n, seed=seed + 9), numbers(n, seed=seed + 10)


def izhikevich_parts(seed=0):
    n = 6
    s = IzhikevichState(
        torch.linspace(-70, 40, n, dtype=torch.float64) + numbers(n, seed=seed),
        numbers(n, seed=seed + 1, low=-20, high=0),
    )
    ranges = [(0.01, 0.03), (0.1, 0.3), (-70, -60), (2, 8), (0.03, 0.05), (4, 6), (130, 150), (28, 32), (200, 300)]
    p = [numbers(seed=seed + k, low=low, high=high) for k, (low, high) in enumerate(ranges)]
    return s, p, None, numbers(n, seed=seed + 10, low=0, high=10)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("neuron", "parts", "order"),
    [(LIF, lif_parts, LIFParameters), (Izhikevich, izhikevich_parts, IzhikevichParameters)],
)
def test_step_gradcheck(neuron, parts, order, seed):
    """The state after a step, against finite differences in state, parameters and inputs.

    With `heaviside` the surrogate is flat, as the step itself is away from the threshold: the gradient is the true one.
    """
    s, p, spikes, current = parts(seed)
    inputs = [x.requires_grad_() for x in (*s, *p, current, *([] if spikes is None else [spikes]))]

    def after(*values):
        state, values = neuron.state(*values[: len(s)]), values[len(s) :]
        parameters = order(*values[: len(p)], method="heaviside")
        landing = values[len(p) + 1] if spikes is not None else None
        return tuple(step(neuron, state, parameters, 0.001, spikes=landing, current=values[len(p)])[1])

    z, _ = step(neuron, s, order(*p, method="heaviside"), 0.001, spikes=spikes, current=current)
    assert 0 < z.sum() < len(z), "both branches of the jump must be tried"
    # gradcheck's own tolerances for float64; v moves over a hundred mV and is quadratic, hence the smaller difference
    assert torch.autograd.gradcheck(after, inputs, eps=1e-7, atol=1e-5, rtol=1e-4)


def soft(x):
    """A smooth function whose slope is the `super` surrogate 1 / (1 + |x|)^2."""
    return x / (1 + x.abs())


@pytest.mark.parametrize("detach_reset", [False, True])
@pytest.mark.parametrize(
    ("neuron", "parts", "order"),
    [(LIF, lif_parts, LIFParameters), (Izhikevich, izhikevich_parts, IzhikevichParameters)],
)
def test_gradients_through_spikes(neuron, parts, order, detach_reset):
    """Three steps against the same written out, where a spike is `soft` minus its own value plus the step's.

    That straight-through form has the step's value and the surrogate's slope without any custom backward.
    """
    s, p, spikes, current = parts()
    inputs = [x.requires_grad_() for x in (*s, *p, current)]
    dt, p = 0.001, order(*p)

    def written(s):
        if spikes is not None:
            s = neuron.receive(s, spikes, p)
        s = neuron.state(*(x + dt * dx for x, dx in zip(s, neuron.flow(s, current, p), strict=True)))
        x = neuron.excess(s, p)
        z = (x > 0).to(x.dtype) + soft(x) - soft(x).detach()
        gate = z.detach() if detach_reset else z
        return z, neuron.state(*((1 - gate) * old + gate * new for old, new in zip(s, neuron.reset(s, p), strict=True)))

    def loss(advance):
        state, total = s, 0.0
        for k in range(3):
            z, state = advance(state)
            total = total + (z * (1 + k)).sum() + sum((f * (2 + j)).sum() for j, f in enumerate(state))
        return total

    ours = loss(lambda state: step(neuron, state, p, dt, spikes=spikes, current=current, detach_reset=detach_reset))
    reference = loss(written)
    torch.testing.assert_close(ours, reference, rtol=1e-12, atol=1e-12)  # rounding only
    for found, expected in zip(torch.autograd.grad(ours, inputs), torch.autograd.grad(reference, inputs), strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)


def test_threshold_is_strict():
    """At the threshold exactly, there is no spike."""
    p = LIFParameters(v_th=torch.tensor(1.0, dtype=torch.float64))
    below, at, above = 1.0 - 2**-52, 1.0, 1.0 + 2**-52
    v = torch.tensor([below, at, above], dtype=torch.float64)
    z, after = step(LIF, LIFFeedForwardState(v, torch.zeros_like(v)), p, 0.0)
    assert z.tolist() == [0.0, 0.0, 1.0]
    assert after.v.tolist() == [below, at, 0.0]


def test_spikes_land_before_the_drift():
    """An input spike moves the membrane in its own step already: dv = dt / tau_mem (i + x)."""
    p = LIFParameters()
    s = LIFFeedForwardState(torch.zeros(1, dtype=torch.float64), torch.full((1,), 0.5, dtype=torch.float64))
    _, after = step(LIF, s, p, 0.001, spikes=torch.ones(1, dtype=torch.float64))
    assert after.v.item() == pytest.approx(0.1 * 1.5, rel=1e-15)
    assert after.i.item() == pytest.approx(0.8 * 1.5, rel=1e-15)


def test_current_stands_in_the_flow():
    """A current moves the membrane as long as it lasts, in proportion to dt, and leaves the synapse alone."""
    s = LIFFeedForwardState(torch.zeros(1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64))
    for dt in (0.001, 0.0005):
        _, after = step(LIF, s, LIFParameters(), dt, current=0.7)
        assert after.v.item() == pytest.approx(dt * 100 * 0.7, rel=1e-15)
        assert after.i.item() == 0.0


def test_both_ports_at_once():
    s = LIFFeedForwardState(torch.zeros(2, dtype=torch.float64), torch.zeros(2, dtype=torch.float64))
    x, current = torch.tensor([0.3, 0.0], dtype=torch.float64), torch.tensor([0.0, 0.3], dtype=torch.float64)
    _, after = step(LIF, s, LIFParameters(), 0.001, spikes=x, current=current)
    assert after.v[0] == after.v[1] == pytest.approx(0.03, rel=1e-15)
    assert after.i[0] > after.i[1] == 0


def test_spikes_need_a_spike_port():
    with pytest.raises(ValueError, match=r"^Izhikevich has no spike port: give its input as a current"):
        step(
            Izhikevich,
            IzhikevichState(torch.zeros(1), torch.zeros(1)),
            IzhikevichParameters(0.02, 0.2, -65.0, 8.0),
            0.001,
            spikes=torch.ones(1),
        )


def test_unknown_method_in_parameters_is_named():
    s = LIFFeedForwardState(torch.zeros(1), torch.zeros(1))
    with pytest.raises(ValueError, match=r"'supper' is not known.*super"):
        step(LIF, s, LIFParameters(method="supper"), 0.001)


def test_spikes_may_land_after_the_drift():
    """Then they wait for the next step, and a reset does not touch them."""
    after = replace(LIF, lands="after")
    s = LIFFeedForwardState(torch.zeros(1, dtype=torch.float64), torch.full((1,), 0.5, dtype=torch.float64))
    _, found = step(after, s, LIFParameters(), 0.001, spikes=torch.ones(1, dtype=torch.float64))
    assert found.v.item() == pytest.approx(0.1 * 0.5, rel=1e-15)
    assert found.i.item() == pytest.approx(0.8 * 0.5 + 1, rel=1e-15)


def test_a_neuron_without_excess_never_spikes():
    s = LIFFeedForwardState(torch.full((2,), 50.0), torch.zeros(2))
    z, after = step(replace(LIF, excess=None, reset=None), s, LIFParameters(), 0.001)
    assert z.tolist() == [0.0, 0.0]
    assert after.v.tolist() == pytest.approx([45.0, 45.0])


def test_channels_split_a_single_input_or_take_a_tuple():
    class Both(NamedTuple):
        up: Tensor
        down: Tensor

    pair = replace(
        LIF, state=Both, channels=(torch.relu, lambda x: torch.relu(-x)),
        receive=lambda s, x, p: Both(s.up + x[0], s.down + x[1]),
    )  # fmt: skip
    s, x = Both(torch.zeros(3), torch.zeros(3)), torch.tensor([2.0, -3.0, 0.0])
    assert [f.tolist() for f in received(pair, s, x, None)] == [[2.0, 0.0, 0.0], [0.0, 3.0, 0.0]]
    assert [f.tolist() for f in received(pair, s, (x, x), None)] == [x.tolist(), x.tolist()]


def test_hold_has_the_last_word_on_the_jump_and_input_after_it():
    """Told what the neuron was, it corrects spikes and state; spikes that land after are not its business."""
    seen = []

    def hold(old, z, s, p):
        seen.append((old, z, s))
        return 0 * z, s._replace(v=old.v)

    s = LIFFeedForwardState(torch.full((1,), 5.0), torch.full((1,), 1.0))
    z, after = step(replace(LIF, hold=hold, lands="after"), s, LIFParameters(), 0.001, spikes=torch.ones(1))
    ((old, fired, jumped),) = seen
    assert old is s
    assert fired.tolist() == [1.0]
    assert jumped.v.tolist() == [0.0]
    assert z.tolist() == [0.0]
    assert after.v.tolist() == [5.0]
    assert after.i.tolist() == pytest.approx([1.8])


def test_a_neuron_brings_its_integrator_and_a_call_may_bring_another():
    one = torch.ones(1, dtype=torch.float64)
    ordered = replace(LIF, advance=staggered("i", "v"))
    _, found = step(ordered, LIFFeedForwardState(0 * one, one), LIFParameters(), 0.001)
    assert found.v.item() == pytest.approx(0.1 * 0.8, rel=1e-15), "v sees the decayed current"
    _, usual = step(ordered, LIFFeedForwardState(0 * one, one), LIFParameters(), 0.001, advance=LIF.advance)
    assert usual.v.item() == pytest.approx(0.1, rel=1e-15)


def test_feed_forward_uses_the_neurons_port():
    """The single input of a Norse-compatible step enters where the neuron says."""
    x = torch.tensor([0.5], dtype=torch.float64)
    zero = torch.zeros(1, dtype=torch.float64)
    _, after = feed_forward(LIF)(x, LIFFeedForwardState(zero, zero))
    assert after.i.item() == pytest.approx(0.4)
    p = IzhikevichParameters(0.02, 0.2, -65.0, 8.0)
    _, with_input = feed_forward(Izhikevich)(x, IzhikevichState(zero - 70, zero - 14), p)
    _, without = feed_forward(Izhikevich)(0 * x, IzhikevichState(zero - 70, zero - 14), p)
    assert (with_input.v - without.v).item() == pytest.approx(0.001 * 250 * 0.5)


def test_derived_functions_are_documented():
    derived = feed_forward(LIF)
    assert derived.__name__ == "lif_feed_forward_step"
    for part in (LIF.doc, LIF.source, "dt in s"):
        assert part in derived.__doc__


def test_a_new_neuron_needs_only_its_functions():
    """A counter that adds its input to itself and starts again above three, written as an author would."""

    class P(NamedTuple):
        limit: Tensor = torch.tensor(3.0)
        method: str = "super"
        alpha: float = 100.0

    class S(NamedTuple):
        n: Tensor

    counter = Neuron(
        name="Counter", parameters=P, state=S,
        flow=lambda s, I, p: S(0.0 * s.n), excess=lambda s, p: s.n - p.limit, reset=lambda s, p: S(n=0.0 * s.n),
        rest=lambda p: S(0.0 * p.limit), receive=lambda s, x, p: S(s.n + x),
        current=Quantity("1", 0, 1, doc="unused"),
    )  # fmt: skip
    s, fired = S(torch.zeros(())), []
    for _ in range(9):
        z, s = feed_forward(counter)(torch.tensor(1.0), s)
        fired.append(z.item())
    assert fired == [0, 0, 0, 1, 0, 0, 0, 1, 0]
