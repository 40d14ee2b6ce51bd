"""All models, by family and name."""

from snnlab.core import Catalogue

from .encoders import ENCODERS
from .networks import NETWORKS
from .neurons import NEURONS
from .plasticity import PLASTICITY
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
