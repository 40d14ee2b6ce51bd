"""Experiments of every course, done on the pages: what a student would move, and the answer read off what is shown.

Each holds what the page says to a closed form, or to what a paper prints.
"""

import math
import re
from contextlib import suppress

import pytest
from playwright.sync_api import TimeoutError, expect

from tests.apps.tabs import DEEP, WIDE, changed, enter, field, numbers, opened

# Words that are written into pictures, as a person reads them.
WRITTEN = """() => [...Bokeh.documents[0].all_models].filter(one => one.type == "Plot").flatMap(plot => plot.renderers)
  .filter(one => one.glyph.type == "Text").flatMap(one => Array.from(one.data_source.data.words ?? [])).join("\\n")"""
# The line of the f-I curve, when it is of the present neuron: currents and rates.
RATES = """() => {
  const plots = [...Bokeh.documents[0].all_models].filter(one => one.type == "Plot")
  const plot = plots.find(one => one.left[0].axis_label == "rate (Hz)")
  const {x, y} = plot?.renderers[4].data_source.data ?? {x: []}
  return x.length && plot.styles.opacity == "1" ? [Array.from(x), Array.from(y)] : null
}"""

# Whether the f-I curve is of the present neuron, and a number written into it is one to 5 %.
CLOSE = f"""([pattern, expected]) =>
  ({RATES})() && Math.abs(Number(({WRITTEN})().match(pattern)?.[1]) - expected) <= 0.05 * expected"""

# A number in the head of a pane, when it has one.
TOLD = f"""name => {{ {DEEP}
  const one = [...deep(document)].find(el => el.matches('header p > span') && el.textContent.startsWith(name + ' '))
  return one ? parseFloat(one.textContent.slice(name.length)) : NaN
}}"""


@pytest.fixture(scope="module")
def tab(served, shared_page):
    found = shared_page("about:blank", **WIDE)
    found.served = f"{served.url}/apps"
    return found


def at(tab, query, plots=3):
    tab.goto(f"{tab.served}?{query}")
    opened(tab, plots)


def give(tab, **values):
    """Type values into fields, by their symbols or names."""
    for label, value in values.items():
        if float(field(tab, label).input_value()) != value:
            with changed(tab):
                enter(tab, label, str(value))


def rates(tab):
    return tab.wait_for_function(RATES).json_value()


def written(tab, pattern, expected):
    """The number in words of the f-I curve, when it has come to what is expected, or after a while."""
    with suppress(TimeoutError):
        tab.wait_for_function(CLOSE, arg=[pattern, expected])
    return seen(tab, pattern)


def seen(tab, pattern):
    """The number in words of any picture."""
    tab.wait_for_function(f"pattern => new RegExp(pattern).test(({WRITTEN})())", arg=pattern)
    return float(re.search(pattern, tab.evaluate(WRITTEN))[1])


def verdict(tab, *words):
    """What the pattern is called, when the page says one of these."""
    said = tab.get_by_text(re.compile("|".join(words), re.IGNORECASE)).locator("visible=true")
    expect(said.first).to_be_visible()


def test_passive_membrane(tab):
    """1: a step takes it 63 % of the way in one time constant."""
    step = "s=Step&s.amplitude=0.8&s.length=180&r.duration=200"
    at(tab, f"page=neuron&layout=numbers&neuron=LIF&{step}&r.neurons=1&r.noise=0")
    for tau in (10, 20):
        give(tab, τ_mem=tau)
        assert seen(tab, r"63 % at ([\d.]+) ms") == pytest.approx(tau, abs=0.2)  # a step of 0.1 ms


@pytest.mark.nightly
def test_frequency_response(tab):
    """5: a membrane is a low-pass filter, R / (1 + i omega tau), with its cut-off at 1 / (2 pi tau)."""
    at(tab, "page=neuron&layout=impedance,numbers&neuron=LIF&s=Step&s.amplitude=0.5&r.neurons=1&r.noise=0")
    for tau in (10.0, 20.0):
        give(tab, τ_mem=tau)
        wanted = 1000 / (2 * math.pi * tau)
        tab.wait_for_function(f"wanted => Math.abs(({TOLD})('cut-off') / wanted - 1) < 0.02", arg=wanted)


