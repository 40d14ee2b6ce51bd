"""A preset: a whole experiment as data with named fields, and where it comes from."""

from typing import Any, NamedTuple

from ..experiment import Experiment
from ..model import Model
from ..stimulus import stimuli
from ..waveforms import Segment


class Driven(NamedTuple):
    """A stimulus of a kind, with the values that differ from its defaults."""

    kind: str
    values: dict[str, float]


class Preset(NamedTuple):
    """Everything that differs from the defaults. `stimulus` is (kind, values), or segments; `initial` {} means rest."""

    id: str
    name: str
    model: type[Model]
    source: str
    look: str  # what to look for
    values: dict[str, Any] = {}
    stimulus: Driven | tuple[Segment, ...] | None = Driven("Constant", {})
    settings: dict[str, Any] = {}
    initial: dict[str, float] = {}
    letter: str = ""  # of its figure
    robust: "Preset | None" = (
        None  # the variant that does not depend on step and integrator, where the published one does
    )

    def experiment(self) -> Experiment:
        """A fresh experiment."""
        model = self.model(**self.values)
        kinds = stimuli(model.port)
        if isinstance(self.stimulus, Driven):
            stimulus = kinds[self.stimulus.kind](**self.stimulus.values)
        else:
            stimulus = model.usual() if self.stimulus is None else kinds["Protocol"](source=self.stimulus)
        return Experiment.of(model, stimulus, self.settings, self.initial)
