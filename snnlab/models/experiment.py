"""An experiment: a model, a stimulus, how it is run, and from which state. Plain data with one method, `run`."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, NamedTuple

import param
import torch

from snnlab.core import Advance, Choice, Count, Neuron, Quantity, euler, staggered
from snnlab.engine import Diverged, Recording, simulate

from .knobs import Knobs, Model, knobs
from .stimulus import Drive, Stimulus, ornstein_uhlenbeck, stimuli, suited

MAX_STEPS = 200_000
MAX_VALUES = 5_000_000  # steps x neurons that a run keeps of each variable


class Method(NamedTuple):
    """An integrator as people choose it: how a neuron's state advances, and into how many steps each dt is cut."""

    advance: Callable[[Neuron], Advance]
    cuts: int = 1


INTEGRATORS = {
    "Euler": Method(lambda neuron: euler),
    "staggered Euler": Method(lambda neuron: staggered(*neuron.state._fields)),
    "Euler, dt / 10": Method(lambda neuron: euler, cuts=10),
}
DEVICES = ("CPU", "CUDA") if torch.cuda.is_available() else ("CPU",)


class RunParameters(NamedTuple):
    duration: Annotated[float, Quantity("ms", low=20, high=1000, bounds=(1, 1e5), step=5, doc="length of the run")] = (
        100.0
    )
    dt: Annotated[float, Quantity("ms", low=0.01, high=1, bounds=(0.001, 10), step=0.01, doc="time step")] = 0.1
    integrator: Annotated[str, Choice(INTEGRATORS, doc="how the equations are integrated")] = "Euler"
    neurons: Annotated[int, Count(low=1, high=100, doc="size of the population")] = 20
    noise: Annotated[float, Drive(0.2, least=0.0, doc="of the last neuron; the first has none")] = 0.2
    noise_tau: Annotated[float, Quantity("ms", low=0.1, high=50, bounds=(0.001, 1e4), doc="its correlation time")] = 3.0
    seed: Annotated[int, Count(low=0, high=100, bounds=(0, 2**31), doc="of all random numbers")] = 0
    device: Annotated[str, Choice(DEVICES, doc="where it runs")] = "CPU"


class Run(Knobs):
    """How an experiment is run."""


class Initial(Knobs):
    """The state in which an experiment begins; the neuron's rest while `at_rest`."""

    at_rest = param.Boolean(default=True, doc="begin at the neuron's rest")

    def reset(self) -> None:
        super().reset()
        self.at_rest = True


@cache
def run_of(current: Quantity) -> type[Run]:
    """The `Run` class with the unit of this current."""
    body = knobs(RunParameters, lambda a: a.of(current) if isinstance(a, Drive) else a)
    return type("Run", (Run,), {"__doc__": Run.__doc__, "__module__": "snnlab.models"} | body)


@cache
def initial_of(neuron: Neuron) -> type[Initial]:
    """The `Initial` class for this neuron's state."""
    body = {"__doc__": Initial.__doc__, "__module__": "snnlab.models"}
    return type("Initial", (Initial,), body | knobs(neuron.state))


@dataclass(frozen=True)
class Result:
    """What an experiment gives, with what of the experiment is needed to show it, as it was when the run was made."""

    recording: Recording  # every state variable of the population
    current: torch.Tensor  # [T], without the population's noise
    seconds: float
    neuron: Neuron
    p: Any  # the parameter tuple
    source: Any  # of the stimulus
    onset: float  # of the stimulus, in ms
    device: str
    failure: Diverged | None = None  # why the recording ends early


