"""The clamps in a page: chosen from a menu, followed by the currents, found again by an address and by undo."""

import numpy as np

from snnlab.analysis.clamp import held
from snnlab.models import AdEx, Experiment
from tests.apps.tabs import WIDE, address, changed, choose, chosen, opened, slider
from tests.apps.test_here import page_way, same_as_the_server

# The lines of the I-V curve: those of a pane whose plot says V below.
CURVES = """() => {
  const all = [...Bokeh.documents[0].all_models].filter(one => one.type == "Plot")
  const plots = all.filter(one => one.below[0]?.axis_label == "V (mV)")
  const lines = plots.at(-1)?.renderers.find(one => one.glyph.type == "MultiLine")?.data_source.data
  return lines && {x: Array.from(lines.x, x => Array.from(x)), y: Array.from(lines.y, y => Array.from(y))}
}"""


def test_a_family_of_currents_follows_a_hand(page, served):
    tab = page(f"{served.url}/apps?page=neuron&preset=adex-2008-d&layout=clamp,numbers,equations", **WIDE)
    opened(tab, 4)
    with changed(tab):
        choose(tab, "clamp", "voltage clamp")
    page_way(tab)
    with changed(tab):
        slider(tab, "base").press("ArrowRight")
    address(tab, "neuron=AdExVoltageClamp")
    same_as_the_server(tab)
    experiment = Experiment.from_query(tab.evaluate("location.search.slice(1)").partition("&")[2])
    tab.wait_for_function(f"() => ({CURVES})()?.y.length == 4")
    found, wanted = tab.evaluate(CURVES), held(experiment.run(), AdEx().neuron)
    for y, expected in zip(found["y"][1:], (wanted.peak(), wanted.steady(), wanted.tail()), strict=True):
        np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-3)
    with changed(tab):
        choose(tab, "clamp", "dynamic clamp")
    assert chosen(tab, "neuron") == "AdEx" and slider(tab, "E_clamp").count() == 1
    with changed(tab):
        tab.get_by_role("button", name="Undo").click()
    assert chosen(tab, "clamp") == "voltage clamp"
    for how in ("dynamic clamp", "voltage clamp", "current clamp"):
        choose(tab, "clamp", how)
    with changed(tab):
        choose(tab, "neuron", "Hodgkin-Huxley")
    address(tab, "hodgkinhuxley-constant")
    assert chosen(tab, "clamp") == "current clamp"
