"""How the time of a run of LIF neurons grows with their number N, with the number of steps T, and in a network.

    python -m benchmarks.scaling                   five decades of each, and benchmarks/scaling.png
    python -m benchmarks.scaling --decades 3       less of it
    python -m benchmarks.scaling --recurrent       networks, in one kernel and in eager torch

`slope` is d log(time) / d log(size) from the row above, and `upper slope` that of a line through the upper decades:
1 is a time in proportion to the size. Where a size does not fit in memory, the row says so.
"""

import argparse
import importlib.util
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
import torch

from benchmarks import candidate
from benchmarks.clock import machine, milliseconds
from benchmarks.compare import inputs
from benchmarks.peers import DT
from snnlab import simulate
from snnlab.engine import Projection, memory
from snnlab.functional import LIF

STEPS, NEURONS = 1000, 10  # what is held while the other grows
KINDS = {"forward": (False, 1.5), "forward and gradient": (True, 4.0)}  # gradient?, numbers for each step of a neuron


def time_of(T: int, N: int, gradient: bool, size: float, rounds: int) -> float:
    """Median time in ms of a run; NaN where it does not fit in memory."""
    try:
        memory.check(int(4 * T * N * size), "cpu", "The run")
        x = inputs("lif", T, N).requires_grad_(gradient)

        def run() -> None:
            spikes, _ = candidate.run("lif", x, DT)
            if gradient:
                torch.autograd.grad(spikes.sum(), x)

        run()  # compiles
        return median(milliseconds(run) for _ in range(rounds))
    except MemoryError as reason:
        print(f"  T = {T:,}, N = {N:,}: {reason}", flush=True)
        return float("nan")


def slope(sizes: list[int], times: list[float]) -> float:
    """Of the straight line through the points, log-log, those without a time left out."""
    known = [(size, time) for size, time in zip(sizes, times) if time == time]
    x, y = np.log10(known).T if len(known) > 1 else (np.array([]), np.array([]))
    return float(np.polyfit(x, y, 1)[0]) if len(x) else float("nan")


def table(axis: str, sizes: list[int], times: dict[str, list[float]], decades: int) -> str:
    lines = [f"{axis:>12}" + "".join(f"{kind + ', ms':>28}{'slope':>8}" for kind in times)]
    for k, size in enumerate(sizes):
        cells = []
        for row in times.values():
            local = f"{slope(sizes[k - 1 : k + 1], row[k - 1 : k + 1]):8.2f}" if k else " " * 8
            cells.append(f"{row[k]:28.3f}{local}")
        lines.append(f"{size:12,}" + "".join(cells))
    upper = "".join(f"{slope(sizes[-decades - 1 :], row[-decades - 1 :]):36.2f}" for row in times.values())
    return "\n".join([*lines, f"{'upper slope':>12}{upper}"])


def draw(panels: dict[str, tuple[list[int], dict[str, list[float]]]], decades: int, path: Path) -> None:
    from matplotlib.figure import Figure  # without a window, and without what makes windows

    figure = Figure(figsize=(12, 5), dpi=100, layout="constrained")
    for axes, (label, (sizes, times)) in zip(figure.subplots(1, len(panels)), panels.items()):
        for marker, (kind, row) in zip("os", times.items()):
            axes.loglog(sizes, row, marker=marker, label=kind)
        guide = np.array(sizes[-decades - 1 :], float)
        lowest = np.nanmin(np.array([row[-decades - 1 :] for row in times.values()]) / guide)
        axes.loglog(guide, 0.5 * lowest * guide, "--", color="gray", label="slope 1")
        axes.set_xlabel(label)
        axes.set_ylabel("time (ms)")
        axes.grid(alpha=0.3)
        axes.legend(loc="upper left")
    figure.savefig(path)


def networks(sizes: list[int], T: int, rounds: int) -> str:
    """A table: all neurons connected to all, by the kernel and by eager torch."""
    lines = [f"{'N':>12}{'spikes':>10}{'differ':>8}{'llvm, ms':>12}{'eager, ms':>12}{'ratio':>10}"]
    for N in sizes:
        weights = torch.randn(N, N, generator=torch.Generator().manual_seed(1)) / N**0.5
        network, x = Projection(weights), inputs("lif", T, N)
        runs = [partial(simulate, LIF, spikes=x, record=(), network=network, backend=b) for b in ("llvm", "eager")]
        fused, reference = (run().spikes for run in runs)
        pairs = [[milliseconds(run) for run in runs] for _ in range(rounds)]
        fast, slow = (median(column) for column in zip(*pairs))
        ratio = median(b / a for a, b in pairs)
        differ = int((fused != reference).sum())
        lines.append(f"{N:12,}{int(fused.sum()):10,}{differ:8,}{fast:12.3f}{slow:12.1f}{ratio:10.1f}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--decades", type=int, default=5, help="of N and of T, from 10 on")
    parser.add_argument("--upper", type=int, default=2, help="decades of which the slope is taken")
    parser.add_argument("--recurrent", action="store_true", help="networks instead")
    parser.add_argument("--n", type=int, nargs="+", default=[10, 100, 1000], help="sizes of networks")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--picture", type=Path, default=Path(__file__).with_name("scaling.png"))
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    print(f"{machine('numpy', 'llvmlite')}; {given.threads} threads")
    if given.recurrent:
        print(f"\nLIF, N x N synapses, T = {STEPS}\n{networks(given.n, STEPS, given.rounds)}")
        return
    sizes = [10 ** (k + 1) for k in range(given.decades + 1)]
    panels = {}
    for axis, held in (("N", f"T = {STEPS}"), ("T", f"N = {NEURONS}")):
        print(f"\nLIF, {held}", flush=True)
        times: dict[str, list[float]] = {kind: [] for kind in KINDS}
        for n in sizes:
            T, N = (STEPS, n) if axis == "N" else (n, NEURONS)
            for kind, (gradient, size) in KINDS.items():
                times[kind].append(time_of(T, N, gradient, size, given.rounds))
        print(table(axis, sizes, times, given.upper), flush=True)
        name = "neurons N" if axis == "N" else "steps T of 1 ms"
        panels[f"{name}   ({held})"] = sizes, times
    if importlib.util.find_spec("matplotlib") is None:
        print("\nNo picture: matplotlib is missing (pip install matplotlib)")
        return
    draw(panels, given.upper, given.picture)
    print(f"\n{given.picture}")


if __name__ == "__main__":
    main()
