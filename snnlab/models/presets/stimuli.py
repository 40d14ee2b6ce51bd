"""Stimuli that the lessons of no neuron need, each with a neuron that shows what it is for."""

from snnlab import functional as F

from ..families.neurons import model_of
from ..stimuli.compounds import Part
from ..stimuli.stimulus import STIMULI
from .izhikevich_2003 import CELLS
from .lif import LIF, SOURCE
from .naud_2008 import PATTERNS as ADEX_PATTERNS
from .preset import Driven, Preset

RESONATOR = next(preset for preset in CELLS if preset.id == "izhikevich-2003-RZ")
ADAPTING = next(preset for preset in ADEX_PATTERNS if preset.letter == "b")
ZAP = "Hutcheon, Yarom, Trends Neurosci. 23:216, 2000"

SHOWN = (
    Preset(
        "li-zap",
        "Chirp (ZAP)",
        model_of(F.LI),
        ZAP,
        "the voltage follows the slow beginning, and a third of the fast end: a membrane alone is a low-pass filter",
        stimulus=Driven("Chirp", {"amplitude": 1.0, "mean": 0.0, "first": 0.0, "last": 50.0, "length": 2000.0}),
        settings={"duration": 2000.0, "dt": 0.5, "noise": 0.0, "neurons": 1},
    ),
    RESONATOR._replace(
        id="izhikevich-2003-RZ-zap",
        name="Resonator, chirp",
        source=f"{RESONATOR.source}; {ZAP}",
        look="it fires only in the middle, from 18 to 27 Hz: about 24 Hz, the frequency at which it rings by itself",
        stimulus=Driven("Chirp", {"amplitude": 0.2, "mean": 0.0, "first": 0.0, "last": 50.0, "length": 2000.0}),
        settings={"duration": 2000.0, "dt": 0.1, "noise": 0.0, "neurons": 1},
    ),
    Preset(
        "lif-background",
        "Background spikes",
        LIF,
        "Shadlen, Newsome, J. Neurosci. 18:3870, 1998",
        "irregular spikes, although the current is 0.7 in the mean and 1 is the threshold",
        stimulus=Driven("Synaptic", {"rate": 200.0, "weight": 0.7, "tau": 5.0}),
        settings={"duration": 2000.0, "dt": 0.2},
    ),
    Preset(
        "lif-balanced",
        "Balanced input",
        LIF,
        "Shadlen, Newsome, J. Neurosci. 18:3870, 1998",
        "excitation and inhibition cancel in the mean, and it fires by what is left of them: CV near 1. With half "
        "of the inhibition it is ten times as fast, and more regular",
        stimulus=Driven(
            "ExcitationInhibition", {"rate_e": 4000.0, "weight_e": 0.17, "rate_i": 1000.0, "weight_i": 0.68}
        ),
        settings={"duration": 2000.0, "dt": 0.2, "neurons": 1, "noise": 0.0, "seed": 2},
    ),
    Preset(
        "cobalif-balanced",
        "High-conductance state",
        model_of(F.CobaLIF),
        "Destexhe, Rudolph, Paré, Nat. Rev. Neurosci. 4:739, 2003",
        "input opens four times as much conductance as the leak is: the potential lies at -57 mV, follows within 4 ms, "
        "and comes to a spike where inhibition happens to be weak",
        stimulus=Driven("ExcitationInhibition", {"rate_e": 2000.0, "weight_e": 1.5, "rate_i": 1000.0, "weight_i": 3.0}),
        settings={"duration": 2000.0, "dt": 0.2, "neurons": 1, "noise": 0.0, "seed": 2},
    ),
    Preset(
        "adex-cond-bombardment",
        "Synaptic bombardment",
        model_of(F.AdExCondExp),
        "Brette, Gerstner, J. Neurophysiol. 94:3637, 2005, the neuron; "
        "Destexhe, Rudolph, Fellous, Sejnowski, Neuroscience 107:13, 2001, the synapses",
        "the potential wanders about -55 mV and comes to a spike where excitation happens to be strong; the synapses "
        "together open five times the leak's conductance",
        {"C": 281.0, "g_L": 30.0, "E_L": -70.6, "V_T": -50.4, "tau_w": 144.0, "a": 4.0, "b": 80.5, "V_r": -70.6},
        Driven("ExcitationInhibition", {"rate_e": 3000.0, "weight_e": 6.5, "rate_i": 1000.0, "weight_i": 10.0}),
        {"duration": 1000.0, "dt": 0.1, "neurons": 1, "noise": 0.0, "seed": 2},
    ),
    Preset(
        "adex-nmda-train",
        "Five spikes and NMDA",
        model_of(F.AdExNMDA),
        "Jahr, Stevens, J. Neurosci. 10:3178, 1990",
        "the last of five input spikes comes at 90 ms, and it fires until 170 ms: NMDA receptors stay open, and each "
        "spike frees them of magnesium. Without magnesium it fires until 370 ms",
        stimulus=Driven("SpikeTrain", {"rate": 100.0, "spikes": 5, "onset": 50.0, "weight": 25.0}),
        settings={"duration": 500.0, "dt": 0.1, "neurons": 1, "noise": 0.0},
    ),
    Preset(
        "eif-curr-balanced",
        "Balanced input",
        model_of(F.EIFCurrExp),
        "Fourcaud-Trocmé, Hansel, van Vreeswijk, Brunel, J. Neurosci. 23:11628, 2003",
        "the synaptic current varies with its time constant, and irregular spikes come by what is left of it",
        stimulus=Driven("ExcitationInhibition", {"rate_e": 3000.0, "weight_e": 3.0, "rate_i": 1000.0, "weight_i": 6.0}),
        settings={"duration": 1000.0, "dt": 0.1, "neurons": 1, "noise": 0.0, "seed": 2},
    ),
    Preset(
        "izhikevich-cond-background",
        "Background of spikes",
        model_of(F.IzhikevichCondExp),
        "Izhikevich, IEEE Trans. Neural Netw. 14:1569, 2003, the neuron; "
        "Izhikevich, Edelman, PNAS 105:3593, 2008, the synapses",
        "a regular spiking cell fires irregularly under a background of spikes that excite and inhibit",
        stimulus=Driven(
            "ExcitationInhibition", {"rate_e": 2000.0, "weight_e": 0.03, "rate_i": 1000.0, "weight_i": 0.06}
        ),
        settings={"duration": 1000.0, "dt": 0.1, "neurons": 1, "noise": 0.0, "seed": 2},
    ),
    Preset(
        "lif-table",
        "Drawn current",
        LIF,
        SOURCE.format("section 1.3"),
        "spikes while the current in the table is above 1; the shorter the interval, the higher it is",
        stimulus=STIMULI["Table"](source=((0, 0), (20, 0), (100, 2.5), (140, 0.8), (160, 0.8), (161, 1.3), (200, 1.3))),
        settings={"duration": 200.0},
    ),
    Preset(
        "lif-hidden-sine",
        "A weak sine in noise",
        LIF,
        "Gammaitoni, Hänggi, Jung, Marchesoni, Rev. Mod. Phys. 70:223, 1998",
        "the sine alone is too weak for a spike; with noise, spikes gather about its peaks",
        stimulus=STIMULI["Sine"](mean=0.75, amplitude=0.15, frequency=5.0)
        + STIMULI["Noise"](mean=0.0, sigma=0.4, tau=2.0),
        settings={"duration": 1000.0, "dt": 0.2},
    ),
    ADAPTING._replace(
        id="adex-levels",
        name="Two levels of current",
        source="Benda, Herz, Neural Comput. 15:2523, 2003",
        look="after the current falls, a pause longer than the intervals that follow: adaptation has to wear off",
        stimulus=STIMULI["Sequence"](
            source=(
                Part(STIMULI["Constant"](amplitude=700, unit="pA"), 500.0),
                Part(STIMULI["Constant"](amplitude=400, unit="pA"), 0.0),
            )
        ),
        settings={"duration": 1500.0, "dt": 0.1, "neurons": 10, "noise": 20.0},
        letter="",
    ),
)
