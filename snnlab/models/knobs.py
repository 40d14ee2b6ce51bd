"""`param` classes derived from annotated tuples: the values a person holds, in the units a textbook shows."""

from collections import Counter
from collections.abc import Callable
from inspect import get_annotations
from keyword import iskeyword
from typing import Any, ClassVar

import param
from param.parameterized import Parameters, instance_descriptor

from snnlab.core import Annotation, Choice, Count, Names, Quantity, Switch, Unknown, annotations
from snnlab.symbolic import latex_symbol, plain_symbol

from .units import number


class Checked:
    """A parameter that is checked by its annotation."""

    annotation: Annotation

    def read(self, value: Any) -> Any:
        """A value as it is kept. Raises ValueError with the name, the value and what is allowed."""
        self.annotation.check(self.name, value)  # type: ignore[attr-defined]
        return tuple(value) if isinstance(value, list) else value

    def accepted(self, obj: Any, value: Any) -> Any:
        """A value as `obj` keeps it; several that are set together have been read before."""
        return value if obj is not None and obj._together and not isinstance(value, str) else self.read(value)

    @instance_descriptor  # the object's own parameter, which param would ask after that of its class
    def __set__(self, obj, val) -> None:
        super().__set__(obj, self.accepted(obj, val))  # type: ignore[misc]

    def _validate(self, val) -> None:
        """It has been read."""


class Knob(Checked, param.Number):
    """A number that knows its annotation.

    `unit`, `latex` (its symbol) and `log` (whether its slider is logarithmic) are the annotation's. Text such as
    "10 mV" is taken as well.
    """

    __slots__ = ["annotation", "latex"]

    def __init__(self, annotation: Quantity, default: float, latex: str = "", **settings) -> None:
        self.annotation, self.latex = annotation, latex
        super().__init__(
            default,
            bounds=annotation.allowed,
            softbounds=(annotation.low, annotation.high),
            step=annotation.slider_step,
            **settings,
        )

    annotation: Quantity

    @property
    def unit(self) -> str:
        return self.annotation.unit

    @property
    def log(self) -> bool:
        return self.annotation.log

    def read(self, value: Any) -> Any:
        # Python's True is a number
        value = super().read(repr(value) if isinstance(value, bool) else number(self.name, value, self.unit))
        return int(value) if isinstance(self.annotation, Count) else float(value) + 0.0  # -0 is 0


class Option(Checked, param.Selector):
    """One of several names."""

    __slots__ = ["annotation"]

    def __init__(self, annotation: Choice, default: str, **settings) -> None:
        self.annotation = annotation
        super().__init__(default=default, objects=list(annotation.options), **settings)

    def read(self, value: Any) -> Any:
        return super().read(value if isinstance(value, str) else repr(value))


class Flag(Checked, param.Boolean):
    """True or False."""

    __slots__ = ["annotation"]

    def __init__(self, annotation: Switch, default: bool, **settings) -> None:
        self.annotation = annotation
        super().__init__(default, **settings)


class Selection(Checked, param.Parameter):
    """Any of several names."""

    __slots__ = ["annotation"]

    def __init__(self, annotation: Names, default: tuple[str, ...], **settings) -> None:
        self.annotation = annotation
        super().__init__(default, **settings)


class Together(Parameters):
    """The `param` of an object whose `update` changes all values or, where one is refused, none."""

    def update(self, arg=(), /, **values):
        values = self.self.check(self.self.completed({**dict(arg), **values}))
        before, self.self._together = self.values(), True
        try:
            return super().update(values)
        except ValueError:  # each is allowed, not all together
            super().update(before)
            raise
        finally:
            self.self._together = False


class Space:
    """Gives objects their `param`, as param's own descriptor does."""

    def __get__(self, obj, kind):
        return kind._param__parameters if obj is None else Together(kind, self=obj)


