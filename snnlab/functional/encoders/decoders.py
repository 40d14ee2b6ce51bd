"""Numbers from spikes."""

import torch
from torch import Tensor

from snnlab.core.check import check, check_time


def sum_decode(tensor: Tensor, dimension: int = 0) -> Tensor:
    """The sum over `dimension`, that is over time unless said otherwise: spikes [time, ...] to counts [...].

    >>> sum_decode(torch.tensor([[1.0, 0.0], [1.0, 1.0]]))
    tensor([2., 1.])
    """
    return tensor.sum(dimension)


class ToSpikeTimes:
    """`ToSpikeTimes.apply(spike_input, spike_count)`: when the first spikes of every neuron come.

    Parameters: `spike_input` [time, ...], 0 where there is no spike; `spike_count`, how many to look for.

    Returns the steps of the first spikes [min(spike_count, time), ...], counted from 0; infinity where a neuron has no
    more. Backwards, a spike's time moves against its strength: the gradient is -1 at a spike that was found, else 0.

    Raises ValueError for an input without steps and spike_count < 0.

    Source: Bohte, Kok, La Poutre, Neurocomputing 48:17, 2002, for the sign of the gradient.

    >>> ToSpikeTimes.apply(torch.tensor([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]), 2)
    tensor([[1., 2.],
            [2., inf]])
    """

    @staticmethod
    def apply(spike_input: Tensor, spike_count: int | Tensor) -> Tensor:
        check_time("spike_input", spike_input)
        check("spike_count", spike_count, lambda n: n >= 0 and not isinstance(n, float), "a whole number of at least 0")
        x = spike_input if spike_input.is_floating_point() else spike_input.to(torch.get_default_dtype())
        T = x.shape[0]  # not len(x): a trace would take that for a constant
        step = torch.arange(T, device=x.device).view(-1, *[1] * (x.dim() - 1))
        steps = torch.where(x != 0, step, T).sort(0).values[:spike_count]
        spikes = x.gather(0, steps.clamp(max=T - 1))
        # the difference is 0 and has the gradient
        return torch.where(steps < T, steps.to(x.dtype) - (spikes - spikes.detach()), torch.inf)
