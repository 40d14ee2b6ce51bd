"""The plane of inhibition g and drive eta of a sparse network of excitation and inhibition, and its four regimes."""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from snnlab.models import NETWORKS

from .mean_field import LIF, PAPER, Membrane, Synapses, irregularity, responses, siegert_rate

# CV of intervals, up to which neurons are regular: of simulated ones, and of those under the white noise of Poisson
# processes. Regular neurons send less noise than these, which leaves about half of it.
REGULAR, REGULAR_UNDER_NOISE = 0.2, 0.4
FAST = 70.0  # Hz, from which a rhythm is that of the delay, and below, that of the membrane
LEAST = 0.05  # Hz: a network that fires less is silent
STEPS = 80  # from threshold to reset, in which the response is integrated: to a part in a thousand
FREQUENCIES = np.concatenate(
    [np.geomspace(4.0, 60.0, 16), np.linspace(70.0, 400.0, 34), np.linspace(412.5, 1000.0, 48)]
)
COARSE, FINER = 25, 6  # values of g and of eta, and how many between them what is smooth is read at
GRID = 150  # rates among which that of a network is looked for

SILENT, AR, SR, AI, SLOW, FAST_SI = range(6)
REGIMES = (
    "silent",
    "asynchronous regular",
    "synchronous regular",
    "asynchronous irregular",
    "synchronous irregular, slow",
    "synchronous irregular, fast",
)


class States(NamedTuple):
    """Stationary states of networks: rate [Hz], mean and noise [mV] of what a neuron receives, CV of its intervals.

    `growth` is what comes back of a sine of the rate that comes back in phase, where that is most, and `rhythm` [Hz]
    its frequency: from 1 on, the state is not stable. `regime` is a number of `REGIMES`.
    """

    rate: np.ndarray
    mu: np.ndarray
    sigma: np.ndarray
    cv: np.ndarray
    growth: np.ndarray
    rhythm: np.ndarray
    regime: np.ndarray


class RegimeMap(NamedTuple):
    """The regimes [eta, g], as numbers of `REGIMES`, on a grid of values of g and eta."""

    g: np.ndarray
    eta: np.ndarray
    regime: np.ndarray


def network_of(model: Any) -> tuple[Synapses, Membrane]:
    """What of a network decides, besides g and eta. Raises ValueError for others than Brunel's, and for weights of 0.

    >>> from snnlab.models import Brunel
    >>> network_of(Brunel(J=0.2))[0].J
    0.2
    """
    if not isinstance(model, NETWORKS["Brunel"]):
        raise ValueError(f"{type(model).__name__} has no such plane: it is that of Brunel's network")
    if not model.C_E or not model.J:
        raise ValueError("without excitatory synapses there is no network: C_E and J are to be more than 0")
    synapses = Synapses(model.C_E, model.C_I / model.C_E, model.J, model.delay)
    return synapses, Membrane(model.tau, model.theta, model.V_r, model.t_ref)


