"""Operations on spikes as models: two trains come in, lines and signals come out."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import torch

from snnlab.core import Catalogue, Neuron, SpikeOperation, annotations, derived, operating
from snnlab.engine import Recording, simulate
from snnlab.functional import OPERATIONS as _OPERATIONS
from snnlab.symbolic import operation_equations

from ..knobs import knobs
from ..model import Model
from ..result import Inputs
from ..settings import OperationRun
from ..stimuli.port import Port
from ..stimuli.stimulus import Stimulus, stimuli_of
from .sides import DT, SPIKE, TwoSided, spikes_apart


class OperationModel(TwoSided, Model):
    """An operation whose parameters are knobs; abstract: `operation_model` makes the final classes.

    It is driven by two trains, A and B; its recording has their spikes in two columns, and as variables the lines as
    they are held and what comes out.
    """

    family = "operation"
    definition: ClassVar[SpikeOperation]
    neuron: ClassVar[Neuron]
    settings = OperationRun
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

    def window(self, delays: Any = None, dt: float = 0.2) -> tuple[np.ndarray, np.ndarray]:
        """What comes out on the first line in answer to a spike on each, for each delay from A to B in ms.

        (delays, answers): of an operation that holds its lines the time at 1 in ms, of others the number of spikes. All
        pairs are one run; dt in ms. Raises ValueError for an operation without such a line.

        >>> from snnlab.models import AndGate
        >>> AndGate(width=5).window([0, 3, 8])[1].round(3)
        array([5., 2., 0.])
        """
        if not self.definition.lines:
            raise ValueError(f"{type(self).__name__} has no line that comes out: it answers by signals alone")
        DT.check("dt", dt)
        if delays is None:
            apart = max(1, round(0.5 / dt)) * dt  # whole steps
            delays = apart * np.arange(-round(30 / apart), round(30 / apart) + 1)
        p = self.p(torch.float64, dt=dt)
        most = 0.0 if self.definition.pulse is None else float(self.definition.pulse(p))
        delays, spikes = spikes_apart(delays, dt, 2 + int(most))
        line = self.definition.lines[0]
        run = simulate(self.neuron, spikes=spikes[0], current=spikes[1], p=p, dt=dt / 1000, record=line)
        answers = run.variables[line].sum(0).double().numpy()
        return delays, answers * (1.0 if self.definition.pulse is None else dt)


@derived
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
