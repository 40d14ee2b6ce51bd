"""The short way: what the page draws of a hand is what the server would have drawn, and needs no server."""

from contextlib import suppress
from urllib.parse import parse_qsl

import numpy as np
import pytest
from playwright.sync_api import TimeoutError

from snnlab.analysis import spike_statistics
from snnlab.models import ENCODERS, PRESETS, Experiment
from snnlab.models.portable import movable
from snnlab.views.stack import widened
from snnlab.workbench import EncoderBoard, Explorer
from snnlab.workbench.cards import MEASURES, counted
from snnlab.workbench.controls import Control
from snnlab.workbench.here import source
from snnlab.workbench.scenes import scene_of
from tests.apps.tabs import (
    DEEP,
    MOMENT,
    NUMBERS,
    RESTED,
    RESTS,
    address,
    changed,
    choose,
    enter,
    field,
    numbers,
    opened,
    painted,
    rested,
    slider,
)
from tests.apps.test_alive import HAVE_PAGES
from tests.nights import first_of_each

# What the page's plots hold: they have it from the page, for the server's models are not told.
PLOTS = """() => {
  const found = {}, plots = [...Bokeh.documents[0].all_models].filter(one => /^explorer\\d+-\\d+\\./.test(one.name))
  const newest = Math.max(...plots.map(one => parseInt(one.name.split("-")[1])))
  for (const model of plots.filter(one => one.visible && one.name.includes(`-${newest}.`))) {
    found[model.name.split(".")[1]] = {
      data: model.renderers.filter(one => !one.name)
        .map(({data_source: {data}}) => ({t: Array.from(data.t ?? []), y: Array.from(data.image?.[0] ?? data.y)})),
      frame: [model.y_range.start, model.y_range.end], time: [model.x_range.start, model.x_range.end],
      title: model.title.text, levels: model.tags[0],
    }
  }
  return found
}"""
QUERY = """() => [...Bokeh.documents[0].all_models]
  .map(model => String(model.text ?? "")).find(text => text.startsWith("?page="))"""
WAY = """() => [...Bokeh.documents[0].all_models].map(model => model.data?.attributes?.way).find(Boolean)"""
# The cells of a table as they are written, and the names of those that wait for the server.
TABLE = f"""() => {{ {DEEP}
  const table = [...deep(document)].find(el => el.matches('table.numbers')), rows = [...table.rows]
  return {{
    cells: Object.fromEntries(rows.map(row => [row.cells[0].innerText, row.cells[1].innerText])),
    waiting: rows.filter(row => row.matches('.waiting')).map(row => row.cells[0].innerText),
  }}
}}"""
DECODED = 1e-5  # of what a population prefers a mean is taken, in another order: all else has the same bits
CARDS = f"""() => {{ {DEEP}
  const {{cards: all}} = [...deep(document)].find(el => el.matches('.cards')).cards, found = {{}}
  for (const [key, {{caption, shown: {{duration, rows}}}}] of all) {{
    found[key] = {{duration, waits: caption.matches('.waiting')}}
    for (const {{row, t, y, other, frame}} of rows) {{
      found[key][row.key] = {{t: Array.from(t), y: Array.from(y), other: Array.from(other ?? []), frame}}
    }}
  }}
  return found
}}"""
# preset, sliders
CASES = {
    "constant": ("lif-constant", ["amplitude", "τ_mem", "v_th"]),
    "step": ("lif-step", ["onset", "τ_mem"]),
    "beyond the frame": ("lif-below", ["v_leak", "amplitude"]),
    "exponential": ("adex-2008-a", ["a", "amplitude"]),
    "pulses": ("izhikevich-2004-M", ["period", "a"]),
    "sine": ("izhikevich-2003-RZ-zap", ["last", "d"]),
    "never spikes": ("li-zap", ["τ_mem"]),
    "held after a spike": ("lifrefrac-constant", ["t_ref", "amplitude"]),
    "parts": ("adex-levels", ["a"]),
    "noisy stimulus": ("lif-fluctuations", ["τ_mem"]),
    "excited and inhibited": ("cobalif-balanced", ["g_l"]),
    "voltage clamp": ("hodgkinhuxley-clamp", ["amplitude", "E_K", "lowest"]),
    "dynamic clamp": ("adex-dynamic-clamp", ["E_clamp"]),
    "weights": ("stdp-hebbian", ["Δ", "τ_pre", "η_plus"]),
    "one side": ("stp-depressing", ["U", "rate"]),
    "drawn by chance": ("poisson-wave", ["f_max", "frequency"]),
    "a row of neurons": ("populationcode-wave", ["σ", "scale"]),
    "driven": ("lifencoder-wave", ["mean", "τ_mem"]),
    "adapting": ("lifadexencoder-constant", ["amplitude"]),
    "once": ("latency-constant", ["amplitude"]),
    "a neuron in a rule": ("lifcorrelation-pairs", ["lif_tau_mem", "input_eta_p"]),
}


