"""The smooth threshold that a surrogate stands for: what a gradient takes the step of a spike for."""

import math

import numpy as np
import torch
from numpy.typing import ArrayLike

from snnlab.core import Surrogate, refused
from snnlab.core.check import check

from .arguments import array

FINE = 0.002  # between the points of the integral


def smooth_threshold(surrogate: Surrogate, x: ArrayLike, alpha: float = 1.0) -> np.ndarray:
    """The function [X] of the distance x [X] from the threshold whose derivative is the surrogate's slope: 1/2 at 0.

    S(x) = 1/2 + ∫ slope(y, alpha) dy from 0 to x. The nearer it is to the step, the nearer a gradient is to that of the
    run; of a random threshold that is made so, it is the probability of a spike. By the trapezoidal rule, to 1e-5 for a
    sharpness up to 20.

    Raises ValueError for what is no surrogate, and for numbers that are not finite.
    Source: Neftci, Mostafa, Zenke, IEEE Signal Process. Mag. 36:51, 2019.

    >>> from snnlab.core import SURROGATES
    >>> smooth_threshold(SURROGATES["super"], [-0.5, 0.0, 1.0]).round(4)  # 1/2 + x / (1 + |x|)
    array([0.1667, 0.5   , 1.    ])
    """
    if not isinstance(surrogate, Surrogate):
        raise refused("surrogate", surrogate, "one of snnlab.core.SURROGATES")
    check("alpha", alpha, math.isfinite, "a finite number")
    at = array("x", x, dimensions=1)
    reach = max(float(np.abs(at).max(initial=0.0)), FINE)
    half = np.linspace(0.0, reach, math.ceil(reach / FINE) + 1)
    grid = np.concatenate([-half[:0:-1], half])
    slope = surrogate.slope(torch.from_numpy(grid), alpha).numpy()
    rise = np.concatenate([[0.0], np.cumsum((slope[1:] + slope[:-1]) / 2 * np.diff(half[:2]))])
    return 0.5 + np.interp(at, grid, rise - rise[len(half) - 1])
