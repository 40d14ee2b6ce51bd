"""Bad input gives one clear message: what, the value, what is allowed, the nearest name; and nothing changes.

Parameters of all classes are in test_knobs, units in test_units, what does not fit together in test_sums.
"""

import copy
import json
import math
import pickle

import pytest
import torch

from snnlab import models
from snnlab.models import (
    ENCODERS,
    FAMILIES,
    NETWORKS,
    NEURONS,
    PLASTICITY,
    STIMULI,
    SURROGATES,
    Experiment,
    example,
    stimuli_of,
)
from snnlab.models.exchange.data import NAME, plain

LIF = NEURONS["LIF"]
CATALOGUES = {
    "the neuron": (NEURONS, "Izhikevitch", "Izhikevich"),
    "the encoder": (ENCODERS, "poison", "Poisson"),
    "the plasticity rule": (PLASTICITY, "stdp", "STDP"),
    "the surrogate": (SURROGATES, "supper", "super"),
    "the network": (NETWORKS, "Brunell", "Brunel"),
    "the stimulus": (STIMULI, "Stepp", "Step"),
    "the family": (FAMILIES, "neurons", "neuron"),
    "the preset of Izhikevich": (NEURONS["Izhikevich"].presets, "tonic spikking", "Tonic spiking"),
}


def refused(call, *words):
    """What is said; it is one line, and a ValueError."""
    with pytest.raises(ValueError) as error:
        call()
    text = str(error.value)
    assert "\n" not in text
    assert len(text) < 1000
    for word in words:
        assert word in text
    return text


# ---- names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", CATALOGUES)
def test_unknown_names(what):
    catalogue, wrong, right = CATALOGUES[what]
    text = refused(lambda: catalogue[wrong], f"{what} {wrong!r} is not known: did you mean {right}? choose one of ")
    assert all(str(name) in text for name in list(catalogue)[:40])
    with pytest.raises(KeyError):  # as of any dictionary
        catalogue["no such thing"]
    assert "did you mean" not in refused(lambda: catalogue["§" * 200], "is not known: choose one of")


def test_stimuli_that_a_model_does_not_take_are_not_offered():
    text = refused(lambda: stimuli_of(NEURONS["AdEx"].port)["SpikeTrain"], "the stimulus 'SpikeTrain' is not known")
    assert "Step" in text and "PoissonSpikes" not in text


