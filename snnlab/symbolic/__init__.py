"""The same definition, made readable."""

from .algebra import expressions
from .coupling import coupling_equations
from .dynamics import System, system
from .encoders import encoder_equations
from .equilibria import Equilibrium, equilibrium
from .latex import Equations, equations, lines, no_equations
from .operations import operation_equations
from .rules import rule_equations, slope_equation
from .symbols import latex_symbol, plain_symbol
