"""Synapses that change: short-term plasticity under a train of spikes, STDP windows, sensors of correlation."""

from ..families.plasticity import PLASTICITY
from ..stimuli.stimulus import STIMULI, Stimulus
from .preset import Driven, Preset

GUPTA = "Gupta, Wang, Markram, Science 287:273, 2000, table 1"
TRAIN = Driven("SpikeTrain", {"rate": 20.0, "spikes": 10, "onset": 50.0})
DT = 0.5  # ms


def _release(
    name: str, look: str, U: float, tau_d: float, tau_f: float, key="", source=GUPTA, stimulus=TRAIN, duration=800.0
) -> Preset:
    return Preset(
        id=f"stp-{key or name.lower()}",
        name=name,
        model=PLASTICITY["TsodyksMarkram"],
        source=source,
        look=look,
        values={"U": U, "tau_d": tau_d, "tau_f": tau_f},
        stimulus=stimulus,
        settings={"duration": duration, "dt": DT},
    )


def _markram(key: str, name: str, look: str, U: float, tau_d: float, tau_f: float, rate: float, source: str) -> Preset:
    train = Driven("SpikeTrain", {"rate": rate, "spikes": 30, "onset": 50.0})
    return _release(name, look, U, tau_d, tau_f, f"markram-{key}", source, train, 100 + 30_000 / rate)


def _window(key: str, name: str, look: str, plus: float, minus: float, rule: str, source: str, delta=10.0) -> Preset:
    """A pair of spikes changes the weight by plus or minus times exp(-delay / 20 ms), where the rule is additive."""
    return Preset(
        id=f"stdp-{key}",
        name=name,
        model=PLASTICITY["STDP"],
        source=source,
        look=look,
        values={
            "tau_pre": 20.0,
            "tau_post": 20.0,
            "eta_plus": plus,
            "eta_minus": minus,
            "stdp_algorithm": rule,
        },
        stimulus=Driven("Pairs", {"delta": delta, "rate": 10.0, "pairs": 20, "onset": 50.0}),
        settings={"duration": 2100.0, "dt": DT},
    )


def _sensor(name: str, look: str, stimulus: Driven) -> Preset:
    model = PLASTICITY[name]
    return Preset(
        f"{name.lower()}-pairs", "Pairs of spikes" if model.definition.pairs else "Train of spikes", model,
        model.definition.source, look, stimulus=stimulus, settings={"duration": 1000.0, "dt": DT},
    )  # fmt: skip


def _triplet(key: str, name: str, look: str, stimulus: Driven | Stimulus, duration: float, **values) -> Preset:
    return Preset(
        f"triplet-{key}",
        name,
        PLASTICITY["TripletSTDP"],
        PFISTER,
        look,
        values,
        stimulus,
        {"duration": duration, "dt": DT},
    )


def _motif(*spikes: tuple[float, int]) -> Stimulus:
    """Spikes (ms, 0 for pre and 1 for post), again and again at 4 Hz."""
    return STIMULI["Trains"](source=[(50.0 + 250 * k + t, side) for k in range(4) for t, side in spikes])


