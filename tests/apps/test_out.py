"""Out of the tab, and back: undo and redo, the browser's history, exports, files that are dropped."""

import html
import re
import runpy
from base64 import b64decode
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pandas
import pytest
import xarray
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from snnlab.models import LIF, PRESETS, STDP, Experiment, Izhikevich, Ramp
from tests.apps.tabs import (
    EXPLORER_PLOTS,
    WIDE,
    address,
    changed,
    choose,
    chosen,
    enter,
    export,
    field,
    numbers,
    opened,
    slider,
)


@pytest.fixture(scope="module")
def tab(shared_page, served):
    """One tab for all: each test says where it begins."""
    return shared_page("about:blank", **WIDE)


def begun(tab, served, query):
    tab.goto(f"{served.url}/apps?page=neuron&{query}")
    opened(tab, EXPLORER_PLOTS)
    return tab


def test_what_was_done_is_undone_and_redone(tab, served):
    begun(tab, served, "preset=lif-constant")
    stimulus = tab.get_by_role("combobox", name="stimulus")
    undo, redo = (tab.get_by_role("button", name=name, exact=True) for name in ("Undo", "Redo"))
    expect(undo).to_be_disabled()
    before = numbers(tab)
    with changed(tab):
        enter(tab, "τ_mem", "20")
    address(tab, "tau_mem=20")
    with changed(tab):
        choose(tab, "stimulus", "ramp")
    address(tab, "s=Ramp")
    expect(redo).to_be_disabled()
    box = field(tab, "τ_mem")
    box.press("Control+z")  # of what is written there
    box.fill("20")
    assert chosen(tab, "stimulus") == "ramp"
    slider(tab, "τ_mem").focus()
    tab.keyboard.press("Control+z")
    expect(stimulus).to_have_value("constant")
    expect(field(tab, "τ_mem")).to_have_value("20")
    undo.click()
    address(tab, "?page=neuron&preset=lif-constant")
    expect(field(tab, "τ_mem")).to_have_value("10")
    assert numbers(tab) == before
    expect(undo).to_be_disabled()
    slider(tab, "τ_mem").focus()
    for _ in range(2):
        tab.keyboard.press("Control+y")
    expect(stimulus).to_have_value("ramp")
    expect(field(tab, "τ_mem")).to_have_value("20")
    expect(redo).to_be_disabled()


def test_one_knob_goes_back_to_what_its_preset_says(tab, served):
    begun(tab, served, "preset=lif-constant")
    reset = tab.get_by_role("button", name=re.compile("^Back to 1.5: amplitude "))
    expect(reset).to_be_hidden()
    before = field(tab, "amplitude").input_value()
    for back in (reset.click, slider(tab, "amplitude").locator("xpath=..").locator("label").first.dblclick):
        with changed(tab):
            slider(tab, "amplitude").press("ArrowRight")
        reset.wait_for()
        with changed(tab):
            back()
        expect(reset).to_be_hidden()
        assert field(tab, "amplitude").input_value() == before
    address(tab, "?page=neuron&preset=lif-constant")


def test_back_and_forward_go_through_what_was_chosen(tab, served):
    begun(tab, served, "preset=lif-constant")
    tab.evaluate("window.same = true")
    with changed(tab):
        enter(tab, "τ_mem", "20")
    address(tab, "tau_mem=20")
    with changed(tab):
        choose(tab, "neuron", "Izhikevich")
    address(tab, "preset=izhikevich-2003-RS")
    with changed(tab):
        choose(tab, "stimulus", "ramp")
    address(tab, "s=Ramp")
    for wanted in ("preset=izhikevich-2003-RS", "tau_mem=20"):
        with changed(tab):
            tab.go_back()
        address(tab, wanted)
    assert (chosen(tab, "neuron"), field(tab, "τ_mem").input_value()) == ("LIF", "20")
    with changed(tab):
        tab.go_forward()
    assert chosen(tab, "neuron") == "Izhikevich" and tab.evaluate("window.same"), "nothing was loaded anew"


# -- exports, each opened by its own reader ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def exported():
    """What is exported: a preset with noise, one knob moved, and its run."""
    experiment = PRESETS["adex-2008-d"].experiment()
    experiment.model.b = 50
    return experiment, experiment.run().recording


@pytest.fixture
def shown(tab, served, exported):
    """What is exported, in the tab: another test may have been there before."""
    if "b=50" not in tab.url:
        begun(tab, served, "preset=adex-2008-d")
        with changed(tab):
            enter(tab, "b", "50")
        address(tab, "b=50")
    return exported


