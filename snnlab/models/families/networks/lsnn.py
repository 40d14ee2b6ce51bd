"""A recurrent network with adapting neurons."""

from typing import Annotated, NamedTuple

import torch
from torch import as_tensor

from snnlab.core import Count, Quantity, annotations
from snnlab.functional import LSNN

from ...result import current_of
from ...stimuli.port import Port
from .network import Network, Wired, generator_of, in_dtype, network_model


class LSNNParameters(NamedTuple):
    size: Annotated[int, Count(low=2, high=200, bounds=(2, 5000), doc="number of neurons")] = 60
    adaptive: Annotated[
        float, Quantity("%", low=0, high=100, bounds=(0, 100), doc="neurons with an adaptive threshold")
    ] = 40.0
    beta: Annotated[float, Quantity("1", low=0, high=3, bounds=(0, 100), doc="rise of the threshold at a spike")] = 0.5
    tau_adapt: Annotated[
        float, Quantity("ms", low=10, high=1000, bounds=(0.1, 1e5), doc="time constant of the threshold")
    ] = 200.0
    weight: Annotated[
        float, Quantity("1", low=0, high=10, bounds=(0, 1e3), doc="standard deviation of the recurrent input")
    ] = 2.0
    spread: Annotated[
        float, Quantity("%", low=0, high=100, bounds=(0, 1000), doc="spread of the weights of the input")
    ] = 20.0


def lsnn(model, inputs, run, dtype) -> Wired:
    """Neurons k < adaptive have the rising threshold; recurrent weights are normal, of variance weight^2 / size."""
    m, generator = model, generator_of(run.seed)
    beta = torch.where(torch.arange(m.size) < round(m.size * m.adaptive / 100), m.beta, 0.0).to(dtype)
    weights = torch.randn(m.size, m.size, generator=generator, dtype=dtype) * (m.weight / m.size**0.5)
    gains = 1 + m.spread / 100 * torch.randn(m.size, generator=generator, dtype=dtype)
    p = LSNN.parameters(tau_adapt_inv=as_tensor(1000 / m.tau_adapt), beta=beta)
    arguments = {
        "current": current_of(inputs)[:, None].to(dtype) * gains,
        "p": in_dtype(p, dtype),
        "network": weights.fill_diagonal_(0.0),
    }
    return Wired(LSNN, arguments)


LSNNetwork = network_model(
    Network(
        name="LSNNetwork",
        title="Recurrent network with adaptive thresholds (LSNN)",
        doc="A random recurrent network in which part of the neurons remember their spikes in their thresholds.",
        source="Bellec, Salaj, Subramoney, Legenstein, Maass, NeurIPS 2018",
        parameters=LSNNParameters,
        size=("size",),
        wire=lsnn,
        synapses=lambda model: model.size**2,
    ),
    port=Port(LSNN.current),
    variables=lambda self: annotations(LSNN.state),
)
