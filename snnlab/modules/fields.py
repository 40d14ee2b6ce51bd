"""Receptive fields as modules: convolutions whose kernels are derivatives of Gaussians, and banks of time constants."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from snnlab.core import Keeper, check_input
from snnlab.functional import (
    LIBoxParameters,
    spatial_parameters,
    spatial_receptive_fields_with_derivatives,
    temporal_scale_distribution,
)

from .neurons import MODULES


class SpatialReceptiveField2d(nn.Module):
    """Convolves with fields given by rows of `rf_parameters`: scale, angle, ratio, derivatives in x and y.

    With `aggregate` a field sums over the input's channels, else it is applied to each of them. Kernels are made anew
    when parameters have changed, and after a backward pass, which uses their graph up.
    """

    def __init__(
        self,
        in_channels: int,
        size: int,
        rf_parameters: Tensor,
        aggregate: bool = True,
        domain: float = 8,
        optimize_fields: bool = True,
        **kwargs,
    ) -> None:
        super().__init__()
        if optimize_fields:
            self.rf_parameters = nn.Parameter(rf_parameters)
        else:
            self.register_buffer("rf_parameters", rf_parameters, persistent=False)
        self.in_channels, self.size, self.aggregate, self.domain = in_channels, size, aggregate, domain
        self.out_channels = len(rf_parameters) * (1 if aggregate else in_channels)
        self.kwargs = {"bias": None} | kwargs
        self.rf_parameters_previous = torch.zeros_like(rf_parameters)
        self.has_updated = True
        self._update_weights()
        if optimize_fields:
            self.register_full_backward_hook(_mark)

    def _update_weights(self) -> None:
        now, before = self.rf_parameters, self.rf_parameters_previous
        same = (now.dtype, now.device, now.shape) == (before.dtype, before.device, before.shape)
        if not self.has_updated and same and torch.equal(now, before):
            return
        self.has_updated = False
        self.rf_parameters_previous = self.rf_parameters.detach().clone()
        fields = spatial_receptive_fields_with_derivatives(self.rf_parameters, size=self.size, domain=self.domain)
        if self.aggregate:
            self.weights = fields[:, None].repeat(1, self.in_channels, 1, 1)
        else:
            eye = torch.eye(self.in_channels, dtype=fields.dtype, device=fields.device)
            self.weights = (eye[:, None, :, None, None] * fields[:, None]).flatten(0, 1)
        self.weights.requires_grad_()

    def forward(self, x: Tensor) -> Tensor:
        self._update_weights()
        return torch.nn.functional.conv2d(x, self.weights, **self.kwargs)

    def __getstate__(self) -> dict:
        """For copies and files: without the graph, which belongs to this one; the kernels are made anew."""
        buffers = {n: b if b is None or b.is_leaf else b.detach() for n, b in self._buffers.items()}
        return self.__dict__ | {"_buffers": buffers, "weights": self.weights.detach(), "has_updated": True}


def _mark(module: nn.Module, *gradients) -> None:
    module.has_updated = True  # type: ignore[assignment]


class _Fields(Keeper):
    """Receptive fields whose parameters are made from scales, angles and ratios; abstract."""

    scales: Tensor
    angles: Tensor
    ratios: Tensor

    def __init__(
        self,
        in_channels: int,
        size: int,
        scales: Tensor,
        angles: Tensor,
        ratios: Tensor,
        derivatives: Tensor,
        optimize_scales: bool = True,
        optimize_angles: bool = True,
        optimize_ratios: bool = True,
        **kwargs,
    ) -> None:
        super().__init__()
        scales, angles, ratios = self._prepared(scales, angles, ratios, derivatives)
        optimized = optimize_scales, optimize_angles, optimize_ratios
        for name, values, learns in zip(("scales", "angles", "ratios"), (scales, angles, ratios), optimized):
            self.register(name, nn.Parameter(values) if learns else values.clone())
        self.has_updated = False
        self.submodule = SpatialReceptiveField2d(in_channels, size, self._rows(), optimize_fields=False, **kwargs)
        if any(optimized):
            self.register_full_backward_hook(_mark)

    def _prepared(self, scales, angles, ratios, derivatives):
        raise NotImplementedError

    def _rows(self) -> Tensor:
        raise NotImplementedError

    def _update_weights(self) -> None:
        rows = self._rows()
        shown = self.submodule.rf_parameters
        if self.has_updated or rows.dtype != shown.dtype or not torch.equal(rows, shown) or not shown.grad_fn:
            self.has_updated = False
            self.submodule.rf_parameters = rows  # type: ignore[assignment]
            self.submodule.has_updated = True
            self.submodule._update_weights()

    def forward(self, x: Tensor) -> Tensor:
        self._update_weights()
        return self.submodule(x)


class SampledSpatialReceptiveField2d(_Fields):
    """All combinations of scales, angles, ratios and derivatives, each of the first three learnt once."""

    def _prepared(self, scales, angles, ratios, derivatives):
        self.derivatives = derivatives
        return scales, angles, ratios

    def _rows(self) -> Tensor:
        return spatial_parameters(self.scales, self.angles, self.ratios, self.derivatives)


class ParameterizedSpatialReceptiveField2d(_Fields):
    """All combinations to begin with, after which every field learns scale, angle and ratio of its own."""

    initial_parameters: Tensor

    def _prepared(self, scales, angles, ratios, derivatives):
        self.register("initial_parameters", spatial_parameters(scales, angles, ratios, derivatives))
        return self.initial_parameters[:, 0], self.initial_parameters[:, 1], self.initial_parameters[:, 2]

    def _rows(self) -> Tensor:
        own = torch.stack([self.scales, self.angles, self.ratios], 1)
        return torch.cat([own, self.initial_parameters[:, 3:]], 1)


class TemporalReceptiveField(nn.Module):
    """The input through neurons with `n_scales` time constants: x [..., *shape] -> [..., n_scales, *shape]."""

    def __init__(
        self,
        shape: torch.Size,
        n_scales: int = 4,
        activation: type[nn.Module] = MODULES["LIBoxCell"],
        activation_state_map: Callable = lambda t: LIBoxParameters(tau_mem_inv=t),
        min_scale: float = 1,
        max_scale: float | None = None,
        c: float = 1.41421,
        time_constants: Tensor | None = None,
        dt: float = 0.001,
    ) -> None:
        super().__init__()
        if time_constants is None:
            rates = (1 / dt) / temporal_scale_distribution(n_scales, min_scale=min_scale, max_scale=max_scale, c=c)
            ones = [1] * (len(shape) - 1)
            time_constants = torch.stack([torch.full([shape[0], *ones], float(r), dtype=torch.float32) for r in rates])
        self.register_buffer("time_constants", time_constants.detach().clone(), persistent=False)
        self.ps = nn.Parameter(time_constants)
        self.neurons = activation(p=activation_state_map(self.ps), dt=dt)
        self.tied = tuple(name for name, q in self.neurons.named_parameters(recurse=False) if q is self.ps)
        self.rf_dimension, self.n_scales = len(shape), n_scales

    def forward(self, x: Tensor, state=None):
        check_input(type(self).__name__, x)
        if x.ndim < self.rf_dimension:
            fitting = f"give {self.rf_dimension} or more dimensions, [..., *shape]"
            raise ValueError(f"an input of shape {tuple(x.shape)} does not fit: {fitting}")
        for name in self.tied:  # the neurons' own are ps, also where that was replaced
            if self.neurons._parameters[name] is not self.ps:
                self.neurons._parameters[name] = self.ps
        return self.neurons(torch.stack([x] * self.n_scales, dim=-self.rf_dimension - 1), state)
