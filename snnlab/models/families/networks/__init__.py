"""Networks as models: each is one annotated tuple, one function that wires it, and one line here."""

from snnlab.core import Catalogue

from .brunel import Brunel
from .feed_forward import FeedForward
from .izhikevich import IzhikevichNetwork
from .lsnn import LSNNetwork
from .network import NetworkModel as NetworkModel
from .plastic_inputs import PlasticInputs
from .population import Population
from .readout import PopulationReadout
from .synfire import Synfire

KINDS = (Population, Brunel, Synfire, FeedForward, LSNNetwork, PopulationReadout, PlasticInputs, IzhikevichNetwork)
NETWORKS = Catalogue(
    "the network",
    {model.definition.name: model for model in KINDS},
)
