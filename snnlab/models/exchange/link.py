"""Experiments as the short query of a link."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode

from snnlab.core import Unknown, what_is

from ..families import FAMILIES
from ..knobs import Knobs
from ..model import Model
from ..plain import link_value, text
from ..reserved import ADDRESS
from ..settings import initial_of, run_of
from ..stimuli.compounds import DEPTH
from ..stimuli.port import ANY, Port
from ..stimuli.stimulus import Stimulus, stimuli_of
from ..typed import typed_model
from . import earlier
from .data import NAME, SOURCES, VERSION, Parts, check_known, driven_parts, model_from, plain_stimulus

EQUATIONS = "equations"  # behind a model: the text of a neuron that is typed


def to_query(experiment: Any) -> str:
    """Only the values that differ from the defaults. The stimulus is s, its values begin with s., those of the run with
    r., of the initial state with i.; v says which defaults these are, and a link without it is of the first version.

    Raises ValueError for a model of one's own, which no name leads to, and for a recording of one's own.
    """
    check_known(experiment.model, "a link")
    pairs = [("v", VERSION), *_query_model(experiment.model, experiment.model.family, "")]
    if plain_stimulus(experiment.stimulus) != plain_stimulus(experiment.model.usual()):
        pairs += query_stimulus(experiment.stimulus, "s")
    pairs += [(f"r.{name}", text(value)) for name, value in experiment.settings.changed().items()]
    if not experiment.initial.at_rest:
        pairs += [(f"i.{name}", text(value)) for name, value in experiment.initial.values().items()]
    return urlencode(pairs, safe=",;:")


def _query_model(model: Model, key: str, prefix: str) -> Iterator[tuple[str, str]]:
    yield key, model.definition.name
    if model.text is not None:
        yield f"{key}.{EQUATIONS}", model.text
    for name, value in model.changed().items():
        yield f"{prefix}{name}", text(value)
    for name in model.inner:
        yield from _query_model(getattr(model, name), f"{prefix}{name}", f"{prefix}{name}.")


def query_stimulus(stimulus: Stimulus, prefix: str) -> Iterator[tuple[str, str]]:
    """What of a stimulus is not as by default, with its name. Raises ValueError for a recording of one's own."""
    yield prefix, stimulus.kind.name
    for name, value in stimulus.changed().items():
        yield f"{prefix}.{name}", text(value)
    if (source := stimulus.kind.source) is not None:
        yield from source.to_link(stimulus.source, prefix, query_stimulus)


def from_query(query: str) -> Parts:
    """Raises ValueError that names the field, the value, and what is allowed."""
    if not isinstance(query, str):
        raise ValueError(f"the query is {what_is(query)}: give a text such as v=2&neuron=LIF&tau_mem=20")
    given: dict[str, str] = {}
    for key, value in parse_qsl(query.rpartition("?")[2], keep_blank_values=True):
        if key in ADDRESS:
            continue
        if key in given:
            raise ValueError(f"{key[:60]} is there twice")
        given[key] = value
    version = given.pop("v") if given.get("v", "").isdigit() else "1"  # v=-65 is no version, but meant for i.v
    if version not in ("1", VERSION):
        raise ValueError(f"v = {version!r:.20} is not known: this version reads links of v=1 and v={VERSION}")
    first = version == "1"
    there = set(given)
    families = [family for family in reversed(FAMILIES) if family in given]  # a network may have an encoder
    if not families:
        options = ", ".join(f"{family}=..." for family in FAMILIES)
        raise ValueError(f"{query[:60]!r} names no model: give one of {options}")
    kind = _kind(families[0], families[0], given)
    data: dict[str, Any] = {"schema": NAME, "model": _model_in(given, families[0], families[0], "", first)}
    run = run_of(kind.settings, ANY, ())
    data["run"] = values_in(given, "r.", run)
    if begin := values_in(given, "i.", initial_of(kind.state)):
        data["initial"] = begin
    if first:
        data = earlier.brought_forward(data)
    model = model_from(data["model"])
    if "s" in given:
        stimulus = stimulus_in(given, "s", model.port)
        data["stimulus"] = earlier.driven(stimulus) if first else stimulus
    if given:
        key = next(iter(given))
        owner = key.rpartition(".")[0]
        if owner not in there and owner.partition(".")[0] in ("s", *model.inner):
            raise ValueError(f"{key[:60]} is given, but not what it belongs to: add {owner[:60]}=...")
        driven = stimuli_of(model.port)[data["stimulus"]["name"]] if "stimulus" in data else type(model.usual())
        state = initial_of(model.state)
        raise Unknown(
            "the field",
            key,
            [
                *type(model).names(),
                "s (stimulus)",
                *(f"s.{name}" for name in driven.shown.values()),
                *(f"r.{name}" for name in run.names()),
                *(f"i.{name}" for name in state.shown.values()),
            ],
        )
    return driven_parts(model, data)


def values_in(given: dict[str, str], prefix: str, kind: type[Knobs], more: dict[str, Any] | None = None):
    """The values of this class, taken out of `given`; `more` are further names, with their annotations."""
    found = {}
    marks = {name: kind.marks[field] for field, name in kind.shown.items()} | (more or {})
    for name, mark in marks.items():
        if (key := prefix + name) in given:
            found[name] = link_value(mark, given.pop(key))
    return found


def _model_in(given: dict[str, str], family: str, key: str, prefix: str, first: bool) -> dict[str, Any]:
    kind, equations = _kind(family, key, given), given.pop(f"{key}.{EQUATIONS}", None)
    name, typed = given.pop(key), {} if equations is None else {EQUATIONS: equations}
    inner = {
        name: _model_in(given, kind.inner[name], prefix + name, f"{prefix}{name}.", first)
        for name in kind.inner
        if prefix + name in given
    }
    values = values_in(given, prefix, kind, earlier.names(kind) if first else None)
    return {"family": family, "name": name, **typed, "values": values} | inner


def _kind(family: str, key: str, given: dict[str, str]) -> type[Model]:
    """The class of the model that a link names, or whose equations it holds."""
    if family == "neuron" and (equations := given.get(f"{key}.{EQUATIONS}")) is not None:
        return typed_model(f"{key}.{EQUATIONS}", equations, given[key])
    return FAMILIES[family][given[key]]


def stimulus_in(given: dict[str, str], prefix: str, port: Port) -> dict[str, Any]:
    """A stimulus as data, taken out of `given`. Raises ValueError."""
    if prefix.count(".") > DEPTH:
        raise ValueError(f"{prefix[:20]}... is not allowed: give at most {DEPTH} stimuli within one another")
    kind = stimuli_of(port)[given.pop(prefix)]
    found: dict[str, Any] = {"name": kind.kind.name, "values": values_in(given, f"{prefix}.", kind)}
    if (source := kind.kind.source) is not None:
        data = source.from_link(given, prefix, lambda one: stimulus_in(given, one, port))
        found |= {} if data is None else {source.field: data}
    for other in SOURCES:  # of one that it does not have, its reader will say so
        if (key := f"{prefix}.{other.field}") in given:
            found[other.field] = given.pop(key)
    return found
