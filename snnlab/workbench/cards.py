"""Cards beside the plots: a model's equations, and numbers measured on its spikes."""

from snnlab.analysis import SpikeStatistics
from snnlab.core import Neuron
from snnlab.symbolic import equations


def equation_text(neuron: Neuron) -> str:
    """The neuron's equations as one block of LaTeX, printed from its running code."""
    parts = equations(neuron)
    titles = {"flow": "", "spike": r"\text{spike when}", "reset": r"\text{then}", "receive": r"\text{input spike}"}
    lines = []
    for part, title in titles.items():
        for k, line in enumerate(getattr(parts, part)):
            left, sign, right = _split(line)
            lines.append(rf"{title if k == 0 else ''} & \quad {left} {sign} {right}" if title else rf"{left} & {sign} {right}")
    flow = r"\begin{aligned}" + r" \\[6pt] ".join(lines[: len(parts.flow)]) + r"\end{aligned}"
    rest = r"\begin{array}{ll}" + r" \\[4pt] ".join(lines[len(parts.flow) :]) + r"\end{array}"
    return f"$${flow}$$ $${rest}$$"


def _split(line: str) -> tuple[str, str, str]:
    sign = next(s for s in (r"\leftarrow", "=", ">") if f" {s} " in line)
    left, right = line.split(f" {sign} ", 1)
    return left, sign, right


def statistics_html(measured: SpikeStatistics, population_rate: float, neurons: int) -> str:
    """The measured numbers as a table."""

    def cell(value: float | None, unit: str = "", digits: int = 1) -> str:
        return "–" if value is None else f"{value:.{digits}f} {unit}".strip()

    rows = [
        ("Spike count", cell(measured.count, digits=0)),
        ("Mean rate", cell(measured.rate, "Hz")),
        ("First-spike latency", cell(measured.latency, "ms", 2)),
        ("Mean ISI", cell(measured.mean_isi, "ms", 2)),
        ("CV of ISI", cell(measured.cv_isi, digits=3)),
    ]
    if neurons > 1:
        rows.append((f"Mean rate of all {neurons}", cell(population_rate, "Hz")))
    return "<table class='numbers'>" + "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in rows) + "</table>"
