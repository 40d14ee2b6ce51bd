"""What stands beside a run in its plots: its potentials, the run before, pinned runs, values under the pointer."""

import param

from snnlab.core.palette import LEVELS

from .plain import Component


class Traces(Component):
    """Not to be seen itself: draws into the plots of a stack what follows from what these show (`traces.js`)."""

    figure = param.String(doc="id of the column of plots")
    colors = param.Dict(LEVELS, doc="of potentials and marks, by their names")
    pins = param.List([], doc="runs that are pinned: Pin of traces.js")
    ghost = param.Boolean(True, doc="whether the run before the last change is shown")

    _bundle = "traces.js"
