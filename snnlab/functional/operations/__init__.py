"""What is done with spikes and potentials beside the neurons."""

from .filter import exp_filter, exp_filter_step
from .lift import lift
from .logical import logical_and, logical_or, logical_xor, muller_c, posedge_detector
from .receptive_field import (
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
from .regularization import Accumulator, regularize_step, spike_accumulator, voltage_accumulator
from .reset import ResetMethod, reset_subtract, reset_value
from .surrogates import (
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