def family_of(case):
    return PRESETS[case[0]].model.family


def spikes_of(case):
    """Whether it can spike at all."""
    return getattr(PRESETS[case[0]].model.definition, "excess", True) is not None


def page_way(tab):
    """Wait until the page has what it needs to draw by itself."""
    tab.wait_for_function(f"() => ({WAY})() === 'page'")


def expected(query):
    """What the server's scene draws of the experiment in an address."""
    experiment = Experiment.from_query(query.partition("&")[2])
    scene = scene_of(experiment.model)
    rows = {row.key: row for row in scene.rows(experiment.model)}
    return rows, scene.prepare(experiment.model)(experiment.run())


def same_as_the_server(tab):
    """What is drawn, as the server would draw it: at the latest when it rests once more, on a slow machine."""
    try:
        return compared(tab)
    except AssertionError:
        with suppress(TimeoutError):
            tab.wait_for_function(RESTED, arg=tab.evaluate(RESTS), polling=30, timeout=MOMENT)
        return compared(tab)


def compared(tab):
    rows, drawn = expected(tab.evaluate(QUERY).removeprefix("?"))
    found = tab.evaluate(PLOTS)
    assert found.keys() == drawn.data.keys() & rows.keys()
    for key in found:
        new, plot, row = drawn.data[key], found[key], rows[key]
        np.testing.assert_array_equal(np.float32(plot["data"][0]["y"]), new.y.reshape(-1), err_msg=key)
        if new.ends is None:  # else it is an image
            np.testing.assert_allclose(plot["data"][0]["t"], new.t, rtol=1e-6, err_msg=key)
        both = new.y if new.other is None else np.concatenate([new.y, new.other])
        silent = row.spikes and not len(drawn.spikes)
        assert plot["frame"] == pytest.approx(new.frame or widened(row.low, row.high, both, row.fit, silent), rel=1e-12)
        if new.other is not None:
            np.testing.assert_allclose(np.float32(plot["data"][1]["y"]), new.other, rtol=DECODED)
        assert plot["title"] == (new.title or row.title)
        assert plot["time"] == [0, pytest.approx(drawn.duration)]
        if new.levels is not None:
            assert plot["levels"] == pytest.approx(new.levels, rel=1e-5, abs=1e-6)
        if row.spikes:
            np.testing.assert_allclose(plot["data"][-1]["t"], drawn.spikes, rtol=1e-6)
    assert tab.evaluate(TABLE) == {"cells": {one.name: one.value for one in drawn.numbers}, "waiting": []}
    return drawn


@pytest.mark.parametrize("name", first_of_each(CASES, family_of, spikes_of))
def test_the_page_draws_what_the_server_would(page, served, name):
    preset, sliders = CASES[name]
    where = HAVE_PAGES[PRESETS[preset].model.family]
    tab = page(f"{served.url}/apps?page={where}&preset={preset}&layout=numbers,equations")
    opened(tab, 2)
    page_way(tab)
    for label in sliders:
        knob = slider(tab, label).first
        with changed(tab):
            for _ in range(3):
                knob.press("ArrowLeft" if knob.evaluate("one => one.value == one.max") else "ArrowRight")
        assert tab.evaluate(f"({WAY})()") == "page"
        same_as_the_server(tab)
    assert tab.get_by_text("in this page").count() == 1


NETWORKS = {
    "brunel-1000-D": ["g", "η"],
    "lsnn-memory": ["β", "spread"],
    "population-step": ["τ_mem", "spread"],
    "feed-forward-sine": ["v_th"],
    "readout-wave": ["gain", "scatter", "r_0"],
}


