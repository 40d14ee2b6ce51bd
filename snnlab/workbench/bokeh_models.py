"""What all models of one of Bokeh's classes have in common, found once for the class.

Bokeh finds and checks a default anew for each model, each time that it is asked for, and asks for all of them to see
which are to be sent: a third of the time in which a page is built.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from bokeh.core.has_props import HasProps
from bokeh.core.property.bases import ContainerProperty
from bokeh.core.property.descriptors import PropertyDescriptor
from bokeh.core.property.singletons import Intrinsic, Undefined
from bokeh.core.property.wrappers import PropertyValueContainer, PropertyValueDict, PropertyValueList

_is_own = PropertyDescriptor.has_unstable_default
_default = PropertyDescriptor.instance_default
_values = HasProps.query_properties_with_values

IMMUTABLE = (type(None), bool, int, float, str)
EMPTY = (PropertyValueList, PropertyValueDict)


class Common:
    """What the models of a class have in common.

    `own` are the properties of which each has a default of its own, which for those in `empty` is an empty list or
    dictionary; `required` are those without any.
    """

    def __init__(self, model: HasProps) -> None:
        found = [one for name in model.properties() if isinstance(one := model.lookup(name), PropertyDescriptor)]
        self.own = {one: one.name for one in found if _is_own(one, model)}
        containers = [one for one in self.own if isinstance(one.property, ContainerProperty)]
        begins = {one: one.class_default(type(model)) for one in containers}
        self.empty = {one: type(value) for one, value in begins.items() if type(value) in EMPTY and not value}
        others = {one: one.class_default(type(model)) for one in found if one not in self.own}
        self.defaults = {one: value for one, value in others.items() if isinstance(value, IMMUTABLE)}
        self.required = [one.name for one, value in others.items() if value is Undefined]


_common: dict[type[HasProps], Common] = {}


def common(model: HasProps) -> Common:
    kind = type(model)
    if kind not in _common:
        _common[kind] = Common(model)
    return _common[kind]


def is_own(self: PropertyDescriptor, model: HasProps) -> bool:
    return self in common(model).own


def default(self: PropertyDescriptor, model: HasProps) -> Any:
    its = common(model)
    if self.name not in (themed(model) or ()):
        if self in its.defaults:
            return its.defaults[self]
        if self in its.empty:
            return its.empty[self]()
    return _default(self, model)


def themed(self: HasProps) -> dict[str, Any] | None:
    """`HasProps.themed_values`, without looking for what most do not have among all attributes."""
    return vars(self).get("__themed_values__")


def begin(self: HasProps, **properties: Any) -> None:
    """`HasProps.__init__`, which asks each property whether its default is the model's own."""
    super(HasProps, self).__init__()
    self._property_values, self._unstable_default_values, self._unstable_themed_values = {}, {}, {}
    for name, value in properties.items():
        if value is not Undefined and value is not Intrinsic:
            setattr(self, name, value)
    for one, name in common(self).own.items():
        if name not in properties:
            one._get(self)  # which keeps it
    self._initialized = True


def values(
    self: HasProps, query: Callable[..., bool], *, include_defaults: bool = True, include_undefined: bool = False
) -> dict[str, Any]:
    """`HasProps.query_properties_with_values`, which finds all values also where only what differs is asked for."""
    look, given, own = themed(self) or {}, self._property_values, self._unstable_default_values
    missing = any(name not in given for name in common(self).required) or any(one is Undefined for one in own.values())
    if include_defaults or missing:
        return _values(self, query, include_defaults=include_defaults, include_undefined=include_undefined)
    found = {}
    for name in self.properties(_with_props=True):
        if (name in given or name in own or name in look) and query(one := self.lookup(name)):
            value = one.get_value(self)
            if name in look or name not in own or not isinstance(value, PropertyValueContainer):
                found[name] = value
    return found


CHANGES: dict[Any, dict[str, Any]] = {
    HasProps: {
        "_overridden_defaults": classmethod(cache(vars(HasProps)["_overridden_defaults"].__func__)),
        "__init__": begin,
        "themed_values": themed,
        "query_properties_with_values": values,
    },
    PropertyDescriptor: {"has_unstable_default": is_own, "instance_default": default},
}


def find_defaults_once() -> None:
    """Let all models of this process share what is the same for their class."""
    for owner, methods in CHANGES.items():
        for name, method in methods.items():
            setattr(owner, name, method)
