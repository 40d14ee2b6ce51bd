"""Layers of `snnlab.modules` in one kernel and step by step, in turns in one process: forward and gradient.

    python -m benchmarks.modules          100 x 32 x 256 and 10 x 1 x 10, of steps, samples, neurons

One thread, and the time that it computes: who else uses the machine does not count.
"""

import argparse
import statistics
import time
from contextlib import contextmanager

import torch

from benchmarks.clock import machine
from snnlab import modules
from snnlab.modules import SNN

LAYERS = {  # inputs are such that neurons fire every few steps
    "LIF": lambda n: modules.LIF(),
    "LIFRefrac": lambda n: modules.LIFRefrac(),
    "LSNN": lambda n: modules.LSNN(),
    "LIFBox": lambda n: modules.LIFBox(),
    "LI": lambda n: modules.LI(),
    "LILinear": lambda n: modules.LILinear(n, n),
    "LIFRecurrent": lambda n: modules.LIFRecurrent(n, n),
    "LSNNRecurrent": lambda n: modules.LSNNRecurrent(n, n),
}
TURN = 6
SIZES = ((100, 32, 256), (10, 1, 10))


@contextmanager
def step_by_step():
    fast, SNN.at_once = SNN.at_once, lambda self, x, state: None
    try:
        yield
    finally:
        SNN.at_once = fast


def milliseconds(layer, x: torch.Tensor, backward: bool) -> float:
    x.grad = None
    layer.zero_grad()
    start = time.process_time()
    z, _ = layer(x)
    if backward:
        z.sum().backward()
    return (time.process_time() - start) * 1000


def compare(layer, x: torch.Tensor, backward: bool, seconds: float) -> tuple[float, float, float]:
    """Medians of ms in a kernel and step by step, and the median of the ratios of neighbours in time.

    They take turns of `TURN` calls. The first of a turn is not counted: it meets the memory that the other left.
    """
    kernel, steps, begin = [], [], time.perf_counter()
    while len(kernel) < 5 or time.perf_counter() - begin < seconds:
        kernel.append(statistics.median([milliseconds(layer, x, backward) for _ in range(TURN)][1:]))
        with step_by_step():
            steps.append(statistics.median([milliseconds(layer, x, backward) for _ in range(TURN)][1:]))
    ratio = statistics.median(b / a for a, b in zip(kernel[1:], steps[1:]))
    return statistics.median(kernel), statistics.median(steps), ratio


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0, help="for each figure")
    parser.add_argument("--only", default=",".join(LAYERS), help="names of layers")
    given = parser.parse_args()
    torch.set_num_threads(1)
    print(machine())
    for T, batch, n in SIZES:
        print(f"\n{T} x {batch} x {n}\n{'':16}{'':10}{'kernel':>10}{'steps':>10}{'ratio':>8}")
        for name in given.only.split(","):
            torch.manual_seed(0)
            layer = LAYERS[name](n)
            x = (2.0 * torch.rand(T, batch, n) * (torch.rand(T, batch, n) < 0.3)).requires_grad_()
            for what, backward in (("forward", False), ("gradient", True)):
                with torch.set_grad_enabled(backward):
                    kernel, steps, ratio = compare(layer, x, backward, given.seconds)
                print(f"{name:16}{what:10}{kernel:10.3f}{steps:10.2f}{ratio:8.1f}", flush=True)


if __name__ == "__main__":
    main()