@pytest.mark.nightly  # by day, a file draws one
@pytest.mark.parametrize("preset", NETWORKS)
def test_the_page_draws_a_network(page, served, preset):
    """Its first neuron, the rate and the spikes of all, and their number; the rest is the server's."""
    tab = page(f"{served.url}/apps?page=networks&preset={preset}&layout=lecture")
    opened(tab, 3)
    page_way(tab)
    for label in NETWORKS[preset]:
        with changed(tab):
            for _ in range(3):
                slider(tab, label).first.press("ArrowRight")
        assert tab.evaluate(f"({WAY})()") == "page"
        same_as_the_server(tab)
    assert tab.get_by_role("combobox", name="preset, changed").count() == 1


def test_what_is_being_typed_stays_while_an_older_answer_comes(page, served):
    """An answer to what was typed before would be taken for what was said, and Enter for nothing new."""
    tab = page(f"{served.explorer}&preset=lif-constant")
    opened(tab, 4)
    box = field(tab, "τ_mem")
    for k in range(4):
        box.fill(f"bad{k}")
        box.press("Enter")
        box.fill(f"worse{k}")
        tab.get_by_text(f"'bad{k}' is not a number").wait_for()
        assert box.input_value() == f"worse{k}"
    box.press("Enter")
    tab.get_by_text("'worse3' is not a number").wait_for()
    assert box.input_value() == "10", "what runs"
    enter(tab, "τ_mem", "12.5")
    tab.get_by_text("is not a number").wait_for(state="hidden")
    assert box.input_value() == "12.5"


def test_a_hand_needs_no_server(page, served):
    """Cut off, the page goes on to draw; back again, the server hears of the last value."""
    tab = page(f"{served.explorer}&preset=lif-constant", alone=True)
    opened(tab, 4)
    page_way(tab)
    tab.context.set_offline(True)
    tab.get_by_text("The server does not answer").wait_for()
    amplitude = slider(tab, "amplitude")
    before = len(tab.evaluate(PLOTS)["v"]["data"][1]["t"])
    for _ in range(8):
        amplitude.press("ArrowRight")
    tab.wait_for_timeout(300)
    assert len(tab.evaluate(PLOTS)["v"]["data"][1]["t"]) > before
    assert slider(tab, "τ_mem").is_enabled()
    tab.context.set_offline(False)
    tab.get_by_text("The server does not answer").wait_for(state="hidden")
    assert {one.kind for one in page.look()} <= {"console", "failed request"}
    page.trouble.clear()


def test_where_a_policy_forbids_webassembly_the_server_draws(page, served):
    """And the page says who computes. All else is under the policy of the server in every test here."""

    def answer(route):
        found = route.fetch()
        given = found.headers["content-security-policy"]
        assert "'unsafe-eval'" in given
        route.fulfill(
            response=found, headers=found.headers | {"content-security-policy": given.replace("'unsafe-eval'", "")}
        )

    tab = page("about:blank", alone=True)
    tab.route("**/apps?*", answer)
    tab.goto(f"{served.explorer}&preset=lif-constant&layout=lecture")  # panes come later, and with them such errors
    painted(tab, 4)
    knob, before = slider(tab, "τ_mem"), numbers(tab)
    for _ in range(8):
        knob.press("ArrowLeft")
    tab.get_by_text("on CPU").wait_for()
    tab.wait_for_function(f"before => ({NUMBERS})()['Mean ISI'] != before", arg=before["Mean ISI"])
    assert tab.evaluate(f"({WAY})()") == "server"
    tab.goto("about:blank")  # Bokeh makes functions of text, as that which keeps the address: it would go on doing so
    assert page.look() and all("unsafe-eval" in one.text for one in page.trouble)
    page.trouble.clear()


def test_time_step_and_duration(page, served):
    tab = page(f"{served.explorer}&preset=izhikevich-2004-A")
    opened(tab, 3)
    page_way(tab)
    tab.get_by_role("button", name="Run: duration").click()
    for label in ("dt", "duration"):
        with changed(tab):
            for _ in range(3):
                slider(tab, label).first.press("ArrowLeft")
        assert tab.evaluate(f"({WAY})()") == "page"
        same_as_the_server(tab)


