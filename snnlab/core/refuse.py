"""What is said of a value that is not allowed: its name, the value, and what to give instead."""

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
    """A value in a sentence: a number with ten digits at most, anything else with sixty characters."""
    if isinstance(value, Integral) and not isinstance(value, bool):
        value = int(value)  # numpy's repr names the type
    text = f"{value:.10g}" if isinstance(value, Real) and not isinstance(value, Integral) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
