"""Wrappers: what turns a step into the functions that people call, for any neuron."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from inspect import Parameter, Signature, signature
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import linear

from .adjoint import adjoint_step
from .explain import explanation
from .names import what_is
from .neuron import Neuron
from .refuse import refused
from .sound import sound
from .step import at_port, step
from .tuples import Nest, author


@dataclass(frozen=True)
class Layer:
    """What the function of a layer is made from, for who runs it in another way: the options of `layer`."""

    neuron: Neuron
    parameters: Nest
    state: Nest  # with `feeds_back`, the last spikes are its first leaf
    weights: tuple[str, ...]
    coupling: str | None
    detach_reset: bool
    adjoint: bool

    @property
    def feeds_back(self) -> bool:
        return "recurrent_weights" in self.weights


def snake_case(name: str) -> str:
    """The name of a class as that of a function; capitals that follow one another are one word.

    >>> snake_case("AdaptiveQuadratic"), snake_case("LIFRefrac")
    ('adaptive_quadratic', 'lifrefrac')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def layer(
    neuron: Neuron,
    about: str,
    suffix: str,
    *,
    name="",
    state=None,
    weights: tuple[str, ...] = (),
    coupling: Literal["before", "after", "current"] | None = None,
    detach_reset=False,
    adjoint=False,
    begin: Callable | None = None,
    x="input_tensor",
    s="state",
) -> Callable:
    """The function `(x, state, *weights, p, dt) -> (z, state)` of a neuron, called `name` or by neuron and `suffix`.

    `state` is the tuple class that people hold, where it is not the neuron's own. `weights` are
    input_weights [n, in] and recurrent_weights [n, n]; with the latter, `state` has the last spikes z in front.
    `coupling` adds an argument g_coupling [n, n]: compartments exchange dt g v before or after the step, or g v in
    place of a current. `adjoint`, or p.method = "adjoint", takes gradients from the adjoint equations. With `begin(p)`,
    a step without a state begins from there. `x` and `s` name the first arguments.
    """
    parameters, usual = neuron.nested or (neuron.parameters, neuron.state)
    held, tuned = Nest(state or usual), Nest(parameters)
    sound(neuron)
    made = Layer(neuron, tuned, held, weights, coupling, detach_reset, adjoint)
    name = name or f"{snake_case(neuron.name)}_{suffix}"
    names = (x, s, *weights, *(["g_coupling"] if coupling else []), "p", "dt")
    optional = {"p": None, "dt": neuron.step} | ({s: None} if begin else {})

    def function(*arguments, **keywords):
        given = _bound(name, names, arguments, keywords, optional)
        p, dt = _tuned(name, tuned, neuron.step, neuron.parameters, given)
        leaves = begin(p) if begin and given.get(s) is None else held.leaves(given[s], s)
        z, old = (leaves[0], leaves[1:]) if made.feeds_back else (None, leaves)
        old, total = neuron.state(*old), given[x]
        if weights or coupling:
            w_in, w_rec, g = map(given.get, ("input_weights", "recurrent_weights", "g_coupling"))
            _fit(total, w_in, w_rec, g, z, f"{s}.z")
        try:
            if weights:
                total = _total(neuron, total, given["input_weights"], z, given.get("recurrent_weights"))
            z, new = _advanced(made, total, old, given.get("g_coupling"), p, dt)
        except RuntimeError as error:
            raise _explained(error, given[x], given.get("input_weights"), old, p, s) from error
        return (new.v if neuron.excess is None else z), held.build((z, *new) if made.feeds_back else new)

    def initial(p, shape, dtype=None, device=None):
        """The state in which a layer of this shape begins, without spikes."""
        numbers = [torch.as_tensor(v) if isinstance(v, int | float) else v for v in tuned.leaves(p, "p")]
        start = (neuron.begin or neuron.rest)(neuron.parameters(*numbers))
        leaves = [torch.as_tensor(v).detach().to(device, dtype).expand(shape).clone() for v in start]
        return held.build((torch.zeros(shape, dtype=dtype, device=device), *leaves) if made.feeds_back else leaves)

    function.initial, function.parameters = initial, tuned.fields  # type: ignore[attr-defined]
    function.layer = made  # type: ignore[attr-defined]
    return _described(function, neuron, name, names, f"{about}\n\n{neuron.doc}\n\n{_told(made, x)}", optional)


