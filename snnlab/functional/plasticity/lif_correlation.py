"""A recurrent layer of LIF neurons with a correlation sensor in every synapse."""

from dataclasses import replace
from typing import Annotated, NamedTuple, get_type_hints

from torch import Tensor

from snnlab.core import Quantity, step
from snnlab.core.plasticity import Plasticity, Spikes, kind, shapes
from snnlab.core.tuples import tuple_class

from ..neurons.lif import LIF, LIFFeedForwardState, LIFParameters, LIFState, lif_step
from ..neurons.quantities import I, V
from .correlation_sensor import (
    CorrelationSensor,
    CorrelationSensorParameters,
    CorrelationSensorState,
    correlation_sensor_step,
)


class LIFCorrelationState(NamedTuple):
    lif_state: LIFState
    input_correlation_state: CorrelationSensorState
    recurrent_correlation_state: CorrelationSensorState


class LIFCorrelationParameters(NamedTuple):
    lif_parameters: LIFParameters = LIFParameters()
    input_correlation_parameters: CorrelationSensorParameters = CorrelationSensorParameters()
    recurrent_correlation_parameters: CorrelationSensorParameters = CorrelationSensorParameters()


def _sensor(place: str) -> dict:
    """The fields of a sensor, called by where its synapse comes from."""
    found = {}
    for field, hint in get_type_hints(CorrelationSensorState, include_extras=True).items():
        (mark,) = hint.__metadata__
        told = replace(mark, doc=f"{place}: {mark.doc}", symbol=f"{mark.symbol} ({place})")
        found[f"{place}_{field}"] = Annotated[hint.__origin__, told]
    return found


_FIRED = Annotated[Tensor, Quantity("1", low=0, high=1, default=0.0, doc="spike of the neuron")]
_WEIGHT = Annotated[Tensor, Quantity("1", low=0, high=10, bounds=(-1e3, 1e3), default=5.0, doc="weight of the input")]
LIFCorrelationSynapse = tuple_class(
    "LIFCorrelationSynapse",
    {"z": _FIRED, "v": V, "i": I, "w": _WEIGHT} | _sensor("input") | _sensor("recurrent"),
    {},
)


def synapse_step(s, z, p, dt):
    """One neuron with one input: its own spikes are the postsynaptic ones."""
    fired, lif = step(LIF, LIFFeedForwardState(s.v, s.i), p.lif_parameters, dt, spikes=s.w * z.pre)
    first, second = CorrelationSensorState(*s[4:7]), CorrelationSensorState(*s[7:])
    first = CorrelationSensor.step(first, Spikes(z.pre, fired), p.input_correlation_parameters, dt)
    second = CorrelationSensor.step(second, Spikes(s.z, fired), p.recurrent_correlation_parameters, dt)
    return LIFCorrelationSynapse(fired, *lif, s.w, *first, *second)


def lif_correlation_step(
    input_tensor: Tensor,
    state: LIFCorrelationState,
    input_weights: Tensor,
    recurrent_weights: Tensor,
    p: LIFCorrelationParameters = LIFCorrelationParameters(),
    dt: float = 0.001,
) -> tuple[Tensor, LIFCorrelationState]:
    """`lif_step`, and `correlation_sensor_step` at all its synapses; the weights stay as they are.

    Sensors of recurrent synapses see the layer's last spikes as presynaptic and its new ones as postsynaptic.

    Shapes: input_tensor [..., I], z, v, i [..., O], input_weights [O, I], recurrent_weights [O, O], sensors of the
    input [..., I, O] and of the recurrence [..., O, O]; dt in s. Raises ValueError where they do not fit, and for other
    tuples.

    Source: S. Friedmann et al., IEEE Trans. Biomed. Circuits Syst. 11:128, 2017.
    """
    kind("state", state, LIFCorrelationState)
    kind("p", p, LIFCorrelationParameters)
    shapes(
        input_weights=(input_weights, "O I"),
        recurrent_weights=(recurrent_weights, "O O"),
        input_tensor=(input_tensor, "... I"),
        z=(state.lif_state.z, "... O"),
    )
    z, lif = lif_step(input_tensor, state.lif_state, input_weights, recurrent_weights, p.lif_parameters, dt)
    sensors = (
        correlation_sensor_step(input_tensor, z, state.input_correlation_state, p.input_correlation_parameters, dt),
        correlation_sensor_step(
            state.lif_state.z, z, state.recurrent_correlation_state, p.recurrent_correlation_parameters, dt
        ),
    )
    return z, LIFCorrelationState(lif, *sensors)


LIFCorrelation = Plasticity(
    name="LIFCorrelation",
    title="LIF layer with correlation sensors",
    doc="A recurrent layer of LIF neurons whose synapses all measure how their two sides correlate.",
    source=CorrelationSensor.source,
    parameters=LIFCorrelationParameters,
    state=LIFCorrelationState,
    single=(LIFCorrelationSynapse, synapse_step),
    two_sided=False,
    functions=(lif_correlation_step,),
)
