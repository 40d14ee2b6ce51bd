"""Logic on spikes: tensors of 0 and 1 whose shapes broadcast, and each gate as an operation on two trains."""

from typing import Annotated, NamedTuple

import torch
from torch import Tensor, as_tensor

from snnlab.core import Count, SpikeOperation, Steps

from .surrogates import super_fn


def logical_and(x: Tensor, y: Tensor) -> Tensor:
    """1 where both are: `x y`."""
    return x * y


def logical_xor(x: Tensor, y: Tensor) -> Tensor:
    """1 where one is and the other is not: `|x - y|`."""
    return torch.abs(x - y)


def logical_or(x: Tensor, y: Tensor) -> Tensor:
    """1 where at least one is: the step of `x + y`, with the surrogate gradient of `super_fn`."""
    return super_fn(x + y)


def muller_c(y_prev: Tensor, x_1: Tensor, x_2: Tensor) -> Tensor:
    """Muller's C-element: 1 once both inputs are, 0 once neither is, else the last output `y_prev`.

    The step of `x_1 x_2 + (x_1 + x_2) y_prev`, with the surrogate gradient of `super_fn`.
    Source: Muller, Bartky, A theory of asynchronous circuits, Harvard 1959.
    """
    return super_fn(x_1 * x_2 + (x_1 + x_2) * y_prev)


def posedge_detector(z: Tensor, z_prev: Tensor) -> Tensor:
    """1 where z is and z_prev was not: `(1 - z_prev) z`."""
    return (1 - z_prev) * z


MULLER = "Muller, Bartky, A theory of asynchronous circuits, Harvard 1959"
SHANNON = "Shannon, Trans. AIEE 57:713, 1938"


def _line(name: str, doc: str) -> Count:
    """What an output of 0 or 1 is: its name in diagrams and equations, and in words."""
    return Count(low=0, high=1, doc=doc, name=name, symbol=rf"\mathrm{{{name}}}")


And = Annotated[Tensor, _line("and", "A and B")]
Or = Annotated[Tensor, _line("or", "A or B")]
Xor = Annotated[Tensor, _line("xor", "either A or B")]
Muller = Annotated[Tensor, _line("C", "Muller C-element")]
Rise = Annotated[Tensor, _line("rise", "rising edge of A")]


class GateParameters(NamedTuple):
    width: Annotated[
        Tensor,
        Steps("width", low=0, high=20, bounds=(0, 1000), default=5.0, symbol="w", doc="length of a pulse"),
    ] = as_tensor(5.0)


class BothOutput(NamedTuple):
    both: And


class EitherOutput(NamedTuple):
    either: Or


class OneOutput(NamedTuple):
    one: Xor


class MullerOutput(NamedTuple):
    c: Muller


class RiseOutput(NamedTuple):
    rise: Rise


class GateOutputs(NamedTuple):
    both: And
    either: Or
    one: Xor
    c: Muller
    rise: Rise


def _gates(x, z, s, p, dt):
    return GateOutputs(
        both=logical_and(x.a, x.b),
        either=logical_or(x.a, x.b),
        one=logical_xor(x.a, x.b),
        c=muller_c(s.c, x.a, x.b),
        rise=posedge_detector(x.a, s.a),
    )


def _gate(name: str, title: str, doc: str, source: str, outputs, apply, *functions, **more) -> SpikeOperation:
    return SpikeOperation(
        name=name,
        title=title,
        doc=doc,
        source=source,
        parameters=GateParameters,
        outputs=outputs,
        apply=apply,
        functions=functions,
        pulse=lambda p: p.width,
        **more,
    )


LogicGates = _gate(
    "LogicGates",
    "All gates",
    "What and, or, xor, a Muller C-element and an edge detector make of the pulses on two lines.",
    SHANNON,
    GateOutputs,
    _gates,
    logical_and,
    logical_or,
    logical_xor,
    muller_c,
    posedge_detector,
)
AndGate = _gate(
    "AndGate",
    "And",
    "The output is 1 while both lines are.",
    SHANNON,
    BothOutput,
    lambda x, z, s, p, dt: BothOutput(logical_and(x.a, x.b)),
    logical_and,
)
OrGate = _gate(
    "OrGate",
    "Or",
    "The output is 1 while at least one line is.",
    SHANNON,
    EitherOutput,
    lambda x, z, s, p, dt: EitherOutput(logical_or(x.a, x.b)),
    logical_or,
)
XorGate = _gate(
    "XorGate",
    "Xor",
    "The output is 1 while one line is and the other is not.",
    SHANNON,
    OneOutput,
    lambda x, z, s, p, dt: OneOutput(logical_xor(x.a, x.b)),
    logical_xor,
)
MullerC = _gate(
    "MullerC",
    "Muller C-element",
    "The output becomes 1 once both lines are, 0 once neither is, and else stays what it was.",
    MULLER,
    MullerOutput,
    lambda x, z, s, p, dt: MullerOutput(muller_c(s.c, x.a, x.b)),
    muller_c,
)
EdgeDetector = _gate(
    "EdgeDetector",
    "Edge detector",
    "The output is 1 in the step in which line A becomes 1.",
    SHANNON,
    RiseOutput,
    lambda x, z, s, p, dt: RiseOutput(posedge_detector(x.a, s.a)),
    posedge_detector,
    two_sided=False,
)
