"""How much answers say about what was asked."""

import numpy as np
from numpy.typing import ArrayLike

from snnlab.core.check import check

from .arguments import array


def mutual_information(counts: ArrayLike, corrected: bool = True) -> float:
    """Information in bits between the rows and columns of a table [X, R]: how often signal x had the answer r.

    I = sum over x, r of p(x, r) log2(p(x, r) / (p(x) p(r))), with the shares of the table for probabilities. Few trials
    make that too large: `corrected`, the mean of what they add is taken away,
    (sum over x of (R_x - 1) - (R - 1)) / (2 N ln 2), with N trials, R answers that came, and R_x that came to x. Of
    probabilities, or of answers without chance, there is nothing to correct.

    Raises ValueError for what is no table of finite numbers >= 0 with one above 0.
    Source: Shannon, Bell System Technical Journal 27:379, 1948; Panzeri, Treves, Network 7:87, 1996.

    >>> mutual_information([[5, 0], [0, 5]], corrected=False), mutual_information([[5, 5], [5, 5]], corrected=False)
    (1.0, 0.0)
    """
    table = array("counts", counts, dimensions=2)
    check("counts", table.min(initial=0.0), lambda least: least >= 0, "numbers of at least 0")
    check("sum of counts", total := table.sum(), lambda n: n > 0, "a number above 0")
    joint = table / total
    apart = joint.sum(1, keepdims=True) * joint.sum(0, keepdims=True)
    there = joint > 0
    found = (joint[there] * np.log2(joint[there] / apart[there])).sum()
    if corrected:
        each, answers = there.sum(1), there.any(0).sum()
        found -= ((each[each > 0] - 1).sum() - (answers - 1)) / (2 * total * np.log(2))
    return float(found)
