"""What every plasticity rule keeps: one synapse, entry by entry, and equations that can be printed."""

import inspect
import math
from typing import Any

import torch

from snnlab.core import Plasticity, annotations, example, flattened, record, running, step
from snnlab.core.plasticity import Spikes
from snnlab.models import model_of

from .contract import Check, all_read, described, holds, measured, same
from .inputs import F64, picked, random_state

DT = 5e-4  # s


@Check
def it_says_what_it_is(rule: Plasticity) -> None:
    holds(rule.name.isidentifier(), f"name = {rule.name!r}: give a name that classes can have")
    holds(rule.title, "it has no title, which menus show")
    holds(rule.source, "it has no source")
    holds(rule.functions or rule.learn, "it learns nothing, and has no functions that users call")
    for function in rule.functions:
        holds(function.__doc__, f"{function.__name__} has no docstring")
        holds(inspect.signature(function).parameters, f"{function.__name__} takes nothing")
    for first in rule.functions[:1]:
        holds("Source: " in (first.__doc__ or ""), f"the docstring of {first.__name__} names no source")


@Check
def every_field_is_annotated(rule: Plasticity) -> None:
    for fields in (flattened(rule.parameters), rule.synapse):
        for field, mark in annotations(fields).items():
            described(mark.doc, f"{fields.__name__}.{field}")
            measured(mark, f"{fields.__name__}.{field}")


@Check
def defaults_are_allowed(rule: Plasticity) -> None:
    """Sliders are made of the annotations, so every default must be a value that they take."""
    fields = flattened(rule.parameters)
    marks = annotations(fields)
    for field, value in fields()._asdict().items():
        value = marks[field].shown(float(value) if isinstance(value, torch.Tensor) else value)
        marks[field].check(field, value)


@Check.where(lambda rule: flattened(rule.parameters) is rule.parameters)
def every_parameter_is_read(rule: Plasticity) -> None:
    """Where they are a tuple of tuples, its functions hand on whole ones."""
    s, z = random_state(running(rule), 3)[:-1], Spikes(*torch.rand(2, 3, **F64))

    def used(p: Any) -> None:
        rule.step(rule.synapse(*s), z, p, DT)
        rule.bounds(p)

    all_read(model_of(rule)().p(torch.float64), annotations(rule.parameters), used)


def _weights(rule: Plasticity, p: Any) -> torch.Tensor:
    """Weights all over the range that it learns, or of its slider where that has no end."""
    assert rule.weight is not None
    ends = [float(end) for end in rule.bounds(p).values()]
    least, most = ends or (-math.inf, math.inf)
    return torch.linspace(max(least, rule.weight.low), min(most, rule.weight.high), 9, **F64)


@Check.where(lambda rule: rule.learn is not None)
def a_weight_stays_without_a_spike(rule: Plasticity) -> None:
    """Whatever the traces are."""
    p, none = model_of(rule)().p(torch.float64), torch.zeros(9, **F64)
    w, s = _weights(rule, p), rule.state(*random_state(running(rule), 9)[: len(rule.state._fields)])
    same(rule.next_weight(w, s, Spikes(none, none), p), w, "a weight after a step without a spike")


@Check.where(lambda rule: rule.learn is not None)
def a_weight_stays_within_its_bounds(rule: Plasticity) -> None:
    """Also after more potentiation and depression than the room that is left."""
    p = model_of(rule)().p(torch.float64)
    if not (bounds := {name: float(end) for name, end in rule.bounds(p).items()}):
        return
    w, (least, most) = _weights(rule, p), bounds.values()
    allowed = " and ".join(f"{name} = {end:g}" for name, end in bounds.items())
    for potentiation, depression in ((1e3, 0.0), (0.0, 1e3)):
        changes = (torch.full((9,), size, **F64) for size in (potentiation, depression))
        for one in rule.learn(w, *changes, p).tolist():  # type: ignore[misc]
            holds(least <= one <= most, f"a weight becomes {one:g}, beyond {allowed}: clamp it in learn")


@Check.where(lambda rule: rule.flow is not None)
def its_flow_can_be_recorded(rule: Plasticity) -> None:
    """What is printed is what runs."""
    assert rule.flow is not None
    names = list(inspect.signature(rule.flow).parameters)
    holds(names == ["s", "S", "p"], f"its flow takes {', '.join(names)}: call them s, S, p")
    one, other = torch.rand(2, 1, **F64)
    trains = Spikes(one, other) if rule.two_sided else one
    program = record(rule.flow, s=example(rule.state, 1), S=trains, p=example(rule.parameters, 2))
    outputs = list(program.outputs)
    holds(outputs == list(rule.state._fields), f"its flow gives {outputs}, not a rate of each trace")


@Check
def its_step_is_entry_by_entry(rule: Plasticity) -> None:
    """Three synapses are those of each alone, bit for bit, in any dtype; nothing is written in place."""
    synapse = running(rule)
    for dtype in (torch.float32, torch.float64):
        p = model_of(rule)().p(dtype)
        s = random_state(synapse, 3, dtype=dtype)
        pre, post = torch.tensor([[1, 0, 1], [0, 1, 1]], dtype=dtype)
        before = [x._version for x in (*s, pre, post)]
        _, after = step(synapse, s, p, DT, spikes=pre, current=post)
        holds(before == [x._version for x in (*s, pre, post)], "a step writes into what it is given: make a new state")
        for name, value in after._asdict().items():
            found = value.dtype, tuple(value.shape)
            holds(found == (dtype, (3,)), f"{name} of three synapses in {dtype} is {found[0]} of shape {found[1]}")
        for k in range(3):
            _, one = step(synapse, picked(s, k), p, DT, spikes=pre[k], current=post[k])
            same(one, picked(after, k), f"synapse {k} alone")


@Check.where(lambda rule: rule.flow is not None)
def its_equations_can_be_printed(rule: Plasticity) -> None:
    lines = model_of(rule)().equations()
    holds(lines, "there are no equations")
    for line in lines:
        holds(line.count("{") == line.count("}"), f"a bracket is missing: {line}")
        holds(r"\operatorname" not in line and "_inv" not in line, f"a name in code is printed: {line}")


@Check
def it_has_a_window_where_it_learns(rule: Plasticity) -> None:
    """What one pair of spikes does to a weight; without a pair at any delay, it stays."""
    model = model_of(rule)()
    if rule.learn is not None:
        _, change = model.window([-20.0, 20.0])
        holds(len(change) == 2 and abs(change).max() > 0, "no pair of spikes 20 ms apart changes its weight")
        return
    try:
        model.window()
    except ValueError:
        return
    holds(False, "it changes no weight, and has a window")


CHECKS = tuple(value for value in globals().values() if isinstance(value, Check))
