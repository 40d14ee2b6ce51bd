"""Trees as numbers: each node is the operation of torch that code would call, in the order of the text."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor

from snnlab.core.exponential import phi
from snnlab.functional.neurons.kinetics import linear_exponential

from .trees import Node

Value = Any  # a tensor, or a number of the text
PRODUCTS = 16  # the largest exponent that is written as products


def power(a: Value, b: Value) -> Value:
    """a^b; where b is a small whole number as products, which are faster, and the same bits on every processor."""
    if not isinstance(b, int) or not 3 < b <= PRODUCTS:
        return a**b
    half = power(a, b // 2)
    return half * half if b % 2 == 0 else half * half * a


def least(a: Value, b: Value) -> Value:
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        return torch.minimum(a, b)
    return torch.clamp_max(a, b) if isinstance(a, Tensor) else torch.clamp_max(b, a)


def most(a: Value, b: Value) -> Value:
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        return torch.maximum(a, b)
    return torch.clamp_min(a, b) if isinstance(a, Tensor) else torch.clamp_min(b, a)


OPERATIONS: dict[str, Callable[..., Value]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": power,
    "neg": lambda a: -a,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "not": lambda a: ~a,
    "where": torch.where,
    "clip": lambda a, low, high: least(most(a, low), high),
    "exprel": phi,
    "vtrap": lambda a, b: linear_exponential(-a, b),  # as NEURON has it
    **{
        name: getattr(torch, name)
        for name in ("exp", "expm1", "log", "log1p", "log10", "sqrt", "sigmoid", "erf", "abs", "sign")
    },
    **{name: getattr(torch, name) for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "floor", "ceil")},
}


class Program:
    """Trees with the sub-expressions that they need, in an order in which each has what it needs."""

    def __init__(self, trees: Iterable[Node], inner: Mapping[str, Node]) -> None:
        self.inner = {name: inner[name] for name in ordered(trees, inner)}

    def values(self, values: Mapping[str, Value], like: Tensor) -> dict[str, Value]:
        """The values of all names: those given, and the sub-expressions."""
        found = dict(values)
        for name, tree in self.inner.items():
            found[name] = torch.as_tensor(value(tree, found, like), dtype=like.dtype, device=like.device)
        return found


def ordered(trees: Iterable[Node], inner: Mapping[str, Node]) -> list[str]:
    """The sub-expressions of these trees, each behind those that it needs itself. They form no circle."""
    wanted = {name for tree in trees for name in tree.names if name in inner}
    waiting = list(wanted)
    while waiting:
        more = [name for name in inner[waiting.pop()].names if name in inner and name not in wanted]
        wanted |= {*more}
        waiting += more
    return [name for name in inner if name in wanted]


def value(node: Node, values: Mapping[str, Value], like: Tensor) -> Value:
    """The value of a tree; `like` has the dtype of numbers that functions take."""
    if node.kind == "number":
        return int(node.value) if node.value == int(node.value) and abs(node.value) < 1e15 else node.value
    if node.kind == "name":
        return values[node.name]
    parts = [value(part, values, like) for part in node.parts]
    if not any(isinstance(part, Tensor) for part in parts):  # numbers with units, and functions of numbers
        parts = [torch.as_tensor(part, dtype=like.dtype, device=like.device) for part in parts]
    if node.kind in ("min", "max"):
        both = least if node.kind == "min" else most
        found = parts[0]
        for part in parts[1:]:
            found = both(found, part)
        return found
    if node.kind == "where":
        parts = [x if isinstance(x, Tensor) else torch.as_tensor(x, dtype=like.dtype) for x in parts]
    return OPERATIONS[node.kind](*parts)
