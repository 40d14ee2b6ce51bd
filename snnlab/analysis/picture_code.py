"""A small picture as spikes: each pixel is a signal, and the picture is found again from them."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from snnlab.core.check import check, check_count, check_seed
from snnlab.models import EncoderModel
from snnlab.models.families.encoders import answered, decode, drawable, rate_of, span

from .arguments import array, positive, steps
from .decoded import error_of, guessed
from .encoded import constant_spikes, encoder_model, usual_step


class PictureCode(NamedTuple):
    """Of a picture [H, W] the `decoded` ones [F, H, W] after times `window` [F] in ms, NaN where spikes say nothing
    yet, and their root mean square `error` [F]; spikes of the first neuron of each kind at `times` [S], in ms, of
    `pixels` [S], counted in rows from the top left."""

    window: np.ndarray
    decoded: np.ndarray
    error: np.ndarray
    times: np.ndarray
    pixels: np.ndarray


def encode_picture(
    model: EncoderModel,
    picture: ArrayLike,
    duration: float = 200.0,
    frames: int = 50,
    neurons: int = 1,
    dt: float | None = None,
    seed: int = 0,
) -> PictureCode:
    """Encode each pixel of a picture [H, W], from 0 to 1, by neurons of its own, and decode it after a time.

    0 and 1 are the ends of the encoder's range; a neuron that is driven begins at no current. After each of about so
    many `frames`, evenly over `duration` [ms], a pixel is decoded from all its spikes so far: from their number, where
    they come by chance from so many `neurons` of each kind, and else from the last interval, or the first spike where
    only that counts. In the error a pixel without an answer is taken for the mean of those without.

    `dt` in ms, 1 or, of a neuron, 0.1 unless given. Raises ValueError for what is no encoder, for a picture that is no
    table of numbers from 0 to 1, a duration that is no whole number of dt, and more random numbers than are drawn.
    Source: Thorpe, Delorme, Van Rullen, Neural Netw. 14:715, 2001, for the latencies of pixels.

    >>> from snnlab.models import Latency
    >>> found = encode_picture(Latency(), [[1.0, 0.5, 0.0]], duration=20.0, frames=2)
    >>> found.times.round(1), found.pixels, found.decoded[-1].round(1)  # the brighter, the earlier; the dark never
    (array([2.9, 6.9]), array([0, 1]), array([[1. , 0.5, nan]]))
    """
    shown, dt = array("picture", picture, dimensions=2), usual_step(encoder_model(model), dt)
    check("picture", torch.from_numpy(shown), lambda x: (x >= 0) & (x <= 1), "numbers from 0 to 1")
    check("size of picture", shown.size, lambda n: n > 0, "one pixel or more")
    check_count("frames", frames)
    check_count("neurons", neurons)
    check_seed("seed", seed)
    positive("duration", duration)
    count, (low, high) = steps("duration", duration, dt), span(model.definition)
    at = np.unique(np.linspace(0, count, frames + 1).round().astype(int)[1:])
    signal = low + (high - low) * shown.ravel()
    by = _by_chance if model.neuron is None else _driven
    decoded, spikes = by(model, signal, count, at, dt, neurons, seed)
    shares = ((decoded - low) / (high - low)).reshape(len(at), *shown.shape)
    when, pixels = (spikes != 0).numpy().nonzero()
    error = [error_of(guessed(one.reshape(1, -1), shown.ravel()), shown.ravel()) for one in shares]
    return PictureCode(at * dt, shares, np.array(error), (when + 1) * dt, pixels)


def _by_chance(
    model: EncoderModel, signal: np.ndarray, count: int, at: np.ndarray, dt: float, neurons: int, seed: int
) -> tuple[np.ndarray, Tensor]:
    """What is decoded [F, P] after so many steps, and spikes [T, P] of one neuron of each kind."""
    encoder, p = model.definition, model.p()
    drawable(encoder, p, count, neurons * len(signal))
    spikes = constant_spikes(model, signal, count, dt, neurons, seed)
    sums = spikes.sum(-1).double().cumsum(0)[torch.from_numpy(at) - 1]  # [F, P, K]
    rates = sums / (torch.from_numpy(at)[:, None, None] * (neurons * dt / 1000))
    decoded = decode(encoder, rates.flatten(0, 1), p, dt / 1000).double().numpy().reshape(len(at), -1)
    return decoded, spikes[..., 0].abs().sum(2)


def _driven(
    model: EncoderModel, signal: np.ndarray, count: int, at: np.ndarray, dt: float, neurons: int, seed: int
) -> tuple[np.ndarray, Tensor]:
    """The same of a neuron for each pixel, of which nothing is drawn."""
    encoder, p = model.definition, model.p()
    ran = answered(encoder, torch.as_tensor(signal, dtype=torch.float32).expand(count, -1), p, dt / 1000)
    last = ran.variables["interval"][torch.from_numpy(at) - 1]
    decoded = decode(encoder, rate_of(last, dt / 1000).reshape(-1, 1), p, dt / 1000).double().numpy()
    return decoded.reshape(len(at), -1), ran.spikes > 0
