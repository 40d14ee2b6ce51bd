"""Kernels in a browser beside the native ones, on one thread: runs in turns, and the ratio of their medians.

    python -m benchmarks.browser [--rounds 15] [--chromium /usr/bin/chromium]

A run is the kernel's call alone, in wasmtime, and with --chromium in that browser's engine too, which sees what a page
sees. Native: `simulate`, whose own work around the kernel counts where the run is short.
"""

import argparse
import time
import warnings
from collections.abc import Callable
from statistics import median
from typing import Any

import torch

from snnlab.engine import CoarseStep, Portable, Projection, portable, simulate
from snnlab.engine.portable import RUNTIME
from snnlab.functional import LIF, AdEx, CobaLIF, Izhikevich, LIFAdExRefrac
from tests.engine.browser import Memory
from tests.engine.cases import case

STEPS = 1000
PAGE = """async ({data, source}) => {
  const url = URL.createObjectURL(new Blob([source], {type: "text/javascript"}))
  const {Kernel} = await import(url)
  window.kernel = await Kernel.of(data)
}"""
CALL = """() => {
  const start = performance.now()
  kernel.run()
  return performance.now() - start
}"""


def runs() -> dict[str, tuple[Any, dict[str, Any]]]:
    """Name -> neuron, and what `simulate` takes."""
    found: dict[str, tuple[Any, dict[str, Any]]] = {}
    for neuron in (LIF, Izhikevich, AdEx, CobaLIF, LIFAdExRefrac):
        for n in (20, 1000):
            given = case(neuron, STEPS, n, torch.float32)
            more = {"state": given.state, "p": given.p, "dt": given.dt, "record": "all"}
            found[f"{neuron.name}, {STEPS} x {n}"] = neuron, more | given.inputs
    g = torch.Generator().manual_seed(3)
    w = (torch.randn(1000, 1000, generator=g) * 0.2) * (torch.rand(1000, 1000, generator=g) < 0.1)
    current = 1.2 + torch.rand(STEPS, 1000, generator=g)
    for name, weights in (("dense", w), ("sparse", w.to_sparse_csr())):
        found[f"network of 1000, {name}"] = LIF, {"current": current, "network": Projection(weights, 3)}
    return found


def in_wasmtime(run: Portable) -> Callable[[], float]:
    memory = Memory(run)

    def once() -> float:
        memory.whole("status")[:] = run.about["steps"], 0
        start = time.perf_counter()
        memory.go()
        return 1000 * (time.perf_counter() - start)

    return once


def in_chromium(tab: Any, run: Portable) -> Callable[[], float]:
    tab.evaluate(PAGE, {"data": run.to_data(), "source": RUNTIME.read_text()})
    return lambda: tab.evaluate(CALL)


def natively(neuron: Any, given: dict[str, Any]) -> Callable[[], float]:
    def once() -> float:
        start = time.perf_counter()
        simulate(neuron, **given)
        return 1000 * (time.perf_counter() - start)

    return once


def measure(rounds: int, tab: Any = None) -> None:
    torch.set_num_threads(1)
    warnings.simplefilter("ignore", CoarseStep)
    places = ["wasmtime"] + ["Chromium"] * (tab is not None)
    print("| run | to bytes | native | " + " | ".join(places) + " |\n" + "|---" * (3 + len(places)) + "|")
    for name, (neuron, given) in runs().items():
        start = time.perf_counter()
        run = portable(neuron, **given)
        made = 1000 * (time.perf_counter() - start)
        calls = {"native": natively(neuron, given), "wasmtime": in_wasmtime(run)}
        if tab is not None:
            calls["Chromium"] = in_chromium(tab, run)
        times: dict[str, list[float]] = {place: [] for place in calls}
        for _ in range(rounds + 2):
            for place, once in calls.items():
                times[place].append(once())
        native, *others = (median(all_of[2:]) for all_of in times.values())
        ratios = " | ".join(f"{one / native:.2f} x" for one in others)
        print(f"| {name} | {made:.0f} ms, {len(run.code):,} bytes | {native:.3g} ms | {ratios} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--chromium", default="", help="path of a Chromium, to measure there too")
    given = parser.parse_args()
    if not given.chromium:
        measure(given.rounds)
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.chromium, args=["--headless", "--no-sandbox"])
        measure(given.rounds, browser.new_page())
        browser.close()


if __name__ == "__main__":
    main()
