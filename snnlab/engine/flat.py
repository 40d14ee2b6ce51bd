"""A request as kernels take it: neurons in a row, inputs [T, N], what wants a gradient by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from . import memory, trace
from .llvm import TYPES, Unprintable
from .loops import Port
from .recording import Diverged, Recording, cut
from .request import Request
from .synapses import Link, WeightSamples, learnt

FLOATS = (torch.float32, torch.float64)


@dataclass(frozen=True)
class Setting:
    """What is known of a run before its numbers: the key of its plan.

    Neurons are in a row, `N` of them. `strides` are how far the rows of each port are apart. `kept` variables are
    recorded whole, `picked` ones for the neurons `ids`, ascending, at the end of `every` so many steps.
    """

    cell: trace.Cell
    names: tuple[str, ...]  # of the state's variables
    dtype: torch.dtype
    T: int
    N: int
    ports: tuple[Port, ...]
    strides: tuple[int, ...]
    wide: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    picked: tuple[str, ...] = ()
    ids: tuple[int, ...] = ()
    every: int = 1
    gradient: bool = False
    links: tuple[Link, ...] = ()  # of a network, whose neurons lie side by side, `block` of them
    channels: tuple[Callable, ...] = ()
    delays: tuple[int, ...] = ()
    past: int = 0  # steps before the run of which others want to know the spikes
    block: int = 0


class Outcome(NamedTuple):
    """What a run gives: spikes [T, N], variables, the last state [N] each, and (step, neuron, variable) that failed."""

    spikes: Any
    kept: dict[str, Tensor]
    picked: dict[str, Tensor]
    state: Sequence[Tensor] | Tensor
    failure: tuple[int, int, str] | None = None
    checkpoints: Tensor | None = None
    arrived: tuple[Tensor, ...] = ()  # what came back from a network, [T, N] for each channel
    events: Tensor | None = None  # its spikes, as bytes


class Flat:
    """Inputs, parameters and state of a request in the shapes of a kernel; `leaves` are those that want a gradient.

    `given` are tensors, [N] for the `wide` parameters of which every neuron has its own, or numbers. Raises Unprintable
    where there can be no kernel.
    """

    def __init__(self, asked: Request) -> None:
        if asked.dtype not in FLOATS:
            raise Unprintable(f"{asked.dtype} is not known to kernels")
        try:
            hash(asked.cell)
        except TypeError as error:
            raise Unprintable(f"of a parameter that cannot be compared: {error}") from None
        if torch._C._are_functorch_transforms_active():
            raise Unprintable("torch.func sees through eager torch alone")
        self.asked = asked
        self.leaves: dict[str, Tensor] = {}
        self.given: dict[str, Any] = {"dt": asked.dt, "seed": asked.seed, "before": asked.before}
        ports = [self._port(name, x) for name, x in asked.ports.items()]
        self.ports, self.strides = tuple(port for port, _ in ports), tuple(stride for _, stride in ports)
        self.wide = tuple(name for name, value in asked.numbers.items() if self._number(name, value))
        self.state = [self._begin(name, value) for name, value in zip(asked.names, asked.state)]

    @property
    def alive(self) -> dict[str, Tensor]:
        """What a kernel reads where it lies, by name: inputs, and parameters of which every neuron has its own."""
        return {name: self.given[name] for name in (*(port.name for port in self.ports), *self.wide)}

    @property
    def numbers(self) -> dict[str, Any]:
        """All others."""
        alive = self.alive
        return {name: value for name, value in self.given.items() if name not in alive}

    def setting(self, **more) -> "Setting":
        asked = self.asked
        record = tuple(dict.fromkeys(asked.record))
        whole = asked.neurons is None and asked.every == 1
        ids = () if whole else tuple(sorted(set(range(asked.N) if asked.neurons is None else asked.neurons)))
        return Setting(
            asked.cell,
            asked.names,
            asked.dtype,
            asked.steps,
            asked.N,
            self.ports,
            self.strides,
            self.wide,
            record if whole else (),
            () if whole else record,
            ids,
            asked.every,
            asked.gradient,
            **more,
        )

    def _wants(self, value: Any) -> bool:
        return isinstance(value, Tensor) and value.requires_grad

    def _port(self, name: str, x: Tensor) -> tuple[Port, int]:
        T, N = self.asked.steps, self.asked.N
        wants = self.asked.gradient and x.requires_grad
        x = _rows(x, T, self.asked.shape, wants)
        if wants:
            self.leaves[name] = x
        self.given[name] = x.detach()
        shared = N > 1 and (x.shape[1] == 1 or x.stride(1) == 0)
        return Port(name, "i8" if x.dtype == torch.bool else TYPES[x.dtype], shared), x.stride(0) if T > 1 else 0

    def _number(self, name: str, value: Any) -> bool:
        """Whether every neuron has its own."""
        wide = isinstance(value, Tensor) and value.numel() > 1
        if wide:
            value = value.expand(self.asked.shape).reshape(self.asked.N).contiguous()
        if self.asked.gradient and self._wants(value):
            self.leaves[name] = value.reshape(-1)
        if isinstance(value, Tensor):
            value = value.detach() if wide else value.detach().reshape(())
        self.given[name] = value
        return wide

    def _begin(self, name: str, value: Any) -> Any:
        if not isinstance(value, Tensor):
            return value
        whole = value.expand(self.asked.shape).reshape(self.asked.N)
        if self.asked.gradient and self._wants(value):
            self.leaves[f"s.{name}"] = whole
        return value.detach().reshape(()) if value.numel() == 1 else whole.detach()


def _rows(x: Tensor, T: int, shape: tuple[int, ...], gradient: bool) -> Tensor:
    """An input as [T, N] with neurons side by side, or as [T, 1] where one number is for all neurons."""
    N = torch.Size(shape).numel()
    if x.numel() == T and not gradient:
        return x.reshape(T, 1)
    if tuple(x.shape[1:]) != shape:
        x = x.reshape(T, *[1] * (len(shape) - x.ndim + 1), *x.shape[1:]).expand(T, *shape)
    if not x.is_contiguous() and x.stride()[-1:] != (0,):
        memory.check(T * N * x.element_size(), x.device, "An input that broadcasts")
    x = x.reshape(T, N)
    return x if N == 1 or x.stride(1) in (0, 1) else x.contiguous()


def recorded(
    asked: Request,
    outcome: Outcome,
    setting: Setting,
    backend: str,
    past: Tensor | None = None,
    synapses: tuple[dict[str, Tensor], ...] = (),
    samples: tuple[WeightSamples, ...] = (),
) -> Recording:
    """The recording of what a kernel gave. Raises Diverged."""
    variables = outcome.kept if setting.kept else outcome.picked
    if asked.neurons is not None and tuple(asked.neurons) != setting.ids:
        order = torch.tensor([setting.ids.index(k) for k in asked.neurons], device=asked.device)
        variables = {name: values[:, order] for name, values in variables.items()}
    end = asked.end(outcome.state, outcome.spikes, past, synapses)
    left = {"last": end, "weights": learnt(synapses), "weight_samples": samples}
    recording = asked.recording(variables, outcome.spikes, backend, **left)
    if outcome.failure is not None:
        step, neuron, variable = outcome.failure
        raise Diverged(variable, neuron, step, cut(recording, step))
    return recording