def test_numbers_that_only_the_server_knows_wait_for_it(page, served):
    tab = page(f"{served.explorer}&preset=lif-step", alone=True)
    opened(tab, 4)
    page_way(tab)
    before = tab.evaluate(TABLE)
    assert before["waiting"] == []
    tab.context.set_offline(True)
    tab.get_by_text("The server does not answer").wait_for()
    knob = slider(tab, "amplitude")
    for _ in range(8):
        knob.press("ArrowRight")
    after = tab.evaluate(TABLE)
    counted = ["Spike count", "Mean rate during the stimulus", "First-spike latency"]
    counted += ["Mean ISI during the stimulus", "1 / mean ISI"]
    assert after["waiting"] == [name for name in before["cells"] if name not in counted]
    assert all(after["cells"][name] != before["cells"][name] for name in counted)
    for _ in range(8):
        knob.press("ArrowLeft")
    assert tab.evaluate(TABLE)["cells"] == before["cells"]
    tab.context.set_offline(False)
    tab.get_by_text("The server does not answer").wait_for(state="hidden")
    tab.wait_for_function(f"() => ({TABLE})().waiting.length === 0")
    page.trouble.clear()


def test_a_page_counts_as_the_library_does(browser):
    """Count, rate, latency and interval of 300 spike trains, in all digits and as they are written."""
    generator = np.random.default_rng(3)
    trains = [
        sorted((generator.choice(400, size=n, replace=False) + 1) * 0.25) for n in range(0, 300, 3) for _ in "abc"
    ]
    given = [(list(map(float, train)), 100.0, float(b), float(b + 60)) for train, b in zip(trains, range(300))]
    tab = browser.new_page()
    found = tab.evaluate(
        """async ([source, given, written]) => {
      const {measures, cell} = await import(URL.createObjectURL(new Blob([source], {type: "text/javascript"})))
      return given.map(one => {
        const found = measures(...one)
        return [found, Object.fromEntries(Object.entries(written).map(([key, how]) => [key, cell(found[key], how)]))]
      })
    }""",
        [source(), given, {key: one._asdict() for key, one in MEASURES.items()}],
    )
    tab.close()
    for (times, duration, onset, end), (values, texts) in zip(given, found):
        onset, end = min(onset, duration), min(end, duration)
        measured, times = spike_statistics(np.array(times), duration, onset, end), np.array(times)
        isi = spike_statistics(times[(times > onset) & (times <= end * (1 + 1e-9))], duration).mean_isi
        expected = [measured.spikes, measured.rate_driven, measured.latency, isi, isi and 1000 / isi]
        assert list(values.values()) == [None if x is None else pytest.approx(x, rel=1e-12) for x in expected]
        assert list(texts.values()) == [one.value for one in counted(dict(zip(MEASURES, expected)))]


def test_spikes_are_decoded_without_a_server(page, served):
    """And a signal that no encoder takes is left to the server's words."""
    tab = page(f"{served.url}/apps?page=encoders&encoder=Poisson", alone=True)
    opened(tab, 2)
    page_way(tab)
    before = tab.evaluate(PLOTS)["x"]["data"][1]
    tab.context.set_offline(True)
    tab.get_by_text("The server does not answer").wait_for()
    slider(tab, "f_max").press("ArrowLeft")
    after = tab.evaluate(PLOTS)["x"]["data"][1]
    assert after["t"] == before["t"] and after["y"] != before["y"]
    tab.context.set_offline(False)
    tab.get_by_text("The server does not answer").wait_for(state="hidden")
    page.trouble.clear()
    with changed(tab):
        slider(tab, "f_max").press("ArrowLeft")
    same_as_the_server(tab)
    tab.get_by_role("button", name="Run: duration").click()
    with changed(tab):
        enter(tab, "dt", "5")
    enter(tab, "f_max", "500")
    tab.get_by_text("it is 1.25 spikes a step").wait_for()
    assert tab.evaluate(f"({WAY})()") == "server"


def same_cards(tab):
    """As those of a board with the page's address, which the server draws."""
    query = dict(parse_qsl(tab.evaluate("window.location.search").removeprefix("?")))
    board, found = EncoderBoard(query), tab.evaluate(CARDS)
    assert found.keys() == board.here.pictures.keys()
    for key, shown in board.here.pictures.items():
        card = found[key]
        assert card["duration"] == pytest.approx(shown["duration"]) and not card["waits"]
        for row in shown["rows"]:
            plot, name = card[row["row"]["key"]], f"{key} {row['row']['key']}"
            np.testing.assert_allclose(plot["t"], row["t"], rtol=1e-6, err_msg=name)
            np.testing.assert_array_equal(np.float32(plot["y"]), row["y"], err_msg=name)
            np.testing.assert_allclose(np.float32(plot["other"]), row.get("other", []), rtol=DECODED, err_msg=name)
            assert plot["frame"] == pytest.approx(row["frame"])


