"""Tuples at the border: Norse nests them, LIFRefracState(lif=(z, v, i), rho); definitions have flat ones."""

from collections import namedtuple
from collections.abc import Iterator
from typing import Any, get_type_hints


def extended(fields: Any, name: str, **more: tuple) -> Any:
    """A tuple class with further fields, each given as (annotated type,) or (annotated type, default)."""
    hints = get_type_hints(fields, include_extras=True) | {field: given[0] for field, given in more.items()}
    defaults = fields._field_defaults | {field: given[1] for field, given in more.items() if len(given) > 1}
    made = namedtuple(name, list(hints), defaults=list(defaults.values()), module=fields.__module__)  # type: ignore
    made.__annotations__ = hints
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
