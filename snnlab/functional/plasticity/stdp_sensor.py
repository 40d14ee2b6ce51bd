"""The traces that an event-driven STDP rule reads."""

from typing import Annotated, NamedTuple

from torch import Tensor, as_tensor

from snnlab.core import InverseTime, Quantity
from snnlab.core.plasticity import Plasticity, Spikes, kind, pulse_euler, shapes


def _size(doc):
    return Quantity("1", low=0, high=5, bounds=(-1e3, 1e3), doc=doc)


def _tau(name, doc, **more):
    return InverseTime(name, low=1, high=500, bounds=(0.01, 1e4), doc=doc, **more)


class STDPSensorParameters(NamedTuple):
    eta_p: Annotated[Tensor, _size("jump of the presynaptic trace at a spike")] = as_tensor(1.0)
    eta_m: Annotated[Tensor, _size("jump of the postsynaptic trace at a spike")] = as_tensor(1.0)
    tau_ac_inv: Annotated[Tensor, _tau("tau_ac", "time constant of anticorrelation: not used", part="unused")] = (
        as_tensor(10.0)
    )
    tau_c_inv: Annotated[Tensor, _tau("tau_c", "time constant of both traces")] = as_tensor(10.0)


class STDPSensorState(NamedTuple):
    a_pre: Annotated[Tensor, _size("trace of presynaptic spikes")]
    a_post: Annotated[Tensor, _size("trace of postsynaptic spikes")]


def flow(s, S, p):
    return STDPSensorState(
        a_pre=p.eta_p * S.pre - p.tau_c_inv * s.a_pre, a_post=p.eta_m * S.post - p.tau_c_inv * s.a_post
    )


def stdp_sensor_step(
    z_pre: Tensor,
    z_post: Tensor,
    state: STDPSensorState,
    p: STDPSensorParameters = STDPSensorParameters(),
    dt: float = 0.001,
) -> STDPSensorState:
    """Both traces one Euler step dt [s] later: a_pre' = -a_pre / tau_c + eta_p S_pre, a_post' with eta_m and S_post.

    A spike adds eta in full. Both traces use tau_c, as in Norse, and none tau_ac. Inverse times in 1/s, dt in s.

    Shapes: z_pre broadcasts with a_pre, z_post with a_post. Raises ValueError where they do not, and for other tuples.

    Source: A. Morrison, M. Diesmann, W. Gerstner, Biol. Cybern. 98:459, 2008, section 4.

    >>> import torch
    >>> stdp_sensor_step(torch.ones(1), torch.zeros(1), STDPSensorState(torch.ones(1), torch.ones(1)))
    STDPSensorState(a_pre=tensor([1.9900]), a_post=tensor([0.9900]))
    """
    kind("state", state, STDPSensorState)
    kind("p", p, STDPSensorParameters)
    shapes(z_pre=(z_pre, "..."), a_pre=(state.a_pre, "..."))
    shapes(z_post=(z_post, "..."), a_post=(state.a_post, "..."))
    return pulse_euler(state, Spikes(z_pre, z_post), flow, p, dt)


STDPSensor = Plasticity(
    name="STDPSensor",
    title="STDP sensor",
    doc="Each side of a synapse keeps a fading trace of its spikes, for a rule that reads them when it likes.",
    source="Morrison, Diesmann, Gerstner, Biol. Cybern. 98:459, 2008",
    parameters=STDPSensorParameters,
    state=STDPSensorState,
    flow=flow,
    advance=pulse_euler,
    functions=(stdp_sensor_step,),
)
