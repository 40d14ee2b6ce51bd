"""Knobs: the values a person holds, in the units a textbook shows. Held for every class made from a definition."""

import copy
import math
from dataclasses import replace

import param
import pytest
import torch

from snnlab import functional
from snnlab.core import Choice, Count, Function, Quantity, annotations
from snnlab.models import ENCODERS, NETWORKS, NEURONS, PLASTICITY, STIMULI, SURROGATES, Experiment, stimuli_of
from snnlab.models.families.neurons import model_of
from snnlab.models.knobs import knobs
from snnlab.models.settings import initial_of, run_of
from snnlab.testing.knobs import CHECKS

MODELS = {name: cls for kinds in (NEURONS, ENCODERS, PLASTICITY, SURROGATES, NETWORKS) for name, cls in kinds.items()}


def run_settings(model):
    return run_of(model.settings, model().port, tuple(model().variables()))


GROUPS = {"neurons": NEURONS, "encoders": ENCODERS, "rules": PLASTICITY, "surrogates": SURROGATES, "networks": NETWORKS}
GROUPS = {name: list(kinds.values()) for name, kinds in GROUPS.items()}
PORTS = {cls().port: name for name, cls in reversed(MODELS.items())}  # many have the same
GROUPS |= {"stimuli": list(STIMULI.values())}
GROUPS |= {f"stimuli of {name}": list(stimuli_of(port).values()) for port, name in PORTS.items()}
GROUPS |= {"runs": list({run_settings(cls): cls for cls in MODELS.values()})}
GROUPS |= {"initial states": list({initial_of(cls.state): cls for cls in MODELS.values()})}


def every_class(test):
    """A test of each class, those of a group together."""

    def of_all(classes):
        for cls in classes:
            test(cls)

    return pytest.mark.parametrize("classes", GROUPS.values(), ids=GROUPS)(of_all)


@every_class
def test_contract(cls):
    """Those of neurons, encoders, rules and stimuli are in their own contract as well."""
    for check in CHECKS:
        check(cls)


def quantities(cls):
    """Names and annotations of the numbers."""
    found = {name: cls.annotation(name) for name in cls.shown.values()}
    return {name: mark for name, mark in found.items() if isinstance(mark, Quantity)}


def choices(cls):
    found = {name: cls.annotation(name) for name in cls.shown.values()}
    return {name: mark for name, mark in found.items() if isinstance(mark, Choice)}


@every_class
def test_a_refused_value_is_explained_and_changes_nothing(cls):
    made = cls()
    for name, mark in quantities(cls).items():
        before = made.values()
        least, most = mark.allowed
        for value in (least - 1 - abs(least), most + 1 + abs(most), math.nan, math.inf, "many", None, True, [1.0]):
            with pytest.raises(ValueError) as error:
                setattr(made, name, value)
            text = str(error.value)
            assert text.startswith(f"{name} = ")
            shown = text.removeprefix(f"{name} = ").split(" is not allowed")[0]
            if isinstance(value, str):
                assert "give a number" in text
            else:
                assert f"{least:g} to {most:g}" in text and mark.doc in text
            if isinstance(value, float):
                assert float(shown) == pytest.approx(value, rel=1e-5, nan_ok=True)  # six digits at least
            else:
                assert str(value) in shown
            assert (mark.unit in text) or mark.unit == "1"
            assert made.values() == before
        with pytest.raises(ValueError, match=name):
            cls(**{name: math.nan})


@every_class
def test_a_refused_name_is_explained_and_changes_nothing(cls):
    made = cls()
    for name, mark in choices(cls).items():
        before = made.values()
        with pytest.raises(ValueError) as error:
            setattr(made, name, "nonsense")
        for part in (name, "nonsense", *mark.options):
            assert part in str(error.value)
        assert made.values() == before


def test_reset_brings_an_initial_state_back_to_rest():
    made = initial_of(functional.LIF.state)(at_rest=False, v=0.5)
    made.reset()
    assert made.v == 0.0
    assert made.at_rest


