"""A population and what reads it out: a leaky integrator that gets all of its spikes, and the rate it is to have."""

from dataclasses import replace
from functools import wraps
from typing import Annotated, Any, NamedTuple, get_args, get_type_hints

import torch
from torch import Tensor, as_tensor

from snnlab.core import Count, Neuron, Quantity, annotations, derived
from snnlab.core.advance import Staggered
from snnlab.core.tuples import extended
from snnlab.functional import LI
from snnlab.functional.neurons.quantities import TauMem, TauSyn, VLeak

from ...exact import Exact, parameters, taken
from ...model import Model
from ...result import current_of
from ...stimuli.port import Port
from ..neurons import NEURONS
from .equations import NORMAL, Drawing
from .network import CellNetwork, Drawn, Network, Wired, generator_of, network_model
from .population import EachNoise, EachTau

OUT = "out_"  # in front of what is the readout's, inside of a neuron
READ = f"{OUT}v"  # its potential


def _of_readout(latex: str) -> str:
    """A symbol of the readout, which its neurons have as well."""
    return rf"{latex}^{{\mathrm{{out}}}}"


def _own(hint: Any, latex: str) -> Any:
    """The annotation of a parameter of the neurons, as one of the readout."""
    return get_args(hint)[1].but(symbol=_of_readout(latex))


class PopulationReadoutParameters(NamedTuple):
    size: Annotated[int, Count(low=10, high=200, bounds=(1, 10_000), doc="number of neurons")] = 50
    gain: Annotated[
        float, Quantity("1", low=0, high=3, bounds=(0, 1e3), doc="factor of the current, for all neurons")
    ] = 1.0
    spread: Annotated[
        float, Quantity("%", low=0, high=100, bounds=(0, 1000), doc="spread of the gains of single neurons")
    ] = 40.0
    noise: EachNoise = 0.1
    noise_tau: EachTau = 3.0
    weight: Annotated[
        float, Quantity("1", low=0, high=20, bounds=(-1e6, 1e6), doc="sum of the weights with which it is read")
    ] = 3.5
    scatter: Annotated[
        float, Quantity("%", low=0, high=500, bounds=(0, 1e4), doc="spread of these weights (random)")
    ] = 0.0
    tau_syn_inv: Annotated[Tensor, _own(TauSyn, r"\tau_{\mathrm{syn}}")] = as_tensor(200.0)
    tau_mem_inv: Annotated[Tensor, _own(TauMem, r"\tau_{\mathrm{mem}}")] = as_tensor(50.0)
    v_leak: Annotated[Tensor, _own(VLeak, r"v_{\mathrm{leak}}")] = as_tensor(0.0)
    target: Annotated[
        float, Quantity("Hz", low=0, high=100, bounds=(0, 1000), symbol="r_0", doc="rate that a neuron is to have")
    ] = 20.0
    strength: Annotated[
        float, Quantity("s²", low=0, high=0.002, bounds=(0, 1e3), symbol=r"\lambda", doc="strength of the penalty")
    ] = 2e-4


