"""Made by python -m snnlab.models.stubs: what `snnlab.models` offers, for editors and type checkers."""

from typing import Any, Literal, overload

import snnlab.engine
import snnlab.models.families.compartments
import snnlab.models.families.encoders
import snnlab.models.families.networks
import snnlab.models.families.neurons
import snnlab.models.families.operations
import snnlab.models.families.plasticity
import snnlab.models.families.surrogates
import snnlab.models.model
import snnlab.models.stimuli.stimulus
from .convergence import Convergence as Convergence
from .experiment import Experiment as Experiment
from .families import FAMILIES as FAMILIES
from .families import model_of as model_of
from .families.clamps import CLAMPS as CLAMPS
from .families.clamps import clamp as clamp
from .families.compartments import COMPARTMENTS as COMPARTMENTS
from .families.compartments import CompartmentModel as CompartmentModel
from .families.encoders import ENCODERS as ENCODERS
from .families.encoders import EncoderModel as EncoderModel
from .families.networks import NETWORKS as NETWORKS
from .families.networks import NetworkModel as NetworkModel
from .families.neurons import NEURONS as NEURONS
from .families.neurons import NeuronModel as NeuronModel
from .families.operations import OPERATIONS as OPERATIONS
from .families.operations import OperationModel as OperationModel
from .families.plasticity import PLASTICITY as PLASTICITY
from .families.plasticity import PlasticityModel as PlasticityModel
from .families.surrogates import SURROGATES as SURROGATES
from .families.surrogates import SurrogateModel as SurrogateModel
from .knobs import Knob as Knob
from .knobs import Knobs as Knobs
from .limits import MAX_BYTES as MAX_BYTES
from .model import Model as Model
from .presets import PATTERNS as PATTERNS
from .presets import PRESETS as PRESETS
from .presets import Preset as Preset
from .recorded_drive import gain_in_words as gain_in_words
from .recordings.files import example as example
from .recordings.files import read as read
from .recordings.sweep import MAX_SAMPLES as MAX_SAMPLES
from .recordings.sweep import Sweep as Sweep
from .recordings.sweep import TooLong as TooLong
from .recordings.tables import table as table
from .result import Result as Result
from .settings import DEVICES as DEVICES
from .settings import INTEGRATORS as INTEGRATORS
from .settings import Initial as Initial
from .settings import Run as Run
from .stimuli.compounds import Part as Part
from .stimuli.port import Port as Port
from .stimuli.sources import Segment as Segment
from .stimuli.stimulus import STIMULI as STIMULI
from .stimuli.stimulus import Stimulus as Stimulus
from .stimuli.stimulus import stimuli_of as stimuli_of
from .stimuli.stimulus import stimulus_of as stimulus_of
from .stimuli.stimulus import suited as suited
from .stimuli.waveforms import KINDS as KINDS
from .typed import EquationError as EquationError
from .typed import neuron as neuron
from .typed import neuron_code as neuron_code
from .typed import neuron_from_brian2 as neuron_from_brian2

OFFERED: tuple[str, ...]

class Number:
    """A number: text with a unit, such as "10 mV", is taken as well."""

    @overload
    def __get__(self, instance: None, owner: Any) -> Knob: ...
    @overload
    def __get__(self, instance: object, owner: Any) -> float: ...
    def __set__(self, instance: object, value: float | str) -> None: ...

class Whole:
    """A whole number."""

    @overload
    def __get__(self, instance: None, owner: Any) -> Knob: ...
    @overload
    def __get__(self, instance: object, owner: Any) -> int: ...
    def __set__(self, instance: object, value: int | str) -> None: ...

class _NeuronModel(snnlab.models.families.neurons.NeuronModel):
    def simulate(
        self,
        stimulus: Any = ...,
        *,
        initial: Any = ...,
        dtype: Any = ...,
        resume: Any = ...,
        duration: float | str = ...,
        dt: float | str = ...,
        integrator: Literal["Euler", "staggered Euler", "Euler, dt / 10", "exponential Euler", "Heun", "RK4"] = ...,
        neurons: int | str = ...,
        noise: float | str = ...,
        noise_tau: float | str = ...,
        seed: int | str = ...,
        record: str | list[str] | tuple[str, ...] = ...,
        every: int | str = ...,
        device: Literal["CPU", "CUDA"] = ...,
        backend: Literal["auto", "llvm", "triton", "eager"] = ...,
    ) -> snnlab.engine.Recording: ...

class LIF(_NeuronModel):
    """The membrane potential decays to its leak; at the threshold the neuron spikes and is reset."""

    tau_syn: Number
    """synaptic time constant in ms, 0.01 to 10000"""
    tau_mem: Number
    """membrane time constant in ms, 0.01 to 10000"""
    v_leak: Number
    """leak potential, -1000 to 1000"""
    v_th: Number
    """threshold, -1000 to 1000"""
    v_reset: Number
    """reset potential, -1000 to 1000"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    def __init__(
        self,
        *,
        tau_syn: float | str = ...,
        tau_mem: float | str = ...,
        v_leak: float | str = ...,
        v_th: float | str = ...,
        v_reset: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
    ) -> None: ...

class LIFRefrac(_NeuronModel):
    """After a spike the membrane potential is held, and further spikes are suppressed, for a refractory period."""

    tau_syn: Number
    """synaptic time constant in ms, 0.01 to 10000"""
    tau_mem: Number
    """membrane time constant in ms, 0.01 to 10000"""
    v_leak: Number
    """leak potential, -1000 to 1000"""
    v_th: Number
    """threshold, -1000 to 1000"""
    v_reset: Number
    """reset potential, -1000 to 1000"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    t_ref: Number
    """refractory period in ms, 0 to 1000"""
    def __init__(
        self,
        *,
        tau_syn: float | str = ...,
        tau_mem: float | str = ...,
        v_leak: float | str = ...,
        v_th: float | str = ...,
        v_reset: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
        t_ref: float | str = ...,
    ) -> None: ...

class LIFBox(_NeuronModel):
    """A leaky membrane driven by a current; at the threshold it spikes and is reset, or lowered by the threshold."""

    tau_mem: Number
    """membrane time constant in ms, 0.01 to 10000"""
    v_leak: Number
    """leak potential, -1000 to 1000"""
    v_th: Number
    """threshold, -1000 to 1000"""
    v_reset: Number
    """reset potential, -1000 to 1000"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    reset_method: Literal["to v_reset", "down by v_th"]
    """reset rule after a spike"""
    def __init__(
        self,
        *,
        tau_mem: float | str = ...,
        v_leak: float | str = ...,
        v_th: float | str = ...,
        v_reset: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
        reset_method: Literal["to v_reset", "down by v_th"] = ...,
    ) -> None: ...

class IAF(_NeuronModel):
    """The membrane potential is the sum of the input since the last spike; nothing leaks."""

    v_th: Number
    """threshold, -1000 to 1000"""
    v_reset: Number
    """reset potential, -1000 to 1000"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    def __init__(
        self,
        *,
        v_th: float | str = ...,
        v_reset: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
    ) -> None: ...

class LIFEx(_NeuronModel):
    """A leaky membrane whose approach to the threshold is accelerated exponentially, cut off at the threshold."""

    delta_T: Number
    """sharpness of the upstroke, 0.01 to 100"""
    tau_syn: Number
    """synaptic time constant in ms, 0.01 to 10000"""
    tau_mem: Number
    """membrane time constant in ms, 0.01 to 10000"""
    v_leak: Number
    """leak potential, -1000 to 1000"""
    v_th: Number
    """threshold, -1000 to 1000"""
    v_reset: Number
    """reset potential, -1000 to 1000"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    def __init__(
        self,
        *,
        delta_T: float | str = ...,
        tau_syn: float | str = ...,
        tau_mem: float | str = ...,
        v_leak: float | str = ...,
        v_th: float | str = ...,
        v_reset: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
    ) -> None: ...

class LIFAdEx(_NeuronModel):
    """An exponential upstroke, and a slow current that follows the potential and grows with every spike."""

    adaptation_current: Number
    """adaptation by the potential, -100 to 100"""
    adaptation_spike: Number
    """adaptation by a spike, -100 to 100"""
    delta_T: Number
    """sharpness of the upstroke, 0.01 to 100"""
    tau_ada: Number
    """time constant of the adaptation in ms, 0.1 to 100000"""
    tau_syn: Number
    """synaptic time constant in ms, 0.01 to 10000"""
    tau_mem: Number
    """membrane time constant in ms, 0.01 to 10000"""
    v_leak: Number
    """leak potential, -1000 to 1000"""
    v_th: Number
    """threshold, -1000 to 1000"""
    v_reset: Number
    """reset potential, -1000 to 1000"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    def __init__(
        self,
        *,
        adaptation_current: float | str = ...,
        adaptation_spike: float | str = ...,
        delta_T: float | str = ...,
        tau_ada: float | str = ...,
        tau_syn: float | str = ...,
        tau_mem: float | str = ...,
        v_leak: float | str = ...,
        v_th: float | str = ...,
        v_reset: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
    ) -> None: ...

class LIFAdExRefrac(_NeuronModel):
    """After a spike the membrane potential is held, and further spikes are suppressed, for a refractory period."""

    adaptation_current: Number
    """adaptation by the potential, -100 to 100"""
    adaptation_spike: Number
    """adaptation by a spike, -100 to 100"""
    delta_T: Number
    """sharpness of the upstroke, 0.01 to 100"""
    tau_ada: Number
    """time constant of the adaptation in ms, 0.1 to 100000"""
    tau_syn: Number
    """synaptic time constant in ms, 0.01 to 10000"""
    tau_mem: Number
    """membrane time constant in ms, 0.01 to 10000"""
    v_leak: Number
    """leak potential, -1000 to 1000"""
    v_th: Number
    """threshold, -1000 to 1000"""
    v_reset: Number
    """reset potential, -1000 to 1000"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    t_ref: Number
    """refractory period in ms, 0 to 1000"""
    def __init__(
        self,
        *,
        adaptation_current: float | str = ...,
        adaptation_spike: float | str = ...,
        delta_T: float | str = ...,
        tau_ada: float | str = ...,
        tau_syn: float | str = ...,
        tau_mem: float | str = ...,
        v_leak: float | str = ...,
        v_th: float | str = ...,
        v_reset: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
        t_ref: float | str = ...,
    ) -> None: ...

class LSNN(_NeuronModel):
    """Every spike raises the threshold b, which decays back to v_th."""

    tau_syn: Number
    """synaptic time constant in ms, 0.01 to 10000"""
    tau_mem: Number
    """membrane time constant in ms, 0.01 to 10000"""
    tau_adapt: Number
    """time constant of adaptation in ms, 0.1 to 1e+07"""
    v_leak: Number
    """leak potential, -1000 to 1000"""
    v_th: Number
    """threshold, -1000 to 1000"""
    v_reset: Number
    """reset potential, -1000 to 1000"""
    beta: Number
    """adaptation jump at a spike, -100 to 100"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    def __init__(
        self,
        *,
        tau_syn: float | str = ...,
        tau_mem: float | str = ...,
        tau_adapt: float | str = ...,
        v_leak: float | str = ...,
        v_th: float | str = ...,
        v_reset: float | str = ...,
        beta: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
    ) -> None: ...

