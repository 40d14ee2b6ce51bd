"""Networks as models, against closed forms, mean fields and loops that are written out."""

import json
import math

import numpy as np
import pytest
import torch

from snnlab.engine import Poisson, Population, Projection, simulate, simulate_network
from snnlab.models import ENCODERS, NETWORKS, NEURONS, STIMULI, Experiment
from snnlab.models.families.networks.brunel import DeltaLIF, sparse_weights
from tests.golden import DATA

CASES = {case["id"]: case for case in json.loads((DATA / "analytic.json").read_text())["cases"]}
POPULATION, BRUNEL, LAYER, LSNN = (NETWORKS[name] for name in ("Population", "Brunel", "FeedForward", "LSNNetwork"))
LIF, LI = NEURONS["LIF"], NEURONS["LI"]
Constant = STIMULI["Constant"]
QUIET = {"spread": 0.0, "noise": 0.0}


def run(model, stimulus=None, dtype=torch.float64, **settings):
    return Experiment.of(model, stimulus, settings).run(dtype).recording


# ---- a population -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NEURONS)
def test_without_spread_all_are_the_neuron(name):
    """With the neuron's own step and integrator, which a network has too."""
    cell = NEURONS[name]()
    stimulus, dt = cell.usual(), cell.neuron.dt
    recording = run(POPULATION(size=3, cell=cell, **QUIET), stimulus, duration=50, dt=dt, watched=3)
    alone = Experiment.of(cell, stimulus, {"duration": 50, "neurons": 1, "noise": 0}).run(torch.float64).recording
    for variable, values in alone.variables.items():
        assert torch.equal(recording.variables[variable], values.expand(-1, 3))
    assert torch.equal(recording.spikes, alone.spikes.expand(-1, 3))


def intervals(spikes, dt):
    """The last interval of each neuron in ms."""
    back = spikes.flip(0).int().cumsum(0)
    return ((back >= 2).int().argmax(0) - (back >= 1).int().argmax(0)).double() * dt


def test_thresholds_are_normal():
    """From the interval tau ln(I / (I - v_th)): mean 1, deviation 10 %, of 1000 neurons within five standard errors.

    An interval is known to a step, which is 0.3 % of what the threshold varies by.
    """
    n, dt, I, tau = 1000, 0.01, 2.0, 10.0
    recording = run(
        POPULATION(size=n, spread=10.0, only=("v_th",), cell=LIF()),
        Constant(amplitude=I),
        torch.float32,
        duration=40,
        dt=dt,
    )
    found = I * (1 - torch.exp(-intervals(recording.spikes, dt) / tau))
    assert found.mean().item() == pytest.approx(1.0, abs=5 * 0.1 / math.sqrt(n) + 0.002)
    assert found.std().item() == pytest.approx(0.1, abs=5 * 0.1 / math.sqrt(2 * n) + 0.001)
    assert ((found - 1).abs() < 0.1).double().mean().item() == pytest.approx(0.6827, abs=5 * math.sqrt(0.22 / n))


def test_rates_scatter_as_the_curve_says():
    """A small spread moves the rate by its slope: df = f'(v_th) dv, where f = 1 / (tau ln(I / (I - v_th)))."""
    n, I, tau = 1000, 3.0, 10.0
    recording = run(
        POPULATION(size=n, spread=2.0, only=("v_th",), cell=LIF()),
        Constant(amplitude=I),
        torch.float32,
        duration=30,
        dt=0.005,
    )
    rates = 1 / intervals(recording.spikes, 0.005)
    period = tau * math.log(I / (I - 1))
    slope = -tau / (I - 1) / period**2
    assert rates.mean().item() == pytest.approx(1 / period, rel=0.01)
    assert rates.std().item() == pytest.approx(abs(slope) * 0.02, rel=5 / math.sqrt(2 * n) + 0.03)


