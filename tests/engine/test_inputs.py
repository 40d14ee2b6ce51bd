"""What a person gives first: numbers, arrays, dictionaries, models; and what is said where it cannot be."""

import warnings
from typing import NamedTuple

import numpy as np
import pytest
import torch

from snnlab import models
from snnlab.core import Neuron, Quantity, refractory, rk4, staggered
from snnlab.engine import Noise, longest_step, simulate
from snnlab.functional import LIF, NEURONS, CobaLIF, Izhikevich, LIFParameters, LIFRefrac
from snnlab.models import NEURONS as MODELS

I = torch.rand(50, 4, generator=torch.Generator().manual_seed(0)) * 3
BOTH = ("llvm", "eager")


def equal(a, b):
    return torch.equal(a.spikes, b.spikes) and all(torch.equal(a.variables[k], b.variables[k]) for k in b.variables)


# ---------------------------------------------------------------- inputs


@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize("number", [1.5, np.float32(1.5), np.float64(1.5), np.array(1.5), torch.tensor(1.5)], ids=type)
def test_a_number_is_a_constant_input(number, backend):
    expected = simulate(LIF, current=torch.full((40,), 1.5))
    for length in ({"steps": 40}, {"duration": 0.04}, {"steps": np.int64(40), "duration": 0.04}):
        assert equal(simulate(LIF, current=number, **length, backend=backend), expected)


def test_numbers_at_both_ports_and_for_several_neurons():
    p = LIFParameters(v_th=torch.tensor([0.5, 1.0, 2.0]))
    expected = simulate(LIF, current=torch.full((30, 3), 1.2), spikes=torch.full((30, 3), 0.1), p=p)
    assert equal(simulate(LIF, current=1.2, spikes=0.1, steps=30, p=p), expected)
    assert equal(simulate(LIF, current=1.2, spikes=torch.full((30, 1), 0.1), p=p), expected)  # as long as the other


def test_a_duration_is_in_s_and_gives_as_many_steps_as_fit_best():
    assert len(simulate(LIF, current=1.0, duration=0.1).spikes) == 100
    assert len(simulate(LIF, current=1.0, duration=0.1, dt=0.0003).spikes) == 333
    assert len(simulate(LIF, current=1.0, duration=1e-9).spikes) == 1


def test_a_run_without_input_has_no_current():
    still = simulate(LIF, steps=100)
    assert not still.variables["v"].any()
    assert simulate(LIF, steps=2000, noise=Noise(2.0, 0.01), p={"v_th": torch.tensor([1.0, 2.0])}).spikes.any()


def test_a_number_may_want_a_gradient():
    found = []
    for backend in BOTH:
        x = torch.tensor(0.8, dtype=torch.float64, requires_grad=True)
        simulate(LIF, current=x, steps=50, backend=backend).variables["v"].sum().backward()
        found.append(x.grad.item())
    assert found[0] == pytest.approx(found[1], rel=1e-12)
    assert found[1] == pytest.approx(sum(1 - 0.9 ** (k + 1) for k in range(50)), rel=1e-12)


ARRAYS = {
    "float64": (I.double().numpy(), torch.float64),
    "float32": (I.numpy(), torch.float32),
    "transposed": (np.ascontiguousarray(I.numpy().T).T, torch.float32),
    "reversed": (I.flip(0).numpy()[::-1], torch.float32),
    "big-endian": (I.numpy().astype(">f4"), torch.float32),
    "longdouble": (I.numpy().astype(np.longdouble), torch.float64),
    "a list": (I.double().tolist(), torch.float64),
}


@pytest.mark.parametrize("kind", ARRAYS)
def test_arrays_are_inputs_in_their_own_precision(kind):
    array, dtype = ARRAYS[kind]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert equal(simulate(LIF, current=array), simulate(LIF, current=I.to(dtype)))


