"""What the first version wrote opens here with what it meant there, or is refused with what has changed.

The file has experiments as JSON and as links, with what they gave, as they were written at commit 36f61ab: every preset
of that day, and random ones with every model; see tests/data/README.md.
"""

import gzip
import json
import math
from functools import cache

import jsonschema
import pytest
import torch

from snnlab.models import ENCODERS, FAMILIES, NEURONS, STIMULI, Experiment
from snnlab.models.exchange.earlier import FIRST
from tests.golden import DATA, SHIPPED
from tests.record_experiments import outcome


@cache
def recorded():
    with gzip.open(DATA / "experiments_36f61ab.json.gz") as file:
        return {case["id"]: case for case in map(json.loads, file)}


CASES = recorded()
REFUSED = {
    *("stdp-anti-hebbian-multiplicative", "stdp-symmetric-multiplicative"),
    *("plasticity-STDP-6", "plasticity-STDP-9"),
}
READ = [name for name in CASES if name not in REFUSED]
# arrivals of Synaptic are others now, of the same rate: test_waveforms has their distribution
RUN = [name for name in READ if '"Synaptic"' not in json.dumps(CASES[name]["json"]["stimulus"])]
# of each model one, and all those in which something has changed
BRIEF = [name for name in RUN if name.endswith("-1") or "STDP-" in name or "Refrac" in name or "Population" in name]


def from_json(case):
    return Experiment.from_json(json.dumps(case["json"]))


def test_the_file_is_of_the_first_version():
    schema = json.loads((SHIPPED / "experiment.schema.1.json").read_text())
    validator = jsonschema.Draft202012Validator(schema)
    for case in CASES.values():
        assert case["json"]["schema"] == FIRST and "v=" not in case["query"].split("&")[0]
        validator.validate(case["json"])
    names = {key.split(".")[1] for key in schema["$defs"] if key.split(".")[0] in FAMILIES and "." in key}
    assert {case["json"]["model"]["name"] for case in CASES.values()} == names
    assert names <= {name for kinds in FAMILIES.values() for name in kinds}


@pytest.mark.parametrize("name", READ)
def test_json_and_link_say_the_same(name):
    """A link leaves out what was the default then, JSON has it: so old defaults are known."""
    one, other = from_json(CASES[name]), Experiment.from_query(CASES[name]["query"])
    assert one.diff(other) == {}
    assert Experiment.from_json(one.to_json()).diff(one) == {}
    assert Experiment.from_query(one.to_query()).diff(one) == {}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_cannot_be_meant_is_refused_with_what_has_changed(name):
    for read in (lambda: from_json(CASES[name]), lambda: Experiment.from_query(CASES[name]["query"])):
        with pytest.raises(ValueError, match="the room to the bound in the direction of the change counts"):
            read()


# ---- what it meant --------------------------------------------------------------------------------------------------


def compare(name):
    """The same spikes; the same last values, in the units of today.

    Of a population with noise, those of the first neuron, which has none: another generator draws that of the others.
    """
    case = CASES[name]
    experiment, then = from_json(case), case["run"]
    now = outcome(experiment)
    assert now["shape"] == then["shape"]
    noisy = case["json"]["run"].get("noise") and then["shape"][1] > 1
    alike = 1 if noisy else 2  # of the spikes that were kept, those of the first neuron and of the last
    if spreads_a_period(case["json"]["model"]):
        # each period was any number of steps, the last one being cut, and is now a whole number: up to a step of five
        assert now["count"] == pytest.approx(then["count"], rel=0.3)
        return
    if draws(case["json"]["model"]):
        # spikes by chance are others now, as many: within five standard errors of the difference of two counts
        assert abs(now["count"] - then["count"]) <= 5 * math.sqrt(now["count"] + then["count"])
        return
    if (known := steps_of_known_noise(case["json"], then["shape"])) is not None:
        for new, old in list(zip(now["spikes"], then["spikes"]))[:alike]:
            assert [k for k in new if k <= known] == [k for k in old if k <= known]
        return
    if case["json"]["stimulus"].get("recording"):
        # the ramp of the example begins with its first sample now, 0.05 ms earlier
        assert now["spikes"][:alike] == [pytest.approx(times, abs=2) for times in then["spikes"][:alike]]
        return
    assert now["spikes"][:alike] == then["spikes"][:alike]
    assert noisy or now["count"] == then["count"]
    for variable, value in then["last"].items():
        expected = value
        if variable == "rho":  # a neuron was held while any part of a step was left
            expected = math.ceil(value) * experiment.model.dt(experiment.settings)
        tolerance = {"rel": 1e-5, "abs": 1e-5, "nan_ok": True}
        if experiment.model.definition.name == "STDP":
            tolerance = {"abs": 1e-6 + of_euler(experiment, variable, value, then["spikes"])}
        assert now["last"][variable] == pytest.approx(expected, **tolerance), variable


