"""What every model keeps, whatever its family: it runs as it is, records what it says, and is data."""

import re

from snnlab import models
from snnlab.models import FAMILIES, Experiment, Model

from .contract import Check, holds

SHORT = {"duration": 60.0}  # ms


@Check
def its_definition_says_what_it_is(kind: type[Model]) -> None:
    definition = kind.definition
    holds(definition.doc.endswith("."), f"doc = {definition.doc!r:.60}: give a sentence, with its full stop")
    holds(
        re.search(r"\d", definition.source),
        f"source = {definition.source!r:.60}: give the paper or book, and its year",
    )


@Check
def its_name_is_free(kind: type[Model]) -> None:
    """Experiments, links and pickles find a model by its name."""
    holds(getattr(models, kind.__name__, kind) is kind, "snnlab.models has something of this name: give another")


@Check
def defaults_run_and_record_every_variable(kind: type[Model]) -> None:
    """Under the stimulus that shows it, by class."""
    model = kind()
    result = Experiment.of(model, settings=SHORT).run()
    holds(result.failure is None, f"a run at its defaults fails: {result.failure}")
    recording, marks = result.recording, model.variables()
    holds(list(recording.variables) == list(marks), f"a run records {list(recording.variables)}, not {list(marks)}")
    units = {name: mark.unit for name, mark in marks.items()}
    holds(recording.units == units, f"a run has the units {recording.units}, not {units}")
    holds(result.definition is kind.definition, "a run names another definition")


@Check
def equal_seeds_give_equal_runs(kind: type[Model]) -> None:
    one, other = (Experiment.of(kind(), settings=SHORT | {"seed": 7}).run().recording for _ in range(2))
    holds(one.spikes.equal(other.spikes), "two runs of one seed have different spikes")
    for name, x in one.variables.items():
        holds(x.equal(other.variables[name]) or bool(x.isnan().any()), f"two runs of one seed differ in {name}")


@Check
def it_comes_back_from_json_and_links(kind: type[Model]) -> None:
    """Where its name leads to it, or its text; else it is said that it is not known."""
    experiment = Experiment.of(kind(), settings=SHORT)
    recording = experiment.run().recording
    ways = [lambda: Experiment.from_json(recording.experiment), lambda: Experiment.from_query(experiment.to_query())]
    for again_from in ways:
        if kind.text is not None or kind in FAMILIES[kind.family].values():
            again = again_from()
            holds(again.diff(experiment) == {}, f"it comes back with other values: {again.diff(experiment)}")
            holds(again.run().recording.spikes.equal(recording.spikes), "what comes back has other spikes")
            continue
        try:
            again_from()
        except ValueError as error:
            holds(kind.definition.name in str(error), f"that its name is not known is said by: {error}")
        else:
            holds(False, "it has no place among the models of snnlab, and comes back as one of them")


@Check
def its_card_shows_every_value(kind: type[Model]) -> None:
    shown = kind()._repr_html_()
    for name in kind.shown.values():
        holds(f">{name}<" in shown, f"its card does not show {name}")


CHECKS = tuple(value for value in globals().values() if isinstance(value, Check))
