"""The equation of what compartments exchange, printed from its running code."""

from functools import cache

import sympy
import torch

from snnlab.core import axial, record

from .algebra import expressions


@cache
def coupling_equations() -> tuple[str, ...]:
    """A line of LaTeX: the current of compartment k, from its neighbours j and, at the site, from outside.

    >>> coupling_equations()
    ('I_{k} = I_{\\\\mathrm{site}} + \\\\sum_{j} g_{c} \\\\left(v_{j} - v_{k}\\\\right)',)
    """
    given = dict(zip(("v", "other", "g"), torch.rand(3, 1, dtype=torch.float64)))
    symbols = dict(zip(given, sympy.symbols("v_k v_j g_c")))
    (found,) = expressions(record(axial, **given), symbols).values()
    return (rf"I_{{k}} = I_{{\mathrm{{site}}}} + \sum_{{j}} {sympy.latex(found)}",)
