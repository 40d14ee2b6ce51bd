"""Izhikevich's neurons, all joined to all: regular spiking to chattering ones that excite, fast ones that inhibit."""

from dataclasses import replace
from typing import Annotated, NamedTuple

import torch
from torch import as_tensor

from snnlab.core import Count, Quantity, annotations
from snnlab.functional import Izhikevich

from ...result import current_of
from ...stimuli.port import Port
from ...stimuli.stimulus import stimuli_of
from .equations import UNIFORM, Drawing
from .network import Drawn, Network, Wired, generator_of, network_model


def _weight(doc: str) -> Quantity:
    return Quantity("mV", low=0, high=4, bounds=(0, 1e3), doc=doc)


def _noise(of: str) -> Quantity:
    doc = f"noise of a neuron that {of} (deviation of its mean over 1 ms)"
    return Quantity("mV", low=0, high=10, bounds=(0, 1e3), doc=doc)


class IzhikevichNetworkParameters(NamedTuple):
    N_E: Annotated[int, Count(low=50, high=1000, bounds=(1, 5000), doc="neurons that excite")] = 800
    N_I: Annotated[int, Count(low=10, high=250, bounds=(0, 5000), doc="neurons that inhibit")] = 200
    w_E: Annotated[float, _weight("largest jump of v at a spike that excites")] = 0.5
    w_I: Annotated[float, _weight("largest jump of v at a spike that inhibits")] = 1.0
    delay: Annotated[float, Quantity("ms", low=0.5, high=10, bounds=(1e-3, 1e3), doc="synaptic delay")] = 1.0
    noise_E: Annotated[float, _noise("excites")] = 5.0
    noise_I: Annotated[float, _noise("inhibits")] = 2.0
    variety: Annotated[
        float, Quantity("1", low=0, high=1, bounds=(0, 1), doc="difference between neurons (0: none, 1: published)")
    ] = 1.0


BEGIN = -65.0  # mV
PulsedIzhikevich = replace(
    Izhikevich,
    name="PulsedIzhikevich",
    title="Izhikevich with instantaneous synapses",
    receive=lambda s, x, p: s._replace(v=s.v + x),
    port="spikes",
)


def draw(m, inputs, run, dtype) -> Drawn:
    """How each neuron differs, and how strong each synapse is, from 0 to 1: below 0 from a neuron that inhibits."""
    n, generator = m.neurons, generator_of(run.seed)
    number = torch.arange(n, dtype=torch.float64)
    differs = torch.rand(n, generator=generator, dtype=torch.float64)
    strength = torch.rand(n, n, generator=generator, dtype=torch.float32)
    return Drawn({"number": number, "differs": differs}, {"strength": torch.where(number < m.N_E, strength, -strength)})


def network(m, v, x, inputs, dt, dtype) -> Wired:
    """A current of the size w for 1 ms, as it is published, is a jump by w mV. The published state at the beginning
    matters: from their rest, all at once, neurons come to a state of three times the rate, and stay in it."""
    excites, r = x["number"] < m.N_E, v.variety * x["differs"]
    b, one = torch.where(excites, 0.2, 0.25 - 0.05 * r), torch.ones_like(dt)
    p = Izhikevich.parameters(
        a=torch.where(excites, 0.02, 0.02 + 0.08 * r),
        b=b,
        c=torch.where(excites, -65.0 + 15.0 * r**2, -65.0),
        d=torch.where(excites, 8.0 - 6.0 * r**2, 2.0),
        tau_inv=1000.0 * one,  # 1 ms
    )
    begin = Izhikevich.state(v=BEGIN * one, u=b * BEGIN)
    weights = x["strength"] * torch.where(x["strength"] > 0, v.w_E.float(), v.w_I.float())
    return Wired(
        p,
        current=current_of(inputs).to(dtype),
        state=type(begin)(*(value.to(dtype) for value in begin)),
        weights=weights.to(dtype),
        delay=torch.clamp_min(torch.round(v.delay / dt), 1.0),
        noise=(torch.where(excites, v.noise_E, v.noise_I) / torch.sqrt(dt), as_tensor(0.0) * dt),
    )


IzhikevichNetwork = network_model(
    Network(
        name="IzhikevichNetwork",
        title="Izhikevich neurons, all to all",
        doc="Bursting and fast-spiking neurons, joined at random strengths, fall into common rhythms by themselves.",
        source="Izhikevich, IEEE Trans. Neural Netw. 14:1569, 2003, figure 3",
        parameters=IzhikevichNetworkParameters,
        size=("N_E", "N_I"),
        neuron=lambda model: PulsedIzhikevich,
        draw=draw,
        wire=network,
        synapses=lambda model: model.neurons**2,
        inhibitory=lambda model: model.N_I,
        drawn=lambda model: {
            "number": Drawing("i"),
            "differs": Drawing("u_{i}", UNIFORM),
            "strength": Drawing("s_{ij}"),
        },
        law=(
            r"s_{ij} \sim \mathcal{U}\left(0, 1\right)\text{ where j excites}",
            r"s_{ij} \sim \mathcal{U}\left(-1, 0\right)\text{ where j inhibits}",
        ),
    ),
    port=Port(Izhikevich.current),
    usual=lambda self: stimuli_of(self.port)["Constant"](amplitude=0.0),  # its drive is noise
    on_show=lambda self: {"duration": 1000.0, "dt": 0.25},  # in twice that, one of six runs away
    variables=lambda self: annotations(Izhikevich.state),
)
