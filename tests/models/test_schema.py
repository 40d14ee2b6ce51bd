"""The published schema: true to its file, to what is written, and to what is read."""

import json
import random

import jsonschema
import numpy as np
import pytest

from snnlab.core import Choice, Names, Quantity, Switch
from snnlab.models import FAMILIES, PRESETS, Experiment, Sweep, example, stimuli_of
from snnlab.models.exchange.data import NAME, parts_from, plain
from snnlab.models.exchange.schema import schema, text
from snnlab.models.settings import initial_of, run_of
from tests.golden import SHIPPED

FILE = SHIPPED / "experiment.schema.json"
VALIDATOR = jsonschema.Draft202012Validator(json.loads(FILE.read_text()))
MODELS = {f"{family}-{name}": kind for family, kinds in FAMILIES.items() for name, kind in kinds.items()}


def complaints(data):
    """What the schema says against data, as JSON has them."""
    return [f"{e.json_path}: {e.message[:200]}" for e in VALIDATOR.iter_errors(json.loads(json.dumps(data)))]


def reads(data):
    try:
        parts_from(data)
    except ValueError:
        return False
    return True


def test_the_file_is_what_the_module_prints():
    assert FILE.read_text() == text() + "\n", "make renew"
    assert json.loads(text()) == schema()


def test_the_file_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(VALIDATOR.schema)
    references = [line.split('"')[0] for line in FILE.read_text().split('"$ref": "#/$defs/')[1:]]
    assert set(references) <= VALIDATOR.schema["$defs"].keys()


# ---- what is written ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", MODELS.values(), ids=MODELS)
def test_defaults_are_valid(kind):
    assert not complaints(plain(Experiment.of(kind())))


@pytest.mark.parametrize(
    "model", {kind().port: kind() for kind in MODELS.values()}.values(), ids=lambda m: type(m).__name__
)
def test_every_stimulus_that_fits_is_valid(model):
    for stimulus in stimuli_of(model.port).values():
        assert not complaints(plain(Experiment(model, stimulus(), *settings(model)))), stimulus.__name__


def settings(model):
    return run_of(model.settings, model.port, tuple(model.variables()))(), initial_of(model.state)()


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_are_valid(preset):
    assert not complaints(plain(PRESETS[preset].experiment()))


