"""Experiments that an earlier version wrote, in the words of this one: a table of what had another form.

The first version (`snnlab-experiment/1`, links without v=) counted a refractory period in steps of the integrator, let
a spike add dt / tau a to a trace of STDP, gave white noise an independent number in each step, and ran twenty neurons
with noise unless told; a single one had no noise. What it wrote means here what it meant there, or is refused with what
has changed. Numbers of a run differ by the decay of STDP's traces, which is exact now and was Euler's; by the arrivals
of Synaptic, which may come anywhere in a step; by the noise of a population, which another generator draws; by the last
sixteen numbers of a noisy stimulus, which were others where their count is no multiple of sixteen; by 0.05 ms in the
ramp of the example recording; and in a population whose refractory periods are spread, each of which is a whole number
of steps now. Its schema is data/experiment.schema.1.json.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from snnlab.core import Quantity, Steps, annotations
from snnlab.functional import LIFRefrac

from ..families import FAMILIES
from ..model import Model
from ..stimuli.compounds import DEPTH
from ..units import number

FIRST = "snnlab-experiment/1"
CUTS = {"Euler, dt / 10": 10}  # steps of an integrator in one of dt, as they were


class Then(NamedTuple):
    """An experiment as it was: its model's class and values, and those of its run."""

    kind: type[Model]
    values: dict[str, Any]
    run: dict[str, Any]
    dt: float  # of the integrator, in ms

    def told(self, name: str) -> Any:
        """A value of the model: what is written, or the default that it still has."""
        return self.kind.param[name].read(self.values.get(name, self.kind.defaults[name]))


class Change(NamedTuple):
    """A value that had another name or unit (`mark`, as it was) or default; `now` is its name, `convert` makes it."""

    part: str  # "model", "run" or "initial"
    then: str
    now: str
    of: Callable[[type[Model]], bool]
    mark: Any
    default: Callable[[type[Model]], Any]  # None: as it is now
    convert: Callable[[Any, Then], Any]


class Refusal(NamedTuple):
    """What can no longer be said, and why."""

    of: Callable[[type[Model]], bool]
    where: Callable[[Then], bool]
    words: str


def waits(fields: str) -> Callable[[type[Model]], bool]:
    """Whether a neuron has a refractory period, in its parameters (`fields`) or its state."""

    def has(kind: type[Model]) -> bool:
        if kind.family != "neuron":
            return False
        return any(isinstance(mark, Steps) for mark in annotations(getattr(kind.definition, fields)).values())

    return has


def is_a(name: str) -> Callable[[type[Model]], bool]:
    return lambda kind: kind.definition.name == name


def neuron(kind: type[Model]) -> bool:
    return kind.family == "neuron"


def lasting(steps: float, e: Then) -> float:
    """The time of so many steps in ms: a neuron was held as long as any part of a step was left."""
    time = float(f"{math.ceil(steps) * e.dt:.12g}")
    most = PERIOD.allowed[1]
    if time > most:
        given = f"{steps:g} refractory steps of {e.dt:g} ms are {time:g} ms"
        raise ValueError(f"{given}, where a refractory period is a time now, of at most {most:g} ms")
    return time


def jump(side: str) -> Callable[[float, Then], float]:
    """What a spike added to a trace."""
    return lambda a, e: a * e.dt / e.told(f"tau_{side}")


def alone_without_noise(noise: Any, e: Then) -> Any:
    return 0.0 if number("neurons", e.run.get("neurons", 20), "1") == 1 else noise


def over_a_millisecond(sigma: float, e: Then) -> float:
    """Of white noise, a deviation in each step as that of the mean over 1 ms."""
    return sigma if e.told("noise_tau") else sigma * math.sqrt(e.dt)


def usual_noise(kind: type[Model]) -> float:
    current = kind.port.current
    return 0.2 * ((current.default if current else None) or 1.0)


PERIOD = annotations(LIFRefrac.parameters)["rho_reset"]
STEPS = Quantity("steps", low=0, high=50, bounds=(0, 1e6), doc="refractory period, in steps of dt")
SIZE = Quantity("1", low=0, high=50, bounds=(0, 1e6), doc="what a spike drives its trace to")
DEVIATION = Quantity("1", low=0, high=1, bounds=(0, 1e6), doc="noise of each neuron")
CHANGES = (
    Change("model", "rho_reset", "t_ref", waits("parameters"), STEPS, lambda kind: 5.0, lasting),
    Change("initial", "rho", "rho", waits("state"), STEPS, lambda kind: None, lasting),
    Change("model", "a_pre", "a_pre", is_a("STDP"), SIZE, lambda kind: 1.0, jump("pre")),
    Change("model", "a_post", "a_post", is_a("STDP"), SIZE, lambda kind: 1.0, jump("post")),
    Change("model", "noise", "noise", is_a("Population"), DEVIATION, lambda kind: None, over_a_millisecond),
    Change("run", "noise", "noise", neuron, None, usual_noise, alone_without_noise),
    Change("run", "neurons", "neurons", neuron, None, lambda kind: 20, lambda neurons, e: neurons),
)
NAMES = {change.then: change.now for change in CHANGES if change.then != change.now}
DRIVEN = {"Recorded": {"gain": 0.1}}  # stimuli with what their values were by default
REFUSALS = (
    Refusal(
        is_a("STDP"),
        lambda e: e.told("stdp_algorithm") != "additive" and min(e.told("eta_plus"), e.told("eta_minus")) < 0,
        "a negative learning rate with a change that depends on the weight has another meaning now: the room to the "
        "bound in the direction of the change counts, before it was that to the other bound; make it anew",
    ),
)


