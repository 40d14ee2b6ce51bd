"""From numbers to spikes, and back."""

from .current import CurrentLIF, CurrentLIFAdEx, CurrentLIFEx, constant_current_lif_encode
from .decoders import ToSpikeTimes, sum_decode
from .latency import Latency, spike_latency_encode, spike_latency_lif_encode
from .poisson import (
    Poisson,
    SignedPoisson,
    poisson_encode,
    poisson_encode_step,
    signed_poisson_encode,
    signed_poisson_encode_step,
)
from .population import Population, euclidean_distance, gaussian_rbf, population_encode

ENCODERS = (Poisson, SignedPoisson, Population, CurrentLIF, CurrentLIFEx, CurrentLIFAdEx, Latency)
