"""What a step of every neuron keeps: any shape and dtype, parameters of its own, and gradients of all that matters."""

import torch
from torch import Tensor

from snnlab.core import Neuron, Quantity, Steps, annotations, received, step

from .contract import Check, close, holds, same
from .inputs import (
    DT,
    F64,
    drive,
    mapped,
    near_threshold,
    numbers,
    parameters,
    picked,
    random_state,
    scaled,
    spiking,
)

SHAPES = ((), (3,), (2, 3), (0,))


def receiving(neuron: Neuron) -> bool:
    """Whether it has a spike port."""
    return neuron.receive is not None


@Check
def a_flow_keeps_shapes(neuron: Neuron) -> None:
    for shape in SHAPES:
        rates = neuron.flow(random_state(neuron, *shape), torch.ones(shape, **F64), parameters(neuron))
        kind = neuron.state.__name__
        holds(type(rates) is neuron.state, f"flow gives a {type(rates).__name__}: give the rates as a {kind}")
        for name, rate in rates._asdict().items():
            found = tuple(getattr(rate, "shape", ()))
            holds(found == shape, f"d{name}/dt has the shape {found} for neurons of shape {shape}")
            holds(rate.isfinite().all(), f"d{name}/dt is not finite in the ranges of its variables")


@Check
def scalar_parameters_serve_all_neurons(neuron: Neuron) -> None:
    """A step on [4, 3, 5] is the step on each of the sixty neurons. Bit for bit: no operation mixes them."""
    shape, p = (4, 3, 5), parameters(neuron)
    s, x = random_state(neuron, *shape), drive(neuron, *shape)
    z, after = step(neuron, s, p, DT, **x)
    holds(z.shape == shape, f"z has the shape {tuple(z.shape)} for neurons of shape {shape}")
    for index in torch.cartesian_prod(*map(torch.arange, shape)):
        at = tuple(index.tolist())
        one = step(neuron, picked(s, at), p, DT, **{port: value[at] for port, value in x.items()})
        same(one[0], z[at], f"z of neuron {at} alone")
        same(one[1], picked(after, at), f"neuron {at} alone")


@Check
def each_neuron_may_have_its_own_parameters(neuron: Neuron) -> None:
    """A sweep is a parameter with more entries: a step with tensors of parameters is the steps with their elements."""
    n = 6
    swept = scaled(parameters(neuron), torch.linspace(0.9, 1.1, n, **F64))
    s, x = random_state(neuron, n), drive(neuron, n)
    z, after = step(neuron, s, swept, DT, **x)
    for k in range(n):
        one = step(neuron, picked(s, k), picked(swept, k), DT, **{port: value[k] for port, value in x.items()})
        same(one[0], z[k], f"z of neuron {k} alone")
        same(one[1], picked(after, k), f"neuron {k} alone")


@Check
def parameters_broadcast_with_states(neuron: Neuron) -> None:
    """A column of parameters and a row of states make a table."""
    p, factors = parameters(neuron), torch.linspace(0.9, 1.1, 4, **F64)
    s, x = random_state(neuron, 5), drive(neuron, 5)
    z, after = step(neuron, s, scaled(p, factors[:, None]), DT, **x)
    z, *fields = torch.broadcast_tensors(z, *after)
    holds(z.shape == (4, 5), f"z has the shape {tuple(z.shape)} for parameters [4, 1] and states [5]")
    for k, factor in enumerate(factors):
        z_row, after_row = step(neuron, s, scaled(p, factor), DT, **x)
        same(z[k], z_row, f"z of row {k}")
        same(neuron.state(*(field[k] for field in fields)), after_row, f"row {k}")


@Check
def a_spike_resets_and_silence_does_not(neuron: Neuron) -> None:
    """A step, told again with `where`: receive, drift, jump, hold, or receive at the end."""
    p = parameters(neuron)
    n = 20_000 if neuron.crosses else 200  # of which few cross within a step
    s, x = random_state(neuron, n), drive(neuron, n)
    z, after = step(neuron, s, p, DT, **x)
    holds(
        0 < z.sum() < len(z) or not spiking(neuron),
        f"of {n} states from the ranges of its variables {int(z.sum())} spike: let the range of v reach to both sides "
        "of the threshold",
    )
    holds(set(z.tolist()) <= {0.0, 1.0}, "z is neither 0 nor 1")
    landed = received(neuron, s, x["spikes"], p) if "spikes" in x and neuron.lands == "before" else s
    drifted = neuron.advance(landed, x.get("current", torch.tensor(0.0, **F64)), neuron.flow, p, DT)
    fired, expected = torch.zeros(n, **F64), drifted
    if neuron.crosses and neuron.excess is not None:
        fired = ((neuron.excess(drifted, p) > 0) & (neuron.excess(s, p) <= 0)).double()
    elif neuron.excess is not None and neuron.reset is not None:
        above = neuron.excess(drifted, p) > 0
        fired = above.double()
        jumped = neuron.reset(drifted, p)
        expected = neuron.state(*(torch.where(above, *both) for both in zip(jumped, drifted, strict=True)))
    if neuron.hold is not None:
        held, expected = neuron.hold(s, fired, expected, p)
        holds(((held == 0) | (fired == 1)).all(), "holding makes spikes")
        fired = held
    if "spikes" in x and neuron.lands == "after":
        expected = received(neuron, expected, x["spikes"], p)
    same(z, fired, "z")
    same(after, expected, "a step")