def test_only_what_is_named_differs():
    """Below the threshold the membrane ends at v_leak + I, for whatever time constant."""
    tau = run(POPULATION(size=20, only=("tau_mem",), cell=LIF()), Constant(amplitude=0.5), duration=200, watched=20)
    v = tau.variables["v"]
    assert v[50].std() > 0.005
    assert v[-1].std() < 1e-6
    leak = run(
        POPULATION(size=20, only=("v_leak",), cell=LIF(v_leak=0.2)), Constant(amplitude=0.5), duration=200, watched=20
    )
    assert leak.variables["v"][-1].std().item() == pytest.approx(0.02, rel=5 / math.sqrt(40))
    with pytest.raises(ValueError, match=r"only: the parameter of LIF 'Delta_T' is not known: .*choose one of tau_syn"):
        run(POPULATION(only=("Delta_T",), cell=LIF()))
    with pytest.raises(ValueError, match=r"only = 'tau_memm' is not known: did you mean tau_mem\?"):
        POPULATION(only=("tau_memm",))


def test_a_value_below_its_slider_stays_there():
    """A time constant of 0.5 ms, where the slider ends at 1: all neurons have one near it."""
    recording = run(
        POPULATION(size=50, spread=1.0, only=("tau_mem",), cell=LIF(tau_mem=0.5)), Constant(amplitude=0.5), dt=0.005,
        duration=1.0, watched=50,
    )  # fmt: skip
    v = recording.variables["v"][99]
    assert v.mean().item() == pytest.approx(0.5 * (1 - (1 - 0.01) ** 100), rel=0.01)
    assert 0 < v.std() < 0.01


@pytest.mark.parametrize("name", NEURONS)
def test_the_widest_spread_keeps_signs(name):
    """Ten times the value: no time constant or capacitance turns, so that a linear membrane would grow for ever."""
    model = POPULATION(size=200, spread=1000.0, cell=NEURONS[name]())
    inputs, settings = {"current": torch.zeros(10)}, Experiment.of(model).settings.taken()
    given = model.given(model.drawn(inputs, settings, torch.float64), inputs, settings, torch.float64)
    for field, value in given["p"]._asdict().items():
        mark = model.cell.marks[field]
        if torch.is_tensor(value) and getattr(mark, "low", 0) > 0:
            assert (value > 0).all(), field


def test_noise_of_each_neuron():
    """Through the membrane, its variance is sigma^2 tau_n / (tau_n + tau_m); neurons are independent."""
    sigma, tau_n, tau_m = 0.2, 3.0, 10.0
    model = POPULATION(size=200, spread=0.0, noise=sigma, noise_tau=tau_n, cell=LI())
    v = run(model, Constant(amplitude=0.3), torch.float32, duration=2000, watched=200).variables["v"][2000:]
    independent = 200 * 1800 / (2 * (tau_n + tau_m))
    expected = sigma * math.sqrt(tau_n / (tau_n + tau_m))
    assert (v - 0.3).std().item() == pytest.approx(expected, rel=5 / math.sqrt(2 * independent) + 0.01)
    assert abs(np.corrcoef(v[:, 0], v[:, 1])[0, 1]) < 5 / math.sqrt(1800 / (tau_n + tau_m))


def test_the_cell_says_what_drives_a_population():
    adex = POPULATION(cell=NEURONS["AdEx"]())
    assert adex.port.current.unit == "pA"
    assert Experiment.of(adex, STIMULI["Step"](amplitude="0.5 nA")).stimulus.amplitude == 500.0
    with pytest.raises(ValueError, match="SpikeTrain gives spikes: Population takes a current"):
        Experiment.of(adex, STIMULI["SpikeTrain"]())
    with pytest.raises(ValueError, match="cell is a Poisson: give a model of the family 'neuron'"):
        POPULATION(cell=ENCODERS["Poisson"]())


@pytest.mark.parametrize("watched", [0, 1, 7, 1000])
def test_variables_are_kept_of_those_that_are_watched(watched):
    recording = run(POPULATION(size=30), duration=20, watched=watched)
    assert recording.spikes.shape == (200, 30)
    assert recording.variables["v"].shape == (200, min(watched, 30))


