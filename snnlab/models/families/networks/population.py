"""A population whose neurons differ."""

from typing import Annotated, NamedTuple

import torch
from torch import Tensor

from snnlab.core import Count, Names, Quantity, Unknown

from ...exact import Exact, parameters
from ...result import current_of
from .equations import NORMAL, Drawing
from .network import CellNetwork, Drawn, Network, Wired, generator_of, network_model, spreadable

WHITE = "correlation time of the noise (0: white noise, whose mean over 1 ms has this deviation)"


EachNoise = Annotated[
    float, Quantity("1", low=0, high=1, bounds=(0, 1e6), doc="noise of each neuron, in the unit of its current")
]
EachTau = Annotated[float, Quantity("ms", low=0.1, high=50, bounds=(0, 1e4), doc=WHITE)]


class PopulationParameters(NamedTuple):
    size: Annotated[int, Count(low=1, high=500, bounds=(1, 100_000), doc="number of neurons")] = 100
    spread: Annotated[
        float,
        Quantity("%", low=0, high=50, bounds=(0, 1000), doc="relative spread of the parameters (standard deviation)"),
    ] = 10.0
    only: Annotated[tuple, Names(doc="parameters to spread (empty: all)")] = ()
    noise: EachNoise = 0.0
    noise_tau: EachTau = 3.0


def draw(m, inputs, run, dtype) -> Drawn:
    """A normal number for every parameter of every neuron, whether it is used or not."""
    cell, generator = type(m.cell), generator_of(run.seed)
    for name in m.only:
        if name not in spreadable(cell):
            raise Unknown(f"only: the parameter of {cell.__name__}", name, spreadable(cell))
    return Drawn({k: torch.randn(m.size, generator=generator, dtype=torch.float64) for k in cell.shown.values()})


def population(m, v, x, inputs, dt, dtype) -> Wired:
    cell = m.cell

    def spread(name: str) -> Tensor:
        low, high = cell.annotation(name).allowed
        values, least = v.cell[name] * (v.spread / 100 * x[name] + 1), torch.full_like(dt, low)
        if (usual := cell.annotation(name).low) > 0:
            # a spread time constant stays one: no value leaves the sign of what it is spread around
            least = torch.maximum(least, torch.clamp_max(v.cell[name], usual))
        return torch.clamp_max(torch.maximum(values, least), high)

    differing = (m.only or spreadable(type(cell))) if m.spread else ()
    values = v.cell | {name: spread(name) for name in differing}
    # independent numbers in each step count for the less the shorter it is
    sigma = torch.where(v.noise_tau > 0, v.noise, v.noise / torch.sqrt(dt))
    return Wired(
        parameters(cell, values, Exact(dt), dtype),
        current=current_of(inputs).to(dtype),
        spikes=inputs["spikes"].to(dtype) if "spikes" in inputs else None,
        noise=(sigma, v.noise_tau / 1000) if m.noise else None,
    )


Population = network_model(
    Network(
        name="Population",
        title="Population with spread",
        doc="Neurons without synapses whose parameters differ from one to the next, under one stimulus.",
        source="Gerstner, Kistler, Naud, Paninski, Neuronal Dynamics, Cambridge 2014, section 12.1",
        parameters=PopulationParameters,
        size=("size",),
        neuron=lambda model: model.cell.neuron,
        draw=draw,
        wire=population,
        switches={"spread": (), "noise": ("noise_tau",)},
        drawn=lambda model: dict.fromkeys(type(model.cell).shown.values(), Drawing(r"\zeta_{i}", NORMAL)),
    ),
    CellNetwork,
)
