"""Tuples at the border: nested ones that people hold, flat ones that definitions have."""

import copy
import pickle
from collections import namedtuple
from types import SimpleNamespace
from typing import Annotated, NamedTuple

import pytest
from torch import Tensor

from snnlab.core import Nest, Neuron, Quantity, annotations, with_counter
from snnlab.core.tuples import extended
from snnlab.functional import LIF, LIFParameters, LIFRefrac, LIFRefracParameters, LIFRefracState, LIFState


class Inner(NamedTuple):
    a: float
    b: float = 2.0


class Outer(NamedTuple):
    first: Inner
    second: float
    third: Inner


class Deep(NamedTuple):
    outer: Outer
    last: float


DEEP = Deep(Outer(Inner(1, 2), 3, Inner(4, 5)), 6)


def test_leaves_come_in_order_and_go_back():
    nest = Nest(Deep)
    assert not nest.flat
    assert tuple(nest.leaves(DEEP, "it")) == (1, 2, 3, 4, 5, 6)
    built = nest.build(range(1, 7))
    assert built == DEEP
    assert type(built.outer.third) is Inner


def test_a_flat_tuple_is_its_leaves():
    nest = Nest(Inner)
    assert nest.flat
    assert tuple(nest.leaves(Inner(1, 2), "it")) == (1, 2)
    assert nest.build((1, 2)) == Inner(1, 2)


def test_fields_without_annotation_are_leaves():
    assert Nest(namedtuple("Bare", "x y")).flat


def test_what_has_the_fields_will_do():
    """A recurrent state for a feed-forward step: the last spikes are not asked for."""
    assert tuple(Nest(LIF.state).leaves(LIFState("z", "v", "i"), "state")) == ("v", "i")
    assert tuple(Nest(Inner).leaves(SimpleNamespace(b=2, a=1), "it")) == (1, 2)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ((1, 2), r"^p is a tuple: give Deep\(outer, last\)"),
        (Inner(1, 2), r"^p is an Inner: give Deep\(outer, last\)"),
        (Deep(Inner(1, 2), 3), r"^p\.outer is an Inner: give Outer\(first, second, third\)"),
        (Deep(Outer(1.5, 2, Inner(1, 2)), 3), r"^p\.outer\.first is a float: give Inner\(a, b\)"),
        (None, r"^p is a NoneType: give Deep"),
    ],
)
def test_another_tuple_is_refused_with_its_place(value, message):
    with pytest.raises(ValueError, match=message):
        Nest(Deep).leaves(value, "p")


def test_flat_and_nested_tuples_of_a_neuron_hold_the_same():
    """Name by name, so a definition's order is that of the leaves."""
    for nested, flat in ((LIFRefracParameters, LIFRefrac.parameters), (LIFRefrac.nested[1], LIFRefrac.state)):
        marked = nested(*(type_(*type_._fields) if type_ else f for f, type_ in inner_of(nested)))
        assert tuple(Nest(nested).leaves(marked, "it")) == flat._fields
    assert tuple(Nest(LIFRefracState).leaves(LIFRefracState(LIFState(1, 2, 3), 4), "state")) == (1, 2, 3, 4)
    assert LIFRefrac.parameters()[:-1] == LIFParameters()


def inner_of(fields):
    return [(f, part.fields if part else None) for f, part in zip(fields._fields, Nest(fields).inner, strict=True)]


MARK = Quantity("1", low=0, high=1, doc="more")


class Base(NamedTuple):
    x: Annotated[Tensor, Quantity("1", low=0, high=1, doc="x")]
    y: Annotated[Tensor, Quantity("1", low=0, high=1, doc="y")] = 2.0


def test_extended_keeps_annotations_and_defaults():
    found = extended(Base, "Owner", "parameters", c=(Annotated[Tensor, MARK], 3.0))
    assert found._fields == ("x", "y", "c")
    assert found(1.0) == (1.0, 2.0, 3.0)
    assert annotations(found)["c"] is MARK
    assert annotations(found)["x"] == annotations(Base)["x"]
    assert Base._fields == ("x", "y"), "the other stays as it was"


def test_extended_without_default_has_to_be_given():
    class State(NamedTuple):
        v: Annotated[Tensor, MARK]

    found = extended(State, "Owner", "state", rho=(Annotated[Tensor, MARK],))
    assert found(1.0, 2.0).rho == 2.0
    with pytest.raises(TypeError, match="rho"):
        found(1.0)


Counted = with_counter(LIF, name="Counted")


@pytest.mark.parametrize("neuron", [LIFRefrac, Counted], ids=lambda neuron: neuron.name)
def test_extended_tuples_are_found_where_their_neuron_is(neuron: Neuron):
    """In the module of who made it, as its neuron's: pickle, and copies, need no more."""
    value = neuron.state(1.0, 2.0, 3.0)
    for again in (pickle.loads(pickle.dumps(value)), copy.deepcopy(value)):
        assert type(again) is neuron.state
        assert again == value
