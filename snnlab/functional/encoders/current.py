"""A number as the spikes of a neuron that it drives."""

import torch
from torch import Tensor

from snnlab.core import Encoder, Neuron, precise, scan
from snnlab.core.check import check_count, check_positive
from snnlab.core.tuples import without

from ..neurons.lif import LIF, LIFParameters, lif_current_encoder
from ..neurons.lif_adex import LIFAdEx, lif_adex_current_encoder
from ..neurons.lif_ex import LIFEx, lif_ex_current_encoder

_over_time = scan(lif_current_encoder)


def constant_current_lif_encode(
    input_current: Tensor, seq_length: int, p: LIFParameters = LIFParameters(), dt: float = 0.001
) -> Tensor:
    """Spikes of LIF neurons under constant currents I: `dv/dt = tau_mem_inv (v_leak - v + I)`, from v = 0.

    A neuron spikes where v > v_th, and is reset to v_reset. Its steps are those of forward Euler; short ones come close
    to the interval `tau ln((v_leak + I - v_reset) / (v_leak + I - v_th))`, with tau = 1 / tau_mem_inv.

    Parameters: `input_current` I [...] in the unit of v (a current times the resistance of the membrane); `seq_length`
    steps; `p`, whose tau_mem_inv is in 1/s; `dt` in s.

    Returns spikes 0 or 1 [seq_length, ...], in the dtype of the input; v is at least float32.

    Raises ValueError for seq_length < 1 and dt <= 0.

    Source: Gerstner, Kistler, Naud, Paninski, Neuronal Dynamics, Cambridge 2014, section 1.3.

    >>> constant_current_lif_encode(torch.tensor([2.0, 4.0, 8.0, 16.0]), 2)
    tensor([[0., 0., 0., 1.],
            [0., 0., 1., 1.]])
    """
    check_count("seq_length", seq_length)
    check_positive("dt", dt)
    I = input_current if input_current.is_floating_point() else input_current.to(torch.get_default_dtype())
    v = torch.zeros_like(I, dtype=precise(I.dtype))
    return _over_time(I.expand(seq_length, *I.shape), v, p, dt)[0].to(I.dtype)


def driven(neuron: Neuron, *functions, **more) -> Encoder:
    """The encoder in which the signal is the current of a neuron; its synapse has no part."""
    given = {
        "name": f"{neuron.name}Encoder",
        "title": f"{neuron.title or neuron.name} as an encoder",
        "doc": f"The signal is the current of a neuron. {neuron.doc}",
        "source": neuron.source,
        "input": neuron.current,
        "parameters": without(neuron.parameters, f"{neuron.name}EncoderParameters", "tau_syn_inv"),
    }
    return Encoder(neuron=neuron, functions=functions, **given | more)


CurrentLIF = driven(LIF, constant_current_lif_encode, lif_current_encoder)
CurrentLIFEx = driven(LIFEx, lif_ex_current_encoder)
CurrentLIFAdEx = driven(
    LIFAdEx,
    lif_adex_current_encoder,
    late="Its lag is the interval, and adaptation adds its own: a step seems too strong until the neuron has tired.",
)
