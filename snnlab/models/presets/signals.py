"""One experiment for each encoder, and for each surrogate gradient."""

from ..families.encoders import ENCODERS
from ..families.surrogates import SURROGATES
from .preset import Driven, Preset, of_kind


def _constant(encoder, look: str, amplitude: float, **settings) -> Preset:
    return of_kind(encoder, "constant", "A value", look, Driven("Constant", {"amplitude": amplitude}), **settings)


def _wave(encoder, look: str, mean: float, amplitude: float, **settings) -> Preset:
    wave = Driven("Sine", {"mean": mean, "amplitude": amplitude, "frequency": 4.0})
    return of_kind(encoder, "wave", "A wave", look, wave, **settings)


ENCODING = (
    _constant(ENCODERS["Poisson"], "the decoded value scatters about the signal", 0.5),
    _wave(ENCODERS["Poisson"], "the raster is denser where the signal is high", 0.5, 0.4),
    _wave(ENCODERS["SignedPoisson"], "spikes have a sign: what is decoded goes below zero, too", 0.0, 0.8),
    _constant(ENCODERS["PopulationCode"], "neurons that prefer a value near the signal fire most", 3.5),
    _wave(ENCODERS["PopulationCode"], "the activity moves along the row of neurons", 2.5, 2.0),
    _constant(ENCODERS["LIFEncoder"], "intervals tell the current: the shorter, the stronger", 2.0, dt=0.1),
    _wave(ENCODERS["LIFEncoder"], "what is below the threshold leaves no spike", 2.0, 1.5, dt=0.1),
    _constant(ENCODERS["LIFExEncoder"], "the exponential term lets currents above 0.5 fire: LIF needs 1", 2.0, dt=0.1),
    _constant(ENCODERS["LIFAdExEncoder"], "adaptation lengthens the intervals: the decoded value drifts", 3.0, dt=0.1),
    _constant(ENCODERS["Latency"], "one spike tells all: the earlier, the stronger", 1.5, dt=0.1, duration=100.0),
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
