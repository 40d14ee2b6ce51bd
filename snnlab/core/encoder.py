"""An encoder is a value: how numbers become spikes, the tuple of its parameters, and the functions made from it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from .neuron import Neuron
from .quantity import Quantity


@dataclass(frozen=True, kw_only=True, eq=False)
class Encoder:
    """What an encoder is.

    Either `rates(x, p)` are those of Poisson spikes for a signal x [...], in Hz [..., K] for K neurons, negative for
    spikes of negative sign; or the signal is the current of a `neuron` that begins with a state of zeros. Only the
    `first` spike of each neuron may count. `input` describes the signal, its `default` a value to show.

    `read(rates, p)` is a number [...] that grows with the signal, from measured rates [..., K]; from what constant
    signals would give, the signal is found again. `functions` are what users call.
    """

    name: str
    title: str
    doc: str
    source: str
    input: Quantity
    parameters: Any  # an annotated NamedTuple class, as in Neuron
    functions: tuple[Callable[..., Any], ...]
    rates: Callable[[Tensor, Any], Tensor] | None = None
    read: Callable[[Tensor, Any], Tensor] = lambda rates, p: rates[..., 0]
    neuron: Neuron | None = None
    first: bool = False
