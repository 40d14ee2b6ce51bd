"""Leaky integrate-and-fire neurons with several compartments, coupled by conductances."""

from snnlab.core import feed_forward, recurrent

from .lif import LIF, LIFState

lif_mc_step = recurrent(LIF, LIFState, name="lif_mc_step", detach_reset=True, coupling="after")
lif_mc_feed_forward_step = feed_forward(LIF, name="lif_mc_feed_forward_step", coupling="before")
lif_mc_adjoint_step = recurrent(
    LIF, LIFState, name="lif_mc_adjoint_step", coupling="after", adjoint=True, x="input", s="s"
)
