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