def test_arrays_of_whole_numbers_spikes_and_memory_that_must_not_change():
    spikes = I.numpy() > 1.5
    expected = simulate(LIF, spikes=I > 1.5)
    spikes.flags.writeable = False
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for given in (spikes, spikes.astype(int), spikes.astype(np.uint8), spikes.tolist()):
            assert equal(simulate(LIF, spikes=given), expected)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, r"give a current \[T, ...\], spikes \[T, ...\], or both; or steps, for a run without input"),
        ({"current": 1.5}, "current = 1.5 is one number: say for how long by steps, or by a duration in s"),
        ({"current": I, "steps": 49}, "current has 50 steps, steps = 49: give as many of each"),
        ({"current": I, "duration": 0.1}, "current has 50 steps, duration = 0.1 s are 100 steps of 0.001 s"),
        ({"current": 1.0, "duration": 100, "steps": 100}, "duration = 100 s are 100000 steps of 0.001 s"),
        ({"current": 1.0, "duration": -1}, "duration = -1 is not allowed: give a time in s, greater than 0"),
        ({"current": 1.0, "steps": 0}, "steps = 0 is not allowed: give a whole number of steps, 1 or more"),
        ({"current": 1.0, "steps": 1.5}, "steps = 1.5 is not allowed"),
        ({"current": ["a", "b"]}, "current is a list, which is not allowed"),
        ({"current": [[1.0], [1.0, 2.0]]}, "current is a list, which is not allowed"),
        ({"current": np.array([1j])}, "current is an ndarray, which is not allowed"),
        ({"current": True}, "current is a bool, which is not allowed"),
        ({"current": I.to("meta")}, "current is a torch.float32 torch.strided tensor on meta, which is not allowed"),
    ],
    ids=str,
)
def test_inputs_that_say_too_little_or_too_much(given, words):
    with pytest.raises(ValueError, match=words.replace("100000", "100,?000")):
        simulate(LIF, **given)


@pytest.mark.parametrize("backend", BOTH)
def test_spikes_of_each_channel_as_a_tuple_or_a_list_and_none_of_one(backend):
    one, other = I > 1, (I > 2).double()
    expected = simulate(CobaLIF, spikes=(one, other), backend=backend)
    assert equal(simulate(CobaLIF, spikes=[one, other.numpy()], backend=backend), expected)
    alone = simulate(CobaLIF, spikes=(one, torch.zeros(50, 4)), backend=backend)
    assert equal(simulate(CobaLIF, spikes=[one, None], backend=backend), alone)
    assert not equal(alone, simulate(CobaLIF, spikes=(None, one), backend=backend))


def test_a_list_of_rows_is_time_where_there_are_no_channels():
    assert equal(simulate(LIF, spikes=list(I)), simulate(LIF, spikes=I))
    with pytest.raises(ValueError, match=r"spikes of 50 channels do not fit: .* one for each of the 2 channels"):
        simulate(CobaLIF, spikes=list(I))


# ---------------------------------------------------------------- integrators


ALLOWED = (
    r"is not allowed: give euler, staggered\('v', 'i'\), exponential_euler, heun or rk4 of snnlab.core, or a function"
)


@pytest.mark.parametrize(
    ("advance", "words"),
    [
        ("RK4", rf"advance = 'RK4' {ALLOWED}"),
        (3, rf"advance = 3 {ALLOWED}"),
        (staggered, rf"advance = the function staggered itself {ALLOWED}"),
        (staggered("v", "u"), r"advance = staggered\(...\): of LIF, the variable 'u' is not known: choose one of v, i"),
        (staggered(["v", "i"]), r"of LIF, the variable .* is not known"),
    ],
)
def test_what_is_no_integrator(advance, words):
    for call in (lambda: simulate(LIF, current=I, advance=advance), lambda: longest_step(LIF, advance=advance)):
        with pytest.raises(ValueError, match=words):
            call()


def test_a_plain_step_takes_no_integrator():
    with pytest.raises(ValueError, match="advance is given, but a plain step integrates itself: leave it out"):
        simulate(lambda x, s, p, dt: (x > 1, s), current=I, p=(1.0,), state=(0.0,), advance=rk4)


# ---------------------------------------------------------------- parameters and states


def test_parameters_are_what_differs_from_the_defaults():
    expected = simulate(LIF, current=I, p=LIFParameters(v_th=0.7, tau_mem_inv=torch.tensor(50.0)))
    assert equal(simulate(LIF, current=I, p={"v_th": 0.7, "tau_mem_inv": 50.0}), expected)
    # of a neuron whose tuple is nested, by the names of the flat one
    p = LIFRefrac.parameters(rho_reset=torch.tensor(9.0))
    assert equal(simulate(LIFRefrac, current=I, p={"rho_reset": 9.0}), simulate(LIFRefrac, current=I, p=p))


