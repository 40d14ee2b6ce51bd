"""Experiments: a model, a stimulus, how it is run, and from which state."""

import threading

import numpy as np
import pytest
import torch

from snnlab import functional as F
from snnlab.engine import Cancelled, simulate
from snnlab.models import INTEGRATORS, NETWORKS, NEURONS, STIMULI, Experiment, Segment, stimuli_of
from snnlab.models.limits import MAX_STEPS, MAX_VALUES

LIF, IZHIKEVICH = NEURONS["LIF"], NEURONS["Izhikevich"]
every_model = pytest.mark.parametrize("model", NEURONS.values(), ids=NEURONS)
QUIET = {"neurons": 1, "noise": 0.0}


def equal(one, other):
    """Bit for bit the same result."""
    return (
        torch.equal(one.current, other.current)
        and torch.equal(one.recording.spikes, other.recording.spikes)
        and one.recording.variables.keys() == other.recording.variables.keys()
        and all(torch.equal(v, other.recording.variables[name]) for name, v in one.recording.variables.items())
    )


@every_model
def test_defaults_run(model):
    result = Experiment.of(model()).run()
    recording, steps = result.recording, round(100 / model.neuron.dt)
    assert tuple(recording.variables) == model.neuron.state._fields
    assert recording.spikes.shape == (steps, 1)
    assert recording.dt == pytest.approx(model.neuron.dt)
    assert result.failure is None
    assert result.current.shape == (steps,)
    assert result.seconds > 0


def test_a_run_is_the_engines():
    """What the sliders say, and nothing else, reaches the neuron: numbers converted by hand give the same run."""
    model = LIF(tau_mem=20.0, tau_syn=8.0, v_th=0.9, v_reset=-0.1, v_leak=0.05)
    stimulus = STIMULI["Step"](amplitude=1.6, base=0.1, onset=5.0, length=60.0)
    found = Experiment.of(model, stimulus, QUIET | {"duration": 80.0, "dt": 0.25}).run(torch.float64)
    current = torch.full((320,), 0.1, dtype=torch.float64)
    current[20:260] = 1.6
    p = F.LIFParameters(
        *(torch.tensor(x, dtype=torch.float64) for x in (125.0, 50.0, 0.05, 0.9, -0.1)),
        alpha=torch.tensor(100.0, dtype=torch.float64),
    )
    expected = simulate(F.LIF, current=current[:, None], p=p, dt=0.00025, record=("v", "i"))
    assert torch.equal(found.current, current)
    assert torch.equal(found.recording.spikes, expected.spikes)
    assert all(torch.equal(v, expected.variables[name]) for name, v in found.recording.variables.items())
    assert found.recording.spikes.sum() > 2


def test_initial_state():
    """At rest unless told; the numbers of `initial` are those of the first step's start."""
    resting = Experiment.of(IZHIKEVICH(), STIMULI["Constant"](amplitude=0.0), QUIET | {"duration": 5.0})
    assert resting.initial.at_rest
    v = resting.run(torch.float64).recording.variables["v"]
    assert v.max() - v.min() < 1e-8  # at the fixed point, to rounding
    begun = Experiment.of(
        IZHIKEVICH(), STIMULI["Constant"](amplitude=0.0), QUIET | {"duration": 5.0}, {"v": -50.0, "u": -5.0}
    )
    assert not begun.initial.at_rest
    first = begun.run(torch.float64).recording.variables
    # dt = 0.1 ms of the textbook's equations
    assert first["v"][0].item() == pytest.approx(-50 + 0.1 * (0.04 * 2500 - 250 + 140 + 5), rel=1e-12)
    assert first["u"][0].item() == pytest.approx(-5 + 0.1 * 0.02 * (0.2 * -50 + 5), rel=1e-12)
    assert begun.initial.values() == {"v": -50.0, "u": -5.0}


