"""Short-term plasticity of Tsodyks and Markram: a synapse that tires and facilitates."""

from typing import Annotated, NamedTuple

from torch import Tensor

from snnlab.core import InverseTime, Quantity, staggered
from snnlab.core.plasticity import Plasticity, kind, shapes


class TsodyksMakramState(NamedTuple):  # sic: spelled as in Norse
    u: Annotated[Tensor, Quantity("1", low=0, high=1, default=0.0, doc="part of the resources that a spike uses")]
    x: Annotated[Tensor, Quantity("1", low=0, high=1, default=1.0, doc="part of the resources that is available")]


class TsodyksMakramParameters(NamedTuple):
    tau_f_inv: Annotated[
        Tensor | float, InverseTime("tau_f", low=1, high=2000, bounds=(0.01, 1e5), doc="time constant of facilitation")
    ] = 1 / 50e-3
    tau_s_inv: Annotated[
        Tensor | float,
        InverseTime("tau_s", low=1, high=200, bounds=(0.01, 1e4), doc="time constant of the postsynaptic current"),
    ] = 1 / 20e-3
    tau_d_inv: Annotated[
        Tensor | float, InverseTime("tau_d", low=1, high=2000, bounds=(0.01, 1e5), doc="time constant of recovery")
    ] = 1 / 750e-3
    U: Annotated[Tensor | float, Quantity("1", low=0, high=1, doc="jump of u at a spike, relative to 1 - u")] = 0.45


class TsodyksMarkramSynapse(NamedTuple):
    u: Annotated[Tensor, Quantity("1", low=0, high=1, default=0.0, doc="part of the resources that a spike uses")]
    x: Annotated[Tensor, Quantity("1", low=0, high=1, default=1.0, doc="part of the resources that is available")]
    i: Annotated[Tensor, Quantity("1", low=0, high=1, bounds=(-1e6, 1e6), default=0.0, doc="postsynaptic current")]


TsodyksMarkramState, TsodyksMarkramParameters = TsodyksMakramState, TsodyksMakramParameters


def flow(s, S, p):
    return TsodyksMakramState(
        u=p.U * (1 - s.u) * S - p.tau_f_inv * s.u,
        x=p.tau_d_inv * (1 - s.x) - s.u * s.x * S,
    )


# A spike first facilitates, then uses: x sees the new u.
_advance = staggered("u", "x")


def stp_step(
    z: Tensor, s: TsodyksMakramState, p: TsodyksMakramParameters, dt: float = 0.001
) -> tuple[Tensor, TsodyksMakramState]:
    """(what the spikes z release, next state), one Euler step dt [s] later.

    With the spike train S, u' = -u / tau_f + U (1 - u) S and x' = (1 - x) / tau_d - u x S, where a spike first raises u
    and then releases u x, which is returned. Begin with u = 0, x = 1. tau_s is for the current that releases drive: it
    is the caller's, and not used here.

    Shapes: z, u and x broadcast; they and U have no unit, inverse times are in 1/s. Raises ValueError for shapes that
    do not broadcast, and for other tuples.

    Source: M. Tsodyks, H. Markram, PNAS 94:719, 1997; M. Tsodyks, K. Pawelzik, H. Markram, Neural Comput. 10:821, 1998.

    >>> import torch
    >>> rested = TsodyksMarkramState(u=torch.tensor(0.0), x=torch.tensor(1.0))
    >>> released, s = stp_step(torch.tensor(1.0), rested, TsodyksMarkramParameters())
    >>> print(f"{released:.2f} {s.u:.2f} {s.x:.2f}")
    0.45 0.45 0.55
    """
    kind("s", s, TsodyksMakramState)
    kind("p", p, TsodyksMakramParameters)
    shapes(z=(z, "..."), u=(s.u, "..."), x=(s.x, "..."))
    return release(z, s, p, dt)


def release(z, s, p, dt):
    new = _advance(s, z / dt, flow, p, dt)
    return new.u * s.x * z, new


def step(s, z, p, dt):
    """A synapse with the current that it makes, which decays with tau_s."""
    released, new = release(z.pre, TsodyksMarkramState(s.u, s.x), p, dt)
    return TsodyksMarkramSynapse(new.u, new.x, s.i - dt * p.tau_s_inv * s.i + released)


TsodyksMarkram = Plasticity(
    name="TsodyksMarkram",
    title="Short-term plasticity",
    doc="Every spike uses up part of a synapse's resources, which recover, and raises the part that the next one uses.",
    source="Tsodyks, Markram, PNAS 94:719, 1997; Tsodyks, Pawelzik, Markram, Neural Comput. 10:821, 1998",
    parameters=TsodyksMakramParameters,
    state=TsodyksMakramState,
    flow=flow,
    single=(TsodyksMarkramSynapse, step),
    two_sided=False,
    functions=(stp_step,),
)
