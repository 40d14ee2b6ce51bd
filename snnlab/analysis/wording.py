"""How numbers are written in sentences."""

from collections.abc import Sequence

import numpy as np


def listed(values: Sequence[float] | np.ndarray) -> str:
    return ", ".join([short(x) for x in values[:6]] + ["…"] * (len(values) > 6))


def short(x: float) -> str:
    """Three digits, and no power of ten."""
    return f"{x:.3g}" if abs(x) < 1000 else f"{x:.0f}"


def number(n: int, what: str = "spike") -> str:
    return f"{n or 'no'} {what}{'' if n == 1 else 's'}"
