"""Receptive fields in space and scales in time: Gaussians, stretched and turned, and their derivatives.

Source: Lindeberg, Biol. Cybern. 107:589, 2013; J. Math. Imaging Vis. 55:50, 2016.
"""

import math

import torch
from torch import Tensor

from snnlab.core.check import check, check_count, check_positive

Derivatives = int | list[tuple[int, int]]


def covariance_matrix(sigma1: float | Tensor, sigma2: float | Tensor, phi: float | Tensor) -> Tensor:
    """The covariance [2, 2] of a Gaussian with deviations sigma1 along an axis at angle phi, sigma2 across it.

    `R(phi) diag(sigma1^2, sigma2^2) R(phi)^T`, for numbers and tensors of one entry; phi in rad.

    >>> covariance_matrix(2.0, 1.0, 0.0)
    tensor([[4., 0.],
            [0., 1.]])
    """
    along, across, phi = torch.as_tensor(sigma1) ** 2, torch.as_tensor(sigma2) ** 2, torch.as_tensor(phi)
    cos, sin = phi.cos(), phi.sin()
    cxx, cyy = along * cos**2 + across * sin**2, along * sin**2 + across * cos**2
    cxy = (along - across) * cos * sin
    check("shape of sigma1, sigma2 and phi", tuple(cxx.shape), lambda s: math.prod(s) == 1, "one number for each")
    return torch.stack([cxx, cxy, cxy, cyy]).reshape(2, 2)


def gaussian_kernel(size: int, c: Tensor, domain: float = 8) -> Tensor:
    """The Gaussian `exp(-r^T c^-1 r / 2) / (2 pi sqrt(det c))` of covariance c on a grid [size, size].

    Coordinates go from -domain to domain in both directions, x along the second dimension.
    Raises ValueError for size < 1 and a matrix c that is not [2, 2] and positive definite.
    """
    check_count("size", size)
    check("shape of c", tuple(c.shape), lambda shape: shape == (2, 2), "a matrix of shape (2, 2)")
    det = torch.linalg.det(c)
    check("det(c)", det, lambda d: d > 0, "a positive definite matrix c")
    line = torch.linspace(-domain, domain, size, dtype=c.dtype, device=c.device)
    r = torch.stack(torch.meshgrid(line, line, indexing="xy"), dim=-1)
    distance = torch.einsum("...i,ij,...j", r, torch.linalg.inv(c), r)
    return torch.exp(-distance / 2) / (2 * torch.pi * torch.sqrt(det))


def derive_kernel(kernel: Tensor, angle: float | Tensor) -> Tensor:
    """The derivative `cos(angle) d/d0 + sin(angle) d/d1` of a kernel [n, m], by differences per pixel; angle in rad.

    Raises ValueError for a kernel of less than two pixels in a direction.
    """
    check("shape of kernel", tuple(kernel.shape), lambda s: len(s) == 2 and min(s) > 1, "two dimensions of 2 or more")
    angle = torch.as_tensor(angle)
    d0, d1 = torch.gradient(kernel)
    return d0 * torch.cos(angle) + d1 * torch.sin(angle)


def calculate_normalization(dx: int, scale: float | Tensor, gamma: float = 1):
    """The factor `scale^(dx (1 - gamma)) scale^gamma` of a derivative of order dx, `scale` for gamma = 1.

    Source: Lindeberg, Int. J. Comput. Vis. 30:79, 1998, equation 20.
    """
    return scale ** (dx * (1 - gamma)) * (scale**2) ** (gamma / 2)


def derive_spatial_receptive_field_single(
    field: Tensor, scale: float | Tensor, angle: float | Tensor, dx: int, dy: int
) -> Tensor:
    """The derivative of order dx along `angle` and dy across it, of a field [n, m]; each multiplied by `scale`.

    Raises ValueError for a negative order.
    """
    for name, order, turn in (("dx", dx, 0.0), ("dy", dy, math.pi / 2)):
        check(name, order, lambda n: n >= 0, "a whole number of at least 0")
        for _ in range(int(order)):
            field = derive_kernel(field, angle + turn) * calculate_normalization(1, scale)
    return field


def derive_spatial_receptive_field(
    field: Tensor, scale: float | Tensor, angle: float | Tensor, derivatives: list[tuple[int, int]]
) -> Tensor:
    """One derivative of a field [n, m] for every (dx, dy): [len(derivatives), n, m]."""
    return torch.stack([derive_spatial_receptive_field_single(field, scale, angle, dx, dy) for dx, dy in derivatives])