@dataclass(frozen=True)
class Experiment:
    """A model, a stimulus, how it is run (`settings`), and the state it begins from (`initial`)."""

    model: Model
    stimulus: Stimulus
    settings: Run
    initial: Initial

    @classmethod
    def of(cls, model: Model, stimulus: Stimulus | None = None, settings=None, initial=None) -> "Experiment":
        """An experiment; `stimulus` gets the unit of the model's current, `settings` and `initial` are dictionaries.

        Where `initial` names a value, the run begins from it and not from rest.
        """
        neuron = model.neuron
        stimulus = stimuli(neuron.current)["Constant"]() if stimulus is None else suited(stimulus, neuron.current)
        begin = {"at_rest": not initial} | (initial or {})
        return cls(model, stimulus, run_of(neuron.current)(**(settings or {})), initial_of(neuron)(**begin))

    def copier(self) -> Callable[[], "Experiment"]:
        """A function that makes this experiment again as it is now, whatever becomes of its values."""
        model, stimulus, source = self.model.values(), self.stimulus.values(), self.stimulus.source
        settings, initial = self.settings.values(), self.initial.values() | {"at_rest": self.initial.at_rest}
        return lambda: Experiment(
            type(self.model)(**model),
            type(self.stimulus)(**stimulus, source=source),
            type(self.settings)(**settings),
            type(self.initial)(**initial),
        )

    @property
    def steps(self) -> int:
        """Number of steps of dt. Raises ValueError where the run would be too long or too large."""
        steps = max(1, round(self.settings.duration / self.settings.dt))
        cuts = INTEGRATORS[self.settings.integrator].cuts
        if steps * cuts > MAX_STEPS:
            raise ValueError(
                f"duration / dt = {steps * cuts:,} steps: at most {MAX_STEPS:,} are run; "
                f"give a duration up to {MAX_STEPS * self.settings.dt / cuts:g} ms, or a larger dt"
            )
        values = steps * cuts * self.settings.neurons
        if values > MAX_VALUES:
            raise ValueError(
                f"{steps * cuts:,} steps of {self.settings.neurons} neurons are {values:,} values: "
                f"at most {MAX_VALUES:,} are kept; give fewer neurons, a shorter duration or a larger dt"
            )
        return steps

    def job(self, dtype=torch.float32) -> Callable[..., Result]:
        """The run with all values as they are now: call it, with `cancelled` to stop it, in whatever thread."""
        neuron, steps, stimulus = self.model.neuron, self.steps, self.stimulus.sampler()
        run, device = self.settings.taken(), self.settings.device.lower()
        p, source, onset = self.model.p(dtype, device), self.stimulus.source, self.stimulus.begins
        state = None if self.initial.at_rest else self.initial.taken()
        method = INTEGRATORS[run.integrator]

        def perform(cancelled: Callable[[], bool] = lambda: False) -> Result:
            start = time.perf_counter()
            dt = run.dt / method.cuts
            current = stimulus(steps, run.dt, run.seed).repeat_interleave(method.cuts)
            noise = population_noise(len(current), run.neurons, dt, run.noise, run.noise_tau, run.seed)
            failure = None
            try:
                recording = simulate(
                    neuron,
                    current=(current[:, None] + noise).to(device, dtype),
                    state=state,
                    p=p,
                    dt=dt / 1000,
                    record=neuron.state._fields,
                    advance=method.advance(neuron),
                    cancelled=cancelled,
                )
            except Diverged as error:
                failure, recording = error, error.recording
            seconds = time.perf_counter() - start
            return Result(recording, current, seconds, neuron, p, source, onset, run.device, failure)

        return perform

    def run(self, dtype=torch.float32) -> Result:
        """Run it now, in this thread."""
        return self.job(dtype)()


def population_noise(steps: int, neurons: int, dt: float, sigma: float, tau: float, seed: int) -> torch.Tensor:
    """Noise [steps, neurons] whose standard deviation grows from 0 in the first neuron to sigma in the last."""
    if neurons == 1 or sigma == 0:
        return torch.zeros(steps, neurons)
    # another stream than the stimulus has with this seed
    generator = torch.Generator().manual_seed(seed + 1_000_003)
    strengths = torch.linspace(0, 1, neurons, dtype=torch.float64)
    return ornstein_uhlenbeck((steps, neurons), dt, sigma, tau, generator) * strengths
