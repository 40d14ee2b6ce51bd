"""Adaptive exponential LIF neuron with an absolute refractory period."""

from typing import NamedTuple

from torch import Tensor, as_tensor

from snnlab.core import feed_forward, hold_potential, recurrent, refractory

from .lif_adex import LIFAdEx, LIFAdExFeedForwardState, LIFAdExParameters, LIFAdExState


class LIFAdExRefracParameters(NamedTuple):
    lif_adex: LIFAdExParameters = LIFAdExParameters()
    rho_reset: Tensor = as_tensor(5.0)


class LIFAdExRefracState(NamedTuple):
    lif_adex: LIFAdExState
    rho: Tensor


class LIFAdExRefracFeedForwardState(NamedTuple):
    lif_adex: LIFAdExFeedForwardState
    rho: Tensor


LIFAdExRefrac = refractory(
    LIFAdEx,
    name="LIFAdExRefrac",
    title="Adaptive exponential LIF, refractory",
    doc="After a spike the membrane potential is held, and further spikes are suppressed, for a refractory period.",
    nested=(LIFAdExRefracParameters, LIFAdExRefracFeedForwardState),
)
lif_adex_refrac_feed_forward_step = feed_forward(LIFAdExRefrac, name="lif_adex_refrac_feed_forward_step")
lif_adex_refrac_step = recurrent(LIFAdExRefrac, LIFAdExRefracState, name="lif_adex_refrac_step")


def compute_refractory_update(
    state, z_new: Tensor, v_new: Tensor, p: LIFAdExRefracParameters = LIFAdExRefracParameters()
):
    """(v, z, rho) after a step that would have given z_new and v_new: held and silent while rho of `state` is > 0."""
    return hold_potential(state.lif_adex.v, state.rho, z_new, v_new, p.lif_adex, p.rho_reset)
