"""Compartments with a refractory period: the leak stops after a spike, the coupling goes on."""

from snnlab.core import Quantity, countdown, feed_forward, recurrent, threshold, with_counter

from . import lif
from .lif import LIF
from .lif_refrac import LIFRefracFeedForwardState, LIFRefracParameters, LIFRefracState


def mask(s, p):
    return threshold(s.rho, p.method, p.alpha)


def flow(s, I, p):
    """The current I, which carries the coupling, is not gated."""
    rate = lif.flow(s, 0.0, p)
    return LIFMCRefrac.state(v=(1 - mask(s, p)) * rate.v + I, i=rate.i, rho=0.0 * s.rho)


def hold(old, z, s, p):
    return z, s._replace(rho=countdown(old.rho, mask(old, p), z, p.rho_reset))


LIFMCRefrac = with_counter(
    LIF,
    name="LIFMCRefrac",
    title="LIF compartment, refractory",
    doc="After a spike the leak is switched off for a refractory period; current from other compartments goes on.",
    flow=flow,
    hold=hold,
    lands="after",
    nested=(LIFRefracParameters, LIFRefracFeedForwardState),
    current=Quantity("1/s", low=-200, high=400, bounds=(-1e5, 1e5), default=150, doc="current (per capacitance)"),
)

lif_mc_refrac_step = recurrent(LIFMCRefrac, LIFRefracState, name="lif_mc_refrac_step", coupling="current")
lif_mc_refrac_feed_forward_step = feed_forward(LIFMCRefrac, name="lif_mc_refrac_feed_forward_step", coupling="current")
lif_mc_refrac_adjoint = recurrent(
    LIFMCRefrac, LIFRefracState, name="lif_mc_refrac_adjoint", adjoint=True, x="input", s="s", coupling="current"
)
