"""Surrogate gradients as models: the spike that goes forwards, and the slope that goes back, along a signal."""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar

import torch

from snnlab.core import SURROGATES as _SLOPES
from snnlab.core import Catalogue, Quantity, Surrogate, threshold
from snnlab.core.surrogate import NOISE
from snnlab.core.tuples import tuple_class
from snnlab.engine import Recording
from snnlab.symbolic import slope_equation

from ..knobs import knobs
from ..model import Model
from ..result import Inputs
from ..settings import PlainRun
from ..stimuli.port import Port
from ..stimuli.stimulus import Stimulus, stimuli_of

EXCESS = Quantity("1", low=-2, high=2, bounds=(-1e3, 1e3), default=1.0, symbol="x", doc="distance from the threshold")
SLOPE = Quantity("1", low=0, high=1.2, doc="slope that a gradient sees")


class SurrogateModel(Model):
    """A surrogate whose sharpness is a knob; abstract: `surrogate_model` makes the final classes.

    Its stimulus is the distance x from the threshold; what it records is x and the slope there.
    """

    family = "surrogate"
    definition: ClassVar[Surrogate]
    settings = PlainRun
    port = Port(EXCESS)

    def variables(self) -> dict[str, Any]:
        return {"x": EXCESS, "slope": SLOPE}

    def equations(self) -> tuple[str, ...]:
        return (slope_equation(self.definition),)

    def usual(self) -> Stimulus:
        return stimuli_of(self.port)["Ramp"](start=-2, end=2, onset=0, length=200)

    def runner(self, experiment: Any, p: Any, dtype: torch.dtype, resume: Recording | None) -> Callable[..., Recording]:
        run, surrogate, alpha = experiment.settings.taken(), self.definition, p.alpha if p else 1.0

        def perform(inputs: Inputs, cancelled: Callable[[], bool]) -> Recording:
            x = inputs["current"].to(dtype)
            z = threshold(x, surrogate.name, alpha, generator=torch.Generator().manual_seed(run.seed))
            before = 0 if resume is None else resume.until
            x, z = x[before:], z[before:, None] > 0
            return Recording({"x": x, "slope": surrogate.slope(x, alpha)}, z, run.dt, before=before)

        return perform


def surrogate_model(surrogate: Surrogate) -> type[SurrogateModel]:
    """The `param` class of a surrogate."""
    hints = {} if surrogate.alpha is None else {"alpha": Annotated[float, surrogate.alpha]}
    defaults = {} if surrogate.alpha is None else {"alpha": surrogate.alpha.default}
    fields = tuple_class(f"{surrogate.name}_parameters", hints, defaults)
    body = {"definition": surrogate, "__doc__": surrogate.doc, "__module__": "snnlab.models"}
    name = "".join(map(str.capitalize, surrogate.name.split("_")))
    return type(f"{name}Surrogate", (SurrogateModel,), body | knobs(fields))


SURROGATES = Catalogue("the surrogate", {name: surrogate_model(s) for name, s in (_SLOPES | NOISE).items()})
