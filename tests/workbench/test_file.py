"""Experiments as files: what is in them, how large they are, and what is refused. Browsers open them in tests/apps."""

import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

import snnlab
from snnlab.models import ENCODERS, NETWORKS, NEURONS, PATTERNS, PRESETS, SURROGATES, Experiment, Noise
from snnlab.models.portable import movable
from snnlab.workbench import Explorer
from snnlab.workbench.controls import Control
from snnlab.workbench.file import cell, page_of, save_html
from snnlab.workbench.file.save import LARGEST, MORE, file_text
from snnlab.workbench.opening import opening
from tests.nights import first_of_each

FILES = {**NEURONS, **ENCODERS}
LSNN = NETWORKS["LSNNetwork"]


class Reader(HTMLParser):
    """Every address that a page names in an attribute, and the data in it."""

    def __init__(self, text):
        super().__init__()
        self.addresses, self.data, self.inside = [], "", False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.addresses += [value for name, value in attrs if name in ("src", "href", "srcset", "data", "poster")]
        self.inside = tag == "script" and ("type", "application/json") in attrs

    def handle_data(self, data):
        self.data += data if self.inside else ""


def data_of(page):
    return json.loads(Reader(page.element).data)


def knobs_of(page):
    return [knob["name"] for knob in data_of(page)["kernels"][0]["knobs"]]


@pytest.mark.parametrize("name", first_of_each(FILES, lambda kind: (kind.family, kind.__name__[:2])))
def test_each_neuron_and_encoder_is_a_file(name, tmp_path):
    """With all knobs, at most 3 MB, and nothing in it is to be fetched."""
    path = save_html(FILES[name], tmp_path / "one.html")
    text = path.read_text()
    assert path.stat().st_size <= 3_000_000
    reader = Reader(text)
    assert all(address.startswith("data:") for address in reader.addresses)
    experiment = page_of(FILES[name])
    assert set(knobs_of(experiment)) == set(movable(opening(FILES[name]())[0]))


def test_a_gallery_grows_by_little_with_each(tmp_path):
    few, many = (save_html(list(PATTERNS)[:n], tmp_path / f"{n}.html").stat().st_size for n in (2, 20))
    assert many <= LARGEST + 19 * MORE
    assert (many - few) / 18 <= 50_000


def test_what_several_need_is_there_once():
    """Presets of one structure have one module, whatever their values."""
    data = data_of(page_of(PRESETS["lif-constant"]))
    names = [case["name"] for case in data["cases"]]
    assert names[:3] == ["Constant current", "Cortical neuron", "Just below threshold"] or "Cortical neuron" in names
    kernels = {case["name"]: case["kernel"] for case in data["cases"]}
    assert kernels["Constant current"] == kernels["Cortical neuron"] != kernels["Step of current"]
    assert len(data["kernels"]) == len(set(kernels.values())) < len(names)


def test_a_preset_with_a_large_module_is_left_out():
    names = [case["name"] for case in data_of(page_of(PRESETS["lif-constant"]))["cases"]]
    assert PRESETS["lif-recorded"].name not in names
    assert data_of(page_of(PRESETS["lif-recorded"]))["cases"][0]["name"] == PRESETS["lif-recorded"].name


def test_own_values_come_first():
    data = data_of(page_of(snnlab.LIF(tau_mem=17)))
    assert data["cases"][0]["name"] == "own values"
    assert data["cases"][0]["values"]["model.tau_mem"] == 17


@pytest.mark.parametrize("preset", ["lsnn-memory", "population-step", "feed-forward-sine"])
def test_a_network_is_a_file(preset, tmp_path):
    """With the knobs that move in a browser, those of the neurons inside too, and the numbers of all neurons."""
    path, page = save_html(PRESETS[preset], tmp_path / "one.html"), page_of(PRESETS[preset])
    assert path.stat().st_size < 1_600_000
    assert set(knobs_of(page)) == set(movable(PRESETS[preset].experiment()))
    data = data_of(page)
    assert "data-measure='total'" in data["numbers"] and "data-measure='rate'" not in data["numbers"]
    groups = {knob["group"] for knob in data["kernels"][0]["knobs"]}
    assert groups >= ({"Parameters", "Run"} if preset == "lsnn-memory" else {"Cell"})


