"""Steps as `torch.nn.Module`: a cell is one step, a layer is all of them; with weights they are recurrent."""

import inspect
import math
from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any

import torch
from torch import Tensor, nn

from .kept import Keeper
from .precision import at_least, cast_back, state_dtype
from .refuse import refused
from .surrogate import transformed
from .tuples import is_tuple
from .wrap import check_input, with_steps


def stacked(states: Sequence[Any]) -> Any:
    """A tuple of states in time as one state whose fields have time in front; tuples inside as well."""
    first = states[0]
    if not is_tuple(first):
        return torch.stack(tuple(states))
    parts = [stacked(part) for part in zip(*states)]
    return type(first)(*parts) if hasattr(first, "_fields") else tuple(parts)


def _dtype(state: Any) -> torch.dtype | None:
    """The dtype of a state's first tensor."""
    if not is_tuple(state):
        return state.dtype if isinstance(state, Tensor) else None
    return next(filter(None, map(_dtype, state)), None)


class SNNCell(Keeper):
    """One step: `(x, state) -> (z, state)`; without a state it begins from `state_fallback(x)`.

    Tensors of the parameters p are the module's, as "p_tau_mem_inv". The state is at least float32, also for inputs in
    half precision; the output has the input's dtype.
    """

    weights: tuple[str, ...] = ()
    _start: Any = None  # the state in which a run begins, where it is given

    def __init__(
        self,
        activation: Callable,
        state_fallback: Callable[[Tensor], Any],
        p: Any,
        dt: float = 0.001,
        activation_sparse: Callable | None = None,
    ) -> None:
        super().__init__()
        self.activation, self.activation_sparse = activation, activation_sparse
        self.state_fallback, self.p, self.dt = state_fallback, p, dt

    @property
    def p(self) -> Any:
        return self.kept("p")

    @p.setter
    def p(self, value: Any) -> None:
        self.keep("p", value)

    def extra_repr(self) -> str:
        return f"p={self.p}, dt={self.dt}"

    def weight(self, name: str) -> Tensor:
        """A weight as steps take it."""
        return getattr(self, name)

    def begin(self, input_tensor: Tensor, state: Any) -> Any:
        """The state before the first step."""
        return at_least(torch.float32, self.state_fallback(input_tensor) if state is None else state)

    def arguments(self, state: Any) -> tuple:
        """What a step takes besides input and state: weights, p, dt; what acts on the state is as precise as it."""
        dtype = _dtype(state) or torch.float32
        weights = [at_least(dtype, self.weight(w)) if w == "g_coupling" else self.weight(w) for w in self.weights]
        return *weights, at_least(dtype, self.p), self.dt

    def step(self, input_tensor: Tensor, state: Any, arguments: tuple) -> tuple[Tensor, Any]:
        """One step, by the sparse function where there is one for a sparse input."""
        use = self.activation_sparse if self.activation_sparse and input_tensor.is_sparse else self.activation
        z, state = use(input_tensor, state, *arguments)
        return cast_back(z, input_tensor), state

    def forward(self, input_tensor: Tensor, state: Any = None):
        check_input(type(self).__name__, input_tensor)
        state = self.begin(input_tensor, state)
        return self.step(input_tensor, state, self.arguments(state))


class SNN(SNNCell):
    """All steps of x [T, ...]: `(z [T, ...], last state)`, or all states in time with `record_states`."""

    def __init__(self, *arguments, record_states: bool = False, **keywords) -> None:
        super().__init__(*arguments, **keywords)
        self.record_states = record_states

    def at_once(self, input_tensor: Tensor, state: Any) -> tuple[Tensor, Any] | None:
        """What `forward` gives, by a faster way than step by step; None where there is none.

        This floor has none: `snnlab.modules` hangs the engine's kernels here.
        """
        return None

    def forward(self, input_tensor: Tensor, state: Any = None):
        with_steps(type(self).__name__, input_tensor)
        state = self.begin(input_tensor, state)
        if (found := self.at_once(input_tensor, state)) is not None:
            return found
        arguments = self.arguments(state)
        outputs, states = [], []
        for x in input_tensor:
            z, state = self.step(x, state, arguments)
            outputs.append(z)
            states += [state] if self.record_states else []
        return torch.stack(outputs), stacked(states) if self.record_states else state


