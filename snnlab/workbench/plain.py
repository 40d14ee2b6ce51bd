"""Parts of a page without what the library does for each that nobody here needs."""

from functools import cache
from typing import Any, ClassVar

import panel as pn
from panel.custom import Child, Children, JSComponent
from panel.reactive import Reactive


class Plain(pn.viewable.Viewable):
    """Shows a model of Bokeh's, which is changed by itself.

    The library's own pane reads every property of the model, and searches all that belongs to it, while a page is
    built: for a dozen of them this takes as long as the plots.
    """

    def __init__(self, model) -> None:
        super().__init__(sizing_mode=model.sizing_mode)
        self.object = model

    def _get_model(self, doc, root=None, parent=None, comm=None):
        self._models[(root or self.object).ref["id"]] = (self.object, parent)
        return self.object


class Light(Reactive):
    """Abstract: has no style sheets but those given, and hears of nothing that a browser does to it but of `_by_hand`.

    The library gives each part two sheets for a sign that it loads, of which each part of a page fetches one, listens
    to every property, and lists all parameters once for each.
    """

    _by_hand: ClassVar[tuple[str, ...]] = ()

    __abstract = True

    @property
    def _linked_properties(self) -> tuple[str, ...]:
        return self._by_hand

    @property
    def _synced_params(self) -> list[str]:
        return _synced(type(self))

    def _process_param_change(self, params: dict[str, Any]) -> dict[str, Any]:
        found = super()._process_param_change({name: one for name, one in params.items() if name != "stylesheets"})
        return found | {"stylesheets": params["stylesheets"]} if "stylesheets" in params else found


@cache
def _synced(kind: type[Reactive]) -> list[str]:
    left_out = ("default_layout", "loading", "background", *kind._manual_params)
    return [name for name in kind.param if name not in left_out]


class Column(Light, pn.Column):
    """Parts one below the other; what is too high for it is its owner's to scroll."""


class Row(Light, pn.Row):
    """Parts side by side."""


class Component(Light, JSComponent):
    """Abstract: a component of our own, of which a hand changes what `_by_hand` names; all else goes to the page."""

    _debounce = 0  # the page gathers by itself

    __abstract = True

    def _get_properties(self, doc) -> dict[str, Any]:
        """The library's own asks files for the script, and each parameter for its place, for each component anew."""
        key = type(self), bool(doc and doc.session_context)
        if key not in _scripts:
            found = super()._get_properties(doc)
            _scripts[key] = {name: found[name] for name in SCRIPT}
            return found
        look, own, _ = _parameters(type(self))
        data = self._data_model(**self._given(own))
        return self._process_param_change(self._given(look)) | _scripts[key] | {"_defs": [], "data": data}

    def _given(self, names: list[str]) -> dict[str, Any]:
        return {name: one for name in names if (one := getattr(self, name)) is not None}

    def _get_children(self, data_model, doc, root, parent, comm):
        if not _parameters(type(self))[2]:
            return {}, []
        return super()._get_children(data_model, doc, root, parent, comm)


SCRIPT = "bundle", "css_bundle", "class_name", "dev", "esm", "events", "importmap", "render_policy", "name"
_scripts: dict[tuple[type, bool], dict[str, Any]] = {}  # of components, in a server or not


@cache
def _parameters(kind: type[Component]) -> tuple[list[str], list[str], list[str]]:
    """Parameters of a component: for its place in the page, for what it shows, and those that are parts."""
    names = _synced(kind)
    look = [name for name in names if name in Reactive.param and name != "name"]
    parts = [name for name in names if isinstance(kind.param[name], Child | Children)]
    sent = kind._data_model.properties()
    return look, [name for name in names if name in sent and name not in (*look, *parts)], parts