def spatial_receptive_field(
    scale: float | Tensor,
    angle: float | Tensor,
    ratio: float | Tensor,
    size: int,
    dx: int = 0,
    dy: int = 0,
    domain: float = 10,
) -> Tensor:
    """A receptive field [size, size]: a Gaussian of sum 1, `ratio` long along `angle` and 1/ratio across it, derived.

    Its covariance is multiplied by `scale`, so lengths grow with the root of it; coordinates go from -domain to domain;
    dx and dy are the orders of the derivatives along the angle (in rad) and across it.
    Raises ValueError for size < 1 (2 where it is derived) and where scale is not positive or ratio is 0.

    >>> spatial_receptive_field(1.0, 0.0, 1.0, 3, domain=1)
    tensor([[0.0751, 0.1238, 0.0751],
            [0.1238, 0.2042, 0.1238],
            [0.0751, 0.1238, 0.0751]])
    """
    check_positive("scale", scale)
    check("ratio", ratio, lambda x: x != 0, "a number other than 0")  # while it is learnt, it may pass zero
    kernel = gaussian_kernel(size, covariance_matrix(ratio, 1 / ratio, angle) * scale, domain)
    return derive_spatial_receptive_field_single(kernel / kernel.sum(), scale, angle, dx, dy)


def _each(first: Tensor, second: Tensor) -> Tensor:
    """Every row of the first followed by every row of the second."""
    return torch.cat([first.repeat_interleave(len(second), 0), second.to(first).repeat(len(first), 1)], 1)


def spatial_parameters(
    scales: Tensor, angles: Tensor, ratios: Tensor, derivatives: Derivatives, include_replicas: bool = False
) -> Tensor:
    """Every scale with every angle, ratio and derivative: rows (scale, angle, ratio, dx, dy).

    `derivatives` are pairs (dx, dy), or the highest order: n stands for all pairs of 0 to n. Fields of ratio 1 look the
    same at all angles while they are not derived; all are kept, but they come last unless `include_replicas`.
    Raises ValueError where `derivatives` is neither.
    """
    pairs = derivatives
    if isinstance(derivatives, int):
        pairs = [(dx, dy) for dx in range(derivatives + 1) for dy in range(derivatives + 1)]
    fine = isinstance(pairs, list) and pairs and all(len(pair) == 2 for pair in pairs)
    check("derivatives", derivatives, lambda _: fine, "a whole number of at least 0, or a list of pairs (dx, dy)")
    fields = torch.cartesian_prod(scales, angles, ratios)
    if not include_replicas:
        fields = fields[(fields[:, 2] == 1).int().argsort(stable=True)]
    return _each(fields, torch.tensor(pairs))


def spatial_receptive_fields_with_derivatives(combinations: Tensor, size: int, domain: float = 1) -> Tensor:
    """A receptive field for every row (scale, angle, ratio, dx, dy) of `spatial_parameters`: [rows, size, size].

    Orders of derivatives are read from the tensor, which torch.compile cannot do in one graph.
    """
    fields = (
        spatial_receptive_field(scale, angle, ratio, size, int(dx), int(dy), domain)
        for scale, angle, ratio, dx, dy in combinations
    )
    return torch.stack(list(fields))


def temporal_scale_distribution(
    n_scales: int, min_scale: float = 1, max_scale: float | None = None, c: float | None = 1.41421
) -> Tensor:
    """Scales of time [n_scales], each c times the one before: `sqrt(c^(2 (k - 1)) min_scale)`, k = 1 ... n_scales.

    With `max_scale`, c is taken from the two, and the scales fall from `max_scale / sqrt(min_scale)` to
    `sqrt(max_scale)`, as in Norse. Raises ValueError for n_scales < 1 and where a scale or c is not positive.

    >>> temporal_scale_distribution(3, c=2.0)
    tensor([1., 2., 4.])
    """
    check_count("n_scales", n_scales)
    check_positive("min_scale", min_scale)
    if max_scale is None:
        c = c or 0.0
        check_positive("c", c)
        top = c ** (2 * (n_scales - 1)) * min_scale
    else:
        check_positive("max_scale", max_scale)
        if n_scales == 1:
            return torch.tensor([float(min_scale)]).sqrt()
        c, top = (min_scale / max_scale) ** (1 / (2 * (n_scales - 1))), max_scale
    k = torch.arange(1.0, n_scales + 1)
    return (c ** (2 * (k - n_scales)) * top).sqrt()


def spatio_temporal_parameters(
    scales: Tensor,
    angles: Tensor,
    ratios: Tensor,
    derivatives: Derivatives,
    temporal_scales: Tensor,
    include_replicas: bool = False,
) -> Tensor:
    """Every row of `spatial_parameters` with every temporal scale, which comes last in a row of six."""
    return _each(spatial_parameters(scales, angles, ratios, derivatives, include_replicas), temporal_scales[:, None])
