"""Plasticity rules as models: one synapse under the spikes of both its sides."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar

import numpy as np
import torch

from snnlab.core import Catalogue, Plasticity, Quantity, annotations, beginning, flattened, running
from snnlab.engine import Diverged, Recording, simulate
from snnlab.functional import PLASTICITY as _RULES
from snnlab.symbolic import rule_equations

from ..knobs import knobs
from ..model import Model
from ..result import Inputs
from ..settings import SynapseRun
from ..stimuli.port import Port
from ..stimuli.stimulus import Stimulus, stimuli_of

DT = annotations(SynapseRun)["dt"]
SPIKE = Quantity("1", low=0, high=1, bounds=(0, 1), default=1.0, symbol="S", doc="size of a spike")


class PlasticityModel(Model):
    """A plasticity rule whose parameters are knobs; abstract: `rule_model` makes the final classes.

    It is driven by `Pairs` of spikes, or by presynaptic spikes alone; its recording has their spikes in two columns.
    """

    family = "plasticity"
    definition: ClassVar[Plasticity]
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
        run, initial, rule = experiment.settings.taken(), experiment.initial, self.definition
        neuron, own = running(rule), "z" if "z" in rule.synapse._fields else None  # the rule has a neuron of its own
        state, before = None, 0 if resume is None else resume.until
        if not initial.at_rest and resume is None:
            state = neuron.state(*(torch.tensor(v, dtype=dtype) for v in (*initial.taken(), 0.0)))

        def with_pairs(recording: Recording, pairs: torch.Tensor) -> Recording:
            pairs = pairs[: len(recording.spikes)]
            if own:
                pairs[:, 1] = recording.variables[own]
            return replace(recording, spikes=pairs > 0)

        def perform(inputs: Inputs, cancelled: Callable[[], bool]) -> Recording:
            steps = len(next(iter(inputs.values())))
            pairs = inputs.get("pairs", torch.zeros(steps, 2, dtype=torch.float64)).clone()
            if "spikes" in inputs:
                pairs[:, 0] += inputs["spikes"]
            pairs = pairs[before:].to(dtype)
            try:
                recording = simulate(
                    neuron,
                    spikes=pairs[:, 0],
                    current=pairs[:, 1],
                    p=p,
                    state=state,
                    resume=resume,
                    dt=run.dt / 1000,
                    record=rule.synapse._fields,
                    cancelled=cancelled,
                )
            except Diverged as error:
                error.recording = with_pairs(error.recording, pairs)
                raise
            return with_pairs(recording, pairs)

        return perform

    def window(self, delays: Any = None, dt: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
        """How much one pair of spikes changes the weight, for each delay from pre to post in ms: (delays, changes).

        All pairs are one run. The weight begins at its default; dt in ms. Raises ValueError for a rule that changes no
        weight.
        """
        if self.definition.learn is None:
            raise ValueError(f"{type(self).__name__} changes no weight: only rules that learn have a window")
        delays = np.arange(-80.0, 80.01, 2.0) if delays is None else np.asarray(delays, dtype=float)
        if delays.ndim != 1 or not delays.size or not np.isfinite(delays).all():
            raise ValueError(f"delays of shape {delays.shape} are not allowed: give a row of finite numbers in ms")
        DT.check("dt", dt)
        apart = np.round(delays / dt).astype(int)
        steps = 10 + int(np.abs(apart).max())
        at = np.stack([np.maximum(0, -apart), np.maximum(0, apart)])  # the earlier one in the first step
        spikes = torch.zeros(2, steps, len(delays), dtype=torch.float64)
        for side in range(2):
            spikes[side, at[side], np.arange(len(delays))] = 1.0
        neuron, p = running(self.definition), self.p(torch.float64)
        run = simulate(neuron, spikes=spikes[0], current=spikes[1], p=p, dt=dt / 1000, record="w")
        return delays, run.variables["w"][-1].numpy() - beginning(annotations(self.definition.synapse)["w"])


@cache
def rule_model(rule: Plasticity) -> type[PlasticityModel]:
    """The `param` class of a rule."""
    body = {
        "definition": rule,
        "port": Port(None, SPIKE, pairs=True),
        "state": rule.synapse,
        "__doc__": rule.doc,
        "__module__": "snnlab.models",
    }
    return type(rule.name, (PlasticityModel,), body | knobs(flattened(rule.parameters)))


PLASTICITY = Catalogue("the plasticity rule", {rule.name: rule_model(rule) for rule in _RULES})
