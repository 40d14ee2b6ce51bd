"""An experiment as a browser takes it: the module of its run, and those that give it numbers, inputs and states from
the values of its knobs. Whatever is computed there is recorded from the definitions that compute it here."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from snnlab.core import Program, Unrecordable, apart, marked, moving, record
from snnlab.core.random import normal, uniform
from snnlab.engine import Noise, Portable
from snnlab.engine import portable as portable_run
from snnlab.engine.fills import COUNTER, Fill, Rows, fill
from snnlab.engine.portable import filled_run
from snnlab.engine.wiring import leaving

from .exact import Exact, numbers, parameters, taken
from .families.clamps import CommandedModel, command, is_family
from .families.encoders import EncoderModel, by_chance
from .families.networks import NetworkModel
from .families.neurons import strengths
from .knobs import Knobs
from .stimuli.compounds import descendants, leaves
from .stimuli.recorded import Values, first_ends, inputs, lasting, parts

ON_PAGE = ("auto", "llvm")  # backends whose numbers are those of a browser
MOST = 1.000001  # chance of a spike: a rounding error above 1 is none that anybody made
DRAWN = "x."  # in front of the names of what a network has drawn
STIMULUS = "I"  # arrays of a network: the current itself, what comes in at ports, and weights
PORTS, WEIGHTS = (STIMULUS, "current", "spikes"), ("k0.w",)
TYPES = {"float": torch.float32, "double": torch.float64, "i8": torch.float32}  # as functions see what lies in memory


def portable_experiment(experiment: Any) -> Portable:
    """The run of an experiment as a module for browsers; its `values` are those of the knobs that may move there.

    They are called "model.tau_mem", "initial.v", "run.dt", "stimulus.amplitude", and "stimulus.1.amplitude" of the
    second part; a network has "cell.tau_mem" of the neuron inside. Values of what is drawn by chance or read from data
    are none of them, nor is then the time step; of a network that is so of the seed, and of all that becomes of a
    signal behind an encoder. To the bit, what a module gives is what `Experiment.run` gives, but for the last digit of
    sines.

    Raises ValueError for what no module can do.
    """
    check_portable(experiment)
    model, settings = experiment.model, experiment.settings
    if isinstance(model, EncoderModel) and model.neuron is None:
        return _by_chance(experiment)
    if isinstance(model, NetworkModel):
        return _network(experiment)
    p = model.p(torch.float32, dt=model.dt(settings))
    samples = model.sampler(experiment)()
    run = portable_run(model.neuron, **model.arguments(experiment, p, torch.float32)(samples))
    return run.filled(movable(experiment), _fills(Form(experiment, run.about)))


def _by_chance(experiment: Any) -> Portable:
    """The spikes of an encoder, each drawn for itself."""
    values, run = movable(experiment), experiment.settings
    neurons = run.neurons * experiment.model.definition.width(experiment.model.p())
    arrays = {"current": ("float", "steps", 1), "z": ("i8", "steps", neurons)}
    found = filled_run(experiment.steps, neurons, run.dt, arrays)
    return found.filled(values, _fills(Form(experiment, found.about)))


def _network(experiment: Any) -> Portable:
    """A network, with what it has drawn in the order in which its synapses lie."""
    model, run, samples = experiment.model, experiment.settings.taken(), experiment.model.sampler(experiment)()
    drawn = model.drawn(samples, run, torch.float32)
    found = portable_run(model.neuron, **model.given(drawn, samples, run, torch.float32))
    order = None if drawn.places is None else leaving(drawn.places[0], drawn.places[1], (model.neurons,) * 2).order
    rows = drawn.neurons | {k: x.t().reshape(-1) if order is None else x[order] for k, x in drawn.synapses.items()}
    more = {f"{DRAWN}{name}": x[None] for name, x in rows.items()}
    if "current" in samples:  # to be looked at: what neurons get may be more
        more[STIMULUS] = samples["current"][:, None].float()
    found = found.beside(more)
    return found.filled(movable(experiment), _fills(Form(experiment, found.about)))


def check_portable(experiment: Any) -> None:
    """Raises ValueError for models and settings for which there is no module at all."""
    model, settings, no = experiment.model, experiment.settings, "is not compiled for a browser"
    if model.neuron is None and not isinstance(model, EncoderModel):
        raise ValueError(f"{type(model).__name__} {no}: its threshold is drawn anew in each step")
    if isinstance(model, NetworkModel) and model.definition.learns:
        raise ValueError(f"{type(model).__name__} {no}: its weights learn")
    encoder = isinstance(model, EncoderModel) and model.neuron is None
    driven = encoder or (isinstance(model, NetworkModel) and not model.definition.encoded)
    if driven and "run.dt" not in movable(experiment):
        what = "the signal is itself" if encoder else "the stimulus of a network is"
        raise ValueError(f"no module for the browser: {what} drawn by chance, or read from data")
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
    model = experiment.model
    kinds = type(model), *(type(getattr(model, name)) for name in model.inner)
    return kinds, experiment.initial.at_rest, *fixed, *stimuli


def _form(stimulus: Any) -> Any:
    """What of its source no module computes: when its parts come, its data."""
    if stimulus.parts:
        return tuple(stimulus.kind.source.spans(stimulus.source))
    return stimulus.source if isinstance(stimulus.source, tuple) else id(stimulus.source)


def movable(experiment: Any) -> dict[str, float]:
    """The numbers that may change in a browser, by the names of their knobs."""
    if isinstance(experiment.model, NetworkModel):
        return _movable_of_network(experiment)
    found = _numbers("model", experiment.model, whole=False)
    if not experiment.initial.at_rest:
        found |= _numbers("initial", experiment.initial, whole=False)
    run = _numbers("run", experiment.settings)
    if _noisy(experiment):
        found |= {name: run[name] for name in ("run.noise", "run.noise_tau")}
    return found | _of_formulas(experiment, "run.dt", "run.duration", "run.seed", "run.window", "run.lowest")


def _of_formulas(experiment: Any, *names: str) -> dict[str, float]:
    """The numbers of a stimulus that is computed step by step, and these of the run."""
    if any(part.kind.formula is None for part in leaves(experiment.stimulus)):
        return {}
    run = _numbers("run", experiment.settings)
    found = {name: run[name] for name in names if name in run}
    for name, part in parts(experiment.stimulus).items():
        found |= _numbers(name, part)
    return found


def _movable_of_network(experiment: Any) -> dict[str, float]:
    """Those of a network: what was drawn stays."""
    model = experiment.model
    found: dict[str, float] = {}
    if not model.definition.encoded:
        found |= _numbers("model", model, whole=False)
    void = [
        one for name, more in model.definition.switches.items() if not getattr(model, name) for one in (name, *more)
    ]
    found = {name: value for name, value in found.items() if name.removeprefix("model.") not in void}
    for name, family in model.inner.items():
        if family == "neuron":
            found |= _numbers(name, getattr(model, name), whole=False)
    return found if model.definition.encoded else found | _of_formulas(experiment, "run.dt", "run.duration")


def _noisy(experiment: Any) -> bool:
    return bool(getattr(experiment.settings, "noise", 0.0))


def _cuts(experiment: Any) -> int:
    """Steps of the integration in a step of the stimulus."""
    return round(experiment.settings.dt / experiment.model.dt(experiment.settings))


def owners(experiment: Any) -> dict[str, Knobs]:
    """The objects whose knobs an experiment has, by what stands in front of their names."""
    model = experiment.model
    inner = {name: getattr(model, name) for name in model.inner}
    own = {"model": model, "run": experiment.settings, "initial": experiment.initial}
    return own | inner | parts(experiment.stimulus)


def _numbers(prefix: str, knobs: Knobs, whole: bool = True) -> dict[str, float]:
    return {f"{prefix}.{name}": value for name, value in numbers(knobs, whole).items()}


class Form:
    """An experiment and the description of its run, equal to all of the same structure."""

    def __init__(self, experiment: Any, about: dict[str, Any]) -> None:
        self.experiment, self.about, self.structure = experiment.copy(), about, structure(experiment)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Form) and self.structure == other.structure

    def __hash__(self) -> int:
        return hash(self.structure)

    def fill(self, function: Callable[[Values], Values], rows: Rows) -> Fill:
        arrays, values = self.about["arrays"], movable(self.experiment)
        drawn = {name: one for name, one in arrays.items() if name.startswith(DRAWN)}
        dtypes = {**dict.fromkeys([*values, COUNTER], torch.float64), **{k: TYPES[x["type"]] for k, x in drawn.items()}}
        program = _recorded(function, dtypes)
        types = {name: arrays[name]["type"] if name in arrays else "double" for name in program.outputs}
        return fill(program, list(values), types, rows, {k: drawn[k] for k in program.used if k in drawn})


@lru_cache(maxsize=64)  # a class that opens one page needs them once
def _fills(form: Form) -> tuple[Fill, ...]:
    experiment, run = form.experiment, form.about
    values = movable(experiment)
    if isinstance(experiment.model, NetworkModel):

        def some(wanted: Callable[[str], bool]) -> Callable[[Values], Values]:
            return lambda v: {name: x for name, x in _of_network(experiment, run, v).items() if wanted(name)}

        return tuple(form.fill(some(wanted), rows) for rows, wanted in _rows_of_network(run, values))
    neuron = experiment.model.neuron
    p = experiment.model.p(dt=experiment.settings.dt)
    moved = () if neuron is None else moving(neuron, experiment.model.whole(p))
    fills = [form.fill(lambda v: numbers_of_run(experiment, run, v, moved), "once")]
    if neuron is not None:
        fills.append(form.fill(lambda v: of_neurons(experiment, run, v), "neurons"))
    if "run.dt" in values:
        each = isinstance(experiment.model, CommandedModel) and is_family(experiment)
        fills.append(
            form.fill(lambda v: _of_commands(experiment, run, v), "cells")
            if each
            else form.fill(lambda v: _of_steps(experiment, run, v), "steps")
        )
    if neuron is None:
        fills.append(form.fill(lambda v: _of_cells(experiment, run, v), "cells"))
    return tuple(fills)


def _recorded(function: Callable[[Values], Values], dtypes: dict[str, torch.dtype]) -> Program:
    generator = torch.Generator().manual_seed(1)
    given = {name: torch.rand(1, generator=generator, dtype=dtype) + 0.5 for name, dtype in dtypes.items()}
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


def _own(prefix: str, v: Values) -> Values:
    """The values of one owner's knobs, by their own names."""
    return {name.removeprefix(f"{prefix}."): x for name, x in v.items() if name.startswith(f"{prefix}.")}