def test_the_knobs_that_are_named():
    assert knobs_of(page_of(snnlab.LIF, ["amplitude", "model.v_th"])) == ["stimulus.amplitude", "model.v_th"]
    shared = data_of(page_of([PRESETS["lif-step"], snnlab.Izhikevich()]))["shared"]
    assert {knob["name"].partition(".")[0] for knob in shared} <= {"model", "stimulus"}
    assert "model.v_th" in [knob["name"] for knob in shared]


def test_what_differs_in_a_gallery_is_scaled():
    """Unless it is named; and the stimulus, where it has no knobs that all share."""
    given = [PRESETS["izhikevich-2004-A"], PRESETS["izhikevich-2004-K"], PRESETS["izhikevich-2004-G"]]
    data = data_of(page_of(given))
    factors = {knob["name"] for knob in data["shared"] if knob.get("factor")}
    assert factors == {"stimulus", "model.a", "model.b", "model.c", "model.d", "model.mn", "model.bias"}
    assert {knob["name"] for knob in data["shared"]} - factors == {"model.sq", "model.v_th", "model.tau"}
    step, pulses, ramp = (case["scaled"] for case in data["cases"])
    assert step["stimulus"] == ["stimulus.amplitude", "stimulus.base"] and "stimulus" not in pulses
    assert ramp["stimulus"] == ["stimulus.start", "stimulus.end"] and ramp["model.a"] == ["model.a"]
    assert not any(knob.get("factor") for knob in data_of(page_of(given, ["a"]))["shared"])


def test_what_comes_by_chance_is_baked_in():
    """Its knobs are none, and those of the time."""
    knobs = knobs_of(page_of(PRESETS["lif-fluctuations"]))
    assert "model.tau_mem" in knobs and not [k for k in knobs if k.startswith("stimulus") or k == "run.dt"]


def test_a_refused_value_has_the_words_of_the_workbench():
    """With its parameter, what was typed, and what is allowed."""
    knob = next(k for k in data_of(page_of(snnlab.LIF))["kernels"][0]["knobs"] if k["name"] == "model.tau_mem")
    control = Control(snnlab.LIF(), "tau_mem")
    refused = {"50000": "range", "-1": "range", "1e999": "range", "nan": "range", "-inf": "range"}
    refused |= dict.fromkeys(("abc", "", "0x10", "10 mV", "1_0", "1e", "."), "number")
    for text, key in refused.items():
        control.type(text)
        assert knob["refusals"][key].replace("{}", text) == control.slider.message
        assert control.slider.message.startswith("tau_mem = ") and "0.01 to 10000 ms" in control.slider.message
    for text in ("12,5", " 1e1 ", ".5", "+3."):
        control.type(text)
        assert control.slider.message == ""


@pytest.mark.parametrize(
    ("what", "knobs", "words"),
    [
        (
            SURROGATES["logistic"](),
            None,
            "is not compiled for a browser: its threshold is drawn anew in each step",
        ),
        (PRESETS["brunel-2000-A"], None, "Synchronous regular is too large for a file: 15,625,000 synapses take more"),
        ([snnlab.LIF(), SURROGATES["logistic"]()], None, "is not compiled for a browser"),
        (LSNN(size=700), None, "(LSNN) is too long for a file. 6,000 steps × 700 neurons are too many"),
        (Experiment(LSNN(size=900), None, {"duration": 20.0}), None, "(LSNN) is too large for a file: its kernel and"),
        (Experiment(snnlab.Poisson(), Noise(mean=0.5)), None, "the signal is itself drawn by chance"),
        (Experiment(snnlab.LIF(), settings={"backend": "eager"}), None, "eager"),
        (snnlab.LIF(), ["tau"], "the knob for a file 'tau' is not known"),
        (snnlab.LIF(), "tau_mem", "knobs = 'tau_mem' is not allowed: give a list of names"),
        (PRESETS["lif-fluctuations"], ["sigma"], "'sigma' is not known"),
        ([], None, "at least one"),
        ("LIF", None, "what = 'LIF' is not allowed: give a model, an experiment, a preset, or a list"),
        (snnlab.LIF(), 5, "knobs = 5 is not allowed: give a list of names"),
        ([snnlab.LIF(), snnlab.AdEx()], ["v_leak"], "the knob that all share, 'v_leak' is not known"),
        (Experiment(snnlab.LIF(), settings={"duration": 1000.0, "neurons": 400}), None, "too long for a file"),
    ],
    ids=lambda one: one if isinstance(one, str) else None,
)
def test_refusals_are_sentences(what, knobs, words, tmp_path):
    with pytest.raises(ValueError, match=re.escape(words)):
        save_html(what, tmp_path / "none.html", knobs)
    assert not list(tmp_path.iterdir())


