"""What a GPU says: the tests that want one, then how long runs take on it, in five minutes at most (`make gpu`).

    python3 -m benchmarks.gpu                 on a machine with a GPU, torch, Triton and NumPy: nothing else is needed
    python3 -m benchmarks.gpu --rehearse      the same way without a GPU: tiny runs in Triton's interpreter, no figures

A run is that of benchmarks.compare: 1000 steps of N neurons in float32. snnlab, eager torch and SpikingJelly's FlexSN
take turns (A B C A B C); times are between CUDA events, medians over rounds, after a first run that compiles. `GB/s` is
of the bytes that a run cannot do without, beside those of a copy of 1 GB. The last neurons of each run are held against
eager torch. What the time or the memory does not allow is left out, and both files say so.

One JSON and one table go to benchmarks/results, to be committed. Ends with 0 where all tests passed and all numbers are
right, with 1 where not, and with 2 where there is no GPU.
"""

import argparse
import gc
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import torch
from torch import Tensor

from benchmarks import peers
from benchmarks.clock import machine, milliseconds, once
from benchmarks.compare import INPUTS, KEPT, inputs
from snnlab.engine import memory

ROOT = Path(__file__).parent.parent
PEERS: dict[str, Callable] = {
    "snnlab": partial(peers.snnlab, backend="triton"),  # so that what has no kernel is an error, and not eager torch
    "eager": peers.eager,
    "flexsn": peers.flexsn,
}
KINDS = {False: "forward", True: "forward and gradient"}
# Bytes of a step of a neuron that no run can do without: the input is read and a spike of a byte written; with a
# gradient the spike is a float, the input is read again and its gradient written.
NEEDED = {False: 5, True: 16}
TESTED = 0.6  # of the time, at most
LAST = 10_000  # neurons that are held against eager torch
MOVED = 1e-3  # of their spikes at most: an exp that differs in its last digit moves one now and then
OFF = 1e-4  # the gradient of those of which none moved, at most


class Scale(NamedTuple):
    """How large runs are."""

    neurons: tuple[int, ...]
    steps: int
    copied: int  # bytes
    rounds: int
    most: float  # ms after which there are no more calls in a turn


REAL = Scale((10_000, 100_000, 1_000_000), 1000, 10**9, 5, 1000.0)
REHEARSED = Scale((5, 150), 40, 10**6, 2, 1.0)  # more than a block of neurons, and than a segment of steps


class Budget:
    """The time that there is, in s."""

    def __init__(self, seconds: float) -> None:
        self.start, self.seconds = time.monotonic(), seconds

    @property
    def used(self) -> float:
        return time.monotonic() - self.start

    @property
    def left(self) -> float:
        return max(0.0, self.seconds - self.used)


# -- tests -------------------------------------------------------------------------------------------------------------


def tests(seconds: float) -> dict[str, Any]:
    """What the tests marked gpu or triton say, in a process of their own; `good` only where all of them ended well."""
    marked = re.compile(r"^(@pytest\.mark\.|pytestmark = .*pytest\.mark\.)(gpu|triton)\b", re.MULTILINE)
    every = sorted((ROOT / "tests").rglob("test_*.py"))
    files = [str(path.relative_to(ROOT)) for path in every if marked.search(path.read_text())]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    environment.pop("TRITON_INTERPRET", None)  # they ask for it themselves
    by, options = "pytest", ["-o", "addopts=--import-mode=importlib"]  # not strict: plugins may be missing
    if importlib.util.find_spec("pytest") is None:
        by = "tests/stand_in, for pytest is missing"
        places = str(ROOT / "tests" / "stand_in"), environment.get("PYTHONPATH", "")
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, places))
        options = []
    elif importlib.util.find_spec("xdist") is not None:
        options += ["-n", "auto", "--maxprocesses", "8", "--dist", "worksteal"]
    command = [sys.executable, "-m", "pytest", *options, "-m", "gpu or triton", *files]
    print("$", *command, flush=True)
    begin, lines = time.monotonic(), []
    # a group of its own: the processes among which pytest divides its tests end with it, and not when they like
    given = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "process_group": 0}
    with subprocess.Popen(command, cwd=ROOT, env=environment, **given) as process:
        limit = threading.Timer(seconds, os.killpg, (process.pid, signal.SIGKILL))
        limit.start()
        try:
            for text in process.stdout:
                print(text, end="", flush=True)
                lines.append(text)
        except KeyboardInterrupt:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        finally:
            limit.cancel()
        code = process.wait()
    took = time.monotonic() - begin
    counts = re.findall(r"\d+ (?:passed|failed|errors?)\b", lines[-1] if lines else "")
    said = ", ".join(counts) or (f"NOT finished in {seconds:.0f} s" if took >= seconds else f"ended with {code}")
    good = code == 0 and any("passed" in count for count in counts)
    return {"good": good, "said": said, "seconds": took, "by": by, "command": " ".join(command[1:])}


