"""Layers that are no neurons: filter, convolution, regularization, and the correlation sensor with its neurons."""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.utils import _pair

from snnlab import functional
from snnlab.core import Keeper, at_least, cast_back, check_input, state_dtype, with_steps
from snnlab.functional import CorrelationSensorState, LIFCorrelationParameters, LIFCorrelationState


class ExpFilter(nn.Module):
    """A linear layer, then an exponential low-pass filter over time: y_t = f y_(t-1) + W x_t, f = exp(-dt / tau)."""

    def __init__(
        self,
        input_size: int,
        output_size: int,
        tau_filter_inv: float = 1e3,
        dt: float = 1e-3,
        input_weights: Tensor | None = None,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.parameter = math.exp(-dt * tau_filter_inv)
        self.linear = nn.Linear(input_size, output_size, bias=bias)
        if input_weights is not None:
            with torch.no_grad():
                self.linear.weight.copy_(input_weights)

    def extra_repr(self) -> str:
        return f"parameter={self.parameter}"

    def forward(self, input_tensor: Tensor) -> Tensor:
        with_steps("ExpFilter", input_tensor)
        return functional.exp_filter(self.linear(input_tensor), self.parameter)


class LConv2d(nn.Conv3d):
    """A two-dimensional convolution at every step of x [T, N, C, H, W], the same for all steps, without bias."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size, stride=1, padding=0, dilation=1, groups: int = 1,
        device=None, dtype=None,
    ) -> None:  # fmt: skip
        super().__init__(
            in_channels, out_channels, (*_pair(kernel_size), 1), (*_pair(stride), 1), (*_pair(padding), 0),
            (*_pair(dilation), 1), groups, bias=False, device=device, dtype=dtype,
        )  # fmt: skip

    def forward(self, input_tensor: Tensor) -> Tensor:
        with_steps("LConv2d", input_tensor)
        return super().forward(input_tensor.movedim(0, -1)).movedim(-1, 0)


class RegularizationCell(nn.Module):
    """Passes spikes on and keeps what `accumulator` makes of them in `state`, for a loss."""

    def __init__(self, accumulator=functional.spike_accumulator, state: Any = None) -> None:
        super().__init__()
        self.accumulator, self.state = accumulator, state

    def forward(self, z: Tensor, s: Any):
        _, self.state = functional.regularize_step(z, s, self.accumulator, self.state)
        return z, self.state


class LIFCorrelation(Keeper):
    """One step of a recurrent LIF layer whose synapses measure correlations; weights come with every call."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        p: LIFCorrelationParameters = LIFCorrelationParameters(),
        dt: float = 0.001,
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.dt = input_size, hidden_size, dt
        self.p = p

    @property
    def p(self) -> LIFCorrelationParameters:
        return self.kept("p")

    @p.setter
    def p(self, value: LIFCorrelationParameters) -> None:
        self.keep("p", value)

    def initial_state(self, input_tensor: Tensor) -> LIFCorrelationState:
        like: dict[str, Any] = {"device": input_tensor.device, "dtype": state_dtype(input_tensor)}
        batch, initial = input_tensor.shape[:-1], functional.lif_step.initial  # type: ignore[attr-defined]
        lif = initial(self.p.lif_parameters, (*batch, self.hidden_size), **like)

        def sensors(inputs: int):
            fields = CorrelationSensorState._fields
            return CorrelationSensorState(*(torch.zeros(*batch, inputs, self.hidden_size, **like) for _ in fields))

        return LIFCorrelationState(lif, sensors(self.input_size), sensors(self.hidden_size))

    def forward(self, input_tensor: Tensor, input_weights: Tensor, recurrent_weights: Tensor, state=None):
        check_input("LIFCorrelation", input_tensor)
        if not input_tensor.ndim:
            raise ValueError(f"LIFCorrelation needs an input [..., {self.input_size}], not one of shape ()")
        state = at_least(torch.float32, self.initial_state(input_tensor) if state is None else state)
        p = at_least(torch.float32, self.p)
        z, state = functional.lif_correlation_step(input_tensor, state, input_weights, recurrent_weights, p, self.dt)
        return cast_back(z, input_tensor), state
