"""Neurons in compartments: a passive cable, a spike that travels, and one that fails."""

from ..families.compartments import COMPARTMENTS
from .preset import Driven, Preset, of_kind

GOLDSTEIN = "Goldstein, Rall, Biophys. J. 14:731, 1974"
KEENER = "Keener, SIAM J. Appl. Math. 47:556, 1987"


def _preset(key: str, name: str, model: str, *given, **more) -> Preset:
    return of_kind(COMPARTMENTS[model], key, name, *given, **more)


def _pulse(amplitude: float, length: float, onset: float = 5.0) -> Driven:
    return Driven("Step", {"amplitude": amplitude, "onset": onset, "length": length})


CABLES = (
    _preset(
        "travels",
        "A spike that travels",
        "FitzHughNagumoCable",
        "it comes to all compartments, the sooner the stronger g_c; with 0.15 it is lost on its way",
        _pulse(2.0, 5.0),
        duration=100.0,
    ),
    _preset(
        "fails",
        "A spike that fails",
        "FitzHughNagumoCable",
        "the coupling is too weak: a neighbour is driven, but not to a spike of its own",
        _pulse(2.0, 5.0),
        {"g_c": 0.1},
        KEENER,
        duration=100.0,
    ),
    _preset(
        "fork",
        "A spike at a fork",
        "FitzHughNagumoCable",
        "two branches are too heavy a load for the last compartment of the trunk; with g_c of 0.5 they are not",
        _pulse(2.0, 5.0),
        {"shape": "fork", "count": 15, "g_c": 0.2},
        GOLDSTEIN,
        duration=100.0,
    ),
    _preset(
        "steady",
        "Passive cable",
        "PassiveCable",
        "each compartment has the same part of the one before it",
        _pulse(2.0, 95.0),
        duration=100.0,
    ),
    _preset(
        "pulse",
        "A short input far away",
        "PassiveCable",
        "the farther from the site, the later, lower and wider the potential",
        _pulse(20.0, 1.0),
        {"site": 10, "g_c": 10.0},
        duration=60.0,
    ),
    _preset(
        "step",
        "Spikes in compartments",
        "LIFCable",
        "only the first one spikes: a reset takes away what would drive the next",
        _pulse(6.0, 90.0),
        duration=100.0,
    ),
    _preset(
        "travels",
        "A spike that travels",
        "HodgkinHuxleyCable",
        "it goes on at a constant speed, and is never lower",
        _pulse(60.0, 1.0, 1.0),
        duration=12.0,
    ),
)
