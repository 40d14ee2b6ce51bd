"""What is said of a value that is not allowed: its name, the value, and what to give instead."""

from array import array
from numbers import Integral, Real
from typing import Any


def refused(name: str, value: Any, give: str) -> ValueError:
    """The error of a value that is not allowed, to be raised.

    >>> raise refused("dt", -0.1, "a time step in s, greater than 0")
    Traceback (most recent call last):
    ValueError: dt = -0.1 is not allowed: give a time step in s, greater than 0
    """
    return ValueError(f"{name} = {short(value)} is not allowed: give {give}")


def short(value: Any) -> str:
    """A value in a sentence: numbers with ten digits at most, of single precision with seven; else sixty characters."""
    if isinstance(value, bool) or not isinstance(value, Real):
        text = repr(value)
    elif isinstance(value, Integral):
        text = str(int(value))  # numpy's repr names the type
    else:
        text, brief = f"{value:.10g}", f"{value:.7g}"
        if array("f", [float(value)])[0] == value != float(brief):  # 1.4 in single precision is 1.39999998
            text = brief
    return text if len(text) <= 60 else text[:57] + "..."