def _size(name: str, value: Any, least: int) -> int:
    """How many neurons or inputs. Raises ValueError for what is no such number."""
    whole = isinstance(value, Real) and not isinstance(value, bool) and value == value // 1  # 3.0 will do
    if not whole or not least <= value < 2**31:
        raise refused(name, value, f"a whole number, {least} or more")
    return int(value)


class SNNRecurrentCell(SNNCell):
    """One step of a layer with weights for input [hidden, input] and for its own last spikes [hidden, hidden].

    Weights that are not given are random; given tensors that are no parameters become buffers. Without `autapses` no
    neuron is connected to itself: whatever the diagonal of recurrent_weights holds, steps take it as zero. That of
    weights that are given or loaded is set to zero.
    """

    weights = ("input_weights", "recurrent_weights")

    def __init__(
        self,
        activation: Callable,
        state_fallback: Callable[[Tensor], Any],
        input_size: int,
        hidden_size: int,
        p: Any,
        input_weights: Tensor | None = None,
        recurrent_weights: Tensor | None = None,
        autapses: bool = False,
        dt: float = 0.001,
        **keywords,
    ) -> None:
        coupling = keywords.pop("g_coupling", None)  # of compartments, where the step has them
        super().__init__(activation, state_fallback, p, dt=dt, **keywords)
        self.input_size, self.hidden_size = _size("input_size", input_size, 0), _size("hidden_size", hidden_size, 1)
        self.autapses = autapses
        given = {"input_weights": input_weights, "recurrent_weights": recurrent_weights, "g_coupling": coupling}
        if not autapses and recurrent_weights is not None:  # in place and with a gradient, as in Norse
            with torch.no_grad():
                recurrent_weights.fill_diagonal_(0.0)
            recurrent_weights.requires_grad_()
        for name in self.weights:
            self.register(name, self._random(name) if given[name] is None else given[name])

    def _random(self, name: str) -> nn.Parameter:
        columns = self.input_size if name == "input_weights" else self.hidden_size
        scale = math.sqrt((1.0 if name == "g_coupling" else 2.0) / self.hidden_size)
        weights = scale * torch.randn(self.hidden_size, columns)
        return nn.Parameter(self._without_autapses(weights) if name == "recurrent_weights" else weights)

    def _without_autapses(self, weights: Tensor) -> Tensor:
        """Recurrent weights without connections of a neuron to itself; as they are, with `autapses`."""
        if self.autapses or weights.ndim != 2:
            return weights
        return weights.masked_fill(torch.eye(*weights.shape, dtype=torch.bool, device=weights.device), 0.0)

    def weight(self, name: str) -> Tensor:
        weights = super().weight(name)
        return self._without_autapses(weights) if name == "recurrent_weights" else weights

    def _load_from_state_dict(self, state_dict, prefix, *arguments) -> None:
        if (name := f"{prefix}recurrent_weights") in state_dict:
            state_dict = state_dict | {name: self._without_autapses(state_dict[name])}
        super()._load_from_state_dict(state_dict, prefix, *arguments)

    def extra_repr(self) -> str:
        sizes = f"input_size={self.input_size}, hidden_size={self.hidden_size}"
        return f"{sizes}, p={self.p}, autapses={self.autapses}, dt={self.dt}"


class SNNRecurrent(SNN, SNNRecurrentCell):
    """All steps of a recurrent layer."""


def is_stateful(module: nn.Module) -> bool:
    """Whether a module takes and gives a state besides its input."""
    return "state" in inspect.signature(module.forward).parameters or isinstance(module, nn.RNNBase)


_SOURCE = torch.zeros((), requires_grad=True)


def _reached(state: Any) -> Any:
    """A state that begins here, whose v requires a gradient: what a layer gives has one without any parameter."""
    if torch.compiler.is_exporting():
        return state
    if torch.compiler.is_compiling():  # makes no leaves
        source = state.v + _SOURCE if hasattr(state, "v") else state[0]._replace(v=state[0].v + _SOURCE)
        return state._replace(**{"v" if hasattr(state, "v") else state._fields[0]: source})
    if not transformed():  # torch.func has leaves of its own
        (state if hasattr(state, "v") else state[0]).v.requires_grad_()
    return state


