"""What an address says and a page does not show is said in words, on each page."""

import re
from html import unescape

import pytest

from snnlab.workbench.pages import PAGES
from snnlab.workbench.plain import Column
from snnlab.workbench.words import Notice

PRESET = "names a preset, which has its own"


def said(page, query: dict[str, str]) -> str:
    """What the notices of a page say at its opening."""
    return re.sub("<[^>]*>", "", unescape(" ".join(one.html for one in notices(PAGES[page].build(query).main))))


def notices(part) -> list[Notice]:
    """Those of a column, and of columns in it."""
    if isinstance(part, Notice):
        return [part]
    return [one for inner in part for one in notices(inner)] if isinstance(part, Column) else []


@pytest.mark.parametrize(
    ("page", "query", "words"),
    [
        ("neuron", {"preset": "adex-2008-a", "model.tau_mem": "3"}, f"{PRESET}: model.tau_mem."),
        ("map", {"preset": "lif-constant", "tau_mem": "3"}, f"{PRESET}: tau_mem."),
        ("map", {"a": "0.1"}, "names no neuron: a."),
        ("encoders", {"preset": "poisson-wave", "f_max": "30"}, f"{PRESET}: f_max."),
        ("encoders", {"f_max": "30"}, "the field 'f_max' is not known: did you mean Poisson.f_max?"),
        ("plasticity", {"preset": "stdp-hebbian", "eta_plus": "0.02"}, f"{PRESET}: eta_plus."),
        ("networks", {"preset": "synfire-dies", "g": "3"}, f"{PRESET}: g."),
        ("compartments", {"preset": "passivecable-steady", "site": "3"}, f"{PRESET}: site."),
        ("logic", {"preset": "andgate-hand", "width": "3"}, f"{PRESET}: width."),
        ("readout", {"preset": "readout-wave", "gain": "2"}, f"{PRESET}: gain."),
        ("readout", {"gain": "2"}, "names no network: gain."),
        ("surrogates", {"preset": "surrogate-tanh", "alpha": "3"}, f"{PRESET}: alpha."),
        ("surrogates", {"alpha": "3"}, "names no surrogate: alpha."),
        ("izhikevich", {"preset": "lif-constant", "a": "1.1"}, "opens the gallery: preset, a."),
        ("entrance", {"tau_mem": "3"}, "opens the entrance: tau_mem."),
    ],
)
def test_a_value_that_has_no_part_in_a_page_is_said(page, query, words):
    assert words in said(page, {"page": page} | query)


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_said_of_an_address_that_is_shown(page):
    assert "left out" not in said(page, {"page": page, "theme": "dark"})


def test_values_beside_a_model_are_used():
    assert said("surrogates", {"page": "surrogates", "v": "2", "surrogate": "tanh", "alpha": "3"}) == ""
