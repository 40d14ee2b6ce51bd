"""What scripts for other programs share: the input as numpy code, the refusal of what no other program repeats."""

from textwrap import fill
from typing import Any

import numpy as np

from snnlab.core import Quantity

from ...settings import INTEGRATORS
from ...stimuli import formula
from ...stimuli.stimulus import Stimulus

MAX_NUMBERS = 20_000  # that a script holds
WITH_MATPLOTLIB = [
    "",
    "try:",
    "    import matplotlib.pyplot as plt",
    "except ImportError:",
    '    print("no picture: matplotlib is not installed")',
    "else:",
]


def check(experiment: Any, program: str) -> None:
    """Raises ValueError for what no script of another program can have."""
    model, run = experiment.model, experiment.settings
    if model.family != "neuron":
        raise ValueError(f"model = {type(model).__name__} is of the family {model.family!r}: {program} gets neurons")
    if model.neuron.imposed is not None:
        raise ValueError(f"model = {type(model).__name__} is under voltage clamp: {program} gets neurons without one")
    if run.noise and run.neurons == 1:
        raise ValueError(
            f"noise = {run.noise:g} cannot be expressed in {program}, whose random numbers are others: set noise = 0"
        )


def head(experiment: Any, program: str) -> str:
    """The first lines of a script."""
    begin = f'"""{type(experiment.model).__name__} under {experiment.stimulus.kind.name}, in {program}, made by snnlab.'
    if (many := experiment.settings.neurons) == 1:
        return begin
    which = "which has no noise" if experiment.settings.noise else "as all are equal"
    return f"{begin}\n\nOf the {many:,} neurons it is the first, {which}."


def input_lines(experiment: Any) -> dict[str, list[str]]:
    """Port -> lines of numpy code that make the array named like it: the input in each step.

    They use numpy, as np. Raises ValueError for an input that takes more numbers than a script holds.
    """
    stimulus, run, steps = experiment.stimulus, experiment.settings, experiment.steps
    lines = {}
    for port, x in stimulus.sampler()(steps, run.dt, run.seed).items():
        lines[port] = _formula(stimulus, port, steps, run.dt) or [f"{port} = {_array(port, x.numpy())}"]
    cuts = INTEGRATORS[run.integrator].cuts
    if cuts > 1:
        lines = {port: [*code, *_finer(port, cuts)] for port, code in lines.items()}
    return lines


def fine_dt(experiment: Any) -> float:
    """The step of the integrator in ms."""
    return experiment.model.dt(experiment.settings)


def _finer(port: str, cuts: int) -> list[str]:
    """A current goes on through the parts of a step, a spike comes once."""
    lines = [f"{port} = np.repeat({port}, {cuts})  # {cuts} steps of the integrator for each"]
    return lines + [f"{port}[np.arange(len({port})) % {cuts} > 0] = 0"] * (port != "current")


def terms(stimulus: Stimulus, port: str) -> list[Stimulus]:
    """The stimuli with a formula whose sum is what enters at a port; none where it is something else."""
    if stimulus.kind.port is not None:
        return [stimulus] if stimulus.kind.formula is not None else []
    if stimulus.kind.source is None or not stimulus.kind.source.sign:
        return []
    found = [terms(part, port) for part in stimulus.parts if port in part.ports]
    return [one for each in found for one in each] if all(found) else []


def _formula(stimulus: Stimulus, port: str, steps: int, dt: float) -> list[str]:
    """The formulas as functions, and the sum of what they give; nothing where that is not all, or all is constant."""
    kinds = dict.fromkeys(one.kind for one in terms(stimulus, port))
    if not any("t" in formula.program(kind).used for kind in kinds):
        return []
    functions = [line for kind in kinds for line in (*formula.text(kind).splitlines(), "", "")]
    times = f"time = np.arange({steps + (port == 'spikes')}) * {dt!r}"
    return ["", *functions, times, f"{port} = {_sum(stimulus, port)}"]


def _sum(stimulus: Stimulus, port: str) -> str:
    if stimulus.parts:
        return f"({' + '.join(_sum(part, port) for part in stimulus.parts if port in part.ports)})"
    return formula.call(stimulus.kind, stimulus.taken())


def _array(port: str, x: np.ndarray) -> str:
    """An array as code without loss: as its levels and how long each lasts, where that is shorter."""
    starts = np.flatnonzero(np.append(True, np.diff(x) != 0))
    lengths = np.diff(np.append(starts, len(x)))
    numbers = min(len(x), 2 * len(starts))
    if numbers > MAX_NUMBERS:
        raise ValueError(
            f"the stimulus is {len(x):,} different samples of {port}: a script "
            f"holds at most {MAX_NUMBERS:,}; give a shorter duration or a larger dt"
        )
    if len(starts) == 1:
        return f"np.full({len(x)}, {x[0].item()!r})"
    if numbers == len(x):
        return f"np.array({_listed(x)})"
    return f"np.repeat({_listed(x[starts])}, {_listed(lengths)})"


def _listed(values: np.ndarray) -> str:
    written = ", ".join(map(repr, values.tolist()))
    return f"[{written}]" if len(written) < 60 else f"[\n{fill(written, 116)}\n]"


def picture(experiment: Any) -> list[str]:
    """Lines that print the spikes, and draw `v` over `time` with them where matplotlib is there."""
    mark: Any = experiment.model.variables()["v"]
    unit = f" ({mark.unit})" if isinstance(mark, Quantity) and mark.unit != "1" else ""
    return [
        'print("spikes at (ms):", spike_times)',
        *WITH_MATPLOTLIB,
        "    plt.plot(time, v)",
        '    plt.plot(spike_times, np.full(len(spike_times), max(v)), "|")',
        '    plt.xlabel("time (ms)")',
        f'    plt.ylabel("v{unit}")',
        "    plt.show()",
    ]
