"""Neurons under clamp: the experiments by which their currents became known."""

from snnlab import functional as F
from snnlab.core import Neuron

from ..families.clamps import clamp
from ..families.neurons import model_of
from .preset import Driven, Preset

_HHK = "Hodgkin, Huxley, Katz, J. Physiol. 116:424, 1952; Hodgkin, Huxley, J. Physiol. 117:500, 1952"
_SHARP = "Sharp, O'Neil, Abbott, Marder, J. Neurophysiol. 69:992, 1993"


def _voltage(neuron: Neuron, id: str, name: str, look: str, stimulus: Driven, source: str = _HHK, **more) -> Preset:
    settings = {"duration": 40.0, "neurons": 12} | more.pop("settings", {})
    return Preset(id, name, clamp(model_of(neuron)), source, look, stimulus=stimulus, settings=settings, **more)


CLAMPED = (
    _voltage(
        F.HodgkinHuxley,
        "hodgkinhuxley-clamp",
        "Family of steps",
        "first inward, the sodium current, which turns its sign above 50 mV; then outward, that of potassium",
        Driven("Step", {"amplitude": 60.0, "base": -65.0, "onset": 5.0, "length": 20.0}),
        settings={"lowest": -90.0},
    ),
    _voltage(
        F.HodgkinHuxley,
        "hodgkinhuxley-clamp-potassium",
        "Potassium alone",
        "without sodium channels, as in tetrodotoxin, the current only grows, and its tail fades as n shuts",
        Driven("Step", {"amplitude": 60.0, "base": -65.0, "onset": 5.0, "length": 20.0}),
        settings={"lowest": -90.0},
        values={"g_Na": 0.0},
    ),
    _voltage(
        F.HodgkinHuxley,
        "hodgkinhuxley-clamp-inactivation",
        "Inactivation",
        "the lower the potential before the second step, the more sodium channels are ready when it comes",
        Driven(
            "TwoSteps",
            {"amplitude": -30.0, "second": -10.0, "base": -65.0, "onset": 2.0, "length": 30.0, "second_length": 6.0},
        ),
        settings={"lowest": -110.0},
    ),
    _voltage(
        F.HodgkinHuxley,
        "hodgkinhuxley-clamp-on-off",
        "On and off",
        "the second pulse finds h still shut: its inward current is smaller the sooner it comes",
        Driven(
            "PulseTrain", {"amplitude": -10.0, "base": -65.0, "onset": 5.0, "width": 5.0, "period": 10.0, "pulses": 3}
        ),
        settings={"neurons": 1},
    ),
    _voltage(
        F.MorrisLecar,
        "morrislecar-clamp-ramp",
        "Slow ramp",
        "w follows a ramp as slow as this one: the current over the potential is nearly the steady I-V curve",
        Driven("Ramp", {"start": -70.0, "end": 30.0, "onset": 20.0, "length": 400.0}),
        "Morris, Lecar, Biophys. J. 35:193, 1981",
        settings={"neurons": 1, "duration": 450.0},
    ),
    Preset(
        id="adex-dynamic-clamp",
        name="Background of conductance",
        model=clamp(model_of(F.AdEx), "dynamic"),
        source=_SHARP,
        look="a conductance that fluctuates, as excitation does: the nearer v comes to E_clamp, the less it drives",
        values={"E_clamp": 0.0},
        stimulus=Driven("Synaptic", {"rate": 670.0, "weight": 3.0, "tau": 3.0}),
        settings={"duration": 500.0, "neurons": 1, "noise": 0.0},
    ),
    Preset(
        id="hodgkinhuxley-dynamic-clamp",
        name="Block by excitation",
        model=clamp(model_of(F.HodgkinHuxley), "dynamic"),
        source=_SHARP,
        look="one spike: 2 mS/cm² hold v so high that sodium channels stay shut; 0.3 mS/cm² make it fire on and on",
        stimulus=Driven("Step", {"amplitude": 2.0, "onset": 10.0, "length": 100.0}),
        settings={"duration": 130.0, "neurons": 1, "noise": 0.0},
    ),
)
