"""Neurons as models: a population under a stimulus, each neuron with a noise of its own."""

from collections.abc import Callable
from typing import Any, ClassVar

import torch

from snnlab.core import Catalogue, Function, Neuron, Quantity, Steps, annotations, derived, received, sound
from snnlab.engine import Noise, Recording, simulate
from snnlab.functional import NEURONS as _NEURONS
from snnlab.symbolic import equations, lines, no_equations

from ..knobs import free, knobs
from ..limits import MAX_VALUES
from ..model import Model
from ..reserved import INPUTS, RENAMED, in_script
from ..result import Inputs, current_of
from ..settings import INTEGRATORS, Initial, NeuronRun, integrator_of, usual_run
from ..stimuli.port import INHIBITION, Port


class Integrated:
    """What a model has whose settings name an integrator, which may cut each step into several; a part of its class."""

    def dt(self, settings: Any) -> float:
        return settings.dt / INTEGRATORS[settings.integrator].cuts

    def sampler(self, experiment: Any, before: int = 0) -> Callable[[], Inputs]:
        sample, cuts = super().sampler(experiment, before), INTEGRATORS[experiment.settings.integrator].cuts  # type: ignore[misc]
        return lambda: {port: cut(x, port, cuts) for port, x in sample().items()}


class NeuronModel(Integrated, Model):
    """A neuron whose parameters are knobs; abstract: `model_of` makes the final classes."""

    family = "neuron"
    definition: ClassVar[Neuron]
    neuron: ClassVar[Neuron]
    settings = NeuronRun
    run_fields: ClassVar[Any] = NeuronRun
    bare: ClassVar["type[NeuronModel] | None"] = None  # of one that is under a clamp: the class of it without

    @classmethod
    def check_names(cls) -> None:
        """Its parameters and variables; those that are numbers are written in scripts by their names."""
        super().check_names()
        for field, name in cls.shown.items():
            written = field if isinstance(cls.marks[field], Steps) else name
            if isinstance(cls.marks[field], Quantity):
                free(f"{cls.fields.__name__}.{field}", written, in_script(written, cls.state._fields))
        for variable in cls.state._fields:
            used = Initial.meaning(variable) or INPUTS.get(variable, "") or in_script(variable, cls.state._fields)
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
        """Those of the neuron; in their place why there are none, of one that runs and has no algebra."""
        try:
            return lines(equations(self.neuron, **self.functions()))
        except NotImplementedError as error:
            return no_equations(error)

    def functions(self) -> dict[str, Any]:
        """The parameters that are functions, as its definition takes them."""
        marks = {field: mark for field, mark in self.marks.items() if isinstance(mark, Function)}
        return {field: mark.taken(getattr(self, self.shown[field])) for field, mark in marks.items()}

    def fits(self, steps: int, settings: Any) -> None:
        total = steps * INTEGRATORS[settings.integrator].cuts
        super().fits(total, settings)
        values = total * settings.neurons
        if values > MAX_VALUES:
            raise ValueError(
                f"{total:,} steps of {settings.neurons} neurons are {values:,} values: "
                f"at most {MAX_VALUES.told} are kept; give fewer neurons, a shorter duration or a larger dt"
            )

    def entering(self, inputs: Inputs) -> Inputs:
        spikes = {port: x for port, x in inputs.items() if port in ("spikes", INHIBITION)}
        return {"current": current_of(inputs)} | spikes

    def runner(self, experiment: Any, p: Any, dtype: torch.dtype, resume: Recording | None) -> Callable[..., Recording]:
        given, backend = self.arguments(experiment, p, dtype, resume), experiment.settings.backend

        def perform(inputs: Inputs, cancelled: Callable[[], bool]) -> Recording:
            return simulate(self.neuron, **given(inputs), resume=resume, cancelled=cancelled, backend=backend)

        return perform

    def arguments(
        self, experiment: Any, p: Any, dtype: torch.dtype, resume: Recording | None = None
    ) -> Callable[[Inputs], dict[str, Any]]:
        run = NeuronRun(**experiment.settings.values())
        dt, device, begin = self.dt(run), run.device.lower(), 0 if resume is None else resume.until
        given = {
            "p": p,
            "state": None if experiment.initial.at_rest or resume is not None else experiment.initial.taken(dt),
            "dt": dt / 1000,
            "noise": population_noise(run),
            "record": run.record or self.neuron.state._fields,
            "every": run.every,
            "advance": INTEGRATORS[run.integrator].advance(self.neuron),
        }

        def with_inputs(inputs: Inputs) -> dict[str, Any]:
            found = {port: x[begin:, None].to(device, dtype) for port, x in self.entering(inputs).items()}
            current = found.pop("current").expand(-1, run.neurons)
            spikes = landing(self.neuron, found) if INHIBITION in found else found.get("spikes")
            return given | {"current": current, "spikes": spikes}

        return with_inputs


