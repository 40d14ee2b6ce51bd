"""How long maps of two knobs take: `python -m benchmarks.maps`; wall and CPU time in ms, the least of some runs."""

import time

from snnlab.analysis import sweep
from snnlab.models import LIF, PRESETS, Constant, Experiment, Izhikevich, Step

POINTS, RUNS = 100, 7
OWN, DRIVE = ("model.tau_mem", 5, 40), ("stimulus.amplitude", 0, 3)
OF_LIF, OF_ADEX = Experiment(LIF(), Constant(), {"duration": 200}), PRESETS["adex-2008-d"].experiment()
OF_IZHIKEVICH = Experiment(Izhikevich(), Step(amplitude=10), {"duration": 500, "dt": 0.1})
MAPS = {
    "LIF, τ_mem and v_th": (OF_LIF, OWN, ("model.v_th", 0.5, 1.2)),
    "LIF, current and τ_mem": (OF_LIF, DRIVE, OWN),
    "AdEx, a and b": (OF_ADEX, ("model.a", -20, 20), ("model.b", 0, 300)),
    "AdEx, current and b": (OF_ADEX, ("stimulus.amplitude", 0, 1000), ("model.b", 0, 300)),
    "Izhikevich, a and d": (OF_IZHIKEVICH, ("model.a", 0.01, 0.1), ("model.d", 0, 10)),
    "Izhikevich, current and d": (OF_IZHIKEVICH, ("stimulus.amplitude", 0, 20), ("model.d", 0, 10)),
}


def timed(given: tuple, measures: tuple[str, ...]) -> tuple[float, float]:
    """Wall and CPU time of a map in ms."""
    experiment, *spans = given
    x, y = ((*span, POINTS) for span in spans)
    wall, cpu = time.perf_counter(), time.process_time()
    sweep(experiment, x, y, measures)
    return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)


def main() -> None:
    for name, given in MAPS.items():
        found = [timed(given, ("rate", "latency", "cv", "adaptation")) for _ in range(RUNS)]
        wall, cpu = map(min, zip(*found))
        told = min(timed(given, ("pattern",))[1] for _ in range(2))
        print(f"| {name} | {given[0].steps:,} | {wall:.0f} | {cpu:.0f} | {told:.0f} |", flush=True)


if __name__ == "__main__":
    main()
