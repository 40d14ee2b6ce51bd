"""How well signals are found again from spikes: the error and the information of what is decoded."""

from typing import Any, NamedTuple

import numpy as np
import torch

from snnlab.core.check import check, check_count, check_seed
from snnlab.models import EncoderModel
from snnlab.models.families.encoders import answered, decode, once_a_step, rate_of

from .arguments import array, steps
from .counts import binomial, most
from .encoded import encoder_model, signals, usual_step
from .information import mutual_information

MANY = 32  # signals, so 5 bits
LARGEST = 1_000_000  # neurons
DEVIATIONS = 8.0  # of a count, beyond which none is looked for


class Decoding(NamedTuple):
    """Over windows [S] in ms, and numbers of neurons [S], that count spikes: the root mean square `error` of what is
    decoded, in the unit of the signal, and the `information` in bits that it has of the signal.

    `bound` is the least error, without bias, and `limit` the information of the count itself; None where there is no
    such formula. `most` is the information of who knows the signal.
    """

    window: np.ndarray
    neurons: np.ndarray
    error: np.ndarray
    information: np.ndarray
    bound: np.ndarray | None
    limit: np.ndarray | None
    most: float


def decoding(
    model: EncoderModel,
    window: Any = 50.0,
    neurons: Any = 1,
    x: Any = None,
    trials: int = 200,
    dt: float | None = None,
    seed: int = 0,
) -> Decoding:
    """Decode constant signals, all equally likely, from the spikes of `neurons` of each kind in a `window` [ms].

    `window` and `neurons` are numbers or rows [S] of which each pair is tried. `x` [X] are 32 over the range of the
    encoder unless given. Where spikes come by chance, each is encoded in so many `trials`: counts are binomial, as
    those of the encoder are. Of a neuron that the signal drives from rest, one trial says all, and what is decoded at
    the end of the window comes from its last interval, or from its first spike where only that counts. Where spikes
    say nothing, the guess is the mean of the signals that they say nothing of.

    The `information` is that between the signal and the one of x next to what was decoded; of a driven neuron, between
    the signal and its interval. `bound` is that of Cramér and Rao, the root of the mean over x of 1 / J: the Fisher
    information J = n N sum over k of q_k'^2 / (q_k (1 - q_k)) is that of n steps in which each of N neurons of kind k
    spikes with probability q_k = |rate_k(x)| dt. So it falls with 1 / sqrt(n N). What is decoded with bias, as by
    cutting off at the ends of the range, may be below it.

    `dt` in ms, 1 or, of a neuron, 0.1 unless given. Raises ValueError for what is no encoder, signals that it does not
    take, windows that are no whole numbers of dt, and more than one neuron where one says all.
    Source: Dayan, Abbott, Theoretical Neuroscience, MIT Press 2001, section 3.3; Seung, Sompolinsky, PNAS 90:10749,
    1993.

    >>> from snnlab.models import Poisson
    >>> decoding(Poisson(), window=[10.0, 1000.0], neurons=10).bound.round(3)  # a tenth of the first
    array([0.216, 0.022])
    """
    x, dt = signals(encoder_model(model), x, MANY), usual_step(model, dt)
    check_count("trials", trials)
    check_seed("seed", seed)
    given = (np.atleast_1d(np.asarray(one)) for one in (window, neurons))
    windows, many = np.broadcast_arrays(*(array(name, one, 1) for name, one in zip(("window", "neurons"), given)))
    check("size of window and neurons", windows.size, lambda n: n > 0, "one of each or more")
    counts = np.array([steps("window", one, dt) for one in windows.tolist()])
    check("window", counts.min(), lambda n: n > 0, f"times in ms of at least one step, {dt:g}")
    for one in many.tolist():
        check("neurons", one, lambda n: 1 <= n <= LARGEST and n == int(n), f"whole numbers from 1 to {LARGEST:,}")
    many = many.astype(int)
    if model.neuron is None:
        found = [_by_chance(model, x, n, N, trials, dt, seed) for n, N in zip(counts.tolist(), many.tolist())]
        bound, limit = _bound(model, x, counts * many, dt), _limit(model, x, counts * many, dt)
    else:
        if (many > 1).any():
            raise ValueError(
                f"neurons = {many.max()} is not allowed: nothing in {model.definition.name} comes by chance, so that "
                "more neurons say no more than 1"
            )
        found, bound, limit = _driven(model, x, counts, dt), None, None
    error, information = np.array(found).T
    return Decoding(windows, many, error, information, bound, limit, float(np.log2(len(x))))


