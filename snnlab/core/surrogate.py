"""Spikes with surrogate gradients: a step forwards, a smooth slope backwards.

A surrogate is one entry of `SURROGATES`: name -> slope(x, alpha), the derivative used in place of the step's.
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


class Spike(torch.autograd.Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(x, slope, alpha):
        return (x > 0).to(x.dtype)

    @staticmethod
    def setup_context(ctx, inputs, output):
        x, ctx.slope, ctx.alpha = inputs
        ctx.save_for_backward(x)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * ctx.slope(x, ctx.alpha), None, None


def tracked(*tensors: Tensor) -> bool:
    """Whether a gradient may be asked of these; inside torch.func transforms, tensors do not tell."""
    return torch.is_grad_enabled() and (
        torch._C._are_functorch_transforms_active() or any(t.requires_grad for t in tensors)
    )


def threshold(x: Tensor, method: str = "super", alpha=100.0) -> Tensor:
    """1 where x > 0, else 0; backwards the slope named by `method`, of sharpness `alpha`.

    Raises ValueError for an unknown method. Source: Neftci, Mostafa, Zenke, IEEE Signal Process. Mag. 36:51, 2019.
    """
    if method not in SURROGATES:
        raise ValueError(f"method = {method!r} is not known: choose one of {', '.join(SURROGATES)}")
    if not tracked(x):
        return (x > 0).to(x.dtype)
    return Spike.apply(x, SURROGATES[method], alpha)
