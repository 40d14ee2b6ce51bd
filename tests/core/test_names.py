"""What is said where a name is not known: the one that is meant, as a person would see it."""

import pytest

from snnlab.core.names import SYNONYMS, Unknown, remedy
from snnlab.models import NETWORKS, NEURONS, STIMULI, Experiment

GUESSES = {
    ("LIF", "tau"): "tau_mem",
    ("LIF", "tau_m"): "tau_mem",
    ("LIF", "tau_s"): "tau_syn",
    ("LIF", "threshold"): "v_th",
    ("LIF", "v_threshold"): "v_th",
    ("LIF", "vth"): "v_th",
    ("LIF", "reset"): "v_reset",
    ("LIF", "V_reset"): "v_reset",
    ("LIF", "rest"): "v_leak",
    ("LIF", "surrogate"): "method",
    ("CobaLIF", "threshold"): "v_thresh",
    ("AdEx", "threshold"): "V_T",
    ("AdEx", "capacitance"): "C",
    ("AdEx", "tauw"): "tau_w",
    ("Izhikevich", "reset"): "c",
    ("Step", "start"): "onset",
    ("Step", "duration"): "length",
    ("Step", "amp"): "amplitude",
    ("Step", "I"): "amplitude",
    ("Noise", "std"): "sigma",
    ("Noise", "mu"): "mean",
    ("Sine", "freq"): "frequency",
    ("SpikeTrain", "freq"): "rate",
    ("SpikeTrain", "number"): "spikes",
    ("Population", "n"): "size",
    ("Population", "neuron"): "cell",
    ("Izhikevich", "aa"): "a",
}
KINDS = NEURONS | STIMULI | NETWORKS


@pytest.mark.parametrize(("kind", "name"), GUESSES)
def test_the_name_that_is_meant(kind, name):
    with pytest.raises(Unknown, match=rf"'{name}' is not known: did you mean {GUESSES[kind, name]}\?") as error:
        KINDS[kind](**{name: 1.0})
    assert "choose one of" in str(error.value)


@pytest.mark.parametrize(
    ("name", "meant"),
    [("timestep", "dt"), ("time", "duration"), ("t_stop", "duration"), ("n", "neurons"), ("solver", "integrator")],
)
def test_settings_of_a_run_too(name, meant):
    with pytest.raises(Unknown, match=rf"'{name}' is not known: did you mean {meant}\?"):
        Experiment.of(NEURONS["LIF"](), settings={name: 1})


def test_a_name_of_the_kind_itself_comes_first():
    """What is there needs no synonym; what is nowhere near is not guessed."""
    assert "did you mean tau_w" in remedy("Tau_W", ["tau_mem", "tau_w"])
    assert "did you mean reset_all" in remedy("resetall", ["v_reset", "reset_all"])
    assert remedy("xyzzy", ["tau_mem", "v_th"]) == "choose one of tau_mem, v_th"
    assert remedy("x", []) == "there are none"


def test_synonyms_lead_to_names_that_are_somewhere():
    """Those of functions, models, stimuli and runs; a table entry that no model has would be dead."""
    known = {name for kind in (*NEURONS.values(), *STIMULI.values(), *NETWORKS.values()) for name in kind.names()}
    known |= {field for kind in NEURONS.values() for field in kind.fields._fields}
    driven = (*NEURONS.values(), *NETWORKS.values())
    known |= {name for kind in driven for name in Experiment.of(kind()).settings.names()}
    for word, said in SYNONYMS.items():
        assert any(name in known for name in said), word
