"""One experiment for each encoder, and for each surrogate gradient."""

from ..families.encoders import ENCODERS
from ..families.surrogates import SURROGATES
from ..stimuli.stimulus import stimuli_of
from .preset import Driven, Preset, of_kind


def _constant(encoder, look: str, amplitude: float, **settings) -> Preset:
    return of_kind(encoder, "constant", "A value", look, Driven("Constant", {"amplitude": amplitude}), **settings)


def _wave(encoder, look: str, mean: float, amplitude: float, **settings) -> Preset:
    wave = Driven("Sine", {"mean": mean, "amplitude": amplitude, "frequency": 4.0})
    return of_kind(encoder, "wave", "A wave", look, wave, **settings)


def _bumps(encoder, look: str, **settings) -> Preset:
    """A signal that a hand might have drawn."""
    points = (
        (0.0, 0.1),
        (60.0, 0.1),
        (120.0, 0.9),
        (200.0, 0.8),
        (220.0, 0.3),
        (300.0, 0.3),
        (400.0, 0.6),
        (500.0, 0.1),
    )
    drawn = stimuli_of(encoder.port)["Table"](source=points)
    return of_kind(encoder, "drawn", "A drawn signal", look, drawn, **settings)


ENCODING = (
    _constant(ENCODERS["Poisson"], "the decoded value scatters about the signal", 0.5),
    _wave(ENCODERS["Poisson"], "the raster is denser where the signal is high", 0.5, 0.4),
    _bumps(ENCODERS["Poisson"], "a longer window smooths what is decoded, and is later: jumps become ramps"),
    of_kind(
        ENCODERS["Poisson"],
        "counts",
        "Poisson counts",
        "the histogram is the binomial law's; a larger dt makes counts more regular, and the Fano factor falls below 1",
        Driven("Constant", {"amplitude": 0.8}),
        neurons=50,
    ),
    _wave(ENCODERS["SignedPoisson"], "spikes have a sign: what is decoded goes below zero, too", 0.0, 0.8),
    _constant(ENCODERS["PopulationCode"], "neurons that prefer a value near the signal fire most", 3.5),
    _wave(ENCODERS["PopulationCode"], "the activity moves along the row of neurons", 2.5, 2.0),
    of_kind(
        ENCODERS["PopulationCode"],
        "tuning",
        "Tuning curves of a population",
        "wider curves overlap, so that more neurons speak of each value: σ has a best width",
        Driven("Ramp", {"start": 0.0, "end": 5.0, "onset": 0.0, "length": 500.0}),
        {"sigma": 0.7},
    ),
    _constant(ENCODERS["LIFEncoder"], "intervals tell the current: the shorter, the stronger", 2.0, dt=0.1),
    _wave(ENCODERS["LIFEncoder"], "what is below the threshold leaves no spike", 2.0, 1.5, dt=0.1),
    _constant(ENCODERS["LIFExEncoder"], "the exponential term lets currents above 0.5 fire: LIF needs 1", 2.0, dt=0.1),
    _constant(ENCODERS["LIFAdExEncoder"], "adaptation lengthens the intervals: the decoded value drifts", 3.0, dt=0.1),
    _constant(ENCODERS["Latency"], "one spike tells all: the earlier, the stronger", 1.5, dt=0.1, duration=100.0),
    of_kind(
        ENCODERS["Latency"],
        "picture",
        "Latency of a picture",
        "in the layout Picture, bright pixels speak first: one spike of each, in 15 ms, shows the digit",
        Driven("Constant", {"amplitude": 2.0}),
        dt=0.1,
        duration=50.0,
    ),
)
DRAWN = "spikes are drawn: the further above the threshold, the more likely; a smooth slope goes back"
ACROSS = {
    "heaviside": "the step goes forwards, and nothing back: its slope is zero",
    "logistic": DRAWN,
    "circ_dist": DRAWN,
}
SLOPES = tuple(
    Preset(
        f"surrogate-{name}",
        "Across the threshold",
        surrogate,
        surrogate.definition.source,
        ACROSS.get(name, "the step goes forwards, a slope that is largest at the threshold goes back"),
        stimulus=Driven("Ramp", {"start": -2.0, "end": 2.0, "onset": 0.0, "length": 200.0}),
        settings={"duration": 200.0},
    )
    for name, surrogate in SURROGATES.items()
)