class AdaLIF(_NeuronModel):
    """Every spike adds to a current b that holds the membrane down, and lowers the potential by v_th - v_reset."""

    tau_syn: Number
    """synaptic time constant in ms, 0.01 to 10000"""
    tau_mem: Number
    """membrane time constant in ms, 0.01 to 10000"""
    tau_adapt: Number
    """time constant of adaptation in ms, 0.1 to 1e+07"""
    v_leak: Number
    """leak potential, -1000 to 1000"""
    v_th: Number
    """threshold, -1000 to 1000"""
    v_reset: Number
    """reset potential, -1000 to 1000"""
    beta: Number
    """adaptation jump at a spike, -100 to 100"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    def __init__(
        self,
        *,
        tau_syn: float | str = ...,
        tau_mem: float | str = ...,
        tau_adapt: float | str = ...,
        v_leak: float | str = ...,
        v_th: float | str = ...,
        v_reset: float | str = ...,
        beta: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
    ) -> None: ...

class CobaLIF(_NeuronModel):
    """Input opens conductances that pull the membrane towards reversal potentials and shorten its time constant."""

    tau_syn_exc: Number
    """decay of excitation in ms, 0.01 to 100000"""
    tau_syn_inh: Number
    """decay of inhibition in ms, 0.01 to 100000"""
    c_m: Number
    """membrane capacitance in nF, 0.001 to 10"""
    g_l: Number
    """leak conductance in nS, 0 to 10000"""
    e_rev_I: Number
    """reversal potential of inhibition in mV, -500 to 500"""
    e_rev_E: Number
    """reversal potential of excitation in mV, -500 to 500"""
    v_rest: Number
    """leak potential in mV, -500 to 500"""
    v_reset: Number
    """reset potential in mV, -500 to 500"""
    v_thresh: Number
    """threshold in mV, -500 to 500"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    def __init__(
        self,
        *,
        tau_syn_exc: float | str = ...,
        tau_syn_inh: float | str = ...,
        c_m: float | str = ...,
        g_l: float | str = ...,
        e_rev_I: float | str = ...,
        e_rev_E: float | str = ...,
        v_rest: float | str = ...,
        v_reset: float | str = ...,
        v_thresh: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
    ) -> None: ...

class LIFMCRefrac(_NeuronModel):
    """After a spike the leak is switched off for a refractory period; current from other compartments goes on."""

    tau_syn: Number
    """synaptic time constant in ms, 0.01 to 10000"""
    tau_mem: Number
    """membrane time constant in ms, 0.01 to 10000"""
    v_leak: Number
    """leak potential, -1000 to 1000"""
    v_th: Number
    """threshold, -1000 to 1000"""
    v_reset: Number
    """reset potential, -1000 to 1000"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    t_ref: Number
    """refractory period in ms, 0 to 1000"""
    def __init__(
        self,
        *,
        tau_syn: float | str = ...,
        tau_mem: float | str = ...,
        v_leak: float | str = ...,
        v_th: float | str = ...,
        v_reset: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
        t_ref: float | str = ...,
    ) -> None: ...

class EIF(_NeuronModel):
    """A leaky membrane with an exponential upstroke: spikes begin as sharply as sodium channels let them."""

    tau_m: Number
    """membrane time constant in ms, 0.01 to 10000"""
    E_L: Number
    """leak potential in mV, -500 to 500"""
    V_T: Number
    """rheobase threshold in mV, -500 to 500"""
    Delta_T: Number
    """sharpness of the upstroke in mV, 0.01 to 100"""
    V_peak: Number
    """peak, where a spike is cut off in mV, -500 to 500"""
    V_r: Number
    """reset potential in mV, -500 to 500"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    def __init__(
        self,
        *,
        tau_m: float | str = ...,
        E_L: float | str = ...,
        V_T: float | str = ...,
        Delta_T: float | str = ...,
        V_peak: float | str = ...,
        V_r: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
    ) -> None: ...

class AdEx(_NeuronModel):
    """An exponential upstroke and a slow adaptation current give eight kinds of firing with measurable parameters."""

    C: Number
    """membrane capacitance in pF, 1 to 100000"""
    g_L: Number
    """leak conductance in nS, 0.01 to 10000"""
    E_L: Number
    """leak potential in mV, -500 to 500"""
    V_T: Number
    """rheobase threshold in mV, -500 to 500"""
    Delta_T: Number
    """sharpness of the upstroke in mV, 0.01 to 100"""
    V_peak: Number
    """peak, where a spike is cut off in mV, -500 to 500"""
    a: Number
    """adaptation by the membrane potential in nS, -1000 to 1000"""
    tau_w: Number
    """time constant of the adaptation in ms, 0.1 to 100000"""
    b: Number
    """adaptation jump at a spike in pA, -10000 to 10000"""
    V_r: Number
    """reset potential in mV, -500 to 500"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    def __init__(
        self,
        *,
        C: float | str = ...,
        g_L: float | str = ...,
        E_L: float | str = ...,
        V_T: float | str = ...,
        Delta_T: float | str = ...,
        V_peak: float | str = ...,
        a: float | str = ...,
        tau_w: float | str = ...,
        b: float | str = ...,
        V_r: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
    ) -> None: ...

class Izhikevich(_NeuronModel):
    """A quadratic membrane and a slow recovery variable give twenty kinds of spiking and bursting."""

    a: Number
    """rate of the recovery, -1 to 10"""
    b: Number
    """recovery per mV, -10 to 10"""
    c: Number
    """reset potential in mV, -200 to 30"""
    d: Number
    """recovery jump at a spike in mV, -100 to 100"""
    sq: Number
    """quadratic coefficient in 1/mV, 0.001 to 1"""
    mn: Number
    """linear coefficient, -100 to 100"""
    bias: Number
    """constant coefficient in mV, -1000 to 1000"""
    v_th: Number
    """peak, where a spike is cut off in mV, -100 to 200"""
    tau: Number
    """time constant of the membrane in ms, 0.01 to 1000"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    def __init__(
        self,
        *,
        a: float | str = ...,
        b: float | str = ...,
        c: float | str = ...,
        d: float | str = ...,
        sq: float | str = ...,
        mn: float | str = ...,
        bias: float | str = ...,
        v_th: float | str = ...,
        tau: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
    ) -> None: ...

class IzhikevichAccommodation(_NeuronModel):
    """Izhikevich's neuron with the recovery equation of his accommodation pattern."""

    a: Number
    """rate of the recovery, -1 to 10"""
    b: Number
    """recovery per mV, -10 to 10"""
    c: Number
    """reset potential in mV, -200 to 30"""
    d: Number
    """recovery jump at a spike in mV, -100 to 100"""
    sq: Number
    """quadratic coefficient in 1/mV, 0.001 to 1"""
    mn: Number
    """linear coefficient, -100 to 100"""
    bias: Number
    """constant coefficient in mV, -1000 to 1000"""
    v_th: Number
    """peak, where a spike is cut off in mV, -100 to 200"""
    tau: Number
    """time constant of the membrane in ms, 0.01 to 1000"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    def __init__(
        self,
        *,
        a: float | str = ...,
        b: float | str = ...,
        c: float | str = ...,
        d: float | str = ...,
        sq: float | str = ...,
        mn: float | str = ...,
        bias: float | str = ...,
        v_th: float | str = ...,
        tau: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
    ) -> None: ...

class QIF(_NeuronModel):
    """The normal form of a spike onset: what every neuron of type I is close to its rheobase."""

    tau_m: Number
    """membrane time constant in ms, 0.01 to 10000"""
    k: Number
    """curvature in 1/mV, 0.0001 to 10"""
    v_r: Number
    """resting potential in mV, -500 to 500"""
    v_t: Number
    """threshold, beyond which the membrane runs away by itself in mV, -500 to 500"""
    v_th: Number
    """peak, where a spike is cut off in mV, -500 to 500"""
    v_reset: Number
    """reset potential in mV, -500 to 500"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    def __init__(
        self,
        *,
        tau_m: float | str = ...,
        k: float | str = ...,
        v_r: float | str = ...,
        v_t: float | str = ...,
        v_th: float | str = ...,
        v_reset: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
    ) -> None: ...

class Izhikevich2007(_NeuronModel):
    """The quadratic neuron with capacitance, currents and potentials that can be measured, fitted to real cells."""

    C: Number
    """membrane capacitance in pF, 0.1 to 100000"""
    k: Number
    """curvature in nS/mV, 0.001 to 100"""
    v_r: Number
    """resting potential in mV, -500 to 500"""
    v_t: Number
    """instantaneous threshold in mV, -500 to 500"""
    v_peak: Number
    """peak, where a spike is cut off in mV, -500 to 500"""
    a: Number
    """rate of the recovery in 1/ms, 0 to 10"""
    b: Number
    """recovery by the potential in nS, -1000 to 1000"""
    c: Number
    """reset potential in mV, -500 to 500"""
    d: Number
    """recovery jump at a spike in pA, -10000 to 10000"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    def __init__(
        self,
        *,
        C: float | str = ...,
        k: float | str = ...,
        v_r: float | str = ...,
        v_t: float | str = ...,
        v_peak: float | str = ...,
        a: float | str = ...,
        b: float | str = ...,
        c: float | str = ...,
        d: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
    ) -> None: ...

class Theta(_NeuronModel):
    """The quadratic neuron on a circle: a spike is a turn through pi, and nothing is cut off."""

    tau: Number
    """time constant in ms, 0.01 to 10000"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    def __init__(
        self,
        *,
        tau: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
    ) -> None: ...

class GLIF(_NeuronModel):
    """A leaky membrane, currents and a threshold that spikes move: fitted to a cell, it predicts its spikes."""

    C: Number
    """membrane capacitance in pF, 0.1 to 100000"""
    g_L: Number
    """leak conductance in nS, 0.01 to 10000"""
    E_L: Number
    """leak potential in mV, -1000 to 1000"""
    V_T: Number
    """threshold long after a spike in mV, -1000 to 1000"""
    V_r: Number
    """reset potential in mV, -1000 to 1000"""
    q_1: Number
    """jump of the faster current at a spike in pA, -100000 to 100000"""
    tau_1: Number
    """time constant of the faster current in ms, 0.1 to 100000"""
    q_2: Number
    """jump of the slower current at a spike in pA, -100000 to 100000"""
    tau_2: Number
    """time constant of the slower current in ms, 0.1 to 100000"""
    h_1: Number
    """jump of the faster part of the threshold at a spike in mV, -1000 to 1000"""
    tau_3: Number
    """time constant of the faster part of the threshold in ms, 0.1 to 100000"""
    h_2: Number
    """jump of the slower part of the threshold at a spike in mV, -1000 to 1000"""
    tau_4: Number
    """time constant of the slower part of the threshold in ms, 0.1 to 100000"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    t_ref: Number
    """refractory period in ms, 0 to 1000"""
    def __init__(
        self,
        *,
        C: float | str = ...,
        g_L: float | str = ...,
        E_L: float | str = ...,
        V_T: float | str = ...,
        V_r: float | str = ...,
        q_1: float | str = ...,
        tau_1: float | str = ...,
        q_2: float | str = ...,
        tau_2: float | str = ...,
        h_1: float | str = ...,
        tau_3: float | str = ...,
        h_2: float | str = ...,
        tau_4: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
        t_ref: float | str = ...,
    ) -> None: ...

class MAT(_NeuronModel):
    """The membrane is never reset: the threshold jumps at a spike and comes back on two time scales."""

    tau_m: Number
    """membrane time constant in ms, 0.01 to 10000"""
    omega: Number
    """threshold long after a spike, above rest in mV, -1000 to 1000"""
    alpha_1: Number
    """jump of the faster part of the threshold at a spike in mV, -1000 to 1000"""
    tau_1: Number
    """time constant of the faster part in ms, 0.1 to 100000"""
    alpha_2: Number
    """jump of the slower part of the threshold at a spike in mV, -1000 to 1000"""
    tau_2: Number
    """time constant of the slower part in ms, 0.1 to 100000"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    t_ref: Number
    """refractory period in ms, 0 to 1000"""
    def __init__(
        self,
        *,
        tau_m: float | str = ...,
        omega: float | str = ...,
        alpha_1: float | str = ...,
        tau_1: float | str = ...,
        alpha_2: float | str = ...,
        tau_2: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
        t_ref: float | str = ...,
    ) -> None: ...

