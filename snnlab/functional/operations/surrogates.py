"""Norse's names for the thresholds of `snnlab.core.surrogate`, where their slopes are."""

from typing import ClassVar

import torch
from torch import Tensor

from snnlab.core import threshold


def heaviside(data: Tensor) -> Tensor:
    """1 where data > 0, else 0, in the dtype of the data; no gradient goes through.

    >>> heaviside(torch.tensor([-1.0, 0.0, 2.0]))
    tensor([0., 0., 1.])
    """
    return (data > 0).to(data.dtype)


def sign(x: Tensor, method: str, alpha: float) -> Tensor:
    """1 where x > 0, else -1: `2 threshold(x, method, alpha) - 1`."""
    return 2 * threshold(x, method, alpha) - 1


def super_fn(x: Tensor, alpha: float = 100.0) -> Tensor:
    """The step; backwards the slope `1 / (1 + |x|)^2`, in which alpha has no part.

    Source: Zenke, Ganguli, Neural Comput. 30:1514, 2018.
    """
    return threshold(x, "super", alpha)


superspike_fn = super_fn


def triangle_fn(x: Tensor, alpha: float = 0.3) -> Tensor:
    """The step; backwards the slope `alpha max(0, 1 - |x|)`.

    Source: Esser et al., PNAS 113:11441, 2016; Bellec et al., Nat. Commun. 11:3625, 2020.
    """
    return threshold(x, "triangle", alpha)


def heavi_erfc_fn(x: Tensor, k: float) -> Tensor:
    """The step; backwards the slope `2 exp(-(k x)^2) / sqrt(pi)`."""
    return threshold(x, "heavi_erfc", k)


def heavi_tanh_fn(x: Tensor, k: float) -> Tensor:
    """The step; backwards the slope `1 - tanh(k x)^2`."""
    return threshold(x, "tanh", k)


def heavi_circ_fn(x: Tensor, k: float) -> Tensor:
    """The step; backwards the slope `k^3 / (x^2 + k^2)^(3/2)`."""
    return threshold(x, "circ", k)


def logistic_fn(x: Tensor, k: float, *, generator: torch.Generator | None = None) -> Tensor:
    """1 with probability `(1 + tanh(k x)) / 2`, else 0; backwards the slope of `heavi_tanh_fn`."""
    return threshold(x, "logistic", k, generator=generator)


def circ_dist_fn(x: Tensor, k: float, *, generator: torch.Generator | None = None) -> Tensor:
    """1 with probability `(1 + x / sqrt(x^2 + k^2)) / 2`, else 0; backwards the slope of `heavi_circ_fn`."""
    return threshold(x, "circ_dist", k, generator=generator)


class _Threshold:
    """A threshold in the form of an autograd Function: `apply(x, alpha)`."""

    method: ClassVar[str]

    @classmethod
    def apply(cls, x: Tensor, alpha: float) -> Tensor:
        return threshold(x, cls.method, alpha)


class SuperSpike(_Threshold):
    """`super_fn` as `SuperSpike.apply(x, alpha)`."""

    method = "super"


class Triangle(_Threshold):
    """`triangle_fn` as `Triangle.apply(x, alpha)`."""

    method = "triangle"


class HeaviErfc(_Threshold):
    """`heavi_erfc_fn` as `HeaviErfc.apply(x, k)`."""

    method = "heavi_erfc"


class HeaviTanh(_Threshold):
    """`heavi_tanh_fn` as `HeaviTanh.apply(x, k)`."""

    method = "tanh"


class HeaviCirc(_Threshold):
    """`heavi_circ_fn` as `HeaviCirc.apply(x, k)`."""

    method = "circ"


class Logistic(_Threshold):
    """`logistic_fn` as `Logistic.apply(x, k)`."""

    method = "logistic"


class CircDist(_Threshold):
    """`circ_dist_fn` as `CircDist.apply(x, k)`."""

    method = "circ_dist"