def mean_field_rate(
    g, eta, synapses: Synapses = PAPER, membrane: Membrane = LIF
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The stationary rate [Hz] of networks with these g and eta, and mean and noise [mV] of what their neurons receive.

    A neuron is driven at the rate eta theta / (J tau), and by C_E excitatory and gamma C_E inhibitory others:
    mu = eta theta + C_E J tau nu (1 - g gamma), sigma^2 = J (eta theta + C_E J tau nu (1 + g^2 gamma)), and nu is
    Siegert's rate of both. Where several rates are such, it is the highest.

    Source: Brunel, J. Comput. Neurosci. 8:183, 2000, section 4.1.

    >>> rate, mu, sigma = mean_field_rate(5.0, 2.0)
    >>> float(rate.round(2)), float(mu.round(2)), float(sigma.round(2))
    (37.95, 21.03, 7.68)
    """
    g, eta = np.broadcast_arrays(np.asarray(g, float), np.asarray(eta, float))

    def excess(rate: np.ndarray) -> np.ndarray:
        return siegert_rate(*received(rate, g, eta, synapses, membrane), membrane) - rate

    top = 1000.0 / max(membrane.refractory, 0.1)
    rates = np.concatenate([[0.0], np.geomspace(1e-3, top, GRID)])
    signs = np.stack([excess(np.full(g.shape, one)) >= 0 for one in rates])
    last = (np.arange(len(rates)).reshape(-1, *[1] * g.ndim) * signs).max(axis=0)
    low, high = rates[last], rates[np.minimum(last + 1, len(rates) - 1)]
    for _ in range(40):
        middle = (low + high) / 2
        above = excess(middle) >= 0
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return low, *received(low, g, eta, synapses, membrane)


def received(rate, g, eta, synapses: Synapses, membrane: Membrane) -> tuple[np.ndarray, np.ndarray]:
    """Mean and noise [mV] of what a neuron receives where all fire at this rate."""
    C, gamma, J, _ = synapses
    external, own = eta * membrane.theta, C * J * membrane.tau * rate / 1000.0
    variance = J * (external + own * (1 + g**2 * gamma))
    return external + own * (1 - g * gamma), np.sqrt(np.maximum(variance, 1e-12))


def states(g, eta, synapses: Synapses = PAPER, membrane: Membrane = LIF) -> States:
    """The stationary states of networks, and which of them a rhythm of all neurons takes the place of.

    A state is unstable where a sine in the rate comes back larger and in phase, a delay later and by `linear_response`:
    neurons are synchronous then. They are regular where the CV of their intervals is small.

    >>> found = states([3.0, 6.0, 5.0, 4.5], [2.0, 4.0, 2.0, 0.9])  # figure 8 of Brunel, 2000
    >>> [REGIMES[k] for k in found.regime]  # doctest: +NORMALIZE_WHITESPACE
    ['synchronous regular', 'synchronous irregular, fast', 'asynchronous irregular', 'synchronous irregular, slow']
    """
    g, eta = np.broadcast_arrays(np.asarray(g, float), np.asarray(eta, float))
    rate, mu, sigma = mean_field_rate(g, eta, synapses, membrane)
    cv, growth, rhythm = irregularity(mu, sigma, membrane), np.zeros(g.shape), np.zeros(g.shape)
    fires = rate >= LEAST
    if fires.any():
        gain = loop_gain(FREQUENCIES, g[fires], mu[fires], sigma[fires], synapses, membrane)
        growth[fires], rhythm[fires] = _in_phase(gain, FREQUENCIES)
    return States(rate, mu, sigma, cv, growth, rhythm, regime_of(rate, cv, growth, rhythm))


@lru_cache(maxsize=8)
def regime_map(
    synapses: Synapses = PAPER, membrane: Membrane = LIF, most: tuple[float, float] = (8.4, 4.2)
) -> RegimeMap:
    """The regimes of networks up to these g and eta. It takes a second, and is kept.

    Source: Brunel, J. Comput. Neurosci. 8:183, 2000, figure 2.
    """
    from scipy.ndimage import zoom  # slow to load

    g, eta = (np.linspace(0, end, COARSE) for end in most)
    found = states(*np.meshgrid(g, eta), synapses, membrane)
    fields = np.log(found.rate + 1e-3), found.cv, found.growth, found.rhythm
    log_rate, cv, growth, rhythm = (zoom(one, FINER, order=1) for one in fields)
    g, eta = (np.linspace(0, end, COARSE * FINER) for end in most)
    return RegimeMap(g, eta, regime_of(np.exp(log_rate) - 1e-3, cv, growth, rhythm))


def regime_of(rate, cv, growth, rhythm, regular: float = REGULAR_UNDER_NOISE) -> np.ndarray:
    """Numbers of `REGIMES`, by rates [Hz], CV, growth of a rhythm and its frequency [Hz].

    >>> REGIMES[regime_of(327.0, 0.12, 1.9, 660.0)]
    'synchronous regular'
    """
    stable = np.asarray(growth) < 1
    irregular = np.where(stable, AI, np.where(np.asarray(rhythm) < FAST, SLOW, FAST_SI))
    return np.where(
        np.asarray(rate) < LEAST, SILENT, np.where(np.asarray(cv) < regular, np.where(stable, AR, SR), irregular)
    )


def loop_gain(frequency, g, mu, sigma, synapses: Synapses, membrane: Membrane) -> np.ndarray:
    """What comes back of a small sine in the rate [F, ...], complex: C_E J tau ((1 - g gamma) R_mu + J (1 + g^2 gamma)
    R_sigma2), a delay later."""
    C, gamma, J, delay = synapses
    parts = (1 - g * gamma) / sigma, J * (1 + g**2 * gamma) / sigma**2
    (found,) = responses(mu, sigma, frequency, membrane, STEPS, [parts])
    later = np.exp(-2j * np.pi * np.asarray(frequency).reshape(-1, *[1] * np.ndim(mu)) * delay / 1000.0)
    return later * (C * J * membrane.tau / 1000.0) * found


def _in_phase(gain: np.ndarray, frequency: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of what comes back in phase, the largest, and its frequency: 0 where nothing does. gain is [F, n]."""
    one, two = gain[:-1], gain[1:]
    span = np.where(one.imag == two.imag, 1.0, two.imag - one.imag)
    share = np.where((one.imag < 0) != (two.imag < 0), -one.imag / span, np.nan)
    size = np.nan_to_num(one.real + share * (two.real - one.real), nan=0.0)
    at = size.argmax(axis=0), np.arange(gain.shape[1])
    found = np.nan_to_num(frequency[:-1, None] + share * np.diff(frequency)[:, None])
    return np.maximum(size[at], 0.0), found[at]