@pytest.mark.nightly
def test_the_board_draws_what_the_server_would(page, served):
    """Under knobs of the signal, the run and one encoder; what the page cannot draw, the server does."""
    tab = page(f"{served.url}/apps?page=encoders", alone=True)
    opened(tab, 2 * len(ENCODERS))
    page_way(tab)
    before = tab.evaluate(CARDS)
    tab.get_by_role("button", name="Exponential LIF as an encoder", exact=True).click()
    moves = {"amplitude": "s.amplitude=", "dt": "r.dt=", "window": "r.window=", "τ_mem": "LIFExEncoder.tau_mem="}
    for label, part in moves.items():
        knob = slider(tab, label).first
        with changed(tab):
            for _ in range(3):
                knob.press("ArrowRight")
        address(tab, part)
        assert tab.evaluate(f"({WAY})()") == "page"
        same_cards(tab)
    tab.context.set_offline(True)
    tab.get_by_text("The server does not answer").wait_for()
    slider(tab, "frequency").press("ArrowRight")
    after = tab.evaluate(CARDS)
    assert all(after[key]["x"]["other"] != before[key]["x"]["other"] and after[key]["waits"] for key in after)
    tab.context.set_offline(False)
    tab.get_by_text("The server does not answer").wait_for(state="hidden")
    page.trouble.clear()
    with changed(tab):
        choose(tab, "signal", "Ornstein-Uhlenbeck noise")
    address(tab, "s=Noise")
    assert tab.evaluate(f"({WAY})()") == "server"
    same_cards(tab)


def test_all_that_a_reset_changes_comes_back(page, served):
    """Values that no hand moved reach the kernel of the page too."""
    tab = page(f"{served.explorer}&preset=lif-step")
    opened(tab, 4)
    page_way(tab)
    before = tab.evaluate(PLOTS)
    with changed(tab):
        for _ in range(4):
            slider(tab, "τ_mem").press("ArrowRight")
    assert tab.evaluate(PLOTS) != before
    for _ in range(2):
        with changed(tab):
            slider(tab, "τ_mem").press("ArrowRight")
        with changed(tab):
            tab.get_by_role("button", name="Reset", exact=True).click()
        assert tab.evaluate(PLOTS) == before
    with changed(tab):
        slider(tab, "onset").press("ArrowRight")
    same_as_the_server(tab)


def test_another_neuron_is_drawn_by_the_server_until_the_page_has_it(page, served):
    tab = page(f"{served.explorer}&preset=lif-step")
    opened(tab, 4)
    page_way(tab)
    with changed(tab):
        choose(tab, "neuron", "Izhikevich")
    page_way(tab)
    rests = tab.evaluate("Number(document.documentElement.dataset.rests)")
    slider(tab, "a").first.press("ArrowRight")
    rested(tab, rests)
    same_as_the_server(tab)


def test_a_run_that_is_too_long_for_the_page_is_the_servers(page, served):
    tab = page(f"{served.explorer}&neuron=LIF&s=Constant&r.neurons=400")
    opened(tab, 4)
    page_way(tab)
    tab.get_by_role("button", name="Run: duration").click()
    with changed(tab):
        enter(tab, "dt", "0.01")  # 10,000 steps of 400 neurons
    tab.wait_for_function(f"() => ({WAY})() === 'server'")
    same_as_the_server(tab)
    with changed(tab):
        enter(tab, "dt", "0.1")
    same_as_the_server(tab)


def test_every_value_that_may_move_has_a_knob_of_its_name():
    """What the page hears of are the names that the kernel knows."""
    explorer = Explorer()
    for group in explorer.sidebar.groups.values():
        group.build()
    controls = [control for group in explorer.sidebar.groups.values() for control in group.controls.values()]
    names = {control.slider.knob.partition(".")[2] for control in controls if isinstance(control, Control)}
    assert movable(explorer.experiment).keys() <= names
