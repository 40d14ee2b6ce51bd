"""What is played in a page step by step: slices of data that go to the sources of its plots."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from importlib.resources import files
from itertools import accumulate
from typing import Any

import numpy as np
import param
from bokeh.models import ColumnDataSource

from snnlab.core.palette import coloured

from ..plain import Component

SHEET = coloured(files(__package__).joinpath("film.css").read_text())


class Film(Component):
    """A button that plays it, one that leads to its beginning, and a slider over its steps."""

    shown = param.Dict({}, doc="`words` that are told of each step, and `tracks` of what it shows: see `track`")
    label = param.String(doc="of what it is")

    _bundle = "film.js"

    def __init__(self, label: str) -> None:
        super().__init__(label=label, sizing_mode="stretch_width", margin=0, stylesheets=[SHEET])


def track(
    source: ColumnDataSource, columns: Mapping[str, Sequence[np.ndarray]], whole: Mapping[str, np.ndarray], grow: bool
) -> dict[str, Any]:
    """What a source has at each step: of `columns` the slice of the step, or, where they `grow`, all up to it, and what
    is the same for all steps as a `whole`."""
    lengths = [len(one) for one in next(iter(columns.values()))]
    return {
        "source": source.id,
        "ends": list(accumulate(lengths)),
        "columns": {name: packed(np.concatenate(slices)) for name, slices in columns.items()},
        "whole": {name: packed(values) for name, values in whole.items()},
        "grow": grow,
    }


def packed(values: np.ndarray) -> str:
    """Numbers in single precision as text: as a list they would be three times as long."""
    return b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode()