def test_too_large_a_file_is_refused_with_its_size(tmp_path):
    """Currents with a value for each step are in it as they are."""
    currents = np.random.default_rng(1).normal(1.0, 0.5, (4, 200_000))
    given = [Experiment(snnlab.LIF(), one, {"dt": 0.1}) for one in currents]
    assert save_html(given[:2], tmp_path / "two.html").stat().st_size < LARGEST
    with pytest.raises(ValueError, match=r"too large for a file: \d\.\d MB, and at most 3\.15 MB"):
        save_html(given, tmp_path / "all.html")


def test_a_notebook_has_one_bundle_and_little_for_each_further_view(monkeypatch):
    """As a cell keeps it: the picture that needs no script, the page, and the widget, packed."""
    monkeypatch.setattr(cell, "begins", cell.Once())
    cells = iter(["a", "b", "a"])
    monkeypatch.setattr(cell, "running_cell", lambda: next(cells))
    widget = "<div id='w'></div><script>let widgetOfPanel = 1</script>" * 1000
    models = snnlab.LIF(), snnlab.Izhikevich(), snnlab.LIF()
    first, second, again = (cell.with_page(({"text/html": widget}, {"m": 1}), Explorer(m).case()) for m in models)
    assert first[1] == second[1] == {"m": 1}
    sizes = [len(one[0]["text/html"].encode()) for one in (first, second, again)]
    assert sizes[0] <= 1_800_000 and sizes[1] <= 300_000 and sizes[2] > 1_000_000  # a cell that runs again has it again
    assert all(
        '<img alt="' in one[0]["text/html"] and "widgetOfPanel" not in one[0]["text/html"] for one in (first, second)
    )


def test_what_has_no_page_is_shown_as_before():
    bundle = {"text/html": "<p>widget</p>"}, {}
    drawn = Explorer(snnlab.Poisson(), Noise(mean=0.5)).case()
    assert cell.with_page(bundle, drawn) is bundle
    assert cell.with_page(None, Explorer(snnlab.LIF()).case()) is None
    hidden = {"text/html": cell.HIDDEN}, {}
    assert cell.with_page(hidden, Explorer(snnlab.LIF()).case()) is hidden


def test_a_widget_of_another_sort_stays_beside_the_page():
    data = {"application/vnd.jupyter.widget-view+json": {"model_id": "x"}}
    found = cell.with_page(data, Explorer(snnlab.LIF()).case())
    assert found["application/vnd.jupyter.widget-view+json"] == {"model_id": "x"}
    assert "snnlab-page" in found["text/html"] and "data-kernel" not in found["text/html"]


def test_the_file_of_a_page_is_that_of_its_values():
    view = Explorer(preset=PRESETS["lif-step"])
    assert data_of(page_of(view.case()))["cases"][0]["name"] == PRESETS["lif-step"].name
    view.experiment.model.tau_mem = 23
    case = data_of(page_of(view.case()))["cases"][0]
    assert case["name"] == "own values" and case["values"]["model.tau_mem"] == 23
    assert PRESETS["lif-step"].look.split("<")[0][:20] in case["words"]
    assert len(file_text(page_of(view.case()))) < LARGEST
