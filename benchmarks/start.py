"""How long people wait before the first picture: imports, first runs, and the first run of each further neuron.

    python -m benchmarks.start [--rounds 5]

Every row but the last two is the first thing that happens in a process of its own. Times of imports are those above
`import torch`, each above the ones before it. Runs are short (100 steps of 10 neurons), so they are nearly all waiting.
In the last two rows median, least and most are those of the neurons, else those of the processes.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from statistics import median

from benchmarks.clock import machine

T, N = 100, 10
ROOT = Path(__file__).parent.parent
IMPORTS = {
    "import snnlab, above torch": "snnlab",
    "then snnlab.functional": "snnlab.functional",
    "then snnlab.engine": "snnlab.engine",
}
TOGETHER = "all that a run needs"
BOUNDS = {"import snnlab, above torch": 200.0, TOGETHER: 200.0}  # ms
FIRST = ("forward", "gradient", "network")


def took(run: Callable) -> float:
    """Time of one call in ms."""
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000


def imports() -> dict[str, float]:
    import torch  # noqa: F401

    found = {row: took(partial(import_module, name)) for row, name in IMPORTS.items()}
    return found | {TOGETHER: sum(found.values())}


def waits(kind: str) -> Callable:
    """A function `(neuron) -> None`: a run of this kind with the textbook's parameters, which imports nothing new."""
    import torch

    from snnlab import simulate
    from snnlab.core import annotations

    def run(neuron) -> None:
        given = neuron.parameters._field_defaults
        for name, mark in annotations(neuron.parameters).items():
            if getattr(mark, "default", None) is not None:
                given = given | {name: mark.taken(mark.default)}
        x = torch.full((T, N), float(neuron.current.default), requires_grad=kind == "gradient")
        network = torch.full((N, N), 0.01) if kind == "network" else None
        recording = simulate(neuron, current=x, p=neuron.parameters(**given), dt=1e-4, network=network)
        assert recording.backend == "llvm", f"{neuron.name}: {recording.backend}"
        if kind == "gradient":
            recording.variables["v"].sum().backward()

    return run


def first(kind: str) -> dict[str, float]:
    """The first run of a kind, and the same again."""
    from snnlab.functional import LIF

    run = waits(kind)
    return {f"first run: {kind}": took(partial(run, LIF)), f"second run: {kind}": took(partial(run, LIF))}


def further() -> dict[str, float]:
    """The first run of each neuron after the first."""
    from snnlab.functional import LIF, NEURONS

    found: dict[str, float] = {}
    for kind in FIRST[:2]:
        run = waits(kind)
        run(LIF)
        found |= {f"{kind} {n.name}": took(partial(run, n)) for n in NEURONS if n is not LIF}
    return found


def prepared() -> dict[str, float]:
    """What a server does at its start."""
    from snnlab.engine import prepare

    return {"snnlab.engine.prepare()": took(prepare)}


PARTS = {"imports": imports, "further": further, "prepared": prepared} | {kind: partial(first, kind) for kind in FIRST}


def fresh(part: str) -> dict[str, float]:
    """What a part measures in a new process."""
    call = f"import json; from benchmarks.start import PARTS; print(json.dumps(PARTS[{part!r}]()))"
    done = subprocess.run([sys.executable, "-c", call], capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise RuntimeError(f"{part}: {done.stderr.strip().splitlines()[-1]}")
    return json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="new processes for each row")
    rounds = [{k: v for part in PARTS for k, v in fresh(part).items()} for _ in range(parser.parse_args().rounds)]
    times = {row: [found[row] for found in rounds] for row in rounds[0]}
    models = {row: median(values) for row, values in times.items() if row.startswith(FIRST)}
    print(f"{machine('llvmlite')}\n\n{'':32}{'median ms':>10}{'least':>10}{'most':>10}")
    for row, values in times.items():
        if row in models:
            continue
        most = BOUNDS.get(row)
        bound = "" if most is None else f"   (at most {most:.0f}: {'yes' if median(values) <= most else 'NO'})"
        print(f"{row:32}{median(values):10.1f}{min(values):10.1f}{max(values):10.1f}{bound}")
    for kind in FIRST[:2]:
        found = {row.removeprefix(kind + " "): value for row, value in models.items() if row.startswith(kind + " ")}
        slowest = max(found, key=found.__getitem__)
        what = f"each further neuron: {kind}"
        print(f"{what:32}{median(found.values()):10.1f}{min(found.values()):10.1f}{found[slowest]:10.1f}   ({slowest})")


if __name__ == "__main__":
    main()