class FitzHughNagumo(_NeuronModel):
    """A cubic membrane and a linear recovery: why there is no sharp threshold, seen in one plane."""

    a: Number
    """offset of the recovery, -10 to 10"""
    b: Number
    """decay of the recovery, 0 to 10"""
    tau: Number
    """time constant of the recovery in ms, 0.1 to 10000"""
    v_spike: Number
    """value whose upward crossing is a spike, -10 to 10"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    def __init__(
        self,
        *,
        a: float | str = ...,
        b: float | str = ...,
        tau: float | str = ...,
        v_spike: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
    ) -> None: ...

class HindmarshRose(_NeuronModel):
    """A slow adaptation turns spikes into bursts, and between the two into chaos."""

    a: Number
    """cubic coefficient, 0.01 to 10"""
    b: Number
    """quadratic coefficient, -10 to 10"""
    c: Number
    """constant of the fast recovery, -10 to 10"""
    d: Number
    """quadratic of the fast recovery, 0 to 20"""
    r: Number
    """rate of the adaptation in 1/ms, 0 to 1"""
    k: Number
    """strength of the adaptation, 0 to 20"""
    v_r: Number
    """potential at which the adaptation rests, -10 to 10"""
    v_spike: Number
    """value whose upward crossing is a spike, -10 to 10"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    def __init__(
        self,
        *,
        a: float | str = ...,
        b: float | str = ...,
        c: float | str = ...,
        d: float | str = ...,
        r: float | str = ...,
        k: float | str = ...,
        v_r: float | str = ...,
        v_spike: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
    ) -> None: ...

class HodgkinHuxley(_NeuronModel):
    """Sodium channels drive the spike, potassium channels end it: the squid axon, from its measured currents."""

    C: Number
    """membrane capacitance in µF/cm², 0.001 to 1000"""
    g_L: Number
    """conductance of the leak in mS/cm², 0 to 1500"""
    E_L: Number
    """reversal potential of leak in mV, -300 to 300"""
    g_Na: Number
    """conductance of the sodium current in mS/cm², 0 to 240000"""
    E_Na: Number
    """reversal potential of sodium current in mV, -300 to 300"""
    g_K: Number
    """conductance of the potassium current in mS/cm², 0 to 72000"""
    E_K: Number
    """reversal potential of potassium current in mV, -300 to 300"""
    T: Number
    """temperature in °C, -10 to 50"""
    v_spike: Number
    """potential whose upward crossing is a spike in mV, -1000 to 1000"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    def __init__(
        self,
        *,
        C: float | str = ...,
        g_L: float | str = ...,
        E_L: float | str = ...,
        g_Na: float | str = ...,
        E_Na: float | str = ...,
        g_K: float | str = ...,
        E_K: float | str = ...,
        T: float | str = ...,
        v_spike: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
    ) -> None: ...

class WangBuzsaki(_NeuronModel):
    """An interneuron that fires at any rate, with short spikes and hardly any adaptation."""

    C: Number
    """membrane capacitance in µF/cm², 0.001 to 1000"""
    g_L: Number
    """conductance of the leak in mS/cm², 0 to 500"""
    E_L: Number
    """reversal potential of leak in mV, -300 to 300"""
    g_Na: Number
    """conductance of the sodium current in mS/cm², 0 to 70000"""
    E_Na: Number
    """reversal potential of sodium current in mV, -300 to 300"""
    g_K: Number
    """conductance of the potassium current in mS/cm², 0 to 18000"""
    E_K: Number
    """reversal potential of potassium current in mV, -300 to 300"""
    v_spike: Number
    """potential whose upward crossing is a spike in mV, -1000 to 1000"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    def __init__(
        self,
        *,
        C: float | str = ...,
        g_L: float | str = ...,
        E_L: float | str = ...,
        g_Na: float | str = ...,
        E_Na: float | str = ...,
        g_K: float | str = ...,
        E_K: float | str = ...,
        v_spike: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
    ) -> None: ...

class Burster(_NeuronModel):
    """Calcium keeps the membrane up for a few more spikes: a burst, until the M-current ends it."""

    C: Number
    """membrane capacitance in µF/cm², 0.001 to 1000"""
    g_L: Number
    """conductance of the leak in mS/cm², 0 to 50"""
    E_L: Number
    """reversal potential of leak in mV, -300 to 300"""
    g_Na: Number
    """conductance of the sodium current in mS/cm², 0 to 100000"""
    E_Na: Number
    """reversal potential of sodium current in mV, -300 to 300"""
    g_K: Number
    """conductance of the potassium current in mS/cm², 0 to 10000"""
    E_K: Number
    """reversal potential of potassium current, M-current in mV, -300 to 300"""
    g_M: Number
    """conductance of the M-current in mS/cm², 0 to 500"""
    g_Ca: Number
    """conductance of the calcium current in mS/cm², 0 to 1000"""
    E_Ca: Number
    """reversal potential of calcium current in mV, -300 to 300"""
    tau_max: Number
    """longest time constant of the M-current in ms, 1 to 1e+06"""
    V_T: Number
    """shift of the sodium and potassium gates in mV, -200 to 100"""
    v_spike: Number
    """potential whose upward crossing is a spike in mV, -1000 to 1000"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    def __init__(
        self,
        *,
        C: float | str = ...,
        g_L: float | str = ...,
        E_L: float | str = ...,
        g_Na: float | str = ...,
        E_Na: float | str = ...,
        g_K: float | str = ...,
        E_K: float | str = ...,
        g_M: float | str = ...,
        g_Ca: float | str = ...,
        E_Ca: float | str = ...,
        tau_max: float | str = ...,
        V_T: float | str = ...,
        v_spike: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
    ) -> None: ...

class Pyramidal(_NeuronModel):
    """A regular-spiking neuron of the cortex: its M-current opens with each spike and lengthens the intervals."""

    C: Number
    """membrane capacitance in µF/cm², 0.001 to 1000"""
    g_L: Number
    """conductance of the leak in mS/cm², 0 to 102.5"""
    E_L: Number
    """reversal potential of leak in mV, -300 to 300"""
    g_Na: Number
    """conductance of the sodium current in mS/cm², 0 to 112000"""
    E_Na: Number
    """reversal potential of sodium current in mV, -300 to 300"""
    g_K: Number
    """conductance of the potassium current in mS/cm², 0 to 12000"""
    E_K: Number
    """reversal potential of potassium current, M-current in mV, -300 to 300"""
    g_M: Number
    """conductance of the M-current in mS/cm², 0 to 500"""
    tau_max: Number
    """longest time constant of the M-current in ms, 1 to 1e+06"""
    V_T: Number
    """shift of the sodium and potassium gates in mV, -200 to 100"""
    v_spike: Number
    """potential whose upward crossing is a spike in mV, -1000 to 1000"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    def __init__(
        self,
        *,
        C: float | str = ...,
        g_L: float | str = ...,
        E_L: float | str = ...,
        g_Na: float | str = ...,
        E_Na: float | str = ...,
        g_K: float | str = ...,
        E_K: float | str = ...,
        g_M: float | str = ...,
        tau_max: float | str = ...,
        V_T: float | str = ...,
        v_spike: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
    ) -> None: ...

class Rebound(_NeuronModel):
    """Low-threshold calcium is made ready by inhibition and fires a burst when it ends."""

    C: Number
    """membrane capacitance in µF/cm², 0.001 to 1000"""
    g_L: Number
    """conductance of the leak in mS/cm², 0 to 50"""
    E_L: Number
    """reversal potential of leak in mV, -300 to 300"""
    g_Na: Number
    """conductance of the sodium current in mS/cm², 0 to 100000"""
    E_Na: Number
    """reversal potential of sodium current in mV, -300 to 300"""
    g_K: Number
    """conductance of the potassium current in mS/cm², 0 to 10000"""
    E_K: Number
    """reversal potential of potassium current, M-current in mV, -300 to 300"""
    g_M: Number
    """conductance of the M-current in mS/cm², 0 to 500"""
    g_T: Number
    """conductance of the T-type calcium current in mS/cm², 0 to 2000"""
    E_T: Number
    """reversal potential of T-type calcium current in mV, -300 to 300"""
    tau_max: Number
    """longest time constant of the M-current in ms, 1 to 1e+06"""
    V_T: Number
    """shift of the sodium and potassium gates in mV, -200 to 100"""
    v_spike: Number
    """potential whose upward crossing is a spike in mV, -1000 to 1000"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    def __init__(
        self,
        *,
        C: float | str = ...,
        g_L: float | str = ...,
        E_L: float | str = ...,
        g_Na: float | str = ...,
        E_Na: float | str = ...,
        g_K: float | str = ...,
        E_K: float | str = ...,
        g_M: float | str = ...,
        g_T: float | str = ...,
        E_T: float | str = ...,
        tau_max: float | str = ...,
        V_T: float | str = ...,
        v_spike: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
    ) -> None: ...

class Traub(_NeuronModel):
    """The fast currents of a pyramidal neuron, as they are used in networks with gamma rhythm."""

    C: Number
    """membrane capacitance in µF/cm², 0.001 to 1000"""
    g_L: Number
    """conductance of the leak in mS/cm², 0 to 500"""
    E_L: Number
    """reversal potential of leak in mV, -300 to 300"""
    g_Na: Number
    """conductance of the sodium current in mS/cm², 0 to 200000"""
    E_Na: Number
    """reversal potential of sodium current in mV, -300 to 300"""
    g_K: Number
    """conductance of the potassium current in mS/cm², 0 to 160000"""
    E_K: Number
    """reversal potential of potassium current in mV, -300 to 300"""
    V_T: Number
    """shift of the sodium and potassium gates in mV, -200 to 100"""
    v_spike: Number
    """potential whose upward crossing is a spike in mV, -1000 to 1000"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    def __init__(
        self,
        *,
        C: float | str = ...,
        g_L: float | str = ...,
        E_L: float | str = ...,
        g_Na: float | str = ...,
        E_Na: float | str = ...,
        g_K: float | str = ...,
        E_K: float | str = ...,
        V_T: float | str = ...,
        v_spike: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
    ) -> None: ...