class Knobs(param.Parameterized):
    """A tuple class as a `param` object; abstract: `knobs` makes the body of the final classes.

    A value that is refused (ValueError with its name, the value and what is allowed) and a name that is not known leave
    the object as it was, also where several are changed at once by `param.update`.
    """

    fields: ClassVar[Any]  # the annotated tuple
    marks: ClassVar[dict[str, Any]]  # its annotations, by the field's name
    shown: ClassVar[dict[str, str]]  # field -> name of the parameter that people see: tau_mem_inv -> tau_mem
    defaults: ClassVar[dict[str, Any]]  # by the name that people see
    _together = True  # while several values are set: when it is made, and by param.update
    origin: ClassVar[tuple | None] = None  # (function, arguments) that make the class, where no name leads to it

    def __init_subclass__(cls, **more) -> None:
        super().__init_subclass__(**more)
        if "shown" in vars(cls):
            cls.check_names()
            told = [f"    {name}: {_told(cls.marks[field])}" for field, name in cls.shown.items()]
            cls.__doc__ = "\n".join([cls.__doc__ or "", *(["", "Parameters:"] if told else []), *told])

    @classmethod
    def check_names(cls) -> None:
        """Raises ValueError for a parameter with a name that means something else, or that of another parameter."""
        many = Counter(cls.shown.values())
        for field, name in cls.shown.items():
            free(f"{cls.fields.__name__}.{field}", name, cls.meaning(name) or "another parameter" * (many[name] > 1))

    @classmethod
    def meaning(cls, name: str) -> str:
        """What a name means, so that no parameter can have it; "" for nothing."""
        if not name.isidentifier() or iskeyword(name):
            return "no name in Python"
        above = [base for base in cls.__mro__ if "shown" not in vars(base)]
        there = any(name in vars(base) or name in get_annotations(base) for base in above)
        return "an attribute of what is made of it" if there else ""

    def __init__(self, *given, **values) -> None:
        if given:
            first = next(iter(self.shown.values()), "name")
            raise TypeError(f"give parameters by name: {type(self).__name__}({first}={given[0]!r})")
        super().__init__(**self.check(self.completed(values)))
        self._together = False

    def completed(self, values: dict[str, Any]) -> dict[str, Any]:
        """These values that are to be set together, with what follows from them. Raises ValueError."""
        return values

    def __repr__(self) -> str:
        """The call that makes it again: only the values that differ from the defaults."""
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.told().items())})"

    __str__ = __repr__

    def __reduce__(self):
        if self.origin is None:
            return super().__reduce__()
        return _again, (*self.origin, self.state_of())

    def __copy__(self):
        return type(self)(**self.state_of())  # param's own shares all values with what it is a copy of

    def state_of(self) -> dict[str, Any]:
        """All that its class takes to make it again."""
        return {name: getattr(self, name) for name in type(self).param if name != "name"}

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("_") and name not in type(self).param:
            raise Unknown(f"the parameter of {type(self).__name__}", name, self.names())
        super().__setattr__(name, value)

    @classmethod
    def names(cls) -> list[str]:
        """The names of its parameters."""
        return [name for name in cls.param if name != "name"]

    @classmethod
    def of_part(cls, *parts: str) -> list[str]:
        """The names of those parameters that are for this: see `Annotation.part`."""
        return [name for field, name in cls.shown.items() if cls.marks[field].part in parts]

    @classmethod
    def check(cls, values: dict[str, Any]) -> dict[str, Any]:
        """These values as they are kept, text as it is: its unit may be another.

        Raises ValueError for a name that is not known, and for a value that is not allowed.
        """
        found, known = dict(values), cls.param
        for name, value in values.items():
            if name not in known:
                raise Unknown(f"the parameter of {cls.__name__}", name, cls.names())
            if isinstance(parameter := known[name], Checked):
                read = parameter.read(value)
                found[name] = value if isinstance(value, str) else read
        return found

    @classmethod
    def annotation(cls, name: str) -> Any:
        """The annotation of a parameter, by the name that people see."""
        return next(cls.marks[field] for field, shown in cls.shown.items() if shown == name)

    def values(self) -> dict[str, Any]:
        """The values as people see them."""
        return {name: getattr(self, name) for name in self.shown.values()}

    def changed(self) -> dict[str, Any]:
        """Those values that are not the defaults."""
        return {name: value for name, value in self.kept().items() if value != self.defaults[name]}

    def kept(self) -> dict[str, Any]:
        """Its values as a link and a file keep them."""
        return self.values()

    def agree(self) -> None:
        """Raises ValueError for values that are allowed each for itself, and not together."""

    def told(self) -> dict[str, Any]:
        """What it says of itself: those values that are not the defaults, and what else belongs to it."""
        return self.changed()

    def taken(self, dt: float | None = None) -> Any:
        """The tuple that functions take: plain numbers, converted.

        `dt` is the time step in ms. Raises ValueError where it is needed, for a time that is counted in steps, and not
        given.
        """
        return self.fields(
            **{field: self.marks[field].taken(getattr(self, name), dt) for field, name in self.shown.items()}
        )

    def reset(self) -> None:
        """Every parameter back to its default."""
        self.param.update(self.defaults)

    param = Space()  # last: the name of the library as well


def free(what: str, name: str, meaning: str) -> None:
    """Raises ValueError for a parameter or a variable whose name means something, in these words."""
    if meaning:
        raise ValueError(f"{what} is called {name!r}, which is {meaning}: give it another name")


def knobs(fields: Any, resolve: Callable[[Any], Any] = lambda annotation: annotation) -> dict[str, Any]:
    """The body of a `Knobs` class for an annotated tuple, its annotations first passed through `resolve`."""
    marks = {field: resolve(mark) for field, mark in annotations(fields).items()}
    shown = {field: mark.name or field for field, mark in marks.items()}
    body: dict[str, Any] = {"fields": fields, "marks": marks, "shown": shown}
    for field, mark in marks.items():
        body[shown[field]] = parameter(field, mark, fields._field_defaults.get(field))
    body["defaults"] = {name: body[name].default for name in shown.values()}
    return body


def _told(mark: Any) -> str:
    """What help() says of a parameter."""
    if isinstance(mark, Quantity):
        unit = "" if mark.unit == "1" else f" {mark.unit}"
        return f"{mark.doc}, {mark.allowed[0]:g} to {mark.allowed[1]:g}{unit}"
    return f"{mark.doc}: {', '.join(mark.options)}" if isinstance(mark, Choice) else mark.doc


def _again(function: Callable, arguments: tuple, values: dict[str, Any]) -> Knobs:
    """What was pickled, made again."""
    return function(*arguments)(**values)


def parameter(field: str, mark: Any, default: Any) -> param.Parameter:
    """The parameter of a field, `default` being that of the function."""
    settings = {"label": plain_symbol(field, mark), "doc": mark.doc}
    if isinstance(mark, Quantity):
        value = 0.0 if mark.default is None and default is None else mark.default
        if value is None:
            # to the digits of float32, in which functions have their defaults: 1 / 5.0f is 0.2, not 0.200000003
            value = float(f"{float(mark.shown(default)):.7g}")
        value = int(value) if isinstance(mark, Count) else float(value)
        return Knob(mark, value, latex_symbol(field, mark), **settings)
    kinds = {Switch: Flag, Names: Selection}
    return kinds.get(type(mark), Option)(mark, mark.shown(default), **settings)
