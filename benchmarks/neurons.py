"""How much faster kernels are than eager torch, for every neuron that a current drives, and what a first run takes.

    python -m benchmarks.neurons
    python -m benchmarks.neurons --only HodgkinHuxley,MorrisLecar --n 31 --rounds 5 --euler --json out.json

One thread, and the time that it computes: who else uses the machine does not count. Runs are of the neuron's own step,
from rest, in float32; each neuron gets a current of its own, half to three halves of the usual one; spikes and v are
recorded. Kernel and eager torch take turns, ratios are those within a round (medians); eager torch does a fifth of the
steps. `differ` counts its spikes at another step, of all sizes: exp and its like round otherwise. With --euler all have
the steps of Euler: exponential ones take derivatives, which eager torch does anew each time, a kernel has them written.

`first` is a run of ten steps whose kernel is not there yet, in ms, `compiling` what LLVM takes of it, `gradient` what
it takes for the kernel of the gradient besides the one forward. `unit` is `compiling` over that of LIF within a round,
which other work on the machine does not change.
"""

import argparse
import json
import time
import warnings
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor

from benchmarks.clock import machine
from snnlab.core import euler, own_slopes
from snnlab.core.tuples import mapped
from snnlab.engine import CoarseStep, again, coarse, fused, simulate, trace
from snnlab.models import NEURONS

FEWER = 5  # times fewer steps for eager torch
DRIVEN = {name: model for name, model in NEURONS.items() if model.definition.port == "current"}


def milliseconds(run: Callable, calls: int = 1) -> float:
    """Time that this process computes in one call, the median of several; the first of more is not counted.

    It meets the memory that another run left.
    """
    took = []
    for _ in range(calls):
        start = time.process_time()
        run()
        took.append(1000 * (time.process_time() - start))
    return median(took[1:] or took)


def run_of(model: Any, steps: int, N: int, advance: Any = None) -> Callable:
    """A function `(backend) -> recording`."""
    held = model()
    neuron, dt = held.neuron, held.neuron.dt
    p = held.p(torch.float64, dt=dt)
    state = mapped(lambda x: float(x) if isinstance(x, Tensor) else x, neuron.rest(p))
    x = (neuron.current.default * torch.linspace(0.5, 1.5, N)).expand(steps, N).contiguous()
    given = {"p": p, "state": state, "dt": dt / 1000, "record": neuron.state._fields[:1], "advance": advance}
    return lambda backend, current=x: simulate(neuron, current=current, backend=backend, **given)


def ratios(model: Any, steps: int, N: int, rounds: int, advance: Any) -> tuple[float, float, int]:
    """Time of a step in the kernel in µs, how many times that eager torch takes, how many spikes differ."""
    run, short = run_of(model, steps, N, advance), run_of(model, steps // FEWER, N, advance)
    differ = int((short("llvm").spikes != short("eager").spikes).sum())
    times = [(milliseconds(partial(run, "llvm"), 6), milliseconds(partial(short, "eager"))) for _ in range(rounds)]
    ratio = median(FEWER * slow / fast for fast, slow in times)
    return 1000 * median(fast for fast, _ in times) / steps, ratio, differ


def first_run(model: Any, backward: bool = False) -> tuple[float, list[float]]:
    """Time in ms of a run whose kernel is not there, and of it what compiling takes, one number for each kernel."""
    took: list[float] = []

    def compiled(text: str) -> fused.Compiled:
        start, made = time.process_time(), fused.Compiled(text)
        took.append(1000 * (time.process_time() - start))
        return made

    run, kept = run_of(model, 10, 31), (fused.plan_of, fused.forward_program, fused.backward_program)
    x = torch.full((10, 31), float(model.definition.current.default), requires_grad=backward)
    for cache in (*kept, trace.forward, trace.backward, coarse.pace_of, own_slopes):
        cache.cache_clear()
    again._known.clear()

    def both() -> None:
        recording = run("auto", x)
        if backward:
            next(iter(recording.variables.values())).sum().backward()

    with patch.object(fused, "_module", compiled):
        whole = milliseconds(both)
    for cache in kept:  # what was compiled here is gone
        cache.cache_clear()
    return whole, took


def starts(models: dict[str, Any], rounds: int) -> dict[str, dict[str, float]]:
    """What is waited for before the first picture, for each neuron."""
    for model in (NEURONS["LIF"], *models.values()):  # what is imported at the first
        first_run(model, backward=True)
    times: dict[str, list[tuple[float, ...]]] = {name: [] for name in models}
    for _ in range(rounds):
        for name, model in models.items():
            unit = first_run(NEURONS["LIF"])[1][0]
            whole, (compiling,) = first_run(model)
            gradient = first_run(model, backward=True)[1][-1]
            times[name].append((whole, compiling, gradient, compiling / unit))
    columns = ("first", "compiling", "gradient", "unit")
    return {name: {c: median(row) for c, row in zip(columns, zip(*rows))} for name, rows in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(DRIVEN), help="names of neurons")
    parser.add_argument("--n", default="31,100,1000", help="numbers of neurons; none with --n=")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--euler", action="store_true", help="steps of Euler, whatever the neuron's own are")
    parser.add_argument("--json", help="a file for everything that was measured")
    given = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore", CoarseStep)
    models, sizes = {name: DRIVEN[name] for name in given.only.split(",")}, [int(n) for n in given.n.split(",") if n]
    where = machine("llvmlite")
    print(f"{where}; 1 thread")
    found: dict[str, Any] = {name: {} for name in models}
    if sizes:
        print(f"\n{'':24}" + "".join(f"{'N = ' + str(n):>18}" for n in sizes) + f"{'differ':>9}")
    for name, model in models.items() if sizes else ():
        row = {n: ratios(model, given.steps, n, given.rounds, euler if given.euler else None) for n in sizes}
        found[name] |= {n: {"µs": fast, "ratio": ratio, "differ": off} for n, (fast, ratio, off) in row.items()}
        cells = "".join(f"{fast:8.2f} µs{ratio:6.0f}x" for fast, ratio, _ in row.values())
        print(f"{name:24}{cells}{sum(off for *_, off in row.values()):9}", flush=True)
    print(f"\n{'':24}{'first':>10}{'compiling':>12}{'gradient':>12}{'unit':>8}")
    for name, row in starts(models, given.rounds).items():
        found[name] |= row
        print(f"{name:24}{row['first']:10.0f}{row['compiling']:12.0f}{row['gradient']:12.0f}{row['unit']:8.1f}")
    if given.json:
        with open(given.json, "w") as file:
            json.dump({"machine": where, "neurons": found}, file, indent=1)


if __name__ == "__main__":
    main()