class ConnorStevens(_NeuronModel):
    """The A-current holds the membrane down between spikes: the rate begins at 0, where the squid axon jumps."""

    C: Number
    """membrane capacitance in µF/cm², 0.001 to 1000"""
    g_L: Number
    """conductance of the leak in mS/cm², 0 to 1500"""
    E_L: Number
    """reversal potential of leak in mV, -300 to 300"""
    g_Na: Number
    """conductance of the sodium current in mS/cm², 0 to 240000"""
    E_Na: Number
    """reversal potential of sodium current in mV, -300 to 300"""
    g_K: Number
    """conductance of the potassium current in mS/cm², 0 to 40000"""
    E_K: Number
    """reversal potential of potassium current in mV, -300 to 300"""
    g_A: Number
    """conductance of the A-current in mS/cm², 0 to 95400"""
    E_A: Number
    """reversal potential of A-current in mV, -300 to 300"""
    v_spike: Number
    """potential whose upward crossing is a spike in mV, -1000 to 1000"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    def __init__(
        self,
        *,
        C: float | str = ...,
        g_L: float | str = ...,
        E_L: float | str = ...,
        g_Na: float | str = ...,
        E_Na: float | str = ...,
        g_K: float | str = ...,
        E_K: float | str = ...,
        g_A: float | str = ...,
        E_A: float | str = ...,
        v_spike: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
    ) -> None: ...

class MorrisLecar(_NeuronModel):
    """Calcium drives and potassium ends the spike: a plane in which both kinds of excitability can be seen."""

    C: Number
    """membrane capacitance in µF/cm², 0.02 to 20000"""
    g_L: Number
    """conductance of the leak in mS/cm², 0 to 10000"""
    E_L: Number
    """reversal potential of leak in mV, -300 to 300"""
    g_Ca: Number
    """conductance of the calcium current in mS/cm², 0 to 8800"""
    E_Ca: Number
    """reversal potential of calcium current in mV, -300 to 300"""
    g_K: Number
    """conductance of the potassium current in mS/cm², 0 to 16000"""
    E_K: Number
    """reversal potential of potassium current in mV, -300 to 300"""
    V_1: Number
    """potential at which half the calcium channels are open in mV, -200 to 200"""
    V_2: Number
    """width of their activation in mV, 0.1 to 200"""
    V_3: Number
    """potential at which half the potassium channels are open in mV, -200 to 200"""
    V_4: Number
    """width of the potassium activation in mV, 0.1 to 200"""
    phi: Number
    """rate of the potassium activation in 1/ms, 0.0001 to 10"""
    v_spike: Number
    """potential whose upward crossing is a spike in mV, -1000 to 1000"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    def __init__(
        self,
        *,
        C: float | str = ...,
        g_L: float | str = ...,
        E_L: float | str = ...,
        g_Ca: float | str = ...,
        E_Ca: float | str = ...,
        g_K: float | str = ...,
        E_K: float | str = ...,
        V_1: float | str = ...,
        V_2: float | str = ...,
        V_3: float | str = ...,
        V_4: float | str = ...,
        phi: float | str = ...,
        v_spike: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
    ) -> None: ...

class AdExCondExp(_NeuronModel):
    """An exponential upstroke and a slow adaptation current give eight kinds of firing with measurable parameters. Input spikes open conductances, of excitation and of inhibition, each with its reversal potential."""

    C: Number
    """membrane capacitance in pF, 1 to 100000"""
    g_L: Number
    """leak conductance in nS, 0.01 to 10000"""
    E_L: Number
    """leak potential in mV, -500 to 500"""
    V_T: Number
    """rheobase threshold in mV, -500 to 500"""
    Delta_T: Number
    """sharpness of the upstroke in mV, 0.01 to 100"""
    V_peak: Number
    """peak, where a spike is cut off in mV, -500 to 500"""
    a: Number
    """adaptation by the membrane potential in nS, -1000 to 1000"""
    tau_w: Number
    """time constant of the adaptation in ms, 0.1 to 100000"""
    b: Number
    """adaptation jump at a spike in pA, -10000 to 10000"""
    V_r: Number
    """reset potential in mV, -500 to 500"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    tau_e: Number
    """decay of the excitation in ms, 0.01 to 100000"""
    E_e: Number
    """reversal potential of excitation in mV, -500 to 500"""
    tau_i: Number
    """decay of the inhibition in ms, 0.01 to 100000"""
    E_i: Number
    """reversal potential of inhibition in mV, -500 to 500"""
    def __init__(
        self,
        *,
        C: float | str = ...,
        g_L: float | str = ...,
        E_L: float | str = ...,
        V_T: float | str = ...,
        Delta_T: float | str = ...,
        V_peak: float | str = ...,
        a: float | str = ...,
        tau_w: float | str = ...,
        b: float | str = ...,
        V_r: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
        tau_e: float | str = ...,
        E_e: float | str = ...,
        tau_i: float | str = ...,
        E_i: float | str = ...,
    ) -> None: ...

class AdExNMDA(_NeuronModel):
    """An exponential upstroke and a slow adaptation current give eight kinds of firing with measurable parameters. Input spikes open conductances, of excitation and of inhibition, each with its reversal potential. Spikes that excite open NMDA receptors, which magnesium blocks at low potentials."""

    C: Number
    """membrane capacitance in pF, 1 to 100000"""
    g_L: Number
    """leak conductance in nS, 0.01 to 10000"""
    E_L: Number
    """leak potential in mV, -500 to 500"""
    V_T: Number
    """rheobase threshold in mV, -500 to 500"""
    Delta_T: Number
    """sharpness of the upstroke in mV, 0.01 to 100"""
    V_peak: Number
    """peak, where a spike is cut off in mV, -500 to 500"""
    a: Number
    """adaptation by the membrane potential in nS, -1000 to 1000"""
    tau_w: Number
    """time constant of the adaptation in ms, 0.1 to 100000"""
    b: Number
    """adaptation jump at a spike in pA, -10000 to 10000"""
    V_r: Number
    """reset potential in mV, -500 to 500"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    tau_e: Number
    """decay of the excitation in ms, 0.01 to 100000"""
    E_e: Number
    """reversal potential of excitation in mV, -500 to 500"""
    tau_i: Number
    """decay of the inhibition in ms, 0.01 to 100000"""
    E_i: Number
    """reversal potential of inhibition in mV, -500 to 500"""
    tau_nmda: Number
    """decay of the NMDA receptors in ms, 0.01 to 100000"""
    E_nmda: Number
    """reversal potential of NMDA receptors in mV, -500 to 500"""
    Mg: Number
    """magnesium outside in mM, 0 to 100"""
    def __init__(
        self,
        *,
        C: float | str = ...,
        g_L: float | str = ...,
        E_L: float | str = ...,
        V_T: float | str = ...,
        Delta_T: float | str = ...,
        V_peak: float | str = ...,
        a: float | str = ...,
        tau_w: float | str = ...,
        b: float | str = ...,
        V_r: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
        tau_e: float | str = ...,
        E_e: float | str = ...,
        tau_i: float | str = ...,
        E_i: float | str = ...,
        tau_nmda: float | str = ...,
        E_nmda: float | str = ...,
        Mg: float | str = ...,
    ) -> None: ...

class EIFCurrExp(_NeuronModel):
    """A leaky membrane with an exponential upstroke: spikes begin as sharply as sodium channels let them. Input spikes add a current that fades."""

    tau_m: Number
    """membrane time constant in ms, 0.01 to 10000"""
    E_L: Number
    """leak potential in mV, -500 to 500"""
    V_T: Number
    """rheobase threshold in mV, -500 to 500"""
    Delta_T: Number
    """sharpness of the upstroke in mV, 0.01 to 100"""
    V_peak: Number
    """peak, where a spike is cut off in mV, -500 to 500"""
    V_r: Number
    """reset potential in mV, -500 to 500"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    tau_syn: Number
    """decay of the synaptic current in ms, 0.01 to 100000"""
    def __init__(
        self,
        *,
        tau_m: float | str = ...,
        E_L: float | str = ...,
        V_T: float | str = ...,
        Delta_T: float | str = ...,
        V_peak: float | str = ...,
        V_r: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
        tau_syn: float | str = ...,
    ) -> None: ...

class IzhikevichCondExp(_NeuronModel):
    """A quadratic membrane and a slow recovery variable give twenty kinds of spiking and bursting. Input spikes open conductances, of excitation and of inhibition, each with its reversal potential."""

    a: Number
    """rate of the recovery, -1 to 10"""
    b: Number
    """recovery per mV, -10 to 10"""
    c: Number
    """reset potential in mV, -200 to 30"""
    d: Number
    """recovery jump at a spike in mV, -100 to 100"""
    sq: Number
    """quadratic coefficient in 1/mV, 0.001 to 1"""
    mn: Number
    """linear coefficient, -100 to 100"""
    bias: Number
    """constant coefficient in mV, -1000 to 1000"""
    v_th: Number
    """peak, where a spike is cut off in mV, -100 to 200"""
    tau: Number
    """time constant of the membrane in ms, 0.01 to 1000"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    tau_e: Number
    """decay of the excitation in ms, 0.01 to 100000"""
    E_e: Number
    """reversal potential of excitation in mV, -750 to 710"""
    tau_i: Number
    """decay of the inhibition in ms, 0.01 to 100000"""
    E_i: Number
    """reversal potential of inhibition in mV, -750 to 710"""
    def __init__(
        self,
        *,
        a: float | str = ...,
        b: float | str = ...,
        c: float | str = ...,
        d: float | str = ...,
        sq: float | str = ...,
        mn: float | str = ...,
        bias: float | str = ...,
        v_th: float | str = ...,
        tau: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
        tau_e: float | str = ...,
        E_e: float | str = ...,
        tau_i: float | str = ...,
        E_i: float | str = ...,
    ) -> None: ...

class LI(_NeuronModel):
    """The membrane potential follows its input and decays to its leak; it never spikes."""

    tau_syn: Number
    """synaptic time constant in ms, 0.01 to 10000"""
    tau_mem: Number
    """membrane time constant in ms, 0.01 to 10000"""
    v_leak: Number
    """leak potential, -1000 to 1000"""
    def __init__(
        self,
        *,
        tau_syn: float | str = ...,
        tau_mem: float | str = ...,
        v_leak: float | str = ...,
    ) -> None: ...

class LIBox(_NeuronModel):
    """A membrane that follows its input current as a low-pass filter does; it never spikes."""

    tau_mem: Number
    """membrane time constant in ms, 0.01 to 10000"""
    v_leak: Number
    """leak potential, -1000 to 1000"""
    def __init__(
        self,
        *,
        tau_mem: float | str = ...,
        v_leak: float | str = ...,
    ) -> None: ...

class _EncoderModel(snnlab.models.families.encoders.EncoderModel):
    def simulate(
        self,
        stimulus: Any = ...,
        *,
        initial: Any = ...,
        dtype: Any = ...,
        resume: Any = ...,
        duration: float | str = ...,
        dt: float | str = ...,
        neurons: int | str = ...,
        window: float | str = ...,
        seed: int | str = ...,
    ) -> snnlab.engine.Recording: ...

class Poisson(_EncoderModel):
    """Spikes come by chance, at a rate that is proportional to the signal."""

    f_max: Number
    """rate at an input of 1 in Hz, 0 to 100000"""
    def __init__(
        self,
        *,
        f_max: float | str = ...,
    ) -> None: ...

class SignedPoisson(_EncoderModel):
    """Spikes come by chance, at a rate that is proportional to the size of the signal; each has its sign."""

    f_max: Number
    """rate at an input of 1 in Hz, 0 to 100000"""
    def __init__(
        self,
        *,
        f_max: float | str = ...,
    ) -> None: ...

class PopulationCode(_EncoderModel):
    """Each neuron prefers one value; the closer the signal is to it, the higher its rate."""

    out_features: Whole
    """preferred values, 1 to 1000"""
    scale: Number
    """preferred value of the last neuron, 0.001 to 1000"""
    sigma: Number
    """width of the tuning curves, times sqrt(scale), 0.001 to 1000"""
    f_max: Number
    """rate at an input of 1 in Hz, 0 to 100000"""
    def __init__(
        self,
        *,
        out_features: int | str = ...,
        scale: float | str = ...,
        sigma: float | str = ...,
        f_max: float | str = ...,
    ) -> None: ...

