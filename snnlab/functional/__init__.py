"""Norse's functional names, and the tuples over which everything above iterates.

Neurons, encoders, plasticity rules and what else there is are imported in the order in which menus and tables list
them: `NEURONS`, `ENCODERS`, `PLASTICITY`, `CABLES` and `OPERATIONS` are those among the names here, so a new one is
one line. The names stand here, and are not found in the files: editors and type checkers read them.
"""

from snnlab.core import SURROGATES, Channel, Gate, channels, threshold
from snnlab.core import Cable as _Cable
from snnlab.core import Encoder as _Encoder
from snnlab.core import Neuron as _Neuron
from snnlab.core import Plasticity as _Plasticity
from snnlab.core import SpikeOperation as _SpikeOperation

from . import aliases as _aliases

# isort: off
from .neurons.lif import (
    LIF,
    LIFFeedForwardState,
    LIFParameters,
    LIFState,
    lif_adjoint_step,
    lif_adjoint_step_sparse,
    lif_current_encoder,
    lif_feed_forward_adjoint_step,
    lif_feed_forward_adjoint_step_sparse,
    lif_feed_forward_integral,
    lif_feed_forward_step,
    lif_feed_forward_step_sparse,
    lif_step,
    lif_step_integral,
    lif_step_sparse,
)
from .neurons.lif_refrac import (
    LIFRefrac,
    LIFRefracFeedForwardState,
    LIFRefracParameters,
    LIFRefracState,
    compute_refractory_update,
    lif_refrac_adjoint_step,
    lif_refrac_adjoint_step_sparse,
    lif_refrac_feed_forward_adjoint_step,
    lif_refrac_feed_forward_step,
    lif_refrac_step,
    lif_refrac_step_sparse,
)
from .neurons.lif_box import (
    LIFBox,
    LIFBoxFeedForwardState,
    LIFBoxParameters,
    LIFBoxState,
    lif_box_feed_forward_step,
    lif_box_step,
)
from .neurons.iaf import IAF, IAFFeedForwardState, IAFParameters, IAFState, iaf_feed_forward_step, iaf_step
from .neurons.lif_ex import (
    LIFEx,
    LIFExFeedForwardState,
    LIFExParameters,
    LIFExState,
    lif_ex_current_encoder,
    lif_ex_feed_forward_step,
    lif_ex_step,
)
from .neurons.lif_adex import (
    LIFAdEx,
    LIFAdExFeedForwardState,
    LIFAdExParameters,
    LIFAdExState,
    lif_adex_current_encoder,
    lif_adex_feed_forward_step,
    lif_adex_step,
)
from .neurons.lif_adex_refrac import (
    LIFAdExRefrac,
    LIFAdExRefracFeedForwardState,
    LIFAdExRefracParameters,
    LIFAdExRefracState,
    lif_adex_refrac_feed_forward_step,
    lif_adex_refrac_step,
)
from .neurons.lsnn import (
    LSNN,
    AdaLIF,
    LSNNFeedForwardState,
    LSNNParameters,
    LSNNState,
    ada_lif_feed_forward_step,
    ada_lif_step,
    lsnn_adjoint_step,
    lsnn_feed_forward_adjoint_step,
    lsnn_feed_forward_step,
    lsnn_step,
)
from .neurons.coba_lif import (
    CobaLIF,
    CobaLIFFeedForwardState,
    CobaLIFParameters,
    CobaLIFState,
    coba_lif_adjoint_step,
    coba_lif_feed_forward_step,
    coba_lif_step,
)
from .neurons.lif_mc import lif_mc_adjoint_step, lif_mc_feed_forward_step, lif_mc_step
from .neurons.lif_mc_refrac import (
    LIFMCRefrac,
    lif_mc_refrac_adjoint,
    lif_mc_refrac_feed_forward_step,
    lif_mc_refrac_step,
)
from .neurons.adex import (
    EIF,
    AdEx,
    AdExParameters,
    AdExRecurrentState,
    AdExState,
    EIFParameters,
    EIFRecurrentState,
    EIFState,
    adex_feed_forward_step,
    adex_recurrent_step,
    eif_feed_forward_step,
    eif_recurrent_step,
)
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
from .neurons.qif import (
    QIF,
    Izhikevich2007,
    Theta,
    izhikevich_2007_feed_forward_step,
    qif_feed_forward_step,
    theta_feed_forward_step,
)
from .neurons.moving_threshold import GLIF, MAT, glif_feed_forward_step, mat_feed_forward_step
from .neurons.fitzhugh_nagumo import (
    FitzHughNagumo,
    HindmarshRose,
    fitzhugh_nagumo_feed_forward_step,
    hindmarsh_rose_feed_forward_step,
)
from .neurons.kinetics import leak, potassium, sodium
from .neurons.hodgkin_huxley import HodgkinHuxley, hodgkin_huxley_feed_forward_step
from .neurons.wang_buzsaki import WangBuzsaki, wang_buzsaki_feed_forward_step
from .neurons.traub import (
    Burster,
    Pyramidal,
    Rebound,
    Traub,
    fast_potassium,
    fast_sodium,
    traub_feed_forward_step,
)
from .neurons.slow_channels import h_current, l_calcium, m_current, t_calcium
from .neurons.connor_stevens import ConnorStevens, a_current, connor_stevens_feed_forward_step
from .neurons.morris_lecar import MorrisLecar, morris_lecar_feed_forward_step
from .neurons.synaptic import (
    AdExCondExp,
    AdExCondExpRecurrentState,
    AdExNMDA,
    AdExNMDARecurrentState,
    EIFCurrExp,
    EIFCurrExpRecurrentState,
    IzhikevichCondExp,
    IzhikevichCondExpRecurrentState,
    adex_cond_exp_feed_forward_step,
    adex_cond_exp_step,
    adex_nmda_feed_forward_step,
    adex_nmda_step,
    eif_curr_exp_feed_forward_step,
    eif_curr_exp_step,
    izhikevich_cond_exp_feed_forward_step,
    izhikevich_cond_exp_step,
)
from .neurons.leaky_integrator import LI, LIParameters, LIState, li_feed_forward_step, li_step
from .neurons.leaky_integrator_box import LIBox, LIBoxParameters, LIBoxState, li_box_feed_forward_step, li_box_step
from .neurons.cables import PassiveCable, LIFCable, FitzHughNagumoCable, HodgkinHuxleyCable
from .encoders.poisson import (
    Poisson,
    SignedPoisson,
    poisson_encode,
    poisson_encode_step,
    signed_poisson_encode,
    signed_poisson_encode_step,
)
from .encoders.population import Population, euclidean_distance, gaussian_rbf, population_encode
from .encoders.current import CurrentLIF, CurrentLIFEx, CurrentLIFAdEx, constant_current_lif_encode
from .encoders.latency import Latency, spike_latency_encode, spike_latency_lif_encode
from .encoders.decoders import ToSpikeTimes, sum_decode