def tuple_of(experiment: Any, v: Values) -> Any:
    """The parameter tuple, in the precision of the run."""
    return experiment.model.whole(parameters(experiment.model, _own("model", v), _dt(experiment, v), torch.float32))


def numbers_of_run(experiment: Any, run: dict[str, Any], v: Values, moved: tuple[str, ...] = ()) -> dict[str, Tensor]:
    """The numbers of the run's table that depend on values, the potentials that a plot marks, and when the stimulus
    sets in and is over, in ms. `moved` are the variables with which a threshold moves."""
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
    found["onset"], found["end"] = lasting(experiment.stimulus, v[COUNTER], v)
    neuron = experiment.model.neuron
    if neuron is not None and "v" in neuron.state._fields:
        found |= {name: x.double() for name, x in marked(neuron, p, moved).items()}
    return {name: rowwise(x) for name, x in found.items()}


def of_neurons(experiment: Any, run: dict[str, Any], v: Values) -> dict[str, Tensor]:
    """States in which neurons begin, and what each has of the noise."""
    model, p = experiment.model, tuple_of(experiment, v)
    if isinstance(model, CommandedModel) and "run.dt" in v:
        V = inputs(experiment.stimulus, 0.0 * v[COUNTER], v["run.dt"], _steps(v), v)["current"]
        state = model.beginning(p, V, torch.float32)._asdict()
    else:
        state = model.neuron.rest(p)._asdict()
    if not experiment.initial.at_rest:
        state |= taken(experiment.initial, _own("initial", v), _dt(experiment, v))
    found = {f"s.{name}": torch.as_tensor(x, dtype=torch.float32) for name, x in state.items()}
    found |= {name: x for name, x in _noise(experiment, run, v).items() if name in run["arrays"]}
    return {name: rowwise(x) for name, x in found.items()}