class LIFEncoder(_EncoderModel):
    """The signal is the current of a neuron. The membrane potential decays to its leak; at the threshold the neuron spikes and is reset."""

    tau_mem: Number
    """membrane time constant in ms, 0.01 to 10000"""
    v_leak: Number
    """leak potential, -1000 to 1000"""
    v_th: Number
    """threshold, -1000 to 1000"""
    v_reset: Number
    """reset potential, -1000 to 1000"""
    def __init__(
        self,
        *,
        tau_mem: float | str = ...,
        v_leak: float | str = ...,
        v_th: float | str = ...,
        v_reset: float | str = ...,
    ) -> None: ...

class LIFExEncoder(_EncoderModel):
    """The signal is the current of a neuron. A leaky membrane whose approach to the threshold is accelerated exponentially, cut off at the threshold."""

    delta_T: Number
    """sharpness of the upstroke, 0.01 to 100"""
    tau_mem: Number
    """membrane time constant in ms, 0.01 to 10000"""
    v_leak: Number
    """leak potential, -1000 to 1000"""
    v_th: Number
    """threshold, -1000 to 1000"""
    v_reset: Number
    """reset potential, -1000 to 1000"""
    def __init__(
        self,
        *,
        delta_T: float | str = ...,
        tau_mem: float | str = ...,
        v_leak: float | str = ...,
        v_th: float | str = ...,
        v_reset: float | str = ...,
    ) -> None: ...

class LIFAdExEncoder(_EncoderModel):
    """The signal is the current of a neuron. An exponential upstroke, and a slow current that follows the potential and grows with every spike."""

    adaptation_current: Number
    """adaptation by the potential, -100 to 100"""
    adaptation_spike: Number
    """adaptation by a spike, -100 to 100"""
    delta_T: Number
    """sharpness of the upstroke, 0.01 to 100"""
    tau_ada: Number
    """time constant of the adaptation in ms, 0.1 to 100000"""
    tau_mem: Number
    """membrane time constant in ms, 0.01 to 10000"""
    v_leak: Number
    """leak potential, -1000 to 1000"""
    v_th: Number
    """threshold, -1000 to 1000"""
    v_reset: Number
    """reset potential, -1000 to 1000"""
    def __init__(
        self,
        *,
        adaptation_current: float | str = ...,
        adaptation_spike: float | str = ...,
        delta_T: float | str = ...,
        tau_ada: float | str = ...,
        tau_mem: float | str = ...,
        v_leak: float | str = ...,
        v_th: float | str = ...,
        v_reset: float | str = ...,
    ) -> None: ...

class Latency(_EncoderModel):
    """The stronger the signal, the earlier a neuron spikes; only its first spike counts."""

    tau_mem: Number
    """membrane time constant in ms, 0.01 to 10000"""
    v_leak: Number
    """leak potential, -1000 to 1000"""
    v_th: Number
    """threshold, -1000 to 1000"""
    v_reset: Number
    """reset potential, -1000 to 1000"""
    def __init__(
        self,
        *,
        tau_mem: float | str = ...,
        v_leak: float | str = ...,
        v_th: float | str = ...,
        v_reset: float | str = ...,
    ) -> None: ...

class _PlasticityModel(snnlab.models.families.plasticity.PlasticityModel):
    def simulate(
        self,
        stimulus: Any = ...,
        *,
        initial: Any = ...,
        dtype: Any = ...,
        resume: Any = ...,
        duration: float | str = ...,
        dt: float | str = ...,
        seed: int | str = ...,
    ) -> snnlab.engine.Recording: ...

class STDP(_PlasticityModel):
    """A synapse grows when its input spikes just before its neuron does, and shrinks when it spikes just after."""

    a_pre: Number
    """jump of the presynaptic trace at a spike, 0 to 1e+06"""
    a_post: Number
    """jump of the postsynaptic trace at a spike, 0 to 1e+06"""
    tau_pre: Number
    """time constant of the presynaptic trace in ms, 0.01 to 10000"""
    tau_post: Number
    """time constant of the postsynaptic trace in ms, 0.01 to 10000"""
    w_min: Number
    """smallest weight, -1000 to 1000"""
    w_max: Number
    """largest weight, -1000 to 1000"""
    eta_plus: Number
    """learning rate of potentiation, -10 to 10"""
    eta_minus: Number
    """learning rate of depression, -10 to 10"""
    stdp_algorithm: Literal["additive", "additive_step", "multiplicative_pow", "multiplicative_relu"]
    """weight dependence of a change"""
    mu: Number
    """exponent of the weight dependence (0: additive, 1: multiplicative), 0 to 1"""
    hardbound: bool
    """clipping of weights to their bounds"""
    convolutional: bool
    """weights of a convolution"""
    stride: Whole
    """stride of the convolution, 1 to 64"""
    padding: Whole
    """padding of the convolution, 0 to 64"""
    dilation: Whole
    """dilation of the convolution, 1 to 64"""
    def __init__(
        self,
        *,
        a_pre: float | str = ...,
        a_post: float | str = ...,
        tau_pre: float | str = ...,
        tau_post: float | str = ...,
        w_min: float | str = ...,
        w_max: float | str = ...,
        eta_plus: float | str = ...,
        eta_minus: float | str = ...,
        stdp_algorithm: Literal["additive", "additive_step", "multiplicative_pow", "multiplicative_relu"] = ...,
        mu: float | str = ...,
        hardbound: bool = ...,
        convolutional: bool = ...,
        stride: int | str = ...,
        padding: int | str = ...,
        dilation: int | str = ...,
    ) -> None: ...

class TripletSTDP(_PlasticityModel):
    """A pair counts for more when another spike came before it, so that pairs at a high rate potentiate."""

    A2_plus: Number
    """potentiation by a pair, 0 to 10"""
    A2_minus: Number
    """depression by a pair, 0 to 10"""
    A3_plus: Number
    """potentiation by a triplet post-pre-post, 0 to 10"""
    A3_minus: Number
    """depression by a triplet pre-post-pre, 0 to 10"""
    tau_plus: Number
    """time constant of r₁ in ms, 0.01 to 10000"""
    tau_minus: Number
    """time constant of o₁ in ms, 0.01 to 10000"""
    tau_x: Number
    """time constant of r₂ in ms, 0.01 to 10000"""
    tau_y: Number
    """time constant of o₂ in ms, 0.01 to 10000"""
    interaction: Literal["all-to-all", "nearest"]
    """spikes that meet: all, or the nearest alone"""
    w_min: Number
    """smallest weight, -1000 to 1000"""
    w_max: Number
    """largest weight, -1000 to 1000"""
    def __init__(
        self,
        *,
        A2_plus: float | str = ...,
        A2_minus: float | str = ...,
        A3_plus: float | str = ...,
        A3_minus: float | str = ...,
        tau_plus: float | str = ...,
        tau_minus: float | str = ...,
        tau_x: float | str = ...,
        tau_y: float | str = ...,
        interaction: Literal["all-to-all", "nearest"] = ...,
        w_min: float | str = ...,
        w_max: float | str = ...,
    ) -> None: ...

class STDPSensor(_PlasticityModel):
    """Each side of a synapse keeps a fading trace of its spikes, for a rule that reads them when it likes."""

    eta_p: Number
    """jump of the presynaptic trace at a spike, -1000 to 1000"""
    eta_m: Number
    """jump of the postsynaptic trace at a spike, -1000 to 1000"""
    tau_ac: Number
    """time constant of anticorrelation: not used in ms, 0.01 to 10000"""
    tau_c: Number
    """time constant of both traces in ms, 0.01 to 10000"""
    def __init__(
        self,
        *,
        eta_p: float | str = ...,
        eta_m: float | str = ...,
        tau_ac: float | str = ...,
        tau_c: float | str = ...,
    ) -> None: ...

class CorrelationSensor(_PlasticityModel):
    """Every synapse measures how soon its neuron spikes after its input, and how soon its input after its neuron."""

    eta_p: Number
    """jump of the correlation trace at a presynaptic spike, -1e+06 to 1e+06"""
    eta_m: Number
    """jump of the anticorrelation trace at a postsynaptic spike, -1e+06 to 1e+06"""
    tau_ac: Number
    """time constant of anticorrelation in ms, 0.01 to 10000"""
    tau_c: Number
    """time constant of correlation in ms, 0.01 to 10000"""
    def __init__(
        self,
        *,
        eta_p: float | str = ...,
        eta_m: float | str = ...,
        tau_ac: float | str = ...,
        tau_c: float | str = ...,
    ) -> None: ...

class LIFCorrelation(_PlasticityModel):
    """A recurrent layer of LIF neurons whose synapses all measure how their two sides correlate."""

    lif_tau_syn: Number
    """synaptic time constant in ms, 0.01 to 10000"""
    lif_tau_mem: Number
    """membrane time constant in ms, 0.01 to 10000"""
    lif_v_leak: Number
    """leak potential, -1000 to 1000"""
    lif_v_th: Number
    """threshold, -1000 to 1000"""
    lif_v_reset: Number
    """reset potential, -1000 to 1000"""
    lif_method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    lif_alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    input_eta_p: Number
    """jump of the correlation trace at a presynaptic spike, -1e+06 to 1e+06"""
    input_eta_m: Number
    """jump of the anticorrelation trace at a postsynaptic spike, -1e+06 to 1e+06"""
    input_tau_ac: Number
    """time constant of anticorrelation in ms, 0.01 to 10000"""
    input_tau_c: Number
    """time constant of correlation in ms, 0.01 to 10000"""
    recurrent_eta_p: Number
    """jump of the correlation trace at a presynaptic spike, -1e+06 to 1e+06"""
    recurrent_eta_m: Number
    """jump of the anticorrelation trace at a postsynaptic spike, -1e+06 to 1e+06"""
    recurrent_tau_ac: Number
    """time constant of anticorrelation in ms, 0.01 to 10000"""
    recurrent_tau_c: Number
    """time constant of correlation in ms, 0.01 to 10000"""
    def __init__(
        self,
        *,
        lif_tau_syn: float | str = ...,
        lif_tau_mem: float | str = ...,
        lif_v_leak: float | str = ...,
        lif_v_th: float | str = ...,
        lif_v_reset: float | str = ...,
        lif_method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        lif_alpha: float | str = ...,
        input_eta_p: float | str = ...,
        input_eta_m: float | str = ...,
        input_tau_ac: float | str = ...,
        input_tau_c: float | str = ...,
        recurrent_eta_p: float | str = ...,
        recurrent_eta_m: float | str = ...,
        recurrent_tau_ac: float | str = ...,
        recurrent_tau_c: float | str = ...,
    ) -> None: ...

class TsodyksMarkram(_PlasticityModel):
    """Every spike uses up part of a synapse's resources, which recover, and raises the part that the next one uses."""

    tau_f: Number
    """time constant of facilitation in ms, 0.01 to 100000"""
    tau_s: Number
    """time constant of the postsynaptic current in ms, 0.01 to 10000"""
    tau_d: Number
    """time constant of recovery in ms, 0.01 to 100000"""
    U: Number
    """jump of u at a spike, relative to 1 - u, 0 to 1"""
    def __init__(
        self,
        *,
        tau_f: float | str = ...,
        tau_s: float | str = ...,
        tau_d: float | str = ...,
        U: float | str = ...,
    ) -> None: ...

class _SurrogateModel(snnlab.models.families.surrogates.SurrogateModel):
    def simulate(
        self,
        stimulus: Any = ...,
        *,
        initial: Any = ...,
        dtype: Any = ...,
        resume: Any = ...,
        duration: float | str = ...,
        dt: float | str = ...,
        seed: int | str = ...,
    ) -> snnlab.engine.Recording: ...

