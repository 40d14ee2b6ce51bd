"""Coincidence detection: a leaky membrane that only spikes close together bring to its threshold."""

from typing import Annotated, NamedTuple

import torch
from torch import Tensor, as_tensor

from snnlab.core import Count, InverseTime, Quantity, SpikeOperation

from .surrogates import heaviside


class CoincidenceParameters(NamedTuple):
    tau_mem_inv: Annotated[Tensor, InverseTime("tau_mem", low=1, high=50, doc="membrane time constant")] = as_tensor(
        200.0
    )
    jump: Annotated[
        Tensor, Quantity("1", low=0, high=1.5, bounds=(0, 100), symbol="J", doc="jump of the potential at a spike")
    ] = as_tensor(0.7)
    v_th: Annotated[Tensor, Quantity("1", low=0.1, high=2, bounds=(0.01, 100), doc="threshold potential")] = as_tensor(
        1.0
    )


class CoincidenceOutputs(NamedTuple):
    out: Annotated[Tensor, Count(low=0, high=1, doc="output spike", name="out", symbol=r"z_{\mathrm{out}}")]
    v: Annotated[Tensor, Quantity("1", low=0, high=1.6, bounds=(0, 1e3), doc="membrane potential")]


def _detect(x, z, s, p, dt):
    """At a spike v is shown where it came to, and is 0 at the next step's beginning."""
    v = torch.exp(-dt * p.tau_mem_inv) * (1 - s.out) * s.v + p.jump * (z.a + z.b)
    return CoincidenceOutputs(heaviside(v - p.v_th), v)


def coincidence_window(p: CoincidenceParameters) -> Tensor:
    """The greatest delay in s between two spikes at which the second one makes the neuron spike.

    After the first, v = J exp(-t / tau); with the second it exceeds v_th for t < -tau ln(v_th / J - 1). It is infinite
    where a single spike exceeds v_th, and below 0 where two together do not.

    >>> coincidence_window(CoincidenceParameters(tau_mem_inv=torch.tensor(200.0), jump=torch.tensor(0.75)))
    tensor(0.0055)
    """
    ratio = p.v_th / p.jump - 1
    return torch.where(ratio > 0, -torch.log(ratio) / p.tau_mem_inv, torch.inf)


Coincidence = SpikeOperation(
    name="Coincidence",
    title="Coincidence detector (LIF)",
    doc="A leaky integrate-and-fire neuron spikes if both lines do within a window that its time constant sets.",
    source="König, Engel, Singer, Trends Neurosci. 19:130, 1996",
    parameters=CoincidenceParameters,
    outputs=CoincidenceOutputs,
    apply=_detect,
    functions=(coincidence_window,),
    window=coincidence_window,
)
