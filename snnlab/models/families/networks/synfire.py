"""A synfire chain: pools of neurons, each of which sends all of its spikes to all of the next."""

import math
from dataclasses import replace
from typing import Annotated, NamedTuple

import torch
from torch import as_tensor

from snnlab.core import Count, Quantity, annotations, refractory, synapse
from snnlab.functional import LIFBox

from ...exact import Exact
from ...result import current_of
from ...stimuli.port import Port
from ...stimuli.stimulus import stimuli_of
from .equations import NORMAL, Drawing
from .network import Drawn, Network, Wired, generator_of, network_model


class SynfireParameters(NamedTuple):
    spikes: Annotated[int, Count(low=0, high=100, bounds=(0, 1000), symbol="a", doc="spikes of the first pool")] = 80
    sigma: Annotated[float, Quantity("ms", low=0, high=5, bounds=(0, 100), doc="spread of these in time")] = 2.0
    width: Annotated[int, Count(low=20, high=150, bounds=(1, 1000), symbol="w", doc="neurons of a pool")] = 100
    pools: Annotated[int, Count(low=2, high=15, bounds=(1, 200), doc="number of pools")] = 10
    J: Annotated[float, Quantity("mV", low=0.02, high=0.5, bounds=(0, 100), doc="jump of v by a spike")] = 0.162
    delay: Annotated[float, Quantity("ms", low=0.1, high=10, bounds=(1e-3, 1e3), doc="synaptic delay")] = 5.0
    mean: Annotated[float, Quantity("mV", low=0, high=14, bounds=(-100, 100), doc="mean of the other input")] = 8.4
    noise: Annotated[float, Quantity("mV", low=0, high=5, bounds=(0, 100), doc="scatter of v that it makes")] = 2.85
    at: Annotated[float, Quantity("ms", low=1, high=50, bounds=(1e-3, 1e4), doc="time of the first spikes")] = 20.0
    tau: Annotated[float, Quantity("ms", low=5, high=50, bounds=(0.1, 1e4), doc="membrane time constant")] = 10.0
    tau_syn: Annotated[float, Quantity("ms", low=0.1, high=5, bounds=(0.02, 1e3), doc="rise of a current")] = 0.33
    theta: Annotated[float, Quantity("mV", low=5, high=40, bounds=(0.1, 1e3), symbol="θ", doc="threshold")] = 15.0
    V_r: Annotated[float, Quantity("mV", low=-10, high=14, bounds=(-1e3, 1e3), doc="reset potential")] = 0.0
    t_ref: Annotated[float, Quantity("ms", low=0, high=5, bounds=(0, 1e3), doc="refractory period")] = 2.0


MEMBRANE = Quantity("mV", low=0, high=15, bounds=(-1e4, 1e4), default=0.0, doc="membrane potential")
AlphaLIF = refractory(
    replace(synapse(LIFBox, "alpha current"), name="AlphaLIF"),
    name="AlphaLIF",
    title="LIF with currents that rise and fade",
)


def draw(m, inputs, run, dtype) -> Drawn:
    """When the first spikes come and where neurons begin, normal numbers, and who sends to whom."""
    n, generator = m.neurons, generator_of(run.seed)
    number = torch.arange(n, dtype=torch.float64)
    scatter = torch.randn(n, generator=generator, dtype=torch.float64)
    received = torch.where(number < m.width, 0, m.width).long()
    rows = torch.cat([torch.zeros(1, dtype=torch.long), received.cumsum(0)])
    before = (torch.arange(m.width, n) // m.width - 1) * m.width
    columns = (before[:, None] + torch.arange(m.width)).flatten()
    there = torch.ones(len(columns), dtype=torch.bool)
    return Drawn({"number": number, "scatter": scatter}, {"there": there}, (rows, columns))


def synfire(m, v, x, inputs, dt, dtype) -> Wired:
    """The first neurons begin far above their threshold, and are refractory until they are to fire: what they get in
    the step in which they do cannot keep them from it."""
    weight = v.J * v.tau / (math.e * v.tau_syn)  # the peak of the current whose area is J tau
    lasts = v.tau_syn * 2  # the correlation time of random spikes through an alpha function: half of its integral
    first = x["number"] < min(m.spikes, m.width)
    when = torch.clamp_min(torch.round((v.at + v.sigma * x["scatter"]) / dt), 1.0)
    usual = torch.minimum(v.mean + v.noise * x["scatter"], v.theta * 0.99)
    begin = torch.where(first, v.theta * 2, usual).to(dtype)
    marks = annotations(AlphaLIF.parameters)
    p = AlphaLIF.parameters(
        tau_mem_inv=marks["tau_mem_inv"].taken(Exact(v.tau)).value,
        tau_syn_inv=marks["tau_syn_inv"].taken(Exact(v.tau_syn)).value,
        v_leak=as_tensor(0.0),
        v_th=v.theta,
        v_reset=v.V_r,
        rho_reset=marks["rho_reset"].taken(Exact(v.t_ref), Exact(dt)).value,
    )
    none = torch.zeros_like(begin)
    return Wired(
        p,
        current=(current_of(inputs) + v.mean).to(dtype),
        state=AlphaLIF.state(v=begin, i_syn=none, h_syn=none, rho=torch.where(first, when, 0.0).to(dtype)),
        weights=torch.where(x["there"] > 0, weight.float(), 0.0).to(dtype),
        delay=torch.clamp_min(torch.round(v.delay / dt), 1.0),
        noise=(v.noise * torch.sqrt(v.tau / lasts + 1), lasts / 1000),
    )


Synfire = network_model(
    Network(
        name="Synfire",
        title="Synfire chain",
        doc="Pools of neurons in a row: a volley of spikes runs through all of them in step, or dies out on its way.",
        source="Diesmann, Gewaltig, Aertsen, Nature 402:529, 1999",
        parameters=SynfireParameters,
        size=("width", "pools"),
        neuron=lambda model: AlphaLIF,
        draw=draw,
        wire=synfire,
        synapses=lambda model: model.width**2 * (model.pools - 1),
        drawn=lambda model: {
            "number": Drawing("i"),
            "scatter": Drawing(r"\xi_{i}", NORMAL),
            "there": Drawing(r"\text{if j is in the pool before}"),
        },
    ),
    port=Port(Quantity("mV", low=-20, high=20, bounds=(-1e3, 1e3), default=0.0, doc="further current")),
    usual=lambda self: stimuli_of(self.port)["Constant"](amplitude=0.0),
    variables=lambda self: {"v": MEMBRANE},
    neurons=property(lambda self: self.width * self.pools),
)
