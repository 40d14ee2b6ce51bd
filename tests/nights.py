"""What is tried by day, and what by night."""

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import pytest


def many_gates(neuron: Any) -> bool:
    """Whether it has channels of more kinds than leak, sodium and potassium: a test of it takes up to half a minute."""
    return len(neuron.parts) > 3


def each_neuron(neurons, late: Callable[[Any], bool] = many_gates):
    """Neurons as parameters of a test, those that are `late` by night."""
    marks = {neuron.name: [pytest.mark.nightly] if late(neuron) else [] for neuron in neurons}
    cases = [pytest.param(neuron, id=neuron.name, marks=marks[neuron.name]) for neuron in neurons]
    return pytest.mark.parametrize("neuron", cases)


def each_value(always: bool = False, late: Callable[[Any], bool] = lambda value: False, **axes: Mapping[str, Any]):
    """All combinations of these values, by their names, as parameters of a test: by day so many that each value comes.

    All of them by day too where `always`; by night those whose value on the first axis is `late`, in any case.

    The longest axis comes once, the others turn with it, each from another place when it is through.
    """
    long = max(map(len, axes.values()))
    places = [[(k + n * (k // len(axis))) % len(axis) for k in range(long)] for n, axis in enumerate(axes.values())]
    by_day = set(zip(*places))
    found = []
    for combination in product(*(enumerate(axis.items()) for axis in axes.values())):
        names, values = zip(*(item for _, item in combination))
        chosen = always or tuple(place for place, _ in combination) in by_day
        marks = [] if chosen and not late(values[0]) else [pytest.mark.nightly]
        found.append(pytest.param(*values, id="-".join(names), marks=marks))
    return pytest.mark.parametrize(list(axes), found)


def first_of_each(cases, *kinds):
    """Keys of these cases as parameters of a test: the first of each kind by day, the others by night.

    With several functions of a kind, the first of each kind of any of them.
    """
    seen, found = set(), []
    for key, case in cases.items():
        of = {(k, kind(case)) for k, kind in enumerate(kinds)}
        found.append(pytest.param(key, marks=[pytest.mark.nightly] if of <= seen else [], id=key))
        seen |= of
    return found
