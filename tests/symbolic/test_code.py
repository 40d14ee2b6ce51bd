"""Formulas printed as code compute what the neuron's own functions compute."""

import numpy as np
import pytest
import sympy
import torch

from snnlab.core import received
from snnlab.functional import NEURONS, Izhikevich, LIFBox, LIFRefrac, reset_subtract
from snnlab.symbolic.code import assignments, condition, text
from snnlab.symbolic.formulas import formulas

NAMES = {"exp": np.exp, "clip": np.clip, "inf": np.inf, "int": lambda condition: np.asarray(condition, dtype=float)}
NAMES |= {name: getattr(np, name) for name in ("cos", "tanh", "cosh", "log", "pi")}
CLOSE = {"rtol": 1e-12, "atol": 1e-12}  # sympy orders sums in its own way


def symbols(neuron):
    """Every input under a name of its own: s_v, p_tau_mem_inv, old_v."""
    owners = {"s": neuron.state, "old": neuron.state, "p": neuron.parameters}
    named = {f"{owner}.{f}": sympy.Symbol(f"{owner}_{f}") for owner, fields in owners.items() for f in fields._fields}
    return named | {name: sympy.Symbol(name) for name in ("I", "x", "z")}


def numbers(fields, seed):
    """A tuple of random numbers, those of a parameter tuple about its defaults; functions and names stay."""
    generator = torch.Generator().manual_seed(seed)
    defaults = fields._field_defaults
    draw = {f: torch.rand(9, generator=generator, dtype=torch.float64) * 3 - 1 for f in fields._fields}
    kept = {f: d for f, d in defaults.items() if isinstance(d, str) or callable(d)}
    return fields(**draw | {f: 1.0 + draw[f] ** 2 for f in defaults if f not in kept} | kept)


def evaluated(expression, values):
    return eval(text(expression), NAMES, values)


@pytest.mark.parametrize("neuron", NEURONS, ids=lambda neuron: neuron.name)
def test_printed_formulas_compute_what_the_neuron_does(neuron):
    s, old, p = numbers(neuron.state, 1), numbers(neuron.state, 2), numbers(neuron.parameters, 3)
    I, x = torch.linspace(-2, 3, 9, dtype=torch.float64), torch.linspace(-1, 1, 9, dtype=torch.float64)
    z = torch.arange(9, dtype=torch.float64) % 2
    given = {"I": I, "x": x, "z": z} | {f"old_{f}": v for f, v in old._asdict().items()}
    given |= {f"s_{f}": v for f, v in s._asdict().items()} | {f"p_{f}": v for f, v in p._asdict().items()}
    values = {name: v.numpy() for name, v in given.items() if isinstance(v, torch.Tensor)}
    found = formulas(neuron, symbols(neuron))

    def agree(part, expected):
        for name, right in expected.items():
            shown = evaluated(part.get(name, sympy.Symbol(f"s_{name}")), values)
            np.testing.assert_allclose(np.broadcast_to(shown, 9), torch.as_tensor(right).expand(9), **CLOSE)

    agree(found.flow, neuron.flow(s, I, p)._asdict())
    if neuron.excess is not None:
        spiking = eval(condition(found.excess), NAMES, values)
        np.testing.assert_array_equal(spiking, (neuron.excess(s, p) > 0).numpy())
    if neuron.reset is not None:
        agree(found.reset, neuron.reset(s, p)._asdict())
    if neuron.receive is not None:
        agree(found.receive, received(neuron, s, x, p)._asdict())
    agree(found.within, {} if neuron.within is None else neuron.flow(neuron.within(old, s, p), I, p)._asdict())
    assert bool(found.within) == (neuron.within is not None)
    if neuron.hold is not None:
        fired, after = neuron.hold(old, z, s, p)
        agree(found.hold, {"z": fired, **after._asdict()})


def test_a_neuron_without_a_part_has_no_formula_for_it():
    found = formulas(LIFBox, symbols(LIFBox))
    assert not found.receive and not found.hold
    assert formulas(LIFRefrac, symbols(LIFRefrac)).hold


def test_a_chosen_function_is_the_one_that_is_printed():
    down = formulas(LIFBox, symbols(LIFBox), reset_method=reset_subtract)
    assert str(down.reset["v"]) == "-p_v_th + s_v"


def test_what_stays_is_not_assigned():
    assert set(formulas(Izhikevich, symbols(Izhikevich)).reset) == {"v", "u"}
    assert set(formulas(LIFRefrac, symbols(LIFRefrac)).reset) == {"v"}


def test_bounds_and_comparisons_have_brian2s_syntax():
    v, V = sympy.symbols("v V")
    assert text(sympy.Min(v, V, 20)) in ("clip(clip(V, -inf, v), -inf, 20)", "clip(clip(v, -inf, V), -inf, 20)")
    assert text(sympy.Max(0, -v)) == "clip(-v, 0, inf)"
    assert text(1 - sympy.Heaviside(v)) == "1 - int(v > 0)"
    assert condition(V + 2 - v) == "V + 2 > v"


def test_assignments_take_the_old_values():
    """A rotation, which lines one after the other would get wrong."""
    v, u = sympy.symbols("v u")
    there = {"v": 1.0, "u": 2.0}
    exec("\n".join(assignments({v: -u, u: v})), {}, there)
    assert (there["v"], there["u"]) == (-2.0, 1.0)