from .plasticity.stdp import STDP, STDPParameters, STDPState, STDPTraces, stdp_step_conv2d, stdp_step_linear
from .plasticity.triplet_stdp import TripletSTDP, TripletSTDPParameters, TripletSTDPTraces
from .plasticity.stdp_sensor import STDPSensor, STDPSensorParameters, STDPSensorState, stdp_sensor_step
from .plasticity.correlation_sensor import (
    CorrelationSensor,
    CorrelationSensorParameters,
    CorrelationSensorState,
    correlation_based_update,
    correlation_sensor_step,
    post_mask,
    post_pre_update,
    pre_mask,
)
from .plasticity.lif_correlation import (
    LIFCorrelation,
    LIFCorrelationParameters,
    LIFCorrelationState,
    lif_correlation_step,
)
from .plasticity.tsodyks_markram import (
    TsodyksMakramParameters,
    TsodyksMakramState,
    TsodyksMarkram,
    TsodyksMarkramParameters,
    TsodyksMarkramState,
    stp_step,
)

from .operations.logical import (
    LogicGates,
    AndGate,
    OrGate,
    XorGate,
    MullerC,
    EdgeDetector,
    logical_and,
    logical_or,
    logical_xor,
    muller_c,
    posedge_detector,
)
from .operations.coincidence import Coincidence, CoincidenceParameters, coincidence_window
from .operations.filter import ExponentialFilter, exp_filter, exp_filter_step
from .operations.regularization import (
    Accumulator,
    Readout,
    regularize_step,
    spike_accumulator,
    voltage_accumulator,
)

# isort: on
from .operations.lift import lift
from .operations.receptive_field import (
    calculate_normalization,
    covariance_matrix,
    derive_kernel,
    derive_spatial_receptive_field,
    derive_spatial_receptive_field_single,
    gaussian_kernel,
    spatial_parameters,
    spatial_receptive_field,
    spatial_receptive_fields_with_derivatives,
    spatio_temporal_parameters,
    temporal_scale_distribution,
)
from .operations.reset import ResetMethod, reset_subtract, reset_value
from .operations.surrogates import (
    CircDist,
    HeaviCirc,
    HeaviErfc,
    HeaviTanh,
    Logistic,
    SuperSpike,
    Triangle,
    circ_dist_fn,
    heavi_circ_fn,
    heavi_erfc_fn,
    heavi_tanh_fn,
    heaviside,
    logistic_fn,
    sign,
    super_fn,
    superspike_fn,
    triangle_fn,
)

NEURONS = tuple(value for value in globals().values() if isinstance(value, _Neuron))
ENCODERS = tuple(value for value in globals().values() if isinstance(value, _Encoder))
PLASTICITY = tuple(value for value in globals().values() if isinstance(value, _Plasticity))
CABLES = tuple(value for value in globals().values() if isinstance(value, _Cable))
OPERATIONS = tuple(value for value in globals().values() if isinstance(value, _SpikeOperation))
_aliases.install()
