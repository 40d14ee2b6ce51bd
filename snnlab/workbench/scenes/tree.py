"""A drawing of compartments: each a circle, coloured by a number, joined as they are coupled, with the site."""

from collections.abc import Sequence
from math import cos, hypot, pi, sin

from snnlab.core import SHAPES, neighbours
from snnlab.core.palette import CURRENT, LINE, VOLTAGE

STEP, ROOM = 26, 18  # px between compartments, and around them
WIDTH = 280  # px, at most


def places(parents: Sequence[int]) -> list[tuple[float, float]]:
    """Where compartments stand: x along the tree, y across its branches, in steps of one compartment; many that hang on
    one stand around it.

    >>> places((-1, 0, 1)), places((-1, 0, 0))
    ([(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)], [(0.0, 0.0), (1.0, -1.0), (1.0, 1.0)])
    """
    found: list[tuple[float, float]] = []
    for k, parent in enumerate(parents):
        if parent < 0:
            found.append((0.0, 0.0))
            continue
        (x, y), children = found[parent], [j for j, other in enumerate(parents) if other == parent]
        rank, many = children.index(k), len(children)
        if many > 2:
            angle, reach = 2 * pi * rank / many, max(1.2, 1.2 * many / (2 * pi))
            found.append((x + reach * cos(angle), y + reach * sin(angle)))
        else:
            found.append((x + 1.0, y + (2.0 * rank - 1.0 if many == 2 else 0.0)))
    return found


def between(one: tuple[float, float], other: tuple[float, float], radius: float) -> str:
    """A line from the edge of a circle to that of another."""
    (x, y), (u, v) = one, other
    share = radius / max(hypot(u - x, v - y), 1e-9)
    ends = ((x + share * (u - x), y + share * (v - y)), (u - share * (u - x), v - share * (v - y)))
    return "<path d='M{:.1f},{:.1f}L{:.1f},{:.1f}'/>".format(*ends[0], *ends[1])


def tree_svg(shape: str, count: int, site: int, values: Sequence[float]) -> str:
    """The drawing as SVG; circles are the fuller, the greater their value, and an arrow leads to the `site`.

    On a page a click on a circle makes it the site.

    >>> tree_svg("chain", 3, 2, [0.0, 1.0, 0.5]).count("<circle")
    3
    """
    parents = SHAPES[shape](count)
    at, most = places(parents), max(max(values), 1e-12)
    left, top = (min(one[axis] for one in at) for axis in (0, 1))
    wide, high = (max(one[axis] for one in at) - least for axis, least in ((0, left), (1, top)))
    step = min(STEP, (WIDTH - 2 * ROOM) / max(wide, 1.0))
    xy = [(ROOM + step * (x - left), ROOM + 14 + step * (y - top)) for x, y in at]
    radius = min(9.0, 0.38 * step)
    joined = [(j, k) for k, near in enumerate(neighbours(parents)) for j in near if j < k]
    lines = "".join(between(xy[j], xy[k], radius + 1) for j, k in joined)
    circles = "".join(
        f"<circle cx='{x:.1f}' cy='{y:.1f}' r='{radius:.1f}' fill-opacity='{0.05 + 0.95 * value / most:.2f}'"
        f" data-knob='model.site' data-value='{k}'>"
        f"<title>compartment {k}: {value:.3g}</title></circle>"
        for k, ((x, y), value) in enumerate(zip(xy, values), start=1)
    )
    x, y = xy[min(site, count) - 1]
    tip = y - radius - 2
    arrow = f"<path d='M{x:.1f},{tip - 12:.1f}v12m-4,-5l4,5l4,-5'"
    width, height = round(2 * ROOM + step * wide), round(2 * ROOM + 14 + step * high)
    words = f"{count} compartments in a {shape}; the current enters compartment {min(site, count)}"
    return (
        f"<svg viewBox='0 0 {width} {height}' width='{width}' height='{height}' role='img' aria-label='{words}'>"
        f"<g stroke='{LINE}' stroke-width='3'>{lines}</g>"
        f"<g fill='{VOLTAGE}' stroke='{VOLTAGE}' stroke-width='1.5' style='cursor: pointer'>{circles}</g>"
        f"<g fill='none' stroke='{CURRENT}' stroke-width='2'>{arrow}/></g></svg>"
        f"<p>{words}; the fuller a circle, the farther its potential goes."
        "<span class=hand> Click one to inject there.</span></p>"
    )
