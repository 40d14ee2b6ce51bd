"""Record: run a function once on example tensors and keep the operations that torch dispatched.

Printers (LaTeX, kernels for CPU and GPU) walk this list, so what they show or compute is what runs.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from inspect import signature
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

# What copies, and what a tensor is made with besides its dtype, says nothing about numbers.
_COPIES = {"clone", "lift_fresh_copy", "_to_copy"}
_SILENT = {"dtype", "layout", "device", "pin_memory", "memory_format", "non_blocking"}


class Unrecordable(ValueError, NotImplementedError):
    """What a function does cannot be told by a list of operations on numbers: it runs, but nothing is printed of it."""


class Slot(NamedTuple):
    """The value number `number` of a recording: first its inputs, then one for each operation."""

    number: int


class Operation(NamedTuple):
    name: str  # as torch calls it, without overload: "mul"; one that is not torch's own with its namespace
    arguments: tuple  # Slots and numbers
    dtype: torch.dtype  # of its result


@dataclass(frozen=True, eq=False)
class Program:
    """What a function did: names of its inputs ("s.v", "I"), operations in order, and where each output is.

    `dtypes` has one entry for each input; operations on which no output depends are left out.
    """

    inputs: tuple[str, ...]
    dtypes: tuple[torch.dtype, ...]
    operations: tuple[Operation, ...]
    outputs: dict[str, Slot | float]

    def dtype(self, value: Slot | float) -> torch.dtype | None:
        """That of a value; None for a number, which has that of its reader."""
        if not isinstance(value, Slot):
            return None
        inner = value.number - len(self.inputs)
        return self.dtypes[value.number] if inner < 0 else self.operations[inner].dtype

    @property
    def used(self) -> tuple[str, ...]:
        """The inputs on which an output depends."""
        values = [*self.outputs.values(), *(a for operation in self.operations for a in operation.arguments)]
        numbers = {value.number for value in values if isinstance(value, Slot)}
        return tuple(name for number, name in enumerate(self.inputs) if number in numbers)

    def part(self, *outputs: str) -> "Program":
        """What gives these outputs alone."""
        return _needed(replace(self, outputs={name: self.outputs[name] for name in outputs}))


class _Recorder(TorchDispatchMode):
    def __init__(self, inputs: list[Tensor]) -> None:
        super().__init__()
        self.alive = list(inputs)  # values are told apart by their memory, so none may be freed while recording
        self.slots = {_place(t): Slot(k) for k, t in enumerate(inputs)}
        if len(self.slots) < len(inputs):
            raise Unrecordable("two inputs share their memory, so that they could not be told apart")
        self.first, self.operations = len(inputs), list[Operation]()
        self.shape = inputs[0].shape if inputs else torch.Size([1])

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # True would import torch._dynamo, one second, on entering

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        # Those of torch itself by their own name, others with their namespace: "mine::exp" is no "exp".
        name, in_place = function._schema.name.removeprefix("aten::"), function._schema.is_mutable
        if in_place:  # memory that changed has a new value
            name = name.removesuffix("_")  # sub_ is recorded as sub
        kwargs = kwargs or {}
        if telling := kwargs.keys() - _SILENT:
            raise Unrecordable(
                f"the operation {name!r} has the keyword {', '.join(telling)}: it can be recorded only without"
            )
        overwrites = name in ("fill", "zero") and in_place  # whatever was there before
        if any(isinstance(a, list | tuple) and any(isinstance(x, Tensor) for x in a) for a in args):
            raise Unrecordable(f"the operation {name!r} takes a list of tensors, so it cannot be recorded")
        arguments = tuple(map(self.slot, args[1:] if overwrites else args))  # before it runs: it may work in place
        result = function(*args, **kwargs)
        if name == "_local_scalar_dense":
            raise Unrecordable(
                "a number that `if`, float() or .item() takes out of a tensor cannot be recorded: use where"
            )
        if not isinstance(result, Tensor):
            raise Unrecordable(f"the operation {name!r} gives no single tensor, so it cannot be recorded")
        self.alive.append(result)
        place = _place(result)
        depends = any(isinstance(a, Slot) for a in arguments) and not name.endswith("_like")
        if depends or name.startswith("rand"):
            if result.shape != self.shape:  # a sum, a part: of other numbers than the one that stands for all
                shape = tuple(result.shape)
                whole = tuple(self.shape)
                raise Unrecordable(f"the operation {name!r} makes {shape} of {whole}: each number must be for itself")
            if in_place or place not in self.slots:  # else a view of what is known
                self.slots[place] = self._new(name, arguments, result)
        else:
            self.slots.pop(place, None)  # a constant
        return result

    def _new(self, name: str, arguments: tuple, result: Tensor) -> Slot:
        if name in _COPIES and isinstance(arguments[0], Slot) and self._dtype(arguments[0]) == result.dtype:
            return arguments[0]
        self.operations.append(Operation(name, arguments, result.dtype))
        return Slot(self.first + len(self.operations) - 1)

    def _dtype(self, slot: Slot) -> torch.dtype:
        inner = slot.number - self.first
        return self.alive[slot.number].dtype if inner < 0 else self.operations[inner].dtype

    def slot(self, value):
        if not isinstance(value, Tensor):
            return value
        if (place := _place(value)) in self.slots:
            return self.slots[place]
        if value.requires_grad:
            raise Unrecordable("a tensor that wants a gradient is no argument: give it as a parameter")
        if value.numel() == 1 or (value.shape == self.shape and bool((value == value.flatten()[0]).all())):
            return value.flatten()[0].item()
        raise Unrecordable(f"a constant of shape {tuple(value.shape)} cannot be recorded: use parameters or numbers")


class _Inside(TorchFunctionMode):
    """Refuses what leaves torch: numbers that come back from elsewhere would be constants."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        if (name := getattr(function, "__name__", "")) in ("numpy", "__array__", "tolist"):
            raise Unrecordable(
                f"{name}, by which numbers leave torch, cannot be recorded: write it in torch, without numpy"
            )
        return function(*args, **(kwargs or {}))


