"""What the explorer shows of each family of models."""

from snnlab.core import Catalogue
from snnlab.models import Model

from .commands import CommandScene
from .compartments import CompartmentScene
from .encoder import EncoderScene
from .learning import LearningScene
from .network import NetworkScene
from .neuron import NeuronScene
from .operation import OperationScene
from .plasticity import PlasticityScene
from .readout import ReadoutScene
from .scene import Drawn, Scene, inputs_of_samples
from .surrogate import SurrogateScene

SCENES = Catalogue(
    "the family",
    {
        "neuron": NeuronScene,
        "encoder": EncoderScene,
        "plasticity": PlasticityScene,
        "surrogate": SurrogateScene,
        "network": NetworkScene,
        "operation": OperationScene,
        "compartments": CompartmentScene,
    },
)


def scene_of(model: Model) -> Scene:
    """What is shown of a model."""
    if getattr(model.definition, "reads", ""):
        return ReadoutScene(model)
    if getattr(model.definition, "learns", False):
        return LearningScene(model)
    commanded = model.neuron is not None and model.neuron.imposed is not None
    return CommandScene(model) if commanded else SCENES[model.family](model)
