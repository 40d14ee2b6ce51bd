"""The same Hodgkin-Huxley neurons in snnlab, Brian2 (C++ standalone) and jaxley: a run, and what is before the first.

    python -m benchmarks.hodgkin_huxley --brian2 OTHER/bin/python --jaxley ANOTHER/bin/python

OTHER and ANOTHER are environments with these (`pip install brian2 "numpy<2.4"`, `pip install jaxley`); Brian2 needs a
C++ compiler. One second of the squid axon in steps of 0.025 ms, in float32, from rest at -65 mV, 10 to 20 µA/cm² into
ten neurons and again into the next; spikes of all, and v of the first ten. Each solves gates exactly for a step while
the others are held, then the membrane likewise with their new values; Brian2 does all from the old ones, and jaxley
takes a step of backward Euler for the membrane (its exponential one fails for a single compartment).

Each round is a process for each, on one core; times are those that it and its children compute, imports not counted.
`first` is from the equations to the first results, `run` the median of further runs. `period` is the mean interval
between the spikes of the first neuron, `apart` how far the first five spikes of ten neurons are from those of snnlab.
"""

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

DT, DURATION = 0.025, 1000.0  # ms
STEPS = round(DURATION / DT)
SHOWN = 10  # neurons whose potential is recorded
RUNS = 3  # after the first
REST = -65.0
RATES = {  # alpha, beta at rest, in 1/ms
    "m": (2.5 / (math.exp(2.5) - 1), 4.0),
    "h": (0.07, 1 / (math.exp(3.0) + 1)),
    "n": (0.1 / (math.e - 1), 0.125),
}
BEGIN = {"v": REST} | {gate: a / (a + b) for gate, (a, b) in RATES.items()}
BRIAN = """
dv/dt = (I - 0.3*(v + 54.387) - 120*m**3*h*(v - 50) - 36*n**4*(v + 77))/ms : 1
dm/dt = (1/exprel(-(v + 40)/10)*(1 - m) - 4*exp(-(v + 65)/18)*m)/ms : 1
dh/dt = (0.07*exp(-(v + 65)/20)*(1 - h) - h/(1 + exp(-(v + 35)/10)))/ms : 1
dn/dt = (0.1/exprel(-(v + 55)/10)*(1 - n) - 0.125*exp(-(v + 65)/80)*n)/ms : 1
I : 1 (constant)
"""


def currents(N: int) -> list[float]:
    return [10.0 + 10.0 * (k % SHOWN) / (SHOWN - 1) for k in range(N)]


def computed() -> float:
    """Seconds that this process and those that it waited for have computed."""
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


# Each prepares its runs: a function that gives the steps of spikes of the first neurons and the spikes of all.
def snnlab(N: int) -> Callable:
    import torch

    from snnlab.engine import simulate
    from snnlab.functional import HodgkinHuxley

    torch.set_num_threads(1)

    def prepared() -> Callable:
        x = torch.tensor(currents(N)).expand(STEPS, N)
        given = {"p": HodgkinHuxley.parameters(), "state": HodgkinHuxley.state(**BEGIN), "dt": DT / 1000}

        def run():
            z = simulate(HodgkinHuxley, current=x, neurons=range(min(N, SHOWN)), **given).spikes
            return [column.nonzero()[:, 0].tolist() for column in z.T[:SHOWN]], int(z.sum())

        return run

    return prepared


def brian2(N: int) -> Callable:
    import brian2 as b2
    import numpy as np

    def prepared() -> Callable:
        folder = tempfile.mkdtemp()
        b2.set_device("cpp_standalone", build_on_run=False)
        b2.prefs.core.default_float_dtype = np.float32
        b2.defaultclock.dt = DT * b2.ms
        group = b2.NeuronGroup(N, BRIAN, threshold="v > 0", refractory="v > 0", method="exponential_euler")
        group.I = currents(N)
        for name, value in BEGIN.items():
            setattr(group, name, value)
        spikes = b2.SpikeMonitor(group)
        potential = b2.StateMonitor(group, "v", record=range(min(N, SHOWN)))
        b2.run(DURATION * b2.ms)
        b2.device.build(directory=folder, run=False)

        def run():
            b2.device.run(directory=folder, with_output=False)
            assert potential.v.shape == (min(N, SHOWN), STEPS)
            i, steps = np.asarray(spikes.i), np.rint(np.asarray(spikes.t / b2.ms) / DT).astype(int)
            return [steps[i == k].tolist() for k in range(min(N, SHOWN))], len(i)

        return run

    return prepared