def test_a_state_is_what_differs_from_rest():
    p = {"v_leak": 0.25}
    found = simulate(LIF, steps=1, p=p, state={"i": 1.0}, record="all")
    assert found.variables["v"].item() == pytest.approx(0.25 + 0.1 * 1.0)
    assert simulate(LIF, steps=1, p=p, state={"v": torch.tensor([0.25, 0.5])}).variables["v"].shape == (1, 2)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"p": {"tau_mem": 50.0}}, r"p: of LIF, the name 'tau_mem' is not known: did you mean tau_mem_inv\?"),
        ({"p": {"threshold": 0.5}}, r"'threshold' is not known: did you mean v_th\?"),
        ({"state": {"V": 0.5}}, r"state: of LIF, the name 'V' is not known: did you mean v\?"),
    ],
)
def test_names_that_are_not_known(given, words):
    with pytest.raises(ValueError, match=words):
        simulate(LIF, current=I, **given)


def test_parameters_without_a_default_are_asked_for():
    with pytest.raises(ValueError, match="p has no b, c, d: of Izhikevich they have no usual value, give them"):
        simulate(Izhikevich, current=I, p={"a": 0.02})
    p = {"a": 0.02, "b": 0.2, "c": -65.0, "d": 8.0}
    expected = simulate(Izhikevich, current=I, p=Izhikevich.parameters(**p))
    assert equal(simulate(Izhikevich, current=I, p=p), expected)


@pytest.mark.parametrize("backend", BOTH)
def test_parameters_that_are_nan(backend):
    nan = float("nan")
    for p, words in (
        ({"v_th": nan}, "p.v_th = nan is not allowed: give a number"),
        ({"v_th": torch.tensor(nan)}, "p.v_th = nan is not allowed: give a number"),
        ({"tau_mem_inv": torch.tensor([1.0, nan, 1.0, 1.0])}, r"p.tau_mem_inv = nan at \[1\] is not allowed"),
    ):
        with pytest.raises(ValueError, match=words):
            simulate(LIF, current=I, p=p, backend=backend)


def test_a_parameter_that_becomes_nan_is_found_on_the_short_way_too():
    given = {"current": I, "state": LIF.rest(LIFParameters())}
    for _ in range(3):
        simulate(LIF, **given, p=LIFParameters())
    with pytest.raises(ValueError, match=r"p.v_th = nan is not allowed"):
        simulate(LIF, **given, p=LIFParameters(v_th=torch.tensor(float("nan"))))


