"""LIF neuron with an absolute refractory period."""

from typing import NamedTuple

from torch import Tensor, as_tensor

from snnlab.core import feed_forward, hold_potential, recurrent, refractory, sparse

from .lif import LIF, LIFFeedForwardState, LIFParameters, LIFState


class LIFRefracParameters(NamedTuple):
    lif: LIFParameters = LIFParameters()
    rho_reset: Tensor = as_tensor(5.0)


class LIFRefracState(NamedTuple):
    lif: LIFState
    rho: Tensor


class LIFRefracFeedForwardState(NamedTuple):
    lif: LIFFeedForwardState
    rho: Tensor


LIFRefrac = refractory(
    LIF,
    name="LIFRefrac",
    title="LIF, refractory",
    doc="After a spike the membrane potential is held, and further spikes are suppressed, for a refractory period.",
    nested=(LIFRefracParameters, LIFRefracFeedForwardState),
)
lif_refrac_feed_forward_step = feed_forward(LIFRefrac, name="lif_refrac_feed_forward_step")
lif_refrac_step = recurrent(LIFRefrac, LIFRefracState, name="lif_refrac_step", detach_reset=True)
lif_refrac_step_sparse = sparse(recurrent(LIFRefrac, LIFRefracState, name="lif_refrac_step"))
_ADJOINT = {"adjoint": True, "x": "input", "s": "s"}
lif_refrac_feed_forward_adjoint_step = feed_forward(LIFRefrac, name="lif_refrac_feed_forward_adjoint_step", **_ADJOINT)
lif_refrac_adjoint_step = recurrent(LIFRefrac, LIFRefracState, name="lif_refrac_adjoint_step", **_ADJOINT)
lif_refrac_adjoint_step_sparse = sparse(lif_refrac_adjoint_step)


def compute_refractory_update(state, z_new: Tensor, v_new: Tensor, p: LIFRefracParameters = LIFRefracParameters()):
    """(v, z, rho) after a step that would have given z_new and v_new: held and silent while rho of `state` is > 0."""
    return hold_potential(state.lif.v, state.rho, z_new, v_new, p.lif, p.rho_reset)