def _noise(experiment: Any, run: dict[str, Any], v: Values) -> Values:
    if not _noisy(experiment):
        return {}
    sigma = v["run.noise"] * strengths(v[COUNTER], experiment.settings.neurons)
    return _noise_of(experiment, sigma, v["run.noise_tau"] / 1000, v)


def _noise_of(experiment: Any, sigma: Tensor, tau: Tensor, v: Values) -> Values:
    """What a neuron has of noise with this deviation and correlation time (s)."""
    dt, k = _dt(experiment, v), v[COUNTER]
    noise = Noise(sigma, tau, 0)
    decay, scale = noise.coefficients(dt.value / 1000 if isinstance(dt, Exact) else dt / 1000, torch.float32)
    seed = v["run.seed"].long() if "run.seed" in v else torch.full_like(k, experiment.settings.seed).long()
    first = normal(seed, 0, k.long(), 1, torch.float32)
    return {"n.decay": decay, "n.scale": scale, "s.noise": first * sigma.float()}


def _of_steps(experiment: Any, run: dict[str, Any], v: Values) -> dict[str, Tensor]:
    """What comes in at each port in step k of the integration."""
    cuts, k = _cuts(experiment), v[COUNTER]
    whole = torch.floor(k / cuts) if cuts > 1 else k
    found = experiment.model.entering(inputs(experiment.stimulus, whole, v["run.dt"], _steps(v), v))
    if "spikes" in found and cuts > 1:  # a spike comes once
        found["spikes"] = torch.where(k == whole * cuts, found["spikes"], 0.0)
    return {name: rowwise(x.float()) for name, x in found.items() if name in run["arrays"]}