def _arguments(base: type[SNNCell], step: Any) -> inspect.Signature:
    """What the module of a step is made with, in Norse's order, where it has one."""
    complete = len(step.parameters._field_defaults) == len(step.parameters._fields)
    place, by_name = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    has_weights = issubclass(base, SNNRecurrentCell)
    found: dict[str, tuple[Any, Any]] = {}
    if has_weights:
        found |= dict.fromkeys(("input_size", "hidden_size"), (place, inspect.Parameter.empty))
    found["p"] = place, step.parameters() if complete else None
    if "g_coupling" in inspect.signature(step).parameters:
        found["g_coupling"] = place, None
    found |= {"dt": (place, step.neuron.step), "adjoint": (by_name, False)}
    if not complete:
        found["spiking_method"] = by_name, None
    if has_weights:
        found |= dict.fromkeys(("input_weights", "recurrent_weights"), (by_name, None))
        found["autapses"] = by_name, False
    if issubclass(base, SNN):
        found["record_states"] = by_name, False
    return inspect.Signature([inspect.Parameter(n, kind, default=d) for n, (kind, d) in found.items()])


def module(name: str, base: type[SNNCell], step: Any, sparse_step: Any = None, doc: str = "") -> type[SNNCell]:
    """The module class of a step; its first arguments are sizes where it has weights, then come parameters p.

    In place of p it also takes a tuple (p, s) of parameters and the state to begin from, as `spiking_method` too.
    """
    over_time, has_weights = issubclass(base, SNN), issubclass(base, SNNRecurrentCell)
    arguments = _arguments(base, step)

    class Module(base):  # type: ignore[valid-type, misc]
        if has_weights:
            weights = tuple(w for w in inspect.signature(step).parameters if w.endswith(("weights", "coupling")))
        __signature__ = arguments

        def __init__(self, *given, **named) -> None:
            bound = self.__signature__.bind(*given, **named)
            bound.apply_defaults()
            chosen = bound.arguments
            p = chosen.pop("spiking_method", None) or chosen["p"]
            if getattr(p, "_fields", ()) == ("p", "s"):
                self.spiking_method, (p, self._start) = p, p
            if getattr(p, "_fields", None) != step.parameters._fields:
                raise ValueError(f"{name} needs parameters: give p = {step.parameters.__name__}(...), not {p!r:.60}")
            dt = chosen["dt"]
            number = isinstance(dt, Real) and not isinstance(dt, bool)
            if not (number or (isinstance(dt, Tensor) and dt.numel() == 1)) or not 0 < dt < math.inf:
                raise refused("dt", dt, "a time step in s, greater than 0")
            chosen["p"] = _by_adjoint(p, name) if chosen.pop("adjoint") else p
            super().__init__(step, self.initial_state, activation_sparse=sparse_step, **chosen)

        def initial_state(self, input_tensor: Tensor):
            """Where a run begins; gradients reach v."""
            shape = tuple(input_tensor.shape[1:] if over_time else input_tensor.shape)
            if has_weights:
                shape = (*shape[:-1], self.hidden_size)
            dtype = state_dtype(input_tensor)
            state = step.initial(at_least(dtype, self.p), shape, dtype, input_tensor.device)
            if self._start is not None:
                with torch.no_grad():
                    for field, value in self._start._asdict().items():
                        getattr(state, field).copy_(value)
            return _reached(state)

    Module.__name__ = Module.__qualname__ = name
    Module.__module__ = "snnlab.modules"
    Module.__doc__ = f"{doc}\n\n{step.__doc__}"
    return Module


def _by_adjoint(p: Any, name: str) -> Any:
    """Parameters with the method "adjoint", also where they are in a tuple inside."""
    if "method" in p._fields:
        return p._replace(method="adjoint")
    if not hasattr(p[0], "_fields"):
        raise ValueError(f"adjoint = True is not allowed: {name} never spikes, its gradients are exact without")
    return p._replace(**{p._fields[0]: _by_adjoint(p[0], name)})
