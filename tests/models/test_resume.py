"""Experiments that go on: the same bits as the whole run, in time, stimulus, noise and all else that is random."""

import pytest
import torch

from snnlab import analysis
from snnlab.engine import Recording
from snnlab.models import (
    ENCODERS,
    INTEGRATORS,
    NETWORKS,
    NEURONS,
    PLASTICITY,
    STIMULI,
    SURROGATES,
    Experiment,
    Part,
    stimuli_of,
)

LIF = NEURONS["LIF"]
STEP, NOISE, SYNAPTIC = STIMULI["Step"], STIMULI["Noise"], STIMULI["Synaptic"]
CUTS = (7.3, 20.0, 12.7)  # ms, of which 40 are run; no multiples of sixteen steps


def random_stimulus(port):
    """Everything that draws, at whatever port: noise and synapses, in a sum, and one after the other."""
    fit = stimuli_of(port)
    if port.current is None:
        return fit["PoissonSpikes"](rate=100.0) if "PoissonSpikes" in fit else fit["Pairs"]()
    parts = [fit["Noise"](), fit["Synaptic"](rate=2000.0), fit["Step"](onset=12.0, length=15.0)]
    whole = fit["Sum"](source=tuple(parts[:2]))
    return fit["Sequence"](source=(Part(whole, 11.0), Part(parts[0] + parts[2], 0.0)))


def parts_of(model, stimulus, cuts, settings, initial=None, dtype=torch.float32):
    """The results of runs that follow one another."""
    found = []
    for cut in cuts:
        experiment = Experiment(model, stimulus, settings | {"duration": cut}, initial)
        found.append(experiment.run(dtype, resume=found[-1] if found else None))
    return found


def same_as_whole(model, stimulus=None, cuts=CUTS, settings=None, initial=None, dtype=torch.float32):
    settings = settings or {}
    whole = Experiment(model, stimulus, settings | {"duration": sum(cuts)}, initial).run(dtype)
    assert whole.failure is None
    found = parts_of(model, stimulus, cuts, settings, initial, dtype)
    for port, x in whole.inputs.items():
        assert torch.equal(torch.cat([part.inputs[port] for part in found]), x), port
    for name, values in whole.recording.variables.items():
        joined = torch.cat([part.recording.variables[name] for part in found])
        assert torch.equal(joined.nan_to_num(-1e9), values.nan_to_num(-1e9)), name
    assert torch.equal(torch.cat([part.recording.spikes for part in found]), whole.recording.spikes)
    assert [t for part in found for t in part.recording.time] == whole.recording.time.tolist()
    return whole


@pytest.mark.parametrize("model", NEURONS.values(), ids=NEURONS)
def test_every_neuron_goes_on(model):
    """A population with noise under a stimulus that draws, from a state of its own."""
    settings = {"neurons": 5, "noise": 0.2 * (model().port.current.default or 1.0), "noise_tau": 2.0, "seed": 3}
    initial = {name: mark.default or 0.0 for name, mark in model().variables().items() if mark.unit != "ms"}
    same_as_whole(model(), random_stimulus(model().port), settings=settings, initial=initial)


@pytest.mark.parametrize("integrator", INTEGRATORS)
def test_every_integrator_goes_on(integrator):
    settings = {"integrator": integrator, "neurons": 3, "noise": 0.3}
    whole = same_as_whole(LIF(), NOISE(mean=1.2), settings=settings, dtype=torch.float64)
    assert whole.recording.spikes.any()


@pytest.mark.parametrize("seed", [0, 5])
@pytest.mark.parametrize("kind", [name for name in STIMULI if name not in ("Sum", "Sequence")])
def test_every_stimulus_goes_on(kind, seed):
    """In time, and in its random numbers."""
    port = LIF().port
    model = LIF() if kind in stimuli_of(port) else PLASTICITY["STDP"]()
    same_as_whole(model, stimuli_of(model.port)[kind](), settings={"seed": seed, "dt": 0.1})


