"""With which experiment a model, a preset or a family is opened."""

from collections.abc import Iterable, Mapping
from typing import Any

from snnlab.models import PRESETS, Experiment, Model, Preset, Stimulus


def opening(
    model: Model | None = None,
    stimulus: Stimulus | None = None,
    *,
    preset: Preset | None = None,
    experiment: Experiment | None = None,
    settings: Mapping[str, Any] | None = None,
    kinds: Iterable[type[Model]] = (),
) -> tuple[Experiment, Preset | None]:
    """The experiment, and the preset that it is: None where it differs from that.

    `model`, `stimulus` and `settings` are those of `Experiment.of`; what is not given comes from `preset`, or from the
    first preset of the model, or of `kinds`.
    """
    wanted = (type(model),) if model is not None else tuple(kinds)
    first = preset or next((p for p in PRESETS.values() if p.model in wanted), None)
    begin = experiment or (first.experiment() if first else _shown(model or next(iter(wanted))()))
    if model is not None or stimulus is not None or settings:
        given = dict(settings or {})
        if experiment is None and begin.model.family == "neuron" and given.get("neurons") == 1:
            given = {"noise": 0.0} | given  # that of a preset is a population's
        begin = Experiment.of(model or begin.model, stimulus or begin.stimulus, begin.settings.values() | given)
    return begin, first if model is None and experiment is None else None


def _shown(model: Model) -> Experiment:
    """As a class of one's own is shown, which has no preset."""
    return Experiment.of(model, None, model.on_show())
