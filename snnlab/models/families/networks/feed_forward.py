"""From an encoder to a layer."""

from typing import Annotated, NamedTuple

import torch

from snnlab.core import Count, Quantity

from ...exact import Exact, parameters
from ...settings import SignalRun
from ..encoders import allowed, drawn, fired
from .network import Drawn, EncodingNetwork, Network, Wired, generator_of, network_model


class FeedForwardParameters(NamedTuple):
    inputs: Annotated[int, Count(low=1, high=200, bounds=(1, 10_000), doc="neurons of the encoder")] = 50
    outputs: Annotated[int, Count(low=1, high=100, bounds=(1, 10_000), doc="neurons of the layer")] = 20
    weight: Annotated[float, Quantity("1", low=0, high=1, bounds=(-1e4, 1e4), doc="mean weight of a synapse")] = 0.2
    spread: Annotated[float, Quantity("1", low=0, high=1, bounds=(0, 1e4), doc="standard deviation of weights")] = 0.1


def draw(m, inputs, run, dtype) -> Drawn:
    """Each input neuron encodes the signal, neurons driven by it with gains from 0.5 to 1.5; weights are random."""
    cell, encoder = m.cell, m.encoder.definition
    if cell.neuron.receive is None:
        raise ValueError(f"cell = {cell.neuron.name} has no spike port: give a neuron that takes spikes")
    x, p = inputs["current"].to(dtype), m.encoder.p(dtype)
    allowed(encoder, x)
    if encoder.neuron is None:
        spikes = drawn(encoder, x, p, SignalRun(dt=run.dt, seed=run.seed, neurons=m.inputs)).flatten(1)
    else:
        spikes = fired(encoder, x[:, None] * torch.linspace(0.5, 1.5, m.inputs, dtype=dtype), p, run.dt / 1000)
    shape = (m.outputs, spikes.shape[1])
    weights = m.weight + m.spread * torch.randn(shape, generator=generator_of(run.seed), dtype=dtype)
    return Drawn(spikes=spikes.to(dtype) @ weights.T)


def feed_forward(m, v, x, inputs, dt, dtype) -> Wired:
    return Wired(parameters(m.cell, v.cell, Exact(dt), dtype))


FeedForward = network_model(
    Network(
        name="FeedForward",
        title="Encoder and layer",
        doc="A signal becomes spikes, which a layer of neurons receives through random weights.",
        source="Gerstner, Kistler, Naud, Paninski, Neuronal Dynamics, Cambridge 2014, section 12.4",
        parameters=FeedForwardParameters,
        size=("outputs",),
        neuron=lambda model: model.cell.neuron,
        draw=draw,
        wire=feed_forward,
        encoded=True,
        law=(
            r"x_{i} = \sum_{j} w_{ij} z_{j}",
            r"w_{ij} \sim \mathcal{N}\left(<weight>, <spread>^{2}\right)",
        ),
        synapses=lambda m: m.outputs * m.inputs * m.encoder.definition.width(m.encoder.p()),
    ),
    EncodingNetwork,
)
