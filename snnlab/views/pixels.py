"""Two small pictures side by side, what is shown and what is decoded: built once, then fed."""

import numpy as np
from bokeh.models import ColumnDataSource, LinearColorMapper, Plot, Range1d, Rect, Text
from bokeh.palettes import Greys256

from snnlab.core.palette import LINE, WORDS

from .style import opacity

GAP = 1.0  # pixels between both
HEAD = 1.2  # pixels above them, for their names
SIDES = ("shown", "decoded")


class PixelsView:
    """`figure` is what is shown; `feed` changes what it shows, `fade` greys it while it is out of date.

    `shown` and `decoded` are sources with x, y and value of each pixel, from 0 to 1; a decoded one that is NaN is
    as dark as 0. `at(x, y)` is the pixel (row, column) of the first picture at a place of the plot, None beside it.
    """

    def __init__(self, width: int = 560) -> None:
        self.size = {"max-width": f"{width}px"}
        self.ranges = Range1d(start=0, end=1), Range1d(start=0, end=1)
        self.figure = Plot(
            x_range=self.ranges[0],
            y_range=self.ranges[1],
            min_border=6,
            toolbar_location=None,
            outline_line_alpha=0.0,
            sizing_mode="scale_width",
            styles=self.size,
        )
        self.shape = (0, 0)
        self.shown, self.decoded = (ColumnDataSource({name: [] for name in ("x", "y", "value")}) for _ in SIDES)
        self.names = ColumnDataSource({"x": [], "y": [], "text": []})
        mapper = LinearColorMapper(palette=Greys256, low=0, high=1, nan_color=Greys256[0])
        grey = {"field": "value", "transform": mapper}
        pixel = {"x": "x", "y": "y", "width": 1, "height": 1, "line_color": LINE, "line_alpha": 0.4}
        for source in (self.shown, self.decoded):
            self.figure.add_glyph(source, Rect(**pixel, fill_color=grey))
        name = {"text_color": WORDS, "text_font_size": "11px", "text_align": "center", "text_baseline": "middle"}
        self.figure.add_glyph(self.names, Text(x="x", y="y", text="text", **name))

    def feed(self, picture: np.ndarray, decoded: np.ndarray) -> None:
        """Show a picture [H, W], and what was decoded [H, W]."""
        rows, columns = self.shape = picture.shape
        self.ranges[0].update(start=0.0, end=2 * columns + GAP)
        self.ranges[1].update(start=0.0, end=rows + HEAD)
        self.figure.aspect_ratio = (2 * columns + GAP) / (rows + HEAD)  # pixels are square, but for the border
        for source, values, left in ((self.shown, picture, 0.0), (self.decoded, decoded, columns + GAP)):
            source.data = {**self.places(left), "value": values.ravel()}
        middles = [columns / 2, 1.5 * columns + GAP]
        self.names.data = {"x": middles, "y": [rows + HEAD / 2] * 2, "text": list(SIDES)}
        self.fade(False)

    def places(self, left: float) -> dict[str, np.ndarray]:
        """The middles of all pixels, in rows from the top, of the picture that begins there."""
        row, column = np.indices(self.shape).reshape(2, -1)
        return {"x": left + column + 0.5, "y": self.shape[0] - row - 0.5}

    def at(self, x: float, y: float) -> tuple[int, int] | None:
        row, column = int(np.floor(self.shape[0] - y)), int(np.floor(x))
        return (row, column) if 0 <= row < self.shape[0] and 0 <= column < self.shape[1] else None

    def fade(self, past: bool = True) -> None:
        """Grey it, or not: it is out of date."""
        self.figure.styles = self.size | opacity(past)
