"""Tuples at the border: Norse nests them, LIFRefracState(lif=(z, v, i), rho); definitions have flat ones."""

import sys
from collections import namedtuple
from collections.abc import Iterator
from typing import Any, get_type_hints


def author() -> str:
    """The module outside of this floor that something is made for: pickle looks for it there."""
    floor, frame = __name__.rpartition(".")[0] + ".", sys._getframe(1)
    while frame.f_globals["__name__"].startswith(floor) and frame.f_back:
        frame = frame.f_back
    return frame.f_globals["__name__"]


def extended(fields: Any, owner: str, field: str, **more: tuple) -> Any:
    """A tuple class with further fields, each given as (annotated type,) or (annotated type, default).

    It is `field` of the author's value `owner`, and is found as that.
    """
    hints = get_type_hints(fields, include_extras=True) | {name: given[0] for name, given in more.items()}
    defaults = fields._field_defaults | {name: given[1] for name, given in more.items() if len(given) > 1}
    made = namedtuple(owner + field.capitalize(), list(hints), defaults=list(defaults.values()))  # type: ignore
    made.__annotations__, made.__module__, made.__qualname__ = hints, author(), f"{owner}.{field}"
    return made


class Nest:
    """A tuple class whose fields may be tuple classes, as its leaves in order and back."""

    def __init__(self, fields: Any) -> None:
        self.fields = fields
        hints = get_type_hints(fields)
        self.inner = tuple(Nest(hints[f]) if hasattr(hints.get(f), "_fields") else None for f in fields._fields)
        self.flat = not any(self.inner)

    def leaves(self, value, argument: str) -> tuple:
        """All leaves. Raises ValueError where `value` is not such a tuple."""
        if getattr(value, "_fields", None) != self.fields._fields:
            try:  # any object with these fields will do, as a recurrent state does for a feed-forward step
                value = [getattr(value, f) for f in self.fields._fields]
            except AttributeError:
                given, wanted = type(value).__name__, self.fields
                raise ValueError(
                    f"{argument} is a {given}: give {wanted.__name__}({', '.join(wanted._fields)})"
                ) from None
        if self.flat:
            return tuple(value)
        found: list = []
        for field, inner, part in zip(self.fields._fields, self.inner, value):
            found += inner.leaves(part, f"{argument}.{field}") if inner else [part]
        return tuple(found)

    def build(self, leaves):
        """The tuple with these leaves."""
        return self.fields(*leaves) if self.flat else self._take(iter(leaves))

    def _take(self, leaves: Iterator):
        return self.fields(*[inner._take(leaves) if inner else next(leaves) for inner in self.inner])
