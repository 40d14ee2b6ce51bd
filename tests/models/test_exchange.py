"""Experiments as JSON and as links: what is written is read again, whatever it is."""

import json
import re
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import pytest
from hypothesis import given, settings

from snnlab.models import FAMILIES, KINDS, NEURONS, STIMULI, Experiment, Sweep, example
from snnlab.models.exchange.data import NAME, flat
from snnlab.models.stimuli.compounds import DEPTH
from tests.models.strategies import experiments

MODELS = [cls for kinds in FAMILIES.values() for cls in kinds.values()]
LIF = NEURONS["LIF"]
DRIVEN = {kind.name: next(cls for cls in MODELS if cls().port.offers(kind)) for kind in KINDS}
every_model = pytest.mark.parametrize("cls", MODELS, ids=lambda cls: cls.__name__)
often = settings(max_examples=8, deadline=None, derandomize=True, database=None)


def equal(one: Experiment, other: Experiment) -> bool:
    """Classes, values and kinds of numbers."""
    kinds = [type(part) for part in (one.model, one.stimulus, one.settings, one.initial)]
    return (
        one.to_json() == other.to_json()
        and flat(one) == flat(other)
        and kinds == [type(part) for part in (other.model, other.stimulus, other.settings, other.initial)]
        and one.diff(other) == {}
    )


def check_json(experiment):
    text = experiment.to_json()
    again = Experiment.from_json(text)
    assert equal(again, experiment)
    assert Experiment.from_json(again.to_json(indent=1)).to_json() == text
    assert json.loads(text)["schema"] == NAME


def check_query(experiment):
    query = experiment.to_query()
    again = Experiment.from_query(query)
    assert equal(again, experiment)
    assert again.to_query() == query
    assert equal(Experiment.from_query("?" + query), experiment)
    # an address keeps it: characters of a query (RFC 3986), and nothing that a browser would write otherwise
    assert re.fullmatch(r"[A-Za-z0-9\-._~!$&'()*+,;=:@/?%]+", query)
    assert urlsplit(f"https://host/explore?{query}#part").query == query
    assert urlencode(parse_qsl(query, keep_blank_values=True), safe=",;:") == query
    assert unquote(query).isascii()


@every_model
def test_defaults_return(cls):
    experiment = Experiment.of(cls())
    check_json(experiment)
    check_query(experiment)


@every_model
def test_default_links_are_short(cls):
    query = Experiment.of(cls()).to_query()
    assert len(query) < 60
    assert query.startswith(f"v=2&{cls.family}={cls.definition.name}")


@every_model
def test_any_experiment_returns(cls):
    @often
    @given(experiments(cls, files=False))
    def check(experiment):
        check_json(experiment)
        check_query(experiment)

    check()


@often
@given(experiments(LIF, names=["Recorded"]))
def test_any_recording_returns(experiment):
    check_json(experiment)


@pytest.mark.parametrize("name", DRIVEN)
def test_any_stimulus_returns(name):
    """Of every kind; sums and sequences with parts of parts."""

    @often
    @given(experiments(DRIVEN[name], names=[name], depth=3, files=False))
    def check(experiment):
        check_json(experiment)
        check_query(experiment)

    check()


@every_model
def test_names_cannot_be_mistaken_in_a_link(cls):
    """A key is v, a family, s, a value, or what begins with s., r., i. or an inner model's name."""
    reserved = {"v", "s", *FAMILIES, *cls.inner}
    assert not reserved & set(cls.shown.values())
    assert not any("." in name for name in cls.shown.values())


def test_a_link_holds_what_is_not_as_by_default():
    stimulus = STIMULI["Step"](amplitude=1.2) + STIMULI["SpikeTrain"](rate=50)
    experiment = Experiment.of(LIF(tau_mem=20), stimulus, {"dt": 0.2, "record": ["v"]}, {"v": 0.5})
    assert experiment.to_query() == (
        "v=2&neuron=LIF&tau_mem=20&s=Sum&s.0=Step&s.0.amplitude=1.2&s.1=SpikeTrain&s.1.rate=50&s.1.weight=1"
        "&r.dt=0.2&r.record=v&i.v=0.5&i.i=0"
    )
    lasting = Experiment.of(LIF(), STIMULI["Constant"]().then(STIMULI["Table"](source=((0, 1), (5, -0.1))), 30))
    assert lasting.to_query() == (
        "v=2&neuron=LIF&s=Sequence&s.0=Constant&s.0.amplitude=1&s.0.duration=30&s.1=Table&s.1.points=0,1;5,-0.1"
        "&s.1.duration=0"
    )


