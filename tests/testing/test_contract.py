"""The contract can be broken: each check by a definition that is wrong in just what the check is about."""

import math
import subprocess
import sys
from dataclasses import replace
from typing import Annotated, NamedTuple

import numpy as np
import pytest
import torch
from torch import Tensor, as_tensor

from snnlab import functional as F
from snnlab import testing
from snnlab.core import Count, Quantity, Steps, euler, refractory
from snnlab.core.tuples import extended
from snnlab.models import AdEx, Step
from snnlab.models.stimuli.quantities import Drive, Jump, Time
from snnlab.models.stimuli.waveforms import Kind, after_length
from snnlab.testing import Broken
from snnlab.testing.inputs import DT
from tests import rules

# ---- neurons --------------------------------------------------------------------------------------------------------


def lif(**changes):
    """A LIF neuron with something wrong in it."""
    return replace(F.LIF, **{"name": "Mine"} | changes)


def flowing(rates):
    """A LIF neuron, of which `rates(s, I, p)` are other rates of some variables."""
    return lif(flow=lambda s, I, p: F.LIF.flow(s, I, p)._replace(**rates(s, I, p)))


def decaying(function):
    """A LIF neuron whose synaptic current decays as a function of it."""
    return flowing(lambda s, I, p: {"i": -p.tau_syn_inv * function(s.i)})


def with_parameter(mark, default=0.5):
    return lif(parameters=extended(F.LIFParameters, "Mine", "parameters", some=(Annotated[Tensor, mark], default)))


def some(unit="1", doc="something", **more):
    return Quantity(unit, low=0, high=1, doc=doc, **more)


class Bare(NamedTuple):
    v: Tensor


class Reserved(NamedTuple):
    v: Annotated[Tensor, Quantity("1", low=-2, high=0.5, doc="membrane potential")]
    values: Annotated[Tensor, Quantity("1", low=0, high=1, doc="second variable")]


class Quiet(NamedTuple):
    v: Annotated[Tensor, Quantity("1", low=-2, high=0.5, doc="membrane potential")]
    i: Annotated[Tensor, Quantity("1", low=0, high=1, doc="synaptic current")]


class Twice(Quantity):
    def taken(self, value, dt=None):
        return 2 * value


def in_place(s, I, p):
    s.i.clamp_(max=1e3)
    return F.LIF.flow(s, I, p)


def branching(s, I, p):
    return F.LIF.flow(s, I, p) if s.v > 0 else F.LIF.flow(s, 2 * I, p)


def detached(s, I, p):
    return F.LIF.flow(s, I, p._replace(tau_mem_inv=p.tau_mem_inv.detach()))


def standing(s, I, flow, p, dt):
    """An integrator that leaves the membrane where it is."""
    return euler(s, I, flow, p, dt)._replace(v=s.v)


