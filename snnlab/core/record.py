"""Record: run a function once on example tensors and keep the operations that torch dispatched.

Printers (LaTeX today, kernels later) walk this list, so what they show or compute is what runs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode


class Slot(NamedTuple):
    """The value number `number` of a recording: first its inputs, then one for each operation."""

    number: int


class Operation(NamedTuple):
    name: str  # as torch calls it, without overload: "mul"
    arguments: tuple  # Slots and numbers


@dataclass(frozen=True)
class Program:
    """What a function did: names of its inputs ("s.v", "I"), operations in order, and where each output is."""

    inputs: tuple[str, ...]
    operations: tuple[Operation, ...]
    outputs: dict[str, Slot | float]


class _Recorder(TorchDispatchMode):
    def __init__(self, inputs: list[Tensor]) -> None:
        super().__init__()
        self.alive = list(inputs)  # tensors are told apart by identity, so none may die while recording
        self.slots = {id(t): Slot(k) for k, t in enumerate(inputs)}
        self.operations: list[Operation] = []

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # True would import torch._dynamo, one second, on entering

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        name = function.overloadpacket.__name__
        # a change of dtype alone makes numbers of comparisons; printers have a dtype of their own
        if kwargs and not (name == "_to_copy" and kwargs.keys() == {"dtype"}):
            raise ValueError(
                f"the operation {name!r} has the keyword {', '.join(kwargs)}: it can be recorded only without"
            )
        result = function(*args, **(kwargs or {}))
        if not isinstance(result, Tensor):
            raise ValueError(f"the operation {name!r} gives no single tensor, so it cannot be recorded")
        self.operations.append(Operation(name, tuple(map(self.slot, args))))
        self.alive.append(result)
        self.slots[id(result)] = Slot(len(self.alive) - 1)
        return result

    def slot(self, value):
        if not isinstance(value, Tensor):
            return value
        if id(value) in self.slots:
            return self.slots[id(value)]
        if value.numel() == 1:
            return value.item()
        raise ValueError(f"a constant of shape {tuple(value.shape)} cannot be recorded: use parameters or numbers")


def example(fields: Any, seed: int):
    """A tuple with distinct float64 tensors of shape (1,); fields whose default is no number keep it."""
    generator = torch.Generator().manual_seed(seed)
    defaults = fields._field_defaults
    return fields(
        *(
            defaults[f]
            if isinstance(defaults.get(f), str) or callable(defaults.get(f))
            else torch.rand(1, generator=generator, dtype=torch.float64) + 0.5
            for f in fields._fields
        )
    )


def record(function: Callable, **arguments) -> Program:
    """The program of `function(**arguments)`, whose arguments are tensors or tuples of tensors as `example` gives."""
    named = {}
    for name, value in arguments.items():
        if isinstance(value, Tensor):
            named[name] = value
        else:
            named |= {f"{name}.{f}": t for f, t in zip(value._fields, value, strict=True) if isinstance(t, Tensor)}
    with _Recorder(list(named.values())) as recorder, torch.no_grad():
        result = function(**arguments)
    outputs = {"": result} if isinstance(result, Tensor) else result._asdict()
    return Program(tuple(named), tuple(recorder.operations), {k: recorder.slot(v) for k, v in outputs.items()})
