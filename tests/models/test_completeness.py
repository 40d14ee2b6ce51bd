"""Nothing of the functional layer is without a model, and no model without it."""

from importlib import import_module
from pkgutil import walk_packages

import pytest

from snnlab import functional, models, testing
from snnlab.core import Cable, Encoder, Neuron, Plasticity, SpikeOperation, Surrogate, threshold
from snnlab.core.surrogate import NOISE
from snnlab.core.surrogate import SURROGATES as SLOPES
from snnlab.models import (
    COMPARTMENTS,
    ENCODERS,
    FAMILIES,
    KINDS,
    NETWORKS,
    NEURONS,
    OPERATIONS,
    PLASTICITY,
    STIMULI,
    SURROGATES,
    Experiment,
)
from snnlab.models.model import Model
from snnlab.testing.models import its_card_shows_every_value, its_definition_says_what_it_is, its_name_is_free

MODELS = [cls for kinds in FAMILIES.values() for cls in kinds.values()]


def values(kind):
    """All values of a class that the functional layer offers."""
    return {id(value): value for value in vars(functional).values() if isinstance(value, kind)}.values()


@pytest.mark.parametrize(
    ("kind", "catalogue"),
    [(Neuron, NEURONS), (Plasticity, PLASTICITY), (SpikeOperation, OPERATIONS), (Cable, COMPARTMENTS)],
    ids=["neurons", "plasticity", "operations", "cables"],
)
def test_every_definition_is_a_model(kind, catalogue):
    assert {value.name for value in values(kind)} == set(catalogue)
    assert all(catalogue[value.name].definition is value for value in values(kind))


def test_every_encoder_is_a_model():
    assert set(ENCODERS) == {encoder.name for encoder in functional.ENCODERS}
    names = [info.name for info in walk_packages(functional.encoders.__path__, functional.encoders.__name__ + ".")]
    modules = [import_module(name) for name in names]
    assert len(modules) >= 5
    found = {id(x): x for module in modules for x in vars(module).values() if isinstance(x, Encoder)}
    assert {encoder.name for encoder in found.values()} == set(ENCODERS)
    assert all(ENCODERS[encoder.name].definition is encoder for encoder in found.values())


def test_every_function_that_encodes_belongs_to_an_encoder():
    """And every encoder has functions that users call."""
    named = {name for name, value in vars(functional).items() if "encode" in name and callable(value)}
    owned = {name for encoder in functional.ENCODERS for f in encoder.functions for name in named if own(name) is f}
    assert named - owned == set()
    assert len(named) >= 11
    assert all(encoder.functions for encoder in functional.ENCODERS)


def own(name):
    return getattr(functional, name)


def test_every_surrogate_is_a_model():
    """The random ones as well, and every method that `threshold` knows."""
    assert set(SURROGATES) == set(SLOPES) | set(NOISE)
    assert all(cls.definition is (SLOPES | NOISE)[name] for name, cls in SURROGATES.items())
    assert all(isinstance(cls.definition, Surrogate) for cls in SURROGATES.values())
    with pytest.raises(ValueError) as error:
        threshold(None, "none of them")
    assert str(error.value).split("choose one of ")[1].split(", ") == list(SURROGATES)


def test_every_class_is_found_by_its_name():
    classes = [*MODELS, *STIMULI.values()]
    assert len({cls.__name__ for cls in classes}) == len(classes)
    for cls in classes:
        assert getattr(models, cls.__name__) is cls
        assert cls.__module__ == "snnlab.models"
        assert cls.__doc__
    assert len(STIMULI) == len(KINDS)


def test_families_are_named_by_their_models():
    assert list(FAMILIES) == ["neuron", "encoder", "plasticity", "surrogate", "network", "operation", "compartments"]
    for family, kinds in FAMILIES.items():
        for name, cls in kinds.items():
            assert issubclass(cls, Model)
            assert (cls.family, cls.definition.name) == (family, name)


@testing.parametrize_with_checks([*SURROGATES.values(), *OPERATIONS.values(), *COMPARTMENTS.values()])
def test_contract_of_what_has_no_contract_of_its_own(definition, check):
    """Neurons, encoders and rules have one of their own, which holds this one too."""
    check(definition)


@pytest.mark.parametrize("cls", NETWORKS.values(), ids=NETWORKS)
def test_contract_of_networks(cls):
    """But for runs, which are long: presets are run."""
    for check in (its_definition_says_what_it_is, its_name_is_free, its_card_shows_every_value):
        check(cls)


@pytest.mark.parametrize("cls", MODELS, ids=lambda cls: cls.__name__)
def test_html_shows_the_run(cls):
    assert "Run" in Experiment.of(cls())._repr_html_()


@pytest.mark.parametrize("cls", STIMULI.values(), ids=STIMULI)
def test_html_draws_every_stimulus(cls):
    assert "<svg" in cls()._repr_html_()