AT_REST = F.LIFFeedForwardState
DRAWN = flowing(lambda s, I, p: {"v": p.tau_mem_inv * (p.v_leak - s.v + s.i + I * torch.rand_like(s.v))})
UNPRINTED = decaying(lambda i: i.sort().values)
UNNAMED = lif(nested=(F.LIParameters, F.LIState))
NEURONS = {
    "no name or symbol means two things": [
        *(with_parameter(some(name=name)) for name in ("v", "I", "t", "dt", "values", "second", "mV", "spike_times")),
        *(with_parameter(some(name=name)) for name in ("v_new", "tau_mem", "network", "page", "lambda", "two words")),
        with_parameter(some(symbol="v")),
        with_parameter(Steps("t_0", low=0, high=1, doc="some"), as_tensor(0.0)),
        replace(F.LIBox, name="Mine", state=Reserved, flow=lambda s, I, p: Reserved(0 * s.v, s.values)),
    ],
    "it says what it is": [
        lif(name="two words"),
        lif(title=""),
        lif(current=replace(F.LIF.current, unit="parrots")),
        lif(doc="no sentence"),
        lif(source="somebody"),
        lif(current=replace(F.LIF.current, default=None)),
        lif(current=replace(F.LIF.current, default=9.0)),
        lif(receive=None),
    ],
    "every field is annotated": [
        with_parameter(some(unit="")),
        with_parameter(some(unit="parrots")),
        replace(F.LIFBox, name="Mine", state=Bare),
    ],
    "every parameter is read": [with_parameter(some())],
    "its functions change nothing in place": [lif(flow=in_place)],
    "rest is a fixed point without input": [lif(rest=lambda p: AT_REST(v=p.v_leak + 0.1, i=0.0 * p.v_leak))],
    "rest is silent": [
        replace(
            flowing(lambda s, I, p: {"v": p.tau_mem_inv * (2 * p.v_th - s.v + s.i + I)}),
            rest=lambda p: AT_REST(v=2 * p.v_th, i=0.0 * p.v_th),
        )
    ],
    "rest is finite for all slider values": [
        lif(rest=lambda p: AT_REST(v=p.v_leak + 0 * torch.sqrt(p.v_reset), i=0.0 * p.v_leak))
    ],
    "its usual drive makes it fire": [lif(current=replace(F.LIF.current, default=0.9))],
    "a reset ends the spike": [lif(reset=lambda s, p: s), lif(reset=lambda s, p: s._replace(v=p.v_th + 0.1))],
    "an integrator never fires but follows": [
        replace(F.LI, name="Mine", flow=lambda s, I, p: F.LI.flow(s._replace(i=0 * s.i), 0 * I, p))
    ],
    "halving the step changes little": [flowing(lambda s, I, p: {"v": (p.v_leak - s.v + s.i + I) / DT})],
    "a flow keeps shapes": [
        decaying(lambda i: i.mean()),
        lif(flow=lambda s, I, p: tuple(F.LIF.flow(s, I, p))),
        flowing(lambda s, I, p: {"i": -p.tau_syn_inv * s.i / 0.0}),
    ],
    "scalar parameters serve all neurons": [decaying(lambda i: i - 0.1 * i.mean())],
    "each neuron may have its own parameters": [flowing(lambda s, I, p: {"i": -p.tau_syn_inv.mean() * s.i})],
    "parameters broadcast with states": [lif(excess=lambda s, p: s.v - p.v_th.flatten()[0])],
    "a spike resets and silence does not": [lif(state=Quiet)],
    "an input spike lands when the neuron says": [lif(advance=standing)],
    "channels take a signed input apart": [
        replace(F.CobaLIF, name="Mine", channels=(torch.zeros_like, torch.zeros_like))
    ],
    "a step keeps the dtype": [decaying(lambda i: i.double())],
    "float32 and float64 agree": [decaying(lambda i: (i + 1e8) - 1e8)],
    "vmap gives the batched step": [lif(flow=branching)],
    "vmap keeps surrogate gradients": [lif(excess=lambda s, p: s.v - p.v_th * (1 + 0 * s.v.sum().item()))],
    "a gradient reaches all that matters": [with_parameter(some()), lif(flow=detached)],
    "gradients are finite differences": [decaying(lambda i: i + (0.1 * i**2).detach())],
    "a layer is the neuron with weighted input": [UNNAMED],
    "recurrent spikes come back weighted": [UNNAMED],
    "its kernel gives the steps of torch": [UNPRINTED],
    "its kernel gives the gradients of torch": [UNPRINTED],
    "every integrator runs it": [lif(within=lambda old, s, p: s._replace(v=s.v * math.nan))],
    "without noise all neurons are the same": [DRAWN],
    "its equations can be printed": [decaying(torch.lgamma)],
    "its definition says what it is": [lif(doc="no sentence")],
    "its name is free": [lif(name="LIF"), lif(name="STDP")],
    "defaults run and record every variable": [flowing(lambda s, I, p: {"v": torch.log(0 * s.v - 1)})],
    "equal seeds give equal runs": [DRAWN],
    "it comes back from json and links": [lif(name="LIF")],
    "its card shows every value": [with_parameter(some(name="a<b"))],
    "defaults lie on their sliders": [with_parameter(some(), 2.0), with_parameter(some(bounds=(0, 9)), 2.0)],
    "every parameter says what it is": [with_parameter(some(doc="")), with_parameter(some(doc="of the membrane"))],
    "units can be written": [with_parameter(some("m^2"))],
    "the ends of what is allowed are allowed": [
        with_parameter(Count(low=0, high=2, bounds=(-0.5, 2.5), doc="some"), 1)
    ],
    "values reach the functions and come back": [with_parameter(Twice("1", low=0, high=1, doc="some"))],
    "reset brings every default back": [with_parameter(some(), 2.0)],
}

# ---- encoders -------------------------------------------------------------------------------------------------------


def poisson(**changes):
    return replace(F.Poisson, **{"name": "Mine"} | changes)


def with_rates(rates):
    return poisson(rate=lambda x, k, p: p.f_max * rates(x))


ENCODERS = {
    "it says what it is": [poisson(rate=None), poisson(functions=()), poisson(title=""), poisson(first=True)],
    "rates have a place for each neuron": [
        poisson(rate=lambda x, k, p: (p.f_max * x).unsqueeze(-1)),
        with_rates(lambda x: x / 0.0),
        poisson(read=lambda rates, p: rates),
    ],
    "answers ascend with the signal": [with_rates(lambda x: 4 * (x - 0.5) ** 2)],
    "constants are found again": [with_rates(lambda x: x / 2 if x.numel() > 200 else x)],
    "a seed gives its spikes again": [with_rates(lambda x: x * torch.rand_like(x))],
    "its name is free": [poisson(name="Latency")],
}