# ---- runs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "settings", "words"),
    [
        (
            LIF,
            {"duration": 1e5, "dt": 0.01},
            "10,000,000 steps: at most 200,000 (SNNLAB_MAX_STEPS) are run; give a duration up to 2000 ms",
        ),
        (
            LIF,
            {"duration": 1e4, "neurons": 1000},
            "100,000,000 values: at most 5,000,000 (SNNLAB_MAX_VALUES) are kept; give",
        ),
        (ENCODERS["Poisson"], {"duration": 1e5, "neurons": 10_000}, "1,000,000,000 random numbers: at most 20,000,000"),
        (PLASTICITY["STDP"], {"duration": 1e5, "dt": 0.1}, "1,000,000 steps: at most 200,000 (SNNLAB_MAX_STEPS)"),
        (SURROGATES["super"], {"duration": 1e5, "dt": 0.1}, "1,000,000 steps: at most 200,000 (SNNLAB_MAX_STEPS)"),
        (NETWORKS["Population"], {"duration": 1e5, "dt": 0.1}, "1,000,000 steps: at most 200,000 (SNNLAB_MAX_STEPS)"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_too_long_a_run_for_a_page(model, settings, words):
    refused(Experiment.of(model(), settings=settings).fits, words, "a larger dt")


def test_too_large_a_network_for_a_page():
    refused(
        lambda: Experiment.of(NETWORKS["LSNNetwork"](size=5000)).fits(),
        "LSNNetwork has 25,000,000 synapses: at most 20,000,000 (SNNLAB_MAX_SYNAPSES) are made; give smaller size",
    )
    refused(
        lambda: Experiment.of(NETWORKS["Brunel"](N_E=20_000, C_E=10_000)).fits(),
        "synapses: at most 20,000,000 (SNNLAB_MAX_SYNAPSES) are made; give smaller N_E, N_I, or fewer",
    )
    wide = ENCODERS["PopulationCode"](out_features=1000)
    refused(
        lambda: Experiment.of(NETWORKS["FeedForward"](inputs=100, encoder=wide)).fits(),
        "5,000 steps of 100,000 neurons are 500,000,000 random numbers",
    )
    refused(
        lambda: Experiment.of(NETWORKS["FeedForward"](inputs=100, outputs=1000, encoder=wide)).fits(),
        "FeedForward has 100,000,000 synapses",
    )
    refused(
        lambda: Experiment.of(NETWORKS["Population"](size=100_000)).fits(),
        "5,000 steps of 100,000 neurons are 500,000,000 values: at most",
    )


@pytest.mark.parametrize("model", [NEURONS["IzhikevichAccommodation"], ENCODERS["Poisson"], NETWORKS["Brunel"]])
def test_unknown_settings_and_states(model):
    refused(lambda: Experiment.of(model(), settings={"duratoin": 5}), "'duratoin' is not known: did you mean duration?")
    refused(lambda: Experiment.of(model(), initial={"vv": 5}), "the parameter of Initial 'vv' is not known: ")
    refused(lambda: Experiment.of(model(), settings={"dt": "1 mV"}), "dt = '1 mV' is not allowed: 'mV' is no ms")


def test_unknown_variables():
    refused(lambda: Experiment.of(LIF(), settings={"record": ["vv"]}), "record = 'vv' is not known: did you mean v? ")
    refused(lambda: Experiment.of(LIF(), settings={"record": "vv"}), "record = 'vv' is not known: did you mean v? ")
    refused(lambda: Experiment.of(LIF(), settings={"record": None}), "record = None is not allowed: give a list of v")


# ---- sources ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "source", "words"),
    [
        ("Table", ((0, 1), (0, 2)), "the source of a Table is not allowed: its times must ascend"),
        ("Table", ((5, 1), (3, 2)), "its times must ascend"),
        ("Table", ((0, math.nan),), "give finite numbers"),
        ("Table", ((0, math.inf),), "give finite numbers"),
        ("Table", ((0, 1, 2),), "give pairs (time in ms, current)"),
        ("Table", (0, 1), "give pairs (time in ms, current)"),
        ("Table", ((0, None),), "give pairs (time in ms, current)"),
        ("Table", ((0, True),), "give pairs (time in ms, current)"),
        ("Table", 3, "give pairs (time in ms, current)"),
        ("Table", "0 1", "give pairs (time in ms, current)"),
        ("Protocol", ((0, 1),), "give Segments (start, end, value, slope), times in ms"),
        ("Protocol", ((0, 1, math.nan),), "give finite numbers"),
        ("Protocol", ((0, 1, False),), "give Segments"),
        ("Protocol", 3, "give Segments"),
        ("Recorded", "file.csv", "the source of a Recorded is a str: give a Sweep, see snnlab.models.read"),
        ("Recorded", ((0, 1), (1, 2)), "the source of a Recorded is a tuple: give a Sweep"),
    ],
)
def test_sources(kind, source, words):
    """When it is made, and when it is changed: then the source before is kept."""
    refused(lambda: STIMULI[kind](source=source), words)
    good = {"Table": ((0.0, 1.0),), "Protocol": (), "Recorded": example()}[kind]
    stimulus = STIMULI[kind](source=good)
    refused(lambda: setattr(stimulus, "source", source), words)
    refused(lambda: stimulus.param.update(offset=0.5, source=source), words)
    assert (stimulus.source, stimulus.offset) == (good, 0.0)


# ---- JSON ---------------------------------------------------------------------------------------------------------


def written():
    """An experiment with everything in it, as data."""
    stimulus = (STIMULI["Step"]() + STIMULI["Table"](source=((0, 1), (5, 2)))).then(STIMULI["Recorded"](), 20)
    network = NETWORKS["FeedForward"](cell=LIF())
    return plain(Experiment.of(network, stimulus.source[0].stimulus.then(STIMULI["Recorded"](), 20), {}, None))


def changed(value, *path):
    data = json.loads(json.dumps(written()))
    place = data
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return json.dumps(data)


def places(data, path=()):
    """Every place in data that has a value."""
    yield path
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, value in items:
        yield from places(value, (*path, name))


def objects():
    """Every place in it that is an object."""
    return [path for path in places(written()) if isinstance(at(written(), path), dict)]


def at(data, path):
    for name in path:
        data = data[name]
    return data


@pytest.mark.parametrize("path", objects(), ids=lambda path: ".".join(map(str, path)) or "whole")
def test_an_unknown_field_at_any_depth(path):
    text = refused(lambda: Experiment.from_json(changed(1, *path, "surprise")), "'surprise' is not known: ")
    assert "choose one of" in text or "there are none" in text
    assert not path or str(path[0]) in text


NUMBERS = [path for path in places(written()) if type(at(written(), path)) in (int, float)]
WRONG = [math.nan, math.inf, None, [], {}, [1.0], True, "x", "1 foo", 1e300]


@pytest.mark.parametrize("path", NUMBERS, ids=lambda path: ".".join(map(str, path)))
def test_what_is_no_number(path):
    """The message begins with the place where it is; points of a table have no bounds."""
    name = next(part for part in reversed(path) if isinstance(part, str))
    for value in WRONG[: -1 if "points" in path else None]:
        text = refused(
            lambda value=value: Experiment.from_json(changed(value, *path)), name, " is not allowed: ", "give "
        )
        assert text.startswith(path[0])


@pytest.mark.parametrize("path", [path for path in objects() if path], ids=lambda path: ".".join(map(str, path)))
def test_what_is_no_object(path):
    for value in (1, True, "x", [], [1], False, 0, ""):
        refused(lambda value=value: Experiment.from_json(changed(value, *path)), path[0], " is not allowed: give ")


@pytest.mark.parametrize(
    ("value", "path", "words"),
    [
        ("snnlab-experiment/3", ("schema",), f"'snnlab-experiment/3' is not known: this version reads {NAME!r}"),
        (None, ("schema",), "schema = None is not known"),
        ("neurons", ("model", "family"), "the family 'neurons' is not known: did you mean neuron?"),
        ([], ("model", "family"), "model.family = [] is not allowed: choose one of neuron"),
        ("Feed", ("model", "name"), "the network 'Feed' is not known"),
        (None, ("model", "name"), "model.name = None is not allowed"),
        ({}, ("model", "name"), "model.name = {} is not allowed"),
        (None, ("model",), "model = None is not allowed: give an object with family, name, equations, values"),
        ("LIFF", ("model", "cell", "name"), "the neuron 'LIFF' is not known: did you mean LIF?"),
        ("neuron", ("model", "encoder", "family"), "the neuron 'Poisson' is not known"),
        (0.5, ("model", "values", "inputs"), "model.values.inputs = 0.5 is not allowed: give a number from 1 to 10000"),
        (1.5, ("model", "values", "inputs"), "model.values.inputs = 1.5 is not allowed: give a whole number"),
        ("supper", ("model", "cell", "values", "method"), "method = 'supper' is not known: did you mean super?"),
        (["super"], ("model", "cell", "values", "method"), "is not known: "),
        ("Steps", ("stimulus", "parts", 1, "name"), "the stimulus 'Steps' is not known: did you mean Step?"),
        (5, ("stimulus", "parts"), "stimulus.parts = 5 is not allowed: give a list of stimuli"),
        ({}, ("stimulus", "parts"), "stimulus.parts = {} is not allowed: give a list of stimuli"),
        ([1], ("stimulus", "parts"), "stimulus.parts[0] = 1 is not allowed: give an object with name"),
        (-1, ("stimulus", "parts", 0, "duration"), "duration = -1 is not allowed: give a number from 0 to 1e+06 ms"),
        ([[1, 1], [0, 1]], ("stimulus", "parts", 0, "parts", 1, "points"), "its times must ascend"),
        ([], ("stimulus", "parts", 1, "recording"), "recording = [] is not allowed: give an object with example"),
        ({"time": [0, 1]}, ("stimulus", "parts", 1, "recording"), "recording.current is not allowed: give "),
        ({"time": [0, 0], "current": [0, 0]}, ("stimulus", "parts", 1, "recording"), "times must ascend"),
        (
            {"time": [0, 1], "current": [0, 0, 1]},
            ("stimulus", "parts", 1, "recording"),
            "time [2], current [3]",
        ),
        ({"time": [0, 1], "current": [0, 10**400]}, ("stimulus", "parts", 1, "recording"), "current is not allowed"),
        ({"time": [0, 1], "current": ["x", 0]}, ("stimulus", "parts", 1, "recording"), "give a list of numbers"),
        ("v", ("run", "record"), "run.record = 'v' is not allowed: give a list of v, i"),
        (["w"], ("run", "record"), "run.record = 'w' is not known"),
        ("GPU", ("run", "device"), "device = 'GPU' is not known"),
        ({"at_rest": False}, ("initial",), "the field of initial 'at_rest' is not known"),
        (["v"], ("initial",), "initial = ['v'] is not allowed: give an object with"),
    ],
)
def test_what_else_is_wrong(value, path, words):
    refused(lambda: Experiment.from_json(changed(value, *path)), words)


def test_a_field_of_another_stimulus():
    """None is left unread."""
    for name, field, value in (
        ("Step", "parts", []),
        ("Step", "points", [[0, 1]]),
        ("Sum", "points", []),
        ("Table", "recording", {"example": True}),
        ("Recorded", "points", [[0, 1]]),
        ("Constant", "duration", 5),
    ):
        data = {"schema": NAME, "model": {"name": "LIF"}, "stimulus": {"name": name, field: value}}
        text = json.dumps(data)
        refused(lambda text=text: Experiment.from_json(text), f"the field of stimulus {field!r} is not known")


@pytest.mark.parametrize("text", ["", "{", "nonsense", "[" * 100_000, '{"a": ' * 100_000, b"\xff", None, 3, "1" * 5000])
def test_no_json(text):
    refused(lambda: Experiment.from_json(text), "this is no JSON: ")


@pytest.mark.parametrize("text", ["3", "[]", "null", '"x"', "true", "NaN"])
def test_json_of_something_else(text):
    refused(lambda: Experiment.from_json(text), "is not allowed: give an object with schema, model")


# ---- links --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "'' names no model: give one of neuron=..., encoder=..."),
        ("tau_mem=3", "'tau_mem=3' names no model"),
        ("neuron=LIF&tau_mum=3", "the field 'tau_mum' is not known: did you mean tau_mem? choose one of"),
        ("neuron=LIF&r.durration=3", "the field 'r.durration' is not known: did you mean r.duration?"),
        ("neuron=LIF&i.w=3", "the field 'i.w' is not known"),
        ("neuron=LIF&s.amplitude=3", "s.amplitude is given, but not what it belongs to: add s=..."),
        ("neuron=LIF&s=Step&s.amplitud=3", "the field 's.amplitud' is not known"),
        ("neuron=LIF&s=Sum&s.1=Step", "the field 's.1' is not known"),
        ("neuron=LIF&encoder=Poisson", "the field 'neuron' is not known"),
        ("neuron=LIF&v_th=1&v_th=2", "v_th is there twice"),
        ("neuron=LIF&neuron=LIF", "neuron is there twice"),
        ("neuron=Lif", "the neuron 'Lif' is not known: did you mean LIF?"),
        ("neuron=LIF&s=Stepp", "the stimulus 'Stepp' is not known: did you mean Step?"),
        ("neuron=LIF&v_th=1e9", "v_th = 1000000000 is not allowed: give a number from -1000 to 1000"),
        ("neuron=LIF&v_th=nan", "v_th = nan is not allowed"),
        ("neuron=LIF&v_th=inf", "v_th = inf is not allowed"),
        ("neuron=LIF&v_th=", "v_th = '' is not allowed"),
        ("neuron=LIF&v_th=9**9**9", "v_th = '9**9**9' is not allowed"),
        ("neuron=LIF&r.neurons=2.5", "neurons = 2.5 is not allowed: give a whole number"),
        ("neuron=LIF&r.record=v,w", "record = 'w' is not known"),
        ("neuron=LIF&r.dt=1 mV", "dt = '1 mV' is not allowed: 'mV' is no ms"),
        ("neuron=LIF&s=Table&s.points=0,1;0,2", "its times must ascend"),
        ("neuron=LIF&s=Table&s.points=0;1", "give pairs (time in ms, current)"),
        ("neuron=LIF&s=Step&s.points=0,1", "the field of stimulus 'points' is not known"),
        ("neuron=AdEx&s=SpikeTrain", "the stimulus 'SpikeTrain' is not known"),
        ("plasticity=STDP&hardbound=yes", "hardbound = 'yes' is not allowed: give True or False"),
        ("network=Population&cell=Lif", "the neuron 'Lif' is not known"),
        ("network=Population&cell.v_th=2", "cell.v_th is given, but not what it belongs to: add cell=..."),
    ],
)
def test_links(query, words):
    refused(lambda: Experiment.from_query(query), words)


