"""A small plot as SVG: a line over time, its range, its length, and marks above it."""

import math
from collections.abc import Iterator, Sequence
from html import escape

from .palette import SPIKE

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 360, 110, 52, 8, 12, 22
MOST = 1000  # pieces of a long line, of which the lowest and the highest value are drawn


def plot(values: Sequence[float], duration: float, label: str, color: str, marks: Sequence[float] = ()) -> str:
    """A line through values at equal distances in [0, duration) ms, and a mark at each of the times `marks`.

    Values that are not finite are passed over.

    >>> plot([0.0, 1.0], 2.0, "v (mV)", "teal").count("<polyline")
    1
    """
    points = list(_ends(values))
    low, high = min((v for _, v in points), default=0.0), max((v for _, v in points), default=0.0)
    if high == low:
        low, high = low - 0.5 - abs(low) / 100, high + 0.5 + abs(high) / 100
    across, up, floor = (WIDTH - LEFT - RIGHT), (HEIGHT - BOTTOM - TOP) / (high - low), HEIGHT - BOTTOM
    line = " ".join(f"{LEFT + k / len(values) * across:.1f},{floor - (v - low) * up:.1f}" for k, v in points)
    path = f"<polyline points='{line}' fill='none' stroke='{color}' stroke-width='1.3'/>"
    places = dict.fromkeys(f"{LEFT + time / duration * across:.1f}" for time in marks)  # one where many fall together
    ticks = "".join(f"M{x},2v6" for x in places)
    ticks = f"<path d='{ticks}' stroke='{SPIKE}' stroke-width='1'/>" if ticks else ""
    labels = [
        (LEFT - 4, TOP + 4, "end", f"{high:.3g}"),
        (LEFT - 4, floor, "end", f"{low:.3g}"),
        (LEFT, HEIGHT - 8, "start", "0"),
        (WIDTH - RIGHT, HEIGHT - 8, "end", f"{duration:g} ms"),
        (LEFT - 4, floor / 2 + 10, "end", label),
    ]
    words = "font-size='10' fill='currentColor'"
    text = "".join(f"<text x='{a}' y='{b}' text-anchor='{c}' {words}>{escape(d)}</text>" for a, b, c, d in labels)
    return f"<svg viewBox='0 0 {WIDTH} {HEIGHT}' width='{WIDTH}' height='{HEIGHT}' role='img'>{path}{ticks}{text}</svg>"


def _ends(values: Sequence[float]) -> Iterator[tuple[int, float]]:
    """Place and value of the lowest and the highest of each piece: what of a long line can be seen."""
    size = max(1, len(values) // MOST)
    for start in range(0, len(values), size):
        piece = [(v, k) for k, v in enumerate(values[start : start + size], start) if math.isfinite(v)]
        yield from sorted({(k, v) for v, k in (min(piece), max(piece))} if piece else ())
