"""The JSON Schema (2020-12) of experiments, made from their classes.

`python -m snnlab.models.exchange.schema` prints it, and `models/data/experiment.schema.json` is what it prints. It says
what `data` writes, and what that reads but for three things. No schema can say that times ascend and columns are of one
length. Where a number is asked, text with a unit ("10 mV") is read too. And there is an end to stimuli within stimuli.
"""

import json
from collections.abc import Iterable
from typing import Any

from snnlab.core import Choice, Count, Names, Quantity, Switch

from ..families import CLAMPS, FAMILIES
from ..knobs import Knob, Knobs
from ..model import Model
from ..settings import DEVICES, initial_of, run_of
from ..stimuli.port import Port
from ..stimuli.stimulus import Stimulus, stimuli_of
from ..typed.words import LONGEST
from .data import NAME

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
CLAMPED = f"({'|'.join(one.ending for one in CLAMPS.values())})$"  # the end of a name


def schema() -> Schema:
    """The schema as plain data. What a stimulus, a run and an initial state may be depends on the model.

    >>> schema()["properties"]["schema"]
    {'const': 'snnlab-experiment/2'}
    """
    whole, rules = _Definitions(), []
    for family, kinds in FAMILIES.items():
        whole[family] = _by_name({name: whole.share(f"{family}.{name}", _model(one)) for name, one in kinds.items()})
        if family == "neuron":
            clamped = {"properties": {"name": {"type": "string", "pattern": CLAMPED}}, "required": ["name"]}
            held = {"if": clamped, "then": _clamped(family, kinds), "else": whole[family]}
            whole[family] = {"if": {"required": ["equations"]}, "then": _typed(family), "else": held}
        for name, kind in kinds.items():
            this = {"properties": {"name": {"const": name}, **_family(family)["properties"]}, **_needed(family, "name")}
            rules.append(_if({"model": this}, whole.share(f"experiment.{family}.{name}", _experiment(kind, whole))))
    chosen = [{"if": _family(family), "then": _ref(family)} for family in FAMILIES]
    model = {"type": "object", "properties": {"family": {"enum": list(FAMILIES)}}, "allOf": chosen}
    return {
        "$schema": DIALECT,
        "title": NAME,
        "description": "A model, a stimulus, how it is run, and the state from which it begins. "
        "What is left out, or null, is as by default; a run without an initial state begins at rest.",
        "type": "object",
        "properties": {"schema": {"const": NAME}, "model": model, "stimulus": {}, "run": {}, "initial": {}},
        "required": ["schema", "model"],
        "additionalProperties": False,
        "allOf": rules,
        "$defs": dict(whole),
    }


def text() -> str:
    """The schema as JSON, with a definition a line."""
    whole = schema()
    definitions = ",\n".join(f"{_json(name)}: {_json(one)}" for name, one in whole.pop("$defs").items())
    return f'{_json(whole)[:-1]},\n"$defs": {{\n{definitions}\n}}}}'


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


class _Definitions(dict[str, Schema]):
    """Schemas by name, equal ones once; `ports` are those whose stimuli are there."""

    def __init__(self) -> None:
        super().__init__()
        self.ports: dict[Port, str] = {}

    def share(self, name: str, content: Schema) -> Schema:
        """A reference to this schema."""
        known = next((other for other, schema in self.items() if schema == content), name)
        assert self.setdefault(known, content) == content, f"{name} is there, and says something else"
        return _ref(known)


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _if(properties: Schema, then: Schema) -> Schema:
    """A rule for objects that have these properties."""
    return {"if": {"properties": properties, "required": list(properties)}, "then": then}


def _by_name(schemas: dict[str, Schema]) -> Schema:
    """An object that has one of these names, and what belongs to it."""
    names = {"type": "object", "properties": {"name": {"enum": list(schemas)}}, "required": ["name"]}
    return names | {"allOf": [_if({"name": {"const": name}}, one) for name, one in schemas.items()]}


# -- values -----------------------------------------------------------------------------------------------------------


def _values(kind: type[Knobs]) -> Schema:
    """An object with the values of this class."""
    values = {name: _value(kind.marks[field], kind.param[name].default) for field, name in kind.shown.items()}
    return {"type": ["object", "null"], "properties": values, "additionalProperties": False}


def _value(mark: Any, default: Any) -> Schema:
    found: Schema
    unit = ""
    if isinstance(mark, Quantity):
        least, most = mark.allowed
        found = {"type": "integer" if isinstance(mark, Count) else "number", "minimum": least, "maximum": most}
        unit = "" if mark.unit == "1" else f" [{mark.unit}]"
    elif isinstance(mark, Switch):
        found = {"type": "boolean"}
    elif isinstance(mark, Names):
        found = {"type": "array", "items": {"enum": list(mark.options)}} if mark.options else {"const": []}
        default = list(default)
    else:
        assert isinstance(mark, Choice)
        found = {"enum": ["CPU", "CUDA"] if mark.options is DEVICES else list(mark.options)}  # on any machine
    return found | {"default": default, "description": mark.doc + unit}


