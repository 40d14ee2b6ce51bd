"""The neuron and what is derived from it with torch alone."""

from . import elementary
from .adjoint import adjoint_step
from .advance import Advance, RungeKutta, Staggered, euler, heun, rk4, staggered
from .channels import Channel, Gate, channels
from .clamp import HELD, under_dynamic_clamp, under_voltage_clamp
from .derived import derived, remembered
from .encoder import Centre, Encoder, only_rate
from .exponential import exponential_euler
from .kept import Keeper
from .levels import Levels, levels, marked, moving, rises
from .names import Catalogue, Unknown, what_is
from .neuron import Neuron
from .plasticity import Plasticity, beginning, pulse_euler, running
from .precision import at_least, cast_back, precise, state_dtype
from .quantity import (
    Annotation,
    Choice,
    Count,
    Function,
    Inverse,
    InverseTime,
    Names,
    Plain,
    Quantity,
    Steps,
    Switch,
    annotations,
)
from .receptors import conductance_unit, excitation, inhibition, magnesium_block, peak_gain
from .record import Operation, Program, Slot, Unrecordable, apart, example, record
from .refractory import countdown, hold_potential, refractory, silent, with_counter
from .refuse import refused, short
from .slopes import own_slopes, slopes_and_rates
from .snn import SNN, SNNCell, SNNRecurrent, SNNRecurrentCell, is_stateful, module
from .sound import sound
from .step import jump, received, step
from .surrogate import SURROGATES, Alpha, Method, Surrogate, spike, threshold, transformed
from .synapse import synapse
from .tuples import Nest, flattened
from .wrap import Layer, check_input, current_encoder, feed_forward, readout, recurrent, scan, sparse, with_steps
