"""Experiments as data, and as JSON of a published schema."""

import json
from collections.abc import Iterator
from typing import Any

from snnlab.core import refused, short, what_is

from ..families import FAMILIES
from ..knobs import Knobs
from ..model import Model
from ..plain import checked_fields
from ..settings import Initial, Run, initial_of, run_of
from ..stimuli.compounds import DEPTH
from ..stimuli.port import Port
from ..stimuli.stimulus import Stimulus, stimuli_of
from ..stimuli.waveforms import KINDS
from ..typed import typed_model
from . import earlier

VERSION = "2"
NAME = f"snnlab-experiment/{VERSION}"
DIGITS = 1000  # of a whole number: more than the largest has that is a float
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
    return {name: list(v) if isinstance(v, tuple) else v for name, v in knobs.kept().items()}


def plain_model(model: Model) -> dict[str, Any]:
    inner = {name: plain_model(getattr(model, name)) for name in model.inner}
    typed = {} if (equations := model.text) is None else {"equations": equations}
    return {"family": model.family, "name": model.definition.name, **typed, "values": plain_values(model)} | inner


def plain_stimulus(stimulus: Stimulus) -> dict[str, Any]:
    found: dict[str, Any] = {"name": stimulus.kind.name, "values": plain_values(stimulus)}
    if (source := stimulus.kind.source) is not None:
        found[source.field] = source.plain(stimulus.source, plain_stimulus)
    return found


# -- and back ---------------------------------------------------------------------------------------------------------


def entry(path: str, options: dict[str, Any], name: Any) -> Any:
    """An entry by its name. Raises ValueError that names the place, or what is looked for."""
    if not isinstance(name, str):
        raise ValueError(f"{path} = {short(name)} is not allowed: choose one of {', '.join(options)}")
    return options[name]


def build(path: str, kind: type[Knobs], values: Any, **more: Any) -> Any:
    """An object of this class; of default values where none are given. Raises ValueError that names the place."""
    given = checked_fields(path, {} if values is None else values, *kind.shown.values())
    try:
        found = kind(**given, **more)
        found.agree()
    except ValueError as error:
        raise ValueError(f"{path}.{error}") from error
    return found


def parts_from(data: Any) -> Parts:
    """The parts of an experiment from `plain`. Raises ValueError that names field, value, and what is allowed."""
    fields = ("schema", "model", "stimulus", "run", "initial")
    if isinstance(data, dict) and data.get("schema") not in (NAME, earlier.FIRST):
        given = short(data.get("schema"))
        raise ValueError(f"schema = {given} is not known: this version reads {NAME!r} and {earlier.FIRST!r}")
    checked_fields("the experiment", data, *fields)
    if data["schema"] == earlier.FIRST:
        data = earlier.brought_forward(data)
    return driven_parts(model_from(data.get("model")), data)


def driven_parts(model: Model, data: dict[str, Any]) -> Parts:
    """A model with the other parts of an experiment."""
    stimulus = data.get("stimulus")
    settings = build("run", run_of(model.settings, model.port, tuple(model.variables())), data.get("run"))
    kind, begin = initial_of(model.state), data.get("initial")
    initial = kind() if begin is None else build("initial", kind, begin, at_rest=False)
    driven = model.usual() if stimulus is None else stimulus_from(stimulus, model.port)
    return model, driven, settings, initial


def model_from(data: Any, path: str = "model") -> Model:
    family = checked_fields(path, data, "family", "name", "equations", "values", *INNER).get("family", "neuron")
    kinds = entry(f"{path}.family", FAMILIES, family)
    if typed := family == "neuron" and data.get("equations") is not None:
        kind = typed_model(f"{path}.equations", data["equations"], data.get("name"))
    else:
        kind = entry(f"{path}.name", kinds, data.get("name"))
    checked_fields(path, data, "family", "name", *["equations"] * typed, "values", *kind.inner)
    inner = {name: model_from(data[name], f"{path}.{name}") for name in kind.inner if name in data}
    for name, model in inner.items():
        if model.family != kind.inner[name]:
            raise refused(f"{path}.{name}.family", model.family, f"{kind.inner[name]!r}")
    return build(f"{path}.values", kind, data.get("values"), **inner)


def check_known(model: Model, holder: str) -> None:
    """Raises ValueError for a model to which neither a name nor a text leads, so that this cannot hold it."""
    for name in model.inner:
        check_known(getattr(model, name), holder)
    kind = getattr(model, "bare", None) or type(model)
    if model.text is None and not any(issubclass(kind, known) for known in FAMILIES[model.family].values()):
        raise ValueError(
            f"{kind.__name__} is made in Python and no model of snnlab, so that {holder} cannot hold it: keep the code "
            "that makes it, or write its equations as a text for snnlab.neuron"
        )


def stimulus_from(data: Any, port: Port, path: str = "stimulus", *more: str) -> Stimulus:
    """A stimulus of a port; `more` are fields of its data that are read elsewhere."""
    if path.count("[") > DEPTH:
        raise ValueError(f"{path[:40]}... is not allowed: give at most {DEPTH} stimuli within one another")
    kind = entry(f"{path}.name", stimuli_of(port), checked_fields(path, data, "name", *STIMULUS).get("name"))
    source = kind.kind.source
    checked_fields(path, data, "name", "values", *([source.field] if source else []), *more)
    if source is None or data.get(source.field) is None:
        return build(f"{path}.values", kind, data.get("values"))
    place = f"{path}.{source.field}"
    found = source.read(data[source.field], place, lambda one, path, *more: stimulus_from(one, port, path, *more))
    try:
        kind.checked(found)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from error
    return build(f"{path}.values", kind, data.get("values"), source=found)


def to_json(experiment: Any, indent: int | None = None) -> str:
    return json.dumps(plain(experiment), indent=indent, ensure_ascii=False, allow_nan=False)


def from_json(text: str) -> Parts:
    if not isinstance(text, str | bytes | bytearray):
        raise ValueError(f"this is no JSON: it is {what_is(text)}, give a text")
    try:
        data = json.loads(text, object_pairs_hook=_once, parse_int=_whole)
    except json.JSONDecodeError as error:
        rest = error.doc[error.pos : error.pos + 20]
        found = repr(rest) if rest.strip() else "its end"
        place = f"line {error.lineno}, column {error.colno}"
        raise ValueError(f"this is no JSON: {found} cannot stand in {place}") from error
    except UnicodeDecodeError as error:
        raise ValueError("this is no JSON: it is no text") from error
    except RecursionError as error:
        raise ValueError("this is no JSON: its lists and objects are too deep within one another") from error
    except ValueError as error:
        raise ValueError(f"this is no JSON: {error}") from error
    return parts_from(data)


def _whole(digits: str) -> int:
    """A whole number. Raises ValueError for one that nobody means: Python is slow with thousands of digits."""
    if len(digits) > DIGITS:
        raise ValueError(f"{digits[:20]}... has {len(digits):,} digits, and is no number that is read")
    return int(digits)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names are there once."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(f"{short(next(k for k in found if [n for n, _ in pairs].count(k) > 1))} is there twice")
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