# -- models and what they are run with --------------------------------------------------------------------------------


def _family(family: str) -> Schema:
    """A model of this family, which need not be named where it is a neuron."""
    return {"properties": {"family": {"const": family}}} | _needed(family)


def _needed(family: str, *more: str) -> Schema:
    needed = [*(() if family == "neuron" else ("family",)), *more]
    return {"required": needed} if needed else {}


def _model(kind: type[Model]) -> Schema:
    own: Schema = {"family": {"const": kind.family}, "name": {"const": kind.definition.name}, "values": _values(kind)}
    return {
        "title": kind.definition.title or kind.definition.name,
        "description": kind.definition.doc,
        "properties": own | {slot: _ref(family) for slot, family in kind.inner.items()},
        "additionalProperties": False,
        **_needed(kind.family),
    }


def _typed(family: str) -> Schema:
    """A neuron whose equations are typed: what they define decides about the rest."""
    equations = {"type": "string", "maxLength": LONGEST, "description": "the text that snnlab.neuron reads"}
    own = {"family": {"const": family}, "name": {"type": "string"}, "equations": equations}
    values = {"type": ["object", "null"], "additionalProperties": {"type": ["number", "string"]}}
    return {"title": "Typed", "properties": own | {"values": values}, "additionalProperties": False}


def _experiment(kind: type[Model], whole: _Definitions) -> Schema:
    """What belongs to a model. Where it has inner models, these decide about stimulus and run."""
    called = kind.__name__
    own = {"initial": whole.share(f"initial.{called}", _values(initial_of(kind.state)))}
    fields, rules = _driven(kind(), called, whole), []
    for slot, family in kind.inner.items():
        usual = getattr(kind(), slot).definition.name
        inner = {
            name: _driven(kind(**{slot: one()}), f"{called}.{name}", whole) for name, one in FAMILIES[family].items()
        }
        decided = [field for field in fields if len({_json(one[field]) for one in inner.values()}) > 1]
        for name, given in inner.items():
            this: Schema = {"properties": {slot: {"properties": {"name": {"const": name}}}}}
            this |= {} if name == usual else {"required": [slot]}  # the usual one may be left out
            rules.append(_if({"model": this}, {"properties": {field: given[field] for field in decided}}))
        fields = {field: given for field, given in fields.items() if field not in decided}
    return {"properties": own | fields} | ({"allOf": rules} if rules else {})


def _driven(model: Model, called: str, whole: _Definitions) -> Schema:
    """How this model is driven and run."""
    run = _values(run_of(model.settings, model.port, tuple(model.variables())))
    stimulus = {"if": {"type": "object"}, "then": _stimulus(model.port, called, whole), "else": {"type": "null"}}
    return {"stimulus": stimulus, "run": whole.share(f"run.{called}", run)}


def _clamped(family: str, kinds: Iterable[str]) -> Schema:
    """A neuron under clamp: which values there may be, only the class says, and so it is with its stimulus and run."""
    name = {"type": "string", "pattern": f"^({'|'.join(kinds)}){CLAMPED}"}
    values = {"type": ["object", "null"], "additionalProperties": {"type": ["number", "string"]}}
    own = {"family": {"const": family}, "name": name, "values": values}
    return {"title": "Under clamp", "properties": own, "additionalProperties": False}


# -- stimuli ----------------------------------------------------------------------------------------------------------


def _stimulus(port: Port, of: str, whole: _Definitions) -> Schema:
    """A stimulus that fits this port, named after the first model that has it."""
    name = f"stimulus.{whole.ports.setdefault(port, of)}"
    if name not in whole:
        whole[name] = {}  # it may be made of itself
        kinds = {k: whole.share(f"{name}.{k}", _kind(kind, name)) for k, kind in stimuli_of(port).items()}
        # not closed in itself: what a stimulus is made of may have more, as a part of a sequence its duration
        whole[f"{name}.any"] = _by_name(kinds)
        whole[name] = _closed(name, {})
    return _ref(name)


def _closed(name: str, more: dict[str, Knob]) -> Schema:
    """A stimulus, with more values beside it."""
    beside = {field: _value(knob.annotation, knob.default) for field, knob in more.items()}
    return _ref(f"{name}.any") | {"unevaluatedProperties": False} | ({"properties": beside} if beside else {})


def _kind(kind: type[Stimulus], name: str) -> Schema:
    """A stimulus of this class; `name` is that of the schema of what it may be made of."""
    own: Schema = {"values": _values(kind)}
    if (source := kind.kind.source) is not None:
        own[source.field] = source.schema(lambda more: _closed(name, more) if more else _ref(name))
    return {"title": kind.kind.title, "properties": own}


if __name__ == "__main__":
    print(text())
