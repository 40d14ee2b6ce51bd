"""`param` classes derived from annotated tuples: the values a person holds, in the units a textbook shows."""

import numbers
from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar

import param
import torch

from snnlab.core import Choice, Count, Neuron, Quantity, annotations
from snnlab.symbolic import plain_symbol


class Knob(param.Number):
    """A number that knows its annotation; an error names the parameter, the value and what is allowed."""

    __slots__ = ["annotation"]

    def __init__(self, annotation: Quantity, default: float, **settings) -> None:
        self.annotation = annotation
        super().__init__(
            default,
            bounds=annotation.allowed,
            softbounds=(annotation.low, annotation.high),
            step=annotation.slider_step,
            doc=annotation.doc,
            **settings,
        )

    def _validate(self, val) -> None:
        self.annotation.check(self.name or self.label or "value", val)


class Knobs(param.Parameterized):
    """A tuple class as a `param` object; abstract: `knobs` makes the body of the final classes."""

    fields: ClassVar[Any]  # the annotated tuple
    marks: ClassVar[dict[str, Quantity | Choice]]  # its annotations, by the field's name
    shown: ClassVar[dict[str, str]]  # field -> name of the parameter that people see: tau_mem_inv -> tau_mem

    @classmethod
    def annotation(cls, name: str) -> Quantity | Choice:
        """The annotation of a parameter, by the name that people see."""
        return next(cls.marks[field] for field, shown in cls.shown.items() if shown == name)

    def values(self) -> dict[str, Any]:
        """The values as people see them."""
        return {name: getattr(self, name) for name in self.shown.values()}

    def taken(self) -> Any:
        """The tuple that functions take: plain numbers, converted."""
        return self.fields(
            **{field: self.marks[field].taken(getattr(self, name)) for field, name in self.shown.items()}
        )

    def reset(self) -> None:
        """Every parameter back to its default."""
        self.param.update(**{name: self.param[name].default for name in self.shown.values()})


def knobs(fields: Any, resolve: Callable[[Any], Any] = lambda annotation: annotation) -> dict[str, Any]:
    """The body of a `Knobs` class for an annotated tuple, its annotations first passed through `resolve`."""
    marks = {field: resolve(a) for field, a in annotations(fields).items()}
    defaults = fields._field_defaults
    shown = {field: a.name or field for field, a in marks.items()}
    body: dict[str, Any] = {"fields": fields, "marks": marks, "shown": shown}
    for field, annotation in marks.items():
        label = plain_symbol(field, annotation)
        if isinstance(annotation, Choice):
            body[field] = param.Selector(
                default=annotation.shown(defaults[field]),
                objects=list(annotation.options),
                doc=annotation.doc,
                label=label,
            )
            continue
        default = annotation.default
        if default is None:
            # to the digits of float32, in which functions have their defaults: 1 / 5.0f is 0.2, not 0.200000003
            default = float(f"{float(annotation.shown(defaults[field])):.7g}")
        body[shown[field]] = Knob(annotation, int(default) if isinstance(annotation, Count) else default, label=label)
    return body


class Model(Knobs):
    """A neuron whose parameters are knobs; abstract: `model_of` makes the final classes."""

    neuron: ClassVar[Neuron]

    def p(self, dtype=torch.float32, device="cpu"):
        """The parameter tuple for the functional layer, as scalar tensors."""
        return self.fields(
            *(torch.tensor(v, dtype=dtype, device=device) if isinstance(v, numbers.Real) else v for v in self.taken())
        )


@cache
def model_of(neuron: Neuron) -> type[Model]:
    """The `param` class of a neuron."""
    body = {"neuron": neuron, "__doc__": neuron.doc, "__module__": "snnlab.models"}
    return type(neuron.name, (Model,), body | knobs(neuron.parameters))
