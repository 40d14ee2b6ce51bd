"""Plasticity rules as models: one synapse under the spikes of both its sides."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import torch

from snnlab.core import Catalogue, Neuron, Plasticity, annotations, beginning, derived, flattened, running
from snnlab.engine import Diverged, Recording, simulate
from snnlab.functional import PLASTICITY as _RULES
from snnlab.symbolic import rule_equations

from ..knobs import knobs
from ..model import Model
from ..result import Inputs
from ..settings import SynapseRun
from ..stimuli.port import Port
from ..stimuli.stimulus import Stimulus, stimuli_of
from .sides import SPIKE, TwoSided, spikes_apart


class PlasticityModel(TwoSided, Model):
    """A plasticity rule whose parameters are knobs; abstract: `rule_model` makes the final classes.

    It is driven by `Pairs` of spikes, or by presynaptic spikes alone; its recording has their spikes in two columns.
    """

    family = "plasticity"
    definition: ClassVar[Plasticity]
    neuron: ClassVar[Neuron]
    own: ClassVar[str | None]  # the variable that says when the neuron of a rule spikes, where it has one
    settings = SynapseRun

    def variables(self) -> dict[str, Any]:
        return annotations(self.definition.synapse)

    def equations(self) -> tuple[str, ...]:
        values = self.taken()._asdict()
        constants = {f: v for f, v in values.items() if isinstance(v, str) or callable(v)}
        negative = frozenset(f for f, v in values.items() if f not in constants and v < 0)
        return rule_equations(self.definition, negative, **constants)

    def usual(self) -> Stimulus:
        return stimuli_of(self.port)["Pairs" if self.definition.two_sided else "SpikeTrain"]()

    def runner(self, experiment: Any, p: Any, dtype: torch.dtype, resume: Recording | None) -> Callable[..., Recording]:
        given = self.arguments(experiment, p, dtype, resume)

        def perform(inputs: Inputs, cancelled: Callable[[], bool]) -> Recording:
            arguments = given(inputs)
            sides = torch.stack([arguments["spikes"], arguments["current"]], 1)
            try:
                return self.with_sides(simulate(self.neuron, **arguments, resume=resume, cancelled=cancelled), sides)
            except Diverged as error:
                error.recording = self.with_sides(error.recording, sides)
                raise

        return perform

    def with_sides(self, recording: Recording, sides: torch.Tensor) -> Recording:
        """With the spikes on both sides [steps, 2]; the postsynaptic ones of a rule with a neuron are its own."""
        sides = sides[: len(recording.spikes)]
        if self.own is not None:
            sides[:, 1] = recording.variables[self.own]
        return replace(recording, spikes=sides > 0)

    def arguments(
        self, experiment: Any, p: Any, dtype: torch.dtype, resume: Recording | None = None
    ) -> Callable[[Inputs], dict[str, Any]]:
        run, initial, state, before = experiment.settings.taken(), experiment.initial, None, 0
        if resume is not None:
            before = resume.until
        elif not initial.at_rest:
            state = self.neuron.state(*(torch.tensor(v, dtype=dtype) for v in (*initial.taken(), 0.0)))
        given = {"p": p, "state": state, "dt": run.dt / 1000, "record": self.definition.synapse._fields}

        def with_inputs(inputs: Inputs) -> dict[str, Any]:
            return given | {port: x[before:].to(dtype) for port, x in self.entering(inputs).items()}

        return with_inputs

    def window(self, delays: Any = None, dt: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
        """How much one pair of spikes changes the weight, for each delay from pre to post in ms: (delays, changes).

        All pairs are one run. The weight begins at its default; dt in ms. Raises ValueError for a rule that changes no
        weight.
        """
        if self.definition.learn is None:
            raise ValueError(f"{type(self).__name__} changes no weight: only rules that learn have a window")
        delays, spikes = spikes_apart(np.arange(-80.0, 80.01, 2.0) if delays is None else delays, dt, 10)
        p = self.p(torch.float64)
        run = simulate(self.neuron, spikes=spikes[0], current=spikes[1], p=p, dt=dt / 1000, record="w")
        return delays, run.variables["w"][-1].numpy() - beginning(annotations(self.definition.synapse)["w"])


@derived
def rule_model(rule: Plasticity) -> type[PlasticityModel]:
    """The `param` class of a rule."""
    body = {
        "definition": rule,
        "neuron": running(rule),
        "own": "z" if "z" in rule.synapse._fields else None,
        "port": Port(None, SPIKE, pairs=True),
        "state": rule.synapse,
        "__doc__": rule.doc,
        "__module__": "snnlab.models",
    }
    return type(rule.name, (PlasticityModel,), body | knobs(flattened(rule.parameters)))


PLASTICITY = Catalogue("the plasticity rule", {rule.name: rule_model(rule) for rule in _RULES})
