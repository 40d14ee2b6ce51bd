"""Leaky integrator without synapse: its input is a current."""

from typing import NamedTuple

from torch import as_tensor

from snnlab.core import Neuron, feed_forward, readout

from .quantities import CURRENT, NEURONAL_DYNAMICS, TauMem, V, VLeak


class LIBoxParameters(NamedTuple):
    tau_mem_inv: TauMem = as_tensor(100.0)
    v_leak: VLeak = as_tensor(0.0)


class LIBoxState(NamedTuple):
    v: V


def flow(s, I, p):
    return LIBoxState(v=p.tau_mem_inv * (p.v_leak - s.v + I))


def rest(p):
    return LIBoxState(v=p.v_leak)


LIBox = Neuron(
    name="LIBox",
    title="Leaky integrator without synapse",
    doc="A membrane that follows its input current as a low-pass filter does; it never spikes.",
    source=NEURONAL_DYNAMICS.format("section 1.3"),
    parameters=LIBoxParameters,
    state=LIBoxState,
    flow=flow,
    rest=rest,
    port="current",
    current=CURRENT,
)

li_box_step = readout(LIBox, name="li_box_step", x="input_spikes")
li_box_feed_forward_step = feed_forward(LIBox, name="li_box_feed_forward_step")
