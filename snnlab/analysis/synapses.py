"""What a synapse with short-term plasticity gives: of a run, and at steady state against the rate of its input."""

import math
from typing import Any, NamedTuple

import numpy as np
import torch

from snnlab.core import what_is
from snnlab.engine import Recording, simulate
from snnlab.models import PlasticityModel, Result

from .arguments import plain, positive
from .reading import recorded, variable


def released(recording: Recording | Result) -> list[float]:
    """What each presynaptic spike releases of a synapse with short-term plasticity, as parts of all it has.

    u x of Tsodyks, Pawelzik, Markram, Neural Comput. 10:821, 1998: u as the spike raised it, x as the spike found it,
    where the run begins at rest. Raises ValueError for a recording without u and x.

    >>> from snnlab.models import PRESETS
    >>> [round(size, 2) for size in released(PRESETS["stp-depressing"].experiment().run().recording)][:3]
    [0.25, 0.2, 0.16]
    """
    given = recorded(recording)
    if given is None:
        raise ValueError(f"recording is {what_is(recording)}: give the Recording of a synapse")
    if given.before:
        raise ValueError(f"recording begins at {given.begin:.7g} ms, going on from another: give one that begins at 0")
    u, x = (variable(given, name)[:, 0] for name in ("u", "x"))
    before = np.concatenate([np.ones(1, x.dtype), x[:-1]])
    return (before * u)[plain(given.spikes[:, 0]) > 0].tolist()


class SteadyState(NamedTuple):
    """What each spike of a long train meets: u as it raised it, x as it found it, and the part u x that it releases."""

    u: np.ndarray
    x: np.ndarray
    release: np.ndarray


def steady_state(model: PlasticityModel, rate: Any, poisson: bool = False) -> SteadyState:
    """The steady state of a Tsodyks-Markram synapse against presynaptic rates [Hz], an array of any shape.

    Of regular trains it is the fixed point of the recursion from spike to spike, with T = 1 / rate::

        u = U / (1 - (1 - U) exp(-T / tau_f)),    x = (1 - exp(-T / tau_d)) / (1 - (1 - u) exp(-T / tau_d))

    and of Poisson trains the mean field, which takes u and x as independent::

        u = U (1 + r tau_f) / (1 + U r tau_f),    x = 1 / (1 + u r tau_d)

    At high rates u x goes to 1 / (r tau_d): what is released in a second no longer says how fast the input fires.
    Source: Tsodyks, Markram, PNAS 94:719, 1997; Tsodyks, Pawelzik, Markram, Neural Comput. 10:821, 1998. Raises
    ValueError for another model, and for a rate that is not finite and > 0.

    >>> from snnlab.models import TsodyksMarkram
    >>> steady_state(TsodyksMarkram(U=0.5, tau_d=800, tau_f=20), [1, 10]).release.round(3)
    array([0.416, 0.105])
    """
    U, tau_d, tau_f = _constants(model)
    r = np.asarray(rate, float)
    if not (np.isfinite(r) & (r > 0)).all():
        raise ValueError(f"rate must be finite and > 0 Hz: {r.ravel()[:5]}")
    r = r / 1000  # in 1/ms
    if poisson:
        u = U * (1 + r * tau_f) / (1 + U * r * tau_f)
        x = 1 / (1 + u * r * tau_d)
    else:
        u = U / (1 - (1 - U) * np.exp(-1 / (r * tau_f)))
        recovered = -np.expm1(-1 / (r * tau_d))
        x = recovered / (u + (1 - u) * recovered)
    return SteadyState(u, x, u * x)


def limiting_rate(model: PlasticityModel) -> float:
    """The rate in Hz above which a depressing synapse gives 1 / r: 1 / (U tau_d). Source: Tsodyks, Markram, 1997.

    >>> from snnlab.models import TsodyksMarkram
    >>> limiting_rate(TsodyksMarkram(U=0.5, tau_d=800, tau_f=20))
    2.5
    """
    U, tau_d, _ = _constants(model)
    return 1000 / (U * tau_d) if U else math.inf


def peak_rate(model: PlasticityModel) -> float | None:
    """The rate in Hz at which a spike of a facilitating synapse releases most, by the mean field; None for another.

    It is (sqrt(tau_f (1 - U) / (U tau_d)) - 1) / tau_f, which for a long tau_f is 1 / sqrt(U tau_f tau_d); a synapse
    facilitates where it is > 0. Source: Markram, Wang, Tsodyks, PNAS 95:5323, 1998.

    >>> from snnlab.models import TsodyksMarkram
    >>> round(peak_rate(TsodyksMarkram(U=0.05, tau_d=100, tau_f=1000)), 3)
    12.784
    """
    U, tau_d, tau_f = _constants(model)
    found = (math.sqrt(tau_f * (1 - U) / (U * tau_d)) - 1) / tau_f if U else 0.0
    return 1000 * found if found > 0 else None


def settled_release(model: PlasticityModel, rate: Any, dt: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    """(rates [N] in Hz, releases [N]): what a spike releases at the end of long regular trains, in a run.

    Intervals are whole steps of dt [ms], so rates are those nearest to the ones that are asked. Trains last for eight
    times of tau_d and tau_f together, and for four spikes. Errors are those of `steady_state`.

    >>> from snnlab.models import TsodyksMarkram
    >>> rates, found = settled_release(TsodyksMarkram(U=0.5, tau_d=800, tau_f=20), [10], dt=0.1)
    >>> rates, found.round(3)
    (array([10.]), array([0.105]))
    """
    _, tau_d, tau_f = _constants(model)
    positive("dt", dt)
    periods = np.maximum(1, np.round(1000 / (np.atleast_1d(np.asarray(rate, float)) * dt))).astype(int)
    steps = int(np.maximum(8 * (tau_d + tau_f) / dt, 3 * periods).max()) + 2
    at = (np.arange(steps)[:, None] % periods) == 0
    spikes = torch.from_numpy(at.astype(float))
    p = model.p(torch.float64)
    run = simulate(model.neuron, spikes=spikes, current=0 * spikes, p=p, dt=dt / 1000, record=("u", "x"))
    last = (steps - 1) // periods * periods, np.arange(len(periods))
    u, x = (run.variables[name].numpy() for name in "ux")
    return 1000 / (periods * dt), u[last] * x[last[0] - 1, last[1]]


def _constants(model: Any) -> tuple[float, float, float]:
    """U, tau_d and tau_f [ms] of a model that has them. Raises ValueError."""
    if not (isinstance(model, PlasticityModel) and {"u", "x"} <= set(model.variables())):
        raise ValueError(f"model is {what_is(model)}: give a snnlab.models.TsodyksMarkram")
    return model.U, model.tau_d, model.tau_f