def _tuned(name: str, tuned: Nest, usual: float, kind: Callable, given: dict) -> tuple:
    """Parameters, flat, and time step of a call. Raises ValueError."""
    p, dt = given.get("p"), given.get("dt", usual)
    if isinstance(dt, int | float) and not dt > 0:
        raise refused("dt", dt, "a time step in s, greater than 0")
    if p is None and tuned.default is None:
        raise ValueError(f"{name} needs parameters: give p = {tuned.fields.__name__}(...)")
    return kind(*tuned.leaves(tuned.default if p is None else p, "p")), dt


def _advanced(made: Layer, total, old, g, p, dt) -> tuple:
    """Spikes and state after a step with this input at the neuron's port, compartments coupled by g."""
    inputs = at_port(made.neuron, total)
    if made.coupling == "before":
        old = old._replace(v=old.v + dt * linear(old.v, g))
    elif made.coupling == "current":
        inputs["current"] = linear(old.v, g) / dt
    advance = adjoint_step if made.adjoint or getattr(p, "method", "") == "adjoint" else step
    z, new = advance(made.neuron, old, p, dt, detach_reset=made.detach_reset, **inputs)
    if made.coupling == "after":
        new = new._replace(v=new.v + dt * linear(new.v, g))
    return z, new


COUPLINGS = {
    "before": "dt g v is added to v before the step. ",
    "after": "dt g v is added to v after the step. ",
    "current": "g v / dt is the current I. ",
}


def _told(made: Layer, x: str) -> str:
    """What a layer takes, returns and raises, for its docstring."""
    given = ""
    if made.weights:
        given += f"{', '.join(made.weights)}: [n, in]{', [n, n]' if made.feeds_back else ''}. "
    if made.coupling:
        given += f"g_coupling: [n, n], from column to row, {COUPLINGS[made.coupling]}"
    if made.feeds_back:
        given += f"The input of the neurons is input_weights {x} + recurrent_weights z, with the last spikes z. "
    if made.adjoint:
        given += (
            "Gradients of input and state come from the adjoint equations, see `snnlab.core.adjoint`; p gets none. "
        )
    output = "v" if made.neuron.excess is None else "z"
    return (
        f"{given}Shapes broadcast; dt in s. Returns ({output}, {made.state.fields.__name__}).\n\n"
        "Raises ValueError for a tuple of another kind, shapes that do not fit, and an unknown surrogate."
    )


def feed_forward(neuron: Neuron, **options) -> Callable:
    """`(x, state, p, dt) -> (z, state)`: one step with a single input, at the neuron's port; options as in `layer`."""
    return layer(neuron, "One step, its input entering at the neuron's port.", "feed_forward_step", **options)


def recurrent(neuron: Neuron, state: type, *, suffix="step", **options) -> Callable:
    """`(x, state, w_in, w_rec, p, dt) -> (z, state)`: a layer that also feeds its own last spikes back.

    `state` is the neuron's state with the last spikes `z` in front; x [..., in], w_in [n, in], w_rec [n, n].
    """
    weights = ("input_weights", "recurrent_weights")
    return layer(neuron, "One step of a recurrent layer.", suffix, state=state, weights=weights, **options)


def readout(neuron: Neuron, **options) -> Callable:
    """`(x, state, w_in, p, dt) -> (v, state)`: a layer with input weights only."""
    return layer(neuron, "One step of a layer with input weights.", "step", weights=("input_weights",), **options)


