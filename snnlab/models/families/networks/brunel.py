"""Excitation and inhibition: a sparse random network."""

from dataclasses import replace
from functools import lru_cache
from typing import Annotated, NamedTuple

import torch
from torch import Tensor, as_tensor

from snnlab.core import Count, Quantity, annotations, refractory
from snnlab.functional import LIFBox

from ...exact import Exact
from ...result import current_of
from ...stimuli.port import Port
from ...stimuli.stimulus import stimuli_of
from .equations import UNIFORM, Drawing
from .network import Drawn, Network, Wired, generator_of, network_model


class BrunelParameters(NamedTuple):
    g: Annotated[float, Quantity("1", low=0, high=8, bounds=(0, 100), doc="inhibition relative to excitation")] = 5.0
    eta: Annotated[
        float,
        Quantity(
            "1", low=0, high=4, bounds=(0, 100), doc="external rate relative to that which just reaches threshold"
        ),
    ] = 2.0
    J: Annotated[float, Quantity("mV", low=0.02, high=0.5, bounds=(0, 100), doc="jump at an excitatory spike")] = 0.1
    delay: Annotated[float, Quantity("ms", low=0.1, high=5, bounds=(1e-3, 1e3), doc="synaptic delay")] = 1.5
    N_E: Annotated[int, Count(low=100, high=4000, bounds=(1, 100_000), doc="excitatory neurons")] = 2000
    N_I: Annotated[int, Count(low=25, high=1000, bounds=(0, 100_000), doc="inhibitory neurons")] = 500
    C_E: Annotated[int, Count(low=10, high=1000, bounds=(0, 10_000), doc="excitatory synapses of a neuron")] = 1000
    C_I: Annotated[int, Count(low=0, high=250, bounds=(0, 10_000), doc="inhibitory synapses of a neuron")] = 250
    tau: Annotated[float, Quantity("ms", low=5, high=50, bounds=(0.1, 1e4), doc="membrane time constant")] = 20.0
    theta: Annotated[float, Quantity("mV", low=5, high=40, bounds=(0.1, 1e3), symbol="θ", doc="threshold")] = 20.0
    V_r: Annotated[float, Quantity("mV", low=0, high=20, bounds=(-1e3, 1e3), doc="reset potential")] = 10.0
    t_ref: Annotated[float, Quantity("ms", low=0, high=5, bounds=(0, 1e3), doc="refractory period")] = 2.0


MEMBRANE = Quantity("mV", low=0, high=20, bounds=(-1e4, 1e4), default=0.0, doc="membrane potential")
DeltaLIF = refractory(
    replace(LIFBox, name="DeltaLIF", receive=lambda s, x, p: s._replace(v=s.v + x), port="spikes"),
    name="DeltaLIF",
    title="LIF with instantaneous synapses",
)


@lru_cache(maxsize=4)
def sparse_weights(N_E: int, N_I: int, C_E: int, C_I: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """CSR of a network in which every neuron has so many random synapses: rows, columns, which are excitatory."""
    n, generator = N_E + N_I, generator_of(seed)
    columns = torch.cat(
        [
            torch.randint(0, max(N_E, 1), (n, C_E if N_E else 0), generator=generator),
            torch.randint(N_E, N_E + max(N_I, 1), (n, C_I if N_I else 0), generator=generator),
        ],
        dim=1,
    )
    columns = columns.sort(dim=1).values  # two from one neuron are allowed: their jumps add
    rows = torch.arange(n + 1) * columns.shape[1]
    return rows, columns.flatten(), (columns < N_E).flatten()


def draw(m, inputs, run, dtype) -> Drawn:
    """Who sends to whom, and where neurons begin, as a part of the threshold."""
    rows, columns, excitatory = sparse_weights(m.N_E, m.N_I, m.C_E, m.C_I, run.seed)
    begin = torch.rand(m.neurons, generator=generator_of(run.seed + 1), dtype=dtype)
    return Drawn({"begin": begin}, {"excitatory": excitatory}, (rows, columns))


def brunel(m, v, x, inputs, dt, dtype) -> Wired:
    """External spikes are those of C_E Poisson neurons, in the diffusion approximation: a mean and white noise."""
    weights = torch.where(x["excitatory"] > 0, v.J.float(), (v.g * v.J * -1).float())
    # jumps J at the rate eta theta / (J tau) raise v by eta theta in the mean, and by J in variance each
    arriving = torch.where(v.J > 0, v.eta * v.theta / (v.J * v.tau), 0.0)  # per ms
    jitter = v.J * torch.sqrt(arriving * dt) * v.tau / dt
    mean = current_of(inputs) + torch.where(v.J > 0, v.eta * v.theta, 0.0)
    held = annotations(DeltaLIF.parameters)["rho_reset"].taken(Exact(v.t_ref), Exact(dt))
    rate = annotations(DeltaLIF.parameters)["tau_mem_inv"].taken(Exact(v.tau))
    begin = x["begin"] * v.theta.to(dtype)
    return Wired(
        DeltaLIF.parameters(
            tau_mem_inv=rate.value, v_leak=as_tensor(0.0), v_th=v.theta, v_reset=v.V_r, rho_reset=held.value
        ),
        current=mean.to(dtype),
        state=DeltaLIF.state(v=begin, rho=torch.zeros_like(begin)),
        weights=weights.to(dtype),
        delay=torch.clamp_min(torch.round(v.delay / dt), 1.0),
        noise=(jitter, torch.zeros_like(dt)),
    )


Brunel = network_model(
    Network(
        name="Brunel",
        title="Excitation and inhibition (Brunel)",
        doc="A sparse random network of LIF neurons: inhibition and external drive decide between four kinds of "
        "activity.",
        source="Brunel, J. Comput. Neurosci. 8:183, 2000",
        parameters=BrunelParameters,
        size=("N_E", "N_I"),
        neuron=lambda model: DeltaLIF,
        draw=draw,
        wire=brunel,
        synapses=lambda model: model.neurons * (model.C_E + model.C_I),
        inhibitory=lambda model: model.N_I,
        drawn=lambda model: {"begin": Drawing("u_{i}", UNIFORM), "excitatory": Drawing(r"\text{if j excites}")},
        law=(
            r"\text{each i: }<C_E>\text{ of }<N_E>\text{ neurons that excite}",
            r"\text{and }<C_I>\text{ of }<N_I>\text{ that inhibit, by chance}",
        ),
    ),
    port=Port(Quantity("mV", low=-20, high=20, bounds=(-1e3, 1e3), default=0.0, doc="further current")),
    usual=lambda self: stimuli_of(self.port)["Constant"](amplitude=0.0),  # its drive is eta
    variables=lambda self: {"v": MEMBRANE},
)
