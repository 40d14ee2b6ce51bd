"""The leaky integrate-and-fire neuron under the currents of a first lesson."""

from snnlab import functional as F

from ..families.neurons import model_of
from .preset import Driven, Preset

SOURCE = "Gerstner, Kistler, Naud, Paninski, Neuronal Dynamics, Cambridge 2014, {}"
LIF = model_of(F.LIF)

LESSONS = (
    Preset(
        "lif-constant",
        "Constant current",
        LIF,
        SOURCE.format("section 1.3"),
        "a sawtooth of equal intervals, τ_mem ln(I / (I − v_th)): 11 ms for I = 1.5",
        stimulus=Driven("Constant", {"amplitude": 1.5}),
        settings={"dt": 0.2},
    ),
    Preset(
        "lif-cortical",
        "Cortical neuron",
        LIF,
        "Troyer, Miller, Neural Comput. 9:971, 1997",
        "potentials in mV: reset 14 mV above rest, it fires every 15.8 ms",
        values={"tau_mem": 20.0, "tau_syn": 5.0, "v_leak": -74.0, "v_th": -54.0, "v_reset": -60.0},
        stimulus=Driven("Constant", {"amplitude": 25.0}),
        settings={"duration": 200.0, "noise": 5.0},
    ),
    Preset(
        "lif-step",
        "Step of current",
        LIF,
        SOURCE.format("section 1.3"),
        "the exponential approach to the threshold, and back to rest",
        stimulus=Driven("Step", {"amplitude": 1.2, "onset": 20.0, "length": 60.0}),
    ),
    Preset(
        "lif-below",
        "Just below threshold",
        LIF,
        SOURCE.format("section 8.1"),
        "the bottom neuron, without noise, stays silent; noise makes the upper ones fire",
        stimulus=Driven("Constant", {"amplitude": 0.95}),
        settings={"noise": 0.3},
    ),
    Preset(
        "lif-fluctuations",
        "Driven by fluctuations",
        LIF,
        SOURCE.format("section 8.3"),
        "irregular spikes although the mean current is below the threshold: a CV of 0.8, chance has 1",
        stimulus=Driven("Noise", {"mean": 0.7, "sigma": 0.6, "tau": 2.0}),
        settings={"duration": 500.0, "dt": 0.5},
    ),
    Preset(
        "lif-pulses",
        "Summation of pulses",
        LIF,
        SOURCE.format("section 1.3"),
        "one pulse is too weak, the next one finds what is left of it",
        stimulus=Driven("PulseTrain", {"amplitude": 1.75, "width": 6.0, "period": 12.0, "pulses": 6}),
    ),
)
