"""The twenty firing patterns of Izhikevich (2004), figure 1, each with its own input, step and integrator.

The published pictures come from staggered Euler (the recovery sees the new voltage) at the step of each case. Their
inputs begin and end with strict inequalities on the grid; here intervals are half-open, so an onset stands one step
later.
Five of them (I, L, P, Q, T) exist only at that step, three of these (P, Q, T) only with that integrator: `bound` says
why, `robust` is a variant that all integrators show at its own step and at every finer one.
"""

from typing import Any

from snnlab import functional as F

from ..families.neurons import model_of
from ..model import Model
from ..stimuli.sources import Segment
from .preset import Driven, Preset

SOURCE = "Izhikevich, IEEE Trans. Neural Netw. 15:1063, 2004, figure 1"
IZHIKEVICH = model_of(F.Izhikevich)
ACCOMMODATION = model_of(F.IzhikevichAccommodation)


def _pattern(
    letter: str,
    name: str,
    look: str,
    behavior: F.IzhikevichSpikingBehavior,
    *,
    dt: float,
    duration: float,
    stimulus: Driven | tuple[Segment, ...],
    neuron: type[Model] = IZHIKEVICH,
    initial: tuple[float, float] | None = None,
    noise: float,
    changes: dict[str, Any] | None = None,
    robust: Preset | None = None,
    bound: str = "",
    integrator: str = "staggered Euler",
) -> Preset:
    p = behavior.p._asdict()
    v, u = initial or (behavior.s.v.item(), behavior.s.v.item() * float(behavior.p.b))
    return Preset(
        id=f"izhikevich-2004-{letter}" + ("-robust" if integrator == "Euler" else ""),
        name=name + (" (robust)" if integrator == "Euler" else ""),
        letter=letter,
        model=neuron,
        source=f"{SOURCE}{letter}",
        look=look,
        values={k: p[k] for k in ("a", "b", "c", "d", "mn", "bias")} | {"tau": 1.0} | (changes or {}),
        stimulus=stimulus,
        settings={"duration": duration, "dt": dt, "integrator": integrator, "noise": noise},
        initial={"v": round(v, 4), "u": round(u, 4)},
        robust=robust,
        bound=bound,
    )


def _pulse(amplitude: float, onset: float, width: float, **more: float):
    return Driven(
        "PulseTrain", {"amplitude": amplitude, "base": 0.0, "onset": onset, "width": width, "pulses": 1} | more
    )


def _step(amplitude: float, onset: float, length: float, base: float = 0.0):
    return Driven("Step", {"amplitude": amplitude, "onset": onset, "length": length, "base": base})


_ROBUST_I = _pattern(
    "I",
    "Spike latency",
    "a spike long after a pulse too weak to fire at once",
    F.spike_latency,
    dt=0.05,
    duration=100.0,
    stimulus=_pulse(6.76, 10.0, 3.0),
    noise=0.1,
    integrator="Euler",
)
_ROBUST_L = _pattern(
    "L",
    "Integrator",
    "only the pulse pair close together fires",
    F.integrator,
    dt=0.05,
    duration=100.0,
    stimulus=tuple(Segment(t, t + 2.0, 9.5) for t in (9.0, 14.0, 70.0, 80.0)),
    noise=0.3,
    integrator="Euler",
)
_ROBUST_P = _pattern(
    "P",
    "Bistability",
    "a pulse starts tonic firing, a brief inhibitory one stops it",
    F.bistability,
    dt=0.05,
    duration=300.0,
    stimulus=(Segment(0.0, 300.0, 0.24), Segment(37.5, 42.5, 1.24), Segment(191.0, 192.0, -2.0)),
    noise=0.05,
    integrator="Euler",
)
_ROBUST_Q = _pattern(
    "Q",
    "Depolarising after-potential",
    "the spike is followed by a hump, not a dip",
    F.dap,
    dt=0.05,
    duration=50.0,
    stimulus=_pulse(20.0, 9.0, 1.5),
    initial=(-70.0, -12.6),
    changes={"b": 0.18},
    noise=0.5,
    integrator="Euler",
)
_ROBUST_T = _pattern(
    "T",
    "Inhibition-induced bursting",
    "lowering the current makes it burst",
    F.inhibition_induced_bursting,
    dt=0.05,
    duration=350.0,
    stimulus=_step(75.0, 50.0, 200.0, base=80.0),
    changes={"c": -46.0, "d": 1.0},
    noise=0.5,
    integrator="Euler",
)

