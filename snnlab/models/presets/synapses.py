"""Synapses that change: short-term plasticity under a train of spikes, STDP windows, sensors of correlation."""

from ..families.plasticity import PLASTICITY
from .preset import Driven, Preset

GUPTA = "Gupta, Wang, Markram, Science 287:273, 2000, table 1"
TRAIN = Driven("SpikeTrain", {"rate": 20.0, "spikes": 10, "onset": 50.0})
DT = 0.5  # ms


def _release(name: str, look: str, U: float, tau_d: float, tau_f: float) -> Preset:
    return Preset(
        id=f"stp-{name.lower()}",
        name=name,
        model=PLASTICITY["TsodyksMarkram"],
        source=GUPTA,
        look=look,
        values={"U": U, "tau_d": tau_d, "tau_f": tau_f},
        stimulus=TRAIN,
        settings={"duration": 800.0, "dt": DT},
    )


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
    _release("Depressing", "every response is smaller than the one before: resources recover slowly", 0.25, 706, 21),
    _release("Facilitating", "responses grow: each spike lets the next one use more", 0.16, 45, 376),
    _release("Pseudo-linear", "responses change less than the others': they fall by a third in the end",
             0.32, 144, 62),
    _sensor("STDPSensor", "each side leaves a trace that fades", Driven("Pairs", {"delta": 30.0})),
    _sensor("CorrelationSensor", "a trace fades only until the other side spikes", Driven("Pairs", {"delta": 30.0})),
    _sensor("LIFCorrelation", "the neuron's own spikes stop the traces of its inputs",
            Driven("PoissonSpikes", {"rate": 40.0})),
)  # fmt: skip