def jaxley(N: int) -> Callable:
    import jax
    import jax.numpy as jnp
    import jaxley as jx
    from jaxley.channels import HH

    def prepared() -> Callable:
        cell = jx.Compartment()
        cell.insert(HH())
        radius, length = 10.0, 20.0  # µm
        given = {"radius": radius, "length": length, "capacitance": 1.0, "HH_eLeak": -54.387}
        given |= {name if name == "v" else f"HH_{name}": value for name, value in BEGIN.items()}
        for name, value in given.items():
            cell.set(name, value)
        cell.record("v", verbose=False)
        area = 2 * math.pi * radius * length * 1e-8  # cm²

        def one(x):
            stimulus = cell.data_stimulate(x * jnp.ones(STEPS))
            return jx.integrate(cell, data_stimuli=stimulus, delta_t=DT)[0]

        @jax.jit
        def simulate(x):
            v = jax.vmap(one)(x)[:, : STEPS + 1]
            z = (v[:, 1:] > 0) & (v[:, :-1] <= 0)
            return v[:SHOWN], z[:SHOWN], z.sum()

        x = 1000 * area * jnp.array(currents(N))  # nA

        def run():
            _, z, count = jax.block_until_ready(simulate(x))
            return [jnp.nonzero(row)[0].tolist() for row in z], int(count)

        return run

    return prepared


PEERS: dict[str, Callable[[int], Callable]] = {"snnlab": snnlab, "brian2": brian2, "jaxley": jaxley}


def measured(peer: str, N: int) -> dict[str, Any]:
    """In this process: times in s, and the spikes of the first run."""
    prepared = PEERS[peer](N)
    start = computed()
    run = prepared()
    steps, count = run()
    first, times = computed() - start, []
    for _ in range(RUNS):
        start = computed()
        run()
        times.append(computed() - start)
    return {"first": first, "run": median(times), "steps": steps, "count": count}


def fresh(peer: str, python: str, N: int, core: int) -> dict[str, Any]:
    """The same in a process of its own, on one core."""
    done = subprocess.run(
        [python, __file__, "--measure", peer, "--n", str(N)],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent) if peer == "snnlab" else ""},
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )
    if done.returncode:
        raise RuntimeError(f"{peer}: {done.stderr.strip().splitlines()[-1]}")
    return json.loads(done.stdout.splitlines()[-1])


def period(steps: list[int]) -> float:
    return DT * (steps[-1] - steps[0]) / (len(steps) - 1)


def apart(steps: list[list[int]], others: list[list[int]]) -> float:
    """The largest distance of the first five spikes, in ms."""
    return DT * max(abs(a - b) for one, other in zip(steps, others) for a, b in zip(one[:5], other[:5]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--brian2", help="Python of an environment with Brian2")
    parser.add_argument("--jaxley", help="Python of an environment with jaxley")
    parser.add_argument("--n", default="1,31,1000", help="numbers of neurons")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", choices=PEERS, help="one of them, in this process")
    given = parser.parse_args()
    sizes = [int(n) for n in given.n.split(",")]
    if given.measure:
        print(json.dumps(measured(given.measure, sizes[0])))
        return
    pythons = {"snnlab": sys.executable, "brian2": given.brian2, "jaxley": given.jaxley}
    core = min(os.sched_getaffinity(0))
    for N in sizes:
        print(f"\nN = {N}\n{'':10}{'first, s':>10}{'run, s':>10}{'ratio':>8}{'spikes':>9}{'period':>9}{'apart':>8}")
        peers = {peer: python for peer, python in pythons.items() if python}
        rounds = [{p: fresh(p, python, N, core) for p, python in peers.items()} for _ in range(given.rounds)]
        own = rounds[0]["snnlab"]
        for peer in peers:
            one, rows = rounds[0][peer], [row[peer] for row in rounds]
            first, run = (median(row[key] for row in rows) for key in ("first", "run"))
            ratio = median(row[peer]["run"] / row["snnlab"]["run"] for row in rounds)
            found = f"{one['count']:9}{period(one['steps'][0]):9.3f}{apart(own['steps'], one['steps']):8.3f}"
            print(f"{peer:10}{first:10.2f}{run:10.4f}{ratio:8.1f}{found}", flush=True)


if __name__ == "__main__":
    main()