def _by_chance(
    model: EncoderModel, x: np.ndarray, count: int, neurons: int, trials: int, dt: float, seed: int
) -> tuple[float, float]:
    """Error and information of counts of so many steps and neurons."""
    encoder, p = model.definition, model.p(torch.float64)
    rates = once_a_step(encoder, torch.from_numpy(x), p, dt / 1000).numpy()
    draw = np.random.default_rng(seed).binomial(count * neurons, np.abs(rates) * dt / 1000, (trials, *rates.shape))
    shares = torch.from_numpy(draw * np.sign(rates) / (count * neurons * dt / 1000))
    again = guessed(decode(encoder, shares.flatten(0, 1), p, dt / 1000).double().numpy().reshape(trials, -1), x)
    asked, next_to = np.broadcast_to(np.arange(len(x)), again.shape), abs(again[..., None] - x).argmin(-1)
    table = np.bincount((asked * len(x) + next_to).ravel(), minlength=len(x) ** 2).reshape(len(x), -1)
    return error_of(again, x), mutual_information(table)


def _driven(model: EncoderModel, x: np.ndarray, counts: np.ndarray, dt: float) -> list[tuple[float, float]]:
    """Error and information of a driven neuron after so many steps each."""
    encoder, p = model.definition, model.p()
    current = torch.as_tensor(x, dtype=torch.float32).expand(int(counts.max()), -1)
    intervals = answered(encoder, current, p, dt / 1000).variables["interval"]
    found = []
    for last in intervals[torch.from_numpy(counts) - 1]:
        again = guessed(decode(encoder, rate_of(last, dt / 1000)[:, None], p, dt / 1000).double().numpy()[None], x)
        _, answer = np.unique(last.numpy(), return_inverse=True)
        table = np.zeros((len(x), answer.max() + 1))
        table[np.arange(len(x)), answer] = 1
        found.append((error_of(again, x), mutual_information(table, corrected=False)))
    return found


def guessed(decoded: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Decoded values [trials, X]; where there is none, the mean of the signals x [X] of which there is none.

    >>> guessed(np.array([[np.nan, np.nan, 2.5]]), np.array([0.0, 1.0, 2.0]))
    array([[0.5, 0.5, 2.5]])
    """
    void = np.isnan(decoded)
    return np.where(void, np.broadcast_to(x, void.shape)[void].mean() if void.any() else 0.0, decoded)


def error_of(decoded: np.ndarray, x: np.ndarray) -> float:
    """The root mean square error of decoded values [..., X] of signals [X]."""
    return float(np.sqrt(((decoded - x) ** 2).mean()))


def _bound(model: EncoderModel, x: np.ndarray, counts: np.ndarray, dt: float) -> np.ndarray:
    """The least error [S] without bias, of counts of so many steps times neurons [S]."""
    encoder, p = model.definition, model.p(torch.float64)
    assert encoder.rate is not None
    k = torch.arange(encoder.width(p), dtype=torch.float64)
    signal = torch.from_numpy(x)[:, None].repeat(1, len(k)).requires_grad_()  # of each neuron its own
    rates = encoder.rate(signal, k, p)
    (slopes,) = torch.autograd.grad(rates.sum(), signal)
    q, slope = (rates.detach().abs() * dt / 1000).numpy(), (slopes * dt / 1000).numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(slope == 0, 0.0, slope**2 / (q * (1 - q))).sum(1)  # of one step
        return np.sqrt((1 / each).mean() / counts)


def _limit(model: EncoderModel, x: np.ndarray, counts: np.ndarray, dt: float) -> np.ndarray | None:
    """The information [S] of binomial counts of so many steps times neurons [S], of an encoder with one rate."""
    encoder, p = model.definition, model.p(torch.float64)
    rates = encoder.rates(torch.from_numpy(x), p).numpy()
    if rates.shape[1] > 1:
        return None
    q, sign = np.abs(rates) * dt / 1000, np.sign(rates[:, 0])
    found = []
    for n in counts.tolist():
        top = most(n, float(q.max()), DEVIATIONS)
        laws = binomial(np.arange(top + 1), n, q)
        table = np.zeros((len(x), 2 * top + 1))
        table[sign >= 0, top:], table[sign < 0, top::-1] = laws[sign >= 0], laws[sign < 0]
        found.append(mutual_information(table, corrected=False))
    return np.array(found)
