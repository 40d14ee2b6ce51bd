"""The public `simulate` on the three models that simulators of spiking neurons have in common."""

from torch import Tensor

from snnlab import simulate
from snnlab.functional import (
    LIF,
    Izhikevich,
    IzhikevichParameters,
    IzhikevichState,
    LIFAdEx,
    LIFAdExFeedForwardState,
    LIFFeedForwardState,
)

TRACES = 10  # neurons whose membrane potential is recorded
MODELS = {  # neuron, parameters, initial state, port: all as Norse has them
    "lif": (LIF, LIF.parameters(), LIFFeedForwardState(0.0, 0.0), "spikes"),
    "izhikevich": (Izhikevich, IzhikevichParameters(0.02, 0.2, -65.0, 6.0), IzhikevichState(-70.0, -14.0), "current"),
    "adex": (LIFAdEx, LIFAdEx.parameters(), LIFAdExFeedForwardState(0.0, 0.0, 0.0), "spikes"),
}


def run(model: str, x: Tensor, dt: float, backend: str = "auto") -> tuple[Tensor, Tensor]:
    """Spikes [T, N] and the membrane potentials [T, k] of the first k neurons, from inputs x [T, N]."""
    neuron, p, state, port = MODELS[model]
    neurons = None if x.shape[1] <= TRACES else range(TRACES)
    given = {"p": p, "state": state, "dt": dt, "neurons": neurons, port: x}
    recording = simulate(neuron, **given, backend=backend, detach_reset=False)  # no peer detaches it
    return recording.spikes, recording.variables["v"]
