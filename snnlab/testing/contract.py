"""A check is a function that holds a definition to one sentence, and says in words what does not hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from snnlab.core import Choice, Quantity
from snnlab.models.units import known


class Broken(AssertionError):
    """A definition that does not keep its contract: which check, and what does not hold."""


@dataclass(frozen=True)
class Check:
    """One sentence of a contract: called with a definition, it raises Broken, with its own name, where it is broken.

    As a decorator it makes a check of a function, whose name is the sentence. It `applies` to some definitions only,
    and may be about what is made `of` them.
    """

    function: Callable[[Any], None]
    applies: Callable[[Any], bool] = lambda definition: True
    of: Callable[[Any], Any] = lambda definition: definition

    @classmethod
    def where(cls, applies: Callable[[Any], bool]) -> Callable[[Callable[[Any], None]], "Check"]:
        """A decorator: a check of those definitions alone."""
        return lambda function: cls(function, applies)

    def made(self, of: Callable[[Any], Any]) -> "Check":
        """The same check of what is made of a definition; it applies to all."""
        return replace(self, of=of)

    @property
    def name(self) -> str:
        return self.function.__name__.replace("_", " ")

    def __call__(self, definition: Any) -> None:
        try:
            self.function(self.of(definition))
        except Exception as error:  # whatever a function of somebody else raises
            said = str(error) if isinstance(error, Broken) else f"{type(error).__name__}: {error}"
            raise Broken(f"{name_of(definition)} breaks its contract, '{self.name}': {said}") from error


def name_of(definition: Any) -> str:
    """The name of a definition, or of the class of a model."""
    return getattr(definition, "name", "") if not isinstance(definition, type) else definition.__name__


def holds(condition: Any, sentence: str) -> None:
    """Raises Broken with the sentence unless the condition holds."""
    if not condition:
        raise Broken(sentence)


# What follows one of these hangs on a noun that is not there: "of the membrane", "what a spike adds".
NO_NOUNS = {"of", "its", "to", "from", "at", "in", "on", "by", "with", "over", "between"}
NO_NOUNS |= {"what", "which", "how", "where", "when", "whether", "as", "if"}


def described(doc: str, name: str) -> None:
    """Raises Broken unless a parameter has words, and the first of them can be that of a noun phrase.

    The words stand alone: beside a slider, in JSON, and in the messages of what is refused.
    """
    holds(doc, f"{name} has no doc: say in words what it is")
    first = doc.split()[0].lower()
    holds(first not in NO_NOUNS, f"{name} has the doc {doc!r}: begin with a noun instead of {first!r}")


def measured(mark: Any, name: str) -> None:
    """Raises Broken unless a quantity has a unit that is one."""
    if isinstance(mark, Quantity):
        holds(mark.unit, f"{name} has no unit: give one, '1' for a number without")
        holds(
            known(mark.unit),
            f"{name} has the unit {mark.unit!r}, which is none: give one such as mV, ms, 1/ms or pA/mV, or '1' for a "
            "number without",
        )


def all_read(p: Any, marks: Mapping[str, Any], function: Callable[[Any], Any]) -> None:
    """Raises Broken for a parameter of which `function(p)` reads nothing, whatever the options are."""
    read: set[str] = set()

    class Reading(type(p)):  # type: ignore[misc]
        def __getattribute__(self, name: str) -> Any:
            read.add(name)
            return super().__getattribute__(name)

        def __iter__(self):
            read.update(marks)
            return super().__iter__()

        def __getitem__(self, index):
            read.update(marks)
            return super().__getitem__(index)

    choices = {field: mark for field, mark in marks.items() if isinstance(mark, Choice)}
    function(Reading(*p))
    for field, mark in choices.items():
        for option in mark.options:
            function(Reading(*p._replace(**{field: mark.taken(option)})))
    for field, mark in marks.items():
        holds(
            mark.part != "run" or field in read, f"nothing reads {field}: leave it out, or say what it is for (part=)"
        )


def same(found: Any, expected: Any, what: str) -> None:
    """Raises Broken unless two tensors, or two tuples of them, have the same numbers, bit for bit."""
    _compare(found, expected, what, lambda a, b: torch.equal(a, b))


def close(found: Any, expected: Any, what: str, rtol: float, atol: float) -> None:
    """Raises Broken unless two tensors, or two tuples of them, are this close."""
    _compare(found, expected, what, lambda a, b: torch.allclose(a, b, rtol=rtol, atol=atol))


def _compare(found: Any, expected: Any, what: str, agree: Callable[[Tensor, Tensor], bool]) -> None:
    if not isinstance(found, Tensor):
        names = getattr(found, "_fields", range(len(found)))
        for name, one, other in zip(names, found, expected, strict=True):
            _compare(one, other, f"{name} of {what}", agree)
        return
    alike = "dtype", "shape"
    for kind in alike:
        a, b = getattr(found, kind), getattr(expected, kind)
        holds(a == b, f"{what} has the {kind} {_plain(a)}, not {_plain(b)}")
    if not agree(found, expected):
        raise Broken(f"{what} is {_few(found)}, not {_few(expected)}")


def _plain(value: Any) -> str:
    return str(tuple(value)) if isinstance(value, torch.Size) else str(value).removeprefix("torch.")


def _few(x: Tensor) -> str:
    """A tensor in a sentence: its first numbers."""
    numbers = [f"{value:.6g}" for value in x.detach().flatten().tolist()]
    return ", ".join(numbers[:4]) + (", ..." if len(numbers) > 4 else "")
