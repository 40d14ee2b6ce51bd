"""Operations on spikes: gates under trains set by hand, clocks and chance, coincidence, filters, readout."""

from ..families.operations import OPERATIONS
from ..stimuli.stimulus import Stimulus, stimuli_of
from .preset import Driven, Preset, of_kind

A, B = 0, 1


def _trains(*spikes: tuple[float, int]) -> Stimulus:
    """Two trains of these spikes: times in ms, and lines."""
    return stimuli_of(OPERATIONS["LogicGates"].port)["Trains"](source=spikes)


APART = _trains((20, A), (24, B), (60, B), (63, A), (100, A), (120, B), (150, A), (150, B), (153, A))
HANDSHAKE = _trains((20, A), (30, B), (70, B), (75, A), (120, A), (128, A), (136, B), (170, B))
TOGETHER = _trains((20, A), (22, B), (60, A), (66, B), (100, B), (101, A), (140, A), (143, A), (170, A), (180, B))
CLOCKS = Driven("Clocks", {"rate_a": 50.0, "rate_b": 40.0})
CHANCE = Driven("PoissonPair", {"rate": 40.0, "shared": 0.3})


def _preset(key: str, name: str, model: str, *given, **more) -> Preset:
    return of_kind(OPERATIONS[model], key, name, *given, **more)


OPERATING = (
    _preset(
        "hand",
        "Set by hand",
        "LogicGates",
        "click on the lines of A and B: a click sets a spike, or takes it away",
        APART,
    ),
    _preset(
        "clocks", "Two clocks", "LogicGates", "the clocks meet every 100 ms: there and is long, and xor short", CLOCKS
    ),
    _preset(
        "chance",
        "Two Poisson trains",
        "LogicGates",
        "the more spikes both trains have, the more xor falls silent",
        CHANCE,
    ),
    _preset("hand", "Set by hand", "AndGate", "the output is as long as both pulses are there together", APART),
    _preset("clocks", "Two clocks", "OrGate", "only where both pulses are over is the output 0", CLOCKS),
    _preset("hand", "Set by hand", "XorGate", "pulses at the same time give nothing", APART),
    _preset(
        "hand",
        "Handshake",
        "MullerC",
        "the output waits for both lines, to rise and to fall",
        HANDSHAKE,
        {"width": 12.0},
    ),
    _preset(
        "chance",
        "Two Poisson trains",
        "EdgeDetector",
        "one short pulse for each one of A, however long that is",
        CHANCE,
    ),
    _preset(
        "hand",
        "Set by hand",
        "Coincidence",
        "only pairs within 4.2 ms make a spike; a larger tau_mem takes in more",
        TOGETHER,
    ),
    _preset(
        "chance",
        "Shared spikes",
        "Coincidence",
        "most output spikes are those that both trains have",
        CHANCE,
        {"tau_mem": 2.0},
        duration=500.0,
    ),
    _preset("clocks", "Two clocks", "ExponentialFilter", "each trace swings about its rate times tau", CLOCKS),
    _preset(
        "chance", "Two Poisson trains", "Readout", "the penalty is 0 where the number of spikes is the target", CHANCE
    ),
)