@every_class
def test_copies_are_apart(cls):
    """As they are made by copy.copy, which for param's own objects shares all values with the original."""
    made, defaults = cls(), cls().values()
    other = copy.copy(made)
    other.param.update(**{name: mark.allowed[1] for name, mark in quantities(cls).items()})
    assert made.values() == defaults
    assert type(other) is cls and (other.values() != defaults or not quantities(cls))
    for one in (made, other):  # and can be copied on
        assert copy.deepcopy(one).values() == copy.copy(one).values() == one.values()


def test_a_copy_has_all_that_its_original_has():
    stimulus = STIMULI["Step"](amplitude="500 pA")
    assert copy.copy(stimulus).unit == "pA"
    whole = STIMULI["Step"]() + STIMULI["Noise"](sigma=0.1)
    assert [type(part) for part in copy.copy(whole).parts] == [type(part) for part in whole.parts]
    network = NETWORKS["Population"](NEURONS["AdEx"](C=99), only=["C"], size=7)
    assert repr(copy.copy(network)) == repr(network)


@pytest.mark.parametrize("twin", [copy.copy, copy.deepcopy, lambda one: one.copy()], ids=["copy", "deepcopy", "own"])
def test_a_copy_shares_no_part(twin):
    network = NETWORKS["FeedForward"](cell=NEURONS["AdEx"]())
    for name in network.inner:
        assert getattr(twin(network), name) is not getattr(network, name)
    both = STIMULI["Step"]() + STIMULI["Noise"](sigma=0.1)
    after = both.then(STIMULI["Step"](), 20)
    for whole in (both, after):
        assert not {id(one) for one in whole.parts} & {id(one) for one in twin(whole).parts}
    experiment = Experiment(NEURONS["LIF"](), both)
    other = twin(experiment)
    other.model.tau_mem, other.settings.dt, other.initial.v, other.stimulus.parts[0].amplitude = 20, 0.2, 0.5, 3
    assert Experiment(NEURONS["LIF"](), both).diff(experiment) == {}


def test_what_a_network_says_of_itself_makes_it_again():
    population, neuron = NETWORKS["Population"], NEURONS["AdEx"]
    assert repr(population()) == "Population()"
    assert repr(population(neuron(C=99), size=7)) == "Population(cell=AdEx(C=99.0), size=7)"
    assert repr(population(NEURONS["LIF"](tau_mem=20))) == "Population(cell=LIF(tau_mem=20.0))"
    layer = NETWORKS["FeedForward"](encoder=ENCODERS["LIFEncoder"]())
    assert repr(layer) == "FeedForward(encoder=LIFEncoder())"


class TestInitialState:
    """A value that is set is one from which the run begins, however it is set."""

    kind = initial_of(functional.LIF.state)

    def test_by_attribute(self):
        made = self.kind()
        made.v = 0.9
        assert (made.at_rest, made.v, repr(made)) == (False, 0.9, "Initial(v=0.9, i=0.0)")

    def test_by_a_value_that_is_the_default(self):
        """The rest of a neuron may be elsewhere."""
        made = self.kind()
        made.v = 0.0
        assert not made.at_rest and not self.kind(v=0.0).at_rest

    def test_by_constructor_and_update(self):
        made = self.kind()
        made.param.update(v=0.3, i=0.1)
        assert not made.at_rest and not self.kind(v=0.3).at_rest
        assert self.kind().at_rest and self.kind(at_rest=True).at_rest

    def test_at_rest_puts_values_back(self):
        made = self.kind(v=0.9)
        made.at_rest = True
        assert (made.at_rest, made.v, repr(made)) == (True, 0.0, "Initial()")
        made.at_rest = False
        assert not made.at_rest

    @pytest.mark.parametrize("how", [kind, lambda **values: initial_of(functional.LIF.state)().param.update(**values)])
    def test_both_are_refused(self, how):
        with pytest.raises(ValueError, match=r"at_rest = True leaves no room for other values \(v\): give either"):
            how(at_rest=True, v=0.9)
        how(at_rest=True, v=0.0)  # as copies are made

    def test_what_is_refused_changes_nothing(self):
        made = self.kind()
        for values in ({"v": 0.5, "at_rest": "yes"}, {"v": 0.5, "i": float("nan")}, {"at_rest": True, "v": 0.5}):
            with pytest.raises(ValueError):
                made.param.update(**values)
            assert made.at_rest and made.v == 0.0
        with pytest.raises(ValueError, match="v = nan is not allowed"):
            made.v = float("nan")
        assert made.at_rest

    def test_the_run_begins_there(self):
        experiment = Experiment.of(NEURONS["LIF"](), STIMULI["Constant"](amplitude=0.0))
        experiment.initial.v = 0.9
        again = Experiment.from_json(experiment.to_json())
        for one in (experiment, experiment.copy(), again, Experiment.from_query(experiment.to_query())):
            v = one.run(torch.float64).recording.variables["v"][0, 0]
            assert v == pytest.approx(0.9 * (1 - 0.1 / 10), rel=1e-12)  # an Euler step of 0.1 ms with tau 10 ms