def test_data_are_those_of_the_run(tab, shown, tmp_path):
    experiment, recording = shown
    name = "snnlab-AdEx-Step"
    table = pandas.read_csv(export(tab, "CSV", tmp_path / "a.csv", f"{name}.csv"))
    v, spikes = recording.variables["v"].numpy(), recording.spikes.numpy()
    assert table["time (ms)"].to_numpy() == pytest.approx(recording.time)
    assert table["current (pA)"].to_numpy() == pytest.approx(recording.current.numpy())
    assert np.array_equal(table["v[3] (mV)"].to_numpy(np.float32), v[:, 3])
    assert np.array_equal(table["spike[0]"].to_numpy() > 0, spikes[:, 0]) and spikes[:, 0].sum() > 3
    found = xarray.load_dataset(export(tab, "NetCDF", tmp_path / "a.nc", f"{name}.nc"), engine="h5netcdf")
    assert np.array_equal(found["v"], v) and found["v"].units == "mV" and np.array_equal(found["spikes"], spikes)
    assert not Experiment.from_json(found.attrs["experiment"]).diff(experiment)
    text = export(tab, "JSON", tmp_path / "a.json", f"{name}.json").read_text()
    assert not Experiment.from_json(text).diff(experiment)


def test_scripts_are_those_of_the_experiment(tab, shown, tmp_path):
    experiment, recording = shown
    path = export(tab, "snnlab script", tmp_path / "a.py", "snnlab-AdEx-Step-snnlab.py")
    ran = runpy.run_path(str(path))
    assert np.array_equal(ran["recording"].variables["v"], recording.variables["v"])
    path = export(tab, "Brian2 script", tmp_path / "b.py", "snnlab-AdEx-Step-brian2.py")
    assert path.read_text() == experiment.script("brian2") and "the first, which has no noise" in path.read_text()
    norse = tab.get_by_role("button", name="Norse script")
    expect(norse).to_be_disabled()
    expect(norse).to_contain_text("cannot be expressed in Norse")


