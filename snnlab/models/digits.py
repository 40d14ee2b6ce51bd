"""Small pictures that come with snnlab: ten digits of eight by eight pixels."""

from functools import cache

import numpy as np

LEVELS = {".": 0.0, "-": 0.33, "+": 0.67, "#": 1.0}
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
