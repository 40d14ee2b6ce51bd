"""Which knob a symbol in the equations belongs to."""

from collections import Counter

from snnlab.models import Experiment, Knob, Knobs
from snnlab.models.stimuli.compounds import leaves
from snnlab.models.stimuli.formula import indexed
from snnlab.views.mathml import Symbols


def symbols_of(experiment: Experiment) -> Symbols:
    """LaTeX of the symbols of an experiment's knobs, and what the page calls these, without their owner.

    Of several stimuli, a symbol that more than one has stands in the equations with the number of its part.
    """
    model, parts = experiment.model, leaves(experiment.stimulus)
    found = dict(_named(model, "model"))
    each = [
        dict(_named(part, f"stimulus.{k}" if experiment.stimulus.parts else "stimulus")) for k, part in enumerate(parts)
    ]
    counts = Counter(latex for one in each for latex in one)
    for k, one in enumerate(each, start=1):
        found |= {latex if counts[latex] == 1 else indexed(latex, str(k)): name for latex, name in one.items()}
    return tuple(found.items())


def _named(knobs: Knobs, owner: str) -> list[tuple[str, str]]:
    marks = {name: knobs.param[name] for name in knobs.names() if name != "source"}
    return [(one.latex, f"{owner}.{name}") for name, one in marks.items() if isinstance(one, Knob) and one.latex]