# ---- rules ----------------------------------------------------------------------------------------------------------


def stdp(**changes):
    return replace(F.STDP, **{"name": "Mine"} | changes)


def inhibitory(**more):
    """A rule with further parameters, of a tuple that has no methods."""
    fields = extended(rules.InhibitoryParameters, "Mine", "parameters", **more)
    return replace(rules.Inhibitory, name="Mine", parameters=fields)


RULES = {
    "no name or symbol means two things": [inhibitory(x_pre=(Annotated[Tensor, some()], 0.5))],
    "it says what it is": [stdp(title=""), replace(F.TsodyksMarkram, name="Mine", functions=())],
    "every field is annotated": [stdp(weight=replace(F.STDP.weight, unit="parrots"))],
    "every parameter is read": [inhibitory(more=(Annotated[Tensor, some()], 0.5))],
    "a weight stays without a spike": [
        stdp(learn=lambda w, potentiation, depression, p: F.STDP.learn(0.99 * w, potentiation, depression, p)),
        stdp(pairs=lambda s, z, p: (s.t_pre, z.pre * s.t_post)),
    ],
    "a weight stays within its bounds": [stdp(learn=lambda w, potentiation, depression, p: w + 0.1 * potentiation)],
    "its flow can be recorded": [stdp(flow=lambda s, spikes, p: F.STDP.flow(s, spikes, p))],
    "its step is entry by entry": [
        stdp(flow=lambda s, S, p: F.STDP.flow(s, S._replace(pre=S.pre + torch.as_tensor(S.pre).mean()), p)),
        stdp(learn=lambda w, potentiation, depression, p: F.STDP.learn(w.mul_(1.0), potentiation, depression, p)),
    ],
    "its equations can be printed": [stdp(learn=lambda w, potentiation, depression, p: torch.lgamma(w))],
    "it has a window where it learns": [stdp(learn=lambda w, potentiation, depression, p: w + 0 * potentiation)],
    "its definition says what it is": [stdp(source="somebody"), stdp(doc="no sentence")],
    "its name is free": [stdp(name="LIF")],
}

# ---- stimuli --------------------------------------------------------------------------------------------------------


class Numbers(NamedTuple):
    amplitude: Annotated[float, Drive(1.0, doc="current")] = 1.0
    onset: Annotated[float, Time("start")] = 10.0
    length: Annotated[float, Time("length")] = 20.0


class Level(NamedTuple):
    amplitude: Annotated[float, Drive(1.0, doc="current")] = 1.0


class Jumps(NamedTuple):
    amplitude: Annotated[float, Jump(doc="amplitude of a spike")] = 1.0


def kind(samples=lambda t, p, run: p.amplitude * np.sin(t / 20), name="Mine", **changes):
    return Kind(**{"name": name, "title": "mine", "fields": Numbers, "samples": samples} | changes)


def wave(formula, **changes):
    return kind(None, formula=formula, **changes)


def with_field(name, default=0.5):
    return extended(Numbers, "Mine", "fields", **{name: (Annotated[float, some()], default)})