class HeavisideSurrogate(_SurrogateModel):
    """The step itself, whose slope is 0 everywhere: no gradient passes."""

    def __init__(
        self,
    ) -> None: ...

class SuperSurrogate(_SurrogateModel):
    """The slope of a fast sigmoid."""

    def __init__(
        self,
    ) -> None: ...

class TriangleSurrogate(_SurrogateModel):
    """A slope that falls linearly from alpha at the threshold to 0 at a distance of 1."""

    alpha: Number
    """slope at the threshold, 0.001 to 1e+06"""
    def __init__(
        self,
        *,
        alpha: float | str = ...,
    ) -> None: ...

class TanhSurrogate(_SurrogateModel):
    """The slope of tanh(alpha x) for alpha = 1, made narrower by alpha."""

    alpha: Number
    """sharpness of the slope, 0.001 to 1e+06"""
    def __init__(
        self,
        *,
        alpha: float | str = ...,
    ) -> None: ...

class CircSurrogate(_SurrogateModel):
    """The slope of x / sqrt(x^2 + alpha^2), times alpha."""

    alpha: Number
    """width of the slope, 0.001 to 1e+06"""
    def __init__(
        self,
        *,
        alpha: float | str = ...,
    ) -> None: ...

class HeaviErfcSurrogate(_SurrogateModel):
    """The slope of the error function, made narrower by alpha."""

    alpha: Number
    """sharpness of the slope, 0.001 to 1e+06"""
    def __init__(
        self,
        *,
        alpha: float | str = ...,
    ) -> None: ...

class LogisticSurrogate(_SurrogateModel):
    """A spike comes by chance, with a probability that is a logistic function of x."""

    alpha: Number
    """sharpness of the slope, 0.001 to 1e+06"""
    def __init__(
        self,
        *,
        alpha: float | str = ...,
    ) -> None: ...

class CircDistSurrogate(_SurrogateModel):
    """A spike comes by chance, with a probability that rises as x / sqrt(x^2 + alpha^2)."""

    alpha: Number
    """width of the slope, 0.001 to 1e+06"""
    def __init__(
        self,
        *,
        alpha: float | str = ...,
    ) -> None: ...

class _NetworkModel(snnlab.models.families.networks.NetworkModel):
    def simulate(
        self,
        stimulus: Any = ...,
        *,
        initial: Any = ...,
        dtype: Any = ...,
        resume: Any = ...,
        duration: float | str = ...,
        dt: float | str = ...,
        seed: int | str = ...,
        record: str | list[str] | tuple[str, ...] = ...,
        every: int | str = ...,
        watched: int | str = ...,
        device: Literal["CPU", "CUDA"] = ...,
        backend: Literal["auto", "llvm", "triton", "eager"] = ...,
    ) -> snnlab.engine.Recording: ...

class Population(_NetworkModel):
    """Neurons without synapses whose parameters differ from one to the next, under one stimulus."""

    size: Whole
    """number of neurons, 1 to 100000"""
    spread: Number
    """relative spread of the parameters (standard deviation) in %, 0 to 1000"""
    only: tuple[str, ...]
    """parameters to spread (empty: all)"""
    noise: Number
    """noise of each neuron, in the unit of its current, 0 to 1e+06"""
    noise_tau: Number
    """correlation time of the noise (0: white noise, whose mean over 1 ms has this deviation) in ms, 0 to 10000"""
    cell: snnlab.models.families.neurons.NeuronModel
    def __init__(
        self,
        *inner: snnlab.models.model.Model,
        size: int | str = ...,
        spread: float | str = ...,
        only: tuple[str, ...] = ...,
        noise: float | str = ...,
        noise_tau: float | str = ...,
        cell: snnlab.models.families.neurons.NeuronModel = ...,
    ) -> None: ...

class Brunel(_NetworkModel):
    """A sparse random network of LIF neurons: inhibition and external drive decide between four kinds of activity."""

    g: Number
    """inhibition relative to excitation, 0 to 100"""
    eta: Number
    """external rate relative to that which just reaches threshold, 0 to 100"""
    J: Number
    """jump at an excitatory spike in mV, 0 to 100"""
    delay: Number
    """synaptic delay in ms, 0.001 to 1000"""
    N_E: Whole
    """excitatory neurons, 1 to 100000"""
    N_I: Whole
    """inhibitory neurons, 0 to 100000"""
    C_E: Whole
    """excitatory synapses of a neuron, 0 to 10000"""
    C_I: Whole
    """inhibitory synapses of a neuron, 0 to 10000"""
    tau: Number
    """membrane time constant in ms, 0.1 to 10000"""
    theta: Number
    """threshold in mV, 0.1 to 1000"""
    V_r: Number
    """reset potential in mV, -1000 to 1000"""
    t_ref: Number
    """refractory period in ms, 0 to 1000"""
    def __init__(
        self,
        *,
        g: float | str = ...,
        eta: float | str = ...,
        J: float | str = ...,
        delay: float | str = ...,
        N_E: int | str = ...,
        N_I: int | str = ...,
        C_E: int | str = ...,
        C_I: int | str = ...,
        tau: float | str = ...,
        theta: float | str = ...,
        V_r: float | str = ...,
        t_ref: float | str = ...,
    ) -> None: ...

class Synfire(_NetworkModel):
    """Pools of neurons in a row: a volley of spikes runs through all of them in step, or dies out on its way."""

    spikes: Whole
    """spikes of the first pool, 0 to 1000"""
    sigma: Number
    """spread of these in time in ms, 0 to 100"""
    width: Whole
    """neurons of a pool, 1 to 1000"""
    pools: Whole
    """number of pools, 1 to 200"""
    J: Number
    """jump of v by a spike in mV, 0 to 100"""
    delay: Number
    """synaptic delay in ms, 0.001 to 1000"""
    mean: Number
    """mean of the other input in mV, -100 to 100"""
    noise: Number
    """scatter of v that it makes in mV, 0 to 100"""
    at: Number
    """time of the first spikes in ms, 0.001 to 10000"""
    tau: Number
    """membrane time constant in ms, 0.1 to 10000"""
    tau_syn: Number
    """rise of a current in ms, 0.02 to 1000"""
    theta: Number
    """threshold in mV, 0.1 to 1000"""
    V_r: Number
    """reset potential in mV, -1000 to 1000"""
    t_ref: Number
    """refractory period in ms, 0 to 1000"""
    def __init__(
        self,
        *,
        spikes: int | str = ...,
        sigma: float | str = ...,
        width: int | str = ...,
        pools: int | str = ...,
        J: float | str = ...,
        delay: float | str = ...,
        mean: float | str = ...,
        noise: float | str = ...,
        at: float | str = ...,
        tau: float | str = ...,
        tau_syn: float | str = ...,
        theta: float | str = ...,
        V_r: float | str = ...,
        t_ref: float | str = ...,
    ) -> None: ...

class FeedForward(_NetworkModel):
    """A signal becomes spikes, which a layer of neurons receives through random weights."""

    inputs: Whole
    """neurons of the encoder, 1 to 10000"""
    outputs: Whole
    """neurons of the layer, 1 to 10000"""
    weight: Number
    """mean weight of a synapse, -10000 to 10000"""
    spread: Number
    """standard deviation of weights, 0 to 10000"""
    encoder: snnlab.models.families.encoders.EncoderModel
    cell: snnlab.models.families.neurons.NeuronModel
    def __init__(
        self,
        *inner: snnlab.models.model.Model,
        inputs: int | str = ...,
        outputs: int | str = ...,
        weight: float | str = ...,
        spread: float | str = ...,
        encoder: snnlab.models.families.encoders.EncoderModel = ...,
        cell: snnlab.models.families.neurons.NeuronModel = ...,
    ) -> None: ...

class LSNNetwork(_NetworkModel):
    """A random recurrent network in which part of the neurons remember their spikes in their thresholds."""

    size: Whole
    """number of neurons, 2 to 5000"""
    adaptive: Number
    """neurons with an adaptive threshold in %, 0 to 100"""
    beta: Number
    """rise of the threshold at a spike, 0 to 100"""
    tau_adapt: Number
    """time constant of the threshold in ms, 0.1 to 100000"""
    weight: Number
    """standard deviation of the recurrent input, 0 to 1000"""
    spread: Number
    """spread of the weights of the input in %, 0 to 1000"""
    def __init__(
        self,
        *,
        size: int | str = ...,
        adaptive: float | str = ...,
        beta: float | str = ...,
        tau_adapt: float | str = ...,
        weight: float | str = ...,
        spread: float | str = ...,
    ) -> None: ...

class PopulationReadout(_NetworkModel):
    """Neurons of different gains under one current, read by a leaky integrator; a penalty holds their rate."""

    size: Whole
    """number of neurons, 1 to 10000"""
    gain: Number
    """factor of the current, for all neurons, 0 to 1000"""
    spread: Number
    """spread of the gains of single neurons in %, 0 to 1000"""
    noise: Number
    """noise of each neuron, in the unit of its current, 0 to 1e+06"""
    noise_tau: Number
    """correlation time of the noise (0: white noise, whose mean over 1 ms has this deviation) in ms, 0 to 10000"""
    weight: Number
    """sum of the weights with which it is read, -1e+06 to 1e+06"""
    scatter: Number
    """spread of these weights (random) in %, 0 to 10000"""
    tau_syn: Number
    """synaptic time constant in ms, 0.01 to 10000"""
    tau_mem: Number
    """membrane time constant in ms, 0.01 to 10000"""
    v_leak: Number
    """leak potential, -1000 to 1000"""
    target: Number
    """rate that a neuron is to have in Hz, 0 to 1000"""
    strength: Number
    """strength of the penalty in s², 0 to 1000"""
    cell: snnlab.models.families.neurons.NeuronModel
    def __init__(
        self,
        *inner: snnlab.models.model.Model,
        size: int | str = ...,
        gain: float | str = ...,
        spread: float | str = ...,
        noise: float | str = ...,
        noise_tau: float | str = ...,
        weight: float | str = ...,
        scatter: float | str = ...,
        tau_syn: float | str = ...,
        tau_mem: float | str = ...,
        v_leak: float | str = ...,
        target: float | str = ...,
        strength: float | str = ...,
        cell: snnlab.models.families.neurons.NeuronModel = ...,
    ) -> None: ...

class PlasticInputs(_NetworkModel):
    """Excitatory inputs of a neuron compete for when it fires: those that fire together, just before it, win."""

    rate: Number
    """rate of each excitatory input in Hz, 0 to 1000"""
    correlated: Number
    """excitatory inputs whose rates vary together in %, 0 to 100"""
    c: Number
    """deviation of the common part of these rates, relative to their mean, 0 to 1"""
    tau_c: Number
    """correlation time of these rates in ms, 0.01 to 10000"""
    A_plus: Number
    """potentiation by a pair, of w_max, 0 to 1"""
    ratio: Number
    """depression over potentiation, 0 to 100"""
    tau_plus: Number
    """time constant of potentiation in ms, 0.01 to 10000"""
    tau_minus: Number
    """time constant of depression in ms, 0.01 to 10000"""
    w_max: Number
    """largest weight, in units of the leak, 0 to 1000"""
    N_E: Whole
    """excitatory inputs, which learn, 1 to 20000"""
    N_I: Whole
    """inhibitory inputs, 1 to 20000"""
    rate_I: Number
    """rate of each inhibitory input in Hz, 0 to 1000"""
    w_I: Number
    """weight of each inhibitory input, in units of the leak, 0 to 1000"""
    tau: Number
    """membrane time constant in ms, 0.01 to 10000"""
    tau_syn: Number
    """decay of conductances in ms, 0.01 to 10000"""
    V_rest: Number
    """resting potential in mV, -500 to 500"""
    theta: Number
    """threshold in mV, -500 to 500"""
    V_r: Number
    """reset potential in mV, -500 to 500"""
    E_E: Number
    """reversal potential of excitation in mV, -500 to 500"""
    E_I: Number
    """reversal potential of inhibition in mV, -500 to 500"""
    samples: Whole
    """times at which weights are kept, in equal steps, 1 to 5000"""
    def __init__(
        self,
        *,
        rate: float | str = ...,
        correlated: float | str = ...,
        c: float | str = ...,
        tau_c: float | str = ...,
        A_plus: float | str = ...,
        ratio: float | str = ...,
        tau_plus: float | str = ...,
        tau_minus: float | str = ...,
        w_max: float | str = ...,
        N_E: int | str = ...,
        N_I: int | str = ...,
        rate_I: float | str = ...,
        w_I: float | str = ...,
        tau: float | str = ...,
        tau_syn: float | str = ...,
        V_rest: float | str = ...,
        theta: float | str = ...,
        V_r: float | str = ...,
        E_E: float | str = ...,
        E_I: float | str = ...,
        samples: int | str = ...,
    ) -> None: ...

