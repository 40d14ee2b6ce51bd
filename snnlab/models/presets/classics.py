"""Neurons that textbooks begin with: what their papers show of them."""

from snnlab import functional as F
from snnlab.core import Neuron

from ..families.neurons import model_of
from .preset import Driven, Preset


def _shown(
    neuron: Neuron,
    id: str,
    name: str,
    look: str,
    amplitude: float,
    length: float | None = None,
    duration: float = 100.0,
    source: str = "",
    settings=None,
    **values: float,
) -> Preset:
    """Under a constant current, or a step of `length` ms that begins at 20 ms."""
    step = {"onset": 20.0, "length": length} if length else {}
    return Preset(
        id=id,
        name=name,
        model=model_of(neuron),
        source=source or neuron.source,
        look=look,
        values=values,
        stimulus=Driven("Step" if length else "Constant", {"amplitude": amplitude} | step),
        settings={"duration": duration} | (settings or {}),
    )


_BOOK = "Izhikevich, Dynamical Systems in Neuroscience, MIT Press 2007, section 8.2"
_IB = {"C": 150, "v_r": -75, "v_t": -45, "k": 1.2, "a": 0.01, "b": 5, "c": -56, "d": 130, "v_peak": 50}
_CH = {"C": 50, "v_r": -60, "v_t": -40, "k": 1.5, "a": 0.03, "b": 1, "c": -40, "d": 150, "v_peak": 25}
_TYPE_1 = {"g_Ca": 4.0, "V_3": 12.0, "V_4": 17.4, "phi": 0.0667}
_RINZEL = "Rinzel, Ermentrout in Methods in Neuronal Modeling, MIT Press 1998, figures 7.1 to 7.4"

CLASSICS = (
    _shown(F.QIF, "qif-constant", "Constant current", "slow along the bottleneck between rest and threshold, then ever faster",
           10.0),
    _shown(F.Theta, "theta-constant", "Constant current", "a turn of the phase every pi tau / sqrt(I): 44.4 ms", 0.5, duration=200),
    _shown(F.Izhikevich2007, "izhikevich-2007-rs", "Regular spiking", "the recovery current pushes the first spike to 78 ms, "
           "then intervals of 76 ms", 100.0, 400, 450, _BOOK),
    _shown(F.Izhikevich2007, "izhikevich-2007-ib", "Intrinsically bursting", "a burst at the onset, then single spikes", 500.0, 400,
           450, _BOOK, **_IB),
    _shown(F.Izhikevich2007, "izhikevich-2007-ch", "Chattering", "bursts of two after a first of three, as the reset is at v_t",
           300.0, 400, 450, _BOOK, **_CH),
    _shown(F.GLIF, "glif-step", "Step of current", "the threshold jumps by 13.5 mV at a spike and falls back slowly: intervals grow",
           150.0, 400, 450, t_ref=4.0),
    _shown(F.MAT, "mat-step", "Regular spiking", "the membrane is not reset: it goes on below a threshold that has jumped", 40.0, 400,
           450, t_ref=2.0),
    _shown(F.MAT, "mat-ib", "Intrinsically bursting", "four spikes at once, as the fast part of the threshold hardly moves", 40.0, 400,
           450, t_ref=2.0, alpha_1=1.7, omega=26.0),
    _shown(F.MAT, "mat-fs", "Fast spiking", "no slow part of the threshold, and so no adaptation", 40.0, 400, 450, t_ref=2.0,
           alpha_1=10.0, alpha_2=0.002, omega=11.0),
    _shown(F.FitzHughNagumo, "fitzhughnagumo-constant", "Constant current", "a loop around the middle branch of the cubic nullcline",
           0.5, duration=200),
    _shown(F.FitzHughNagumo, "fitzhughnagumo-rebound", "Rebound", "no spike while the current is negative, one when it ends", -0.5,
           50, 120),
    _shown(F.HindmarshRose, "hindmarshrose-constant", "Bursting", "the adaptation climbs during a burst and ends it", 2.0,
           duration=1000, settings={"neurons": 1, "noise": 0.0}),
    _shown(F.HindmarshRose, "hindmarshrose-chaos", "Chaos", "no two intervals are alike, without any noise", 3.25, duration=1000,
           settings={"neurons": 1, "noise": 0.0})._replace(
        bound="it is chaotic: after some spikes, every one depends on dt, integrator and rounding"),
    _shown(F.HodgkinHuxley, "hodgkinhuxley-constant", "Repetitive firing", "a spike every 14.6 ms: m opens, h shuts, n follows", 10.0),
    _shown(F.HodgkinHuxley, "hodgkinhuxley-break", "Anode break", "the spike comes when the inhibition ends: h has recovered, n has shut",
           -5.0, 30),
    _shown(F.HodgkinHuxley, "hodgkinhuxley-warm", "Warm axon", "at 18.5 °C all gates are 3.8 times faster: short spikes, small ones", 10.0,
           T=18.5),
    _shown(F.WangBuzsaki, "wangbuzsaki-constant", "Constant current", "short spikes, a shallow trough after them: 60 Hz", 1.0,
           duration=200),
    _shown(F.Traub, "traub-constant", "Constant current", "no adaptation without slow currents", 2.0),
    _shown(F.Pyramidal, "pyramidal-step", "Adaptation", "the M-current opens with each spike: intervals grow from 24 to 47 ms", 1.5, 400,
           450),
    _shown(F.Burster, "burster-step", "Burst at the onset", "calcium carries two spikes at once, the M-current then spaces them out", 0.7,
           500, 550),
    _shown(F.Rebound, "rebound-step", "Rebound burst", "three spikes after the inhibition, which made the calcium channels ready", -0.4,
           300, 500),
    _shown(F.ConnorStevens, "connorstevens-constant", "Constant current", "the A-current holds the membrane: an interval of 54 ms", 9.0,
           duration=300),
    _shown(F.MorrisLecar, "morrislecar-constant", "Type II", "the rate begins at 9 Hz or not at all: an Andronov-Hopf bifurcation", 100.0,
           duration=500, source=_RINZEL),
    _shown(F.MorrisLecar, "morrislecar-type-1", "Type I", "any rate however low: a saddle-node on the cycle, at 40 µA/cm²", 42.0,
           duration=1000, source=_RINZEL, **_TYPE_1),
)  # fmt: skip
