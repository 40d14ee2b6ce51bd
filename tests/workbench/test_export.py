"""What the menu of exports offers: what can be had, and of all else why not."""

import pytest

from snnlab.models import PRESETS, Experiment
from snnlab.workbench.export import Item, items_of, refusals
from snnlab.workbench.file.cases import Case, case_of


def items(experiment: Experiment, name: str = "it") -> dict[str, Item]:
    return items_of(lambda: experiment, lambda: Case(name, experiment, None), experiment.model.family)


def refused(made: dict[str, Item]) -> dict[str, str]:
    return refusals({key: item.check() for key, item in made.items() if item.check is not None})


@pytest.mark.parametrize(
    ("preset", "key", "words"),
    [
        ("song-2001-correlated", "html", "PlasticInputs is not compiled for a browser: its weights learn"),
        ("surrogate-logistic", "html", "its threshold is drawn anew in each step"),
        ("poisson-drawn", "html", "the signal is itself drawn by chance, or read from data"),
        ("brunel-2000-A", "html", "15,625,000 synapses take more than 20.3 MB, and there is room for 3 MB"),
        ("hodgkinhuxley-clamp", "brian2", "is under voltage clamp: Brian2 gets neurons without one"),
        ("morrislecar-type-1", "norse", "cannot be expressed in Norse, whose steps are Euler's"),
    ],
)
def test_what_cannot_be_had_is_said_in_the_menu(preset, key, words):
    found = refused(items(PRESETS[preset].experiment()))
    assert words in found[key] and "snnlab" not in found


def test_what_can_be_had_is_offered():
    for key in ("lif-constant", "brunel-1000-D", "stdp-hebbian", "poisson-wave"):
        found = refused(items(PRESETS[key].experiment()))
        assert "html" not in found and "snnlab" not in found
    assert refused(items(PRESETS["lif-constant"].experiment())) == {}


def test_a_menu_is_of_what_is_shown_now():
    made = items(experiment := PRESETS["brunel-1000-D"].experiment())
    assert "html" not in refused(made)
    experiment.model.param.update(N_E=10_000, N_I=2500, C_E=1000, C_I=250)
    assert "15,625,000 synapses" in refused(made)["html"]
    made = items(experiment := PRESETS["lif-constant"].experiment())
    experiment.settings.param.update(neurons=1000, duration=1000.0)
    assert "is too long for a file" in refused(made)["html"]


@pytest.mark.nightly
@pytest.mark.parametrize("key", PRESETS)
def test_what_is_offered_is_made(key):
    """What the menu of a preset does not refuse is made, and what it refuses is refused when it is made."""
    experiment = PRESETS[key].experiment()
    made = items_of(lambda: experiment, lambda: case_of(PRESETS[key]), experiment.model.family)
    found = refused(made)
    for name, item in made.items():
        if item.check is not None and item.begin is not None and name in found:
            with pytest.raises(ValueError, match=r"\w"):
                item.begin("http://here")()
        elif item.check is not None and item.begin is not None:
            assert item.begin("http://here")().data
