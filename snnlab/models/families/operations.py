"""Operations on spikes as models: two trains come in, lines and signals come out."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar

import torch

from snnlab.core import Catalogue, Neuron, SpikeOperation, annotations, operating
from snnlab.engine import Recording, simulate
from snnlab.functional import OPERATIONS as _OPERATIONS
from snnlab.symbolic import operation_equations

from ..knobs import knobs
from ..model import Model
from ..result import Inputs
from ..settings import PlainRun
from ..stimuli.port import Port
from ..stimuli.stimulus import Stimulus, stimuli_of
from ..stimuli.waveforms import Pair
from .plasticity import SPIKE


class OperationModel(Model):
    """An operation whose parameters are knobs; abstract: `operation_model` makes the final classes.

    It is driven by two trains, A and B; its recording has their spikes in two columns, and as variables the lines as
    they are held and what comes out.
    """

    family = "operation"
    definition: ClassVar[SpikeOperation]
    neuron: ClassVar[Neuron]
    settings = PlainRun
    port = Port(None, SPIKE, pairs=True)

    def variables(self) -> dict[str, Any]:
        return annotations(self.definition.state)

    def equations(self) -> tuple[str, ...]:
        return operation_equations(self.definition)

    def usual(self) -> Stimulus:
        return stimuli_of(self.port)["Clocks"]()

    def runner(self, experiment: Any, p: Any, dtype: torch.dtype, resume: Recording | None) -> Callable[..., Recording]:
        given = self.arguments(experiment, p, dtype, resume)

        def perform(inputs: Inputs, cancelled: Callable[[], bool]) -> Recording:
            arguments = given(inputs)
            spikes = torch.stack([arguments["spikes"], arguments["current"]], 1) > 0
            return replace(simulate(self.neuron, **arguments, resume=resume, cancelled=cancelled), spikes=spikes)

        return perform

    def arguments(
        self, experiment: Any, p: Any, dtype: torch.dtype, resume: Recording | None = None
    ) -> Callable[[Inputs], dict[str, Any]]:
        run, before = experiment.settings.taken(), 0 if resume is None else resume.until
        given = {"p": p, "dt": run.dt / 1000, "record": self.definition.state._fields}

        def with_inputs(inputs: Inputs) -> dict[str, Any]:
            return given | {port: x[before:].to(dtype) for port, x in self.entering(inputs).items()}

        return with_inputs

    def entering(self, inputs: Inputs) -> Inputs:
        """Spikes of A at "spikes", those of B at "current"; a single train is that of A."""
        found = dict(inputs)
        if (both := found.pop("pairs", None)) is not None:
            found |= dict(zip(Pair._fields, both.unbind(-1)))
        none = torch.zeros_like(next(iter(found.values())))
        sides = [[x for name, x in found.items() if name in names] for names in (("spikes", "pre"), ("post",))]
        return {port: sum(side, none) for port, side in zip(("spikes", "current"), sides)}


@cache
def operation_model(operation: SpikeOperation) -> type[OperationModel]:
    """The `param` class of an operation."""
    body = {
        "definition": operation,
        "neuron": operating(operation),
        "__doc__": operation.doc,
        "__module__": "snnlab.models",
    }
    return type(operation.name, (OperationModel,), body | knobs(operation.parameters))


OPERATIONS = Catalogue("the operation", {one.name: operation_model(one) for one in _OPERATIONS})
