"""Spikes with surrogate gradients: a step forwards, a smooth slope backwards.

A surrogate is one value, in `SURROGATES` by its name. `NOISE` has thresholds that are drawn anew at every call. They
change the run and not only its gradients, so they are no choice in a menu of surrogates.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated

import torch
from torch import Tensor

from .quantity import Choice, Quantity

_ROOT_PI = 1.7724539041519165  # sqrt(pi) rounded to float32, as Norse has it


@dataclass(frozen=True, kw_only=True, eq=False)
class Surrogate:
    """What a surrogate is: `slope(x, alpha)`, the derivative used in place of the step's.

    `alpha` describes its sharpness (None: the slope has none), its `default` one that shows the slope for x of about 1.
    With `level(u, alpha)` the threshold is random: there is a spike where x is above a level that is drawn, by a
    uniform u, from the distribution whose density has that slope.
    """

    name: str
    title: str
    doc: str
    slope: Callable[[Tensor, float], Tensor]
    alpha: Quantity | None = None
    level: Callable[[Tensor, float], Tensor] | None = None
    source: str = "Neftci, Mostafa, Zenke, IEEE Signal Process. Mag. 36:51, 2019"


def _sharpness(default: float, doc: str = "sharpness of the slope") -> Quantity:
    return Quantity("1", low=0.1, high=20, bounds=(1e-3, 1e6), default=default, doc=doc)


_TANH = Surrogate(
    name="tanh",
    title="Hyperbolic tangent",
    doc="The slope of tanh(alpha x) for alpha = 1, made narrower by alpha.",
    slope=lambda x, alpha: 1.0 - torch.tanh(alpha * x) ** 2,
    alpha=_sharpness(1.0),
)
_CIRC = Surrogate(
    name="circ",
    title="Circular",
    doc="The slope of x / sqrt(x^2 + alpha^2), times alpha.",
    slope=lambda x, alpha: alpha**3 * (x**2 + alpha**2) ** -1.5,
    alpha=_sharpness(0.5, "width of the slope"),
)
SURROGATES = {
    surrogate.name: surrogate
    for surrogate in (
        Surrogate(
            name="heaviside",
            title="None",
            doc="The step itself, whose slope is 0 everywhere: no gradient passes.",
            slope=lambda x, alpha: torch.zeros_like(x),
        ),
        Surrogate(
            name="super",
            title="SuperSpike",
            doc="The slope of a fast sigmoid.",
            slope=lambda x, alpha: (x.abs() + 1.0) ** -2,
            source="Zenke, Ganguli, Neural Comput. 30:1514, 2018",
        ),
        Surrogate(
            name="triangle",
            title="Triangle",
            doc="A slope that falls linearly from alpha at the threshold to 0 at a distance of 1.",
            slope=lambda x, alpha: alpha * torch.relu(1.0 - x.abs()),
            alpha=_sharpness(0.3, "slope at the threshold"),
            source="Esser et al., PNAS 113:11441, 2016; Bellec et al., Nat. Commun. 11:3625, 2020",
        ),
        _TANH,
        _CIRC,
        Surrogate(
            name="heavi_erfc",
            title="Gaussian",
            doc="The slope of the error function, made narrower by alpha.",
            slope=lambda x, alpha: 2.0 / _ROOT_PI * torch.exp(-((alpha * x) ** 2)),
            alpha=_sharpness(1.0),
        ),
    )
}

# P(spike) is (1 + tanh(alpha x)) / 2 and (1 + x / sqrt(x^2 + alpha^2)) / 2
NOISE = {
    "logistic": replace(
        _TANH,
        name="logistic",
        title="Logistic, random",
        doc="A spike comes by chance, with a probability that is a logistic function of x.",
        level=lambda u, alpha: torch.atanh(2.0 * u - 1.0) / alpha,
    ),
    "circ_dist": replace(
        _CIRC,
        name="circ_dist",
        title="Circular, random",
        doc="A spike comes by chance, with a probability that rises as x / sqrt(x^2 + alpha^2).",
        level=lambda u, alpha: alpha * (2.0 * u - 1.0) * (4.0 * u * (1.0 - u)) ** -0.5,
    ),
}


class Spike(torch.autograd.Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(x, level, slope, alpha):
        return (x > level).to(x.dtype)

    @staticmethod
    def setup_context(ctx, inputs, output):
        x, _, ctx.slope, ctx.alpha = inputs
        ctx.save_for_backward(x)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * ctx.slope(x, ctx.alpha), None, None, None


def transformed() -> bool:
    """Whether torch.compile or torch.func is at work, where tensors tell neither values nor who wants a gradient."""
    return torch.compiler.is_compiling() or torch._C._are_functorch_transforms_active()


def tracked(*tensors: Tensor) -> bool:
    """Whether a gradient may be asked of these."""
    return torch.is_grad_enabled() and (transformed() or any(t.requires_grad for t in tensors))


def threshold(x: Tensor, method: str = "super", alpha=100.0, *, generator: torch.Generator | None = None) -> Tensor:
    """1 where x > 0, else 0; backwards the slope named by `method`, of sharpness `alpha`.

    The methods "logistic" and "circ_dist" are random forwards: they spike with a probability that rises with x from 0
    to 1, drawn from `generator` (torch's own unless given; under torch.compile it has to be torch's own).

    Raises ValueError for an unknown method. Source: Neftci, Mostafa, Zenke, IEEE Signal Process. Mag. 36:51, 2019.
    """
    level: Tensor | float = 0.0
    surrogate = SURROGATES.get(method) or NOISE.get(method)
    if surrogate is None:
        raise ValueError(f"method = {method!r} is not known: choose one of {', '.join((*SURROGATES, *NOISE))}")
    if surrogate.level is not None:
        dtype = x.dtype if x.is_floating_point() else None
        level = surrogate.level(torch.rand(x.shape, generator=generator, dtype=dtype, device=x.device), alpha)
    if not tracked(x) or not x.is_floating_point():
        return (x > level).to(x.dtype)
    if torch.compiler.is_compiling() and torch._C._are_functorch_transforms_active():
        # With both at once torch drops the backward of a Function without a word. A zero has this gradient as well
        # (an infinite x would make it NaN).
        zero = torch.nan_to_num(x - x.detach(), nan=0.0)
        return (x > level).to(x.dtype) + surrogate.slope(x, alpha).detach() * zero
    return Spike.apply(x, level, surrogate.slope, alpha)


def spike(x: Tensor, p) -> Tensor:
    """1 where x > 0, with the surrogate that the parameters `p` name; where they name none, the usual one."""
    return threshold(x, getattr(p, "method", "super"), getattr(p, "alpha", 100.0))


Method = Annotated[str, Choice(SURROGATES, part="gradient", doc="surrogate gradient")]
Alpha = Annotated[
    Tensor | float,
    Quantity("1", low=0, high=500, bounds=(0, 1e6), step=1, part="gradient", doc="sharpness of the surrogate"),
]
