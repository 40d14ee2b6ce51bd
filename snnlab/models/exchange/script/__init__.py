"""An experiment as a Python file that runs on its own: in snnlab, Brian2 or Norse."""

from collections.abc import Callable
from typing import Any

from snnlab.core import Catalogue

from . import brian2, norse, own

PROGRAMS: dict[str, Callable[[Any], str]] = Catalogue(
    "the program", {"snnlab": own.script, "norse": norse.script, "brian2": brian2.script}
)


def script(experiment: Any, program: str = "snnlab") -> str:
    """A Python file that makes this run in "snnlab", "norse" or "brian2", prints the spikes and draws, if it can.

    That of snnlab gives exactly the recording of `experiment.run()`. Those of the other programs stand alone: they
    have the input as a formula or as samples, one neuron (the first of a population, which has no noise) and numbers in
    double precision, as `experiment.run(torch.float64)`. They leave `spike_times` in ms, at the end of a step as here.

    Raises ValueError that names what the program cannot express.

    >>> from snnlab.models import LIF, Experiment, Step
    >>> print(script(Experiment.of(LIF(tau_mem=20), Step(amplitude=1.2))).partition("print")[0])
    \"\"\"LIF under Step, in snnlab.\"\"\"
    <BLANKLINE>
    from snnlab.models import LIF, Step
    <BLANKLINE>
    model = LIF(tau_mem=20.0)
    stimulus = Step(amplitude=1.2)
    recording = model.simulate(stimulus)
    """
    return PROGRAMS[program](experiment)
