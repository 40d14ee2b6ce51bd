"""An experiment as a browser takes it: the module of its run, and those that give it numbers, inputs and states from
the values of its knobs. Whatever is computed there is recorded from the definitions that compute it here."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from snnlab.core import Count, Program, Quantity, Unrecordable, apart, record
from snnlab.core.random import normal, uniform
from snnlab.engine import Noise, Portable
from snnlab.engine import portable as portable_run
from snnlab.engine.fills import COUNTER, Fill, Rows, fill
from snnlab.engine.portable import filled_run

from .families.encoders import EncoderModel, by_chance
from .families.neurons import strengths
from .knobs import Knobs
from .recordings.sweep import EDGE
from .stimuli.compounds import descendants, leaves
from .stimuli.formula import weight

ON_PAGE = ("auto", "llvm")  # backends whose numbers are those of a browser
MOST = 1.000001  # chance of a spike: a rounding error above 1 is none that anybody made
Values = dict[str, Tensor]


class Exact:
    """A number in double precision on which Python's operators round once, as they do on Python's own numbers.

    Torch makes a / x of a number and a tensor a product.
    """

    def __init__(self, value: Tensor) -> None:
        self.value = value

    def _of(self, other: Any) -> Tensor:
        return other.value if isinstance(other, Exact) else torch.full_like(self.value, other)

    def __add__(self, other: Any) -> "Exact":
        return Exact(self.value + self._of(other))

    def __sub__(self, other: Any) -> "Exact":
        return Exact(self.value - self._of(other))

    def __mul__(self, other: Any) -> "Exact":
        return Exact(self.value * self._of(other))

    def __truediv__(self, other: Any) -> "Exact":
        return Exact(self.value / self._of(other))

    def __rtruediv__(self, other: Any) -> "Exact":
        return Exact(self._of(other) / self.value)

    def __floordiv__(self, other: Any) -> "Exact":
        if other != 1:
            raise TypeError(f"a quotient by {other} is not rounded down here")
        return Exact(torch.floor(self.value))

    __radd__, __rmul__ = __add__, __mul__


def portable_experiment(experiment: Any) -> Portable:
    """The run of an experiment as a module for browsers; its `values` are those of the knobs that may move there.

    They are called "model.tau_mem", "initial.v", "run.dt", "stimulus.amplitude", and "stimulus.1.amplitude" of the
    second part. Values of what is drawn by chance or read from data are none of them, nor is then the time step. To the
    bit, what a module gives is what `Experiment.run` gives, but for the last digit of sines.

    Raises ValueError for what no module can do.
    """
    check_portable(experiment)
    model, settings = experiment.model, experiment.settings
    if isinstance(model, EncoderModel) and model.neuron is None:
        return _by_chance(experiment)
    p = model.p(torch.float32, dt=model.dt(settings))
    inputs = model.sampler(experiment)()
    run = portable_run(model.neuron, **model.arguments(experiment, p, torch.float32)(inputs))
    return run.filled(movable(experiment), _fills(Form(experiment, run.about)))


def _by_chance(experiment: Any) -> Portable:
    """The spikes of an encoder, each drawn for itself."""
    values, run = movable(experiment), experiment.settings
    if "run.dt" not in values:
        raise ValueError("no module for the browser: the signal is itself drawn by chance, or read from data")
    neurons = run.neurons * experiment.model.definition.width(experiment.model.p())
    arrays = {"current": ("float", "steps", 1), "z": ("i8", "steps", neurons)}
    found = filled_run(experiment.steps, neurons, run.dt, arrays)
    return found.filled(values, _fills(Form(experiment, found.about)))


def check_portable(experiment: Any) -> None:
    """Raises ValueError for models and settings for which there is no module at all."""
    model, settings = experiment.model, experiment.settings
    if model.neuron is None and not isinstance(model, EncoderModel):
        raise ValueError(
            f"{type(model).__name__} is not compiled for a browser: neurons, plasticity rules and encoders are"
        )
    device, backend = getattr(settings, "device", "CPU"), getattr(settings, "backend", "auto")
    if device != "CPU" or backend not in ON_PAGE:
        raise ValueError(f"{device} and {backend} are not to be had in a browser: give CPU and auto")


def structure(experiment: Any) -> tuple:
    """What of an experiment a module is for: all but the numbers that may change in a browser."""
    free = movable(experiment)
    fixed = [
        (f"{prefix}.{name}", value)
        for prefix, owner in owners(experiment).items()
        for name, value in owner.values().items()
        if f"{prefix}.{name}" not in free
    ]
    stimuli = [(one.kind.name, _form(one)) for one in descendants((experiment.stimulus,))]
    return type(experiment.model), experiment.initial.at_rest, *fixed, *stimuli


def _form(stimulus: Any) -> Any:
    """What of its source no module computes: when its parts come, its data."""
    if stimulus.parts:
        return tuple(stimulus.kind.source.spans(stimulus.source))
    return stimulus.source if isinstance(stimulus.source, tuple) else id(stimulus.source)


def movable(experiment: Any) -> dict[str, float]:
    """The numbers that may change in a browser, by the names of their knobs."""
    found = _numbers("model", experiment.model, whole=False)
    if not experiment.initial.at_rest:
        found |= _numbers("initial", experiment.initial, whole=False)
    run = _numbers("run", experiment.settings)
    if _noisy(experiment):
        found |= {name: run[name] for name in ("run.noise", "run.noise_tau")}
    if all(part.kind.formula is not None for part in leaves(experiment.stimulus)):
        found |= {name: run[name] for name in ("run.dt", "run.duration", "run.seed", "run.window") if name in run}
        for name, part in _parts(experiment.stimulus).items():
            found |= _numbers(name, part)
    return found


def _noisy(experiment: Any) -> bool:
    return bool(getattr(experiment.settings, "noise", 0.0))


def _cuts(experiment: Any) -> int:
    """Steps of the integration in a step of the stimulus."""
    return round(experiment.settings.dt / experiment.model.dt(experiment.settings))


def owners(experiment: Any) -> dict[str, Knobs]:
    """The objects whose knobs an experiment has, by what stands in front of their names."""
    parts = _parts(experiment.stimulus)
    return {"model": experiment.model, "run": experiment.settings, "initial": experiment.initial, **parts}


def _parts(stimulus: Any) -> dict[str, Any]:
    """Its parts by their names: itself, where it has none."""
    if not stimulus.parts:
        return {"stimulus": stimulus}
    return {f"stimulus.{k}": part for k, part in enumerate(leaves(stimulus))}


def _numbers(prefix: str, knobs: Knobs, whole: bool = True) -> dict[str, float]:
    """Its numbers by their names, whole ones where these are wanted."""
    marks = {shown: knobs.marks[field] for field, shown in knobs.shown.items()}
    free = {k: mark for k, mark in marks.items() if isinstance(mark, Quantity) and mark.part == "run"}
    kept = [k for k, mark in free.items() if whole or not isinstance(mark, Count)]
    return {f"{prefix}.{k}": float(getattr(knobs, k)) for k in kept}


class Form:
    """An experiment and the description of its run, equal to all of the same structure."""

    def __init__(self, experiment: Any, about: dict[str, Any]) -> None:
        self.experiment, self.about, self.structure = experiment.copy(), about, structure(experiment)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Form) and self.structure == other.structure

    def __hash__(self) -> int:
        return hash(self.structure)

    def fill(self, function: Callable[[Values], dict[str, Tensor]], rows: Rows) -> Fill:
        arrays, values = self.about["arrays"], movable(self.experiment)
        program = _recorded(function, [*values, COUNTER])
        types = {name: arrays[name]["type"] if name in arrays else "double" for name in program.outputs}
        return fill(program, list(values), types, rows)


@lru_cache(maxsize=64)  # a class that opens one page needs them once
def _fills(form: Form) -> tuple[Fill, ...]:
    experiment, run = form.experiment, form.about
    fills = [form.fill(lambda v: numbers_of_run(experiment, run, v), "once")]
    if experiment.model.neuron is not None:
        fills.append(form.fill(lambda v: of_neurons(experiment, run, v), "neurons"))
    if "run.dt" in movable(experiment):
        fills.append(form.fill(lambda v: _of_steps(experiment, run, v), "steps"))
    if experiment.model.neuron is None:
        fills.append(form.fill(lambda v: _of_cells(experiment, run, v), "cells"))
    return tuple(fills)


def _recorded(function: Callable[[Values], dict[str, Tensor]], names: list[str]) -> Program:
    generator = torch.Generator().manual_seed(1)
    given = {name: torch.rand(1, generator=generator, dtype=torch.float64) + 0.5 for name in names}
    try:
        return apart(lambda: record(lambda **v: function(v), **given))
    except Unrecordable as error:
        raise ValueError(f"no module for the browser: {error}") from None


# -- what is recorded -------------------------------------------------------------------------------------------------


def _steps(v: Values) -> Tensor:
    """Steps of the stimulus: `step_count` in torch."""
    return torch.clamp_min(torch.round(v["run.duration"] / v["run.dt"]), 1.0)


def _dt(experiment: Any, v: Values) -> Any:
    """The time step of the integration in ms."""
    given = Exact(v["run.dt"]) if "run.dt" in v else experiment.settings.dt
    return given / _cuts(experiment)


def _taken(knobs: Knobs, prefix: str, v: Values, dt: Any) -> dict[str, Any]:
    """The values that functions take, by field: tensors of those that may change."""
    found = {}
    for field, shown in knobs.shown.items():
        mark, given = knobs.marks[field], v.get(f"{prefix}.{shown}")
        if given is None:
            found[field] = mark.taken(getattr(knobs, shown), dt)
            continue
        value = mark.taken(Exact(given), dt)
        found[field] = value.value if isinstance(value, Exact) else value
    return found


def tuple_of(experiment: Any, v: Values) -> Any:
    """The parameter tuple, in the precision of the run."""
    model = experiment.model
    taken = _taken(model, "model", v, _dt(experiment, v))

    def scalar(field: str, value: Any) -> Any:
        mark = model.marks[field]
        number = isinstance(mark, Quantity) and not isinstance(mark, Count)
        return torch.tensor(value, dtype=torch.float32) if number else value

    p = model.fields(**{k: x.float() if isinstance(x, Tensor) else scalar(k, x) for k, x in taken.items()})
    return model.whole(p)


def numbers_of_run(experiment: Any, run: dict[str, Any], v: Values) -> dict[str, Tensor]:
    """The numbers of the run's table that depend on values, the potential at which a spike is drawn, and when the
    stimulus sets in and is over, in ms."""
    p, entries = tuple_of(experiment, v), run["numbers"]
    found = {f"p.{k}": x for k, x in p._asdict().items() if isinstance(x, Tensor) and f"p.{k}" in entries}
    if "run.dt" in v:
        dt = _dt(experiment, v) / 1000
        found["dt"] = dt.value
        found["steps"] = _steps(v) * _cuts(experiment)
        if "seed" in entries:
            found["seed"] = v["run.seed"]
        if "run.window" in v:
            found["reach"] = torch.clamp_min(torch.round(v["run.window"] / v["run.dt"]), 1.0)
    found |= {name: x for name, x in _noise(experiment, run, v).items() if name in entries}
    found["onset"], found["end"] = _lasting(experiment.stimulus, v, iter(_parts(experiment.stimulus)))
    neuron = experiment.model.neuron
    if neuron is not None and neuron.excess is not None:
        rest = neuron.rest(p)
        below, above = (neuron.excess(rest._replace(v=torch.tensor([x])), p).double() for x in (0.0, 1.0))
        found["peak"] = below * -1 / (above - below)
    return {name: rowwise(x) for name, x in found.items()}


def of_neurons(experiment: Any, run: dict[str, Any], v: Values) -> dict[str, Tensor]:
    """States in which neurons begin, and what each has of the noise."""
    state = experiment.model.neuron.rest(tuple_of(experiment, v))._asdict()
    if not experiment.initial.at_rest:
        state |= _taken(experiment.initial, "initial", v, _dt(experiment, v))
    found = {f"s.{name}": torch.as_tensor(x, dtype=torch.float32) for name, x in state.items()}
    found |= {name: x for name, x in _noise(experiment, run, v).items() if name in run["arrays"]}
    return {name: rowwise(x) for name, x in found.items()}


def _noise(experiment: Any, run: dict[str, Any], v: Values) -> Values:
    settings = experiment.settings
    if not _noisy(experiment):
        return {}
    dt, k = _dt(experiment, v), v[COUNTER]
    sigma = v["run.noise"] * strengths(k, settings.neurons)
    tau = v["run.noise_tau"] / 1000
    noise = Noise(sigma, tau, 0)
    decay, scale = noise.coefficients(dt.value / 1000 if isinstance(dt, Exact) else dt / 1000, torch.float32)
    seed = v["run.seed"].long() if "run.seed" in v else torch.full_like(k, settings.seed).long()
    first = normal(seed, 0, k.long(), 1, torch.float32)
    return {"n.decay": decay, "n.scale": scale, "s.noise": first * sigma.float()}


def _of_steps(experiment: Any, run: dict[str, Any], v: Values) -> dict[str, Tensor]:
    """What comes in at each port in step k of the integration."""
    cuts, k = _cuts(experiment), v[COUNTER]
    whole = torch.floor(k / cuts) if cuts > 1 else k
    given = iter(_parts(experiment.stimulus))
    found = experiment.model.entering(_inputs(experiment.stimulus, whole, v["run.dt"], _steps(v), v, given))
    if "spikes" in found and cuts > 1:  # a spike comes once
        found["spikes"] = torch.where(k == whole * cuts, found["spikes"], 0.0)
    return {name: rowwise(x.float()) for name, x in found.items() if name in run["arrays"]}


def _of_cells(experiment: Any, run: dict[str, Any], v: Values) -> dict[str, Tensor]:
    """Where neurons of an encoder spike, step after step, with the sign of the spike; 2 where chance would have to be
    greater than 1."""
    model, dt, (step, column) = experiment.model, v["run.dt"], cell_of(run, v)
    given = _inputs(experiment.stimulus, step, dt, _steps(v), v, iter(_parts(experiment.stimulus)))
    x = model.entering(given)["current"].float()
    p, each = tuple_of(experiment, v), torch.floor(column / experiment.settings.neurons).float()
    rate, dt = model.definition.rate(x, each, p), (dt / 1000).float()
    spike = by_chance(uniform(v["run.seed"].long(), step.long(), column.long()), rate, dt)
    return {"z": rowwise(torch.where(rate.abs() * dt > MOST, 2.0, spike))}


def cell_of(run: dict[str, Any], v: Values) -> tuple[Tensor, Tensor]:
    """Step and neuron, where all neurons of a step stand side by side."""
    step = torch.floor(v[COUNTER] / run["neurons"])
    return step, v[COUNTER] - step * run["neurons"]


def _inputs(stimulus: Any, k: Tensor, dt: Tensor, steps: Tensor, v: Values, given: Any) -> Values:
    """The input at every port in step k of a stimulus."""
    kind = stimulus.kind
    if kind.port is not None:
        p = _parameters(stimulus, next(given), v)
        if kind.port == "current":
            return {"current": kind.formula(k * dt, p) + torch.zeros_like(k)}
        return _arrived(kind, k, dt, p)
    total: Values = {}
    for part, (start, end) in zip(stimulus.parts, kind.source.spans(stimulus.source)):
        first = torch.minimum(steps, torch.ceil((torch.full_like(k, start) - EDGE) / dt))
        last = steps if end == float("inf") else torch.minimum(steps, torch.ceil((torch.full_like(k, end) - EDGE) / dt))
        inside = (k >= first) & (k < last)
        for port, x in _inputs(part, k - first, dt, last - first, v, given).items():
            x = torch.where(inside, x, 0.0)
            total[port] = total[port] + x if port in total else x
    return total or {"current": torch.zeros_like(k)}


def _parameters(stimulus: Any, prefix: str, v: Values) -> Any:
    """Those of a stimulus; what is no number stays as it is."""
    names = stimulus.shown.items()
    return stimulus.kind.fields(**{field: v.get(f"{prefix}.{name}", getattr(stimulus, name)) for field, name in names})


def _lasting(stimulus: Any, v: Values, given: Any) -> tuple[Tensor, Tensor]:
    """When a stimulus sets in and is over, in ms."""
    kind = stimulus.kind
    if kind.port is None:
        return kind.source.lasting(stimulus.source, [_lasting(part, v, given) for part in stimulus.parts])
    p, k = _parameters(stimulus, next(given), v), v[COUNTER]
    begins, ends = kind.onset(p, stimulus.source), kind.end(p, stimulus.source)
    return tuple(x if isinstance(x, Tensor) else torch.full_like(k, x) for x in (begins, ends))  # type: ignore[return-value]


def _arrived(kind: Any, k: Tensor, dt: Tensor, p: Any) -> Values:
    """How many spikes come in step k, times what each adds; of pairs, those of each side."""
    before, after = (kind.formula(time, p) for time in (k * dt, (k + 1.0) * dt))
    if kind.port == "pairs":
        return {side: getattr(after, side) - getattr(before, side) for side in after._fields}
    each = weight(kind)
    return {kind.port: (after - before) * getattr(p, each) if each else after - before}


def rowwise(x: Tensor) -> Tensor:
    """With a value of its own for each row, though all be the same."""
    return x.reshape(1) if x.numel() == 1 else x