@pytest.mark.parametrize("name", NETWORKS)
def test_equal_seeds_give_equal_networks(name):
    model = NETWORKS[name](**({"N_E": 200, "N_I": 50, "C_E": 50, "C_I": 12} if name == "Brunel" else {}))
    one, again, other = (run(model, duration=60, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(one.spikes, again.spikes)
    assert not torch.equal(one.spikes, other.spikes)


def test_a_copy_has_a_cell_of_its_own():
    model = POPULATION(cell=LIF(v_th=2.0))
    copy = model.copy()
    copy.cell.v_th = 3.0
    assert model.cell.v_th == 2.0
    job = Experiment.of(model, settings={"duration": 20.0}).job()
    model.cell.v_th = 0.1
    assert not job().recording.spikes.any()


# ---- Brunel -------------------------------------------------------------------------------------------------------


def test_brunels_network_in_a_loop():
    """Without external noise, driven by a current: every spike arrives after the delay as a jump, in float64."""
    n_e, n_i, c_e, c_i, steps, dt, seed = 40, 10, 12, 5, 1500, 0.1, 3
    model = BRUNEL(N_E=n_e, N_I=n_i, C_E=c_e, C_I=c_i, J=0.8, g=4.0, eta=0.0)
    stimulus = STIMULI["Sine"](amplitude=8.0, mean=24.0, frequency=15.0)
    recording = run(model, stimulus, duration=steps * dt, dt=dt, seed=seed, watched=50)
    rows, columns, excitatory = sparse_weights(n_e, n_i, c_e, c_i, seed)
    assert rows.tolist() == list(range(0, 51 * 17, 17))
    assert (excitatory == (columns < n_e)).all() and excitatory.view(50, 17).sum(1).eq(c_e).all()
    weights = torch.zeros(50, 50, dtype=torch.float64)
    weights.index_put_(
        (torch.arange(50).repeat_interleave(17), columns), torch.where(excitatory, 0.8, -3.2).double(), accumulate=True
    )
    generator = torch.Generator().manual_seed(seed + 1 + 2_000_003)
    v, held = torch.rand(50, generator=generator, dtype=torch.float64) * 20, torch.zeros(50)
    current, spikes = stimulus.sample(steps, dt), torch.zeros(steps, 50, dtype=torch.bool)
    for k in range(steps):
        arrived = weights @ spikes[k - 15].double() if k >= 15 else torch.zeros(50, dtype=torch.float64)
        before = v
        v = v + arrived
        v = v + dt / 20 * (current[k] - v)
        spikes[k] = (v > 20) & (held == 0)
        v = torch.where(spikes[k], 10.0, torch.where(held > 0, before, v))
        held = torch.where(spikes[k], 20, (held - 1).clamp(min=0))
        torch.testing.assert_close(recording.variables["v"][k], v, rtol=0, atol=1e-9)
    assert torch.equal(recording.spikes, spikes)
    assert spikes.sum() > 100


@pytest.mark.parametrize("row", CASES["siegert-brunel"]["simulated_check"]["rows"][::2], ids=lambda r: str(r["mu_mV"]))
def test_without_synapses_it_is_siegerts_neuron(row):
    """mu = eta theta and sigma^2 = J eta theta; against an independent simulation of equal step, within 3 %."""
    mu, sigma = row["mu_mV"], row["sigma_mV"]
    model = BRUNEL(N_E=1000, N_I=0, C_E=0, C_I=0, eta=mu / 20, J=sigma**2 / mu)
    recording = run(model, dtype=torch.float32, duration=700, dt=row["dt_ms"], watched=1, record=["v"])
    spikes = recording.spikes[2000:].sum().item()
    rate = spikes / 1000 / 0.5
    assert rate == pytest.approx(row["rate_hz"], rel=0.03 + 5 / math.sqrt(spikes))


def test_rate_of_the_asynchronous_state():
    """Of the mean field within 10 %, as is stated there for a network of 12,500; here for one of 2,500."""
    expected = next(row for row in CASES["brunel2000-regimes"]["values"] if row["regime"] == "AI")
    model = BRUNEL(g=expected["g"], eta=expected["eta"])
    recording = run(model, dtype=torch.float32, duration=500, watched=1, record=["v"])
    rate = recording.spikes[2000:].double().mean().item() * 1e4
    assert rate == pytest.approx(expected["self_consistent"][0]["rate_hz"], rel=0.1)


def test_two_populations_driven_by_poisson_trains_have_that_rate_too():
    """The asynchronous state with its external spikes drawn one by one, E and I populations of their own, each synapse
    with a delay of its own around 1.5 ms: of the mean field within 10 %. Twenty trains of 1 kHz are 20 kHz."""
    expected = next(row for row in CASES["brunel2000-regimes"]["values"] if row["regime"] == "AI")
    sizes, J, dt, trains = {"E": 2000, "I": 500}, 0.1, 1e-4, 20
    rate, g = expected["external_rate_per_neuron_hz"] / trains, torch.Generator().manual_seed(4)
    p = {"tau_mem_inv": 50.0, "v_leak": 0.0, "v_th": 20.0, "v_reset": 10.0, "rho_reset": 20.0}
    cells, between = {}, {}
    for seed, (to, n) in enumerate(sizes.items()):
        begin = {"v": 20 * torch.rand(n, generator=g)}
        cells[to] = Population(DeltaLIF, n, p, begin, current=torch.zeros(5000, 1), record=None)
        cells[f"to {to}"] = Poisson(n * trains, rate, seed)
        first = trains * torch.arange(n + 1)
        each = torch.sparse_csr_tensor(first, torch.arange(n * trains), torch.full((n * trains,), J), (n, n * trains))
        between[f"to {to}", to] = each
        for sender, count, w in (("E", 1000, J), ("I", 250, -expected["g"] * J)):
            columns = torch.rand(n, sizes[sender], generator=g).topk(count, dim=1).indices.sort(dim=1).values.flatten()
            places = torch.arange(n + 1) * count, columns
            weights = torch.sparse_csr_tensor(*places, torch.full((n * count,), w), (n, sizes[sender]))
            between[sender, to] = Projection(weights, torch.randint(10, 21, (n * count,), generator=g))
    runs = simulate_network(cells, between, dt=dt)
    spikes = torch.cat([run.spikes[2000:] for run in runs.values()], dim=1)
    assert runs["E"].backend == "llvm"
    assert spikes.double().mean().item() / dt == pytest.approx(expected["self_consistent"][0]["rate_hz"], rel=0.1)


# ---- an encoder and a layer ---------------------------------------------------------------------------------------


def test_equal_weights_make_equal_neurons():
    """Each gets weight times all spikes, which are those of the encoder alone with the same seed."""
    encoder, signal = ENCODERS["Poisson"](f_max=300.0), STIMULI["Sine"](amplitude=0.4, mean=0.5, frequency=8.0)
    settings = {"duration": 80.0, "dt": 0.2, "seed": 6}
    found = run(LAYER(inputs=15, outputs=4, weight=0.15, spread=0.0, encoder=encoder), signal, watched=4, **settings)
    sent = Experiment.of(encoder, signal, settings | {"neurons": 15}).run(torch.float64).recording.spikes
    p = LIF().p(torch.float64)
    expected = simulate(NEURONS["LIF"].neuron, spikes=0.15 * sent.double().sum(1, keepdim=True), p=p, dt=2e-4)
    torch.testing.assert_close(found.variables["v"], expected.variables["v"].expand(-1, 4), rtol=0, atol=1e-12)
    assert torch.equal(found.spikes, expected.spikes.expand(-1, 4))
    assert found.spikes.any()


def test_a_driven_encoder_has_gains():
    """From 0.5 to 1.5: with a signal of 1, the neurons of the upper half fire."""
    encoder = ENCODERS["LIFEncoder"]()
    settings = {"duration": 60.0, "dt": 0.2}
    found = run(
        LAYER(inputs=11, outputs=1, weight=0.2, spread=0.0, encoder=encoder), Constant(amplitude=1.0), **settings
    )
    sent = sum(
        Experiment.of(encoder, Constant(amplitude=gain), settings).run(torch.float64).recording.spikes.double()
        for gain in np.linspace(0.5, 1.5, 11)
    )
    expected = simulate(LIF.neuron, spikes=0.2 * sent, p=LIF().p(torch.float64), dt=2e-4)
    torch.testing.assert_close(found.variables["v"], expected.variables["v"], rtol=0, atol=1e-9)
    assert sent.sum() > 0


def test_weights_are_normal():
    """A linear layer: over 1000 outputs, mean and variance of v are those of the weights, times what arrives."""
    encoder, settings = ENCODERS["Poisson"](f_max=200.0), {"duration": 50.0, "dt": 0.2}
    shared = {"inputs": 20, "outputs": 1000, "encoder": encoder, "cell": LI()}
    v = run(LAYER(weight=0.3, spread=0.2, **shared), watched=1000, **settings).variables["v"][-1]
    plain = run(LAYER(weight=1.0, spread=0.0, **shared), **settings).variables["v"][-1, 0].item()
    sent = Experiment.of(encoder, None, settings | {"neurons": 20}).run(torch.float64).recording.spikes
    alone = simulate(LI.neuron, spikes=sent.double(), p=LI().p(torch.float64), dt=2e-4).variables["v"][-1]
    deviation = 0.2 * alone.square().sum().sqrt().item()
    assert alone.sum().item() == pytest.approx(plain, rel=1e-9)
    assert v.mean().item() == pytest.approx(0.3 * plain, abs=5 * deviation / math.sqrt(1000))
    assert v.std().item() == pytest.approx(deviation, rel=5 / math.sqrt(2000))


@pytest.mark.parametrize("name", ENCODERS)
def test_any_encoder_drives_a_layer(name):
    recording = run(LAYER(inputs=6, outputs=3, encoder=ENCODERS[name]()), duration=30)
    assert recording.spikes.shape == (300, 3)
    assert recording.variables["v"].isfinite().all()


def test_what_a_layer_refuses():
    with pytest.raises(ValueError, match="cell = AdEx has no spike port: give a neuron that takes spikes"):
        run(LAYER(cell=NEURONS["AdEx"]()))
    with pytest.raises(ValueError, match=r"signal = 1\.4 is not allowed: give numbers from 0 to 1"):
        run(LAYER(), Constant(amplitude=0.7) + Constant(amplitude=0.7))
    with pytest.raises(ValueError, match="encoder is a LIF: give a model of the family 'encoder'"):
        LAYER(encoder=LIF())


# ---- a recurrent network ------------------------------------------------------------------------------------------


def lif_loop(model, I, steps, dt, seed):
    """Spikes of LIF neurons whose input lands after the drift, each with its gain, in float64."""
    n, generator = model.size, torch.Generator().manual_seed(seed + 2_000_003)
    weights = torch.randn(n, n, generator=generator, dtype=torch.float64) * (model.weight / n**0.5)
    gains = 1 + model.spread / 100 * torch.randn(n, generator=generator, dtype=torch.float64)
    weights.fill_diagonal_(0.0)
    v, i, z = torch.zeros(3, n, dtype=torch.float64)
    spikes = []
    for _ in range(steps):
        v, i = v + dt * 100 * (I * gains - v + i), i - dt * 200 * i + weights @ z
        z = (v > 1).double()
        v = torch.where(z > 0, 0.0, v)
        spikes.append(z > 0)
    return torch.stack(spikes)


def test_without_beta_it_is_a_network_of_lif():
    """The very spikes, whoever is called adaptive."""
    model = LSNN(size=30, beta=0.0, adaptive=70.0, weight=1.5)
    found = run(model, Constant(amplitude=1.4), duration=100, dt=0.2, seed=4)
    assert torch.equal(found.spikes, lif_loop(model, 1.4, 500, 2e-4, 4))
    assert found.spikes.sum() > 100
    none = LSNN(size=30, beta=3.0, adaptive=0.0, weight=1.5)
    assert torch.equal(run(none, Constant(amplitude=1.4), duration=100, dt=0.2, seed=4).spikes, found.spikes)


def test_the_first_neurons_adapt():
    """Their thresholds rise by beta at a spike, and they fire less; those of the others stay."""
    recording = run(LSNN(size=40, adaptive=25.0, beta=0.5, weight=0.0, spread=0.0), watched=40)
    b, counts = recording.variables["b"], recording.spikes.sum(0)
    assert (b[:, 10:] == 1).all()
    first = recording.spikes[:, 0].nonzero()[0]
    assert b[first, 0].item() == pytest.approx(1.5, rel=1e-3)
    assert counts[:10].unique().numel() == counts[10:].unique().numel() == 1
    assert counts[0] < 0.5 * counts[10]


@pytest.mark.parametrize("weight", [0.0, 3.0])
def test_recurrent_input_has_the_deviation_that_is_asked(weight):
    """weight^2 / size for each synapse, so that if all spike at once, inputs have the deviation `weight`."""
    model = LSNN(size=500, weight=weight, spread=0.0, beta=0.0)
    i = run(model, Constant(amplitude=4.0), duration=3.1, dt=0.1, watched=500).variables["i"]
    jump = next(i[k + 1] for k in range(len(i)) if i[k + 1].any() or k == len(i) - 2)
    assert jump.std().item() == pytest.approx(weight, rel=5 / math.sqrt(1000))
