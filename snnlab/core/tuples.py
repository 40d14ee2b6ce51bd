"""Tuples at the border: Norse nests them, LIFRefracState(lif=(z, v, i), rho); definitions have flat ones."""

import inspect
import sys
from collections import namedtuple
from collections.abc import Callable, Iterator
from typing import Annotated, Any, NamedTuple, get_type_hints

from .names import what_is
from .quantity import Annotation


class Nothing(NamedTuple):
    """What has no numbers."""


def author() -> str:
    """The module outside of this floor that something is made for: pickle looks for it there."""
    floor, frame = __name__.rpartition(".")[0] + ".", sys._getframe(1)
    while frame.f_globals.get("__name__", "").startswith(floor) and frame.f_back:
        frame = frame.f_back
    return frame.f_globals.get("__name__", "__main__")


def extended(fields: Any, owner: str, field: str, **more: tuple) -> Any:
    """A tuple class with further fields, each given as (annotated type,) or (annotated type, default).

    It is `field` of the author's value `owner`, and is found as that.
    """
    hints = get_type_hints(fields, include_extras=True) | {name: given[0] for name, given in more.items()}
    defaults = fields._field_defaults | {name: given[1] for name, given in more.items() if len(given) > 1}
    ordered = [defaults[name] for name in hints if name in defaults]
    made = namedtuple(owner + field.capitalize(), list(hints), defaults=ordered)  # type: ignore
    made.__annotations__, made.__module__, made.__qualname__ = hints, author(), f"{owner}.{field}"
    return made


def tuple_class(name: str, hints: dict[str, Any], defaults: dict[str, Any]) -> Any:
    """A tuple class of the author's with these annotated fields; those with defaults come last."""
    order = [field for field in hints if field not in defaults] + [field for field in hints if field in defaults]
    made = namedtuple(name, order, defaults=[defaults[f] for f in order if f in defaults])  # type: ignore
    made.__annotations__, made.__module__ = {f: hints[f] for f in order}, author()
    return made


def parameters_of(name: str, *functions: Callable) -> Any:
    """A tuple class of the annotated parameters of functions, with their defaults."""
    hints, defaults = {}, {}
    for function in functions:
        signature = inspect.signature(function).parameters
        for field, hint in get_type_hints(function, include_extras=True).items():
            if any(isinstance(mark, Annotation) for mark in getattr(hint, "__metadata__", ())):
                hints[field] = hint
                if signature[field].default is not inspect.Parameter.empty:
                    defaults[field] = signature[field].default
    return tuple_class(name, hints, defaults)


def without(fields: Any, name: str, *left_out: str) -> Any:
    """A tuple class without some of its fields."""
    hints = get_type_hints(fields, include_extras=True)
    kept = {field: hint for field, hint in hints.items() if field not in left_out}
    return tuple_class(name, kept, {f: v for f, v in fields._field_defaults.items() if f in kept})


def with_defaults(fields: Any, **defaults: Any) -> Any:
    """A tuple class with other defaults; itself, where it has these."""
    if all(fields._field_defaults[name] == value for name, value in defaults.items()):
        return fields
    hints = get_type_hints(fields, include_extras=True)
    return tuple_class(fields.__name__, hints, fields._field_defaults | defaults)


def flattened(fields: Any) -> Any:
    """A tuple class of tuple classes as one: a field of an inner tuple is called by both, lif_tau_mem_inv.

    The outer name is its first word: lif for lif_parameters.
    """
    outer = get_type_hints(fields, include_extras=True)
    if not any(hasattr(hint, "_fields") for hint in outer.values()):
        return fields
    hints, defaults = {}, {}
    for field, inner in outer.items():
        for name, hint in get_type_hints(inner, include_extras=True).items():
            key = f"{field.split('_')[0]}_{name}"
            mark = next(m for m in hint.__metadata__ if isinstance(m, Annotation))
            hints[key] = Annotated[hint.__origin__, mark.with_name(f"{field.split('_')[0]}_{mark.name or name}")]
            defaults[key] = getattr(fields._field_defaults[field], name)
    return tuple_class(f"Flat{fields.__name__}", hints, defaults)


def is_tuple(value: Any) -> bool:
    """Whether a value is a plain tuple or one with names, and not some other class made from them."""
    return isinstance(value, tuple) and (type(value) is tuple or hasattr(value, "_fields"))


def mapped(function: Callable, value: Any) -> Any:
    """The same tuple, of tuples maybe, with `function` of every leaf; for what is no tuple, its function."""
    if not is_tuple(value):
        return function(value)
    parts = [mapped(function, part) for part in value]
    return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)


class Nest:
    """A tuple class whose fields may be tuple classes, as its leaves in order and back."""

    def __init__(self, fields: Any) -> None:
        self.fields = fields
        hints = get_type_hints(fields)
        self.inner = tuple(Nest(hints[f]) if hasattr(hints.get(f), "_fields") else None for f in fields._fields)
        self.flat = not any(self.inner)
        # Made once: the compiler of torch 2.11 takes no tensor that a class has as a default.
        self.default = fields() if len(fields._field_defaults) == len(fields._fields) else None

    def leaves(self, value, argument: str) -> tuple:
        """All leaves. Raises ValueError where `value` is not such a tuple."""
        if getattr(value, "_fields", None) != self.fields._fields:
            try:  # any object with these fields will do, as a recurrent state does for a feed-forward step
                value = [getattr(value, f) for f in self.fields._fields]
            except AttributeError:
                wanted = self.fields
                raise ValueError(
                    f"{argument} is {what_is(value)}: give {wanted.__name__}({', '.join(wanted._fields)})"
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
