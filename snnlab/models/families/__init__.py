"""All models, by family and name, and the model of any definition."""

from typing import overload

from snnlab.core import Catalogue, Encoder, Neuron, Plasticity, what_is

from ..model import Model
from . import neurons
from .clamps import CLAMPS, clamp, clamp_of
from .encoders import ENCODERS, EncoderModel, encoder_model
from .networks import NETWORKS
from .neurons import NEURONS, NeuronModel
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
    },
)


@overload
def model_of(definition: Neuron) -> type[NeuronModel]: ...
@overload
def model_of(definition: Encoder) -> type[EncoderModel]: ...
@overload
def model_of(definition: Plasticity) -> type[PlasticityModel]: ...
def model_of(definition: Neuron | Encoder | Plasticity) -> type[Model]:
    """The `param` class of a neuron, encoder or plasticity rule, of snnlab's or of your own.

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
    raise ValueError(f"definition is {what_is(definition)}: give a Neuron, an Encoder or a Plasticity")