@pytest.mark.parametrize("model", ENCODERS.values(), ids=ENCODERS)
def test_every_encoder_goes_on(model):
    settings = {"dt": 0.1} | ({"neurons": 3, "window": 5.0} if model.definition.neuron is None else {})
    same_as_whole(model(), settings=settings)


@pytest.mark.parametrize("model", PLASTICITY.values(), ids=PLASTICITY)
def test_every_rule_goes_on(model):
    stimulus = "Pairs" if model.definition.two_sided else "SpikeTrain"
    driven = stimuli_of(model().port)[stimulus](rate=200.0, onset=2.0)
    same_as_whole(model(), driven, settings={"dt": 0.1})


@pytest.mark.parametrize("name", SURROGATES)
def test_every_surrogate_goes_on(name):
    same_as_whole(SURROGATES[name](), settings={"dt": 0.1})


MODELS = {
    "Population": NETWORKS["Population"](size=7, noise=0.3, noise_tau=2.0),
    "Population, white noise": NETWORKS["Population"](NEURONS["AdEx"](), size=7, noise=30.0, noise_tau=0.0),
    "Brunel": NETWORKS["Brunel"](N_E=80, N_I=20, C_E=20, C_I=5, delay=1.5),
    "FeedForward": NETWORKS["FeedForward"](inputs=9, outputs=5, weight=0.5),
    "FeedForward, latency": NETWORKS["FeedForward"](ENCODERS["LIFEncoder"](), inputs=9, outputs=5),
    "LSNNetwork": NETWORKS["LSNNetwork"](size=11),
}


@pytest.mark.parametrize("name", MODELS)
def test_every_network_goes_on(name):
    """Spikes on their way, noise, and weights that are drawn."""
    same_as_whole(MODELS[name], settings={"seed": 4, "watched": 20})


def test_a_saved_run_goes_on(tmp_path):
    settings = {"neurons": 4, "noise": 0.3, "seed": 2}
    whole = Experiment(LIF(), NOISE(), settings | {"duration": 40}).run().recording
    Experiment(LIF(), NOISE(), settings | {"duration": 15}).run().recording.save(tmp_path / "run.nc")
    loaded = Recording.load(tmp_path / "run.nc")
    second = LIF().simulate(NOISE(), **settings, duration=25, resume=loaded)
    assert torch.equal(second.variables["v"], whole.variables["v"][150:])
    assert Experiment.from_json(second.experiment).settings.duration == 25
    assert second.units == whole.units


def test_time_goes_on_in_what_is_measured():
    """A step at 30 ms: in the second part, the spike is at its time in the whole, and so is the answer to it."""
    stimulus = STEP(amplitude=2.0, onset=30.0, length=100.0)
    settings = {"neurons": 1, "noise": 0.0}
    whole = LIF().simulate(stimulus, duration=80, **settings)
    first = LIF().simulate(stimulus, duration=20, **settings)
    second = Experiment(LIF(), stimulus, settings | {"duration": 60}).run(resume=first)
    assert second.recording.begin == 20.0
    assert second.recording.spike_times().tolist() == whole.spike_times().tolist() != []
    assert second.onset == 30.0
    assert analysis.latency(second.recording.spike_times(), second.onset) == analysis.latency(whole.spike_times(), 30.0)
    assert second.recording.to_xarray()["time"].values[0] == pytest.approx(20.1)
    assert second.recording.to_csv().splitlines()[1].startswith("20.1,")
    assert "20.1" not in second.recording._repr_html_()  # its picture begins at its own beginning


def test_a_model_goes_on_as_before_unless_told():
    """Under the same stimulus, with the same settings, for as long."""
    given = {"dt": 0.05, "neurons": 3, "noise": 0.4, "seed": 6, "record": "v", "every": 2}
    stimulus = NOISE(mean=1.2) + STEP(onset=30.0)
    whole = LIF().simulate(stimulus, duration=40, **given)
    first = LIF().simulate(stimulus, duration=20, **given)
    second = LIF().simulate(resume=first)
    assert torch.equal(second.spikes, whole.spikes[400:])
    assert torch.equal(second.variables["v"], whole.variables["v"][200:])
    longer = LIF().simulate(duration=7.0, resume=second)
    assert (longer.begin, longer.time[-1]) == pytest.approx((40.0, 47.0))