def landing(neuron: Neuron, inputs: Inputs) -> Any:
    """The spikes of a run, as `simulate` takes them: at each of a neuron's channels, where inhibition comes apart."""
    if INHIBITION not in inputs:
        return inputs.get("spikes")
    return tuple(channel(inputs["spikes"]) + channel(-inputs[INHIBITION]) for channel in neuron.channels)


def cut(x: torch.Tensor, port: str, cuts: int) -> torch.Tensor:
    """An input [T, ...] on a grid that is so many times finer: a current goes on, a spike comes once."""
    fine = x.repeat_interleave(cuts, dim=0)
    if port != "current" and cuts > 1:
        fine[torch.arange(len(fine)) % cuts > 0] = 0
    return fine


def population_noise(run: NeuronRun) -> Noise | None:
    """Noise whose standard deviation grows from 0 in the first neuron to that of the run in the last.

    A neuron alone is the last one.
    """
    if not run.noise:
        return None
    return Noise(run.noise * strengths(torch.arange(run.neurons), run.neurons), run.noise_tau / 1000, run.seed)


def strengths(k: torch.Tensor, neurons: int) -> torch.Tensor:
    """How strong the noise of neuron k is, as a part of that of the last one."""
    return k.double() / (neurons - 1) if neurons > 1 else k.double() + 1.0


@derived
def jump_of(neuron: Neuron) -> Quantity | None:
    """What an input spike adds, in the unit of the variable that it changes; None for a neuron without spike port."""
    if neuron.receive is None:
        return None
    p = neuron.parameters()
    before = neuron.rest(p)
    after = received(neuron, before, torch.ones(()), p)
    pairs = zip(neuron.state._fields, before, after, strict=True)
    name, by = next((field, float(new - old)) for field, old, new in pairs if not torch.equal(old, new))
    mark = annotations(neuron.state)[name]
    reach = mark.high - mark.low
    doc = f"jump of {name} at a spike" if by == 1 else f"weight of a spike, for a jump of {name} by {by:.3g} times that"
    return Quantity(mark.unit, -reach, reach, bounds=mark.allowed, default=reach / 4, doc=doc)


@derived
def model_of(neuron: Neuron, base: type[NeuronModel] = NeuronModel) -> type[NeuronModel]:
    """The `param` class of a neuron."""
    sound(neuron)
    body = {
        "neuron": neuron,
        "definition": neuron,
        "port": Port(neuron.current, jump_of(neuron), sides=bool(neuron.channels)),
        "state": neuron.state,
        "settings": usual_run(neuron.dt, integrator_of(neuron), base.run_fields),
        "__doc__": neuron.doc,
        "__module__": "snnlab.models",
    }
    return type(neuron.name, (base,), body | knobs(neuron.parameters))


class Neurons(Catalogue):
    """Models of neurons by their names; `others` may know more of them, which no menu lists."""

    others: ClassVar[Callable[[Any, "Neurons"], type[NeuronModel] | None]] = lambda name, kinds: None

    def __missing__(self, name):
        return Neurons.others(name, self) or super().__missing__(name)


NEURONS = Neurons("the neuron", {neuron.name: model_of(neuron) for neuron in _NEURONS})
