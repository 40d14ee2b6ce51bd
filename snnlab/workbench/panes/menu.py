"""The menu of layouts in a page's header."""

import param

from ..plain import Component


class LayoutMenu(Component):
    """The menu of a page's header: layouts to choose from, and what to show."""

    layouts = param.List([], doc="(name, title, doc) of each")
    parts = param.List([], doc="(key, title) of what can be shown")
    shown = param.List([], item_type=str, doc="keys of what is shown")
    layout = param.String(doc="name of the layout that this is")
    chosen = param.Dict({}, doc="what a hand did: {layout}, or {show} or {hide} with a key")

    _bundle = "layouts.js"
    _by_hand = ("chosen",)