def test_values_may_change_on_the_way():
    """Another threshold, another stimulus, from now on."""
    first = LIF().simulate(STEP(amplitude=0.9, onset=0), duration=50, neurons=1, noise=0)
    assert not first.spikes.any()
    second = LIF(v_th=0.5).simulate(STEP(amplitude=0.9, onset=0), duration=50, neurons=1, noise=0, resume=first)
    assert second.spike_times()[0] == pytest.approx(50.1)


def test_an_array_goes_on_where_the_recording_ends():
    x = torch.linspace(0, 3, 400)
    settings = {"dt": 0.1, "neurons": 1, "noise": 0.0}
    whole = LIF().simulate(x, **settings)
    first = LIF().simulate(x[:150], **settings)
    second = LIF().simulate(x[150:], **settings, resume=first)
    assert torch.equal(second.variables["v"], whole.variables["v"][150:])
    assert whole.spikes.any()


@pytest.mark.parametrize("integrator", ["RK4", "Euler, dt / 10"])
def test_a_result_goes_on_as_its_recording_does(integrator):
    """With its stimulus and settings, and with an array, whose samples are those of dt whatever that is cut into."""
    x = torch.linspace(0, 4, 200)
    whole = Experiment(LIF(), x, {"integrator": integrator}).run()
    first = Experiment(LIF(), x[:100], {"integrator": integrator}).run()
    second = LIF().simulate(x[100:], resume=first)
    assert torch.equal(second.variables["v"], whole.recording.variables["v"][len(first.recording.spikes) :])
    assert second.spikes.any()
    stimulus = STEP(amplitude=4, onset=5, length=1000)
    stepped = Experiment(LIF(), stimulus, {"duration": 50, "integrator": integrator}).run()
    assert torch.equal(LIF().simulate(resume=stepped).spikes, LIF().simulate(resume=stepped.recording).spikes)
    assert LIF().simulate(resume=stepped).current[0] == 4.0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"dt": 0.2}, "resume: the run had steps of 0.1 ms, and this one has 0.2 ms: give the same"),
        ({"integrator": "Euler, dt / 10"}, "the run had steps of 0.1 ms, and this one has 0.01 ms"),
        ({"seed": 1}, "resume: the run had seed = 0, and this one has 1: give the same"),
        ({"neurons": 3}, r"shape \(2,\)"),
        ({"initial": {"v": 0.5}}, "initial and resume are both given"),
        ({"resume": 5}, "resume is an int: give the recording of the run that is to go on, or its result"),
        ({"dtype": torch.float64}, "the run was in torch.float32, and its input is in torch.float64"),
    ],
    ids=str,
)
def test_what_does_not_go_on_is_refused(changes, words):
    given = {"duration": 20, "neurons": 2}
    first = LIF().simulate(**given)
    with pytest.raises(ValueError, match=words):
        LIF().simulate(**{**given, "resume": first} | changes)


def test_another_model_is_refused():
    first = LIF().simulate(duration=20, neurons=2)
    with pytest.raises(ValueError, match="resume: the recording is of LIF, and the model is AdEx"):
        NEURONS["AdEx"]().simulate(duration=20, neurons=2, resume=first)


def test_a_run_that_ends_within_a_step_is_no_beginning():
    """Of a tenth of dt, 100 steps and 5 more: the stimulus has no value there."""
    fine = {"neurons": 1, "noise": 0.0, "dt": 0.01, "integrator": "Euler"}
    first = LIF().simulate(duration=1.05, **fine)
    with pytest.raises(ValueError, match=r"resume: the recording ends within a step of 0.1 ms"):
        LIF().simulate(duration=20, neurons=1, noise=0.0, dt=0.1, integrator="Euler, dt / 10", resume=first)