@derived
def read_out(neuron: Neuron) -> Neuron:
    """The neuron with a leaky integrator beside it, at which spikes of a network land, and nowhere else.

    It has the variables and parameters of `LI`, with "out_" in front. That of the first neuron is the readout.
    """
    own, numbers = len(neuron.state._fields), len(neuron.parameters._fields)
    hints = get_type_hints(LI.parameters, include_extras=True)
    usual = LI.parameters()._asdict()
    more = {OUT + k: (Annotated[Tensor, m.but(symbol=_of_readout(k))],) for k, m in annotations(LI.state).items()}
    state = extended(neuron.state, f"{neuron.name}Read", "state", **more)
    given = {OUT + name: (hint, usual[name]) for name, hint in hints.items()}
    fields = extended(neuron.parameters, f"{neuron.name}Read", "parameters", **given)

    def inner(s: Any) -> Any:
        return neuron.state(*s[:own])

    def outer(s: Any) -> Any:
        return LI.state(*s[own:])

    def reader(p: Any) -> Any:
        return LI.parameters(*p[numbers:])

    def extending(function: Any) -> Any:
        """The same change of the neuron, its readout left alone."""
        return function and wraps(function)(lambda s, p: state(*function(inner(s), p), *s[own:]))

    def begun(function: Any) -> Any:
        return function and wraps(function)(lambda p: state(*function(p), *LI.rest(reader(p))))

    def hold(old: Any, z: Tensor, s: Any, p: Any) -> tuple[Tensor, Any]:
        z, held = neuron.hold(inner(old), z, inner(s), p)  # type: ignore[misc]
        return z, state(*held, *s[own:])

    def receive(s: Any, x: Tensor, p: Any) -> Any:
        return state(*s[:own], *LI.receive(outer(s), x, reader(p)))  # type: ignore[misc]

    advance = neuron.advance
    if isinstance(advance, Staggered):
        advance = Staggered((*advance.order, *state._fields[own:]))
    return replace(
        neuron,
        name=f"{neuron.name}Read",
        parameters=fields,
        state=state,
        receive=receive,
        flow=lambda s, I, p: state(*neuron.flow(inner(s), I, p), *LI.flow(outer(s), 0.0, reader(p))),
        excess=neuron.excess and (lambda s, p, excess=neuron.excess: excess(inner(s), p)),
        reset=extending(neuron.reset),
        rest=begun(neuron.rest),
        begin=begun(neuron.begin),
        hold=neuron.hold and hold,
        within=neuron.within
        and (lambda old, s, p, within=neuron.within: state(*within(inner(old), inner(s), p), *s[own:])),
        imposed=neuron.imposed and (lambda s, I, p, imposed=neuron.imposed: state(*imposed(inner(s), I, p), *s[own:])),
        port="spikes",
        channels=(),
        nested=None,
        currents=None,
        parts=(),
        advance=advance,
    )


def draw(m, inputs, run, dtype) -> Drawn:
    """Normal numbers for the gain of each neuron, and for the weight with which it is read: by the first of them."""
    generator = generator_of(run.seed)
    gains, weights = (torch.randn(m.size, generator=generator, dtype=torch.float64) for _ in range(2))
    rows = torch.full((m.size + 1,), m.size)
    rows[0] = 0
    return Drawn({"gains": gains}, {"weights": weights}, (rows, torch.arange(m.size)))


def population(m, v, x, inputs, dt, dtype) -> Wired:
    """Weights add up to `weight`, but for their spread; no gain is below 0."""
    gains = v.gain * torch.clamp_min(v.spread / 100 * x["gains"] + 1, 0.0)
    reader = taken(m, vars(v), Exact(dt))
    p = parameters(m.cell, v.cell, Exact(dt), dtype)
    sigma = torch.where(v.noise_tau > 0, v.noise, v.noise / torch.sqrt(dt))
    return Wired(
        read_out(m.cell.neuron).parameters(*p, *(reader[name].to(dtype) for name in LI.parameters._fields)),
        current=current_of(inputs).to(dtype) * gains.to(dtype),
        weights=(v.weight / m.size * (v.scatter / 100 * x["weights"] + 1)).to(dtype),
        delay=torch.ones_like(dt),
        noise=(sigma, v.noise_tau / 1000) if m.noise else None,
    )


def _reader(self) -> Model:
    """The leaky integrator by which it is read, as a model."""
    return NEURONS["LI"](**{name: getattr(self, name) for name in NEURONS["LI"].shown.values()})


def _variables(self) -> dict[str, Any]:
    of = self.cell.neuron.current
    doc = "potential of the readout, to follow the current"
    read = Quantity(of.unit, min(0.0, of.low / 4), of.high / 2, bounds=of.allowed, symbol="v_out", doc=doc)
    return {**self.cell.variables(), READ: read}


PopulationReadout = network_model(
    Network(
        name="PopulationReadout",
        title="Population and readout",
        doc="Neurons of different gains under one current, read by a leaky integrator; a penalty holds their rate.",
        source="Zenke, Vogels, Neural Comput. 33:899, 2021",
        parameters=PopulationReadoutParameters,
        size=("size",),
        neuron=lambda model: read_out(model.cell.neuron),
        draw=draw,
        wire=population,
        synapses=lambda model: model.size,
        switches={"noise": ("noise_tau",)},
        reads=READ,
        drawn=lambda model: {"gains": Drawing(r"\zeta_{i}", NORMAL), "weights": Drawing(r"\zeta_{j}", NORMAL)},
    ),
    CellNetwork,
    port=property(lambda self: Port(self.cell.neuron.current)),
    variables=_variables,
    reader=_reader,
)
