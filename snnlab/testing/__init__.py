"""The contract of neurons, plasticity rules, encoders and stimuli, for those as well that are written elsewhere.

from snnlab import testing
from snnlab.functional import LIF

testing.check(LIF)  # raises Broken, a sentence with the name of the check and what does not hold

@testing.parametrize_with_checks([LIF])
def test_contract(definition, check):  # for pytest: a test of each check
    check(definition)
"""

from collections.abc import Callable, Iterable
from typing import Any

from snnlab.core import Encoder, Neuron, Plasticity, what_is
from snnlab.models import Knobs, Model, model_of, stimulus_of
from snnlab.models.stimuli.waveforms import Kind

from . import contract, encoders, knobs, layers, models, neurons, rules, runs, steps, stimuli
from .contract import Broken, Check

_MODEL = (*models.CHECKS, *knobs.CHECKS)


def _checks(own: tuple[Check, ...], made: tuple[Check, ...], of: Callable[[Any], Any]) -> tuple[Check, ...]:
    """First the names, without which nothing is made of it; then what a definition says and does, and what is made."""
    names = knobs.no_name_or_symbol_means_two_things
    return (names.made(of), *own, *(check.made(of) for check in made if check is not names))


_OF = {
    Neuron: _checks((*neurons.CHECKS, *steps.CHECKS, *layers.CHECKS, *runs.CHECKS), _MODEL, model_of),
    Plasticity: _checks(rules.CHECKS, _MODEL, model_of),
    Encoder: _checks(encoders.CHECKS, _MODEL, model_of),
    Kind: _checks(stimuli.CHECKS, knobs.CHECKS, stimulus_of),
}


def checks(definition: Any) -> tuple[Check, ...]:
    """The checks of a neuron, a plasticity rule, an encoder, a kind of stimulus, or a class of knobs.

    Raises ValueError for anything else.

    >>> from snnlab.functional import LIF
    >>> checks(LIF)[5].name
    'rest is a fixed point without input'
    """
    found = next((found for kind, found in _OF.items() if isinstance(definition, kind)), None)
    if isinstance(definition, type) and issubclass(definition, Knobs):
        found = _MODEL if issubclass(definition, Model) else knobs.CHECKS
    if found is None:
        raise ValueError(
            f"definition is {what_is(definition)}: give a Neuron, a Plasticity, an Encoder, a Kind of stimulus, or a "
            "class of knobs such as snnlab.models.LIF"
        )
    return tuple(check for check in found if check.applies(definition))


def check(definition: Any) -> None:
    """Runs all checks of a definition, see `checks`. Raises Broken at the first that does not hold.

    >>> from dataclasses import replace
    >>> from snnlab.functional import LIF
    >>> check(replace(LIF, name="Mine"))
    >>> check(replace(LIF, name="Mine", source=""))
    Traceback (most recent call last):
    snnlab.testing.contract.Broken: Mine breaks its contract, 'it says what it is': source = '': give the paper ...
    """
    for one in checks(definition):
        one(definition)


def parametrize_with_checks(definitions: Iterable[Any]):
    """A decorator for pytest: the test is called with each definition and each of its checks.

    >>> from snnlab.functional import NEURONS
    >>> @parametrize_with_checks(NEURONS)
    ... def test_contract(definition, check):
    ...     check(definition)
    """
    import pytest  # of those who write tests, and of nobody else

    cases = [
        pytest.param(definition, check, id=f"{contract.name_of(definition)}-{check.name}")
        for definition in definitions
        for check in checks(definition)
    ]
    return pytest.mark.parametrize(("definition", "check"), cases)