def steps_of_known_noise(experiment, shape):
    """For how many steps noise has the numbers that it had; None where it has them all.

    Of a row whose length is no multiple of sixteen, the last sixteen were drawn anew, which made no run go on from it.
    """
    run, whole = experiment["run"], shape[0]
    steps = round(run["duration"] / run["dt"])
    if '"Noise"' in json.dumps(experiment["stimulus"]) and steps % 16:
        return whole // steps * (steps - 16)
    return None


def spreads_a_period(model):
    inside = model.get("cell", {"name": ""})["name"]
    return model["name"] == "Population" and "Refrac" in inside and model["values"]["only"] in ([], ["rho_reset"])


def draws(model):
    """Whether it is an encoder by chance, or has one."""
    name = model.get("encoder", model)["name"]
    return name in ENCODERS and ENCODERS[name].neuron is None


def of_euler(experiment, variable, value, spikes):
    """By how much Euler's decay was off: (1 - dt / tau)^n for exp(-n dt / tau), t / tau dt / (2 tau) after a time t.

    Spikes up to three tau before the last one make nearly all of a trace, and pairs up to three tau apart of a weight.
    """
    dt = experiment.settings.dt
    taus = experiment.model.tau_pre, experiment.model.tau_post
    if variable == "w":
        changes = experiment.run().recording.variables["w"].diff().abs().sum().item()
        return 3 * dt / (2 * min(taus)) * changes
    side = 0 if variable == "t_pre" else 1
    age = experiment.settings.duration - dt * max(spikes[side], default=0)
    return (age / taus[side] + 3) * dt / (2 * taus[side]) * abs(value)


@pytest.mark.parametrize("name", BRIEF)
def test_a_run_is_what_it_was(name):
    compare(name)


@pytest.mark.nightly
@pytest.mark.parametrize("name", RUN)
def test_every_run_is_what_it_was(name):
    compare(name)


# ---- by hand --------------------------------------------------------------------------------------------------------


def read(text):
    return Experiment.from_query(text)


def test_a_link_without_a_version_has_the_defaults_of_the_first():
    found = read("neuron=LIF&tau_mem=30")
    assert found.model.tau_mem == 30
    assert (found.settings.neurons, found.settings.noise) == (20, pytest.approx(0.3))
    assert read("neuron=AdEx").settings.noise == 0.2 * NEURONS["AdEx"].port.current.default
    alone = read("neuron=LIF&r.neurons=1")
    assert (alone.settings.neurons, alone.settings.noise) == (1, 0.0)  # which it had no noise
    assert read("neuron=LIF&r.neurons=1&r.noise=0.5").settings.noise == 0.0
    assert read("v=2&neuron=LIF&r.noise=0.5").settings.noise == 0.5
    assert read("v=1&neuron=LIF").diff(read("neuron=LIF")) == {}


@pytest.mark.parametrize(
    ("link", "period"),
    [
        ("neuron=LIFRefrac", 0.5),
        ("neuron=LIFRefrac&rho_reset=30", 3.0),
        ("neuron=LIFRefrac&rho_reset=30&r.dt=0.2", 6.0),
        ("neuron=LIFRefrac&rho_reset=2.3&r.dt=0.2", 0.6),
        ("neuron=LIFRefrac&rho_reset=30&r.dt=0.2%20ms&r.integrator=Euler,%20dt%20/%2010", 0.6),
        ("neuron=LIFMCRefrac&rho_reset=30&r.integrator=Euler, dt / 10", 0.3),
        ("neuron=LIFRefrac&t_ref=4", 4.0),  # nobody has written this then, but it can mean one thing only
    ],
)
def test_refractory_steps_are_times_of_their_run(link, period):
    assert read(link).model.t_ref == pytest.approx(period)


def test_what_is_inside_of_a_network_counts_with_its_dt():
    found = read("network=Population&only=rho_reset,v_th&cell=LIFRefrac&cell.rho_reset=8&r.dt=0.5")
    assert (found.model.cell.t_ref, found.model.only) == (4.0, ("t_ref", "v_th"))
    assert read("network=FeedForward&cell=LIFAdExRefrac").model.cell.t_ref == 0.5
    assert read("network=Brunel&t_ref=1").model.t_ref == 1.0


def test_white_noise_is_that_of_its_run():
    """Independent numbers of 0.3 every 0.25 ms; over 1 ms their mean has half of that."""
    found = read("network=Population&noise=0.3&noise_tau=0&r.dt=0.25")
    assert found.model.noise == pytest.approx(0.15)
    assert read("network=Population&noise=0.3&r.dt=0.25").model.noise == 0.3