class Made:
    """Experiments by chance: any model, values within bounds, stimuli of stimuli."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def value(self, mark):
        if isinstance(mark, Quantity):
            low, high = mark.allowed
            number = self.random.choice([low, high, mark.low, mark.high, self.random.uniform(mark.low, mark.high)])
            number = min(max(number, low), high)
            return round(number) if type(mark).__name__ == "Count" else number
        if isinstance(mark, Names):
            return self.random.sample(mark.options, self.random.randint(0, len(mark.options)))
        if isinstance(mark, Choice):
            return self.random.choice(list(mark.options))
        assert isinstance(mark, Switch)
        return self.random.random() < 0.5

    def values(self, kind):
        marks = {name: kind.marks[field] for field, name in kind.shown.items()}
        return {name: self.value(mark) for name, mark in marks.items() if self.random.random() < 0.7}

    def stimulus(self, port, depth=0):
        kinds = stimuli_of(port)
        kind = kinds[self.random.choice([k for k in kinds if depth < 3 or kinds[k].kind.port is not None])]
        if kind.kind.port is None:
            least = 0 if port.current else 1  # a sum of nothing counts as a current
            parts = [self.stimulus(port, depth + 1) for _ in range(self.random.randint(least, 3))]
            source = [(part, self.random.uniform(0, 1e3)) for part in parts] if kind.__name__ == "Sequence" else parts
        else:
            times = np.cumsum([self.random.uniform(0.1, 9) for _ in range(4)])
            source = {
                "Table": list(zip(times.tolist(), [0.5, -1, 2, 1e3])),
                "Protocol": [(1, 2, 0.5), (2.5, 3, 1, -0.1)],
                "Trains": [(1, 0), (2.5, 1)],
                "Recorded": self.random.choice(
                    [example(), Sweep("é", times, -times), Sweep("", times, times, times * 2)]
                ),
            }.get(kind.__name__)
        return kind(**self.values(kind), **({} if source is None else {"source": source}))

    def model(self, kind):
        inner = {slot: self.model(self.random.choice(list(FAMILIES[f].values()))) for slot, f in kind.inner.items()}
        return kind(**self.values(kind), **inner)

    def experiment(self):
        model = self.model(self.random.choice(list(MODELS.values())))
        run, initial = (type(one) for one in settings(model))
        begin = initial() if self.random.random() < 0.5 else initial(**self.values(initial), at_rest=False)
        return Experiment(model, self.stimulus(model.port), run(**self.values(run)), begin)


@pytest.mark.parametrize("seed", range(200))
def test_experiments_by_chance_are_valid(seed):
    data = plain(Made(seed).experiment())
    assert not complaints(data)
    assert plain(Experiment(*parts_from(json.loads(json.dumps(data))))) == data


@pytest.mark.parametrize("family", ["neuron", "encoder"])
def test_every_inner_model_decides_what_drives_a_network(family):
    """The cell's, or the encoder's, units, bounds and variables are those of the network that has it."""
    network, slot = {"neuron": ("Population", "cell"), "encoder": ("FeedForward", "encoder")}[family]
    for inner in FAMILIES[family].values():
        model = FAMILIES["network"][network](**{slot: inner()})
        high = model.port.current.allowed[1]
        data = plain(Experiment.of(model, stimuli_of(model.port)["Constant"](amplitude=high)))
        data["run"]["record"] = list(model.variables())
        assert not complaints(data)
        data["stimulus"]["values"]["amplitude"] = high * 1.001
        assert any("amplitude" in words for words in complaints(data))
        data["stimulus"], data["run"]["record"] = None, ["nothing"]
        assert any("record" in words for words in complaints(data))


# ---- what is read ---------------------------------------------------------------------------------------------------

SHORT = [
    {"model": {"name": "LIF"}},
    {"model": {"name": "LIF"}, "stimulus": None, "run": None, "initial": None},
    {"model": {"family": "neuron", "name": "LIF", "values": None}, "run": {}, "initial": {}},
    {"model": {"name": "Izhikevich", "values": {"a": 0.1}}, "initial": {"v": -50}},
    {"model": {"name": "LIF"}, "stimulus": {"name": "Sum"}},
    {"model": {"name": "LIF"}, "stimulus": {"name": "Sequence", "parts": [{"name": "Step", "duration": 5}]}},
    {"model": {"name": "LIF"}, "stimulus": {"name": "Recorded", "recording": {"example": True}}},
    {"model": {"name": "LIF"}, "stimulus": {"name": "Table", "points": [[0, 1], [5, 2.5]]}},
    {"model": {"family": "encoder", "name": "Poisson"}, "run": {"neurons": 3.0}},
    {"model": {"family": "network", "name": "Population"}, "run": {"record": ["i"]}},
    {"model": {"family": "network", "name": "FeedForward", "cell": {"name": "CobaLIF"}}, "run": {"record": ["g_e"]}},
]


@pytest.mark.parametrize("data", SHORT)
def test_what_is_left_out_is_as_by_default(data):
    data = {"schema": NAME, **data}
    assert not complaints(data)
    parts_from(data)


LIF = {"schema": NAME, "model": {"name": "LIF"}}


def lif(**more):
    return LIF | more


def driven(**stimulus):
    return lif(stimulus=stimulus)


BROKEN = {
    "no object": [],
    "no schema": {"model": {"name": "LIF"}},
    "another schema": LIF | {"schema": "snnlab-experiment/3"},
    "no model": {"schema": NAME},
    "a model without name": LIF | {"model": {"family": "neuron"}},
    "an unknown model": LIF | {"model": {"name": "LIFX"}},
    "an unknown family": LIF | {"model": {"family": "neurons", "name": "LIF"}},
    "a model of another family": LIF | {"model": {"family": "encoder", "name": "LIF"}},
    "an encoder without family": LIF | {"model": {"name": "Poisson"}},
    "a field too many": lif(stimuli={"name": "Step"}),
    "a model's field too many": LIF | {"model": {"name": "LIF", "cell": {"name": "LIF"}}},
    "an unknown value": LIF | {"model": {"name": "LIF", "values": {"tau": 10}}},
    "a value out of bounds": LIF | {"model": {"name": "LIF", "values": {"tau_mem": -1}}},
    "a value that is a list": LIF | {"model": {"name": "LIF", "values": {"tau_mem": [10]}}},
    "a value that is null": LIF | {"model": {"name": "LIF", "values": {"tau_mem": None}}},
    "an unknown choice": LIF | {"model": {"name": "LIF", "values": {"method": "steep"}}},
    "a truth for a number": lif(run={"duration": True}),
    "a broken count": lif(run={"neurons": 2.5}),
    "an unknown variable": lif(run={"record": ["u"]}),
    "a name for a list": lif(run={"record": "v"}),
    "another model's setting": lif(run={"window": 50}),
    "another model's state": lif(initial={"u": 0}),
    "at rest": lif(initial={"at_rest": True}),
    "an unknown stimulus": driven(name="Steps"),
    "a stimulus without name": driven(values={"amplitude": 1}),
    "a stimulus that is a list": lif(stimulus=[{"name": "Step"}]),
    "a stimulus that does not fit": driven(name="Pairs"),
    "another stimulus' value": driven(name="Constant", values={"onset": 1}),
    "a stimulus that lasts": driven(name="Step", duration=5),
    "a summand that lasts": driven(name="Sum", parts=[{"name": "Step", "duration": 5}]),
    "a negative duration": driven(name="Sequence", parts=[{"name": "Step", "duration": -5}]),
    "a bad part of parts": driven(name="Sum", parts=[{"name": "Sum", "parts": [{"name": "Step", "values": {"x": 1}}]}]),
    "parts of what has none": driven(name="Step", parts=[]),
    "points of what has none": driven(name="Step", points=[[0, 1]]),
    "a point of three": driven(name="Table", points=[[0, 1, 2]]),
    "a segment of two": driven(name="Protocol", points=[[0, 1]]),
    "points that are no numbers": driven(name="Table", points=[["a", "b"]]),
    "a recording without current": driven(name="Recorded", recording={"time": [0, 1]}),
    "a recording of one sample": driven(name="Recorded", recording={"time": [0], "current": [1]}),
    "a recording with a field too many": driven(name="Recorded", recording={"example": True, "file": "a.abf"}),
    "a cell that is no neuron": LIF | {"model": {"family": "network", "name": "Population",
                                                 "cell": {"family": "encoder", "name": "Poisson"}}},
    "another cell's variable": {"schema": NAME, "model": {"family": "network", "name": "Population",
                                                          "cell": {"name": "AdEx"}}, "run": {"record": ["i"]}},
    "another encoder's signal": {"schema": NAME, "model": {"family": "network", "name": "FeedForward"},
                                 "stimulus": {"name": "Constant", "values": {"amplitude": 1.5}}},
}  # fmt: skip


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_not_valid_and_not_read(data):
    assert complaints(data)
    with pytest.raises(ValueError):
        parts_from(data)


def test_a_complaint_names_the_place():
    data = driven(name="Sum", parts=[{"name": "Step", "values": {"amplitude": 1e9}}])
    assert any(words.startswith("$.stimulus.parts[0].values.amplitude: 1000000000.0") for words in complaints(data))


JUNK = (None, True, False, 0, 1, -1, 2.5, 1e12, "", "Step", "v", [], [1], {}, {"name": "Step"}, ["v"], {"name": "LIF"})


def places(data):
    """(container, key) of everything in there, but for the numbers of recordings and points, of which order counts."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        yield data, key
        if isinstance(value, dict | list) and key not in ("recording", "points"):
            yield from places(value)


@pytest.mark.parametrize("seed", range(150))
def test_what_is_valid_is_read_and_nothing_else(seed):
    """Experiments by chance, with one thing in them changed, taken away or added."""
    made = Made(seed)
    data = json.loads(json.dumps(plain(made.experiment())))
    container, key = made.random.choice(list(places(data)))
    change = made.random.choice(("change", "change", "take", "add"))
    if change == "take":
        del container[key]
    elif change == "add" and isinstance(container, dict):
        container[made.random.choice(("values", "name", "duration", "parts", "family", "v", "x"))] = made.random.choice(
            JUNK
        )
    else:
        container[key] = made.random.choice(JUNK)
    assert reads(data) == (not complaints(data)), (complaints(data), data)
