"""Neurons of the papers with synapses before them, for input spikes and networks."""

from typing import NamedTuple

from torch import Tensor

from snnlab.core import feed_forward, recurrent, synapse

from .adex import EIF, AdEx
from .izhikevich import Izhikevich

DESTEXHE = "Destexhe, Rudolph, Fellous, Sejnowski, Neuroscience 107:13, 2001"
EDELMAN = "Izhikevich, Edelman, PNAS 105:3593, 2008"
JAHR = "Jahr, Stevens, J. Neurosci. 10:3178, 1990"


class AdExCondExpRecurrentState(NamedTuple):
    z: Tensor
    v: Tensor
    w: Tensor
    g_e: Tensor
    g_i: Tensor


class AdExNMDARecurrentState(NamedTuple):
    z: Tensor
    v: Tensor
    w: Tensor
    g_e: Tensor
    g_i: Tensor
    g_nmda: Tensor


class EIFCurrExpRecurrentState(NamedTuple):
    z: Tensor
    v: Tensor
    i_syn: Tensor


class IzhikevichCondExpRecurrentState(NamedTuple):
    z: Tensor
    v: Tensor
    u: Tensor
    g_e: Tensor
    g_i: Tensor


AdExCondExp = synapse(
    AdEx,
    "exponential conductance",
    {"tau_e": 2.728, "tau_i": 10.49, "E_i": -75.0},
    source=f"{AdEx.source}; {DESTEXHE}",
)
AdExNMDA = synapse(
    AdExCondExp,
    "exponential NMDA",
    name="AdExNMDA",
    title="AdEx, AMPA, GABA and NMDA",
    source=f"{AdEx.source}; {JAHR}",
)
EIFCurrExp = synapse(EIF, "exponential current")
IzhikevichCondExp = synapse(
    Izhikevich,
    "exponential conductance",
    {"tau_e": 5.0, "tau_i": 6.0, "E_i": -70.0},
    source=f"{Izhikevich.source}; {EDELMAN}",
)

adex_cond_exp_feed_forward_step = feed_forward(AdExCondExp, name="adex_cond_exp_feed_forward_step")
adex_cond_exp_step = recurrent(AdExCondExp, AdExCondExpRecurrentState, name="adex_cond_exp_step")
adex_nmda_feed_forward_step = feed_forward(AdExNMDA, name="adex_nmda_feed_forward_step")
adex_nmda_step = recurrent(AdExNMDA, AdExNMDARecurrentState, name="adex_nmda_step")
eif_curr_exp_feed_forward_step = feed_forward(EIFCurrExp, name="eif_curr_exp_feed_forward_step")
eif_curr_exp_step = recurrent(EIFCurrExp, EIFCurrExpRecurrentState, name="eif_curr_exp_step")
izhikevich_cond_exp_feed_forward_step = feed_forward(IzhikevichCondExp)
izhikevich_cond_exp_step = recurrent(IzhikevichCondExp, IzhikevichCondExpRecurrentState)
