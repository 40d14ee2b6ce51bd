"""Equations of plasticity rules: any rule prints its own."""

from dataclasses import replace

import pytest
import torch

from snnlab.functional import PLASTICITY, STDP
from snnlab.symbolic import rule_equations
from tests.rules import Inhibitory, Triplet

Z_PRE, Z_POST = r"z_{\mathrm{pre}}", r"z_{\mathrm{post}}"
X_PRE, X_POST = r"x_{\mathrm{pre}}", r"x_{\mathrm{post}}"


def test_a_rule_from_outside_prints_as_its_paper_has_it():
    """Vogels et al.: eta (x_post - alpha) at a presynaptic spike with alpha = 2 rho_0 tau, eta x_pre at the other."""
    assert rule_equations(Inhibitory) == (
        rf"\frac{{d{X_PRE}}}{{dt}} = S_{{\mathrm{{pre}}}} - \frac{{{X_PRE}}}{{\tau}}",
        rf"\frac{{d{X_POST}}}{{dt}} = S_{{\mathrm{{post}}}} - \frac{{{X_POST}}}{{\tau}}",
        rf"\Delta w = - \eta \left({Z_POST} {X_PRE} - 2 {Z_PRE} \rho_{{0}} \tau + {Z_PRE} {X_POST}\right)",
    )


def test_triplets_print_as_their_paper_has_them():
    """With the trace before the spike, o_2 - z_post."""
    *flow, change = rule_equations(Triplet)
    assert flow[3] == r"\frac{do_2}{dt} = S_{\mathrm{post}} - \frac{o_{2}}{\tau_{\mathrm{y}}}"
    grown = rf"{Z_POST} r_{{1}} \left(A^{{+}}_{{2}} + A^{{+}}_{{3}} \left(o_{{2}} - {Z_POST}\right)\right)"
    shrunk = rf"{Z_PRE} o_{{1}} \left(A^{{-}}_{{2}} + A^{{-}}_{{3}} \left(r_{{2}} - {Z_PRE}\right)\right)"
    assert change == rf"\Delta w = {grown} - {shrunk}"


@pytest.mark.parametrize(
    "clipped",
    [
        lambda w: w.clamp(0.0, 1.0),
        lambda w: torch.clamp_min(w, 0.0),
        lambda w: torch.clamp_max(w, 1.0),
        lambda w: torch.relu(w),
        lambda w: torch.minimum(w, torch.ones_like(w)),
        lambda w: torch.maximum(w, torch.zeros_like(w)),
    ],
)
def test_what_clips_a_weight_is_no_part_of_its_change(clipped):
    """However the code writes it."""
    rule = replace(Triplet, learn=lambda w, potentiation, depression, p: clipped(w + potentiation - depression))
    assert rule_equations(rule) == rule_equations(Triplet)


def test_a_lone_spike_and_a_number_are_terms_too():
    rule = replace(Inhibitory, pairs=lambda s, z, p: (3 * z.post * (s.x_pre + s.x_post), z.pre))
    assert rule_equations(rule)[-1] == (
        rf"\Delta w = - \eta \left(3 {Z_POST} \left({X_POST} + {X_PRE}\right) - {Z_PRE}\right)"
    )


@pytest.mark.parametrize("rule", [rule for rule in PLASTICITY if rule.flow], ids=lambda rule: rule.name)
def test_every_rule_has_equations(rule):
    lines = rule_equations(rule)
    assert len(lines) >= 2
    assert (r"\Delta w" in lines[-1]) == (rule.learn is not None)


def test_a_parameter_that_is_a_switch_is_no_symbol():
    """Bounds that are hard or not change no equation."""
    assert rule_equations(STDP) == rule_equations(STDP, hardbound=False)
