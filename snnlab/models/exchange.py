"""Experiments as data: JSON of a published schema, and the short query of a link."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode

from snnlab.core import Unknown, what_is

from . import earlier
from .families import FAMILIES
from .knobs import Knobs
from .model import Model
from .plain import known, link_value, short, text
from .run import Initial, Run, initial_of, run_of
from .stimulus import ANY, DEPTH, Port, Stimulus, stimuli_of
from .waveforms import KINDS

VERSION = "2"
NAME = f"snnlab-experiment/{VERSION}"
ADDRESS = ("page", "preset", "theme", "file")  # what of a page's address is no part of an experiment
Parts = tuple[Model, Stimulus, Run, Initial]


# -- objects as plain data --------------------------------------------------------------------------------------------


def plain(experiment: Any) -> dict[str, Any]:
    """An experiment as dictionaries, lists, texts and numbers."""
    return {
        "schema": NAME,
        "model": plain_model(experiment.model),
        "stimulus": plain_stimulus(experiment.stimulus),
        "run": plain_values(experiment.settings),
        "initial": None if experiment.initial.at_rest else plain_values(experiment.initial),
    }


def plain_values(knobs: Knobs) -> dict[str, Any]:
    return {name: list(v) if isinstance(v, tuple) else v for name, v in knobs.values().items()}


def plain_model(model: Model) -> dict[str, Any]:
    inner = {name: plain_model(getattr(model, name)) for name in model.inner}
    return {"family": model.family, "name": model.definition.name, "values": plain_values(model)} | inner


def plain_stimulus(stimulus: Stimulus) -> dict[str, Any]:
    found: dict[str, Any] = {"name": stimulus.kind.name, "values": plain_values(stimulus)}
    if (source := stimulus.kind.source) is not None:
        found[source.field] = source.plain(stimulus.source, plain_stimulus)
    return found


# -- and back ---------------------------------------------------------------------------------------------------------


def named(path: str, options: dict[str, Any], name: Any) -> Any:
    """An entry by its name. Raises ValueError that names the place, or what is looked for."""
    if not isinstance(name, str):
        raise ValueError(f"{path} = {short(name)} is not allowed: choose one of {', '.join(options)}")
    return options[name]


def made(path: str, kind: type[Knobs], values: Any, **more: Any) -> Any:
    """An object of this class; of default values where none are given. Raises ValueError that names the place."""
    given = known(path, {} if values is None else values, *kind.shown.values())
    try:
        return kind(**given, **more)
    except ValueError as error:
        raise ValueError(f"{path}.{error}") from error


def parts_of_experiment(data: Any) -> Parts:
    """The parts of an experiment from `plain`. Raises ValueError that names field, value, and what is allowed."""
    fields = ("schema", "model", "stimulus", "run", "initial")
    if isinstance(data, dict) and data.get("schema") not in (NAME, earlier.FIRST):
        given = short(data.get("schema"))
        raise ValueError(f"schema = {given} is not known: this version reads {NAME!r} and {earlier.FIRST!r}")
    known("the experiment", data, *fields)
    if data["schema"] == earlier.FIRST:
        data = earlier.brought_forward(data)
    return _driven(model_of(data.get("model")), data)


def _driven(model: Model, data: dict[str, Any]) -> Parts:
    """A model with the other parts of an experiment."""
    stimulus = data.get("stimulus")
    settings = made("run", run_of(model.settings, model.port, tuple(model.variables())), data.get("run"))
    kind, begin = initial_of(model.state), data.get("initial")
    initial = kind() if begin is None else made("initial", kind, begin, at_rest=False)
    driven = model.usual() if stimulus is None else stimulus_of(stimulus, model.port)
    return model, driven, settings, initial


def model_of(data: Any, path: str = "model") -> Model:
    family = known(path, data, "family", "name", "values", *INNER).get("family", "neuron")
    kind = named(f"{path}.name", named(f"{path}.family", FAMILIES, family), data.get("name"))
    known(path, data, "family", "name", "values", *kind.inner)
    inner = {name: model_of(data[name], f"{path}.{name}") for name in kind.inner if name in data}
    for name, model in inner.items():
        if model.family != kind.inner[name]:
            raise ValueError(f"{path}.{name}.family = {model.family!r} is not allowed: give {kind.inner[name]!r}")
    return made(f"{path}.values", kind, data.get("values"), **inner)


def stimulus_of(data: Any, port: Port, path: str = "stimulus", *more: str) -> Stimulus:
    """A stimulus of a port; `more` are fields of its data that are read elsewhere."""
    if path.count("[") > DEPTH:
        raise ValueError(f"{path[:40]}... is not allowed: give at most {DEPTH} stimuli within one another")
    kind = named(f"{path}.name", stimuli_of(port), known(path, data, "name", *STIMULUS).get("name"))
    source = kind.kind.source
    known(path, data, "name", "values", *([source.field] if source else []), *more)
    if source is None or data.get(source.field) is None:
        return made(f"{path}.values", kind, data.get("values"))
    place = f"{path}.{source.field}"
    found = source.read(data[source.field], place, lambda one, path, *more: stimulus_of(one, port, path, *more))
    try:
        kind.checked(found)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from error
    return made(f"{path}.values", kind, data.get("values"), source=found)


def to_json(experiment: Any, indent: int | None = None) -> str:
    return json.dumps(plain(experiment), indent=indent, ensure_ascii=False, allow_nan=False)


def from_json(text: str) -> Parts:
    try:
        data = json.loads(text, object_pairs_hook=_once)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"this is no JSON: {error}") from error
    return parts_of_experiment(data)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names are there once."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(f"{next(k for k in found if [n for n, _ in pairs].count(k) > 1)!r} is there twice")
    return found


# -- as a link --------------------------------------------------------------------------------------------------------


def to_query(experiment: Any) -> str:
    """Only the values that differ from the defaults. The stimulus is s, its values begin with s., those of the run with
    r., of the initial state with i.; v says which defaults these are, and a link without it is of the first version.
    """
    pairs = [("v", VERSION), *_query_model(experiment.model, experiment.model.family, "")]
    if plain_stimulus(experiment.stimulus) != plain_stimulus(experiment.model.usual()):
        pairs += query_stimulus(experiment.stimulus, "s")
    pairs += [(f"r.{name}", text(value)) for name, value in experiment.settings.changed().items()]
    if not experiment.initial.at_rest:
        pairs += [(f"i.{name}", text(value)) for name, value in experiment.initial.values().items()]
    return urlencode(pairs, safe=",;:")


def _query_model(model: Model, key: str, prefix: str) -> Iterator[tuple[str, str]]:
    yield key, model.definition.name
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
            raise ValueError(f"{key} is there twice")
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
    kind = FAMILIES[families[0]][given[families[0]]]
    data: dict[str, Any] = {"schema": NAME, "model": _model_in(given, families[0], families[0], "", first)}
    run = run_of(kind.settings, ANY, ())
    data["run"] = values_in(given, "r.", run)
    if begin := values_in(given, "i.", initial_of(kind.state)):
        data["initial"] = begin
    if first:
        data = earlier.brought_forward(data)
    model = model_of(data["model"])
    if "s" in given:
        stimulus = stimulus_in(given, "s", model.port)
        data["stimulus"] = earlier.driven(stimulus) if first else stimulus
    if given:
        key = next(iter(given))
        owner = key.rpartition(".")[0]
        if owner not in ("", "r", "i", *there):
            raise ValueError(f"{key} is given, but not what it belongs to: add {owner}=...")
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
    return _driven(model, data)


def values_in(given: dict[str, str], prefix: str, kind: type[Knobs], more: dict[str, Any] | None = None):
    """The values of this class, taken out of `given`; `more` are further names, with their annotations."""
    found = {}
    marks = {name: kind.marks[field] for field, name in kind.shown.items()} | (more or {})
    for name, mark in marks.items():
        if (key := prefix + name) in given:
            found[name] = link_value(mark, given.pop(key))
    return found


def _model_in(given: dict[str, str], family: str, key: str, prefix: str, first: bool) -> dict[str, Any]:
    kind = FAMILIES[family][given.pop(key)]
    inner = {
        name: _model_in(given, kind.inner[name], prefix + name, f"{prefix}{name}.", first)
        for name in kind.inner
        if prefix + name in given
    }
    values = values_in(given, prefix, kind, earlier.names(kind) if first else None)
    return {"family": family, "name": kind.definition.name, "values": values} | inner


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


def flat(experiment: Any) -> dict[str, Any]:
    """Path -> value of everything in an experiment: what `diff` compares."""
    return dict(_leaves("", plain(experiment)))


def _leaves(path: str, data: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(data, dict):
        for name, value in data.items():
            # the values of an object are simply its own
            yield from _leaves(path if name == "values" else f"{path}.{name}".lstrip("."), value)
    elif isinstance(data, list) and data and isinstance(data[0], dict):
        for k, value in enumerate(data):
            yield from _leaves(f"{path}[{k}]", value)
    else:
        yield path, data


SOURCES = [kind.source for kind in KINDS if kind.source is not None]
STIMULUS = tuple(
    dict.fromkeys(["values", *(source.field for source in SOURCES), *(f for s in SOURCES for f in s.more)])
)
INNER = tuple({name: None for kinds in FAMILIES.values() for kind in kinds.values() for name in kind.inner})
