"""Settings of a run: its length, step, integrator, noise and seed, and the state in which it begins."""

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import param

from snnlab.core import (
    Advance,
    Choice,
    Count,
    Names,
    Neuron,
    Quantity,
    derived,
    euler,
    exponential_euler,
    heun,
    remembered,
    rk4,
    staggered,
)
from snnlab.core.tuples import with_defaults
from snnlab.engine import BACKENDS

from .knobs import Knobs, knobs
from .limits import MAX_STEPS
from .stimuli.port import Port
from .stimuli.quantities import Drive


class Method(NamedTuple):
    """An integrator as people choose it: how a neuron's state advances, and into how many steps each dt is cut."""

    advance: Callable[[Neuron], Advance]
    cuts: int = 1


INTEGRATORS = {
    "Euler": Method(lambda neuron: euler),
    "staggered Euler": Method(lambda neuron: staggered(*neuron.state._fields)),
    "Euler, dt / 10": Method(lambda neuron: euler, cuts=10),
    "exponential Euler": Method(lambda neuron: exponential_euler),
    "Heun": Method(lambda neuron: heun),
    "RK4": Method(lambda neuron: rk4),
}


def integrator_of(neuron: Neuron, method: Any = None) -> str:
    """The name of a method, of the neuron's own unless given; "Euler" where it has none."""
    wanted = method or neuron.advance
    return next((name for name, one in INTEGRATORS.items() if one.advance(neuron) == wanted), "Euler")


DEVICES = ("CPU", "CUDA")  # also where there is no GPU: an experiment from elsewhere can be read, if not run

Duration = Annotated[float, Quantity("ms", low=20, high=1000, bounds=(1, 1e7), step=5, doc="length of the run")]
Dt = Annotated[float, Quantity("ms", low=0.01, high=1, bounds=(0.001, 10), doc="time step")]
Seed = Annotated[int, Count(low=0, high=100, bounds=(0, 2**31), doc="seed of all random numbers")]
Integrator = Annotated[str, Choice(INTEGRATORS, doc="integration method")]
Record = Annotated[tuple, Names(doc="variables to record (empty: all)")]
Every = Annotated[int, Count(low=1, high=100, bounds=(1, 1_000_000), doc="steps from one recorded value to the next")]
Device = Annotated[str, Choice(DEVICES, doc="compute device")]
Backend = Annotated[str, Choice(BACKENDS, doc="compute backend")]


NOISE = "noise of the last neuron (grows from none in the first; a single neuron has all of it)"


class NeuronRun(NamedTuple):
    duration: Duration = 100.0
    dt: Dt = 0.1
    integrator: Integrator = "Euler"
    neurons: Annotated[int, Count(low=1, high=100, bounds=(1, 100_000), doc="size of the population")] = 1
    noise: Annotated[float, Drive(0.0, least=0.0, doc=NOISE)] = 0.0
    noise_tau: Annotated[
        float, Quantity("ms", low=0.1, high=50, bounds=(0.001, 1e4), doc="correlation time of the noise")
    ] = 3.0
    seed: Seed = 0
    record: Record = ()
    every: Every = 1
    device: Device = "CPU"
    backend: Backend = "auto"


class CableRun(NamedTuple):
    duration: Duration = 50.0
    dt: Dt = 0.1
    integrator: Integrator = "Euler"
    seed: Seed = 0


class ClampRun(NamedTuple):
    duration: Duration = 50.0
    dt: Dt = 0.1
    integrator: Integrator = "exponential Euler"
    neurons: Annotated[int, Count(low=1, high=30, bounds=(1, 1000), doc="number of commands", part="stimulus")] = 1
    lowest: Annotated[float, Drive(-0.5, doc="the lowest command", part="stimulus")] = 0.0
    seed: Seed = 0
    record: Record = ()
    every: Every = 1
    device: Device = "CPU"
    backend: Backend = "auto"


@remembered(64)
def usual_run(dt: float, integrator: str, fields: Any = NeuronRun) -> Any:
    """The settings of a run of neurons, under clamp or in compartments, with these defaults."""
    return with_defaults(fields, dt=dt, integrator=integrator)


