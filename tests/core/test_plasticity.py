"""A plasticity rule says all that is derived from it, or is refused in words."""

import pickle
from dataclasses import replace

import pytest
import torch

from snnlab import testing
from snnlab.core import pulse_euler
from snnlab.core.plasticity import Spikes, exact_decay, network_form, sides
from snnlab.functional import PLASTICITY, STDP, STDPParameters
from tests.rules import Inhibitory, InhibitoryTraces, Triplet, triplet_flow

LEARNING = [rule for rule in PLASTICITY if rule.learn is not None] + [Inhibitory, Triplet]


def test_sides_are_found_in_the_flow():
    assert sides(STDP) == {"t_pre": "pre", "t_post": "post"}
    assert sides(Triplet) == {"r1": "pre", "r2": "pre", "o1": "post", "o2": "post"}


def test_a_trace_that_follows_another_has_its_side():
    def flow(s, S, p):
        return triplet_flow(s, S, p)._replace(r2=p.tau_x_inv * (s.r1 - s.r2), o2=s.r2 - p.tau_y_inv * s.o2)

    followed = replace(Triplet, flow=flow, advance=pulse_euler)
    assert sides(followed) == {"r1": "pre", "r2": "pre", "o1": "post", "o2": "pre"}


@pytest.mark.parametrize("rule", [Inhibitory, Triplet], ids=lambda rule: rule.name)
def test_rules_from_outside_keep_the_contract_of_all(rule):
    testing.check(rule)


@pytest.mark.parametrize("rule", LEARNING, ids=lambda rule: rule.name)
def test_weights_rest_while_nothing_spikes(rule):
    """Whatever the traces are: so only spikes need to be looked at."""
    p, w = rule.parameters(), rule.weight.low + (rule.weight.high - rule.weight.low) * torch.tensor([0.3, 0.6])
    s = rule.state(*torch.rand(len(rule.state._fields), generator=torch.Generator().manual_seed(1)))
    for form in (rule, network_form(rule)):
        assert torch.equal(form.next_weight(w, s, Spikes(0 * w, 0 * w), p), w)
        assert not torch.equal(form.next_weight(w, s, Spikes(0 * w + 1, 0 * w), p), w)


@pytest.mark.parametrize("rule", LEARNING, ids=lambda rule: rule.name)
def test_a_step_is_that_of_its_parts(rule):
    """Traces first, then the weight, by the traces after the spikes."""
    p = rule.parameters(*map(_tensor, rule.parameters()))
    s = rule.synapse(*torch.full((len(rule.synapse._fields),), 0.4, dtype=torch.float64))
    s = s._replace(w=s.w * 0 + rule.weight.default)
    z, dt = Spikes(torch.tensor(1.0), torch.tensor(1.0)), torch.tensor(0.002, dtype=torch.float64)
    after = rule.step(s, z, p, dt)
    traces = rule.state(*s[:-1])
    silent = rule.flow(traces, Spikes(0.0, 0.0), p)  # each decays at its own rate, and then a spike adds 1
    expected = [x * torch.exp(dt * rate / x) + 1 for x, rate in zip(traces, silent)]
    torch.testing.assert_close([*after[:-1]], expected)
    torch.testing.assert_close(after.w, rule.next_weight(s.w, rule.state(*expected), z, p))


def _tensor(value):
    return value if isinstance(value, str | bool) else torch.as_tensor(value, dtype=torch.float64)


def test_a_changed_rule_is_whole_again():
    """What is derived from it is derived anew."""
    bolder = replace(STDP, learn=lambda w, potentiation, depression, p: w + potentiation)
    s, z = STDP.synapse(*torch.full((3,), 0.5)), Spikes(torch.tensor(0.0), torch.tensor(1.0))
    p = STDPParameters(*map(_tensor, STDPParameters()))
    assert bolder.step(s, z, p, torch.tensor(0.001)).w > STDP.step(s, z, p, torch.tensor(0.001)).w + 0.1


def test_what_a_network_has_otherwise_is_said_by_the_rule():
    assert network_form(Triplet) is Triplet
    form = network_form(STDP)
    assert form is network_form(STDP) and form.flow is STDP.flow
    assert STDP.advance is exact_decay is not form.advance


@pytest.mark.parametrize("rule", PLASTICITY, ids=lambda rule: rule.name)
def test_tuples_that_are_derived_can_be_pickled(rule):
    for kind in (rule.synapse, rule.run_state):
        assert pickle.loads(pickle.dumps(kind)) is kind


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"pairs": None}, "Triplet has a function learn, but no pairs: give it"),
        ({"flow": None}, "Triplet has a function learn, but no flow"),
        ({"weight": None}, "Triplet has a function learn, but no weight"),
        (
            {"flow": lambda s, S, p: triplet_flow(s, S, p)._replace(r2=(1 - s.r2) * S.pre - p.tau_x_inv * s.r2)},
            "r2 does not decay by itself and jump by the same at every spike, .* give advance=pulse_euler",
        ),
        (
            {"flow": lambda s, S, p: triplet_flow(s, S, p)._replace(o2=p.tau_y_inv * (s.o1 - s.o2))},
            "Triplet.flow: o2 does not decay by itself",
        ),
        (
            {"flow": lambda s, S, p: triplet_flow(s, S, p)._replace(o1=S.post - p.tau_minus_inv * s.o1**2)},
            "Triplet.flow: o1 does not decay by itself",
        ),
    ],
)  # fmt: skip
def test_what_is_not_whole_is_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        replace(Triplet, **changes)


@pytest.mark.parametrize("name", ["w", "pre"])
def test_names_that_a_synapse_has_itself_are_refused(name):
    from snnlab.core.tuples import tuple_class

    hints = {name if field == "x_pre" else field: hint for field, hint in InhibitoryTraces.__annotations__.items()}
    with pytest.raises(ValueError, match=f"Inhibitory.state has a trace {name}, as a synapse calls"):
        replace(Inhibitory, state=tuple_class("Traces", hints, {}))
