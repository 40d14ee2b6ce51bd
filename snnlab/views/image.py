"""A picture of numbers on a grid, of two colours on either side of 0: built once, then fed."""

from typing import NamedTuple

import numpy as np
from bokeh.models import ColumnDataSource, Image, LinearColorMapper, Range1d

from snnlab.core.palette import CURRENT, SPIKE, faded

from .style import IMAGE, Frames, opacity, placed

SHADES = 127  # of each colour


class Picture(NamedTuple):
    """Values [rows, columns] upwards and to the right, from -1 to 1, labels and ends of its axes."""

    values: np.ndarray
    labels: tuple[str, str]
    x: tuple[float, float]
    y: tuple[float, float]


def two_colours() -> list[str]:
    """From the colour of what is less than 0 to that of what is more, through none."""
    shares = np.linspace(1, 0, SHADES, endpoint=False)
    return [faded(CURRENT, x) for x in shares] + [faded(CURRENT, 0)] + [faded(SPIKE, x) for x in shares[::-1]]


class ImageView:
    """`figure` is what is shown; `feed` changes what it shows, `fade` greys it while it is out of date."""

    def __init__(self, height: int = 170, most: int = 420, square: bool = False) -> None:
        self.size = {"min-height": f"clamp({height}px, {30 if square else 24}vh, {most}px)"}
        self.ranges = Range1d(start=0, end=1), Range1d(start=0, end=1)
        self.figure = Frames().plot("", ("", ""), self.ranges, height=height, styles=self.size)
        self.figure.title = None
        for grid in self.figure.center:
            grid.visible = False
        self.source = ColumnDataSource({name: [] for name in IMAGE})
        colours = LinearColorMapper(palette=two_colours(), low=-SHADES - 0.5, high=SHADES + 0.5)
        self.figure.add_glyph(self.source, Image(color_mapper=colours))

    def feed(self, shown: Picture) -> None:
        """Show another picture."""
        self.figure.xaxis.axis_label, self.figure.yaxis.axis_label = shown.labels
        for one, (start, end) in zip(self.ranges, (shown.x, shown.y)):
            one.update(start=start, end=end)
        image = np.round(np.clip(shown.values, -1, 1) * SHADES).astype(np.int8)
        self.source.data = placed(image, shown.x, shown.y)
        self.fade(False)

    def fade(self, past: bool = True) -> None:
        """Grey it, or not: it is out of date."""
        self.figure.styles = self.size | opacity(past)
