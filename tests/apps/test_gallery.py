"""The gallery under its knobs: the page runs all of its pictures."""

import numpy as np

from snnlab.analysis import trace
from snnlab.models import PATTERNS
from snnlab.workbench.file.cases import alone, case_of
from snnlab.workbench.gallery import picture
from tests.apps.tabs import DEEP, FRAMES, WIDE, painted

CARDS = f"""() => {{ {DEEP}
  const {{gallery}} = [...deep(document)].find(el => el.gallery);
  return gallery.cards.map(card => card.found.rows.map(({{t, y}}) => [Array.from(t), Array.from(y)]));
}}"""
LIVE = (
    f"() => {{ {DEEP} const root = [...deep(document)].find(el => el.gallery); return root && 'live' in root.dataset }}"
)


def test_a_factor_on_all_stimuli_runs_in_the_page(served, page):
    tab = page(f"{served.url}/apps?page=izhikevich", **WIDE)
    before = painted(tab, 25)
    knob = tab.get_by_role("slider", name="I · stimulus")
    knob.focus()  # a hand comes, and so do the kernels
    tab.wait_for_function(LIVE, polling=100)
    field = tab.get_by_role("textbox", name="I · stimulus, as a number")
    field.fill("0.5")
    field.press("Enter")
    tab.wait_for_function(f"first => {{ {DEEP} return hash(canvases()[0]) !== first }}", arg=before[0], polling=100)
    found = tab.evaluate(CARDS)
    shown = [p for preset in PATTERNS for p in (preset, preset.robust) if p is not None]
    for preset, ((_, v), (_, current)) in zip(shown, found, strict=True):
        experiment = alone(case_of(preset)).experiment
        np.testing.assert_allclose(np.ptp(current), np.ptp(picture(preset.id)["I"]) / 2, rtol=1e-5, err_msg=preset.id)
        if {"amplitude", "base"} <= experiment.stimulus.values().keys():
            stimulus = experiment.stimulus
            stimulus.param.update(amplitude=stimulus.amplitude / 2, base=stimulus.base / 2)
            result = experiment.run()
            np.testing.assert_allclose(v, trace(result.recording, result.definition, result.p), rtol=1e-6, atol=1e-4)
    tab.get_by_role("button", name="Reset", exact=True).click()
    tab.evaluate(FRAMES)
    for preset, ((t, v), _) in zip(shown, tab.evaluate(CARDS), strict=True):
        there = picture(preset.id)
        np.testing.assert_array_equal(np.asarray(v, np.float32)[np.searchsorted(t, there["t"])], there["v"])
