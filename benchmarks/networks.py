"""What delays of single synapses cost, what sorting costs, and what it costs to have populations of different neurons.

    python -m benchmarks.networks
    python -m benchmarks.networks --n 1000 --density 0.1 --delays 50 --rounds 7

Networks of LIF neurons, 1000 steps, in turns in one process: `one` has one delay, `several` as many as are asked for,
each synapse its own, `parts` the same as one projection for each delay. Times in ms, and their ratios to `one` of the
same round (medians). `sorted` is the time that a run takes to sort its synapses, and to find that they are sorted.
`populations` is `one` cut in two, of 4/5 and 1/5 of the neurons, which send one another their spikes after one step.
"""

import argparse
from functools import partial
from statistics import median

import torch

from benchmarks.clock import machine, milliseconds, once
from benchmarks.compare import inputs
from snnlab import simulate
from snnlab.engine import Population, Projection, delayed, simulate_network, wiring
from snnlab.functional import LIF

STEPS = 1000


def networks(n: int, density: float, delays: int) -> dict[str, list[Projection]]:
    """The networks by name: their synapses are the same."""
    g = torch.Generator().manual_seed(1)
    weights = torch.randn(n, n, generator=g) / n**0.5 * (torch.rand(n, n, generator=g) < density)
    own = torch.randint(1, delays + 1, (n, n), generator=g)
    parts = [Projection((weights * (own == d)).to_sparse_csr(), d) for d in range(1, delays + 1)]
    one = Projection(weights.to_sparse_csr(), (delays + 1) // 2)
    return {"one": [one], "several": [*delayed(weights, own)], "parts": parts}


def runs(n: int, density: float, delays: int, rounds: int) -> str:
    x, given = inputs("lif", STEPS, n), networks(n, density, delays)
    calls = {name: partial(simulate, LIF, spikes=x, record=(), network=one) for name, one in given.items()}
    spikes = {name: int(call().spikes.sum()) for name, call in calls.items()}  # compiles
    table = [[milliseconds(call) for call in calls.values()] for _ in range(rounds)]
    lines = [f"{'':>10}{'spikes':>10}{'ms':>10}{'ratio':>8}"]
    for k, name in enumerate(calls):
        ratio = median(row[k] / row[0] for row in table)
        lines.append(f"{name:>10}{spikes[name]:10,}{median(row[k] for row in table):10.1f}{ratio:8.2f}")
    return "\n".join(lines)


def cut(n: int, density: float, rounds: int) -> str:
    """A network, and the same as two populations."""
    (one,) = networks(n, density, 1)["one"]
    w, x, first = one.weights.to_dense(), inputs("lif", STEPS, n), n * 4 // 5
    parts = {"E": slice(0, first), "I": slice(first, n)}
    cells = {name: Population(LIF, len(w[part]), spikes=x[:, part], record=()) for name, part in parts.items()}
    between = {(a, b): w[parts[b], parts[a]].to_sparse_csr() for a in parts for b in parts}
    calls = [partial(simulate, LIF, spikes=x, record=(), network=one), partial(simulate_network, cells, between)]
    for call in calls:
        call()  # compiles
    table = [[milliseconds(call) for call in calls] for _ in range(rounds)]
    whole, apart = (median(column) for column in zip(*table))
    return f"one {whole:.1f} ms, populations {apart:.1f} ms: ratio {median(b / a for a, b in table):.2f}"


def sorting(n: int, density: float, delays: int) -> str:
    (one,) = networks(n, density, delays)["several"]
    call = partial(wiring.leaving, one.weights.crow_indices(), one.weights.col_indices(), (n, n), one.delay)
    wiring.ORDERS.clear()
    return f"sorted: {once(call):.1f} ms at first, {milliseconds(call):.1f} ms later"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, nargs="+", default=[100, 1000], help="neurons")
    parser.add_argument("--density", type=float, nargs="+", default=[0.1, 1.0], help="share of pairs with a synapse")
    parser.add_argument("--delays", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{machine('numpy', 'llvmlite')}; 1 thread")
    for n in given.n:
        for density in given.density:
            print(f"\nN = {n:,}, {density:.0%} connected, {given.delays} delays")
            print(runs(n, density, given.delays, given.rounds), flush=True)
            print(sorting(n, density, given.delays))
            print(cut(n, density, given.rounds), flush=True)


if __name__ == "__main__":
    main()
