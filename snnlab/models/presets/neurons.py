"""Where the explorer of each other neuron begins: a stimulus that shows what the neuron is for."""

from snnlab import functional as F
from snnlab.core import Neuron

from ..families.neurons import model_of
from ..stimuli.stimulus import STIMULI
from .preset import Driven, Preset

NAMES = {"Constant": "Constant current", "Step": "Step of current", "PulseTrain": "Pulses of current"}


def _first(
    neuron: Neuron,
    look: str,
    kind: str = "Constant",
    duration: float = 100.0,
    values=None,
    dt: float | None = None,  # ms; a neuron of which halving it moves spikes wants a smaller one: `converged`
    **stimulus,
) -> Preset:
    usual = {"amplitude": float(neuron.current.default or 0)} if "amplitude" in STIMULI[kind].shown else {}
    return Preset(
        id=f"{neuron.name.lower()}-{kind.lower()}",
        name=NAMES.get(kind) or STIMULI[kind].kind.title.capitalize(),
        model=model_of(neuron),
        source=neuron.source,
        look=look,
        values=values or {},
        stimulus=Driven(kind, usual | stimulus),
        settings={"duration": duration, "dt": dt or (0.2 if duration > 200 else 0.1)},
    )


FIRST = (
    _first(F.LIFRefrac, "after a spike the potential stays at its reset for t_ref", values={"t_ref": 3.0}),
    _first(F.LIFBox, "the membrane of LIF alone; let a spike lower it by the threshold instead of resetting it"),
    _first(F.IAF, "a straight line to the threshold: nothing leaks"),
    _first(F.LIFEx, "the exponential term hastens it: a spike every 11.3 ms, where LIF takes 17.9 ms", amplitude=1.2),
    _first(F.LIFAdEx, "the adaptation current rises, and the intervals grow", "Step", 300.0, {"tau_ada": 100},
           onset=20.0, length=250.0, dt=0.1),  # at 0.2 ms its spikes are up to 1.6 ms off
    _first(F.LIFAdExRefrac, "adaptation and a refractory period together", "Step", 300.0,
           {"tau_ada": 100, "t_ref": 4.0}, onset=20.0, length=250.0),
    _first(F.LSNN, "the threshold b jumps at every spike and decays back", duration=500.0, values={"beta": 0.2}),
    _first(F.AdaLIF, "the current b grows at every spike and holds the membrane down", duration=500.0,
           values={"beta": 0.2}),
    _first(F.CobaLIF, "the time constant is c_m / g_l as long as no synapse is open"),
    _first(F.LIFMCRefrac, "after a spike only the current acts, without leak", values={"t_ref": 3.0}),
    _first(F.EIF, "a slow approach to V_T, then a spike that needs no threshold", amplitude=16.0),
    _first(F.LI, "a low-pass filter: it follows the current and never spikes", "PulseTrain",
           amplitude=1.0, width=20.0, period=40.0, pulses=2),
    _first(F.LIBox, "a low-pass filter: it follows the current and never spikes", "PulseTrain",
           amplitude=1.0, width=20.0, period=40.0, pulses=2),
)  # fmt: skip
