"""Rates as spikes drawn at random, independently for every step and neuron."""

from typing import Annotated

import torch
from torch import Tensor

from snnlab.core import Encoder, Quantity
from snnlab.core.check import check, check_count, check_positive
from snnlab.core.tuples import parameters_of

_MOST = Quantity("Hz", low=1, high=500, bounds=(0, 1e5), default=100, doc="rate at an input of 1")
Rate = Annotated[float, _MOST]
SOURCE = "Dayan, Abbott, Theoretical Neuroscience, MIT Press 2001, section 1.4"


def _draw(rate: Tensor, steps: tuple[int, ...], f_max, dt, generator) -> Tensor:
    """1 with probability f_max dt rate, else 0: [*steps, ...]."""
    check_positive("dt", dt)
    # a rounding error above one spike a step is none that anybody made
    check("f_max", f_max, lambda f: (f >= 0) & (f * dt < 1.000001), "a rate from 0 to 1/dt, one spike a step")
    u = torch.rand((*steps, *rate.shape), device=rate.device, generator=generator)
    return (u < dt * f_max * rate).to(rate.dtype if rate.is_floating_point() else u.dtype)


def _unsigned(x: Tensor, strict: bool, *draw) -> Tensor:
    if strict:
        check("input_values", x, lambda x: (x >= 0) & (x <= 1), "numbers from 0 to 1")
    return _draw(x, *draw)


def _signed(x: Tensor, strict: bool, *draw) -> Tensor:
    if strict:
        check("input_values", x, lambda x: (x >= -1) & (x <= 1), "numbers from -1 to 1")
    return torch.sign(x) * _draw(x.abs(), *draw)


def poisson_encode(
    input_values: Tensor,
    seq_length: int,
    f_max: Rate = 100,
    dt: float = 0.001,
    generator: torch.Generator | None = None,
    *,
    strict: bool = True,
) -> Tensor:
    """Spike trains with a rate proportional to the input.

    In every step, independently of all others, neuron k spikes with probability `p_k = f_max dt x_k`. Counts of n steps
    are then binomial (mean n p, variance n p (1 - p)), and close to those of a Poisson process of rate f_max x while
    p is small.

    Parameters: `input_values` x [...] from 0 to 1; `seq_length` steps; `f_max` in Hz, the rate at x = 1, at most 1/dt;
    `dt` in s; `generator`, on the device of the input (torch's own unless given; torch.compile takes only that one);
    without `strict` any input is taken: a probability below 0 is 0, and one above 1 is 1.

    Returns spikes 0 or 1 [seq_length, ...], in the dtype of the input.

    Raises ValueError for an input outside [0, 1], seq_length < 1, dt <= 0 or f_max outside [0, 1/dt].

    Source: Dayan, Abbott, Theoretical Neuroscience, MIT Press 2001, section 1.4.

    >>> poisson_encode(torch.tensor([0.0, 1.0]), 3, f_max=1000)  # never, and in every step
    tensor([[0., 1.],
            [0., 1.],
            [0., 1.]])
    """
    check_count("seq_length", seq_length)
    return _unsigned(input_values, strict, (seq_length,), f_max, dt, generator)


def poisson_encode_step(
    input_values: Tensor,
    f_max: Rate = 1000,
    dt: float = 0.001,
    generator: torch.Generator | None = None,
    *,
    strict: bool = True,
) -> Tensor:
    """One step of `poisson_encode`: spikes 0 or 1 [...]; mind that f_max is another by default, 1000 Hz.

    Each neuron spikes with probability `f_max dt x`. Units, errors and source are those of `poisson_encode`.
    """
    return _unsigned(input_values, strict, (), f_max, dt, generator)


def signed_poisson_encode(
    input_values: Tensor,
    seq_length: int,
    f_max: Rate = 100,
    dt: float = 0.001,
    generator: torch.Generator | None = None,
    *,
    strict: bool = True,
) -> Tensor:
    """Spike trains with a rate proportional to the size of the input, and spikes of its sign.

    In every step neuron k gives `sign(x_k)` with probability `f_max dt |x_k|`, else 0.

    Parameters: `input_values` x [...] from -1 to 1; all others as those of `poisson_encode`.

    Returns spikes -1, 0 or 1 [seq_length, ...], in the dtype of the input.

    Raises ValueError for an input outside [-1, 1], seq_length < 1, dt <= 0 or f_max outside [0, 1/dt].

    Source: Dayan, Abbott, Theoretical Neuroscience, MIT Press 2001, section 1.4, for the spikes of either sign.
    """
    check_count("seq_length", seq_length)
    return _signed(input_values, strict, (seq_length,), f_max, dt, generator)


def signed_poisson_encode_step(
    input_values: Tensor,
    f_max: Rate = 1000,
    dt: float = 0.001,
    generator: torch.Generator | None = None,
    *,
    strict: bool = True,
) -> Tensor:
    """One step of `signed_poisson_encode`: spikes -1, 0 or 1 [...]; f_max is 1000 Hz by default.

    Each neuron gives `sign(x)` with probability `f_max dt |x|`. Units, errors and source are those of
    `signed_poisson_encode`.
    """
    return _signed(input_values, strict, (), f_max, dt, generator)


Poisson = Encoder(
    name="Poisson",
    title="Poisson rate code",
    doc="Spikes come by chance, at a rate that is proportional to the signal.",
    source=SOURCE,
    input=Quantity("1", low=0, high=1, bounds=(0, 1), default=0.5, symbol="x", doc="signal"),
    parameters=parameters_of("PoissonParameters", poisson_encode),
    rate=lambda x, k, p: p.f_max * x,
    functions=(poisson_encode, poisson_encode_step),
)
SignedPoisson = Encoder(
    name="SignedPoisson",
    title="Poisson rate code with signs",
    doc="Spikes come by chance, at a rate that is proportional to the size of the signal; each has its sign.",
    source=SOURCE,
    input=Quantity("1", low=-1, high=1, bounds=(-1, 1), default=0.5, symbol="x", doc="signal"),
    parameters=parameters_of("SignedPoissonParameters", signed_poisson_encode),
    rate=Poisson.rate,
    functions=(signed_poisson_encode, signed_poisson_encode_step),
)
