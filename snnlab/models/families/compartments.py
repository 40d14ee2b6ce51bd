"""Neurons in compartments as models: a chain or a small tree, a current that enters one of them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import torch

from snnlab.core import SHAPES, Cable, Catalogue, Neuron, advanced, annotations, compartments, derived, refused
from snnlab.engine import Diverged, Recording, simulate
from snnlab.functional import CABLES as _CABLES
from snnlab.symbolic import coupling_equations, equations, lines

from ..knobs import knobs
from ..model import Model
from ..result import Inputs, current_of
from ..settings import INTEGRATORS, CableRun, integrator_of, usual_run
from ..stimuli.port import Port
from ..stimuli.stimulus import Stimulus, stimuli_of
from .neurons import Integrated

FIRED, POTENTIAL = "z_", "v_"  # of a compartment, before its number


class CompartmentModel(Integrated, Model):
    """A neuron in compartments whose parameters are knobs; abstract: `cable_model` makes the final classes.

    Its recording has the potential of each compartment, and their spikes in as many columns.
    """

    family = "compartments"
    definition: ClassVar[Cable]
    cell: ClassVar[Neuron]

    @property
    def parents(self) -> tuple[int, ...]:
        """On which each compartment hangs: see `snnlab.core.compartments`."""
        return SHAPES[self.shape](self.count)

    @property
    def entered(self) -> int:
        """The compartment that the current enters, from 1: the last one, where there are fewer than the `site` says."""
        return min(self.site, self.count)

    def kept(self) -> dict[str, Any]:
        return self.values() | {"site": self.entered}

    def agree(self) -> None:
        if self.site > self.count:
            raise refused("site", self.site, f"a number from 1 to {self.count}, of as many compartments as count says")

    @property
    def neuron(self) -> Neuron:  # type: ignore[override]
        return compartments(self.cell, self.parents)

    def variables(self) -> dict[str, Any]:
        marks = annotations(self.neuron.state)
        return {name: mark for name, mark in marks.items() if name.startswith(POTENTIAL)}

    def equations(self) -> tuple[str, ...]:
        return (*lines(equations(self.cell)), *coupling_equations())

    def usual(self) -> Stimulus:
        return stimuli_of(self.port)["Step"](length=20.0)

    def whole(self, p: Any) -> Any:
        kind = self.neuron.parameters
        site = torch.tensor(float(self.entered), dtype=torch.float32)
        return kind(*p[: len(kind._fields)])._replace(site=site)

    def entering(self, inputs: Inputs) -> Inputs:
        return {"current": current_of(inputs)}

    def fits(self, steps: int, settings: Any) -> None:
        super().fits(steps * INTEGRATORS[settings.integrator].cuts, settings)

    def arguments(
        self, experiment: Any, p: Any, dtype: torch.dtype, resume: Recording | None = None
    ) -> Callable[[Inputs], dict[str, Any]]:
        run, before = experiment.settings, 0 if resume is None else resume.until
        method = INTEGRATORS[run.integrator].advance(self.cell)
        recorded = [name for name in self.neuron.state._fields if name.startswith((POTENTIAL, FIRED))]
        given = {"p": self.whole(p), "dt": self.dt(run) / 1000, "record": tuple(recorded)}
        given["advance"] = advanced(self.cell, self.parents, method)
        return lambda inputs: given | {port: x[before:, None].to(dtype) for port, x in self.entering(inputs).items()}

    def runner(self, experiment: Any, p: Any, dtype: torch.dtype, resume: Recording | None) -> Callable[..., Recording]:
        given, neuron = self.arguments(experiment, p, dtype, resume), self.neuron

        def perform(inputs: Inputs, cancelled: Callable[[], bool]) -> Recording:
            try:
                return with_spikes(simulate(neuron, **given(inputs), resume=resume, cancelled=cancelled))
            except Diverged as error:
                error.recording = with_spikes(error.recording)
                raise

        return perform


def with_spikes(recording: Recording) -> Recording:
    """The spikes [steps, compartments] of all compartments, which are recorded as variables, in place of none."""
    fired = [x.reshape(len(x)) for name, x in recording.variables.items() if name.startswith(FIRED)]
    kept = {name: x.reshape(len(x)) for name, x in recording.variables.items() if name.startswith(POTENTIAL)}
    return replace(recording, variables=kept, spikes=torch.stack(fired, 1) > 0)


@derived
def cable_model(cable: Cable) -> type[CompartmentModel]:
    """The `param` class of a neuron in compartments."""
    neuron = cable.neuron
    body = {
        "definition": cable,
        "cell": neuron,
        "port": Port(neuron.current),
        "settings": usual_run(cable.dt or neuron.dt, integrator_of(neuron, cable.advance), CableRun),
        "__doc__": cable.doc,
        "__module__": "snnlab.models",
    }
    return type(cable.name, (CompartmentModel,), body | knobs(cable.parameters))


COMPARTMENTS = Catalogue("the neuron in compartments", {cable.name: cable_model(cable) for cable in _CABLES})
