"""The f-I curve: firing rates over constant currents, and where the present one is. Built once, then fed."""

from typing import NamedTuple

import numpy as np
from bokeh.models import ColumnDataSource, Line, LogScale, LogTicker, Range1d, Scatter, Segment, Text, VArea

from snnlab.core.palette import CURRENT, LINE, SPIKE, VOLTAGE

from .style import LETTERS, Frames, axis_label, opacity

SIZE = {"min-height": "clamp(150px, 22vh, 280px)"}
LEAST = 1.0  # Hz, the lower end of a logarithmic axis


class Rates(NamedTuple):
    """What an f-I curve shows: currents and rates in Hz, the unit of a current, the present one, None for none.

    The present one is said to be `at` what. `first` are the rates of first intervals, `theory` those of a formula, None
    where there is none; `band` are other currents, and the lower and upper rates that noise makes of them; `symbol` is
    that of the current.
    """

    current: np.ndarray
    rate: np.ndarray
    first: np.ndarray
    unit: str
    here: tuple[float, float] | None
    rheobase: float | None
    theory: np.ndarray | None = None
    band: tuple[np.ndarray, ...] | None = None
    at: str = "here"
    symbol: str = "I"


class FIView:
    """`figure` is what is shown; `feed` changes what it shows, `fade` greys it while it is out of date."""

    def __init__(self, log: bool = False) -> None:
        self.log = log
        frames = Frames()
        self.ranges = Range1d(start=0, end=1), Range1d(start=LEAST, end=10)
        self.figure = frames.plot("", ("I", "rate (Hz)"), self.ranges, height=150, styles=SIZE)
        self.figure.title = None
        if log:
            self.figure.y_scale, self.figure.yaxis.ticker = LogScale(), LogTicker()
        self.steady, self.first, self.theory, self.here, self.rulers, self.words, self.band = (
            ColumnDataSource({name: [] for name in columns})
            for columns in ("xy", "xy", "xy", "xy", RULERS, LABELS, BAND)
        )
        glyphs = {
            self.band: VArea(x="x", y1="low", y2="high", fill_color=VOLTAGE, fill_alpha=0.2),
            self.rulers: Segment(x0="x", x1="x", y0="low", y1="high", line_color="color", line_dash="dashed"),
            self.first: Line(x="x", y="y", line_color=VOLTAGE, line_alpha=0.35, line_width=1.5),
            self.theory: Line(x="x", y="y", line_color=LINE, line_dash="dotted", line_width=3),
            self.steady: Line(x="x", y="y", line_color=VOLTAGE, line_width=2),
            self.here: Scatter(x="x", y="y", size=10, fill_color=CURRENT, line_color="white", line_width=1.5),
            self.words: Text(text="words", text_color="color", text_baseline="top", **LETTERS),
        }
        for source, glyph in glyphs.items():
            self.figure.add_glyph(source, glyph)

    def feed(self, shown: Rates) -> None:
        """Show other rates."""
        low, high = float(shown.current[0]), float(shown.current[-1])
        top = max(10.0, 1.1 * float(np.nanmax([*shown.rate, *(shown.first if self.log else ())], initial=0.0)))
        floor = LEAST if self.log else 0.0
        self.ranges[0].update(start=low, end=high)
        self.ranges[1].update(start=floor, end=top)
        self.figure.xaxis.axis_label = axis_label(shown.symbol, shown.unit)
        lines = {self.steady: shown.rate, self.first: shown.first, self.theory: shown.theory}
        for source, rate in lines.items():
            rate = np.array([]) if rate is None else self._visible(rate)
            source.data = {"x": shown.current[: len(rate)], "y": rate}
        at, lower, upper = shown.band or (np.array([]),) * 3
        self.band.data = {"x": at, "low": np.maximum(lower, floor), "high": np.maximum(upper, floor)}
        self.here.data = {"x": [], "y": []} if shown.here is None else {k: [x] for k, x in zip("xy", shown.here)}
        marks = [] if shown.rheobase is None else [(shown.rheobase, floor, SPIKE, f" rheobase {shown.rheobase:.4g} ")]
        if shown.here is not None:
            marks.append((*shown.here, CURRENT, f" {shown.at} {shown.here[1]:.3g} Hz "))
        marks = [one for one in marks if low <= one[0] <= high]
        self.rulers.data = {
            "x": [one[0] for one in marks],
            "low": [floor] * len(marks),
            "high": [top] * len(marks),
            "color": [one[2] for one in marks],
        }
        labels = _labels(marks, low, high, floor, top)
        self.words.data = {name: [one[k] for one in labels] for k, name in enumerate(LABELS)}
        self.fade(False)

    def fade(self, past: bool = True) -> None:
        """Grey it, or not: it is out of date."""
        self.figure.styles = SIZE | opacity(past)

    def _visible(self, rate: np.ndarray) -> np.ndarray:
        return np.where(rate >= LEAST, rate, np.nan) if self.log else rate


def _labels(marks, low: float, high: float, floor: float, top: float) -> list[tuple]:
    """Words beside rulers, where a rising curve leaves room: to the left above it, or to the right below it."""
    found: list[tuple] = []
    last = low
    for x, rate, color, words in sorted(marks):
        left = x > last + 0.3 * (high - low)
        height = (rate - floor) / (top - floor)
        share = 0.5 * height if height > 0.3 and not left else 0.95 - 0.15 * len(found)
        last = x
        y = floor * (top / floor) ** share if floor else top * share
        found.append((x, y, words, color, "right" if left else "left"))
    return found


RULERS, LABELS, BAND = ("x", "low", "high", "color"), ("x", "y", "words", "color", "align"), ("x", "low", "high")