class SignalRun(NamedTuple):
    duration: Duration = 500.0
    dt: Dt = 1.0
    neurons: Annotated[
        int, Count(low=1, high=100, bounds=(1, 10_000), doc="number of neurons that encode the signal")
    ] = 20
    window: Annotated[
        float, Quantity("ms", low=1, high=500, bounds=(0.01, 1e5), doc="time window over which spikes are counted")
    ] = 50.0
    seed: Seed = 0


class SynapseRun(NamedTuple):
    duration: Duration = 1000.0
    dt: Dt = 0.5
    seed: Seed = 0


class PlainRun(NamedTuple):
    duration: Duration = 200.0
    dt: Dt = 0.5
    seed: Seed = 0


class OperationRun(NamedTuple):
    duration: Duration = 200.0
    dt: Dt = 0.2
    seed: Seed = 0


class NetworkRun(NamedTuple):
    duration: Duration = 500.0
    dt: Dt = 0.1
    seed: Seed = 0
    record: Record = ()
    every: Every = 1
    watched: Annotated[
        int, Count(low=1, high=50, bounds=(0, 10_000), doc="number of neurons whose variables are recorded")
    ] = 5
    device: Device = "CPU"
    backend: Backend = "auto"


class Run(Knobs):
    """How an experiment is run."""


class Initial(Knobs):
    """The state in which an experiment begins; the model's rest while `at_rest`.

    Where a value is set, it begins from the values and not from rest; `at_rest = True` puts them back.
    """

    at_rest = param.Boolean(default=True, doc="begin at rest")

    def completed(self, values: dict[str, Any]) -> dict[str, Any]:
        begun = [name for name in values if name in self.defaults]
        if values.get("at_rest") is not True:
            return {**values, "at_rest": values.get("at_rest", False)} if begun else values
        if void := [name for name in begun if values[name] != self.defaults[name]]:
            raise ValueError(f"at_rest = True leaves no room for other values ({', '.join(void)}): give either")
        return {**self.defaults, **values}

    def __setattr__(self, name: str, value: Any) -> None:
        if self._together or name.startswith("_"):
            super().__setattr__(name, value)
        else:
            self.param.update({name: value})

    def changed(self) -> dict[str, Any]:
        """What makes it again: no values at rest, and else all."""
        return {} if self.at_rest else self.values()

    def reset(self) -> None:
        self.at_rest = True


@remembered(128)
def run_of(fields: Any, port: Port, variables: tuple[str, ...]) -> type[Run]:
    """The `Run` class for these settings, with the unit of this port and the names of what can be recorded."""

    def resolve(mark):
        return Names(options=variables, doc=mark.doc) if isinstance(mark, Names) else port.resolve(mark)

    origin: tuple = (run_of, (fields, port, variables))
    usual = next((kind for kind in (NeuronRun, ClampRun, CableRun) if kind.__name__ == fields.__name__), None)
    if usual is not None:  # with other defaults, no name leads to it
        defaults = fields._field_defaults
        origin = (_run_again, (usual, defaults["dt"], defaults["integrator"], port, variables))
    body = {"__doc__": Run.__doc__, "__module__": "snnlab.models", "origin": origin}
    return type("Run", (Run,), body | knobs(fields, resolve))


def _run_again(usual: Any, dt: float, integrator: str, port: Port, variables: tuple[str, ...]) -> type[Run]:
    """The class of the settings of a neuron with these defaults, for pickle."""
    return run_of(usual_run(dt, integrator, usual), port, variables)


@derived
def initial_of(state: Any) -> type[Initial]:
    """The `Initial` class for this state."""
    body = {"__doc__": Initial.__doc__, "__module__": "snnlab.models", "origin": (initial_of, (state,))}
    return type("Initial", (Initial,), body | knobs(state))


def step_count(run: Any) -> int:
    """How many steps of dt a run has, at least one."""
    return max(1, round(run.duration / run.dt))


def page_steps(steps: int, duration: float) -> int:
    """So many steps, in `duration` ms. Raises ValueError where they are more than are run on a page."""
    if steps > MAX_STEPS:
        raise ValueError(
            f"duration / dt = {steps:,} steps: at most {MAX_STEPS.told} are run; "
            f"give a duration up to {duration * MAX_STEPS / steps:.6g} ms, or a larger dt"
        )
    return steps
