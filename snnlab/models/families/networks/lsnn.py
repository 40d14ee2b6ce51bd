"""A recurrent network with adapting neurons."""

from typing import Annotated, NamedTuple

import torch

from snnlab.core import Count, Quantity, annotations
from snnlab.functional import LSNN

from ...exact import Exact
from ...result import current_of
from ...stimuli.port import Port
from .equations import NORMAL, Drawing
from .network import Drawn, Network, Wired, generator_of, network_model


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


def draw(m, inputs, run, dtype) -> Drawn:
    """Normal numbers for synapses, none from a neuron to itself, and for the gains of the input."""
    generator = generator_of(run.seed)
    weights = torch.randn(m.size, m.size, generator=generator, dtype=dtype)
    gains = torch.randn(m.size, generator=generator, dtype=dtype)
    number = torch.arange(m.size, dtype=torch.float64)
    return Drawn({"gains": gains, "number": number}, {"weights": weights.fill_diagonal_(0.0)})


def lsnn(m, v, x, inputs, dt, dtype) -> Wired:
    """Neurons k < adaptive have the rising threshold; recurrent weights are normal, of variance weight^2 / size."""
    adaptive = torch.round(m.size * v.adaptive / 100)
    rate = annotations(LSNN.parameters)["tau_adapt_inv"].taken(Exact(v.tau_adapt))
    gains = (v.spread / 100).to(dtype) * x["gains"] + 1
    return Wired(
        LSNN.parameters(tau_adapt_inv=rate.value, beta=torch.where(x["number"] < adaptive, v.beta, 0.0)),
        current=current_of(inputs).to(dtype) * gains,
        weights=x["weights"] * (v.weight / m.size**0.5).to(dtype),
    )


LSNNetwork = network_model(
    Network(
        name="LSNNetwork",
        title="Recurrent network with adaptive thresholds (LSNN)",
        doc="A random recurrent network in which part of the neurons remember their spikes in their thresholds.",
        source="Bellec, Salaj, Subramoney, Legenstein, Maass, NeurIPS 2018",
        parameters=LSNNParameters,
        size=("size",),
        neuron=lambda model: LSNN,
        draw=draw,
        wire=lsnn,
        synapses=lambda model: model.size**2,
        drawn=lambda model: {
            "weights": Drawing(r"\xi_{ij}", NORMAL),
            "gains": Drawing(r"\xi_{i}", NORMAL),
            "number": Drawing("i"),
        },
    ),
    port=Port(LSNN.current),
    variables=lambda self: annotations(LSNN.state),
)