class IzhikevichNetwork(_NetworkModel):
    """Bursting and fast-spiking neurons, joined at random strengths, fall into common rhythms by themselves."""

    N_E: Whole
    """neurons that excite, 1 to 5000"""
    N_I: Whole
    """neurons that inhibit, 0 to 5000"""
    w_E: Number
    """largest jump of v at a spike that excites in mV, 0 to 1000"""
    w_I: Number
    """largest jump of v at a spike that inhibits in mV, 0 to 1000"""
    delay: Number
    """synaptic delay in ms, 0.001 to 1000"""
    noise_E: Number
    """noise of a neuron that excites (deviation of its mean over 1 ms) in mV, 0 to 1000"""
    noise_I: Number
    """noise of a neuron that inhibits (deviation of its mean over 1 ms) in mV, 0 to 1000"""
    variety: Number
    """difference between neurons (0: none, 1: published), 0 to 1"""
    def __init__(
        self,
        *,
        N_E: int | str = ...,
        N_I: int | str = ...,
        w_E: float | str = ...,
        w_I: float | str = ...,
        delay: float | str = ...,
        noise_E: float | str = ...,
        noise_I: float | str = ...,
        variety: float | str = ...,
    ) -> None: ...

class _OperationModel(snnlab.models.families.operations.OperationModel):
    def simulate(
        self,
        stimulus: Any = ...,
        *,
        initial: Any = ...,
        dtype: Any = ...,
        resume: Any = ...,
        duration: float | str = ...,
        dt: float | str = ...,
        seed: int | str = ...,
    ) -> snnlab.engine.Recording: ...

class LogicGates(_OperationModel):
    """What and, or, xor, a Muller C-element and an edge detector make of the pulses on two lines."""

    width: Number
    """length of a pulse in ms, 0 to 1000"""
    def __init__(
        self,
        *,
        width: float | str = ...,
    ) -> None: ...

class AndGate(_OperationModel):
    """The output is 1 while both lines are."""

    width: Number
    """length of a pulse in ms, 0 to 1000"""
    def __init__(
        self,
        *,
        width: float | str = ...,
    ) -> None: ...

class OrGate(_OperationModel):
    """The output is 1 while at least one line is."""

    width: Number
    """length of a pulse in ms, 0 to 1000"""
    def __init__(
        self,
        *,
        width: float | str = ...,
    ) -> None: ...

class XorGate(_OperationModel):
    """The output is 1 while one line is and the other is not."""

    width: Number
    """length of a pulse in ms, 0 to 1000"""
    def __init__(
        self,
        *,
        width: float | str = ...,
    ) -> None: ...

class MullerC(_OperationModel):
    """The output becomes 1 once both lines are, 0 once neither is, and else stays what it was."""

    width: Number
    """length of a pulse in ms, 0 to 1000"""
    def __init__(
        self,
        *,
        width: float | str = ...,
    ) -> None: ...

class EdgeDetector(_OperationModel):
    """The output is 1 in the step in which line A becomes 1."""

    width: Number
    """length of a pulse in ms, 0 to 1000"""
    def __init__(
        self,
        *,
        width: float | str = ...,
    ) -> None: ...

class Coincidence(_OperationModel):
    """A leaky integrate-and-fire neuron spikes if both lines do within a window that its time constant sets."""

    tau_mem: Number
    """membrane time constant in ms, 1 to 50"""
    jump: Number
    """jump of the potential at a spike, 0 to 100"""
    v_th: Number
    """threshold potential, 0.01 to 100"""
    def __init__(
        self,
        *,
        tau_mem: float | str = ...,
        jump: float | str = ...,
        v_th: float | str = ...,
    ) -> None: ...

class ExponentialFilter(_OperationModel):
    """Each spike adds 1 to a trace that decays: what a synapse makes of a train."""

    tau: Number
    """time constant of the filter in ms, 0.001 to 100000"""
    def __init__(
        self,
        *,
        tau: float | str = ...,
    ) -> None: ...

class Readout(_OperationModel):
    """What a loss gathers: a leaky integrator's potential, its integral, the number of spikes, and a penalty on it."""

    tau_mem: Number
    """membrane time constant in ms, 1 to 200"""
    target: Whole
    """number of spikes that is wanted, 0 to 100000"""
    def __init__(
        self,
        *,
        tau_mem: float | str = ...,
        target: int | str = ...,
    ) -> None: ...

class _CompartmentModel(snnlab.models.families.compartments.CompartmentModel):
    def simulate(
        self,
        stimulus: Any = ...,
        *,
        initial: Any = ...,
        dtype: Any = ...,
        resume: Any = ...,
        duration: float | str = ...,
        dt: float | str = ...,
        integrator: Literal["Euler", "staggered Euler", "Euler, dt / 10", "exponential Euler", "Heun", "RK4"] = ...,
        seed: int | str = ...,
    ) -> snnlab.engine.Recording: ...

class PassiveCable(_CompartmentModel):
    """Leaky membranes in a row: a potential fades with the distance from where the current enters."""

    tau_mem: Number
    """membrane time constant in ms, 0.01 to 10000"""
    v_leak: Number
    """leak potential, -1000 to 1000"""
    g_c: Number
    """coupling of neighbours, 0 to 10000"""
    site: Whole
    """compartment that the current enters, 1 to 20"""
    count: Whole
    """number of compartments, 1 to 20"""
    shape: Literal["chain", "fork", "star"]
    """shape of the tree"""
    def __init__(
        self,
        *,
        tau_mem: float | str = ...,
        v_leak: float | str = ...,
        g_c: float | str = ...,
        site: int | str = ...,
        count: int | str = ...,
        shape: Literal["chain", "fork", "star"] = ...,
    ) -> None: ...

class LIFCable(_CompartmentModel):
    """Leaky integrate-and-fire membranes in a row, each of which spikes and is reset by itself."""

    tau_mem: Number
    """membrane time constant in ms, 0.01 to 10000"""
    v_leak: Number
    """leak potential, -1000 to 1000"""
    v_th: Number
    """threshold, -1000 to 1000"""
    v_reset: Number
    """reset potential, -1000 to 1000"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    reset_method: Literal["to v_reset", "down by v_th"]
    """reset rule after a spike"""
    g_c: Number
    """coupling of neighbours, 0 to 10000"""
    site: Whole
    """compartment that the current enters, 1 to 20"""
    count: Whole
    """number of compartments, 1 to 20"""
    shape: Literal["chain", "fork", "star"]
    """shape of the tree"""
    def __init__(
        self,
        *,
        tau_mem: float | str = ...,
        v_leak: float | str = ...,
        v_th: float | str = ...,
        v_reset: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
        reset_method: Literal["to v_reset", "down by v_th"] = ...,
        g_c: float | str = ...,
        site: int | str = ...,
        count: int | str = ...,
        shape: Literal["chain", "fork", "star"] = ...,
    ) -> None: ...

class FitzHughNagumoCable(_CompartmentModel):
    """An excitable medium in the fewest terms: a spike travels, or fails where the coupling is too weak."""

    a: Number
    """offset of the recovery, -10 to 10"""
    b: Number
    """decay of the recovery, 0 to 10"""
    tau: Number
    """time constant of the recovery in ms, 0.1 to 10000"""
    v_spike: Number
    """value whose upward crossing is a spike, -10 to 10"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    g_c: Number
    """coupling of neighbours, 0 to 10000"""
    site: Whole
    """compartment that the current enters, 1 to 20"""
    count: Whole
    """number of compartments, 1 to 20"""
    shape: Literal["chain", "fork", "star"]
    """shape of the tree"""
    def __init__(
        self,
        *,
        a: float | str = ...,
        b: float | str = ...,
        tau: float | str = ...,
        v_spike: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
        g_c: float | str = ...,
        site: int | str = ...,
        count: int | str = ...,
        shape: Literal["chain", "fork", "star"] = ...,
    ) -> None: ...

class HodgkinHuxleyCable(_CompartmentModel):
    """The squid axon in compartments: each spike excites the next membrane, so it travels at a constant speed."""

    C: Number
    """membrane capacitance in µF/cm², 0.001 to 1000"""
    g_L: Number
    """conductance of the leak in mS/cm², 0 to 1500"""
    E_L: Number
    """reversal potential of leak in mV, -300 to 300"""
    g_Na: Number
    """conductance of the sodium current in mS/cm², 0 to 240000"""
    E_Na: Number
    """reversal potential of sodium current in mV, -300 to 300"""
    g_K: Number
    """conductance of the potassium current in mS/cm², 0 to 72000"""
    E_K: Number
    """reversal potential of potassium current in mV, -300 to 300"""
    T: Number
    """temperature in °C, -10 to 50"""
    v_spike: Number
    """potential whose upward crossing is a spike in mV, -1000 to 1000"""
    method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"]
    """surrogate gradient"""
    alpha: Number
    """sharpness of the surrogate, 0 to 1e+06"""
    g_c: Number
    """coupling of neighbours in mS/cm², 0 to 10000"""
    site: Whole
    """compartment that the current enters, 1 to 20"""
    count: Whole
    """number of compartments, 1 to 20"""
    shape: Literal["chain", "fork", "star"]
    """shape of the tree"""
    def __init__(
        self,
        *,
        C: float | str = ...,
        g_L: float | str = ...,
        E_L: float | str = ...,
        g_Na: float | str = ...,
        E_Na: float | str = ...,
        g_K: float | str = ...,
        E_K: float | str = ...,
        T: float | str = ...,
        v_spike: float | str = ...,
        method: Literal["heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"] = ...,
        alpha: float | str = ...,
        g_c: float | str = ...,
        site: int | str = ...,
        count: int | str = ...,
        shape: Literal["chain", "fork", "star"] = ...,
    ) -> None: ...

class Constant(snnlab.models.stimuli.stimulus.Stimulus):
    """Stimulus: constant."""

    amplitude: Number
    """current at all times, -1e+06 to 1e+06"""
    def __init__(
        self,
        *,
        amplitude: float | str = ...,
        source: Any = ...,
        unit: str = ...,
    ) -> None: ...

class Step(snnlab.models.stimuli.stimulus.Stimulus):
    """Stimulus: step."""

    amplitude: Number
    """current during the step, -1e+06 to 1e+06"""
    base: Number
    """current before and after, -1e+06 to 1e+06"""
    onset: Number
    """start of the step in ms, 0 to 1e+06"""
    length: Number
    """length of the step in ms, 0 to 1e+06"""
    def __init__(
        self,
        *,
        amplitude: float | str = ...,
        base: float | str = ...,
        onset: float | str = ...,
        length: float | str = ...,
        source: Any = ...,
        unit: str = ...,
    ) -> None: ...