def test_pictures_are_of_the_plots(tab, shown, tmp_path):
    path = export(tab, "PNG", tmp_path / "a.png", "snnlab-AdEx-Step.png")
    stack = tab.locator("canvas").first.evaluate("canvas => canvas.clientWidth")
    with Image.open(path) as image:
        assert abs(image.width - stack) <= 2 and len(image.convert("RGB").getcolors(100_000)) > 20
    drawn = ElementTree.parse(export(tab, "SVG", tmp_path / "a.svg", "snnlab-AdEx-Step.svg")).getroot()
    words = {text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")}
    assert {"Membrane potential", "v (mV)", "time (ms)", "Stimulus", "w (pA)"} <= words
    assert abs(float(drawn.get("width")) - stack) <= 2


def test_a_link_is_copied(tab, shown):
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    if not tab.get_by_role("button", name="Copy link").is_visible():
        tab.get_by_text("Export", exact=True).click()
    tab.get_by_role("button", name="Copy link").click()
    tab.get_by_text("Copied.").wait_for()
    link = tab.evaluate("navigator.clipboard.readText()")
    assert not Experiment.from_query(link).diff(shown[0])


def test_the_menu_says_what_cannot_be_had(tab, served):
    tab.goto(f"{served.url}/apps?page=surrogates&preset=surrogate-logistic&layout=lecture")
    opened(tab, 2)
    tab.get_by_text("Export", exact=True).click()
    html = tab.get_by_role("button", name="HTML")
    expect(html).to_be_disabled()
    expect(html).to_contain_text("its threshold is drawn anew in each step")
    expect(tab.get_by_role("button", name="CSV")).to_be_enabled()
    tab.keyboard.press("Escape")


def test_a_phone_reads_the_link(tab, shown):
    if not tab.get_by_role("button", name="QR code").is_visible():
        tab.get_by_text("Export", exact=True).click()
    tab.get_by_role("button", name="QR code").click()
    dialog = tab.get_by_role("dialog", name="QR code of the link")
    dialog.get_by_text("an address of this machine alone").wait_for()
    with Image.open(BytesIO(dialog.screenshot())) as image:
        (code,) = zxingcpp.read_barcodes(np.asarray(image.convert("L")))
    assert code.text == tab.url and not Experiment.from_query(code.text).diff(shown[0])
    tab.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_report_has_what_is_seen(tab, shown, tmp_path):
    text = export(tab, "Lab report", tmp_path / "a.html", "snnlab-AdEx-Step-report.html").read_text()
    assert "<td>b · adaptation jump at a spike</td><td>50 pA</td>" in text
    assert f"<td>Spike count</td><td>{int(shown[1].spikes[:, 0].sum())}</td>" in text
    assert Experiment.from_query(html.unescape(re.search('href="(.*?)"', text)[1])).diff(shown[0]) == {}
    first = re.search('src="data:image/png;base64,(.*?)"', text)[1]
    with Image.open(BytesIO(b64decode(first))) as image:
        assert abs(image.width - tab.locator("canvas").first.evaluate("canvas => canvas.clientWidth")) <= 2


# -- files that are dropped -------------------------------------------------------------------------------------------

RECORDED = "recorded current (file)"
DROP = """([name, text]) => {
  const data = new DataTransfer()
  data.items.add(new File([text], name))
  for (const kind of ["dragover", "drop"]) {
    const event = new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true})
    document.querySelector("main").dispatchEvent(event)
  }
}"""


def test_an_experiment_is_dropped_and_a_wrong_file_changes_nothing(tab, served, tmp_path):
    begun(tab, served, "preset=lif-constant")
    before, shown = tab.evaluate("location.search"), numbers(tab)
    for name, text, why in (
        ("a.json", "{]", "this is no JSON"),
        ("b.json", Experiment.of(STDP()).to_json(), "it is an experiment of the family 'plasticity'"),
        ("c.nc", "none", "this is no NetCDF"),
        ("d.csv", "none", "where two are needed"),
    ):
        tab.evaluate(DROP, [name, text])
        tab.get_by_role("alert").filter(has_text=f"{name} is not opened, and nothing is changed: ").filter(
            has_text=why
        ).wait_for()
    assert tab.evaluate("location.search") == before and numbers(tab) == shown
    wanted = Experiment.of(Izhikevich(a=0.03), Ramp(), {"duration": 120.0})
    tab.evaluate(DROP, ["e.json", wanted.to_json()])
    address(tab, "neuron=Izhikevich", "a=0.03", "s=Ramp")
    expect(tab.get_by_role("alert")).to_be_hidden()
    path = tmp_path / "f.nc"
    Experiment.of(LIF(tau_mem=13)).run().recording.save(path)
    tab.get_by_label(re.compile("^Open an experiment")).set_input_files(path)
    address(tab, "neuron=LIF", "tau_mem=13")


def test_a_reload_opens_the_file_again(tab, served):
    begun(tab, served, "preset=adex-2008-d")
    rows = [f"{time},{0 if time < 20 else 60},{500 * (time > 20)}" for time in range(100)]
    tab.evaluate(DROP, ["own.csv", "\n".join(["time (ms),voltage (mV),current (pA)", *rows])])
    address(tab, "file=own.csv")
    expect(tab.get_by_role("combobox", name="stimulus", exact=True).locator("option:checked")).to_have_text(RECORDED)
    with changed(tab):
        enter(tab, "b", "20")
    address(tab, "b=20")
    shown = numbers(tab)
    assert shown["Spike count"] > 1
    tab.reload()
    opened(tab, EXPLORER_PLOTS)
    expect(tab.get_by_role("combobox", name="stimulus", exact=True).locator("option:checked")).to_have_text(RECORDED)
    expect(tab.get_by_role("alert")).to_be_hidden()
    expect(tab.locator("tr[data-measure=count] td").nth(1)).to_have_text(f"{shown['Spike count']:.0f}")
    assert field(tab, "b").input_value() == "20"
    tab.goto(f"{served.explorer}&neuron=AdEx&file=other.csv")
    tab.get_by_text("The address does not hold the data of 'other.csv': open the file again.").wait_for()


# -- equations and knobs ----------------------------------------------------------------------------------------------


def test_symbols_and_sliders_light_one_another(tab, served):
    begun(tab, served, "preset=lif-constant")
    symbol = tab.locator("[data-knob='model.v_th']").first
    knob = slider(tab, "v_th")
    box = knob.locator("xpath=..")
    symbol.click()
    expect(box).to_have_class(re.compile("lit"))
    expect(knob).to_be_focused()
    expect(symbol).to_have_class("lit")
    field(tab, "τ_mem").focus()
    expect(symbol).not_to_have_class("lit")
    expect(tab.locator("[data-knob='model.tau_mem']").first).to_have_class("lit")
    tab.get_by_role("button", name="Close drawer").click()
    symbol.click()
    expect(knob).to_be_focused()


# -- stimuli that add up ----------------------------------------------------------------------------------------------


def test_stimuli_add_up_and_are_taken_away(tab, served):
    begun(tab, served, "preset=lif-constant")
    with changed(tab):
        choose(tab, "add another", "step")
    address(tab, "s=Sum", "s.0=Constant", "s.1=Step")
    expect(tab.get_by_role("combobox", name="stimulus", exact=True)).to_have_value("sum")
    with changed(tab):
        enter(tab, "base", "-1")
    address(tab, "s.1.base=-1")
    shown = numbers(tab)
    tab.reload()
    opened(tab, EXPLORER_PLOTS)
    assert numbers(tab) == shown
    with changed(tab):
        tab.get_by_role("button", name="Remove constant").click()
    address(tab, "s=Step")
    assert field(tab, "base").input_value() == "-1"
    assert "Sum" not in tab.url
