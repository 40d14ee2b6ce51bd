"""What a person holds: models, stimuli and experiments as `param` objects in textbook units."""

from snnlab.functional import NEURONS as _neurons

from .experiment import DEVICES, INTEGRATORS, Experiment, Initial, Result, Run
from .knobs import Knob, Knobs, Model, model_of
from .presets import PATTERNS, PRESETS, Preset
from .recorded import MAX_BYTES, Sweep, example, read
from .stimulus import KINDS, STIMULI, Segment, Stimulus, stimuli, suited

NEURONS = {neuron.name: model_of(neuron) for neuron in _neurons}
globals().update(NEURONS | STIMULI)  # snnlab.models.Izhikevich, snnlab.models.Step
