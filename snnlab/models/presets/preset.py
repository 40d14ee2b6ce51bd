"""A preset: a whole experiment as data with named fields, and where it comes from."""

from typing import Any, NamedTuple

from ..experiment import Experiment
from ..knobs import Model
from ..stimulus import Segment, stimuli


class Driven(NamedTuple):
    """A stimulus of a kind, with the values that differ from its defaults."""

    kind: str
    values: dict[str, float]


class Preset(NamedTuple):
    """Everything that differs from the defaults. `stimulus` is (kind, values), or segments; `initial` {} means rest."""

    id: str
    name: str
    neuron: type[Model]
    source: str
    look: str  # what to look for
    values: dict[str, float] = {}
    stimulus: Driven | tuple[Segment, ...] = Driven("Constant", {})
    settings: dict[str, Any] = {}
    initial: dict[str, float] = {}
    letter: str = ""  # of its figure
    robust: "Preset | None" = (
        None  # the variant that does not depend on step and integrator, where the published one does
    )

    def experiment(self) -> Experiment:
        """A fresh experiment."""
        kinds = stimuli(self.neuron.neuron.current)
        if isinstance(self.stimulus, Driven):
            stimulus = kinds[self.stimulus.kind](**self.stimulus.values)
        else:
            stimulus = kinds["Protocol"](source=self.stimulus)
        return Experiment.of(self.neuron(**self.values), stimulus, self.settings, self.initial)
