"""A preset: a whole experiment as data with named fields, and where it comes from."""

from typing import Any, NamedTuple

from ..experiment import Experiment
from ..model import Model
from ..stimuli.sources import Segment
from ..stimuli.stimulus import Stimulus, stimuli_of


class Driven(NamedTuple):
    """A stimulus of a kind, with the values that differ from its defaults."""

    kind: str
    values: dict[str, float]


class Preset(NamedTuple):
    """Everything that differs from the defaults; `initial` {} means rest.

    `settings` are those of the run; a neuron is run as a population (`on_show`) unless they say otherwise. `stimulus`
    is (kind, values), segments, or a stimulus itself; None is the usual one of the model.
    """

    id: str
    name: str
    model: type[Model]
    source: str
    look: str  # what to look for
    values: dict[str, Any] = {}
    stimulus: Driven | tuple[Segment, ...] | Stimulus | None = Driven("Constant", {})
    settings: dict[str, Any] = {}
    initial: dict[str, float] = {}
    letter: str = ""  # of its figure
    robust: "Preset | None" = None  # the variant for any integrator up to its dt, where the published one is bound
    inner: dict[str, dict[str, Any]] = {}  # values of the models inside, as of the neuron of a network
    bound: str = ""  # what ties what it shows to its time step, as a clause; "": nothing does

    def experiment(self) -> Experiment:
        """A fresh experiment."""
        model = self.model(**self.values)
        for name, values in self.inner.items():
            getattr(model, name).param.update(**values)
        kinds, stimulus = stimuli_of(model.port), self.stimulus
        if isinstance(stimulus, Driven):
            stimulus = kinds[stimulus.kind](**stimulus.values)
        elif isinstance(stimulus, tuple):
            stimulus = kinds["Protocol"](source=stimulus)
        return Experiment.of(model, stimulus, model.on_show() | self.settings, self.initial)

    @property
    def stimulus_kind(self) -> str:
        """The name of its kind of stimulus."""
        if isinstance(self.stimulus, Driven):
            return self.stimulus.kind
        return "Protocol" if isinstance(self.stimulus, tuple) else (self.stimulus or self.model().usual()).kind.name


def of_kind(kind: type[Model], key: str, name: str, look: str, stimulus, values=None, source="", **settings) -> Preset:
    """A preset that is called after its model, whose source it has unless another is given."""
    return Preset(
        id=f"{kind.definition.name.lower()}-{key}",
        name=name,
        model=kind,
        source=source or kind.definition.source,
        look=look,
        values=values or {},
        stimulus=stimulus,
        settings=settings,
    )