def names(kind: type[Model]) -> dict[str, Any]:
    """Names that parameters of this model had, with their annotations."""
    return {c.then: c.mark for c in CHANGES if c.part == "model" and c.then != c.now and c.of(kind)}


def brought_forward(data: dict[str, Any]) -> dict[str, Any]:
    """The plain data of an experiment of the first version as that of this one; what is no experiment stays as it is.

    Raises ValueError that names the place, for a value that was not allowed, and for what has no counterpart here.
    """
    model, run, begin = data.get("model"), data.get("run"), data.get("initial")
    if not isinstance(model, dict) or _kind(model) is None:
        return data
    if not isinstance(run, dict | None) or not isinstance(begin, dict | None):
        return data
    found = data | {"model": _model(model, run or {}, "model")}
    if "stimulus" in data:
        found["stimulus"] = driven(data["stimulus"])
    then = _then(model, run or {})
    found["run"] = _changed("run", run or {}, then, "run")
    if begin is not None:
        found["initial"] = _changed("initial", begin, then, "initial")
    return found


def driven(stimulus: Any, depth: int = 0) -> Any:
    """The plain data of a stimulus, with what its values were by default; what is too deep stays as it is."""
    if not isinstance(stimulus, dict) or depth > DEPTH:
        return stimulus
    found, name = dict(stimulus), stimulus.get("name")
    if isinstance(name, str) and name in DRIVEN and isinstance(found.get("values"), dict | None):
        found["values"] = DRIVEN[name] | (found.get("values") or {})
    if isinstance(found.get("parts"), list):
        found["parts"] = [driven(part, depth + 1) for part in found["parts"]]
    return found


def _kind(model: Any) -> type[Model] | None:
    """The class of a model as plain data; None where there is none, as the reader will say."""
    if not isinstance(model, dict) or not isinstance(model.get("values"), dict | None):
        return None
    family, name = model.get("family", "neuron"), model.get("name")
    known = isinstance(family, str) and family in FAMILIES and isinstance(name, str) and name in FAMILIES[family]
    return FAMILIES[family][name] if known else None


def _then(model: dict[str, Any], run: dict[str, Any]) -> Then:
    kind: Any = _kind(model)
    mark, usual = annotations(kind.settings)["dt"], kind.settings._field_defaults["dt"]
    dt = number("run.dt", run.get("dt", usual), mark.unit)
    mark.check("run.dt", dt)
    cuts = CUTS.get(run["integrator"], 1) if isinstance(run.get("integrator"), str) else 1
    return Then(kind, model.get("values") or {}, run, dt / cuts)


def _model(model: dict[str, Any], run: dict[str, Any], path: str) -> dict[str, Any]:
    """A model and those inside of it."""
    kind = _kind(model)
    if kind is None:
        return model
    then = _then(model, run)
    for refusal in REFUSALS:
        if refusal.of(kind) and refusal.where(then):
            raise ValueError(f"{path} is of an earlier version: {refusal.words}")
    values = _changed("model", then.values, then, f"{path}.values")
    if isinstance(values.get("only"), list):
        values["only"] = [NAMES.get(name, name) if isinstance(name, str) else name for name in values["only"]]
    inner = {name: _model(model[name], run, f"{path}.{name}") for name in kind.inner if name in model}
    return model | {"values": values} | inner


def _changed(part: str, values: dict[str, Any], then: Then, path: str) -> dict[str, Any]:
    """The values of one part: what is written in other words, and what was left out where its default has changed."""
    found = dict(values)
    for change in CHANGES:
        if change.part != part or not change.of(then.kind):
            continue
        written, usual = change.then in values, change.default(then.kind)
        if change.now != change.then and written and change.now in values:
            raise ValueError(f"{path} has both {change.then} and {change.now}: give one")
        if not written and (usual is None or change.now in values):
            continue
        value = found.pop(change.then) if written else usual
        found[change.now] = change.convert(_read(change, value, path), then)
    return found


def _read(change: Change, value: Any, path: str) -> Any:
    """A value in the unit that it had."""
    if change.mark is None:
        return value
    name = f"{path}.{change.then}"
    value = number(name, value, change.mark.unit)
    change.mark.check(name, value)
    return value