def test_staggered_euler_goes_in_the_order_of_the_state():
    """Recovery sees the new voltage, as in the published figures."""
    experiment = Experiment.of(
        IZHIKEVICH(),
        STIMULI["Constant"](amplitude=0.0),
        QUIET | {"duration": 1.0, "integrator": "staggered Euler"},
        {"v": -50.0, "u": -5.0},
    )
    first = experiment.run(torch.float64).recording.variables
    v = -50 + 0.1 * (0.04 * 2500 - 250 + 140 + 5)
    assert first["v"][0].item() == pytest.approx(v, rel=1e-12)
    assert first["u"][0].item() == pytest.approx(-5 + 0.1 * 0.02 * (0.2 * v + 5), rel=1e-12)


def test_a_tenth_of_dt_is_closer_to_the_solution():
    """Below threshold, v = I (1 - exp(-t / tau)). Euler is of first order: ten cuts leave a tenth, within 5 %."""
    errors = {}
    for integrator in ("Euler", "Euler, dt / 10"):
        settings = QUIET | {"dt": 1.0, "duration": 50.0, "integrator": integrator}
        recording = Experiment.of(LIF(), STIMULI["Constant"](amplitude=0.8), settings).run(torch.float64).recording
        exact = 0.8 * (1 - np.exp(-recording.time / 10.0))
        errors[integrator] = np.abs(recording.variables["v"][:, 0].numpy() - exact).max()
    assert errors["Euler"] > 0.01
    assert errors["Euler, dt / 10"] == pytest.approx(errors["Euler"] / 10, rel=0.05)


def test_cuts_hold_the_stimulus():
    """A finer integration answers to the same current: each value is held over the ten parts of its step."""
    settings = QUIET | {"duration": 30.0, "seed": 4}
    coarse = Experiment.of(LIF(), STIMULI["Noise"](), settings).run()
    fine = Experiment.of(LIF(), STIMULI["Noise"](), settings | {"integrator": "Euler, dt / 10"}).run()
    assert torch.equal(fine.current, coarse.current.repeat_interleave(10))


@every_model
def test_equal_seeds_give_equal_results(model):
    settings = {"duration": 40.0, "neurons": 5, "seed": 7}
    noise = stimuli_of(model.port)["Noise"]
    one, again, other = (Experiment.of(model(), noise(), settings | {"seed": seed}).run() for seed in (7, 7, 8))
    assert equal(one, again)
    assert not torch.equal(one.current, other.current)
    assert not torch.equal(one.recording.variables["v"][:, -1], other.recording.variables["v"][:, -1])


def test_the_first_neuron_has_no_noise():
    """It is the one that is measured: the same alone, in company, and without any noise at all."""
    runs = [
        Experiment.of(LIF(), settings={"neurons": n, "noise": noise}).run(torch.float64).recording.variables["v"][:, 0]
        for n, noise in ((1, 0.0), (2, 0.5), (30, 0.5), (30, 0.0))
    ]
    assert all(torch.equal(runs[0], run) for run in runs[1:])


@every_model
def test_by_default_it_is_one_neuron_without_noise(model):
    """The same at every seed: what it does is its own."""
    runs = [model().simulate(seed=seed, duration=40) for seed in (0, 1)]
    assert runs[0].spikes.shape == (round(40 / model.neuron.dt), 1)
    assert all(torch.equal(x, runs[1].variables[name]) for name, x in runs[0].variables.items())


def test_a_single_neuron_has_all_of_the_noise():
    """It is the first and the last: of the deviation that is asked for, whatever the size of the population."""
    constant = STIMULI["Constant"](amplitude=0.9)
    assert len(LIF().simulate(constant, duration=500).spike_times()) == 0
    assert len(LIF().simulate(constant, duration=500, noise=1.0).spike_times()) > 10

    def deviation(neurons):
        run = LIF().simulate(constant, duration=20_000, dt=0.5, neurons=neurons, noise=0.05)
        return run.variables["v"][1000:, -1].std().item()

    exact = 0.05 * (3 / (3 + 10)) ** 0.5  # of the noise that a membrane of 10 ms leaves
    # five standard errors of a deviation, from as many independent values as 2 (tau + tau_m) fit
    tolerance = 5 / (2 * 20_000 / 26) ** 0.5
    assert deviation(1) == pytest.approx(exact, rel=tolerance)
    assert deviation(3) == pytest.approx(exact, rel=tolerance)


