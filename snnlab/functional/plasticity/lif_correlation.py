"""A recurrent layer of LIF neurons with a correlation sensor in every synapse."""

from typing import NamedTuple

from torch import Tensor

from snnlab.core.plasticity import Plasticity, kind, shapes

from ..neurons.lif import LIFParameters, LIFState, lif_step
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
    functions=(lif_correlation_step,),
)
