"""Cell types of Izhikevich (2003) under a step of current."""

from .izhikevich_2004 import IZHIKEVICH
from .preset import Driven, Preset

SOURCE = "Izhikevich, IEEE Trans. Neural Netw. 14:1569, 2003, figure 2"
STEP = Driven("Step", {"amplitude": 10.0, "onset": 20.0, "length": 200.0})


def _cell(short: str, name: str, look: str, a: float, b: float, c: float, d: float, stimulus=STEP, **begin) -> Preset:
    return Preset(
        id=f"izhikevich-2003-{short}",
        name=f"{name} ({short.partition('-')[0]})",
        model=IZHIKEVICH,
        source=SOURCE,
        look=look,
        values={"a": a, "b": b, "c": c, "d": d},
        stimulus=stimulus,
        settings={"duration": 250.0, "dt": 0.25, "noise": 2.0 if stimulus is STEP else 0.1},
        initial=begin,
    )


CELLS = (
    _cell("RS", "Regular spiking", "a short first interval, then equal ones", 0.02, 0.2, -65.0, 8.0),
    _cell("IB", "Intrinsically bursting", "a burst, then single spikes", 0.02, 0.2, -55.0, 4.0),
    _cell("CH", "Chattering", "bursts of closely spaced spikes", 0.02, 0.2, -50.0, 2.0),
    _cell("FS", "Fast spiking", "a high rate that hardly adapts: after three shorter intervals, about 8 ms",
          0.1, 0.2, -65.0, 2.0),
    _cell("LTS", "Low-threshold spiking", "a high rate that adapts: intervals grow from 3.5 to 14 ms",
          0.02, 0.25, -65.0, 2.0),
    _cell("TC", "Thalamo-cortical",
          "from rest, single spikes while the current lasts, at intervals that grow from 12 to 33 ms",
          0.02, 0.25, -65.0, 0.05, Driven("Step", {"amplitude": 1.5, "onset": 20.0, "length": 200.0})),
    _cell("TC-burst", "Thalamo-cortical, from below", "released from inhibition, it fires a burst", 0.02, 0.25, -65.0,
          0.05, Driven("Step", {"amplitude": -10.0, "onset": 20.0, "length": 100.0})),
    _cell("RZ", "Resonator", "it rings: a weak step sets off an oscillation that fades, without a spike", 0.1, 0.26,
          -65.0, 2.0, Driven("Step", {"amplitude": 0.2, "onset": 20.0, "length": 230.0})),
)  # fmt: skip
