"""The questions of the entrance: each shows what its sentence says, and opens what its card shows."""

from urllib.parse import parse_qs, parse_qsl, urlencode

import numpy as np
import pytest

from snnlab.models import FAMILIES, PRESETS, Experiment
from snnlab.models.portable import movable, owners
from snnlab.workbench.entrance import QUESTIONS, Told
from snnlab.workbench.entrance.found import index
from snnlab.workbench.pages import PAGES
from snnlab.workbench.panes import layout_of

SHOWN = {one.family for one in PAGES.values() if one.family}
TOLD = [Told(key, one.title, one.words, one.family) for key, one in PAGES.items()]
TIRED, TIME, IRREGULAR = (
    next(one for one in QUESTIONS if words in one.title) for words in ("tired", "time constant", "irregular")
)


def opened(link):
    """What a page opens."""
    query = {key: values[0] for key, values in parse_qs(link).items()}
    assert query["page"] in PAGES
    if "layout" in query:
        layout_of(query["layout"])
    return PRESETS[query["preset"]].experiment() if "preset" in query else Experiment.from_query(link)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.preset)
def test_a_question_opens_what_its_card_shows(question):
    experiment = question.experiment()
    assert opened(question.link("neuron")).diff(experiment) == {}
    moved = question.moved_link("neuron")
    value = movable(experiment)[question.knob] * 1.5
    found = opened(urlencode(dict(parse_qsl(moved["query"])) | {moved["key"]: value}))
    prefix, _, own = question.knob.rpartition(".")
    setattr(owners(experiment)[prefix], own, value)
    assert found.diff(experiment) == {}


def test_a_search_finds_all_there_is_and_each_can_be_opened():
    found = index(TOLD)
    kinds = {kind for family in SHOWN for kind in FAMILIES[family].values()}
    assert {one.kind for one in found} == {"page", "question", "preset", *SHOWN}
    assert sum(one.kind == "preset" for one in found) == sum(
        (getattr(p.model, "bare", None) or p.model) in kinds  # under a clamp as well
        for p in PRESETS.values()
    )
    assert {type(opened(one.link).model) for one in found if one.kind in FAMILIES} == kinds
    assert all(one.title and one.words for one in found)


def test_after_a_time_constant_a_membrane_has_gone_63_percent():
    experiment = TIME.experiment()
    recording = experiment.run().recording
    v, t = recording.variables["v"].flatten().numpy(), recording.time
    onset, tau = experiment.stimulus.onset, experiment.model.tau_mem
    assert recording.spikes.sum() == 0
    # v = A (1 - exp(-t / tau)); one step of dt moves it by 0.8 dt / tau / e
    assert np.interp(onset + tau, t, v) == pytest.approx(0.8 * (1 - np.exp(-1)), abs=0.8 * recording.dt / tau)


def test_intervals_grow():
    times = TIRED.experiment().run().recording.spike_times(0)
    assert np.all(np.diff(np.diff(times)) > 0)


def test_chance_alone_decides_when_neurons_fire():
    recording = IRREGULAR.experiment().run().recording
    counts = recording.spikes.sum(0).flatten().tolist()
    assert counts[0] == 0 and counts[-1] > 0, "without noise it is silent"
