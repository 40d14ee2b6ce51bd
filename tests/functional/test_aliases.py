"""Norse's names: its sub-modules can be imported, and each name of `norse.torch` is here or stated as left out."""

from importlib import import_module
from operator import attrgetter

import pytest
import torch

import snnlab.functional
import snnlab.modules
from snnlab.functional.aliases import MODULES
from snnlab.modules.aliases import MODULES as MODULE_LAYER

ALIASES = [
    *((f"snnlab.functional.{name}", home) for name, home in MODULES.items()),
    *((f"snnlab.modules.{name}", home) for name, home in MODULE_LAYER.items()),
]
# These modules share their name with a function, which is what the package has under it.
FUNCTIONS = {"snnlab.functional": {"heaviside", "lift", "threshold"}, "snnlab.modules": {"exp_filter", "lift"}}

# norse.torch.__all__ of Norse 1.1.0, in its order: functions, then modules.
STEPS = """
    heaviside circ_dist_fn heavi_circ_fn heavi_erfc_fn heavi_tanh_fn triangle_fn logistic_fn super_fn
    lif_feed_forward_adjoint_step
    lif_feed_forward_adjoint_step_sparse lif_refrac_feed_forward_adjoint_step
    lsnn_feed_forward_adjoint_step CorrelationSensorParameters CorrelationSensorState
    correlation_based_update correlation_sensor_step constant_current_lif_encode euclidean_distance gaussian_rbf
    poisson_encode poisson_encode_step population_encode signed_poisson_encode signed_poisson_encode_step
    spike_latency_encode spike_latency_lif_encode IAFFeedForwardState IAFParameters IAFState iaf_step
    iaf_feed_forward_step IzhikevichParameters IzhikevichSpikingBehavior IzhikevichState IzhikevichRecurrentState
    create_izhikevich_spiking_behavior tonic_spiking tonic_bursting phasic_spiking phasic_bursting mixed_mode
    spike_frequency_adaptation class_1_exc class_2_exc spike_latency subthreshold_oscillation resonator integrator
    rebound_spike rebound_burst threshold_variability bistability dap accomodation inhibition_induced_spiking
    inhibition_induced_bursting izhikevich_feed_forward_step izhikevich_recurrent_step LIParameters LIState
    li_feed_forward_step li_step LIBoxParameters LIBoxState li_box_feed_forward_step li_box_step LIFFeedForwardState
    LIFParameters LIFState lif_current_encoder lif_feed_forward_step lif_step CobaLIFState CobaLIFParameters
    CobaLIFFeedForwardState coba_lif_feed_forward_step coba_lif_step LIFAdExFeedForwardState LIFAdExParameters
    LIFAdExState lif_adex_current_encoder lif_adex_feed_forward_step lif_adex_step LIFBoxParameters LIFBoxState
    LIFBoxFeedForwardState lif_box_feed_forward_step LIFCorrelationParameters LIFCorrelationState
    lif_correlation_step LIFExFeedForwardState LIFExParameters LIFExState lif_ex_current_encoder
    lif_ex_feed_forward_step lif_ex_step lif_mc_feed_forward_step lif_mc_step lif_mc_refrac_feed_forward_step
    lif_mc_refrac_step lift LIFRefracFeedForwardState LIFRefracParameters LIFRefracState lif_refrac_step
    lif_refrac_feed_forward_step logical_and logical_or logical_xor LSNNFeedForwardState LSNNParameters LSNNState
    lsnn_step lsnn_feed_forward_step gaussian_kernel spatial_receptive_field
    spatial_receptive_fields_with_derivatives regularize_step spike_accumulator voltage_accumulator ResetMethod
    reset_value reset_subtract STDPSensorParameters STDPSensorState stdp_sensor_step TsodyksMakramParameters
    TsodyksMakramState stp_step
"""
LAYERS = """
    LIFAdExRefracState LIFAdExRefracParameters LIFAdExRefracCell LIFAdExRefracRecurrentCell LIFAdExRefracRecurrent
    LIFAdExRefracFeedForwardState CobaLIFCell ConstantCurrentLIFEncoder LConv2d PoissonEncoder PopulationEncoder
    SignedPoissonEncoder SpatialReceptiveField2d SpikeLatencyEncoder SpikeLatencyLIFEncoder IAF IAFCell
    IzhikevichCell IzhikevichRecurrentCell Izhikevich IzhikevichRecurrent LI LIBoxCell LICell LILinearCell LIF
    LIFCell LIFRecurrent LIFRecurrentCell LIFAdEx LIFAdExCell LIFAdExRecurrentCell LIFAdExRecurrent LIFBoxCell
    LIFCorrelation LIFExCell LIFExRecurrentCell LIFEx LIFExRecurrent LIFMCRecurrentCell LIFMCRefracRecurrentCell
    LIFRefracCell LIFRefracRecurrentCell LIFRefracRecurrent Lift LSNNCell LSNNRecurrentCell LSNN LSNNRecurrent
    RegularizationCell SequentialState RecurrentSequential RecurrentSequentialState
    ParameterizedSpatialReceptiveField2d SampledSpatialReceptiveField2d TemporalReceptiveField SpikesToTimesDecoder
"""
# There and not here, and why.
LEFT_OUT = {
    "LIFFeedForwardAdjointFunction LIFFeedForwardSparseAdjointFunction LIFAdjointRefracFeedForwardFunction "
    "LSNNFeedForwardAdjointFunction": "one autograd function serves every neuron: use the adjoint steps",
    "ConvNet ConvNet4 VGG vgg11 vgg11_bn vgg13 vgg13_bn vgg16 vgg16_bn vgg19 vgg19_bn MobileNetV2 mobilenet_v2": (
        "ready-made networks, no part of the functional and module layers"
    ),
    "from_nir to_nir": "an exchange format that needs a package of its own",
    "plot_heatmap_2d plot_heatmap_3d plot_histogram_2d plot_neuron_states plot_scatter_3d plot_spikes_2d "
    "plot_izhikevich": "pictures with Matplotlib: here these are views",
    "hook_spike_activity_mean hook_spike_activity_sum hook_spike_histogram_mean hook_spike_histogram_sum "
    "hook_spike_image": "needs Tensorboard",
}


