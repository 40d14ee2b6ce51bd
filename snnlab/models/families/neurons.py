"""Neurons as models: a population under a stimulus, each neuron with a noise of its own."""

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, ClassVar

import torch

from snnlab.core import Catalogue, Function, Neuron, Quantity, Steps, annotations, received, sound
from snnlab.engine import Recording, memory, simulate
from snnlab.functional import NEURONS as _NEURONS
from snnlab.symbolic import equations, lines

from ..knobs import free, knobs
from ..model import Model
from ..reserved import INPUTS, RENAMED, in_script
from ..result import Inputs, current_of
from ..settings import INTEGRATORS, MAX_VALUES, Initial, NeuronRun
from ..stimuli.port import Port
from ..stimuli.random_samples import ornstein_uhlenbeck

SMALL = 1_000_000  # values of noise that are kept, of eight runs
BYTES = 40  # of a step of a neuron's noise, in double precision, with what it is made from


class NeuronModel(Model):
    """A neuron whose parameters are knobs; abstract: `model_of` makes the final classes."""

    family = "neuron"
    definition: ClassVar[Neuron]
    neuron: ClassVar[Neuron]
    settings = NeuronRun

    @classmethod
    def check_names(cls) -> None:
        """Its parameters and variables; those that are numbers are written in scripts by their names."""
        super().check_names()
        for field, name in cls.shown.items():
            written = field if isinstance(cls.marks[field], Steps) else name
            if isinstance(cls.marks[field], Quantity):
                free(f"{cls.fields.__name__}.{field}", written, in_script(written, cls.state._fields))
        for variable in cls.state._fields:
            used = Initial.meaning(variable) or INPUTS.get(variable, "") or in_script(variable)
            free(f"{cls.state.__name__}.{variable}", variable, "" if variable in RENAMED else used)

    @classmethod
    def meaning(cls, name: str) -> str:
        return super().meaning(name) or INPUTS.get(name, "")

    def variables(self) -> dict[str, Any]:
        return annotations(self.neuron.state)

    def on_show(self) -> dict[str, Any]:
        """A population, whose last neuron has noise of a fifth of the usual drive."""
        return {"neurons": 20, "noise": round(0.2 * (self.neuron.current.default or 1.0), 9)}

    def equations(self) -> tuple[str, ...]:
        return lines(equations(self.neuron, **self.functions()))

    def functions(self) -> dict[str, Any]:
        """The parameters that are functions, as its definition takes them."""
        marks = {field: mark for field, mark in self.marks.items() if isinstance(mark, Function)}
        return {field: mark.taken(getattr(self, self.shown[field])) for field, mark in marks.items()}

    def dt(self, settings: Any) -> float:
        return settings.dt / INTEGRATORS[settings.integrator].cuts

    def fits(self, steps: int, settings: Any) -> None:
        total = steps * INTEGRATORS[settings.integrator].cuts
        super().fits(total, settings)
        values = total * settings.neurons
        if values > MAX_VALUES:
            raise ValueError(
                f"{total:,} steps of {settings.neurons} neurons are {values:,} values: "
                f"at most {MAX_VALUES:,} are kept; give fewer neurons, a shorter duration or a larger dt"
            )

    def possible(self, steps: int, settings: Any) -> None:
        super().possible(steps, settings)
        values = steps * INTEGRATORS[settings.integrator].cuts * settings.neurons if settings.noise else 0
        memory.check(values * BYTES, "cpu", f"Noise of {settings.neurons:,} neurons")

    def sampler(self, experiment: Any, before: int = 0) -> Callable[[], Inputs]:
        sample, cuts = super().sampler(experiment, before), INTEGRATORS[experiment.settings.integrator].cuts
        return lambda: {port: cut(x, port, cuts) for port, x in sample().items()}

    def runner(self, experiment: Any, p: Any, dtype: torch.dtype, resume: Recording | None) -> Callable[..., Recording]:
        run = NeuronRun(**experiment.settings.values())
        neuron, device, dt = self.neuron, run.device.lower(), self.dt(run)
        method = INTEGRATORS[run.integrator]
        state = None if experiment.initial.at_rest or resume is not None else experiment.initial.taken(dt)
        before = 0 if resume is None else resume.until

        def perform(inputs: Inputs, cancelled: Callable[[], bool]) -> Recording:
            current = current_of(inputs)[:, None]
            if run.noise:  # else all have the same current, which is there once
                noise = kept_noise(len(current), run.neurons, dt, run.noise, run.noise_tau, run.seed)
                current = current + noise
            return simulate(
                neuron,
                current=current[before:].to(device, dtype).expand(-1, run.neurons),
                spikes=inputs["spikes"][before:, None].to(device, dtype) if "spikes" in inputs else None,
                state=state,
                resume=resume,
                p=p,
                dt=dt / 1000,
                record=run.record or neuron.state._fields,
                every=run.every,
                advance=method.advance(neuron),
                cancelled=cancelled,
                backend=run.backend,
            )

        return perform


def cut(x: torch.Tensor, port: str, cuts: int) -> torch.Tensor:
    """An input on a grid that is so many times finer: a current goes on, a spike comes once."""
    fine = x.repeat_interleave(cuts)
    if port == "spikes" and cuts > 1:
        fine[torch.arange(len(fine)) % cuts > 0] = 0
    return fine


def kept_noise(steps: int, neurons: int, *numbers: Any) -> torch.Tensor:
    """`population_noise`, which is not drawn anew while its numbers stay what they are and it is small."""
    return (_last_noise if steps * neurons <= SMALL else population_noise)(steps, neurons, *numbers)


def population_noise(steps: int, neurons: int, dt: float, sigma: float, tau: float, seed: int) -> torch.Tensor:
    """Noise [steps, neurons] whose standard deviation grows from 0 in the first neuron to sigma in the last.

    A neuron alone is the last one.
    """
    # another stream than the stimulus has with this seed
    generator = torch.Generator().manual_seed(seed + 1_000_003)
    strengths = torch.linspace(0 if neurons > 1 else 1, 1, neurons, dtype=torch.float64)
    return ornstein_uhlenbeck((steps, neurons), dt, sigma, tau, generator) * strengths


_last_noise = lru_cache(maxsize=8)(population_noise)


@cache
def jump_of(neuron: Neuron) -> Quantity | None:
    """What an input spike adds, in the unit of the variable that it changes; None for a neuron without spike port."""
    if neuron.receive is None:
        return None
    p = neuron.parameters()
    before = neuron.rest(p)
    after = received(neuron, before, torch.ones(()), p)
    pairs = zip(neuron.state._fields, before, after, strict=True)
    name = next(field for field, old, new in pairs if not torch.equal(old, new))
    mark = annotations(neuron.state)[name]
    reach, doc = mark.high - mark.low, f"jump of {name} at a spike"
    return Quantity(mark.unit, -reach, reach, bounds=mark.allowed, default=reach / 4, doc=doc)


@cache
def model_of(neuron: Neuron) -> type[NeuronModel]:
    """The `param` class of a neuron."""
    sound(neuron)
    body = {
        "neuron": neuron,
        "definition": neuron,
        "port": Port(neuron.current, jump_of(neuron)),
        "state": neuron.state,
        "__doc__": neuron.doc,
        "__module__": "snnlab.models",
    }
    return type(neuron.name, (NeuronModel,), body | knobs(neuron.parameters))


NEURONS = Catalogue("the neuron", {neuron.name: model_of(neuron) for neuron in _NEURONS})