STIMULI = {
    "no name or symbol means two things": [
        kind(fields=with_field(name)) for name in ("unit", "time", "I", "t", "x1", "np", "source", "values")
    ],
    "it says what it is": [kind(name="two words"), kind(title=""), kind(name="Step")],
    "it is a number a step": [
        kind(lambda t, p, run: p.amplitude),
        kind(lambda t, p, run: (p.amplitude * t).astype(np.float32)),
        kind(lambda t, p, run: p.amplitude * np.random.default_rng().normal(size=len(t))),
    ],
    "every parameter is read": [
        kind(lambda t, p, run: p.amplitude + p.onset + 0 * t),
        wave(lambda t, p: p.amplitude + p.onset + 0 * t),
        wave(lambda t, p: torch.floor(t), port="spikes", fields=Numbers),
    ],
    "rounding of times moves no edge": [
        wave(lambda t, p: torch.where(t >= p.onset, p.amplitude, 0.0)),
        wave(lambda t, p: torch.where(t > p.onset, p.amplitude, 0.0)),
        wave(lambda t, p: torch.where(t < p.onset + p.length, p.amplitude, 0.0)),
        kind(lambda t, p, run: np.where(t >= p.onset, p.amplitude, 0.0)),
    ],
    "every parameter says what it is": [
        kind(fields=extended(Level, "Mine", "fields", q=(Annotated[float, some("parrots")], 0.5)))
    ],
    "a longer one begins as a shorter one": [kind(lambda t, p, run: p.amplitude * t / len(t))],
    "it stays finite at the ends of all sliders": [kind(lambda t, p, run: p.amplitude * np.exp(p.length + 0 * t))],
    "it does not depend on the step": [
        kind(lambda t, p, run: p.amplitude / run.dt + 0 * t),
        kind(lambda t, p, run: 0 * p.amplitude * t),
        kind(lambda t, p, run: p.amplitude * (t % 1 == 0.5), port="spikes"),
    ],
    "its formula is what runs": [
        wave(lambda t, p: p.amplitude * t / t.mean()),
        wave(lambda t, p: p.amplitude * torch.lgamma(t + 1)),
        wave(lambda t, p: p.amplitude * torch.rand_like(t)),
        wave(lambda t, p: p.amplitude * (2.0 if t.dtype == torch.float32 else t.sum())),
    ],
    "it is over when it says": [kind(lambda t, p, run: p.amplitude * (t > p.onset), end=after_length)],
    "twice the stimulus is twice as much": [kind(lambda t, p, run: p.amplitude**2 + 0 * t)],
    "it drives what it fits": [kind(lambda t, p, run: 1e308 * p.amplitude + 0 * t)],
    "it comes back from json": [kind(name="Ramp")],
}


def named(definition, name):
    return next(check for check in testing.checks(definition) if check.name == name)


CASES = [
    pytest.param(definition, name, id=f"{kind}-{name}-{k}")
    for kind, table in {"neuron": NEURONS, "encoder": ENCODERS, "rule": RULES, "stimulus": STIMULI}.items()
    for name, broken in table.items()
    for k, definition in enumerate(broken)
]


@pytest.mark.parametrize(("definition", "name"), CASES)
@pytest.mark.filterwarnings("ignore")
def test_what_is_wrong_is_caught_by_the_check_of_its_name(definition, name):
    with pytest.raises(Broken) as error:
        named(definition, name)(definition)
    assert str(error.value).startswith(f"{definition.name} breaks its contract, '{name}': ")
    assert "assert" not in str(error.value)


@pytest.mark.parametrize(("definition", "name"), [case for case in CASES if case.values[1] in set(list(NEURONS)[:15])])
@pytest.mark.filterwarnings("ignore")
def test_and_all_checks_together_name_one(definition, name):
    with pytest.raises(Broken, match=r"^(Mine|two words|LIF|STDP|Step) breaks its contract, '[a-z0-9 ]+': ."):
        testing.check(definition)


def test_every_check_of_a_neuron_can_fail():
    """So that none is in the contract for show."""
    asked = {check.name for neuron in F.NEURONS for check in testing.checks(neuron)}
    assert asked == NEURONS.keys()


# ---- from outside of the tree ---------------------------------------------------------------------------------------


def every_millisecond(t, p, run):
    return p.amplitude * (np.floor(t + 1e-6) > np.floor(t - run.dt + 1e-6))


OUTSIDE = [
    refractory(F.Izhikevich, name="Mine"),
    with_rates(torch.square),
    stdp(),
    rules.Inhibitory,
    rules.Triplet,
    kind(lambda t, p, run: p.amplitude * np.abs(t / 20 % 2 - 1), fields=Level),
    kind(every_millisecond, port="spikes", fields=Jumps),
    wave(lambda t, p: p.amplitude * torch.remainder(t / 20, 1.0), fields=Level),
    wave(lambda t, p: torch.floor(t), port="spikes", fields=Jumps),
]


@testing.parametrize_with_checks(OUTSIDE)
def test_what_is_right_keeps_it(definition, check):
    check(definition)


def test_a_test_of_each_check():
    """Named by both."""
    mark = testing.parametrize_with_checks([F.LIF, F.STDP, AdEx])
    assert mark.args[0] == ("definition", "check")
    ids = [case.id for case in mark.args[1]]
    assert len(set(ids)) == len(ids) == sum(len(testing.checks(one)) for one in (F.LIF, F.STDP, AdEx))
    assert {"LIF-rest is silent", "STDP-its flow can be recorded", "AdEx-units can be written"} <= set(ids)


def test_what_has_no_contract():
    for value in (3, "LIF", F.LIF.state, Step(), F.SURROGATES["super"]):
        with pytest.raises(ValueError, match=r"definition is .*: give a Neuron, a Plasticity, an Encoder"):
            testing.check(value)


def test_only_tests_want_pytest():
    code = "import sys, snnlab; snnlab.testing.checks(snnlab.functional.LI); print('pytest' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
