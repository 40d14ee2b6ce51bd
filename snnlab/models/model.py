"""A model as a person holds it: parameters as knobs, presets, a run, and what a notebook shows of it."""

import numbers
import time
from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Any, ClassVar

import torch

from snnlab.core import Catalogue, Count, Neuron, Quantity, Unknown, what_is
from snnlab.core.tuples import Nothing
from snnlab.engine import Diverged, Progress, Recording, memory
from snnlab.engine.coarse import noted

from .knobs import Knobs
from .picture import values_table
from .reserved import LINK
from .result import Inputs, Result, steps_before
from .settings import page_steps
from .stimuli.port import Port
from .stimuli.stimulus import Stimulus, stimuli_of

BYTES = 64  # of a step of a stimulus, in double precision, with what it is made from


def not_a_model(value: Any) -> ValueError:
    return ValueError(f"model is {what_is(value)}: give a model, snnlab.models.LIF() for one")


class Model(Knobs):
    """A definition whose parameters are knobs; abstract: each family makes the final classes.

    `definition` is a Neuron, Encoder, Plasticity, Surrogate or Network; `family` says which; `port` is what drives it;
    `state` is the tuple of variables from which a run begins, `settings` that of how it is run.
    """

    family: ClassVar[str]
    definition: ClassVar[Any]
    neuron: ClassVar[Neuron | None] = None  # what a run steps, where it is the engine's
    port: Port
    state: ClassVar[Any] = Nothing
    settings: ClassVar[Any]
    inner: ClassVar[dict[str, Any]] = {}  # parameters that are models: their names and classes
    text: ClassVar[str | None] = None  # the equations of one that is typed
    presets: ClassVar[Catalogue]  # what is made of models is hung on them by the package
    simulate: ClassVar[Callable[..., Recording]]

    @classmethod
    def meaning(cls, name: str) -> str:
        families = {kind.__dict__.get("family"): "a family in links" for kind in Model.__subclasses__()}
        variables = dict.fromkeys(cls.state._fields, "a variable of its state")
        return super().meaning(name) or (families | LINK | variables).get(name, "")

    def p(self, dtype=torch.float32, device="cpu", dt: float | None = None) -> Any:
        """The parameter tuple for the functional layer, numbers as scalar tensors.

        `dt` is the time step in ms with which it will run, which a refractory period is counted in.

        >>> from snnlab.models import LIFRefrac
        >>> LIFRefrac(t_ref=2).p(dt=0.1).rho_reset
        tensor(20.)

        Raises ValueError for a model that needs dt, where none is given.
        """

        def tensor(mark, value):
            number = isinstance(mark, Quantity) and not isinstance(mark, Count) and isinstance(value, numbers.Real)
            return torch.tensor(value, dtype=dtype, device=device) if number else value

        return self.fields(*map(tensor, self.marks.values(), self.taken(dt)))

    def dt(self, settings: Any) -> float:
        """The time step in ms with which these settings integrate its equations."""
        return settings.dt

    def usual(self) -> Stimulus:
        """A stimulus that shows what it does."""
        return stimuli_of(self.port)["Constant"]()

    def on_show(self) -> dict[str, Any]:
        """Settings of a run with which a preset or a page shows it, where they are not the defaults."""
        return {}

    def fitted(self, sweep: Any) -> dict[str, float]:
        """Values of a recorded current with which the model takes all of it, where that is not its usual drive."""
        return {}

    def variables(self) -> dict[str, Any]:
        """What a run records: the names of variables and their annotations."""
        raise NotImplementedError

    def fits(self, steps: int, settings: Any) -> None:
        """Raises ValueError where a run of so many steps would be too long or too large for a page."""
        page_steps(steps, settings.duration)
        if (every := getattr(settings, "every", 1)) > steps:
            raise ValueError(
                f"every = {every:,} is not allowed: of a run of {steps:,} steps nothing would be kept, "
                f"give at most {steps:,}"
            )

    def possible(self, steps: int, settings: Any) -> None:
        """Raises ValueError where this machine cannot run it, and MemoryError for more than it holds."""
        memory.check(steps * BYTES, "cpu", f"A stimulus of {steps:,} steps")
        if getattr(settings, "device", "CPU") == "CUDA" and not torch.cuda.is_available():
            raise ValueError("device = 'CUDA' cannot be had: this machine has no GPU that torch can use, give CPU")

    def sampler(self, experiment: Any, before: int = 0) -> Callable[[], Inputs]:
        """What makes the inputs of a run, with all values as they are now, from the beginning of time on: before it,
        there were so many steps. Random numbers that were drawn for these are drawn again.
        """
        settings, sample = experiment.settings, experiment.stimulus.sampler()
        steps, dt, seed = before + experiment.steps, settings.dt, settings.seed
        self.possible(steps, settings)
        return lambda: sample(steps, dt, seed)

    def runner(self, experiment: Any, p: Any, dtype: torch.dtype, resume: Recording | None) -> Callable[..., Recording]:
        """What makes a recording of the inputs, with all values as they are now; each family has its own.

        Where it is to go on from a recording, the inputs have those steps in front.
        """
        raise NotImplementedError

    def arguments(
        self, experiment: Any, p: Any, dtype: torch.dtype, resume: Recording | None = None
    ) -> Callable[[Inputs], dict[str, Any]]:
        """What gives the arguments of `simulate` from the inputs of a run, with all values as they are now: of a family
        that steps a neuron."""
        raise NotImplementedError

    def whole(self, p: Any) -> Any:
        """The parameter tuple of that neuron, from the model's own."""
        return p

    def entering(self, inputs: Inputs) -> Inputs:
        """What enters that neuron, at "current" and "spikes", of what a stimulus gives, in any shape."""
        raise NotImplementedError

    def job(self, experiment: Any, dtype=torch.float32, resume: Recording | None = None) -> Callable[..., Result]:
        """What runs this model in an experiment: see `Experiment.job`."""
        stimulus = experiment.stimulus
        source, onset, end = stimulus.source, stimulus.begins, stimulus.ends
        device = getattr(experiment.settings, "device", "CPU")
        before = 0
        if resume is not None:
            before = steps_before(resume, experiment, self.dt(experiment.settings))
        sample = self.sampler(experiment, before)  # first: it says what cannot be run here
        dt, marks = self.dt(experiment.settings), self.variables()
        p = self.p(dtype, device.lower(), dt)
        run = self.runner(experiment, p, dtype, resume)

        cuts = round(experiment.settings.dt / dt)

        def perform(cancelled: Callable[[], bool] = lambda: False, progress=None) -> Result:
            start = time.perf_counter()
            inputs = sample()
            entered = inputs if resume is None else {port: x[resume.until :] for port, x in inputs.items()}

            def result(recording: Recording, failure: Diverged | None = None, coarse: str = "") -> Result:
                values = {}
                for name, x in recording.variables.items():
                    values[name] = marks[name].shown(x, dt)
                took, found = time.perf_counter() - start, replace(recording, variables=values)
                return Result(found, entered, took, self.definition, p, source, onset, device, failure, end, coarse)

            def tell(part: Progress) -> None:
                progress(Progress(part, lambda: None if (found := part.so_far()) is None else result(found)))

            told, failure = () if progress is None else (tell,), None
            try:
                with noted(cuts) as words:
                    recording = run(inputs, cancelled, *told)
            except Diverged as error:
                failure, recording = error, error.recording
            return result(recording, failure, words[0] if words else "")

        return perform

    def __getattr__(self, name: str) -> Any:
        """Asked for what is not there: says what is."""
        if name == "run":
            raise AttributeError(f"{type(self).__name__} has no run: {type(self).__name__}(...).simulate(...) runs it")
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(str(Unknown(f"the attribute of {type(self).__name__}", name, self.names())))

    def copy(self) -> "Model":
        """Another of the same values, which does not change with it."""
        return type(self)(**self.values(), **{name: getattr(self, name).copy() for name in self.inner})

    def __copy__(self) -> "Model":
        return self.copy()

    def equations(self) -> tuple[str, ...]:
        """Its equations as lines of LaTeX, where they can be derived."""
        return ()

    def _repr_html_(self) -> str:
        """Equations, values and units."""
        lines = "".join(f"$${line}$$" for line in self.equations())
        title = self.definition.title or self.definition.name
        parts = "".join(f"<p>{name}:</p>{getattr(self, name)._repr_html_()}" for name in self.inner)
        words = f"<b>{escape(title)}</b><br>{escape(self.definition.doc)}<br><i>{escape(self.definition.source)}</i>"
        return f"<div>{words}{lines}{values_table(self)}{parts}</div>"
