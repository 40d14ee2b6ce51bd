"""An experiment: a model, a stimulus, how it is run, and from which state. Plain data with one method, `run`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch

from snnlab.core import refused
from snnlab.engine import Recording
from snnlab.engine.coarse import warn

from .exchange import from_json, from_nir, from_query, to_json, to_nir, to_query
from .exchange.data import flat
from .exchange.script import script
from .model import Model, not_a_model
from .picture import values_table
from .recorded_drive import recorded_drive
from .recordings.sweep import Sweep
from .result import Result, recorded_experiment, steps_before
from .settings import Initial, Run, initial_of, run_of, step_count
from .stimuli.rows import is_row, sampled
from .stimuli.stimulus import STIMULI, Stimulus, suited

ELSEWHERE = {  # arguments of snnlab.simulate, and how a model is told
    "current": "the stimulus comes first, simulate(Constant(amplitude=1.5)), or an array with a value for each step",
    "spikes": "the stimulus comes first, simulate(SpikeTrain()) for one",
    "steps": "give a duration in ms, simulate(duration=100)",
    "p": "a model has its parameters, LIF(tau_mem=20)",
    "state": "give initial, a dictionary of values by name",
}


@dataclass(frozen=True, init=False)
class Experiment:
    """A model, a stimulus, how it is run (`settings`), and the state it begins from (`initial`).

    `stimulus` gets the units of the model; an array or tensor is a current in its unit, one value for each step, which
    says how long the run is. `settings` and `initial` are dictionaries of values by name. The model is the one that is
    given: its knobs stay those of the experiment. The stimulus is a copy. Where `initial` names a value, the run begins
    from it and not from rest. With a `Run` for settings, all parts are taken as they are.

    Raises ValueError for a stimulus that the model does not take, for names that are not known and values that are not
    allowed.

    >>> from snnlab.models import LIF, Step
    >>> Experiment(LIF(), Step(amplitude=1.5), {"dt": 0.2}).settings
    Run(dt=0.2)
    """

    model: Model
    stimulus: Stimulus
    settings: Run
    initial: Initial
    converged: ClassVar[Callable[..., Any]]  # `convergence`, hung on it by the package, as it needs presets

    def __init__(
        self,
        model: Model,
        stimulus: Stimulus | Any = None,
        settings: Run | Mapping[str, Any] | None = None,
        initial: Initial | Mapping[str, Any] | None = None,
    ) -> None:
        parts = stimulus, settings, initial
        if not isinstance(settings, Run):
            parts = _parts(model, *parts)
        for name, value in zip(("model", "stimulus", "settings", "initial"), (model, *parts)):
            object.__setattr__(self, name, value)

    @classmethod
    def of(cls, model: Model, stimulus: Stimulus | Any = None, settings=None, initial=None) -> "Experiment":
        """An experiment: the same as `Experiment(model, stimulus, settings, initial)`."""
        return cls(model, stimulus, settings, initial)

    def copier(self) -> Callable[[], "Experiment"]:
        """A function that makes this experiment again as it is now, whatever becomes of its values."""
        kept = self.copy()
        return lambda: kept.copy()

    def copy(self) -> "Experiment":
        """Another of the same, which does not change with it."""
        return Experiment(
            self.model.copy(),
            self.stimulus.copy(),
            type(self.settings)(**self.settings.values()),
            type(self.initial)(**self.initial.values(), at_rest=self.initial.at_rest),
        )

    def __copy__(self) -> "Experiment":
        return self.copy()

    def under(self, sweep: Sweep, **values: float) -> "Experiment":
        """This model driven by a recorded sweep for as long as it lasts, with a step that is fine enough.

        `gain` is what a recorded pA gives: a pA, or in other units that with which the largest current of the recording
        is the model's usual drive; `offset` is 0. For an encoder both are such that the recording goes over its range.
        Raises ValueError, in terms of the recording, for one that cannot
        drive the model.

        >>> from snnlab.models import AdEx, example
        >>> driven = Experiment.of(AdEx()).under(example())
        >>> driven.stimulus.gain, driven.settings.duration, driven.settings.dt
        (1.0, 1000.0, 0.1)
        """
        kind = type(suited(STIMULI["Recorded"](source=sweep), self.model.port, type(self.model).__name__))
        found = recorded_drive(sweep, kind, self.settings)
        stimulus = kind(source=sweep, **({"gain": found.gain} | self.model.fitted(sweep) | values))
        settings = self.settings.values() | {"duration": found.duration, "dt": found.dt}
        driven = Experiment(self.model, stimulus, type(self.settings)(**settings), self.initial)
        try:
            driven.fits()
        except ValueError:
            if "integrator" not in settings:
                raise
            driven.settings.integrator = "Euler"  # those that cut a step into many make too many
            driven.fits()
        return driven

    @property
    def steps(self) -> int:
        """Number of steps of dt."""
        return step_count(self.settings)

    def fits(self) -> int:
        """Its number of steps. Raises ValueError where the run would be too long or too large to wait for on a page.

        A script may run as much as memory holds.
        """
        steps = self.steps
        self.model.fits(steps, self.settings)
        try:
            self.model.possible(steps, self.settings)
        except MemoryError as error:
            raise ValueError(str(error)) from error
        return steps

    def job(self, dtype=torch.float32, resume: Recording | Result | None = None) -> Callable[..., Result]:
        """The run with all values as they are now: call it, with `cancelled` to stop it, in whatever thread.

        A network's calls `progress` as well now and then, with the part that is done: a number, whose `so_far()` is the
        Result up to there, or None.

        `resume`: see `run`. Raises ValueError for what cannot be run here or does not go on.
        """
        if not isinstance(dtype, torch.dtype) or not dtype.is_floating_point:
            raise refused("dtype", dtype, "torch.float32 or torch.float64")
        return self.model.job(self, dtype, resume.recording if isinstance(resume, Result) else resume)

    def run(self, dtype=torch.float32, resume: Recording | Result | None = None) -> Result:
        """Run it now, in this thread; its recording knows its units and this experiment.

        With `resume`, what an experiment with this model gave, it goes on from there for another `duration` as if the
        run had not stopped, bit for bit: time goes on, in the stimulus too, and so do all random numbers. Raises
        ValueError for another model, dt or seed; MemoryError for what cannot fit.

        >>> from snnlab.models import LIF, Step
        >>> experiment = Experiment(LIF(), Step(amplitude=1.5, onset=10))
        >>> first = experiment.run()
        >>> second = experiment.run(resume=first)
        >>> float(second.recording.time[0].round(1))
        100.1
        """
        about, result = self.to_json(), self.job(dtype, resume)()
        if result.coarse:
            warn(result.coarse)
        kept = result.recording.variables
        units = {name: mark.unit for name, mark in self.model.variables().items() if name in kept}
        more: dict[str, Any] = {}
        if (driven := self.model.port.current) is not None and "current" in result.inputs:
            current = result.inputs["current"][: len(result.recording.spikes)]
            more = {"current": current, "current_unit": driven.unit}
            if (commands := result.inputs.get("commands")) is not None:
                more["commands"] = commands[: len(result.recording.spikes)]
        recording = replace(result.recording, units=units, experiment=about, **more)
        if result.failure is not None:
            result.failure.recording = recording
        return replace(result, recording=recording)

    # -- as data -----------------------------------------------------------------------------------------------------

    def to_json(self, indent: int | None = None) -> str:
        """Everything as JSON, of the schema that python -m snnlab.models.exchange.schema prints."""
        return to_json(self, indent)

    @staticmethod
    def from_json(text: str) -> "Experiment":
        """The experiment that `to_json` wrote, here or in an earlier version.

        Raises ValueError that names field, value, and what is allowed.
        """
        return Experiment(*from_json(text))

    def to_query(self) -> str:
        """Only the values that differ from the defaults, fit for an address: v=2&neuron=LIF&tau_mem=20&s=Step&r.dt=0.2.

        Raises ValueError for a recorded current and for a model of one's own, which no link can hold.
        """
        return to_query(self)

    @staticmethod
    def from_query(query: str) -> "Experiment":
        """The experiment that `to_query` wrote, here or in an earlier version (no v=). Raises ValueError in words."""
        return Experiment(*from_query(query))

    def script(self, program: str = "snnlab") -> str:
        """A Python file that reproduces the run in "snnlab", "norse" or "brian2".

        Raises ValueError that names what the other program cannot express.
        """
        return script(self, program)

    def to_nir(self) -> Any:
        """The model as a graph of NIR, in s. Raises ValueError where NIR has no such model."""
        return to_nir(self.model)

    @staticmethod
    def from_nir(graph: Any) -> "Experiment":
        """An experiment with the model of a NIR graph. Raises ValueError for a graph of anything else."""
        return Experiment.of(from_nir(graph))

    def diff(self, other: "Experiment") -> dict[str, tuple[Any, Any]]:
        """What differs: path -> (here, there), None where only one has it.

        >>> from snnlab.models import LIF
        >>> Experiment.of(LIF()).diff(Experiment.of(LIF(tau_mem=20), settings={"dt": 0.2}))
        {'model.tau_mem': (10.0, 20.0), 'run.dt': (0.1, 0.2)}
        """
        here, there = flat(self), flat(other)
        paths = [*here, *(path for path in there if path not in here)]
        return {path: (here.get(path), there.get(path)) for path in paths if here.get(path) != there.get(path)}

    def _repr_html_(self) -> str:
        run = f"<b>Run</b>{values_table(self.settings)}"
        begin = "" if self.initial.at_rest else f"<b>Initial state</b>{values_table(self.initial)}"
        return f"<div>{self.model._repr_html_()}{self.stimulus._repr_html_()}{run}{begin}</div>"


def simulate(
    model: Model, stimulus: Stimulus | Any = None, *, initial=None, dtype=torch.float32, resume=None, **settings
) -> Recording:
    """Run it under a stimulus (the `usual` one unless given); `settings` are those of its run: duration, dt, ...

    Times are in ms. `initial` are values of its state to begin with, where that is not its rest. All as in
    `Experiment`: an array is a current with a value for each step. With `resume`, a recording of this model, it
    goes on from there, see `Experiment.run`: under the same stimulus and settings, unless others are given (an
    array then begins where the recording ends).

    Raises ValueError for what is not allowed, Diverged, with the recording so far, where a state ceases to be
    finite.

    >>> from snnlab.models import LIF, Step
    >>> LIF(tau_mem="20 ms").simulate(Step(amplitude=1.5, onset=10), duration=100).spike_times().round(1)
    array([32., 54., 76.])
    """
    for name in settings:
        if name in ELSEWHERE:
            raise ValueError(f"{name} is not known: {ELSEWHERE[name]}")
    if not isinstance(model, Model):
        raise ValueError("simulate is asked of a class: make a model first, LIF().simulate(...)")
    if resume is not None and initial is not None:
        raise ValueError("initial and resume are both given: the run goes on from where the recording ends")
    resume = resume.recording if isinstance(resume, Result) else resume
    if isinstance(resume, Recording) and recorded_experiment(resume, model):
        before, row = Experiment.from_json(resume.experiment), is_row(stimulus)
        kept = {n: v for n, v in before.settings.values().items() if not (row and n == "duration")}
        stimulus, settings = before.stimulus if stimulus is None else stimulus, kept | settings
    experiment = Experiment(model, stimulus, settings, initial)
    if isinstance(resume, Recording) and is_row(stimulus):
        steps = steps_before(resume, experiment, model.dt(experiment.settings))
        now = sampled(stimulus, experiment.settings.dt, model.port, type(model).__name__, steps)
        experiment = replace(experiment, stimulus=now)
    result = experiment.run(dtype, resume)
    if result.failure is not None:
        raise result.failure
    return result.recording


def _parts(model: Any, stimulus: Any, settings: Any, initial: Any) -> tuple[Stimulus, Run, Initial]:
    """Stimulus, settings and initial state of a model, from what was given."""
    if not isinstance(model, Model):
        raise not_a_model(model)
    for name, values in (("settings", settings), ("initial", initial)):
        if not isinstance(values, Mapping | Initial | None):
            raise refused(name, values, "a dictionary of values by name")
    run, values = run_of(model.settings, model.port, tuple(model.variables())), dict(settings or {})
    if values.get("record", ()) is None:
        raise ValueError(
            f"record = None is not allowed: give a list of {', '.join(model.variables())} (none named: all); "
            "snnlab.simulate(..., record=None) keeps nothing but spikes"
        )
    if isinstance(record := values.get("record"), str):
        values["record"] = () if record == "all" else (record,)  # none named: all
    if is_row(stimulus):
        stimulus, values = _lasting(stimulus, values, run, model)
    stimulus = model.usual() if stimulus is None else suited(stimulus, model.port, type(model).__name__).copy()
    if isinstance(initial, Initial):
        return stimulus, run(**values), initial
    begin = {"at_rest": not initial} | dict(initial or {})
    if begin["at_rest"] is True and len(begin) > 1:
        raise ValueError("initial: at_rest = True leaves no room for other values: give either")
    return stimulus, run(**values), initial_of(model.state)(**begin)


def _lasting(values: Any, settings: dict[str, Any], run: type[Run], model: Model) -> tuple[Stimulus, dict[str, Any]]:
    """A current with a value for each step, and settings as long as it is."""
    checked = run(**{name: value for name, value in settings.items() if name in ("dt", "duration")})
    stimulus = sampled(values, checked.dt, model.port, type(model).__name__)
    count = len(stimulus.source)
    least, most = run.annotation("duration").allowed
    if "duration" not in settings and not least <= round(count * checked.dt, 9) <= most:
        raise ValueError(
            f"stimulus has {count:,} values, which are {count * checked.dt:g} ms in steps of {checked.dt:g} ms: a run "
            f"lasts {least:g} to {most:g} ms, give as many values as that takes, or another dt"
        )
    if "duration" not in settings:
        settings |= {"duration": float(f"{count * checked.dt:.12g}")}
    elif (steps := step_count(checked)) != count:
        raise ValueError(
            f"stimulus has {count:,} values, and a duration of {checked.duration:g} ms is {steps:,} steps of "
            f"{checked.dt:g} ms: give one value a step, or leave the duration out"
        )
    return stimulus, settings