# -- runs --------------------------------------------------------------------------------------------------------------


def bandwidth(device: torch.device, size: int) -> float:
    """What a copy of `size` bytes reads and writes, in GB/s."""
    source = torch.ones(size // 4, device=device)
    target = torch.empty_like(source)
    return 2e-6 * size / milliseconds(lambda: target.copy_(source), device=device)


def against_eager(model: str, x: Tensor, spikes: Tensor, gradient: Tensor | None) -> dict[str, Any]:
    """How far the last neurons of a run are from eager torch's, which runs these alone."""
    some = x[:, -LAST:].detach().clone().requires_grad_(gradient is not None)
    expected, slopes = peers.eager(model, some, gradient is not None)()
    moved = (spikes[:, -LAST:] > 0) != (expected > 0)
    found = {"spikes": int((expected > 0).sum()), "moved": int(moved.sum())}
    if gradient is not None and slopes is not None:
        alike = ~moved.any(0)
        found["off"] = float(((gradient[:, -LAST:] - slopes) * alike).norm() / (slopes * alike).norm())
    return found


def wrong(row: dict[str, Any]) -> str:
    """What is wrong with snnlab's run, in words."""
    if "failed" in row:
        return row["failed"]
    if "spikes" in row and not 0 < row["spikes"] * MOVED >= row["moved"]:
        return f"{row['moved']:,} of {row['spikes']:,} spikes are not where eager torch has them"
    return "" if row.get("off", 0.0) <= OFF else f"the gradient is {row['off']:.1e} off eager torch's"


def measured(
    model: str, backward: bool, N: int, scale: Scale, device: torch.device, over: Callable[[], bool]
) -> dict[str, Any]:
    """Peer -> times of its rounds in ms, or why it is left out; there is one round, and more until it is `over`.

    Raises what snnlab raises.
    """
    memory.check(4 * scale.steps * N, device, "Its input")
    x = inputs(model, scale.steps, N, device).requires_grad_(backward)
    row: dict[str, Any] = {"T": scale.steps, "peers": {}}
    runs, each = {}, row["peers"]
    for name, peer in PEERS.items():
        try:
            if name != "snnlab":
                memory.check(4 * x.numel() * KEPT[backward], device, "Its run")
            run, results = peer(model, x, backward), []
            first = once(lambda run=run, to=results: to.append(run()), device)
            if name == "snnlab":
                row |= against_eager(model, x, *results.pop())
            runs[name], each[name] = run, {"first": first, "rounds": []}
        except Exception as error:  # a peer that cannot run must hide neither the others nor why it cannot
            if name == "snnlab":
                raise
            each[name] = {"left out": in_words(error)}
    for k in range(scale.rounds):
        if k and over():
            break
        gc.collect()  # the graphs of loops are cycles: none should be collected in the time of another
        for name, run in runs.items():
            each[name]["rounds"].append(milliseconds(run, most=scale.most, device=device))
    for name in runs:
        took, base = each[name]["rounds"], each["snnlab"]["rounds"]
        each[name] |= {"ms": median(took), "ratio": median(a / b for a, b in zip(took, base))}
    return row | {"GB/s": 1e-6 * NEEDED[backward] * x.numel() / each["snnlab"]["ms"]}


def in_words(error: Exception) -> str:
    kind = "" if isinstance(error, peers.Missing | MemoryError) else f"{type(error).__name__}: "
    return kind + " ".join(str(error).split())[:300]


def all_runs(scale: Scale, device: torch.device, budget: Budget, copy: float) -> list[dict[str, Any]]:
    """Small ones first; those for which the time would not do are left out."""
    todo = [(N, model, backward) for N in scale.neurons for model in INPUTS for backward in KINDS]
    found, took = [], {}
    for k, (N, model, backward) in enumerate(todo):
        row: dict[str, Any] = {"model": model, "kind": KINDS[backward], "N": N}
        least = 10 * took.get((model, backward), 0.0)  # the one before was smaller by that
        end = budget.used + budget.left / (len(todo) - k)
        if budget.left <= least:
            why = f"the time is over: {budget.left:.0f} s are left, and it may take {least:.0f} s"
            row["left out"] = why
        else:
            try:
                gc.collect()
                if device.type == "cuda":
                    torch.cuda.empty_cache()
                row |= measured(model, backward, N, scale, device, lambda end=end: budget.used > end)
                # a first call, a turn of three, and the run that it is held against
                took[model, backward] = 5e-3 * sum(peer.get("ms", 0.0) for peer in row["peers"].values())
            except (MemoryError, torch.OutOfMemoryError) as error:
                row["left out"] = in_words(error)
            except Exception as error:  # what was measured before must not be lost
                row["failed"] = in_words(error)
        found.append(row)
        print(line(row, copy), flush=True)
    return found


# -- what is written ---------------------------------------------------------------------------------------------------


def said_by(*command: str) -> str:
    """The first line that a command prints; "unknown" where there is none."""
    if shutil.which(command[0]) is None:
        return "unknown"
    text = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    return text.strip().partition("\n")[0] or "unknown"


def hardware(device: torch.device) -> dict[str, Any]:
    """Where and with what was measured."""
    host = machine("triton", "numpy", "llvmlite", "spikingjelly")
    found = {"commit": said_by("git", "describe", "--always", "--dirty"), "host": host}
    if device.type != "cuda":
        return {"device": "Triton's interpreter"} | found
    gpu = torch.cuda.get_device_properties(device)
    return {
        "device": gpu.name,
        "memory": f"{gpu.total_memory / 2**30:.0f} GiB",
        "multiprocessors": gpu.multi_processor_count,
        "capability": f"{gpu.major}.{gpu.minor}",
        "driver": said_by("nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"),
        "CUDA": torch.version.cuda,
    } | found


def line(row: dict[str, Any], copy: float) -> str:
    """A row of the table; `copy` is the bandwidth in GB/s."""
    cells = [f"{row['model']}, {row['kind']}", f"{row['N']:,}"]
    if "GB/s" in row:
        cells += [f"{row['peers']['snnlab']['ms']:.3g} ms", f"{row['GB/s']:.3g}", f"{row['GB/s'] / copy:.0%}"]
        others = [peer.get("ratio") for name, peer in row["peers"].items() if name != "snnlab"]
        cells += ["—" if ratio is None else f"{ratio:.3g} ×" for ratio in others]
        cells += [f"{row['moved']:,} of {row['spikes']:,}", f"{row['off']:.1e}" if "off" in row else ""]
    else:
        cells += ["—"] * 7
    return f"| {' | '.join(cells)} |"


def left_out(runs: list[dict[str, Any]]) -> list[str]:
    """What is not in the table, and why."""
    found: dict[str, list[str]] = {}
    for row in runs:
        for name, one in ({"run": row} | row.get("peers", {})).items():
            if why := one.get("left out"):
                found.setdefault(f"{name}: {why}", []).append(f"{row['model']}, {row['kind']}, {row['N']:,}")
    every = len(runs)
    return [f"- {why} ({'; '.join(where) if len(where) < every else 'everywhere'})" for why, where in found.items()]


def table(found: dict[str, Any]) -> str:
    """The results as Markdown."""
    where, tested = found["hardware"], found["tests"]
    title = f"{where['device']}, {found['date'][:10]}"
    if found["rehearsal"]:
        title = f"REHEARSAL, {found['date'][:10]}: no GPU was there, and no time here says anything"
    parts = ", ".join(f"{name} {value}" for name, value in where.items() if name not in ("device", "host"))
    none = ", those marked gpu left out, for there is none" * found["rehearsal"]
    left = left_out(found["runs"])
    return "\n".join(
        [
            f"# {title}",
            "",
            f"{where['device']}: {parts}; {where['host']}. `python3 -m benchmarks.gpu`, {found['seconds']:.0f} s.",
            "",
            f"Tests marked gpu and triton: **{tested['said']}** ({tested['seconds']:.0f} s, by {tested['by']}{none}).",
            *(f"\n**WRONG**: {one}" for one in found["wrong"]),
            "",
            f"Runs of {found['T']} steps in float32, medians; the others in multiples of snnlab's time. GB/s: of the",
            f"bytes that a run cannot do without, beside a copy of {found['copied'] / 1e9:g} GB, read and written at",
            f"{found['copy GB/s']:.4g} GB/s. Spikes and gradient: of the last {LAST:,} neurons, beside eager torch.",
            "",
            "| run | neurons | snnlab | GB/s | of a copy | eager torch | FlexSN | spikes moved | gradient off |",
            "|---|---|---|---|---|---|---|---|---|",
            *(line(row, found["copy GB/s"]) for row in found["runs"]),
            *(["", "Left out:", "", *left] if left else []),
            "",
            f"FlexSN: {peers.NOTES['flexsn']}.",
            "",
        ]
    )


def write(found: dict[str, Any], folder: Path) -> None:
    """Both files."""
    folder.mkdir(parents=True, exist_ok=True)
    device = re.sub(r"[^a-z0-9]+", "-", found["hardware"]["device"].lower())
    name = "rehearsal" if found["rehearsal"] else f"{found['date'][:10]}-{device}"
    for ending, text in (("json", json.dumps(found, indent=1) + "\n"), ("md", table(found))):
        path = folder / f"{name}.{ending}"
        path.write_text(text)
        print(path)


def interpreted() -> str:
    """Why Triton's interpreter cannot be had; "" where it runs."""
    os.environ["TRITON_INTERPRET"] = "1"
    try:
        peers.snnlab("lif", inputs("lif", 2, 2), False, backend="triton")()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rehearse", action="store_true", help="without a GPU: tiny runs, in Triton's interpreter")
    parser.add_argument("--minutes", type=float, help="at most: 5, and 30 for a rehearsal, unless given")
    parser.add_argument("--into", type=Path, help="folder: benchmarks/results, and build for a rehearsal, unless given")
    given = parser.parse_args()
    budget = Budget(60 * (given.minutes if given.minutes is not None else 30 if given.rehearse else 5))
    device, scale = torch.device("cpu" if given.rehearse else "cuda"), REHEARSED if given.rehearse else REAL
    if not given.rehearse and not torch.cuda.is_available():
        print(f"No GPU: torch {torch.__version__} finds none. Nothing was run; --rehearse tries the way without one.")
        return 2
    if given.rehearse and (why := interpreted()):
        remedy = " (that of Triton 3.6 wants NumPy before 2.4)" * why.startswith("InterpreterError")
        print(f"No rehearsal: Triton's interpreter does not run here{remedy}: {why}")
        return 1
    found: dict[str, Any] = {"rehearsal": given.rehearse, "date": datetime.now(UTC).isoformat(timespec="seconds")}
    found |= {"hardware": hardware(device), "tests": tests(TESTED * budget.left)}
    found |= {"T": scale.steps, "copied": scale.copied, "copy GB/s": bandwidth(device, scale.copied)}
    found["runs"] = all_runs(scale, device, budget, found["copy GB/s"])
    found["seconds"] = budget.used
    found["wrong"] = [f"{r['model']}, {r['kind']}, {r['N']:,}: {why}" for r in found["runs"] if (why := wrong(r))]
    if not found["tests"]["good"]:
        found["wrong"].insert(0, f"tests: {found['tests']['said']}")
    print(f"\n{table(found)}")
    write(found, given.into or ROOT / ("build" if given.rehearse else "benchmarks/results"))
    print(
        f"{found['tests']['said']}; {sum('GB/s' in row for row in found['runs'])} of {len(found['runs'])} runs measured"
    )
    print(*found["wrong"] or ["nothing is wrong"], sep="\n")
    return 1 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