@pytest.mark.parametrize(("alias", "home"), ALIASES)
def test_import_from(alias, home):
    """`from snnlab.functional.lif import lif_step`, for every public name."""
    module = import_module(home)
    for name in filter(str.isidentifier, dir(module)):
        if not name.startswith("_"):
            found = {}
            exec(f"from {alias} import {name}", found)
            assert found[name] is getattr(module, name)


@pytest.mark.parametrize(("alias", "home"), ALIASES)
def test_attribute_access(alias, home):
    """`import snnlab.functional.lif`, then `snnlab.functional.lif.lif_step`."""
    found = {}
    exec(f"import {alias}", found)
    value, name = attrgetter(alias.removeprefix("snnlab."))(found["snnlab"]), alias.rpartition(".")[2]
    package = ".".join(alias.split(".")[:2])
    assert value is (getattr(import_module(home), name) if name in FUNCTIONS[package] else import_module(home))


@pytest.mark.parametrize("name", STEPS.split())
def test_the_functional_layer_offers(name):
    assert hasattr(snnlab.functional, name)


@pytest.mark.parametrize("name", STEPS.split())
def test_the_module_layer_offers_it_too(name):
    """As `norse.torch` does."""
    assert getattr(snnlab.modules, name) is getattr(snnlab.functional, name)


@pytest.mark.parametrize("name", LAYERS.split())
def test_the_module_layer_offers(name):
    """Of its own: the neuron that `snnlab.functional` calls LIF is another thing than the module of this name."""
    assert issubclass(getattr(snnlab.modules, name), torch.nn.Module | tuple)


@pytest.mark.parametrize("name", " ".join(LEFT_OUT).split())
def test_what_is_left_out_is_not_there(name):
    """Otherwise it need not stand in the list."""
    assert not hasattr(snnlab.functional, name)
    assert not hasattr(snnlab.modules, name)