@Check.where(receiving)
def an_input_spike_lands_when_the_neuron_says(neuron: Neuron) -> None:
    """Before the drift it moves what flows by it; after, it waits for the next step, in which v is still."""
    p, s = parameters(neuron), neuron.rest(parameters(neuron))
    one = torch.tensor(0.5, **F64)
    _, with_spike = step(neuron, s, p, DT, spikes=one)
    _, without = step(neuron, s, p, DT, spikes=0 * one)
    moved = {f for f, a, b in zip(neuron.state._fields, with_spike, without, strict=True) if a != b}
    landed = received(neuron, s, one, p)
    reached = {f for f, a, b in zip(neuron.state._fields, landed, s, strict=True) if a is not b and (a != b).any()}
    rates = (neuron.flow(at, torch.zeros((), **F64), p) for at in (landed, s))
    flowing = {f for f, a, b in zip(neuron.state._fields, *rates, strict=True) if (a != b).any()}
    expected = reached | flowing if neuron.lands == "before" else reached
    holds(moved >= expected, f"an input spike moves {_names(moved)} in its step, not {_names(expected)}")
    holds(neuron.lands == "before" or moved == reached, f"an input spike moves {_names(moved)} before it lands")


def _names(fields: set[str]) -> str:
    return ", ".join(sorted(fields)) or "nothing"


@Check.where(lambda neuron: bool(neuron.channels))
def channels_take_a_signed_input_apart(neuron: Neuron) -> None:
    p, s, x = parameters(neuron), random_state(neuron, 50), drive(neuron, 50)["spikes"]
    whole = step(neuron, s, p, DT, spikes=x)
    parts = step(neuron, s, p, DT, spikes=tuple(channel(x) for channel in neuron.channels))
    same(whole, parts, "a step with its input in parts")
    alone = [received(neuron, s, 0 * x + sign, p) for sign in (1.0, -1.0)]
    holds(any(not torch.equal(a, b) for a, b in zip(*alone, strict=True)), "the channels do not differ")


@Check
def a_step_keeps_the_dtype(neuron: Neuron) -> None:
    for dtype in (torch.float32, torch.float64):
        for gradient in (False, True):
            s = random_state(neuron, 20, dtype=dtype)
            for field in s:
                field.requires_grad_(gradient)
            z, after = step(neuron, s, parameters(neuron, dtype), DT, **drive(neuron, 20, dtype=dtype))
            for name, value in {"z": z, **after._asdict()}.items():
                holds(value.dtype == dtype, f"{name} is {value.dtype} after a step in {dtype}")
                wanted = gradient and (name != "z" or spiking(neuron))
                holds(value.requires_grad == wanted, f"{name} has {'no' if wanted else 'a'} gradient")


@Check
def float32_and_float64_agree(neuron: Neuron) -> None:
    """One step in float32 is the step in float64 to seven digits of the largest term.

    The quadratic of an Izhikevich neuron has terms up to 500 mV/ms, so a tenth of a millisecond moves v by up to 50 mV:
    1e-5 relative to the range of the state is what rounding of such sums may make.
    """
    s, x = random_state(neuron, 500), drive(neuron, 500)
    z, after = step(neuron, s, parameters(neuron), DT, **x)
    single = mapped(lambda field: field.float(), s)
    z_single, after_single = step(
        neuron, single, parameters(neuron, torch.float32), DT, **{port: value.float() for port, value in x.items()}
    )
    same(z_single, z.float(), "z in float32")
    for name, mark in annotations(neuron.state).items():
        apart = float((getattr(after, name) - getattr(after_single, name)).abs().max())
        holds(apart <= 1e-5 * (mark.high - mark.low), f"{name} in float32 is {apart:g} off")


@Check
def vmap_gives_the_batched_step(neuron: Neuron) -> None:
    p, s, x = parameters(neuron), random_state(neuron, 7), drive(neuron, 7)
    same(torch.vmap(lambda s, x: step(neuron, s, p, DT, **x))(s, x), step(neuron, s, p, DT, **x), "the mapped step")


