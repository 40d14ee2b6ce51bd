"""The mean field of sparse random networks of LIF neurons: their rate, how irregular they are, and when they oscillate.

What a neuron receives from many others is a mean and white noise: tau dv/dt = -v + mu + sigma sqrt(tau) xi(t), so
that sigma^2 / 2 is the variance of v without a threshold. In (v - mu) / sigma, and with time in tau, all are one.
Source: Brunel, J. Comput. Neurosci. 8:183, 2000.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from snnlab.core.check import check

NODES, WEIGHTS = np.polynomial.legendre.leggauss(100)
FARTHEST = 25.0  # of a threshold above the mean, in sigma: beyond, a neuron never fires
NEVER = 6.0  # from which on, it fires so rarely that its intervals are those of a Poisson process
STEPS = 240  # from threshold to reset, and from there to where no neuron is
BELOW = 4.0  # in sigma, of what is of no account
HIGHEST = 50.0  # exponent of one step


class Membrane(NamedTuple):
    """A LIF neuron: time constant and refractory period in ms, threshold and reset in mV above rest."""

    tau: float = 20.0
    theta: float = 20.0
    reset: float = 10.0
    refractory: float = 2.0


class Synapses(NamedTuple):
    """Those of each neuron of a network: so many from excitatory ones, `gamma` times as many from inhibitory ones.

    A spike raises v by J [mV] after `delay` [ms], or lowers it by g J.
    """

    C_E: int = 1000
    gamma: float = 0.25
    J: float = 0.1
    delay: float = 1.5


LIF, PAPER = Membrane(), Synapses()  # those of Brunel, 2000


def siegert_rate(mu, sigma, membrane: Membrane = LIF) -> np.ndarray:
    """The rate [Hz] of LIF neurons whose input has a mean `mu` and a white noise `sigma` [mV], arrays or numbers.

    1 / nu = t_ref + tau sqrt(pi) times the integral of exp(x^2) (1 + erf x) from (V_r - mu) / sigma to
    (theta - mu) / sigma. Raises ValueError for sigma <= 0.

    Source: Siegert, Phys. Rev. 81:617, 1951.

    >>> float(siegert_rate(20.0, 5.0).round(6))
    27.340567
    """
    from scipy.special import erfcx  # slow to load: for theories alone

    high, low = _ends(mu, sigma, membrane)
    x = (high + low)[..., None] / 2 + (high - low)[..., None] / 2 * NODES
    first = (high - low) / 2 * (erfcx(-np.minimum(x, FARTHEST)) @ WEIGHTS)
    rate = 1000.0 / (membrane.refractory + membrane.tau * np.sqrt(np.pi) * first)
    return np.where(high < FARTHEST, rate, 0.0)


def irregularity(mu, sigma, membrane: Membrane = LIF) -> np.ndarray:
    """The coefficient of variation of the intervals of such a neuron.

    CV^2 = 2 pi (nu tau)^2 times the integral over the same range of exp(x^2) and what exp(y^2) (1 + erf y)^2 has below
    x.

    Source: Brunel, J. Comput. Neurosci. 8:183, 2000, appendix A.1.

    >>> float(irregularity(10.0, 3.0).round(2))  # far below threshold, spikes come by chance
    1.0
    """
    from scipy.special import erfcx  # slow to load: for theories alone

    high, low = _ends(mu, sigma, membrane)
    x = (high + low)[..., None] / 2 + (high - low)[..., None] / 2 * NODES
    # exp(x^2) exp(y^2) (1 + erf y)^2 = erfcx(-y)^2 exp(x^2 - y^2), which is small a few units below x
    x, u = np.minimum(x, NEVER)[..., None], 6.0 * (NODES + 1) / 2
    inner = 3.0 * ((erfcx(u - x) ** 2 * np.exp(u * (2 * x - u))) @ WEIGHTS)
    double = (high - low) / 2 * (inner @ WEIGHTS)
    found = np.sqrt(2 * np.pi * double) * siegert_rate(mu, sigma, membrane) / 1000.0 * membrane.tau
    return np.where(high < NEVER, found, 1.0)


def _ends(mu, sigma, membrane: Membrane) -> tuple[np.ndarray, np.ndarray]:
    """Threshold and reset in units of sigma above mu."""
    mu, sigma = np.broadcast_arrays(np.asarray(mu, float), np.asarray(sigma, float))
    check("sigma", float(sigma.min(initial=1.0)), lambda least: least > 0, "more than 0 mV")
    return (membrane.theta - mu) / sigma, (membrane.reset - mu) / sigma


def linear_response(mu, sigma, frequency, membrane: Membrane = LIF, steps: int = STEPS) -> tuple:
    """How the rate follows a small sine in the mean, in Hz / mV, and in sigma^2, in Hz / mV^2: complex.

    mu, sigma [...] in mV and frequencies [F] in Hz give [F, ...]. The Fokker-Planck equation is integrated from the
    threshold down, in so many `steps` to the reset and as many below: no flux may be left where no neuron is.

    Source: Richardson, Phys. Rev. E 76:021919, 2007.

    >>> mean, variance = linear_response(20.0, 5.0, [1e-3])  # of a slow sine: the slope of the rate
    >>> slope = (siegert_rate(20.1, 5.0) - siegert_rate(19.9, 5.0)) / 0.2
    >>> bool(abs(mean[0].real / slope - 1) < 1e-3)
    True
    """
    units = np.asarray(sigma, float), np.asarray(sigma, float) ** 2
    mean, variance = responses(mu, sigma, frequency, membrane, steps, ((1.0, 0.0), (0.0, 1.0)))
    return mean / units[0], variance / units[1]


def responses(mu, sigma, frequency, membrane: Membrane, steps: int, driven: Sequence[tuple]) -> list[np.ndarray]:
    """Those to sines of which each has a part in mu / sigma, and one in sigma^2 / sigma^2."""
    high, low = (x[None] for x in _ends(mu, sigma, membrane))
    frequency = np.asarray(frequency, float).reshape(-1, *[1] * (high.ndim - 1))
    turn = (2j * np.pi * membrane.tau / 1000.0 * frequency).astype(np.complex128)
    levels = [*_levels(high, low, np.minimum(low, 0.0) - BELOW, steps)]
    p0, mass = _down(levels)
    scale = 1000.0 / (membrane.tau * mass + membrane.refractory)  # nu, as mass is that of a flux of 1 per tau
    late = np.exp(-turn * membrane.refractory / membrane.tau)
    own = _flux(levels, turn, [np.zeros(1)] * len(levels), 1.0, late)
    found = []
    for a, b in driven:
        source = [b * (p - q) / level.size - a * (p + q) for level, p, q in zip(levels, p0, p0[1:])]
        found.append(-scale * _flux(levels, turn, source, 0.0, 0.0) / own)
    return found


class _Level(NamedTuple):
    """A step down: its size, what a density grows to, what a source of 1 gives, whether the reset is at its end."""

    size: np.ndarray
    grown: np.ndarray
    given: np.ndarray
    reset: bool


def _levels(high: np.ndarray, low: np.ndarray, end: np.ndarray, steps: int):
    """From the threshold down. Of -p' = 2 y p + source, p one step further is grown p + given source."""
    for top, bottom, reset in ((high, low, True), (low, end, False)):
        size = (top - bottom) / steps
        for k in range(steps):
            a = np.clip(2 * (top - (k + 0.5) * size) * size, -HIGHEST, HIGHEST)
            flat = np.where(abs(a) < 1e-8, 1e-8, a)
            yield _Level(size, np.exp(a), size * np.expm1(flat) / flat, reset and k == steps - 1)


def _down(levels: Sequence[_Level]) -> tuple[list[np.ndarray], np.ndarray]:
    """The density at each level for a flux of 1 from reset to threshold, and its integral."""
    p, mass, flux = np.zeros_like(levels[0].size), np.zeros_like(levels[0].size), 1.0
    found = [p]
    for level in levels:
        further = level.grown * p + level.given * 2 * flux
        mass = mass + level.size * (p + further) / 2
        p, flux = further, 0.0 if level.reset else flux
        found.append(p)
    return found, mass


def _flux(levels: Sequence[_Level], turn: np.ndarray, source: Sequence[np.ndarray], begin: float, late) -> np.ndarray:
    """What flux is left at the end of a modulation: `begin` at the threshold, less `late` at the reset."""
    shape = np.broadcast_shapes(levels[0].size.shape, turn.shape)
    p, j = np.zeros(shape, complex), np.full(shape, begin, complex)
    for level, driven in zip(levels, source):
        half = turn * level.size / 2
        further = level.grown * p + level.given * (2 * (j + half * p) + driven)  # with the flux half-way
        j += half * (p + further)
        p = further
        if level.reset:
            j -= late
    return j