@every_class
def test_objects_do_not_share_values(cls):
    one, other = cls(), cls()
    before = other.values()
    one.param.update(**{name: mark.allowed[1] for name, mark in quantities(cls).items()})
    assert other.values() == before == cls().values()


@every_class
def test_whole_numbers_stay_whole(cls):
    """A slider may hand over 3.0, which is allowed; torch wants 3."""
    for name, mark in quantities(cls).items():
        if isinstance(mark, Count):
            field = next(field for field, shown in cls.shown.items() if shown == name)
            taken = getattr(cls(**{name: float(mark.low)}).taken(), field)
            assert taken == mark.low
            assert isinstance(taken, int)


@pytest.mark.parametrize("cls", NEURONS.values(), ids=NEURONS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_model_gives_parameters_as_scalar_tensors(cls, dtype):
    p = cls().p(dtype, dt=0.1)
    assert type(p) is cls.neuron.parameters
    for field, value in p._asdict().items():
        if isinstance(cls.marks[field], Choice):
            options = cls.marks[field].options
            assert value in (options.values() if isinstance(cls.marks[field], Function) else options)
        else:
            assert value.dtype == dtype
            assert value.shape == ()


@pytest.mark.parametrize("neuron", functional.NEURONS, ids=lambda neuron: neuron.name)
def test_defaults_are_those_of_the_functions_or_the_textbooks(neuron):
    """Time constants return to what the functions have; a textbook value in the annotation comes first."""
    model, defaults = model_of(neuron)(), neuron.parameters._field_defaults
    taken = model.p(torch.float64, dt=0.1)
    for field, mark in annotations(neuron.parameters).items():
        value = getattr(model, model.shown[field])
        if isinstance(mark, Choice):
            assert mark.taken(value) == defaults[field]
        elif mark.default is not None:
            assert value == mark.default
        else:  # seven digits are shown, which is what the float32 of the functions' defaults holds
            assert float(getattr(taken, field)) == pytest.approx(float(defaults[field]), rel=1e-6)


def test_textbook_units():
    lif = NEURONS["LIF"](tau_mem=20.0, tau_syn=4.0)
    assert (lif.p().tau_mem_inv.item(), lif.p().tau_syn_inv.item()) == (50.0, 250.0)
    izhikevich = NEURONS["Izhikevich"]()
    assert (izhikevich.a, izhikevich.b, izhikevich.c, izhikevich.d, izhikevich.tau) == (0.02, 0.2, -65, 8, 1.0)
    assert izhikevich.p().tau_inv.item() == 1000.0


def test_labels_are_what_a_textbook_prints():
    assert NEURONS["LIF"].param.tau_mem.label == "τ_mem"
    assert NEURONS["LIF"].annotation("tau_mem").unit == "ms"
    assert NEURONS["Izhikevich"].param.alpha.label == "α"


def test_a_class_is_made_once():
    assert model_of(functional.LIF) is NEURONS["LIF"]
    assert run_settings(NEURONS["LIF"]) is run_settings(NEURONS["LIF"])
    assert initial_of(functional.LIF.state) is initial_of(functional.LIF.state)
    assert stimuli_of(NEURONS["LIF"].port) is stimuli_of(NEURONS["LIFRefrac"].port)


def test_classes_are_named_and_documented():
    for neuron in functional.NEURONS:
        assert model_of(neuron).__name__ == neuron.name
        assert neuron.doc in model_of(neuron).__doc__


def test_changes_can_be_watched():
    """What sliders live on."""
    model, seen = NEURONS["LIF"](), []
    model.param.watch(lambda event: seen.append((event.name, event.old, event.new)), ["v_th", "tau_mem"])
    model.v_th = 1.5
    with pytest.raises(ValueError):
        model.tau_mem = -1.0
    assert seen == [("v_th", 1.0, 1.5)]


@every_class
def test_an_unknown_parameter_is_refused(cls):
    """With the nearest name; and nothing changes, also where others are changed with it."""
    made, names = cls(), cls.names()
    before = made.values()
    nearest = names[0] if names else ""
    wrong = nearest + "x" if names else "some"
    more = {name: mark.allowed[1] for name, mark in quantities(cls).items()}
    for attempt in (
        lambda: cls(**{wrong: 1.0}),
        lambda: setattr(made, wrong, 1.0),
        lambda: made.param.update(more | {wrong: 1.0}),
    ):
        with pytest.raises(ValueError) as error:
            attempt()
        text = str(error.value)
        assert f"{wrong!r} is not known: " in text
        assert (f"did you mean {nearest}? " in text and ", ".join(names) in text) if names else "there are none" in text
        assert made.values() == before


@every_class
def test_of_several_values_none_is_taken_where_one_is_refused(cls):
    made, marks = cls(), quantities(cls)
    before, events = made.values(), []
    for name in marks:
        made.param.watch(lambda event: events.append(event.name), name)
    for name, mark in marks.items():
        good = {other: one.allowed[1] for other, one in marks.items() if other != name}
        with pytest.raises(ValueError, match=f"^{name} = "):
            made.param.update(good | {name: mark.allowed[1] * 2 + 1e3})
        with pytest.raises(ValueError, match=f"^{name} = "):
            cls(**good | {name: None})
    assert made.values() == before
    assert events == []


def test_of_several_values_none_is_taken_where_they_do_not_go_together():
    """Each is allowed, and only as they are set it is seen that one does not fit."""
    step = STIMULI["Step"]()
    with pytest.raises(ValueError, match="base in mV does not fit: a value in pA is asked"):
        step.param.update(amplitude="500 pA", base="1 mV")
    assert (step.values(), step.unit) == (STIMULI["Step"]().values(), "")
    population = NETWORKS["Population"]()
    cell = population.cell
    with pytest.raises(ValueError, match="cell is an int: give a model of the family 'neuron'"):
        population.param.update(size=7, cell=3)
    assert (population.size, population.cell) == (100, cell)
    initial = initial_of(functional.LIF.state)()
    with pytest.raises(ValueError, match=r"'Initial\.at_rest' must be True or False, not 'yes'"):
        initial.param.update(v=0.5, at_rest="yes")
    assert (initial.v, initial.at_rest) == (0.0, True)


def test_values_may_be_changed_for_a_while():
    """What param offers: they return at the end."""
    model = NEURONS["LIF"]()
    with model.param.update(v_th=2.0, tau_mem="5 ms"):
        assert (model.v_th, model.tau_mem) == (2.0, 5.0)
    assert (model.v_th, model.tau_mem) == (1.0, 10.0)


def test_knobs_resolve_annotations_first():
    """The same tuple of numbers serves neurons in mV and neurons without unit."""
    body = knobs(functional.LIFFeedForwardState, lambda mark: replace(mark, unit="V", default=0.1))
    assert isinstance(body["v"], param.Number)
    assert body["v"].default == 0.1
    assert {mark.unit for mark in body["marks"].values()} == {"V"}
    assert annotations(functional.LIFFeedForwardState)["v"].unit == "1"
