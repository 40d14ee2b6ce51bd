"""All models, by family and name, and the model of any definition."""

from typing import overload

from snnlab.core import Cable, Catalogue, Encoder, Neuron, Plasticity, SpikeOperation, what_is

from ..model import Model
from . import neurons
from .clamps import CLAMPS, clamp, clamp_of
from .compartments import COMPARTMENTS, CompartmentModel, cable_model
from .encoders import ENCODERS, EncoderModel, encoder_model
from .networks import NETWORKS
from .neurons import NEURONS, NeuronModel
from .operations import OPERATIONS, OperationModel, operation_model
from .plasticity import PLASTICITY, PlasticityModel, rule_model
from .surrogates import SURROGATES

FAMILIES = Catalogue(
    "the family",
    {
        "neuron": NEURONS,
        "encoder": ENCODERS,
        "plasticity": PLASTICITY,
        "surrogate": SURROGATES,
        "network": NETWORKS,
        "operation": OPERATIONS,
        "compartments": COMPARTMENTS,
    },
)


@overload
def model_of(definition: Neuron) -> type[NeuronModel]: ...
@overload
def model_of(definition: Encoder) -> type[EncoderModel]: ...
@overload
def model_of(definition: Plasticity) -> type[PlasticityModel]: ...
@overload
def model_of(definition: SpikeOperation) -> type[OperationModel]: ...
@overload
def model_of(definition: Cable) -> type[CompartmentModel]: ...
def model_of(definition: Neuron | Encoder | Plasticity | SpikeOperation | Cable) -> type[Model]:
    """The `param` class of a neuron, encoder, plasticity rule, operation or cable, of snnlab's or of your own.

    >>> from snnlab.functional import LIF
    >>> model_of(LIF) is NEURONS["LIF"]
    True
    """
    match definition:
        case Neuron():
            return neurons.model_of(definition)
        case Encoder():
            return encoder_model(definition)
        case Plasticity():
            return rule_model(definition)
        case SpikeOperation():
            return operation_model(definition)
        case Cable():
            return cable_model(definition)
    kinds = "a Neuron, an Encoder, a Plasticity, a SpikeOperation or a Cable"
    raise ValueError(f"definition is {what_is(definition)}: give {kinds}")
