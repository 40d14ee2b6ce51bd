"""Surrogate gradients as models: the spike that goes forwards, and the slope that goes back, along a signal."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, ClassVar, NamedTuple

import torch
from torch import Tensor, as_tensor

from snnlab.core import SURROGATES as _SLOPES
from snnlab.core import Catalogue, Neuron, Quantity, Surrogate, annotations, derived, threshold
from snnlab.core.neuron import without_flow
from snnlab.core.surrogate import NOISE
from snnlab.core.tuples import tuple_class
from snnlab.engine import Recording, simulate
from snnlab.symbolic import slope_equation

from ..knobs import knobs
from ..model import Model
from ..result import Inputs
from ..settings import PlainRun
from ..stimuli.port import Port
from ..stimuli.stimulus import Stimulus, stimuli_of

EXCESS = Quantity("1", low=-2, high=2, bounds=(-1e3, 1e3), default=1.0, symbol="x", doc="distance from the threshold")
SLOPE = Quantity("1", low=0, high=1.2, doc="slope that a gradient sees")


class SurrogateState(NamedTuple):
    """Where a signal is, and the slope there."""

    x: Annotated[Tensor, EXCESS]
    slope: Annotated[Tensor, SLOPE]


class Sharpness(NamedTuple):
    """What a slope depends on, if on anything."""

    alpha: Annotated[Tensor, Quantity("1", low=0.1, high=20, doc="sharpness of the slope")] = as_tensor(1.0)


class SurrogateModel(Model):
    """A surrogate whose sharpness is a knob; abstract: `surrogate_model` makes the final classes.

    Its stimulus is the distance x from the threshold; what it records is x and the slope there.
    """

    family = "surrogate"
    definition: ClassVar[Surrogate]
    neuron: ClassVar[Neuron | None]  # None where spikes come by chance
    settings = PlainRun
    port = Port(EXCESS)

    def variables(self) -> dict[str, Any]:
        return annotations(SurrogateState)

    def equations(self) -> tuple[str, ...]:
        return (slope_equation(self.definition),)

    def usual(self) -> Stimulus:
        return stimuli_of(self.port)["Ramp"](start=-2, end=2, onset=0, length=200)

    def whole(self, p: Any) -> Sharpness:
        return Sharpness(*p)

    def entering(self, inputs: Inputs) -> Inputs:
        return inputs

    def arguments(
        self, experiment: Any, p: Any, dtype: torch.dtype, resume: Recording | None = None
    ) -> Callable[[Inputs], dict[str, Any]]:
        before = 0 if resume is None else resume.until
        given = {"p": self.whole(p), "dt": experiment.settings.dt / 1000, "record": SurrogateState._fields}
        return lambda inputs: given | {"current": inputs["current"][before:, None].to(dtype)}

    def runner(self, experiment: Any, p: Any, dtype: torch.dtype, resume: Recording | None) -> Callable[..., Recording]:
        neuron, given = self.neuron, self.arguments(experiment, p, dtype, resume)
        if neuron is None:
            return self.by_chance(experiment, p, dtype, resume)

        def perform(inputs: Inputs, cancelled: Callable[[], bool]) -> Recording:
            found = simulate(neuron, **given(inputs), resume=resume, cancelled=cancelled)
            return replace(found, variables={name: x[:, 0] for name, x in found.variables.items()})

        return perform

    def by_chance(
        self, experiment: Any, p: Any, dtype: torch.dtype, resume: Recording | None
    ) -> Callable[..., Recording]:
        """The run of a threshold that is drawn anew in each step."""
        run, surrogate, alpha = experiment.settings.taken(), self.definition, p.alpha

        def perform(inputs: Inputs, cancelled: Callable[[], bool]) -> Recording:
            x = inputs["current"].to(dtype)
            z = threshold(x, surrogate.name, alpha, generator=torch.Generator().manual_seed(run.seed))
            before = 0 if resume is None else resume.until
            x, z = x[before:], z[before:, None] > 0
            return Recording({"x": x, "slope": surrogate.slope(x, alpha)}, z, run.dt, before=before)

        return perform


@derived
def along(surrogate: Surrogate) -> Neuron:
    """The surrogate as what a run takes: in each step x is what comes in, and there is a spike where it is above 0."""

    def advance(s, x, flow, p, dt):
        x = x + 0.0 * s.x
        return SurrogateState(x, surrogate.slope(x, p.alpha))

    return Neuron(
        name=surrogate.name,
        title=surrogate.title,
        doc=surrogate.doc,
        source=surrogate.source,
        parameters=Sharpness,
        state=SurrogateState,
        flow=without_flow(f"{surrogate.name} is a surrogate"),
        advance=advance,
        excess=lambda s, p: s.x,
        reset=lambda s, p: s,
        rest=lambda p: SurrogateState(as_tensor(0.0), surrogate.slope(as_tensor(0.0), p.alpha)),
        current=EXCESS,
        port="current",
    )


def surrogate_model(surrogate: Surrogate) -> type[SurrogateModel]:
    """The `param` class of a surrogate."""
    hints = {} if surrogate.alpha is None else {"alpha": Annotated[float, surrogate.alpha]}
    defaults = {} if surrogate.alpha is None else {"alpha": surrogate.alpha.default}
    fields = tuple_class(f"{surrogate.name}_parameters", hints, defaults)
    body = {
        "definition": surrogate,
        "neuron": None if surrogate.level else along(surrogate),
        "__doc__": surrogate.doc,
        "__module__": "snnlab.models",
    }
    name = "".join(map(str.capitalize, surrogate.name.split("_")))
    return type(f"{name}Surrogate", (SurrogateModel,), body | knobs(fields))


SURROGATES = Catalogue("the surrogate", {name: surrogate_model(s) for name, s in (_SLOPES | NOISE).items()})
