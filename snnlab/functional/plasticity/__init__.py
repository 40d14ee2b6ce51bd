"""Plasticity rules under Norse's names, and the tuple of their definitions."""

from .correlation_sensor import (
    CorrelationSensor,
    CorrelationSensorParameters,
    CorrelationSensorState,
    correlation_based_update,
    correlation_sensor_step,
    post_mask,
    post_pre_update,
    pre_mask,
)
from .lif_correlation import LIFCorrelation, LIFCorrelationParameters, LIFCorrelationState, lif_correlation_step
from .stdp import STDP, STDPParameters, STDPState, STDPTraces, stdp_step_conv2d, stdp_step_linear
from .stdp_sensor import STDPSensor, STDPSensorParameters, STDPSensorState, stdp_sensor_step
from .tsodyks_markram import (
    TsodyksMakramParameters,
    TsodyksMakramState,
    TsodyksMarkram,
    TsodyksMarkramParameters,
    TsodyksMarkramState,
    stp_step,
)

PLASTICITY = (STDP, STDPSensor, CorrelationSensor, LIFCorrelation, TsodyksMarkram)