def current_encoder(neuron: Neuron, name: str, **variables: str) -> Callable:
    """`(input_current, *variables, p, dt) -> (z, *variables)`: a step driven by a current, without synapse.

    `variables` are names of arguments and what they are in the neuron's state; all others are zero.
    """
    names, optional = ("input_current", *variables, "p", "dt"), {"p": None, "dt": neuron.step}
    tuned = Nest(neuron.parameters)

    def encoder(*arguments, **keywords):
        given = _bound(name, names, arguments, keywords, optional)
        p = neuron.parameters() if given.get("p") is None else neuron.parameters(*tuned.leaves(given["p"], "p"))
        named = {field: given[argument] for argument, field in variables.items()}
        zero = torch.zeros_like(torch.as_tensor(next(iter(named.values()))))
        s = neuron.state(**(dict.fromkeys(neuron.state._fields, zero) | named))
        try:
            advance = adjoint_step if getattr(p, "method", "") == "adjoint" else step
            z, s = advance(neuron, s, p, given.get("dt", neuron.step), current=given["input_current"])
        except RuntimeError as error:
            raise _explained(error, given["input_current"], None, s, p, "state") from error
        return z, *(getattr(s, field) for field in variables.values())

    about = f"One step driven by a current, without synapse: (z, {', '.join(variables)})."
    return _described(encoder, neuron, name, names, f"{about}\n\n{neuron.doc}\n\nShapes broadcast; dt in s.", optional)


def sparse(step_function: Callable) -> Callable:
    """The same step with spikes as sparse tensors."""

    def sparse_step(*arguments, **keywords):
        z, s = step_function(*arguments, **keywords)
        z = z.to_sparse()
        return z, _with_spikes(s, z)

    return _like(step_function, sparse_step, f"{step_function.__name__}_sparse", "Spikes leave as sparse tensors.")


def check_input(name: str, x) -> None:
    """Raises ValueError unless x is a tensor."""
    if not isinstance(x, Tensor):
        raise ValueError(f"{name} is given {what_is(x)} as its input: give a tensor")


def with_steps(name: str, x) -> None:
    """Raises ValueError unless x is a tensor that has time as its first dimension, and one step or more."""
    check_input(name, x)
    if not x.ndim or not x.shape[0]:
        raise ValueError(f"{name} needs one step or more: give an input [T, ...], not one of shape {tuple(x.shape)}")


def scan(step_function: Callable, *, last_only=False) -> Callable:
    """The step over time: x [T, ...] -> (z [T, ...], last state), or (last z, last state)."""

    def integral(input_tensor, state, *arguments, **keywords):
        zs = []
        with_steps(name, input_tensor)
        for x_t in input_tensor:
            z, state = step_function(x_t, state, *arguments, **keywords)
            zs.append(z)
        return (zs[-1] if last_only else torch.stack(zs)), state

    name = step_function.__name__.replace("feed_forward_step", "feed_forward") + "_integral"
    return _like(step_function, integral, name, "Over all steps of the input [T, ...].", x="input_tensor")


def _described(function: Callable, neuron: Neuron, name: str, names, doc: str, optional: dict) -> Callable:
    """The function with name, signature and docstring of its own, and the neuron that it is a step of."""
    function.__name__ = function.__qualname__ = name
    function.__module__ = author()
    function.__doc__ = f"{doc}\n\n{explanation(neuron)}\n\nSource: {neuron.source}"
    parameters = [
        Parameter(n, Parameter.POSITIONAL_OR_KEYWORD, default=optional.get(n, Parameter.empty)) for n in names
    ]
    function.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    function.neuron = neuron  # type: ignore[attr-defined]
    return function


def _like(step_function: Callable, function: Callable, name: str, what: str, x="") -> Callable:
    first, *more = signature(step_function).parameters.values()
    function.__signature__ = Signature([first.replace(name=x or first.name), *more])  # type: ignore[attr-defined]
    function.__name__ = function.__qualname__ = name
    function.__module__ = author()
    function.__doc__ = f"{what}\n\n{step_function.__doc__}"
    function.__dict__ |= {k: v for k, v in step_function.__dict__.items() if k in ("neuron", "initial")}
    return function