PFISTER = "Pfister, Gerstner, J. Neurosci. 26:9673, 2006, tables 3 and 4"
AT_50_HZ = Driven("Pairs", {"delta": -10.0, "rate": 50.0, "pairs": 30, "onset": 50.0})
HIPPOCAMPUS = {"A2_plus": 4.6e-3, "A2_minus": 3e-3, "A3_plus": 9.1e-3, "tau_y": 48.0, "interaction": "nearest"}
TRIPLETS = (
    _triplet("visual-cortex", "Visual cortex: pairs at 20 Hz",
             "at 1 Hz pairs from pre to post do nothing, at 50 Hz the order no longer matters: turn the rate, or see "
             "Pairing protocols (measured by Sjöström, Turrigiano, Nelson, Neuron 32:1149, 2001)",
             Driven("Pairs", {"rate": 20.0, "pairs": 30, "onset": 50.0}), 1600.0),
    _triplet("visual-cortex-50-hz", "Visual cortex: post before pre at 50 Hz",
             "what depresses at 10 Hz potentiates at 50 Hz: each post follows the pre of the pair before by 10 ms",
             AT_50_HZ, 700.0),
    _triplet("visual-cortex-nearest", "Visual cortex, nearest spikes",
             "the same, where a spike meets the last one alone: o₁ and r₁ never count for more than 1",
             AT_50_HZ, 700.0, A2_minus=8e-3, A3_plus=5e-2, tau_y=40.0, interaction="nearest"),
    _triplet("visual-cortex-full", "Visual cortex, with all four terms",
             "next to no difference to the model with two of them", AT_50_HZ, 700.0,
             A2_plus=5e-10, A2_minus=7e-3, A3_plus=6.2e-3, A3_minus=2.3e-4, tau_y=125.0),
    _triplet("post-pre-post", "Hippocampus: post-pre-post",
             "a triplet potentiates when post comes last; Pairing protocols has a map of both intervals (measured by "
             "Wang, Gerkin, Nauen, Bi, Nat. Neurosci. 8:187, 2005)",
             _motif((0.0, 1), (5.0, 0), (10.0, 1)), 1100.0, **HIPPOCAMPUS),
    _triplet("pre-post-pre", "Hippocampus: pre-post-pre",
             "the same pairs in the other order change much less", _motif((0.0, 0), (5.0, 1), (10.0, 0)), 1100.0,
             **HIPPOCAMPUS),
    _triplet("hippocampus-full", "Hippocampus, with all four terms",
             "o₂ fades in 27 ms: only a post shortly before lets a pair potentiate more",
             _motif((0.0, 1), (5.0, 0), (10.0, 1)), 1100.0,
             A2_plus=6.1e-3, A2_minus=1.6e-3, A3_plus=6.7e-3, A3_minus=1.4e-3, tau_x=946.0, tau_y=27.0),
)  # fmt: skip
SONG = "Song, Miller, Abbott, Nat. Neurosci. 3:919, 2000"
SYNAPSES = (
    _window("hebbian", "Hebbian, additive", "the weight climbs in equal steps: post fires after pre", 0.01, 0.0105,
            "additive", SONG),
    _window("hebbian-multiplicative", "Hebbian, multiplicative", "steps shrink as the weight nears its bound",
            0.1, 0.105, "multiplicative_relu", "Rubin, Lee, Sompolinsky, Phys. Rev. Lett. 86:364, 2001"),
    _window("anti-hebbian", "Anti-Hebbian, additive", "the same pairs lower the weight", -0.01, -0.0105, "additive",
            "Bell, Han, Sugawara, Grant, Nature 387:278, 1997"),
    _window("anti-hebbian-multiplicative", "Anti-Hebbian, multiplicative", "steps shrink as the weight nears its bound",
            -0.1, -0.105, "multiplicative_relu", "Bell, Han, Sugawara, Grant, Nature 387:278, 1997"),
    _window("symmetric", "Symmetric, additive", "the order of the two spikes does not matter", 0.01, -0.01, "additive",
            "Abbott, Nelson, Nat. Neurosci. 3:1178, 2000"),
    _window("symmetric-multiplicative", "Symmetric, multiplicative", "the order does not matter, the weight does",
            0.1, -0.1, "multiplicative_relu", "Abbott, Nelson, Nat. Neurosci. 3:1178, 2000"),
    Preset("stdp-bi-poo", "Hippocampal culture: pairs at 1 Hz", PLASTICITY["STDP"],
           "Bi, Poo, J. Neurosci. 18:10464, 1998; fit: Bi, Poo, Annu. Rev. Neurosci. 24:139, 2001",
           "four of the sixty pairs of the experiment; Pairing protocols has them all, against the delay",
           {"tau_pre": 16.8, "tau_post": 33.7, "eta_plus": 0.777 / 60, "eta_minus": 0.273 / 60, "w_max": 2.0},
           Driven("Pairs", {"rate": 1.0, "pairs": 4, "onset": 50.0}), {"duration": 3400.0, "dt": 1.0}),
    *TRIPLETS,
    _release("Depressing", "every response is smaller than the one before: resources recover slowly", 0.25, 706, 21),
    _release("Facilitating", "responses grow: each spike lets the next one use more", 0.16, 45, 376),
    _release("Pseudo-linear", "responses change less than the others': they fall by a third in the end",
             0.32, 144, 62),
    _markram("depressing", "Depressing, at 40 Hz",
             "above 1 / (U τ_d) responses fall as 1/r: their sum in a second stays, and tells no rate (Steady state)",
             0.5, 800, 20, 40.0, "Tsodyks, Markram, PNAS 94:719, 1997"),
    _markram("facilitating", "Facilitating, at 20 Hz",
             "responses grow with the rate up to about 1 / √(U τ_f τ_d), and fall beyond: turn it (Steady state)",
             0.03, 130, 530, 20.0, "Markram, Wang, Tsodyks, PNAS 95:5323, 1998"),
    _sensor("STDPSensor", "each side leaves a trace that fades", Driven("Pairs", {"delta": 30.0})),
    _sensor("CorrelationSensor", "a trace fades only until the other side spikes", Driven("Pairs", {"delta": 30.0})),
    _sensor("LIFCorrelation", "the neuron's own spikes stop the traces of its inputs",
            Driven("PoissonSpikes", {"rate": 40.0})),
)  # fmt: skip