def test_the_link_of_the_docstring_is_one():
    shown = re.search(r"v=2&neuron=\S+(?=\.\s)", Experiment.to_query.__doc__)[0]
    assert Experiment.from_query(shown).to_query() == shown


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("neuron=LIF&stimulus=Step", "s (stimulus)"),
        ("neuron=LIF&dt=0.2", "r.dt"),
        ("neuron=LIF&amplitude=2", "s.amplitude"),
        ("neuron=LIF&s=Step&s.onse=2", "s.onset"),
        ("neuron=LIF&v=0.5", "i.v"),
        ("neuron=LIF&tau_me=5", "tau_mem"),
    ],
)
def test_a_field_that_is_not_known_says_which_are(query, meant):
    with pytest.raises(ValueError) as error:
        Experiment.from_query(query)
    text = str(error.value)
    assert f"is not known: did you mean {meant}? choose one of tau_syn, tau_mem," in text
    assert all(f", {name}" in text for name in ("s (stimulus)", "s.amplitude", "r.duration", "r.dt", "i.v", "i.i"))


def test_the_gain_of_a_recording_is_what_it_was():
    """What a link leaves out was 0.1 in the first version, and is 1 now."""
    driven = Experiment.of(NEURONS["AdEx"]()).under(example())
    assert driven.stimulus.gain == 1
    check_query(driven)
    assert Experiment.from_query("v=2&neuron=AdEx&s=Recorded").stimulus.gain == 1
    assert Experiment.from_query("neuron=AdEx&s=Recorded").stimulus.gain == 0.1


def test_a_link_may_have_units_and_any_order():
    found = Experiment.from_query("r.duration=0.2%20s&s.amplitude=1.5&tau_mem=20+ms&s=Constant&neuron=LIF")
    assert (found.model.tau_mem, found.settings.duration, found.stimulus.amplitude) == (20.0, 200.0, 1.5)


def test_what_is_left_out_has_its_default():
    assert equal(Experiment.from_json(f'{{"schema": "{NAME}", "model": {{"name": "LIF"}}}}'), Experiment.of(LIF()))
    assert equal(Experiment.from_query("v=2&neuron=LIF"), Experiment.of(LIF()))


def test_own_recordings_travel_as_json_only():
    sweep = Sweep("ramp", example().time[:50], example().current[:50], example().voltage[:50])
    experiment = Experiment.of(LIF(), STIMULI["Recorded"](source=sweep) + STIMULI["Constant"]())
    check_json(experiment)
    assert Experiment.from_json(experiment.to_json()).run().current.equal(experiment.run().current)
    with pytest.raises(ValueError, match="ramp is a recording of your own, which no link can hold: use to_json"):
        experiment.to_query()
    check_query(Experiment.of(LIF(), STIMULI["Recorded"]()))  # the example comes with us


def test_numbers_keep_every_digit():
    model = LIF(tau_mem=0.1 + 0.2, v_th=1 / 3, v_reset=-1e-300)
    for again in (
        Experiment.from_json(Experiment.of(model).to_json()).model,
        Experiment.from_query(Experiment.of(model).to_query()).model,
    ):
        assert again.values() == model.values()


def test_stimuli_within_one_another_have_an_end():
    """As deep as is allowed they return, one more is refused, also where it would be far too deep to be read."""
    inner = STIMULI["Constant"]()
    for _ in range(DEPTH):
        inner = STIMULI["Sum"](source=(inner,))
    deepest = Experiment.of(LIF(), inner)
    check_json(deepest)
    check_query(deepest)
    deep = json.loads(deepest.to_json())
    deep["stimulus"] = {"name": "Sum", "values": {}, "parts": [deep["stimulus"]]}
    hostile = "neuron=LIF&" + "&".join(f"s{'.0' * depth}=Sum" for depth in range(1500))
    for read in (
        lambda: STIMULI["Sum"](source=(inner,)),
        lambda: Experiment.from_json(json.dumps(deep)),
        lambda: Experiment.from_query(hostile),
    ):
        with pytest.raises(ValueError, match=f"give at most {DEPTH} stimuli within one another"):
            read()


def test_differences_are_named_by_their_place():
    one = Experiment.of(LIF(), STIMULI["Step"]() + STIMULI["Sine"]())
    other = Experiment.of(LIF(v_th=2), STIMULI["Step"]() + STIMULI["Sine"](phase=90), {"seed": 3}, {"v": 0.5})
    assert one.diff(other) == {
        "model.v_th": (1.0, 2.0),
        "stimulus.parts[1].phase": (0.0, 90.0),
        "run.seed": (0, 3),
        "initial.v": (None, 0.5),
        "initial.i": (None, 0.0),
    }