def test_deep_stimuli_are_quick():
    """Each is looked at once, not twice at each level."""
    inner = models.Step()
    for _ in range(40):
        inner = models.STIMULI["Sum"](source=(inner,))
    assert inner.begins == 10.0


def test_a_stimulus_is_no_part_of_itself():
    whole = models.Step() + models.Sine()
    before = whole.source
    refused(lambda: setattr(whole, "source", (whole,)), "cannot be part of itself")
    assert whole.source == before


@pytest.mark.parametrize("text", ["100 rad/s", "60 rpm", "1 turn/s", "90 deg/s"])
def test_angles_are_no_frequencies(text):
    """The library counts a radian as 1, and a turn as 6.28."""
    refused(lambda: models.Sine(frequency=text), "frequency", "Hz")


def test_classes_in_place_of_objects_are_named():
    refused(lambda: models.Population(cell=LIF), "cell is the class LIF", "LIF()")
    refused(lambda: LIF().simulate(models.Step), "stimulus is the class Step")
    refused(lambda: LIF().simulate(1.5), "stimulus is a float")
    refused(lambda: LIF.simulate(models.Step()), "LIF().simulate")
    refused(lambda: Experiment.of(LIF), "model is the class LIF")
    refused(lambda: models.Step().then(None, 3), "other is a NoneType")
    refused(lambda: LIF().simulate(initial=[1]), "initial = [1]")
    refused(lambda: LIF().simulate(initial={"at_rest": True, "v": 0.5}), "at_rest")
    refused(lambda: LIF().simulate(dtype=torch.int32), "dtype", "float32")
    with pytest.raises(TypeError, match="by name"):
        LIF(20)
    refused(lambda: setattr(LIF(), "simulate", 3), "'simulate' is not known")


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (([0, 2, 1], [0, 0, 0]), "times must ascend"),
        (([0, 1, 2], [0, 0]), "current [2]"),
        (([0], [0]), "two samples or more"),
        (([0, 1], [0, float("nan")]), "not finite"),
    ],
)
def test_sweeps_are_checked(columns, words):
    refused(lambda: models.Sweep("cell", *columns), words)


