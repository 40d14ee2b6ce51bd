"""The colours of all pictures and pages: they hold on light and on dark ground.

What one plot tells apart by colour alone, the colour-blind can tell apart (`ALONE`); where two other colours meet,
lines are dashed, or have their names beside them.
"""

from string import Template

VOLTAGE = "#009688"  # also what is pointed at, and links
STATE = "#e67300"
CURRENT = "#5c85d6"
MEASURED = "#9575cd"
DECODED = STATE  # beside CURRENT, of which MEASURED is too near for one in twenty men
SPIKE = "#e53935"
WORDS = "#828282"  # titles, where no theme of a page colours them
LINE = "#888888"  # grids and axes
WARNING = "#ed6c02"
ERROR = "#d32f2f"
ACTION = "#1e88e5"
ALONE = ((CURRENT, DECODED), (VOLTAGE, STATE), (VOLTAGE, SPIKE), (CURRENT, SPIKE), (VOLTAGE, MEASURED))

# Words need more contrast than lines: on light ground, and on dark.
LINK = "light-dark(#00796b, #4db6ac)"
WARNING_WORDS = "light-dark(#a84300, #ff9d4d)"
ERROR_WORDS = "light-dark(#c62828, #ff7b72)"
# Of pinned runs, told apart by the colour-blind: those of Okabe and Ito that show on light and dark, and a violet.
PINS = ("#0072b2", "#d55e00", "#cc79a7", "#56b4e9", "#e69f00", "#8f3ffc")
LEVELS = {"peak": SPIKE, "reset": MEASURED, "rest": LINE, "mark": VOLTAGE}  # potentials and points that are marked
# From low to high, ever lighter, so that everybody tells them apart: viridis (Smith, van der Walt, matplotlib 2015).
HEIGHTS = ("#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30", "#fde725")
# Of kinds that are areas side by side: muted ones that the colour-blind tell apart (Tol, SRON/EPS/TN/09-002, 2021).
KINDS = ("#332288", "#88ccee", "#44aa99", "#117733", "#999933", "#ddcc77", "#cc6677", "#882255", "#aa4499")
NOTHING, OTHERS = "#cccccc", "#555555"  # where nothing happens; of kinds that there is no other colour for
# Of many kinds: those, and further ones of which each is as far as can be from all before it, for the colour-blind too.
MANY_KINDS = (
    *KINDS,
    "#9977ff", "#550055", "#333300", "#bbffbb", "#ffbb33", "#5555bb", "#bb77dd", "#dd5555", "#77ffff",
    "#003333", "#557700", "#335533", "#00dd99", "#9999bb", "#dd99ff", "#555500", "#553377", "#bb3377",
    "#ff7777", "#dd9900", "#7755dd", "#99ff99", "#9977bb", "#995555", "#773399", "#ff99dd", "#77bb99",
    "#99bb55", "#99dd55", "#bbddbb", "#339955",
)  # fmt: skip
LIT = "rgba(149, 117, 205, 0.32)"  # behind what belongs to what is pointed at


def faded(color: str, share: float) -> str:
    """A colour of which so much is seen.

    >>> faded(SPIKE, 0.5)
    '#e5393580'
    """
    return f"{color}{round(255 * share):02x}"


def coloured(sheet: str) -> str:
    """A style sheet whose colours are named, `$WARNING`.

    >>> coloured("p { color: $SPIKE; }")
    'p { color: #e53935; }'
    """
    return Template(sheet).substitute(globals())


def between(colours: tuple[str, ...], count: int) -> tuple[str, ...]:
    """So many colours from the first of a scale to its last.

    >>> between(("#000000", "#ffffff"), 3)
    ('#000000', '#808080', '#ffffff')
    """
    parts = [[int(one[k : k + 2], 16) for k in (1, 3, 5)] for one in colours]
    found = []
    for k in range(count):
        at = k * (len(colours) - 1) / (count - 1)
        low = min(int(at), len(colours) - 2)
        mixed = (a + (at - low) * (b - a) for a, b in zip(parts[low], parts[low + 1]))
        found.append("#" + "".join(f"{int(one + 0.5):02x}" for one in mixed))
    return tuple(found)
