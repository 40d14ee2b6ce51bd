"""A number as the activity of a row of neurons, each with a preferred value."""

from collections.abc import Callable
from typing import Annotated

import torch
from torch import Tensor

from snnlab.core import Centre, Count, Encoder, Quantity
from snnlab.core.check import check, check_count, check_positive
from snnlab.core.tuples import parameters_of

from .poisson import poisson_encode

_SIGMA = Quantity("1", low=0.1, high=5, bounds=(1e-3, 1e3), doc="width of the tuning curves, times sqrt(scale)")


def gaussian_rbf(tensor: Tensor, sigma: Annotated[float, _SIGMA] = 1) -> Tensor:
    """The bell `exp(-d / (2 sigma^2))` of squared distances d [...], sigma in the unit of the distance.

    Raises ValueError for sigma <= 0. Source: Broomhead, Lowe, Complex Systems 2:321, 1988.

    >>> gaussian_rbf(torch.tensor([0.0, 2.0]))
    tensor([1.0000, 0.3679])
    """
    check_positive("sigma", sigma)
    return _bell(tensor, sigma)


def _bell(d, sigma):
    return torch.exp(-d / (2 * sigma**2))


def euclidean_distance(x: Tensor, y: Tensor) -> Tensor:
    """The squared distance `(x - y)^2` of every two numbers; shapes broadcast."""
    return (x - y) ** 2


_NEURONS = Count(low=2, high=50, bounds=(1, 1000), default=10, doc="preferred values")
_SCALE = Quantity("1", low=0.1, high=10, bounds=(1e-3, 1e3), default=5.0, doc="preferred value of the last neuron")


def population_encode(
    input_values: Tensor,
    out_features: Annotated[int, _NEURONS],
    scale: Annotated[float | Tensor | None, _SCALE] = None,
    kernel: Callable[[Tensor], Tensor] = gaussian_rbf,
    distance_function: Callable[[Tensor, Tensor], Tensor] = euclidean_distance,
) -> Tensor:
    """Activities of `out_features` neurons for every input value x: `a_k = kernel(scale distance_function(x, c_k))`.

    The preferred values c_k lie evenly from 0 to `scale`, both included. With the default kernel and distance,
    `a_k = exp(-scale (x - c_k)^2 / 2)`, whose width is 1 / sqrt(scale); `partial(gaussian_rbf, sigma=...)` has another
    one. Activities are no spikes yet: `poisson_encode` makes some of those up to 1.

    Parameters: `input_values` [...]; `scale`, a number > 0 in the unit of the input or a tensor that broadcasts with
    it, the greatest of all input values unless given; `kernel`, from a distance to an activity; `distance_function`.

    Returns activities [..., out_features].

    Raises ValueError for out_features < 1, for a scale that is not > 0 or of another shape, and without scale for an
    input that is empty or has only negative values.

    Source: Snippe, Neural Comput. 8:511, 1996; Bohte, La Poutre, Kok, IEEE Trans. Neural Netw. 13:426, 2002.

    >>> population_encode(torch.tensor([0.0, 0.5, 1.0]), 3)
    tensor([[1.0000, 0.8825, 0.6065],
            [0.8825, 1.0000, 0.8825],
            [0.6065, 0.8825, 1.0000]])
    """
    check_count("out_features", out_features)
    x = input_values if input_values.is_floating_point() else input_values.to(torch.get_default_dtype())
    if scale is None:
        check("shape of input_values", tuple(x.shape), lambda shape: 0 not in shape, "values, or a scale")
        scale = x.max().float().to(x.dtype)  # seven digits, as Norse has it: a kernel that jumps at distance 0 tells
        check("max(input_values)", scale, lambda s: s >= 0, "a scale, as it cannot be taken from negative values")
    else:
        scale = torch.as_tensor(scale, dtype=x.dtype, device=x.device)
        check_positive("scale", scale)
    try:
        scale = scale.expand(x.shape).unsqueeze(-1)
    except RuntimeError as error:
        raise ValueError(
            f"scale of shape {tuple(scale.shape)} is not allowed: give a number, or a shape that broadcasts to that of "
            f"input_values, {tuple(x.shape)}"
        ) from error
    preferred = scale * torch.linspace(0, 1, out_features, dtype=x.dtype, device=x.device)
    return kernel(distance_function(x.unsqueeze(-1), preferred) * scale)


def _preferred(k, p):
    """The value that neuron k prefers."""
    return p.scale * (k / max(p.out_features - 1, 1))


def _rate(x, k, p):
    """f_max times the activity, that of `population_encode` with a bell of this width."""
    return p.f_max * _bell(euclidean_distance(x, _preferred(k, p)) * p.scale, p.sigma)


Population = Encoder(
    name="PopulationCode",
    title="Population code",
    doc="Each neuron prefers one value; the closer the signal is to it, the higher its rate.",
    source="Snippe, Neural Comput. 8:511, 1996; Bohte, La Poutre, Kok, IEEE Trans. Neural Netw. 13:426, 2002",
    input=Quantity("1", low=0, high=5, bounds=(-1e3, 1e3), default=2.5, symbol="x", doc="signal"),
    parameters=parameters_of("PopulationParameters", population_encode, gaussian_rbf, poisson_encode),
    rate=_rate,
    width=lambda p: p.out_features,
    read=Centre(_preferred),
    functions=(population_encode,),
)