def test_the_example_is_everybodys_and_nobody_changes_it():
    with pytest.raises(ValueError, match="read-only"):
        models.example().current[0] = 1e6


def test_a_field_is_there_once():
    refused(lambda: Experiment.from_json('{"schema": 1, "schema": 2}'), "'schema' is there twice")


def test_an_address_as_it_is_copied_is_read():
    address = "http://localhost:5006/apps?page=neuron&neuron=LIF&tau_mem=20"
    assert Experiment.from_query(address).model.tau_mem == 20


def test_a_default_that_was_changed_on_the_class_stays_in_links():
    class Own(LIF):
        pass

    Own.tau_mem = 25.0
    assert Own().changed() == {"tau_mem": 25.0}


def test_repr_says_what_would_make_it_again():
    assert repr(LIF(tau_mem=20)) == str(LIF(tau_mem=20)) == "LIF(tau_mem=20.0)"
    assert repr(models.Step(amplitude="500 pA") + models.Sine()) == "Step(amplitude=500.0, unit='pA') + Sine()"
    assert "tau_mem: membrane time constant, 0.01 to 10000 ms" in LIF.__doc__


@pytest.mark.parametrize("family", models.FAMILIES)
def test_experiments_can_be_pickled_and_copied(family):
    """Workers take them; a copy has its own values."""
    for kind in models.FAMILIES[family].values():
        experiment = Experiment.of(kind())
        again = pickle.loads(pickle.dumps(experiment))
        assert again.diff(experiment) == {}
        other = copy.deepcopy(experiment)
        other.settings.duration = 123.0
        assert experiment.diff(other).keys() == {"run.duration"}


def test_the_stimulus_of_an_experiment_is_its_own():
    stimulus = Experiment.of(LIF(), models.Step()).stimulus
    experiment = Experiment.of(LIF(), stimulus)
    stimulus.amplitude = 3.0
    assert experiment.stimulus.amplitude != 3.0
