"""The correlation sensor in each synapse of the BrainScaleS-2 chip, idealised."""

from collections.abc import Callable
from typing import Annotated, NamedTuple

import torch
from torch import Tensor, as_tensor

from snnlab.core import InverseTime, Quantity
from snnlab.core.plasticity import Plasticity, Spikes, kind, pulse_euler, shapes


def _size(doc, symbol=""):
    return Quantity("1", low=0, high=5, bounds=(-1e6, 1e6), symbol=symbol, doc=doc)


def _tau(name, doc):
    return InverseTime(name, low=1, high=500, bounds=(0.01, 1e4), doc=doc)


class CorrelationSensorParameters(NamedTuple):
    eta_p: Annotated[Tensor, _size("jump of the correlation trace at a presynaptic spike")] = as_tensor(1.0)
    eta_m: Annotated[Tensor, _size("jump of the anticorrelation trace at a postsynaptic spike")] = as_tensor(1.0)
    tau_ac_inv: Annotated[Tensor, _tau("tau_ac", "time constant of anticorrelation")] = as_tensor(10.0)
    tau_c_inv: Annotated[Tensor, _tau("tau_c", "time constant of correlation")] = as_tensor(10.0)


class CorrelationSensorState(NamedTuple):
    post_pre: Annotated[
        Tensor, Quantity("1", low=0, high=1, symbol="q", doc="side of the last spike (1: postsynaptic, 0: any other)")
    ]
    correlation_trace: Annotated[
        Tensor, _size("trace from a presynaptic spike to the next postsynaptic one", symbol="c_+")
    ]
    anti_correlation_trace: Annotated[
        Tensor, _size("trace from a postsynaptic spike to the next presynaptic one", symbol="c_-")
    ]


def flow(s, S, p):
    return CorrelationSensorState(
        post_pre=0.0 * s.post_pre,  # no flow: the step sets it
        correlation_trace=p.eta_p * S.pre - (1 - s.post_pre) * p.tau_c_inv * s.correlation_trace,
        anti_correlation_trace=p.eta_m * S.post - s.post_pre * p.tau_ac_inv * s.anti_correlation_trace,
    )


def pre_mask(weights: Tensor, z: Tensor) -> Tensor:
    """Presynaptic spikes z [..., I] (or [..., 1, I]) at every synapse of `weights` [..., I, O].

    Raises ValueError where they do not broadcast.
    """
    return torch.zeros_like(weights) + _side("z", z, "I", weights)[..., :, None]


def post_mask(weights: Tensor, z: Tensor) -> Tensor:
    """Postsynaptic spikes z [..., O] (or [..., 1, O]) at every synapse of `weights` [..., I, O].

    Raises ValueError where they do not broadcast.
    """
    return torch.zeros_like(weights) + _side("z", z, "O", weights)[..., None, :]


def _side(name, z, letter, synapses):
    """The spikes z of one side as [..., n]; with a batch, Norse has them as [..., 1, n]."""
    z = z.squeeze(-2) if z.ndim == synapses.ndim > 1 else z
    shapes(synapses=(synapses, "... I O"), **{name: (z, f"... {letter}")})
    return z


def post_pre_update(post_pre: Tensor, post_spike_mask: Tensor, pre_spike_mask: Tensor) -> Tensor:
    """1 where the last spike is postsynaptic, 0 where presynaptic; both at once change nothing.

    All of shapes that broadcast, [..., I, O]; raises ValueError otherwise. Not differentiable.
    """
    shapes(post_pre=(post_pre, "..."), post_spike_mask=(post_spike_mask, "..."), pre_spike_mask=(pre_spike_mask, "..."))
    last = post_pre + post_spike_mask - pre_spike_mask
    return (last > 0).to(last.dtype)


def advance(s, z, flow, p, dt):
    traces = pulse_euler(s, z, flow, p, dt)
    return type(s)(*traces._replace(post_pre=post_pre_update(s.post_pre, z.post, z.pre)))  # as in core/advance.py


def correlation_sensor_step(
    z_pre: Tensor,
    z_post: Tensor,
    state: CorrelationSensorState,
    p: CorrelationSensorParameters = CorrelationSensorParameters(),
    dt: float = 0.001,
) -> CorrelationSensorState:
    """The sensor one Euler step dt [s] later.

    With q = `post_pre` (1 after a postsynaptic spike, 0 after a presynaptic one) every synapse has::

        correlation'     = eta_p S_pre  - (1 - q) / tau_c correlation
        anticorrelation' = eta_m S_post - q / tau_ac anticorrelation

    so each trace fades only until the spike of the other side, and then holds what is left for a slow reader.

    Shapes: z_pre [..., I] or [..., 1, I], z_post [..., O] or [..., 1, O], all of the state [..., I, O].
    Raises ValueError where they do not broadcast, and for other tuples.

    Source: S. Friedmann, J. Schemmel, A. Grübl, A. Hartel, M. Hock, K. Meier, IEEE Trans. Biomed. Circuits Syst.
    11:128, 2017.
    """
    kind("state", state, CorrelationSensorState)
    kind("p", p, CorrelationSensorParameters)
    shapes(**{name: (value, "...") for name, value in state._asdict().items()})
    pre = _side("z_pre", z_pre, "I", state.post_pre)[..., :, None]
    post = _side("z_post", z_post, "O", state.post_pre)[..., None, :]
    return advance(state, Spikes(pre, post), flow, p, dt)


def correlation_based_update(
    ts: int,
    linear_update: Callable[[Tensor], Tensor],
    weights: Tensor,
    correlation_state: CorrelationSensorState,
    learning_rate: float,
    ts_frequency: int,
) -> Tensor:
    """weights + learning_rate linear_update(traces) in every step `ts` that `ts_frequency` divides, else `weights`.

    `linear_update` gets all correlation, then all anticorrelation traces [..., I, O] as one vector, and gives I * O
    numbers (row by row of weights [O, I]; no gradient goes through them). After an update **both traces are set to zero
    in place**: the old tensors are emptied, so hand in a state that no graph and no `vmap` needs.

    Raises ValueError for another state or another size, before anything is changed.

    Source: S. Friedmann et al., IEEE Trans. Biomed. Circuits Syst. 11:128, 2017.
    """
    kind("correlation_state", correlation_state, CorrelationSensorState)
    if ts % ts_frequency:
        return weights
    traces = correlation_state[1:]
    shapes(correlation_trace=(traces[0], "... I O"), weights=(weights, "O I"))
    update = linear_update(torch.cat([trace.flatten() for trace in traces])).detach()
    if update.numel() != weights.numel():
        raise ValueError(
            f"linear_update gives {update.numel()} numbers, which does not fit: weights have {weights.numel()}"
        )
    for trace in traces:
        trace.zero_()
    return weights + learning_rate * update.reshape(weights.shape)


CorrelationSensor = Plasticity(
    name="CorrelationSensor",
    title="Correlation sensor",
    doc="Every synapse measures how soon its neuron spikes after its input, and how soon its input after its neuron.",
    source="Friedmann, Schemmel, Grübl, Hartel, Hock, Meier, IEEE Trans. Biomed. Circuits Syst. 11:128, 2017",
    parameters=CorrelationSensorParameters,
    state=CorrelationSensorState,
    flow=flow,
    advance=advance,
    functions=(correlation_sensor_step, correlation_based_update, pre_mask, post_mask, post_pre_update),
)
