"""Lines of LaTeX as MathML, which browsers set by themselves."""

import re
from functools import lru_cache

from latex2mathml.converter import convert


@lru_cache(maxsize=512)
def mathml(line: str) -> str:
    """A line of LaTeX as an element of MathML, with fractions of full size.

    >>> "<mfrac>" in mathml(r"\\frac{dv}{dt} = I")
    True
    """
    words = re.sub(r"\\mathrm{(\w+)}", r"\\text{\1}", line)  # else each letter would be a symbol
    return convert(words).replace('display="inline"', 'displaystyle="true"', 1)
