"""What a person holds: models, stimuli and experiments as `param` objects in textbook units."""

from types import ModuleType as _Module

from .convergence import Convergence
from .convergence import convergence as _convergence
from .experiment import Experiment
from .experiment import simulate as _simulate
from .families import FAMILIES, model_of
from .families.clamps import CLAMPS, clamp
from .families.compartments import COMPARTMENTS, CompartmentModel
from .families.encoders import ENCODERS, EncoderModel
from .families.networks import NETWORKS, NetworkModel
from .families.neurons import NEURONS, NeuronModel
from .families.operations import OPERATIONS, OperationModel
from .families.plasticity import PLASTICITY, PlasticityModel
from .families.surrogates import SURROGATES, SurrogateModel
from .knobs import Knob, Knobs
from .limits import MAX_BYTES
from .model import Model
from .presets import PATTERNS, PRESETS, Preset
from .presets import PresetsOf as _PresetsOf
from .recorded_drive import gain_in_words
from .recordings.files import example, read
from .recordings.sweep import MAX_SAMPLES, Sweep, TooLong
from .recordings.tables import table
from .result import Result
from .settings import DEVICES, INTEGRATORS, Initial, Run
from .stimuli.compounds import Part
from .stimuli.port import Port
from .stimuli.sources import Segment
from .stimuli.stimulus import STIMULI, Stimulus, stimuli_of, stimulus_of, suited
from .stimuli.waveforms import KINDS
from .typed import EquationError, neuron, neuron_code, neuron_from_brian2

# what is made of models and stimuli is offered by them, too; they stand lower, and know nothing of it
Model.presets = _PresetsOf(lambda preset, kind: preset.model is kind)
Stimulus.presets = _PresetsOf(lambda preset, kind: kind is not Stimulus and preset.stimulus_kind == kind.kind.name)
Model.simulate = _simulate
Experiment.converged = _convergence

# snnlab.models.Izhikevich, snnlab.models.Step
_ALL = (NEURONS, ENCODERS, PLASTICITY, SURROGATES, NETWORKS, OPERATIONS, COMPARTMENTS, STIMULI)
globals().update({kind.__name__: kind for kinds in _ALL for kind in kinds.values()})
# what is offered as snnlab.LIF, too: classes, functions and catalogues, not the modules that they are in
OFFERED = tuple(
    name for name, value in globals().items() if not name.startswith("_") and not isinstance(value, _Module)
)
