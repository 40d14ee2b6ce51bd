"""From numbers to spikes, and back."""

from .current import constant_current_lif_encode
from .decoders import ToSpikeTimes, sum_decode
from .latency import spike_latency_encode, spike_latency_lif_encode
from .poisson import poisson_encode, poisson_encode_step, signed_poisson_encode, signed_poisson_encode_step
from .population import euclidean_distance, gaussian_rbf, population_encode
