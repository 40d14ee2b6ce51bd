"""The current of a real recording, driving models beside the measured voltage."""

from .izhikevich_2004 import IZHIKEVICH
from .lif import LIF
from .preset import Driven, Preset

SOURCE = "pyABF sample data (S. W. Harden, MIT licence), 17o05027_ic_ramp.abf, sweep 2"
LOOK = "the same ramp of current drives the model and drove the measured cell"
SETTINGS = {"duration": 1000.0, "dt": 0.1, "neurons": 10}

RECORDED = (
    Preset(
        "lif-recorded",
        "Recorded current ramp",
        LIF,
        SOURCE,
        LOOK,
        values={"tau_mem": 60.0},
        stimulus=Driven("Recorded", {"gain": 0.02, "offset": 1.04}),
        settings=SETTINGS | {"noise": 0.02},
    ),
    Preset(
        "izhikevich-recorded",
        "Recorded current ramp",
        IZHIKEVICH,
        SOURCE,
        LOOK,
        stimulus=Driven("Recorded", {"gain": 0.15, "offset": 4.0}),
        settings=SETTINGS | {"noise": 0.2},
    ),
)
