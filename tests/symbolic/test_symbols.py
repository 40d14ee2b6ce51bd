"""How a field is written."""

import pytest

from snnlab.core import InverseTime, Quantity
from snnlab.symbolic import latex_symbol, plain_symbol


@pytest.mark.parametrize(
    ("field", "plain", "latex"),
    [
        ("v", "v", "v"),
        ("v_th", "v_th", r"v_{\mathrm{th}}"),
        ("alpha", "α", r"\alpha"),
        ("delta_t", "Δ_t", r"\Delta_{\mathrm{t}}"),
        ("rho_reset", "ρ_reset", r"\rho_{\mathrm{reset}}"),
        ("tau_syn_exc", "τ_syn_exc", r"\tau_{\mathrm{syn\ exc}}"),
    ],
)
def test_symbol_from_the_name_of_the_field(field, plain, latex):
    mark = Quantity("1", low=0, high=1, doc="")
    assert plain_symbol(field, mark) == plain
    assert latex_symbol(field, mark) == latex


def test_the_name_people_see_counts():
    mark = InverseTime("tau_mem", low=1, high=200, doc="")
    assert plain_symbol("tau_mem_inv", mark) == "τ_mem"
    assert latex_symbol("tau_mem_inv", mark) == r"\tau_{\mathrm{mem}}"


def test_a_given_symbol_is_taken_in_equations_and_labels():
    mark = Quantity("1", low=0, high=1, doc="", symbol="k_2")
    assert latex_symbol("sq", mark) == "k_2"
    assert plain_symbol("sq", mark) == "k_2"


def test_a_symbol_of_latex_is_not_shown_as_plain_text():
    mark = Quantity("1", low=0, high=1, doc="", symbol=r"\bar{g}")
    assert latex_symbol("g_max", mark) == r"\bar{g}"
    assert plain_symbol("g_max", mark) == "g_max"
