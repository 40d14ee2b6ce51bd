"""A population whose neurons differ."""

from typing import Annotated, Any, NamedTuple

import torch

from snnlab.core import Count, Names, Quantity, Unknown
from snnlab.engine import Noise

from ...result import current_of
from .network import CellNetwork, Network, Wired, generator_of, in_dtype, network_model, spreadable

WHITE = "correlation time of the noise (0: white noise, whose mean over 1 ms has this deviation)"


class PopulationParameters(NamedTuple):
    size: Annotated[int, Count(low=1, high=500, bounds=(1, 100_000), doc="number of neurons")] = 100
    spread: Annotated[
        float,
        Quantity("%", low=0, high=50, bounds=(0, 1000), doc="relative spread of the parameters (standard deviation)"),
    ] = 10.0
    only: Annotated[tuple, Names(doc="parameters to spread (empty: all)")] = ()
    noise: Annotated[
        float, Quantity("1", low=0, high=1, bounds=(0, 1e6), doc="noise of each neuron, in the unit of its current")
    ] = 0.0
    noise_tau: Annotated[float, Quantity("ms", low=0.1, high=50, bounds=(0, 1e4), doc=WHITE)] = 3.0


def population(model, inputs, run, dtype) -> Wired:
    cell = model.cell
    for name in model.only:
        if name not in spreadable(type(cell)):
            raise Unknown(f"only: the parameter of {type(cell).__name__}", name, spreadable(type(cell)))
    p, generator = cell.p(torch.float64, dt=run.dt), generator_of(run.seed)
    spread = {}
    for field, name in cell.shown.items():
        mark = cell.marks[field]
        xi = torch.randn(model.size, generator=generator, dtype=torch.float64)  # whether it is used or not
        if name not in (model.only or spreadable(type(cell))):
            continue
        values = getattr(cell, name) * (1 + model.spread / 100 * xi)
        low, high = mark.allowed
        # a spread time constant stays one: no value leaves the sign of what it is spread around
        values = values.clamp(max(low, min(mark.low, getattr(cell, name))) if mark.low > 0 else low, high)
        spread[field] = mark.taken(values, run.dt).to(dtype)
    p = p._replace(**spread) if model.spread else p
    current = current_of(inputs)[:, None].to(dtype)
    arguments: dict[str, Any] = {"current": current.expand(-1, model.size), "p": in_dtype(p, dtype)}
    if "spikes" in inputs:
        arguments["spikes"] = inputs["spikes"][:, None].to(dtype)
    if model.noise:
        # independent numbers in each step count for the less the shorter it is
        sigma = model.noise if model.noise_tau else model.noise / run.dt**0.5
        arguments["noise"] = Noise(sigma, model.noise_tau / 1000, run.seed)
    return Wired(cell.neuron, arguments)


Population = network_model(
    Network(
        name="Population",
        title="Population with spread",
        doc="Neurons without synapses whose parameters differ from one to the next, under one stimulus.",
        source="Gerstner, Kistler, Naud, Paninski, Neuronal Dynamics, Cambridge 2014, section 12.1",
        parameters=PopulationParameters,
        size=("size",),
        wire=population,
    ),
    CellNetwork,
)
