"""Small pictures that come with snnlab: ten digits of eight by eight pixels; and any such as the text of a link."""

from functools import cache

import numpy as np

from snnlab.core import refused

LEVELS = {".": 0.0, "-": 0.33, "+": 0.67, "#": 1.0}
SHAPE = 8, 8
_DRAWN = """
..-##-..  ...-#...  ..-##-..  .-###-..  ....-#-.  .#####..  ...+##-.  .######.  ..+##+..  ..-##+..
.-#--#-.  .-+##...  .+#--#+.  .+--+#-.  ...-##-.  .#-.....  ..+#-...  .---+#+.  .+#--#+.  .+#--#+.
.+#..#+.  .##+#...  .--..+#.  .....+#.  ..-#+#-.  .#-.....  .-#-....  ....-#-.  .+#..#+.  .#+..+#.
.#+..+#.  ...+#...  ....-#-.  ...-##-.  .-#--#-.  .####+-.  .+#+##-.  ....+#..  ..+##+..  .+#--##.
.#+..+#.  ...+#...  ...-#-..  ....-+#.  .#######  .....+#.  .##--+#.  ...-#-..  .+#--#+.  ..-##+#.
.+#..#+.  ...+#...  ..-#-...  .....+#.  .----#+-  .....-#.  .#+..+#.  ...+#...  .#+..+#.  .....#+.
.-#--#-.  ...+#...  .-#+---.  .+--+#-.  .....#-.  .+--+#-.  .+#--#+.  ..-#+...  .+#--#+.  ..--#+..
..-##-..  .-#####.  .#######  .-###-..  .....#-.  .-###-..  ..+##+..  ..+#-...  ..-##-..  .-##+-..
"""


@cache
def digits() -> np.ndarray:
    """The digits 0 to 9 as pictures [10, 8, 8] from 0, dark, to 1, rows from top to bottom; not to be changed.

    >>> digits().shape, float(digits()[1].max())
    ((10, 8, 8), 1.0)
    """
    rows = [line.split("  ") for line in _DRAWN.strip().splitlines()]
    found = np.array([[[LEVELS[sign] for sign in row[k]] for row in rows] for k in range(10)])
    found.setflags(write=False)
    return found


def pixels_text(picture: np.ndarray) -> str:
    """A picture as text for links: of each pixel, row by row, which of the levels of digits it is, 0 to 3.

    >>> pixels_text(digits()[1])[:16]
    '0001300001233000'
    """
    levels = np.array([*LEVELS.values()])
    return "".join(str(k) for k in np.abs(picture[..., None] - levels).argmin(-1).ravel())


def read_pixels(text: str) -> np.ndarray:
    """The picture of which `pixels_text` is the text. Raises ValueError.

    >>> bool((read_pixels(pixels_text(digits()[7])) == digits()[7]).all())
    True
    """
    signs, number = [str(k) for k in range(len(LEVELS))], SHAPE[0] * SHAPE[1]
    if len(text) != number or not set(text) <= set(signs):
        raise refused("pixels", text[:80], f"{number} digits from {signs[0]}, dark, to {signs[-1]}, row by row")
    return np.array([*LEVELS.values()])[[signs.index(sign) for sign in text]].reshape(SHAPE)
