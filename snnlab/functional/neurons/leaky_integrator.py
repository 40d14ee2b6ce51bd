"""Leaky integrator: a membrane with an exponential synapse that never spikes, for reading a network out."""

from typing import NamedTuple

from torch import as_tensor

from snnlab.core import Neuron, feed_forward, readout

from .quantities import CURRENT, NEURONAL_DYNAMICS, I, TauMem, TauSyn, V, VLeak


class LIParameters(NamedTuple):
    tau_syn_inv: TauSyn = as_tensor(200.0)
    tau_mem_inv: TauMem = as_tensor(100.0)
    v_leak: VLeak = as_tensor(0.0)


class LIState(NamedTuple):
    v: V
    i: I


def receive(s, x, p):
    return s._replace(i=s.i + x)


def flow(s, I, p):
    return LIState(v=p.tau_mem_inv * (p.v_leak - s.v + s.i + I), i=-p.tau_syn_inv * s.i)


def rest(p):
    return LIState(v=p.v_leak, i=0.0 * p.v_leak)


LI = Neuron(
    name="LI",
    title="Leaky integrator",
    doc="The membrane potential follows its input and decays to its leak; it never spikes.",
    source=NEURONAL_DYNAMICS.format("section 1.3"),
    parameters=LIParameters,
    state=LIState,
    receive=receive,
    flow=flow,
    rest=rest,
    current=CURRENT,
)

li_step = readout(LI, x="input_spikes")
li_feed_forward_step = feed_forward(LI)
