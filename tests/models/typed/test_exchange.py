"""An experiment with a typed neuron holds its text: in JSON, in links, in scripts, in networks."""

import json
import subprocess
import sys

import jsonschema
import pytest

from snnlab.models import Experiment, Step, model_of
from snnlab.models.exchange.schema import schema
from snnlab.models.typed import neuron
from tests.models.typed.texts import ADEX, IZHIKEVICH, LIF, TEXTS


def experiment(text, **values):
    return Experiment(model_of(neuron(text))(**values), Step(amplitude=0.4), {"duration": 40.0, "dt": 0.02})


@pytest.mark.parametrize("name", TEXTS)
def test_it_comes_back_from_json_and_links(name):
    made = experiment(TEXTS[name])
    for again in (Experiment.from_json(made.to_json()), Experiment.from_query(made.to_query())):
        assert again.diff(made) == {} and again.model.neuron is made.model.neuron


def test_the_schema_has_it():
    read = jsonschema.Draft202012Validator(schema())
    data = json.loads(experiment(ADEX, a=4).to_json())
    read.validate(data)
    for wrong in ({"equations": 3}, {"values": {"a": []}}, {"more": 1}):
        assert not read.is_valid(data | {"model": data["model"] | wrong})


def test_values_and_state_come_back():
    made = Experiment(model_of(neuron(ADEX))(a=4, tau_w=50), Step(), {"integrator": "RK4"}, {"w": 20})
    again = Experiment.from_query(made.to_query())
    assert again.diff(made) == {} and again.model.a == 4.0 and again.initial.w == 20.0


@pytest.mark.parametrize("text", [IZHIKEVICH.replace("tau = 1 ms", 'tau = 1 ms "time constant"'), IZHIKEVICH + "#\\"])
def test_a_script_makes_the_same_run(text, tmp_path):
    made = Experiment(model_of(neuron(text))(tau=20), Step(amplitude=40.0), {"duration": 60.0})
    file = tmp_path / "run.py"
    file.write_text(made.script() + "\nprint('done', recording.spike_times().tolist())")
    done = subprocess.run([sys.executable, file], capture_output=True, text=True)
    expected = made.run().recording.spike_times().tolist()
    assert len(expected) > 1 and f"done {expected}" in done.stdout, done.stderr


@pytest.mark.parametrize("name", ["LIF", "Izhikevich", "AdEx", "FHN"])
def test_brian2_has_a_script(name):
    script = experiment(TEXTS[name]).script("brian2")
    assert "dv/dt = " in script and "threshold=" in script


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"equations": "dv/dt = I"}, "model.equations: line 1: the input current I is not declared"),
        ({"equations": 3}, "model.equations: the equations are an int: give a text"),
        ({"equations": LIF, "name": "Other"}, "the model is called 'Other', and model.equations say 'MyLIF'"),
        ({"name": "MyLIF"}, "the neuron 'MyLIF' is not known"),
        ({"family": "surrogate", "equations": LIF}, "model.name"),
    ],
)
def test_data_that_cannot_be_read_is_refused(data, said):
    with pytest.raises(ValueError) as error:
        Experiment.from_json(json.dumps({"schema": "snnlab-experiment/2", "model": data}))
    assert said in str(error.value)
