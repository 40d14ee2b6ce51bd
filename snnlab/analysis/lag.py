"""How late a signal is that follows another."""

import numpy as np
from numpy.typing import ArrayLike

from snnlab.core.check import check

from .arguments import plain, positive

NEAR = 0.02  # to the best correlation: chance may make a later period of a wave the best


def signal_lag(signal: ArrayLike, decoded: ArrayLike, dt: float, most: float | None = None) -> float | None:
    """By how many ms `decoded` [T] comes after `signal` [T]: the delay, up to `most`, of the best correlation.

    Pearson's correlation of signal(t) and decoded(t + lag), over the times at which both are there: where nothing is
    decoded, it is NaN. Of a wave, the first of its periods counts. `dt` in ms; `most` is two fifths of the time unless
    given. None where either is constant, where nothing is decoded, and where all delays do as well, as of a ramp.

    Raises ValueError for signals of other lengths. Source: Bendat, Piersol, Random Data, Wiley 2010, section 5.1.4.

    >>> signal_lag([0, 1, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0], dt=0.5)
    1.0
    """
    x, y = (np.atleast_1d(plain(one)) for one in (signal, decoded))
    for name, one in (("signal", x), ("decoded", y)):
        check(f"kind of {name}", one.dtype, lambda kind: kind.kind in "biuf", "real numbers")
    x, y = x.astype(float), y.astype(float)
    check("shape of decoded", y.shape, lambda shape: shape == x.shape and y.ndim == 1, f"as many as signal, {x.shape}")
    positive("dt", dt)
    if most is not None:
        positive("most", most)
    there = np.isfinite(x), np.isfinite(y)
    if not there[0].any() or not there[1].any():
        return None
    x, y = (np.where(good, one - one[good].mean(), 0.0) for good, one in zip(there, (x, y)))
    lags = max(1, min(len(x) - 1, round((0.4 * len(x) * dt if most is None else most) / dt)) + 1)
    found = _correlations(x, y, there[0].astype(float), there[1].astype(float), lags)
    if not np.isfinite(found).any():
        return None
    good = found >= np.nanmax(found) - NEAR
    begin = int(good.argmax())
    end = begin + int(np.append(good[begin:], False).argmin())
    if end - begin == len(good) > 1:
        return None
    return float((begin + np.nanargmax(found[begin:end])) * dt)


def _correlations(x: np.ndarray, y: np.ndarray, a: np.ndarray, b: np.ndarray, lags: int) -> np.ndarray:
    """Pearson's correlation [lags] of x and later y, where a and b are 1; NaN of less than half of what there is."""
    size = 1 << (len(x) + lags).bit_length()
    early, late = ([np.fft.rfft(one, size) for one in ones] for ones in ((a, x, x * x), (b, y, y * y)))

    def sums(k: int, m: int) -> np.ndarray:
        return np.fft.irfft(early[k].conj() * late[m], size)[:lags]

    n = np.rint(sums(0, 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        both = sums(1, 1) - sums(1, 0) * sums(0, 1) / n
        alone = (sums(2, 0) - sums(1, 0) ** 2 / n) * (sums(0, 2) - sums(0, 1) ** 2 / n)
        fine = (n >= max(2.0, n.max() / 2)) & (alone > 1e-12 * float((x * x).sum() * (y * y).sum()))
        return np.where(fine, both / np.sqrt(np.where(fine, alone, 1.0)), np.nan)
