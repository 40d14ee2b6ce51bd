"""What an encoder answers to constant signals, computed in a browser: by it, spikes are decoded there."""

from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from snnlab.core import Centre, only_rate
from snnlab.engine import Portable
from snnlab.engine import portable as portable_run
from snnlab.engine.fills import COUNTER, Fill
from snnlab.engine.portable import filled_run

from .families.encoders import ANSWERS, LASTING, constants
from .portable import Form, Values, cell_of, movable, numbers_of_run, of_neurons, rowwise, tuple_of


def portable_answers(experiment: Any) -> Portable:
    """What an encoder answers to constant signals, from which its spikes are decoded, as a module for browsers.

    It has the values of `portable_experiment`. Its array "current" has the signals; after a run, "s.since" and
    "s.interval" have what is counted of neurons that are driven by them, and "rates" [signals, K] those of spikes that
    come by chance; "prefers" [K] is what is read of each, where it is not the only rate.

    Raises ValueError for an encoder from which something else is read.
    """
    encoder, model, dt = experiment.model.definition, experiment.model, experiment.settings.dt
    x = constants(encoder)
    if model.neuron is not None:
        p, signals = model.p(torch.float32, dt=dt), x.expand(round(1000 * LASTING / dt), -1)
        run = portable_run(model.neuron, current=signals, p=model.whole(p), dt=dt / 1000, record=())
        return run.filled(movable(experiment), _fills_of_answers(Form(experiment, run.about)))
    if encoder.read is not only_rate and not isinstance(encoder.read, Centre):
        raise ValueError(f"no module for the browser: {encoder.name} is read by a function of its own")
    width = encoder.width(model.p())
    arrays = {"current": ("float", len(x), 1), "rates": ("float", "steps", width)}
    arrays |= {"prefers": ("double", 1, width)} if isinstance(encoder.read, Centre) else {}
    run = filled_run(len(x), width, dt, arrays)
    run = run._replace(arrays={"current": x[:, None].numpy()})
    return run.filled(movable(experiment), _fills_of_answers(Form(experiment, run.about)))


@lru_cache(maxsize=64)
def _fills_of_answers(form: Form) -> tuple[Fill, ...]:
    experiment, run = form.experiment, form.about
    if experiment.model.neuron is None:
        fills = [form.fill(lambda v: _rates(experiment, run, v), "cells")]
        if "prefers" in run["arrays"]:
            fills.append(form.fill(lambda v: _preferred(experiment, v), "neurons"))
        return tuple(fills)

    def numbers(v: Values) -> dict[str, Tensor]:
        lasting = {"steps": torch.round(1000 * LASTING / v["run.dt"])} if "run.dt" in v else {}
        return numbers_of_run(experiment, run, v) | {name: rowwise(x) for name, x in lasting.items()}

    return form.fill(numbers, "once"), form.fill(lambda v: of_neurons(experiment, run, v), "neurons")


def _rates(experiment: Any, run: dict[str, Any], v: Values) -> dict[str, Tensor]:
    """Rates [signals, K] under constant signals, in Hz."""
    encoder, (step, column) = experiment.model.definition, cell_of(run, v)
    low, high = encoder.input.low, encoder.input.high
    x = low + (high - low) / (ANSWERS - 1) * step
    return {"rates": rowwise(encoder.rate(x.float(), column.float(), tuple_of(experiment, v)))}


def _preferred(experiment: Any, v: Values) -> dict[str, Tensor]:
    """What each of K neurons prefers."""
    return {"prefers": rowwise(experiment.model.definition.read.value(v[COUNTER], tuple_of(experiment, v)).double())}