def _weighted_sum(z: Tensor, s) -> Tensor:
    """A loss that sees spikes and every state variable."""
    return (2 * z).sum() + sum(((k + 1) * f).sum() for k, f in enumerate(s))


@Check
def vmap_keeps_surrogate_gradients(neuron: Neuron) -> None:
    """Whichever way functions are transformed, the gradient is the one of the plain step."""
    p, s = parameters(neuron), near_threshold(neuron, 6)

    def loss(v, rest):
        return _weighted_sum(*step(neuron, rest._replace(v=v), p, DT))

    v = s.v.clone().requires_grad_()
    (expected,) = torch.autograd.grad(loss(v, s), v)
    found = {
        "vmap of grad": torch.vmap(torch.func.grad(loss))(s.v, s),
        "grad of vmap": torch.func.grad(lambda v: torch.vmap(loss)(v, s).sum())(s.v),
        "a backward pass through vmap": torch.autograd.grad(torch.vmap(loss)(v, s).sum(), v)[0],
    }
    for way, gradient in found.items():
        close(gradient, expected, way, 1e-12, 1e-12)  # the same operations in another order


@Check
def a_gradient_reaches_all_that_matters(neuron: Neuron) -> None:
    """Every number that takes part in a step has a gradient; what shapes the surrogate only has none."""
    s = mapped(lambda x: x.requires_grad_(), near_threshold(neuron, 9))
    p = parameters(neuron)
    marks = annotations(neuron.parameters)
    watched = {f: value.requires_grad_() for f, value in numbers(p).items() if marks[f].part != "gradient"}
    x = {port: value.requires_grad_() for port, value in drive(neuron, 9).items()}
    dt = 1e-7 if neuron.crosses else DT  # a spike without a reset is soon over
    z, after = step(neuron, s, p, dt, **x)
    z, after = step(neuron, after, p, dt, **x)  # an input spike reaches the spikes in the second step
    inputs = {"its input": next(iter(x.values())), **s._asdict(), **watched}
    found = torch.autograd.grad(_weighted_sum(z, after), list(inputs.values()), materialize_grads=True)
    for name, gradient in zip(inputs, found, strict=True):
        holds(gradient.isfinite().all(), f"the gradient of {name} is not finite")
        holds(gradient.abs().max() > 0, f"{name} has no gradient: nothing depends on it, or something detaches it")


@Check
def gradients_are_finite_differences(neuron: Neuron) -> None:
    """Of each function by itself, with respect to every variable and parameter; counters of steps have none.

    Differences over 2e-6 of a value, to 1e-5 of the largest of them: none bends by more within so little.
    """
    n = 40
    s, p = random_state(neuron, n, seed=2), scaled(parameters(neuron), torch.ones(n, **F64))
    current, x = torch.ones(n, **F64), drive(neuron, n).get("spikes", torch.zeros(n, **F64))
    functions = {"flow": lambda s, p: neuron.flow(s, current, p)}
    if (excess := neuron.excess) is not None:
        functions["excess"] = lambda s, p: (excess(s, p),)
    if (reset := neuron.reset) is not None:
        functions["reset"] = lambda s, p: reset(s, p)
    if neuron.receive is not None:
        functions["receive"] = lambda s, p: received(neuron, s, x, p)
    marks = {("s", f): m for f, m in annotations(neuron.state).items()}
    marks |= {("p", f): m for f, m in annotations(neuron.parameters).items() if m.part != "gradient"}
    for what, function in functions.items():
        for (owner, field), mark in marks.items():
            if not isinstance(mark, Quantity) or isinstance(mark, Steps):
                continue
            value = getattr(s if owner == "s" else p, field)

            def of(value, owner=owner, field=field, function=function):
                given = (s._replace(**{field: value}), p) if owner == "s" else (s, p._replace(**{field: value}))
                return sum((k + 1) * torch.as_tensor(y) for k, y in enumerate(function(*given))) + 0 * value

            watched = value.clone().requires_grad_()
            (gradient,) = torch.autograd.grad(of(watched).sum(), watched)
            h = 1e-6 * value.abs().clamp_min(1e-3)
            difference = (of(value + h) - of(value - h)) / (2 * h)
            off = float((gradient - difference).abs().max())
            size = float(difference.abs().max()) + 1e-3 * float((of(value).abs() / value.abs().clamp_min(1e-3)).max())
            holds(off <= 1e-5 * size, f"the gradient of {what} by {owner}.{field} is {off:.3g} off, of {size:.3g}")


CHECKS = tuple(value for value in globals().values() if isinstance(value, Check))
