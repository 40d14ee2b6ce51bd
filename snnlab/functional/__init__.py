"""Norse's functional names, and the tuples over which everything above iterates."""

from snnlab.core import SURROGATES, threshold

from .neurons.izhikevich import (
    Izhikevich,
    IzhikevichAccommodation,
    IzhikevichParameters,
    IzhikevichRecurrentState,
    IzhikevichSpikingBehavior,
    IzhikevichState,
    accomodation,
    bistability,
    class_1_exc,
    class_2_exc,
    create_izhikevich_spiking_behavior,
    dap,
    inhibition_induced_bursting,
    inhibition_induced_spiking,
    integrator,
    izhikevich_feed_forward_step,
    izhikevich_recurrent_step,
    mixed_mode,
    phasic_bursting,
    phasic_spiking,
    rebound_burst,
    rebound_spike,
    resonator,
    spike_frequency_adaptation,
    spike_latency,
    subthreshold_oscillation,
    threshold_variability,
    tonic_bursting,
    tonic_spiking,
)
from .neurons.lif import (
    LIF,
    LIFFeedForwardState,
    LIFParameters,
    LIFState,
    lif_feed_forward_integral,
    lif_feed_forward_step,
    lif_feed_forward_step_sparse,
    lif_step,
    lif_step_integral,
    lif_step_sparse,
)

NEURONS = (LIF, Izhikevich, IzhikevichAccommodation)