def _of_commands(experiment: Any, run: dict[str, Any], v: Values) -> dict[str, Tensor]:
    """The command of each neuron in each step of the integration."""
    dt, (step, k) = v["run.dt"], cell_of(run, v)
    whole = torch.floor(step / _cuts(experiment))
    V = inputs(experiment.stimulus, whole, dt, _steps(v), v)["current"]
    share, (begins, _) = strengths(k, run["neurons"]), lasting(experiment.stimulus, k, v)
    ends = first_ends(experiment.stimulus, k, v)
    return {"current": rowwise(command(V, whole * dt, share, v["run.lowest"], begins, ends).float())}


def _of_cells(experiment: Any, run: dict[str, Any], v: Values) -> dict[str, Tensor]:
    """Where neurons of an encoder spike, step after step, with the sign of the spike; 2 where chance would have to be
    greater than 1."""
    model, dt, (step, column) = experiment.model, v["run.dt"], cell_of(run, v)
    x = model.entering(inputs(experiment.stimulus, step, dt, _steps(v), v))["current"].float()
    p, each = tuple_of(experiment, v), torch.floor(column / experiment.settings.neurons).float()
    rate, dt = model.definition.rate(x, each, p), (dt / 1000).float()
    spike = by_chance(uniform(v["run.seed"].long(), step.long(), column.long()), rate, dt)
    return {"z": rowwise(torch.where(rate.abs() * dt > MOST, 2.0, spike))}


def cell_of(run: dict[str, Any], v: Values) -> tuple[Tensor, Tensor]:
    """Step and neuron, where all neurons of a step stand side by side."""
    step = torch.floor(v[COUNTER] / run["neurons"])
    return step, v[COUNTER] - step * run["neurons"]


def _rows_of_network(run: dict[str, Any], values: dict[str, float]) -> list[tuple[Rows, Callable[[str], bool]]]:
    """What is counted where, and which outputs of `_of_network` are computed there."""
    arrays = run["arrays"]
    made: dict[Rows, list[str]] = {"once": [], "neurons": []}
    for name in (*run["numbers"], "steps", "onset", "end"):
        made["once"].append(name)
    for name, one in arrays.items():
        if name in PORTS:
            rows: Rows = "steps" if one["columns"] == 1 else "cells"
        else:
            rows = one["columns"] if name in WEIGHTS else "neurons"
        if name not in PORTS or "run.dt" in values:
            made.setdefault(rows, []).append(name)
    return [(rows, names.__contains__) for rows, names in made.items()]


def _of_network(experiment: Any, run: dict[str, Any], v: Values) -> Values:
    """All that the run of a network is given: numbers, and of each array what one neuron, synapse or step has."""
    model, k, n = experiment.model, v[COUNTER], run["neurons"]
    dt = v["run.dt"] if "run.dt" in v else torch.full_like(k, experiment.settings.dt)
    given, found = {"current": torch.zeros_like(k)}, Values()
    if "run.dt" in v:
        given = inputs(experiment.stimulus, k, dt, _steps(v), v)
        found |= {"dt": dt / 1000, "steps": _steps(v), STIMULUS: given.get("current", k).float()}
        if run["arrays"].get("current", {}).get("columns") == n:  # of each neuron in each step
            given = inputs(experiment.stimulus, torch.floor(k / n), dt, _steps(v), v)
    x = {name.removeprefix(DRAWN): value for name, value in v.items() if name.startswith(DRAWN)}
    wired = model.wired(x, given, dt, torch.float32, v)
    p = type(wired.p)(*(one.float() if isinstance(one, Tensor) else one for one in wired.p))
    state = wired.state or model.neuron.rest(p)
    found |= {f"p.{name}": one for name, one in p._asdict().items() if isinstance(one, Tensor)}
    found |= {f"s.{name}": torch.as_tensor(one, dtype=torch.float32) for name, one in state._asdict().items()}
    found |= {name: one for name, one in wired._asdict().items() if name in ("current", "spikes") and one is not None}
    if wired.weights is not None:
        found["k0.w"] = wired.weights
    if wired.delay is not None:
        found |= {"k0.delay": wired.delay, "z.before": wired.delay}
    if wired.noise is not None:
        sigma, tau = wired.noise
        found |= _noise_of(experiment, sigma, tau, v)
    found["onset"], found["end"] = lasting(experiment.stimulus, k, v)
    return {name: rowwise(one) for name, one in found.items()}


def rowwise(x: Tensor) -> Tensor:
    """With a value of its own for each row, though all be the same."""
    return x.reshape(1) if x.numel() == 1 else x
