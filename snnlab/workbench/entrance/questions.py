"""Questions that a student has, each with the experiment that answers it."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from snnlab.models import PRESETS, Experiment
from snnlab.models.portable import owners

from ..address import query_of

KEYS = {"model": "", "stimulus": "s.", "run": "r."}  # before the name of a knob in links: `to_query`


class Question(NamedTuple):
    """What is asked, a sentence that says where to look, and the preset that shows it.

    `knob` is what a hand turns in its card, `values` what differs from the preset, `layout` how the explorer opens;
    `shown` are the rows of its picture, of which the first fills it.
    """

    title: str
    words: str
    preset: str
    knob: str
    layout: str = ""
    values: Mapping[str, float] = {}
    shown: tuple[str, ...] = ("v", "I")

    def experiment(self) -> Experiment:
        """Its preset's, with its own values."""
        found = PRESETS[self.preset].experiment()
        for name, value in self.values.items():
            prefix, _, own = name.rpartition(".")
            setattr(owners(found)[prefix], own, value)
        return found

    def link(self, page: str) -> str:
        """The query that opens it."""
        preset = None if self.values else PRESETS[self.preset]
        return self._address(page, query_of(self.experiment(), preset))

    def moved_link(self, page: str) -> dict[str, str]:
        """The query that opens it with its knob moved, and the key of the knob's value in it."""
        experiment = self.experiment()
        query, (prefix, _, own) = experiment.to_query(), self.knob.rpartition(".")
        if prefix == "stimulus" and "s" not in dict(parse_qsl(query)):  # the usual one, which links leave out
            query += "&" + urlencode({"s": experiment.stimulus.kind.name})
        return {"query": self._address(page, query), "key": KEYS[prefix] + own}

    def _address(self, page: str, query: str) -> str:
        layout = {"layout": self.layout} if self.layout else {}
        return "&".join(filter(None, (urlencode({"page": page}), query, urlencode(layout))))


QUESTIONS = (
    Question(
        "What makes a neuron spike?",
        "The current drives the membrane up to a threshold; there it spikes and is reset.",
        "lif-constant",
        "stimulus.amplitude",
        "lecture",
    ),
    Question(
        "What is a time constant?",
        "After one τ the membrane has gone 63 % of its way to where the current takes it.",
        "lif-step",
        "model.tau_mem",
        "lecture",
        {"stimulus.amplitude": 0.8, "run.neurons": 1, "run.noise": 0},
    ),
    Question(
        "How does the rate grow?",
        "Below the rheobase it is silent; the more current above it, the faster it fires.",
        "eif-constant",
        "stimulus.amplitude",
        "measure",
    ),
    Question(
        "What are class 1 and class 2?",
        "On a rising current, class 1 begins to fire slowly; class 2, seen here, at a high rate.",
        "izhikevich-2004-H",
        "model.b",
        "plane",
    ),
    Question(
        "Why do neurons burst?",
        "Reset above the threshold, the next spike follows at once, until adaptation ends it.",
        "adex-2008-d",
        "model.V_r",
        "plane",
    ),
    Question(
        "Why do neurons grow tired?",
        "Each spike adds to a current that holds the membrane down: the intervals grow.",
        "adex-2008-b",
        "model.b",
        "plane",
    ),
    Question(
        "Why are spikes irregular?",
        "The current is too weak: chance decides when each of these neurons fires.",
        "lif-below",
        "run.noise",
        "measure",
        {"run.noise": 1.0},
        shown=("raster", "I"),
    ),
    Question(
        "How does a synapse learn?",
        "A spike before that of its target strengthens it, a spike after weakens it.",
        "stdp-hebbian",
        "stimulus.delta",
        values={"model.eta_plus": 0.02, "model.eta_minus": 0.021},
        shown=("w", "raster"),
    ),
)