def test_traces_jump_by_what_they_did():
    found = read("plasticity=STDP&a_pre=40&a_post=10&tau_pre=20&tau_post=25&r.dt=0.5")
    assert (found.model.a_pre, found.model.a_post) == (1.0, 0.2)
    assert read("plasticity=STDP").model.a_pre == pytest.approx(0.5 / 50)


def test_an_initial_counter_is_a_time():
    found = read("neuron=LIFRefrac&i.rho=12&r.dt=0.25")
    assert found.initial.rho == 3.0
    assert read("neuron=LIFRefrac&i.v=0.5").initial.values() == {"v": 0.5, "i": 0.0, "rho": 0.0}
    assert read("v=2&neuron=LIFRefrac&i.rho=12").initial.rho == 12.0


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("neuron=LIFRefrac&rho_reset=-1", r"rho_reset = -1 is not allowed: give a number from 0 to 1e.06 steps"),
        ("neuron=LIFRefrac&rho_reset=x", "model.values.rho_reset = 'x' is not allowed"),
        ("neuron=LIFRefrac&rho_reset=9000&r.dt=1", "9000 refractory steps of 1 ms are 9000 ms, where a"),
        ("neuron=LIFRefrac&rho_reset=3&t_ref=1", "model.values has both rho_reset and t_ref: give one"),
        ("neuron=LIFRefrac&rho_reset=3&r.dt=0", r"run.dt = 0 is not allowed: give a number from 0.001 to 10 ms"),
        ("neuron=LIFRefrac&rho_reset=3&r.dt=x", "run.dt = 'x' is not allowed"),
        ("v=2&neuron=LIFRefrac&rho_reset=3", "the field 'rho_reset' is not known"),
        ("neuron=LIF&rho_reset=3", "the field 'rho_reset' is not known"),
        ("v=3&neuron=LIF", "v = '3' is not known: this version reads links of v=1 and v=2"),
        ("plasticity=STDP&tau_pre=x", "tau_pre = 'x' is not allowed"),
    ],
)
def test_what_is_wrong_is_named(link, words):
    with pytest.raises(ValueError, match=words):
        read(link)


def test_a_recorded_pA_gave_a_tenth():
    assert read("neuron=LIF&s=Recorded").stimulus.gain == 0.1
    assert read("neuron=LIF&s=Recorded&s.gain=0.3").stimulus.gain == 0.3
    inside = read("neuron=LIF&s=Sum&s.0=Recorded&s.1=Sequence&s.1.0=Recorded&s.1.0.duration=5").stimulus
    assert [part.gain for part in (inside.parts[0], inside.parts[1].parts[0])] == [0.1, 0.1]
    data = {"schema": FIRST, "model": {"name": "LIF"}, "stimulus": {"name": "Recorded"}}
    assert Experiment.from_json(json.dumps(data)).stimulus.gain == 0.1


def test_stimuli_within_one_another_have_an_end():
    data = {"name": "Constant"}
    for _ in range(200):
        data = {"name": "Sum", "parts": [data]}
    with pytest.raises(ValueError, match="give at most 50 stimuli within one another"):
        Experiment.from_json(json.dumps({"schema": FIRST, "model": {"name": "LIF"}, "stimulus": data}))


@pytest.mark.parametrize(
    "broken",
    [
        {"model": None},
        {"model": {"name": "LIFX"}},
        {"model": {"name": ["LIF"]}},
        {"model": {"family": [], "name": "LIF"}},
        {"model": {"name": "LIF", "values": []}},
        {"model": {"name": "LIF"}, "run": []},
        {"model": {"name": "LIF"}, "initial": 3},
        {"model": {"name": "LIFRefrac", "values": {"rho_reset": None}}},
        {"model": {"name": "LIFRefrac"}, "run": {"dt": []}},
        {"model": {"name": "LIF"}, "run": {"neurons": {}}},
        {"model": {"name": "LIF"}, "run": {"integrator": []}},
        {"model": {"family": "network", "name": "Population", "cell": 3}},
        {"model": {"family": "network", "name": "Population", "values": {"only": [3]}}},
        {"model": {"family": "plasticity", "name": "STDP", "values": {"eta_plus": "x"}}},
        {"model": {"family": "plasticity", "name": "STDP", "values": {"stdp_algorithm": 3}}},
    ],
    ids=str,
)
def test_what_is_no_experiment_is_refused_in_words(broken):
    with pytest.raises(ValueError, match=r"\w+"):
        Experiment.from_json(json.dumps({"schema": FIRST} | broken))


def test_a_run_of_a_refractory_neuron_is_the_same_in_either_form():
    old = read("neuron=LIFRefrac&rho_reset=30&s=Constant&s.amplitude=1.5")
    new = NEURONS["LIFRefrac"](t_ref=3.0).simulate(STIMULI["Constant"](amplitude=1.5), neurons=20, noise=0.3)
    assert torch.equal(old.run().recording.spikes, new.spikes)