def test_parameters_that_look_as_if_they_had_a_time():
    """They make a population, and that is said; one value a neuron of a batch is no such thing."""
    with pytest.warns(UserWarning, match=r"p.v_th of shape \(50, 4\) makes a population of shape \(50, 4\)"):
        simulate(LIF, current=I, p=LIFParameters(v_th=torch.ones(50, 4)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        simulate(LIF, current=I, p=LIFParameters(v_th=torch.ones(4)))
        simulate(LIF, current=I[:4, None].expand(4, 4, 4), p=LIFParameters(v_th=torch.ones(4, 4)))
        simulate(LIF, current=torch.ones(50), p=LIFParameters(v_th=torch.ones(50)))  # a sweep


# ---------------------------------------------------------------- what is recorded, where it runs


def test_all_or_nothing_is_recorded():
    assert list(simulate(LIF, current=I, record="all").variables) == ["v", "i"]
    assert list(simulate(LIF, current=I, record="all", noise=Noise(0.1)).variables) == ["v", "i", "noise"]
    assert simulate(LIF, current=I, record=None).variables == {}
    assert equal(simulate(LIF, current=I, record="all"), simulate(LIF, current=I, record=("v", "i")))


def test_devices_by_any_spelling():
    for device in ("CPU", "cpu", "Cpu", "cpu:0", torch.device("cpu")):
        assert simulate(LIF, current=I, device=device).spikes.device.type == "cpu"


@pytest.mark.parametrize("device", ["cuda", "CUDA", "meta", "gpu", 3.5, "xla"])
def test_devices_that_cannot_be_had(device, monkeypatch):
    if torch.cuda.is_available() and str(device).lower() == "cuda":
        pytest.skip("there is a GPU")
    with pytest.raises(ValueError, match=rf"device = '{device}' cannot be had \(.*\): give cpu"):
        simulate(LIF, current=I, device=device)


# ---------------------------------------------------------------- neurons


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_a_model_is_its_neuron_and_its_parameters(model):
    neuron, dt = model.neuron, 1e-4
    current = torch.full((200, 2), neuron.current.default, dtype=torch.float64)
    expected = simulate(neuron, current=current, p=model().p(torch.float64, dt=1000 * dt), dt=dt)
    assert equal(simulate(model(), current=current, dt=dt), expected)


def test_a_model_of_other_values():
    run = simulate(MODELS["LIF"](tau_mem=20), current=1.5, duration=0.05, dt=1e-4)
    assert run.spike_times().tolist() == pytest.approx([22.0, 44.0], abs=0.11)
    with pytest.raises(ValueError, match=r"p is given besides LIF.*, which is a model with parameters of its own"):
        simulate(MODELS["LIF"](), current=I, p=LIFParameters())


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (models.Poisson(), r"or a model of a neuron; Poisson has its own .simulate\(\)"),
        (models.Population(), r"Population has its own .simulate\(\)"),
        (models.Experiment(models.LIF()), r"Experiment has its own .run\(\)"),
        (next(iter(models.PRESETS.values())), r"Preset has its own .experiment\(\).run\(\)"),
        ("LIF", r"neuron = 'LIF' is not allowed: give a Neuron such as snnlab.functional.LIF, .* model of a neuron$"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_neuron(other, words):
    with pytest.raises(ValueError, match=words):
        simulate(other, current=I)


def test_a_class_is_no_model():
    with pytest.raises(ValueError, match=r"neuron is the class LIF: make one of it first, LIF\(\)"):
        simulate(MODELS["LIF"], current=I)


def test_a_refractory_neuron_is_named_after_the_other():
    made = refractory(CobaLIF)
    assert (made.name, made.title) == ("CobaLIFRefrac", "Conductance-based LIF, refractory")
    assert simulate(made, current=torch.full((20, 2), 1000.0), dt=1e-3).spikes.any()


class P(NamedTuple):
    rate: float = 100.0


class S(NamedTuple):
    v: float


def own(**changes):
    given = {
        "name": "Own", "parameters": P, "state": S, "current": Quantity("1", 0, 2, doc="input"), "port": "current",
        "flow": lambda s, I, p: S(p.rate * (I - s.v)), "excess": lambda s, p: s.v - 1.0,
        "reset": lambda s, p: S(0.0 * s.v), "rest": lambda p: S(0.0),
    }  # fmt: skip
    return Neuron(**given | changes)


@pytest.mark.parametrize("backend", BOTH)
def test_a_neuron_whose_parameters_name_no_surrogate_has_the_usual_one(backend):
    x = I.double().requires_grad_()
    found = simulate(own(), current=x, backend=backend)
    expected = simulate(LIF, current=x, backend=backend)  # the same neuron: its reset and leak are at 0
    assert torch.equal(found.spikes, expected.spikes)
    assert found.spikes.any()
    a, b = (torch.autograd.grad(run.spikes.sum(), x)[0] for run in (found, expected))
    torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-15)
    refrac = simulate(refractory(own()), current=x, backend=backend)
    assert 0 < refrac.spikes.sum() < found.spikes.sum()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reset": None}, "Own has an excess but no reset, and would never spike: give crosses=True"),
        ({"parameters": dict}, "Own.parameters is the class dict: give a NamedTuple class with fields"),
        ({"state": tuple}, "Own.state is the class tuple: give a NamedTuple class"),
        ({"flow": 3}, "Own.flow = 3 is not allowed: give a function"),
        ({"rest": None}, "Own.rest = None is not allowed: give a function"),
        ({"current": 1.0}, "Own.current is a float: give a Quantity, its unit and range"),
    ],
    ids=str,
)
def test_definitions_that_are_no_neuron(changes, words):
    with pytest.raises(ValueError, match=words):
        own(**changes)


@pytest.mark.parametrize("backend", ["auto", "eager"])
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"flow": lambda s, I, p: p.rate * (I - s.v)}, r"Own.flow gives a Tensor: give S\(v\)"),
        ({"flow": lambda s, I, p: (s.v, s.v)}, r"Own.flow gives 2 values: give S\(v\)"),
        ({"reset": lambda s, p: 0.0}, r"Own.reset gives a float: give S\(v\)"),
        ({"rest": lambda p: 0.0}, r"Own.rest gives a float: give S\(v\)"),
        ({"excess": lambda s, p: s}, r"Own.excess gives a S: give a tensor"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_functions_that_give_something_else(changes, words, backend):
    with pytest.raises(ValueError, match=words):
        simulate(own(**changes), current=I, backend=backend)


def test_no_neuron_of_snnlab_is_refused():
    for neuron in NEURONS:
        p = MODELS[neuron.name]().p(torch.float32, dt=1.0)
        assert simulate(neuron, steps=2, p=p).state._fields == neuron.state._fields
