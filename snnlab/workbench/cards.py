"""Cards beside the plots: a model's equations, and numbers measured on its spikes."""

from snnlab.analysis import SpikeStatistics
from snnlab.core import Neuron
from snnlab.symbolic import equations


def equation_text(neuron: Neuron) -> str:
    """The neuron's equations as one block of LaTeX, printed from its running code."""
    parts = equations(neuron)
    words = {"spike": "spike when", "reset": "then", "receive": "input spike", "hold": "while"}
    lines = list(parts.flow)
    for part, word in words.items():
        lines += [rf"\text{{{word if k == 0 else ''}}}\ \ {line}" for k, line in enumerate(getattr(parts, part))]
    return r"$$\begin{array}{l}" + r" \\[7pt] ".join(lines) + r"\end{array}$$"


def statistics_html(measured: SpikeStatistics, population_rate: float, neurons: int) -> str:
    """The measured numbers as a table."""

    def cell(value: float | None, unit: str = "", digits: int = 1) -> str:
        return "–" if value is None else f"{value:.{digits}f} {unit}".strip()

    rows = [
        ("Spike count", cell(measured.spikes, digits=0)),
        ("Mean rate", cell(measured.rate, "Hz")),
        ("First-spike latency", cell(measured.latency, "ms", 2)),
        ("Mean ISI", cell(measured.mean_isi, "ms", 2)),
        ("CV of ISI", cell(measured.cv_isi, digits=3)),
    ]
    if neurons > 1:
        rows.append((f"Mean rate of all {neurons}", cell(population_rate, "Hz")))
    return (
        "<table class='numbers'>"
        + "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in rows)
        + "</table>"
    )
