"""The exponential Euler method: exact in each variable for itself, where its own flow is linear in it."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, func

from .slopes import own_slopes
from .tuples import mapped


def exponential_euler(s, I, flow, p, dt):
    """x + dt phi(a dt) dx/dt with a = d(dx/dt)/dx, in each variable x whose flow is linear in it; Euler in the others.

    Which these are is found from the recorded operations of the flow. v comes last and sees the newest values of all
    others (gates before the membrane), which come from the state before; one that others drive, as a conductance that
    rises, sees the mean of theirs over the step. A linear membrane is solved exactly while its input is constant, and
    is stable at any dt; the order of the method is 1.

    Source: Rush, Larsen, IEEE Trans. Biomed. Eng. 25:389, 1978.
    """
    if not torch.compiler.is_compiling() and torch.is_inference_mode_enabled():
        # where torch 2.11 takes every slope for 0, without a word
        with torch.inference_mode(False):
            s, I, p, dt = mapped(lambda x: x.clone() if isinstance(x, Tensor) else x, (s, I, p, dt))
            return exponential_euler(s, I, flow, p, dt)
    exact, names = decaying(flow, type(s), p), s._fields
    after = _moved(s, [name for name in names if name != "v"], I, flow, p, dt, exact)
    if later := driven(flow, type(s), p):
        means = {name: 0.5 * (getattr(s, name) + x) for name, x in after.items()}
        for name in later:
            others = s._replace(**means | {name: getattr(s, name)})
            after |= _moved(others, [name], I, flow, p, dt, exact)
    if "v" in names:
        s = s._replace(**after)
        after |= _moved(s, ["v"], I, flow, p, dt, exact)
    return s._replace(**after)


def _moved(s, names: list[str], I, flow, p, dt, exact: tuple[str, ...]) -> dict[str, Tensor]:
    """These variables after dt, each while all others are as in s."""
    x, rates = {name: getattr(s, name) for name in names}, flow(s, I, p)._asdict()
    solved = {name: torch.broadcast_tensors(x[name], rates[name])[0] for name in names if name in exact}
    wanted = {name: rates[name].requires_grad for name in solved}
    after = {name: x[name] + dt * rates[name] for name in names if name not in exact}
    for name, (rate, slope) in rates_and_slopes(lambda x: flow(s._replace(**x), I, p), solved, wanted).items():
        after[name] = solved[name] + dt * phi(dt * slope) * rate
    return after


def rates_and_slopes(
    rates_of: Callable[[dict[str, Tensor]], Any], x: dict[str, Tensor], wanted: dict[str, bool]
) -> dict[str, tuple[Tensor, Tensor]]:
    """Rates of variables, each number for itself, and their derivatives by the variable, with gradients if `wanted`."""
    if torch.compiler.is_compiling() or torch._C._are_functorch_transforms_active():
        return {name: _pulled(rates_of, name, own) for name, own in x.items()}
    # where it does, the same as that, whose first call imports torch's compiler: 1.2 s
    leaves, pairs = {}, {}
    with torch.enable_grad():
        for name, own in x.items():
            leaves[name] = own.view_as(own) if own.requires_grad and wanted[name] else own.detach().requires_grad_()
        rates = rates_of(leaves) if leaves else None  # of all at once: their flows share most of what they compute
        for name, own in leaves.items():
            rate, graph = getattr(rates, name), wanted[name]
            (slope,) = torch.autograd.grad(rate, own, torch.ones_like(rate), retain_graph=True, create_graph=graph)
            pairs[name] = rate if graph else rate.detach(), slope
    return pairs


def _pulled(rates_of: Callable[[dict[str, Tensor]], Any], name: str, x: Tensor) -> tuple[Tensor, Tensor]:
    rate, back = func.vjp(lambda x: getattr(rates_of({name: x}), name), x)  # type: ignore[misc]
    return rate, back(torch.ones_like(rate))[0]


def phi(z: Tensor) -> Tensor:
    """(e^z - 1) / z, which is 1 at 0: without cancellation, with a gradient everywhere."""
    other = torch.where(z == 0, 1.0, z)
    return torch.where(z == 0, 1.0 + 0.5 * z, torch.expm1(other) / other)


def decaying(flow, state: Any, p: Any) -> tuple[str, ...]:
    """The variables of a state class in which their own flow is linear, and not constant."""
    return _structure(flow, state, p.__class__, _constants(p))[0]


def driven(flow, state: Any, p: Any) -> tuple[str, ...]:
    """The variables of a state class, but for v, in whose flow there are others than v and themselves."""
    return _structure(flow, state, p.__class__, _constants(p))[1]


def _constants(p: Any) -> tuple[tuple[str, Any], ...]:
    return tuple((f, x) for f, x in zip(p._fields, p) if not isinstance(x, Tensor | int | float))


def _structure(
    flow, state: Any, fields: Any, constants: tuple[tuple[str, Any], ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The variables that decay, and those that others drive."""
    return _read(flow, state, fields, constants)


@lru_cache(maxsize=128)  # each step asks
def _read(flow, state: Any, fields: Any, constants: tuple) -> tuple[tuple[str, ...], tuple[str, ...]]:
    program, names = own_slopes(flow, state, fields, constants), state._fields
    slopes = {name: program.part(f"slope.{name}") for name in names}
    exact = tuple(x for x, one in slopes.items() if one.outputs[f"slope.{x}"] != 0.0 and f"s.{x}" not in one.used)
    reads = {name: {f"s.{other}" for other in names if other not in (name, "v")} for name in names if name != "v"}
    return exact, tuple(name for name, others in reads.items() if others & {*program.part(f"rate.{name}").used})


# What it gives depends on no number, so torch.compile may take it as it is. (torch's decorator that says so imports the
# compiler, one second, whether anything is compiled or not.)
_structure._dynamo_marked_constant = True  # type: ignore[attr-defined]
