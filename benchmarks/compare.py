"""Runs of snnlab beside those of other simulators, in one process and in turns, so that noise meets all alike.

    python -m benchmarks.compare --n 1,1000 --models lif --peers eager,norse,floor
    python -m benchmarks.compare --n 1000 --backward --json out.json

A run makes spikes [T, N] and the potential of up to ten neurons from an input [T, N] in float32; with --backward also
the gradient of the number of spikes with respect to the input. `first` is the first call, with all that is compiled in
it. `ratio` is the median over rounds of peer / snnlab within a round: above 1 snnlab is faster. `differ` counts spikes
that are not those of eager, `gradient` is how far the gradient is off, relative to its norm. `floor` reads the input
once and writes what must be returned once, into fresh memory in large pages: no simulator can be faster.
"""

import argparse
import gc
import json
import statistics
import time
import warnings
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks.clock import machine, milliseconds
from benchmarks.peers import NOTES, PEERS, Missing
from snnlab.engine import memory

INPUTS = {  # from uniform random numbers, in place: every neuron fires now and then
    "lif": lambda r: r.lt_(0.12).mul_(1.6),
    "izhikevich": lambda r: r.mul_(20.0),
    "adex": lambda r: r.mul_(0.4).add_(0.1),
}
KEPT = {False: 6, True: 24}  # numbers that a loop in Python keeps for each step of a neuron, without and with gradient


def inputs(model: str, T: int, N: int, device="cpu") -> Tensor:
    x = torch.empty(T, N, device=device).uniform_(generator=torch.Generator(device).manual_seed(0))
    return INPUTS[model](x)


def check(spikes, gradient, reference: tuple[np.ndarray, np.ndarray | None] | None) -> dict[str, Any]:
    """What a run gave: its number of spikes, and how far it is from the reference."""
    fired = np.asarray(spikes) > 0
    found: dict[str, Any] = {"spikes": int(fired.sum())}
    if reference is not None:
        found["differ"] = int((fired != reference[0]).sum())
        if gradient is not None and reference[1] is not None:
            off = np.asarray(gradient, np.float32) - reference[1]
            found["gradient"] = float(np.linalg.norm(off) / np.linalg.norm(reference[1]))
    return found


def compare(model: str, T: int, N: int, peers: list[str], backward: bool, rounds: int) -> dict[str, dict[str, Any]]:
    """Peer -> times of its rounds in ms and what it gave, or why it is left out."""
    x = inputs(model, T, N).requires_grad_(backward)
    rows: dict[str, dict[str, Any]] = {}
    runs, reference = {}, None
    for name in sorted(peers, key=lambda name: name != "eager"):  # the reference first
        try:
            if name not in ("snnlab", "floor"):
                memory.check(4 * T * N * KEPT[backward], "cpu", "Its run")
            run = PEERS[name](model, x, backward)
            start = time.perf_counter()
            spikes, gradient = run()
            rows[name] = {"first": (time.perf_counter() - start) * 1000, "rounds": []}
        except (Missing, ImportError, MemoryError) as reason:
            rows[name] = {"left out": str(reason) or type(reason).__name__}
            continue
        except Exception as failed:  # one that breaks must hide neither the others nor why it broke
            rows[name] = {"left out": f"{type(failed).__name__}: {failed}"[:160]}
            continue
        runs[name] = run
        if name == "eager":
            reference = np.asarray(spikes) > 0, None if gradient is None else np.asarray(gradient)
        if name != "floor":
            rows[name] |= check(spikes, gradient, reference)
        del spikes, gradient
    for _ in range(rounds):
        for name in peers:
            if name in runs:
                gc.collect()  # the graphs of loops are cycles: none should be collected in the time of another
                rows[name]["rounds"].append(milliseconds(runs[name]))
    return {name: rows[name] for name in peers}


def table(rows: dict[str, dict[str, Any]]) -> str:
    """One line for each peer."""
    lines = [f"{'':15}{'ms':>10}{'ratio':>9}{'first':>9}{'spikes':>10}{'differ':>9}{'gradient':>10}"]
    base = rows["snnlab"].get("rounds", [])
    for name, row in rows.items():
        if why := row.get("left out"):
            lines.append(f"{name:15}left out: {why}")
            continue
        row["ms"] = statistics.median(row["rounds"])
        row["ratio"] = statistics.median([a / b for a, b in zip(row["rounds"], base)] or [float("nan")])
        off = f"{row['gradient']:.1e}" if "gradient" in row else ""
        given = f"{row.get('spikes', ''):>10}{row.get('differ', ''):>9}{off:>10}"
        lines.append(f"{name:15}{row['ms']:10.3f}{row['ratio']:9.2f}{row['first']:9.0f}{given}")
    return "\n".join(lines)


def main() -> None:
    def several(text: str) -> list[str]:
        return text.split(",")

    def numbers(text: str) -> list[int]:
        return [int(float(n)) for n in text.split(",")]

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=numbers, default=[1, 100, 1000, 100_000], help="numbers of neurons")
    parser.add_argument("--t", type=int, default=1000, help="steps of 1 ms")
    parser.add_argument("--models", type=several, default=[*INPUTS], help=",".join(INPUTS))
    parser.add_argument("--peers", type=several, default=[*PEERS], help=",".join(PEERS))
    parser.add_argument("--backward", action="store_true", help="with the gradient")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", help="a file for everything that was measured")
    given = parser.parse_args()
    if unknown := [*({*given.peers} - {*PEERS}), *({*given.models} - {*INPUTS})]:
        parser.error(f"{', '.join(unknown)}: choose peers from {', '.join(PEERS)} and models from {', '.join(INPUTS)}")
    peers = ["snnlab", *(name for name in PEERS if name in given.peers and name != "snnlab")]
    warnings.filterwarnings("ignore")  # of peers
    torch.set_num_threads(given.threads)
    where = machine("numpy", "norse", "jax", "snntorch", "spikingjelly", "brian2")
    print(f"{where}; {given.threads} threads")
    results = []
    for model in given.models:
        for N in given.n:
            what = "forward and gradient" if given.backward else "forward"
            print(f"\n{model}, {what}, N = {N}, T = {given.t}", flush=True)
            rows = compare(model, given.t, N, peers, given.backward, given.rounds)
            print(table(rows), flush=True)
            results.append({"model": model, "backward": given.backward, "N": N, "T": given.t, "peers": rows})
            if given.json:
                with open(given.json, "w") as file:
                    json.dump({"machine": where, "threads": given.threads, "results": results}, file, indent=1)
    print()
    for name in peers:
        if name in NOTES:
            print(f"{name}: {NOTES[name]}")


if __name__ == "__main__":
    main()