def _bound(name: str, names: tuple[str, ...], arguments: tuple, keywords: dict, optional) -> dict:
    """Arguments by name. Raises TypeError as Python does for a function written out."""
    given = dict(zip(names, arguments)) | keywords
    if len(arguments) > len(names) or len(given) < len(arguments) + len(keywords) or set(given) - set(names):
        raise TypeError(f"{name}() takes {', '.join(names)}, each once")
    if missing := [n for n in names if n not in given and n not in optional]:
        raise TypeError(f"{name}() misses {', '.join(missing)}")
    if empty := [n for n in names if n not in optional and given[n] is None]:
        raise ValueError(f"{', '.join(empty)} = None is not allowed: {name}() needs a tensor")
    return given


def _total(neuron: Neuron, x, w_in, z, w_rec):
    """Weighted input and feedback; one sum a channel, where the sign of a weight says which."""
    channels = neuron.channels or (lambda w: w,)
    sums = tuple(weighted(x, c(w_in)) + (0.0 if w_rec is None else weighted(z, c(w_rec))) for c in channels)
    return sums if neuron.channels else sums[0]


def weighted(x, w):
    """x @ w^T, for dense and sparse x."""
    x = x.to(w.dtype)  # spikes may be bool
    return linear(x, w) if x.layout == torch.strided else torch.sparse.mm(x, w.t())


def _with_spikes(s, z):
    """A state whose last spikes are z; they may be in a tuple inside."""
    if "z" in s._fields:
        return s._replace(z=z)
    first = s[0]
    return s._replace(**{s._fields[0]: _with_spikes(first, z)}) if hasattr(first, "_fields") else s


def _fit(x, w_in=None, w_rec=None, g=None, z=None, z_name="") -> None:
    """Raises ValueError for weights that do not fit the input or each other: some would broadcast without a word."""
    if not x.ndim:
        raise ValueError("the input has no dimension: give [..., n], one number for each neuron or weight")
    n = x.shape[-1]
    if w_in is not None:
        if w_in.ndim not in (1, 2) or w_in.shape[-1] != n:
            raise _misfit("input_weights", w_in, f"[n, {n}] for an input of shape {tuple(x.shape)}")
        if w_in.ndim == 1:  # one neuron without a dimension, which linear takes too
            return
        n = w_in.shape[0]
    for name, square in (("recurrent_weights", w_rec), ("g_coupling", g)):
        if square is not None and tuple(square.shape) != (n, n):
            raise _misfit(name, square, f"[{n}, {n}]")
    if w_rec is not None and tuple(getattr(z, "shape", ()))[-1:] != (n,):
        raise ValueError(f"{z_name} = {z!r:.60} does not fit: give the last spikes as a tensor [..., {n}]")


def _misfit(name: str, value: torch.Tensor, fitting: str) -> ValueError:
    return ValueError(f"{name} of shape {tuple(value.shape)} do not fit: give {fitting}")


def _explained(error: RuntimeError, x, w_in, s, p, state: str) -> Exception:
    """The error itself, or one that names the variable or parameter whose shape does not broadcast."""
    if not isinstance(x, torch.Tensor):
        return error
    shape: tuple[int, ...] = tuple(x.shape) if w_in is None else (*x.shape[:-1], *w_in.shape[:-1])
    for owner, values in ((state, s), ("p", p)):
        for field, value in zip(values._fields, values):
            if isinstance(value, torch.Tensor):
                try:
                    shape = torch.broadcast_shapes(shape, value.shape)
                except RuntimeError:
                    return ValueError(f"{owner}.{field} of shape {tuple(value.shape)} does not broadcast with {shape}")
    return error
