"""Firing patterns of the adaptive exponential neuron under a step of current, of Naud et al. (2008)."""

from snnlab import functional as F

from ..families.neurons import model_of
from .preset import Driven, Preset

ADEX = model_of(F.AdEx)
SOURCE = "Naud, Marcille, Clopath, Gerstner, Biol. Cybern. 99:335, 2008, table 1"
NAMES = ("C", "g_L", "E_L", "Delta_T", "a", "tau_w", "b", "V_r")


def _pattern(letter: str, name: str, look: str, current: float, *values: float) -> Preset:
    own = dict(zip(NAMES, values, strict=True))
    return Preset(
        id=f"adex-2008-{letter}",
        name=name[0].upper() + name[1:],
        model=ADEX,
        source=SOURCE,
        look=look,
        values=own,
        stimulus=Driven("Step", {"amplitude": current, "onset": 0.0, "length": 500.0}),
        settings={"duration": 500.0, "dt": 0.1, "neurons": 10, "noise": 20.0},
        initial={"v": own["E_L"], "w": 0.0},
        letter=letter,
    )


PATTERNS = (
    _pattern("a", "tonic spiking", "intervals settle from 9.3 to 9.9 ms", 500, 200, 10, -70, 2, 2, 30, 0, -58),
    _pattern("b", "adaptation", "every interval is longer than the one before", 500, 200, 12, -70, 2, 2, 300, 60, -58),
    _pattern("c", "initial burst", "three spikes in a burst, then single ones", 400, 130, 18, -58, 2, 4, 150, 120, -50),
    _pattern("d", "regular bursting", "bursts, as the reset is above V_T", 210, 200, 10, -58, 2, 2, 120, 100, -46),
    _pattern("e", "delayed accelerating", "intervals shrink, as a is negative", 300, 200, 12, -70, 2, -10, 300, 0, -58),
    _pattern("f", "delayed regular bursting", "a delay, then bursts of four", 110, 100, 10, -65, 2, -10, 90, 30, -47),
    _pattern("g", "transient spiking", "one spike at the onset, then silence", 180, 100, 10, -65, 2, 10, 90, 100, -47),
    _pattern(
        "h", "irregular spiking", "intervals from 4 to 35 ms, without noise", 160, 100, 12, -60, 2, -11, 130, 30, -48
    )._replace(bound="it is chaotic: after some fifteen spikes, every one depends on dt, integrator and rounding"),
)
