"""What a notebook shows of a recording: numbers in a table, the first neuron as a small picture."""

import json
from html import escape
from typing import Any

from torch import Tensor

from snnlab.core.palette import VOLTAGE
from snnlab.core.svg import plot

from .labelled import numbers_of


def html(recording: Any) -> str:
    """A table of what was run and what came out, and the first variable of the first neuron with its spikes."""
    dt, duration = recording.dt, len(recording.spikes) * recording.dt
    count = int((recording.spikes.detach() > 0).sum())
    rate = f", {count / recording.size / duration * 1000:.4g} Hz a neuron" if recording.size * duration else ""
    rows = [
        ("duration", f"{duration:g} ms in steps of {dt:g} ms"),
        ("neurons", f"{recording.size:,}"),
        ("spikes", f"{count:,}{rate}"),
        *((name, _range(values, recording.units.get(name, "1"))) for name, values in recording.variables.items()),
        ("computed by", recording.backend),
    ]
    cells = "".join(
        f"<tr><td style='text-align:left'>{escape(name)}</td><td style='text-align:left'>{escape(words)}</td></tr>"
        for name, words in rows
    )
    return f"<div><b>{escape(_title(recording))}</b><br>{_picture(recording)}<table>{cells}</table></div>"


def _title(recording: Any) -> str:
    if not recording.experiment:
        return "Recording"
    about = json.loads(recording.experiment)
    return f"Recording of {about['model']['name']} under {about['stimulus']['name']}"


def _range(values: Tensor, unit: str) -> str:
    values = values.detach()
    values = values[values.isfinite()]
    if not values.numel():
        return "no numbers"
    return f"{values.min().item():.4g} to {values.max().item():.4g} {'' if unit == '1' else unit}".rstrip()


def _picture(recording: Any) -> str:
    name, values = next(iter(recording.variables.items()), ("", recording.spikes[:0]))
    if not values.numel():
        return ""
    first = (numbers_of(recording) or (0,))[0]
    unit = recording.units.get(name, "1")
    line = values.detach().reshape(len(values), -1)[:, 0].tolist()
    label = name if unit == "1" else f"{name} ({unit})"
    duration = len(recording.spikes) * recording.dt
    return plot(line, duration, label, VOLTAGE, (recording.spike_times(first) - recording.begin).tolist())
