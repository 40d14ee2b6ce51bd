"""An encoder is a value: how numbers become spikes, the tuple of its parameters, and the functions made from it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .neuron import Neuron
from .quantity import Quantity


def only_rate(rates: Tensor, p: Any) -> Tensor:
    """That of the first neuron, which all others are like."""
    return rates[..., 0]


BY_COUNT = "Its lag is half of the window: a count is the mean over the time that it covers."
BY_INTERVAL = "Its lag is the interval: what a signal was is known when the next spike comes, and kept until another."
BY_FIRST = "Its lag is the latency itself, and nothing later is heard: each neuron speaks once."


@dataclass(frozen=True, eq=False)
class Centre:
    """The mean of what neurons prefer, each counting as often as it spikes: neuron k prefers `value(k, p)`."""

    value: Callable[[Tensor, Any], Tensor]

    def __call__(self, rates: Tensor, p: Any) -> Tensor:
        k = torch.arange(rates.shape[-1], dtype=rates.dtype, device=rates.device)
        return (rates * self.value(k, p)).sum(-1) / rates.sum(-1)


@dataclass(frozen=True, kw_only=True, eq=False)
class Encoder:
    """What an encoder is.

    Either `rate(x, k, p)` is that of the Poisson spikes of neuron k for a signal x, of shapes that broadcast, in Hz,
    negative for spikes of negative sign, and `width(p)` says how many neurons there are for one signal; or the signal
    is the current of a `neuron` that begins with a state of zeros. Only the `first` spike of each neuron may count.
    `input` describes the signal, its `default` a value to show.

    `read(rates, p)` is a number [...] that grows with the signal, from measured rates [..., K]; from what constant
    signals would give, the signal is found again. It is the only rate, a `Centre`, or any function, which browsers do
    not have. `functions` are what users call.
    """

    name: str
    title: str
    doc: str
    source: str
    input: Quantity
    parameters: Any  # an annotated NamedTuple class, as in Neuron
    functions: tuple[Callable[..., Any], ...]
    rate: Callable[[Tensor, Tensor, Any], Tensor] | None = None
    width: Callable[[Any], int] = lambda p: 1
    read: Callable[[Tensor, Any], Tensor] = only_rate
    neuron: Neuron | None = None
    first: bool = False
    late: str = ""

    @property
    def lag(self) -> str:
        """What makes the decoded signal come late, in a sentence."""
        return self.late or (BY_COUNT if self.neuron is None else BY_FIRST if self.first else BY_INTERVAL)

    def rates(self, x: Tensor, p: Any) -> Tensor:
        """Those of all neurons [..., K] for a signal x [...], of an encoder that draws spikes by chance."""
        assert self.rate is not None
        return self.rate(x.unsqueeze(-1), torch.arange(self.width(p), dtype=x.dtype, device=x.device), p)
