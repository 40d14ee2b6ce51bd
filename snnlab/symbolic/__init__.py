"""The same definition, made readable."""

from .algebra import expressions
from .latex import Equations, equations
from .symbols import latex_symbol, plain_symbol
