"""A number as the time of a single spike."""

from torch import Tensor

from snnlab.core.check import check_time

from ..neurons.lif import LIF, LIFParameters
from .current import constant_current_lif_encode, driven


def spike_latency_encode(input_spikes: Tensor) -> Tensor:
    """The first spike of every neuron; all later ones are taken away.

    `out_t = in_t` up to the first t at which in_t is not 0, and 0 after it.

    Parameters: `input_spikes` [time, ...], 0 where there is no spike.

    Returns a tensor of the same shape and dtype. Raises ValueError for an input without steps.

    Source: Van Rullen, Thorpe, Neural Comput. 13:1255, 2001.

    >>> import torch
    >>> spike_latency_encode(torch.tensor([[0, 1, 1], [1, 1, 1]]))
    tensor([[0, 1, 1],
            [1, 0, 0]])
    """
    check_time("input_spikes", input_spikes)
    spikes = input_spikes != 0
    return input_spikes.masked_fill(spikes.cumsum(0) > spikes, 0)


def spike_latency_lif_encode(
    input_current: Tensor, seq_length: int, p: LIFParameters = LIFParameters(), dt: float = 0.001
) -> Tensor:
    """The first spike of LIF neurons under constant currents I: the stronger, the earlier.

    The neurons are those of `constant_current_lif_encode`. From v = 0 with v_leak = 0, the spike comes at
    `t = -tau ln(1 - v_th / I)` while steps are short; for I <= v_th there is none.

    Parameters: those of `constant_current_lif_encode`.

    Returns spikes 0 or 1 [seq_length, ...], at most one a neuron. Raises ValueError for seq_length < 1 and dt <= 0.

    Source: Thorpe, Delorme, Van Rullen, Neural Netw. 14:715, 2001.

    >>> import torch
    >>> spike_latency_lif_encode(torch.tensor([1.0, 2.0, 20.0]), 10).argmax(0)  # none, in step 7, in the first
    tensor([0, 6, 0])
    """
    return spike_latency_encode(constant_current_lif_encode(input_current, seq_length, p, dt))


Latency = driven(
    LIF,
    spike_latency_encode,
    spike_latency_lif_encode,
    name="Latency",
    title="Latency code",
    doc="The stronger the signal, the earlier a neuron spikes; only its first spike counts.",
    source="Thorpe, Delorme, Van Rullen, Neural Netw. 14:715, 2001",
    first=True,
)