@pytest.mark.nightly
def test_the_error_of_a_step(tab):
    """6: half of it halves the error of Euler's method."""
    found = []
    for dt in (0.4, 0.2, 0.1):
        link = "neuron=LIF&s=Step&s.amplitude=0.8&s.onset=0&s.length=100&r.neurons=1&r.noise=0"
        at(tab, f"page=neuron&layout=error,numbers&{link}&r.dt={dt}")
        found.append(tab.wait_for_function(f"() => ({TOLD})('largest') || null").json_value())
    assert found[0] / found[1] == pytest.approx(2, rel=0.05) and found[1] / found[2] == pytest.approx(2, rel=0.05)


def test_postsynaptic_potential(tab):
    """7: a difference of exponentials, with its peak at ln(tau_m / tau_s) tau_m tau_s / (tau_m - tau_s)."""
    at(tab, "page=neuron&layout=numbers&neuron=LIF&s=SpikeTrain&s.spikes=1&s.weight=0.2&r.neurons=1&r.noise=0")
    for synapse, membrane in ((5, 10), (5, 20)):
        give(tab, τ_syn=synapse, τ_mem=membrane)
        peak = math.log(membrane / synapse) * membrane * synapse / (membrane - synapse)
        assert seen(tab, r"peak [\d.]+ at ([\d.]+) ms") == pytest.approx(peak, abs=0.3)  # whole steps, and Euler's


@pytest.mark.nightly
def test_rheobase(tab):
    """2: computed, and tried: v_th - v_leak."""
    at(tab, "page=neuron&neuron=LIF&s=Constant&r.duration=500")
    for v_th in (1.0, 0.5):
        give(tab, v_th=v_th)
        assert written(tab, r"rheobase ([\d.]+)", v_th) == pytest.approx(v_th, rel=2e-3)
        give(tab, amplitude=0.99 * v_th)
        assert numbers(tab)["Spike count"] == 0
        give(tab, amplitude=1.01 * v_th)
        assert numbers(tab)["Spike count"] > 0


@pytest.mark.nightly
def test_f_i_curve_with_a_refractory_period(tab):
    """3: 1 / (t_ref + tau ln(I / (I - 1))), which ends at 1 / t_ref."""
    at(tab, "page=neuron&preset=lifrefrac-constant")
    for t_ref in (3.0, 5.0):
        give(tab, t_ref=t_ref)
        for current in (2.0, 4.0):
            give(tab, amplitude=current)
            expected = 1000 / (t_ref + 10 * math.log(current / (current - 1)))
            assert written(tab, r"here ([\d.]+) Hz", expected) == pytest.approx(expected, rel=0.04)  # whole steps
        assert max(rates(tab)[1]) < 1000 / t_ref


@pytest.mark.nightly
def test_sharpness_of_the_exponential_neuron(tab):
    """9: V_T - E_L - Delta_T."""
    at(tab, "page=neuron&preset=eif-constant")
    for delta in (1.0, 2.0, 4.0):
        give(tab, Δ_T=delta)
        assert written(tab, r"rheobase ([\d.]+)", 15 - delta) == pytest.approx(15 - delta, rel=5e-3)


PATTERNS = {
    "a": "tonic spiking",
    "b": "adaptation",
    "c": "mixed mode|burst",
    "d": "tonic bursting|burst",
    "e": "accelerat",
    "f": "burst",
    "g": "phasic|transient",
    "h": "irregular",
}


@pytest.mark.nightly
@pytest.mark.parametrize("letter, words", PATTERNS.items())
def test_patterns_of_the_adaptive_neuron(tab, letter, words):
    """10: the eight of Naud et al. 2008, and what the page says of them."""
    at(tab, f"page=neuron&preset=adex-2008-{letter}")
    verdict(tab, words)


def test_a_reset_above_the_threshold_bursts(tab):
    """10: AdEx bursts where the reset is above V_T, and not below."""
    at(tab, "page=neuron&preset=adex-2008-d")
    verdict(tab, "Looks like tonic bursting")
    give(tab, V_r=-58)
    expect(tab.get_by_text("Looks like tonic bursting")).to_be_hidden()