# letter, name, what to look for, parameters and start; times in ms
PATTERNS = (
    _pattern(
        "A",
        "Tonic spiking",
        "after two shorter intervals, regular spikes as long as the current lasts",
        F.tonic_spiking,
        dt=0.25,
        duration=100.0,
        stimulus=_step(14.0, 10.25, 90.0),
        noise=1.4,
    ),
    _pattern(
        "B",
        "Phasic spiking",
        "one spike after the onset, then silence",
        F.phasic_spiking,
        dt=0.25,
        duration=200.0,
        stimulus=_step(0.5, 20.25, 180.0),
        noise=0.05,
    ),
    _pattern(
        "C",
        "Tonic bursting",
        "bursts at regular intervals",
        F.tonic_bursting,
        dt=0.25,
        duration=220.0,
        stimulus=_step(15.0, 22.25, 200.0),
        noise=1.5,
    ),
    _pattern(
        "D",
        "Phasic bursting",
        "one burst after the onset, then silence",
        F.phasic_bursting,
        dt=0.2,
        duration=200.0,
        stimulus=_step(0.6, 20.2, 180.0),
        noise=0.06,
    ),
    _pattern(
        "E",
        "Mixed mode",
        "a burst at the onset, then single spikes",
        F.mixed_mode,
        dt=0.25,
        duration=160.0,
        stimulus=_step(10.0, 16.25, 144.0),
        noise=1.0,
    ),
    _pattern(
        "F",
        "Spike frequency adaptation",
        "intervals grow from spike to spike",
        F.spike_frequency_adaptation,
        dt=0.25,
        duration=85.0,
        stimulus=_step(30.0, 8.75, 77.0),
        noise=3.0,
    ),
    _pattern(
        "G",
        "Class 1 excitable",
        "on a ramp, firing begins slowly and speeds up",
        F.class_1_exc,
        dt=0.25,
        duration=300.0,
        stimulus=Driven("Ramp", {"start": 0.0, "end": 20.25, "onset": 30.0, "length": 270.0}),
        noise=0.5,
    ),
    _pattern(
        "H",
        "Class 2 excitable",
        "on a ramp, firing begins at a high rate, twice that of class 1",
        F.class_2_exc,
        dt=0.25,
        duration=300.0,
        stimulus=Driven("Ramp", {"start": -0.5, "end": 3.55, "onset": 30.0, "length": 270.0}),
        noise=0.1,
    ),
    _pattern(
        "I",
        "Spike latency",
        "a spike long after a short pulse",
        F.spike_latency,
        dt=0.2,
        duration=100.0,
        stimulus=_pulse(7.04, 10.2, 2.8),
        noise=0.1,
        robust=_ROBUST_I,
        bound="its pulse lies at the very threshold: with another dt the spike moves by many ms, or vanishes",
    ),
    _pattern(
        "J",
        "Subthreshold oscillations",
        "the voltage rings after the spike",
        F.subthreshold_oscillation,
        dt=0.25,
        duration=200.0,
        stimulus=_pulse(2.0, 20.25, 4.75),
        noise=0.05,
    ),
    _pattern(
        "K",
        "Resonator",
        "only the pulse pair at the resonant interval fires",
        F.resonator,
        dt=0.25,
        duration=400.0,
        stimulus=tuple(Segment(t + 0.25, t + 4.0, 0.65) for t in (40.0, 60.0, 280.0, 320.0)),
        noise=0.02,
    ),
    _pattern(
        "L",
        "Integrator",
        "only the pulse pair close together fires",
        F.integrator,
        dt=0.25,
        duration=100.0,
        stimulus=tuple(Segment(t + 0.1, t + 2.0, 9.0) for t in (100 / 11, 100 / 11 + 5.0, 70.0, 80.0)),
        noise=0.3,
        robust=_ROBUST_L,
        bound="its pulses of 1.9 ms are 8 steps of 0.25 ms, so 2 ms: from 0.125 ms on they are too short to fire it",
    ),
    _pattern(
        "M",
        "Rebound spike",
        "a spike after an inhibitory pulse, 43 ms after its end",
        F.rebound_spike,
        dt=0.2,
        duration=200.0,
        stimulus=_pulse(-15.0, 20.2, 4.8),
        noise=0.05,
    ),
    _pattern(
        "N",
        "Rebound burst",
        "a burst after an inhibitory pulse, 43 ms after its end",
        F.rebound_burst,
        dt=0.2,
        duration=200.0,
        stimulus=_pulse(-15.0, 20.2, 4.8),
        noise=0.05,
    ),
    _pattern(
        "O",
        "Threshold variability",
        "the same pulse fires only after an inhibitory one",
        F.threshold_variability,
        dt=0.25,
        duration=100.0,
        stimulus=(Segment(10.25, 15.0, 1.0), Segment(70.25, 75.0, -6.0), Segment(80.25, 85.0, 1.0)),
        noise=0.05,
    ),
    _pattern(
        "P",
        "Bistability",
        "one pulse starts the firing, the next one stops it",
        F.bistability,
        dt=0.25,
        duration=300.0,
        stimulus=(Segment(0.0, 301.0, 0.24), Segment(37.75, 42.5, 1.24), Segment(216.25, 221.0, 1.24)),
        noise=0.05,
        robust=_ROBUST_P,
        bound="its second pulse has to meet the right phase: with a finer dt or plain Euler the firing goes on",
    ),
    _pattern(
        "Q",
        "Depolarising after-potential",
        "the spike is followed by a hump, not a dip",
        F.dap,
        dt=0.1,
        duration=50.0,
        stimulus=_pulse(20.0, 9.1, 1.9),
        noise=0.5,
        robust=_ROBUST_Q,
        bound="with a finer dt or plain Euler the hump after the spike fires more of them",
    ),
    _pattern(
        "R",
        "Accommodation",
        "a slow ramp stays silent, a steep one to half its height fires",
        F.accomodation,
        dt=0.5,
        duration=400.0,
        stimulus=(Segment(0.0, 200.0, 0.0, 0.04), Segment(300.0, 312.5, 0.0, 0.32)),
        neuron=ACCOMMODATION,
        initial=(-65.0, -16.0),
        noise=0.1,
    ),
    _pattern(
        "S",
        "Inhibition-induced spiking",
        "lowering the current makes it fire",
        F.inhibition_induced_spiking,
        dt=0.5,
        duration=350.0,
        stimulus=_step(75.0, 50.0, 200.5, base=80.0),
        noise=0.5,
    ),
    _pattern(
        "T",
        "Inhibition-induced bursting",
        "lowering the current makes it burst",
        F.inhibition_induced_bursting,
        dt=0.5,
        duration=350.0,
        stimulus=_step(75.0, 50.0, 200.5, base=80.0),
        noise=0.5,
        robust=_ROBUST_T,
        bound="as d = -2, each spike hastens the next: a step of 0.5 ms holds this back, a finer dt lets it run away",
    ),
)
