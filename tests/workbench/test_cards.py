"""Cards beside the plots: equations fit their column, and nothing of them is lost."""

from xml.etree import ElementTree

import pytest

from snnlab.functional import NEURONS
from snnlab.models import model_of
from snnlab.symbolic import equations
from snnlab.workbench.cards import WIDTH, equations_html, letters, lines_of

each_neuron = pytest.mark.parametrize("neuron", NEURONS, ids=lambda neuron: neuron.name)


@each_neuron
def test_lines_fit_their_column(neuron):
    """A line that is too long has no place to be broken at: one term, as of a fraction."""
    for equation in equations(neuron).flow:
        for line in lines_of(equation):
            assert letters(line) <= WIDTH or len(lines_of(line)) == 1


@each_neuron
def test_nothing_is_lost(neuron):
    for equation in equations(neuron).flow:
        assert "".join(lines_of(equation)).replace(r"\quad ", "") == equation


def test_a_sum_is_broken_between_its_terms():
    long = r"\tau \frac{dv}{dt} = a \left(v - w + x + y + z\right) - b \left(v - w + x + y + z\right) + I"
    assert lines_of(long) == [
        r"\tau \frac{dv}{dt} = a \left(v - w + x + y + z\right) ",
        r"\quad - b \left(v - w + x + y + z\right) + I",
    ]
    assert lines_of("v = - a + b") == ["v = - a + b"]


@each_neuron
def test_the_card_says_all_parts(neuron):
    text = "".join(ElementTree.fromstring(equations_html(model_of(neuron)().equations())).itertext())
    text = text.replace("\xa0", " ")
    assert ("spike when" in text) == (neuron.excess is not None)
    assert ("input spike" in text) == (neuron.receive is not None)
    assert ("while" in text) == (neuron.hold is not None)