@pytest.mark.nightly
def test_gallery_of_izhikevich(tab):
    """11: one parameter apart: the reset from regular spiking to chattering."""
    at(tab, "page=neuron&neuron=Izhikevich&s=Constant&s.amplitude=10&r.duration=300")
    expect(tab.get_by_text("Looks like tonic bursting")).to_be_hidden()
    give(tab, c=-50, d=2)
    verdict(tab, "Looks like tonic bursting")


@pytest.mark.nightly
def test_fixed_points_meet(tab):
    """12: 0.04 v² + (5 - b) v + 140 + I has two zeros up to I = 4, and none beyond."""
    at(tab, "page=neuron&neuron=Izhikevich&s=Constant&s.amplitude=3&r.neurons=1&r.noise=0")
    for current, there in ((3, r"stable \w+, saddle"), (3.9, r"\w+ \w+, saddle"), (4.1, "no fixed point")):
        give(tab, amplitude=current)
        tab.get_by_text(re.compile(f"I = {current} mV · {there}")).wait_for()


@pytest.mark.nightly
def test_two_classes(tab):
    """13: the first rates of a class 1 neuron are small, those of class 2 are not."""
    least = []
    for letter in "GH":
        at(tab, f"page=neuron&preset=izhikevich-2004-{letter}")
        least.append(min(rate for rate in rates(tab)[1] if rate))
    assert least[0] < 15 < least[1]


@pytest.mark.nightly
def test_rebound_accommodation_and_bistability(tab):
    """14: a spike after inhibition; a steep ramp alone fires; one pulse starts, another stops."""
    at(tab, "page=neuron&preset=izhikevich-2004-M")
    assert numbers(tab)["Spike count"] == 1
    give(tab, amplitude=0)
    assert numbers(tab)["Spike count"] == 0
    at(tab, "page=neuron&preset=izhikevich-2004-R")
    assert numbers(tab)["Spike count"] == 1
    at(tab, "page=neuron&preset=izhikevich-2004-P")
    assert numbers(tab)["Spike count"] > 1


@pytest.mark.nightly
def test_noise(tab):
    """15: driven by its mean a neuron is regular, by fluctuations irregular: a CV next to 1."""
    at(tab, "page=neuron&neuron=LIF&s=Noise&s.mean=0.7&s.sigma=0.6&s.tau=2&r.duration=5000&r.dt=0.5")
    assert 0.6 < numbers(tab)["CV of ISI"] < 1.1
    give(tab, mean=2)
    assert numbers(tab)["CV of ISI"] < 0.35


@pytest.mark.nightly
def test_short_term_plasticity(tab):
    """17: a depressing synapse ends at (1 - E) / (1 - (1 - U) E) of its first response, E = exp(-1 / (rate tau_d)).

    Where tau_f is short: Tsodyks, Markram, PNAS 94:719, 1997, equation 2.
    """
    at(tab, "page=plasticity&plasticity=TsodyksMarkram&tau_d=706&U=0.25&s=SpikeTrain&s.spikes=20&r.duration=2500", 4)
    give(tab, τ_f=1, rate=10)
    found, decay = numbers(tab), math.exp(-100 / 706)
    steady = (1 - decay) / (1 - 0.75 * decay)
    assert found["Last response"] / found["First response"] == pytest.approx(steady, rel=0.03)


def test_spike_timing_dependent_plasticity(tab):
    """18: post after pre climbs by eta exp(-delta / tau) a pair, pre after post falls."""
    at(tab, "page=plasticity&preset=stdp-hebbian", 4)
    for delta, step in ((10, 0.01 * math.exp(-0.5)), (-10, -0.0105 * math.exp(-0.5))):
        give(tab, Δ=delta)
        found = numbers(tab)
        change = found["Weight at the end"] - found["Weight at the beginning"]
        assert change == pytest.approx(20 * step, rel=0.1)  # spikes of other pairs, 100 ms away


@pytest.mark.nightly
def test_codes(tab):
    """19: each code says how well it is decoded, Poisson's better the more neurons there are."""
    found = []
    for neurons in (10, 1000):
        at(tab, f"page=encoders&encoder=Poisson&s=Constant&r.neurons={neurons}", 2)
        found.append(numbers(tab)["Error of the decoded value"])
    assert found[1] < found[0] / 3