class TwoSteps(snnlab.models.stimuli.stimulus.Stimulus):
    """Stimulus: two steps."""

    amplitude: Number
    """current during the first step, -1e+06 to 1e+06"""
    second: Number
    """current during the second step, -1e+06 to 1e+06"""
    base: Number
    """current before and after, -1e+06 to 1e+06"""
    onset: Number
    """start of the first step in ms, 0 to 1e+06"""
    length: Number
    """length of the first step in ms, 0 to 1e+06"""
    second_length: Number
    """length of the second step in ms, 0 to 1e+06"""
    def __init__(
        self,
        *,
        amplitude: float | str = ...,
        second: float | str = ...,
        base: float | str = ...,
        onset: float | str = ...,
        length: float | str = ...,
        second_length: float | str = ...,
        source: Any = ...,
        unit: str = ...,
    ) -> None: ...

class Ramp(snnlab.models.stimuli.stimulus.Stimulus):
    """Stimulus: ramp."""

    start: Number
    """current until the ramp begins, -1e+06 to 1e+06"""
    end: Number
    """current when the ramp ends, and after, -1e+06 to 1e+06"""
    onset: Number
    """start of the ramp in ms, 0 to 1e+06"""
    length: Number
    """length of the ramp in ms, 0.01 to 1e+06"""
    def __init__(
        self,
        *,
        start: float | str = ...,
        end: float | str = ...,
        onset: float | str = ...,
        length: float | str = ...,
        source: Any = ...,
        unit: str = ...,
    ) -> None: ...

class PulseTrain(snnlab.models.stimuli.stimulus.Stimulus):
    """Stimulus: pulse train."""

    amplitude: Number
    """current during a pulse, -1e+06 to 1e+06"""
    base: Number
    """current between pulses, -1e+06 to 1e+06"""
    onset: Number
    """start of the first pulse in ms, 0 to 1e+06"""
    width: Number
    """width of a pulse in ms, 0 to 1e+06"""
    period: Number
    """time from pulse to pulse in ms, 0.1 to 1e+06"""
    pulses: Whole
    """number of pulses, 1 to 10000"""
    def __init__(
        self,
        *,
        amplitude: float | str = ...,
        base: float | str = ...,
        onset: float | str = ...,
        width: float | str = ...,
        period: float | str = ...,
        pulses: int | str = ...,
        source: Any = ...,
        unit: str = ...,
    ) -> None: ...

class Sine(snnlab.models.stimuli.stimulus.Stimulus):
    """Stimulus: sine."""

    amplitude: Number
    """amplitude of the sine, -1e+06 to 1e+06"""
    mean: Number
    """mean current, -1e+06 to 1e+06"""
    frequency: Number
    """frequency of the sine in Hz, 0 to 100000"""
    phase: Number
    """phase at the start in °, -10000 to 10000"""
    def __init__(
        self,
        *,
        amplitude: float | str = ...,
        mean: float | str = ...,
        frequency: float | str = ...,
        phase: float | str = ...,
        source: Any = ...,
        unit: str = ...,
    ) -> None: ...

class Chirp(snnlab.models.stimuli.stimulus.Stimulus):
    """Stimulus: chirp (ZAP)."""

    amplitude: Number
    """amplitude of the chirp (ZAP), -1e+06 to 1e+06"""
    mean: Number
    """mean current, -1e+06 to 1e+06"""
    first: Number
    """frequency at the start of the chirp in Hz, 0 to 100000"""
    last: Number
    """frequency at the end of the chirp in Hz, 0 to 100000"""
    onset: Number
    """start of the chirp in ms, 0 to 1e+06"""
    length: Number
    """length of the chirp in ms, 0.01 to 1e+06"""
    def __init__(
        self,
        *,
        amplitude: float | str = ...,
        mean: float | str = ...,
        first: float | str = ...,
        last: float | str = ...,
        onset: float | str = ...,
        length: float | str = ...,
        source: Any = ...,
        unit: str = ...,
    ) -> None: ...

class Noise(snnlab.models.stimuli.stimulus.Stimulus):
    """Stimulus: Ornstein-Uhlenbeck noise."""

    mean: Number
    """mean current, -1e+06 to 1e+06"""
    sigma: Number
    """standard deviation of the current, 0 to 1e+06"""
    tau: Number
    """correlation time in ms, 0.001 to 10000"""
    def __init__(
        self,
        *,
        mean: float | str = ...,
        sigma: float | str = ...,
        tau: float | str = ...,
        source: Any = ...,
        unit: str = ...,
    ) -> None: ...

class Synaptic(snnlab.models.stimuli.stimulus.Stimulus):
    """Stimulus: Poisson spikes through a synapse."""

    rate: Number
    """rate of all spikes that arrive in Hz, 0 to 100000"""
    weight: Number
    """jump of the current at a spike, -1e+06 to 1e+06"""
    tau: Number
    """time constant of the synapse in ms, 0.001 to 10000"""
    onset: Number
    """start of the spikes in ms, 0 to 1e+06"""
    def __init__(
        self,
        *,
        rate: float | str = ...,
        weight: float | str = ...,
        tau: float | str = ...,
        onset: float | str = ...,
        source: Any = ...,
        unit: str = ...,
    ) -> None: ...

class Table(snnlab.models.stimuli.stimulus.Stimulus):
    """Stimulus: drawn by hand (points)."""

    gain: Number
    """gain of the points' current, -1000 to 1000"""
    offset: Number
    """added current, -1e+06 to 1e+06"""
    between: Literal["linear", "hold"]
    """interpolation between points"""
    def __init__(
        self,
        *,
        gain: float | str = ...,
        offset: float | str = ...,
        between: Literal["linear", "hold"] = ...,
        source: Any = ...,
        unit: str = ...,
    ) -> None: ...

class Recorded(snnlab.models.stimuli.stimulus.Stimulus):
    """Stimulus: recorded current (file)."""

    gain: Number
    """model current per recorded pA in 1/pA, -1000 to 1000"""
    offset: Number
    """added current, -1e+06 to 1e+06"""
    def __init__(
        self,
        *,
        gain: float | str = ...,
        offset: float | str = ...,
        source: Any = ...,
        unit: str = ...,
    ) -> None: ...

class Protocol(snnlab.models.stimuli.stimulus.Stimulus):
    """Stimulus: protocol."""

    gain: Number
    """gain of the protocol's current, -1000 to 1000"""
    offset: Number
    """added current, -1e+06 to 1e+06"""
    def __init__(
        self,
        *,
        gain: float | str = ...,
        offset: float | str = ...,
        source: Any = ...,
        unit: str = ...,
    ) -> None: ...

class SpikeTrain(snnlab.models.stimuli.stimulus.Stimulus):
    """Stimulus: regular spikes."""

    rate: Number
    """rate of the spikes in Hz, 0 to 100000"""
    spikes: Whole
    """number of spikes, 1 to 100000"""
    onset: Number
    """first spike in ms, 0 to 1e+06"""
    weight: Number
    """amplitude of a spike, -1e+06 to 1e+06"""
    def __init__(
        self,
        *,
        rate: float | str = ...,
        spikes: int | str = ...,
        onset: float | str = ...,
        weight: float | str = ...,
        source: Any = ...,
        unit: str = ...,
    ) -> None: ...

class PoissonSpikes(snnlab.models.stimuli.stimulus.Stimulus):
    """Stimulus: Poisson spikes."""

    rate: Number
    """rate of the spikes in Hz, 0 to 100000"""
    weight: Number
    """amplitude of a spike, -1e+06 to 1e+06"""
    onset: Number
    """start of the spikes in ms, 0 to 1e+06"""
    def __init__(
        self,
        *,
        rate: float | str = ...,
        weight: float | str = ...,
        onset: float | str = ...,
        source: Any = ...,
        unit: str = ...,
    ) -> None: ...

class ExcitationInhibition(snnlab.models.stimuli.stimulus.Stimulus):
    """Stimulus: excitation and inhibition (Poisson spikes)."""

    rate_e: Number
    """rate of all excitatory spikes in Hz, 0 to 100000"""
    weight_e: Number
    """size of an excitatory spike, -1e+06 to 1e+06"""
    rate_i: Number
    """rate of all inhibitory spikes in Hz, 0 to 100000"""
    weight_i: Number
    """size of an inhibitory spike, -1e+06 to 1e+06"""
    onset: Number
    """start of the spikes in ms, 0 to 1e+06"""
    def __init__(
        self,
        *,
        rate_e: float | str = ...,
        weight_e: float | str = ...,
        rate_i: float | str = ...,
        weight_i: float | str = ...,
        onset: float | str = ...,
        source: Any = ...,
        unit: str = ...,
    ) -> None: ...

class Pairs(snnlab.models.stimuli.stimulus.Stimulus):
    """Stimulus: pairs of spikes."""

    delta: Number
    """delay from pre- to postsynaptic spike in ms, -100000 to 100000"""
    rate: Number
    """rate of the pairs in Hz, 0 to 100000"""
    pairs: Whole
    """number of pairs, 1 to 100000"""
    onset: Number
    """time of the first spike of the first pair in ms, 0 to 1e+06"""
    def __init__(
        self,
        *,
        delta: float | str = ...,
        rate: float | str = ...,
        pairs: int | str = ...,
        onset: float | str = ...,
        source: Any = ...,
        unit: str = ...,
    ) -> None: ...

class Clocks(snnlab.models.stimuli.stimulus.Stimulus):
    """Stimulus: two clocks."""

    rate_a: Number
    """rate of A in Hz, 0 to 100000"""
    rate_b: Number
    """rate of B in Hz, 0 to 100000"""
    delta: Number
    """delay from the first spike of A to that of B in ms, -100000 to 100000"""
    onset: Number
    """time of the first spike in ms, 0 to 1e+06"""
    spikes: Whole
    """spikes on each line, 1 to 100000"""
    def __init__(
        self,
        *,
        rate_a: float | str = ...,
        rate_b: float | str = ...,
        delta: float | str = ...,
        onset: float | str = ...,
        spikes: int | str = ...,
        source: Any = ...,
        unit: str = ...,
    ) -> None: ...

class PoissonPair(snnlab.models.stimuli.stimulus.Stimulus):
    """Stimulus: two Poisson trains."""

    rate: Number
    """rate of either train in Hz, 0 to 100000"""
    shared: Number
    """share of the spikes that both trains have, 0 to 1"""
    onset: Number
    """start of the spikes in ms, 0 to 1e+06"""
    def __init__(
        self,
        *,
        rate: float | str = ...,
        shared: float | str = ...,
        onset: float | str = ...,
        source: Any = ...,
        unit: str = ...,
    ) -> None: ...

class Trains(snnlab.models.stimuli.stimulus.Stimulus):
    """Stimulus: two trains, by clicks."""

    def __init__(
        self,
        *,
        source: Any = ...,
        unit: str = ...,
    ) -> None: ...

class Sum(snnlab.models.stimuli.stimulus.Stimulus):
    """Stimulus: sum."""

    def __init__(
        self,
        *,
        source: Any = ...,
        unit: str = ...,
    ) -> None: ...

class Sequence(snnlab.models.stimuli.stimulus.Stimulus):
    """Stimulus: sequence."""

    def __init__(
        self,
        *,
        source: Any = ...,
        unit: str = ...,
    ) -> None: ...
