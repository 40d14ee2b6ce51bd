"""What scripts for other programs share: the input as numpy code, the refusal of what no other program repeats."""

import dis
import inspect
from textwrap import fill
from types import FunctionType
from typing import Any

import numpy as np

from snnlab.core import Quantity

from .. import waveforms
from ..run import INTEGRATORS
from ..stimulus import Stimulus

MAX_NUMBERS = 20_000  # that a script holds
WITH_MATPLOTLIB = [
    "",
    "try:",
    "    import matplotlib.pyplot as plt",
    "except ImportError:",
    '    print("no picture: matplotlib is not installed")',
    "else:",
]
FORMULAS = ("Step", "Ramp", "PulseTrain", "Sine", "Chirp")  # functions of time alone


def check(experiment: Any, program: str) -> None:
    """Raises ValueError for what no script of another program can have."""
    model, run = experiment.model, experiment.settings
    if model.family != "neuron":
        raise ValueError(f"model = {type(model).__name__} is of the family {model.family!r}: {program} gets neurons")
    if run.noise:
        raise ValueError(
            f"noise = {run.noise:g} cannot be expressed in {program}, whose random numbers are others: set noise = 0"
        )


def head(experiment: Any, program: str) -> str:
    """The first line of a script."""
    return f'"""{type(experiment.model).__name__} under {experiment.stimulus.kind.name}, in {program}, made by snnlab.'


def input_lines(experiment: Any) -> dict[str, list[str]]:
    """Port -> lines of numpy code that make the array named like it: the input in each step.

    They use what `imports` brings. Raises ValueError for an input that takes more numbers than a script holds.
    """
    stimulus, run = experiment.stimulus, experiment.settings
    cuts = INTEGRATORS[run.integrator].cuts
    if _is_formula(stimulus):
        lines = {"current": _formula(stimulus, f"time = np.arange({experiment.steps}) * {run.dt!r}")}
    else:
        inputs = stimulus.sampler()(experiment.steps, run.dt, run.seed)
        lines = {port: [f"{port} = {_array(port, x.numpy())}"] for port, x in inputs.items()}
    if cuts > 1:
        lines = {port: [*code, *_finer(port, cuts)] for port, code in lines.items()}
    return lines


def fine_dt(experiment: Any) -> float:
    """The step of the integrator in ms."""
    return experiment.model.dt(experiment.settings)


def _finer(port: str, cuts: int) -> list[str]:
    """A current goes on through the parts of a step, a spike comes once."""
    lines = [f"{port} = np.repeat({port}, {cuts})  # {cuts} steps of the integrator for each"]
    return lines + [f"{port}[np.arange(len({port})) % {cuts} > 0] = 0"] * (port == "spikes")


def _is_formula(stimulus: Stimulus) -> bool:
    if stimulus.kind.name == "Sum":
        return bool(stimulus.parts) and all(map(_is_formula, stimulus.parts))
    return stimulus.kind.name in FORMULAS


def _formula(stimulus: Stimulus, times: str) -> list[str]:
    """The waveforms' own code, and the sum of what they give."""
    sources: dict[str, str] = {}
    call = _call(stimulus, sources)
    return [*(line for source in sources.values() for line in source.splitlines()), "", "", times, f"current = {call}"]


def _call(stimulus: Stimulus, sources: dict[str, str]) -> str:
    if stimulus.parts:
        return f"({' + '.join(_call(part, sources) for part in stimulus.parts)})"
    shape: Any = stimulus.kind.shape
    _collect(shape, sources)
    values = ", ".join(f"{name}={value!r}" for name, value in stimulus.taken()._asdict().items())
    return f"{shape.__name__}(time, SimpleNamespace({values}), None)"


def _collect(function: FunctionType, sources: dict[str, str]) -> None:
    """The source of a function of `waveforms`, after that of all that it uses from there."""
    for name in [i.argval for i in dis.get_instructions(function) if i.opname == "LOAD_GLOBAL"]:
        used = vars(waveforms).get(name)
        if isinstance(used, FunctionType):
            _collect(used, sources)
        elif isinstance(used, float):
            sources.setdefault(name, f"{name} = {used!r}")
    sources.setdefault(function.__name__, "\n\n" + inspect.getsource(function))


def imports(code: list[str]) -> list[str]:
    """What these lines of input need."""
    spaces = ["from types import SimpleNamespace", ""] if any("SimpleNamespace" in line for line in code) else []
    return [*spaces, "import numpy as np"]


def _array(port: str, x: np.ndarray) -> str:
    """An array as code without loss: as its levels and how long each lasts, where that is shorter."""
    starts = np.flatnonzero(np.append(True, np.diff(x) != 0))
    lengths = np.diff(np.append(starts, len(x)))
    numbers = min(len(x), 2 * len(starts))
    if numbers > MAX_NUMBERS:
        raise ValueError(
            f"the stimulus is {len(x):,} different samples of {'spikes' if port == 'spikes' else 'current'}: a script "
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