def test_noise_grows_through_the_population():
    settings = {"neurons": 10, "noise": 0.3, "duration": 500.0}
    v = Experiment.of(LIF(), STIMULI["Constant"](amplitude=0.5), settings).run().recording.variables["v"]
    spread = v[1000:].std(dim=0)
    assert spread[0] < 1e-5  # has arrived at its steady value
    assert (spread[1:].diff() > 0).sum() >= 7  # rising but for chance
    assert spread[-1] > 5 * spread[1]


CHANGES = {
    "a parameter": lambda e: e.model.param.update(v_th=0.5, tau_mem=50.0),
    "the stimulus": lambda e: e.stimulus.param.update(amplitude=0.2, onset=0.0),
    "a setting": lambda e: e.settings.param.update(
        duration=11.0, dt=0.5, neurons=2, seed=9, integrator="Euler, dt / 10"
    ),
    "the noise": lambda e: e.settings.param.update(noise=2.0, noise_tau=1.0),
    "the initial state": lambda e: e.initial.param.update(at_rest=False, v=0.7),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_job_is_a_snapshot(change):
    """It runs in another thread while sliders move on: what it gives belongs to the values when it was made."""
    settings = {"duration": 30.0, "neurons": 4, "noise": 0.3}

    def fresh():
        return Experiment.of(LIF(), STIMULI["Step"](amplitude=1.4, onset=3.0), settings, {"v": 0.1, "i": 0.0})

    experiment, expected = fresh(), fresh().run()
    job = experiment.job()
    change(experiment)
    assert equal(job(), expected)
    assert equal(job(), expected), "a job may be done twice"


def test_a_job_keeps_its_source():
    experiment = Experiment.of(LIF(), STIMULI["Protocol"](source=(Segment(0.0, 50.0, 1.5),)), QUIET)
    job = experiment.job()
    experiment.stimulus.source = ()
    assert job().current.sum() == pytest.approx(1.5 * 500)


def test_a_job_runs_in_any_thread():
    experiment, found = Experiment.of(LIF(), settings={"duration": 30.0}), []
    job = experiment.job()
    thread = threading.Thread(target=lambda: found.append(job()))
    thread.start()
    thread.join()
    assert equal(found[0], experiment.run())


def test_a_job_can_be_cancelled():
    with pytest.raises(Cancelled):
        Experiment.of(LIF()).job()(cancelled=lambda: True)


def test_a_copy_is_made_of_the_values_when_it_was_asked_for():
    experiment = Experiment.of(LIF(tau_mem=30.0), STIMULI["Step"](onset=7.0), {"dt": 0.2, **QUIET}, {"v": 0.2})
    copy = experiment.copier()
    expected = experiment.run()
    experiment.model.tau_mem, experiment.stimulus.onset = 5.0, 1.0
    experiment.settings.dt, experiment.initial.at_rest = 0.4, True
    one, other = copy(), copy()
    assert equal(one.run(), expected)
    one.model.tau_mem = 99.0
    assert other.model.tau_mem == 30.0
    assert type(one.model) is LIF


def test_of_gives_the_stimulus_the_neurons_unit():
    experiment = Experiment.of(IZHIKEVICH(), STIMULI["Constant"](amplitude=7.0))
    assert experiment.stimulus.annotation("amplitude").unit == "mV"
    assert experiment.stimulus.amplitude == 7.0
    assert experiment.settings.param.noise.bounds == (0.0, 1000.0)
    usual = Experiment.of(IZHIKEVICH()).stimulus
    assert (usual.kind.name, usual.amplitude) == ("Constant", F.Izhikevich.current.default)


@pytest.mark.parametrize(
    ("duration", "dt", "steps"),
    [(100.0, 0.1, 1000), (100.0, 0.3, 333), (1.0, 10.0, 1), (1.0, 0.001, 1000), (99.99, 0.25, 400)],
)
def test_number_of_steps(duration, dt, steps):
    """As many as fit best, and at least one."""
    experiment = Experiment.of(LIF(), settings=QUIET | {"duration": duration, "dt": dt})
    assert experiment.steps == steps
    assert len(experiment.run().current) == steps


@pytest.mark.parametrize(("integrator", "advice"), [("Euler", 2000.0), ("Euler, dt / 10", 200.0)])
def test_too_long_a_run_for_a_page_is_refused_with_a_remedy(integrator, advice):
    settings = QUIET | {"duration": 5000.0, "dt": 0.01, "integrator": integrator}
    experiment = Experiment.of(LIF(), settings=settings)
    with pytest.raises(ValueError) as error:
        experiment.fits()
    text = str(error.value)
    cuts = INTEGRATORS[integrator].cuts
    for part in (
        f"{500_000 * cuts:,} steps",
        f"at most {MAX_STEPS:,}",
        f"a duration up to {advice:g} ms",
        "larger dt",
    ):
        assert part in text
    experiment.settings.duration = advice
    assert experiment.fits() == experiment.steps == advice / 0.01


@pytest.mark.parametrize("dt", [0.0123457, 0.001, 0.0077, 0.33333])
def test_the_remedy_is_allowed(dt):
    experiment = Experiment.of(LIF(), settings=QUIET | {"duration": 1e5, "dt": dt})
    with pytest.raises(ValueError) as error:
        experiment.fits()
    experiment.settings.duration = float(str(error.value).split("a duration up to ")[1].split(" ms")[0])
    assert MAX_STEPS * 0.99 <= experiment.fits() <= MAX_STEPS


def test_a_run_that_would_keep_too_much_for_a_page_is_refused():
    experiment = Experiment.of(LIF(), settings={"duration": 10_000.0, "dt": 0.1, "neurons": 100})
    with pytest.raises(
        ValueError, match=f"10,000,000 values: at most {MAX_VALUES:,} .SNNLAB_MAX_VALUES. are kept; give"
    ):
        experiment.fits()
    experiment.settings.neurons = MAX_VALUES // 100_000
    assert experiment.fits() == 100_000


def test_unknown_settings_are_refused():
    with pytest.raises(ValueError, match=r"'durration' is not known: did you mean duration\?"):
        Experiment.of(LIF(), settings={"durration": 10.0})
    with pytest.raises(ValueError, match=r"dt = .* 0\.001 to 10 ms"):
        Experiment.of(LIF(), settings={"dt": 0.0})
    with pytest.raises(ValueError, match="integrator"):
        Experiment.of(LIF(), settings={"integrator": "Runge-Kutta"})


def test_whole_numbers_written_as_floats_run():
    settings = {"neurons": 3.0, "seed": 2.0, "duration": 10.0}
    assert Experiment.of(LIF(), settings=settings).run().recording.spikes.shape == (100, 3)


def test_a_run_that_overflows_is_recorded_and_said():
    """Extreme but allowed: the run ends, and names what went wrong first."""
    model = IZHIKEVICH(sq=1.0, tau=0.01, c=30.0, d=-100.0)
    settings = QUIET | {"dt": 10.0, "duration": 2000.0, "integrator": "Euler"}
    result = Experiment.of(model, STIMULI["Constant"](amplitude=1000.0), settings).run()
    assert result.failure.variable in ("v", "u")
    assert 0 < result.failure.time <= 2000.0
    assert len(result.recording.spikes) == round(result.failure.time / 10) - 1
    assert all(values.isfinite().all() for values in result.recording.variables.values())


@pytest.mark.parametrize("model", [LIF, NETWORKS["Brunel"]])
def test_a_gpu_that_is_not_there(model, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match="device = 'CUDA' cannot be had: this machine has no GPU"):
        model().simulate(device="CUDA", duration=5)