def _place(value: Tensor) -> tuple[int, torch.dtype]:
    """Where a value of one element is: aliases and what autograd saved are the same value in the same memory."""
    return value.data_ptr(), value.dtype


def example(fields: Any, seed: int, dtype=torch.float64):
    """A tuple with distinct tensors of shape (1,); fields whose default is no number keep it."""
    generator = torch.Generator().manual_seed(seed)
    defaults = fields._field_defaults
    return fields(
        *(
            defaults[f]
            if isinstance(defaults.get(f), str | bool) or callable(defaults.get(f))
            else torch.rand(1, generator=generator, dtype=dtype) + 0.5
            for f in fields._fields
        )
    )


def record(function: Callable, **arguments) -> Program:
    """The program of `function(**arguments)`, whose arguments are tensors or tuples of tensors as `example` gives.

    They are of one shape, and so must be all that it makes of them. It may take gradients inside. Raises Unrecordable
    that names what cannot be recorded.
    """
    named: dict[str, Tensor] = {}
    for name, value in arguments.items():
        if isinstance(value, Tensor):
            named[name] = value
        else:
            fields = getattr(value, "_fields", range(len(value)))
            named |= {f"{name}.{f}": t for f, t in zip(fields, value, strict=True) if isinstance(t, Tensor)}
    _check_arguments(function, arguments)
    with _Inside(), _Recorder(list(named.values())) as recorder, torch.no_grad():
        result = function(**arguments)
    if isinstance(result, Tensor):
        result = {"": result}
    elif not isinstance(result, Mapping):
        result = result._asdict()
    outputs = {name: recorder.slot(value) for name, value in result.items()}
    return _needed(Program(tuple(named), tuple(t.dtype for t in named.values()), tuple(recorder.operations), outputs))


def apart(function: Callable, *given: Any) -> Any:
    """What a function gives in a thread of its own, where torch has none of the modes that may be at work here:
    recorders, vmap, gradients."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(function, *given).result()


def _check_arguments(function: Callable, given: Mapping[str, Any]) -> None:
    """Raises ValueError for a function whose arguments are called otherwise."""
    try:
        taken = signature(function)
    except ValueError:  # one of torch's own, which has none
        return
    try:
        taken.bind(**given)
    except TypeError as error:
        name = getattr(function, "__qualname__", repr(function))
        raise ValueError(f"{name}{taken} is called with other names: call its arguments {', '.join(given)}") from error


def _needed(program: Program) -> Program:
    """The program without operations on which no output depends."""
    first = len(program.inputs)
    wanted = {value.number for value in program.outputs.values() if isinstance(value, Slot)}
    for number in reversed(range(first, first + len(program.operations))):
        if number in wanted:
            wanted |= {a.number for a in program.operations[number - first].arguments if isinstance(a, Slot)}
    kept = [number for number in range(first, first + len(program.operations)) if number in wanted]
    moved = {old: Slot(new) for new, old in enumerate([*range(first), *kept])}

    def renumbered(value):
        return moved[value.number] if isinstance(value, Slot) else value

    operations = (program.operations[number - first] for number in kept)
    return Program(
        program.inputs,
        program.dtypes,
        tuple(o._replace(arguments=tuple(map(renumbered, o.arguments))) for o in operations),
        {name: renumbered(value) for name, value in program.outputs.items()},
    )
