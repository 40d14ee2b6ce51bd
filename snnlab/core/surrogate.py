"""Spikes with surrogate gradients: a step forwards, a smooth slope backwards.

A surrogate is one entry of `SURROGATES`: name -> slope(x, alpha), the derivative used in place of the step's.
`NOISE` has thresholds that are drawn anew at every call. They change the run and not only its gradients, so they are
no choice in a menu of surrogates.
"""

import torch
from torch import Tensor

_ROOT_PI = 1.7724539041519165  # sqrt(pi) rounded to float32, as Norse has it

SURROGATES = {
    "heaviside": lambda x, alpha: torch.zeros_like(x),
    "super": lambda x, alpha: (x.abs() + 1.0) ** -2,
    "triangle": lambda x, alpha: alpha * torch.relu(1.0 - x.abs()),
    "tanh": lambda x, alpha: 1.0 - torch.tanh(alpha * x) ** 2,
    "circ": lambda x, alpha: alpha**3 * (x**2 + alpha**2) ** -1.5,
    "heavi_erfc": lambda x, alpha: 2.0 / _ROOT_PI * torch.exp(-((alpha * x) ** 2)),
}


# name -> (its slope, level(u, alpha)): a spike where x is above a level drawn, by a uniform u, from the distribution
# whose density has that slope. P(spike) is then (1 + tanh(alpha x)) / 2 and (1 + x / sqrt(x^2 + alpha^2)) / 2.
NOISE = {
    "logistic": ("tanh", lambda u, alpha: torch.atanh(2.0 * u - 1.0) / alpha),
    "circ_dist": ("circ", lambda u, alpha: alpha * (2.0 * u - 1.0) * (4.0 * u * (1.0 - u)) ** -0.5),
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
    if method in NOISE:
        method, quantile = NOISE[method]
        dtype = x.dtype if x.is_floating_point() else None
        level = quantile(torch.rand(x.shape, generator=generator, dtype=dtype, device=x.device), alpha)
    elif method not in SURROGATES:
        raise ValueError(f"method = {method!r} is not known: choose one of {', '.join((*SURROGATES, *NOISE))}")
    if not tracked(x) or not x.is_floating_point():
        return (x > level).to(x.dtype)
    if torch.compiler.is_compiling() and torch._C._are_functorch_transforms_active():
        # With both at once torch drops the backward of a Function without a word. A zero has this gradient as well
        # (an infinite x would make it NaN).
        zero = torch.nan_to_num(x - x.detach(), nan=0.0)
        return (x > level).to(x.dtype) + SURROGATES[method](x, alpha).detach() * zero
    return Spike.apply(x, level, SURROGATES[method], alpha)
