"""The networks COBA and CUBA of Brette et al. (2007) in Brian2: writes what they do to `tests/data/coba_cuba.json`.

    python tests/against/coba_cuba.py

For an environment with Brian2 2.9 (`make against` has one); snnlab is not asked. Which neurons are connected, and where
they begin, is drawn by numpy as `drawn` says, so that another simulator has the same matrix. Equations, numbers and
initial values are those of the paper's benchmarks 1 and 2, in the form that Brian's own examples give them.
"""

import json
import sys
from pathlib import Path

import numpy as np

N, N_E, CONNECTED, SEED = 4000, 3200, 0.02, 2007
DT, DURATION, FIRST, BIN = 0.1, 1000.0, 100.0, 5.0  # ms


def drawn() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Whether there is a synapse [from, to], none from a neuron to itself, and random numbers of each neuron [N]."""
    generator = np.random.default_rng(SEED)
    there = generator.random((N, N)) < CONNECTED
    np.fill_diagonal(there, False)
    return there, {name: generator.standard_normal(N) for name in ("v", "g_e", "g_i")} | {"u": generator.random(N)}


def measured(when: np.ndarray, who: np.ndarray) -> dict:
    """Rates [Hz] and mean CV after the first 100 ms, and spikes of all in 5 ms from the beginning."""
    later = when >= FIRST
    seconds = (DURATION - FIRST) / 1000
    order = np.lexsort((when[later], who[later]))
    t, n = when[later][order], who[later][order]
    cvs = [x.std() / x.mean() for k in range(N) if len(x := np.diff(t[n == k])) > 1]
    return {
        "rate_E_hz": float((who[later] < N_E).sum() / N_E / seconds),
        "rate_I_hz": float((who[later] >= N_E).sum() / (N - N_E) / seconds),
        "cv": float(np.mean(cvs)),
        "spikes_per_5ms": np.histogram(when, np.arange(0, FIRST + BIN / 2, BIN))[0].tolist(),
    }


def main() -> None:
    import brian2 as b

    there, x = drawn()
    b.prefs.codegen.target = "numpy"
    b.defaultclock.dt = DT * b.ms
    models = {
        "COBA": (
            """dv/dt = (g_l*(El-v) + ge*(Ee-v) + gi*(Ei-v)) / C : volt (unless refractory)
            dge/dt = -ge/taue : siemens
            dgi/dt = -gi/taui : siemens""",
            {"El": -60 * b.mV, "g_l": 10 * b.nS, "C": 200 * b.pF, "Ee": 0 * b.mV, "Ei": -80 * b.mV},
            ("ge += 6*nS", "gi += 67*nS"),
            {
                "v": (-65 + 5 * x["v"]) * b.mV,
                "ge": (4 + 1.5 * x["g_e"]) * 10 * b.nS,
                "gi": (20 + 12 * x["g_i"]) * 10 * b.nS,
            },
        ),
        "CUBA": (
            """dv/dt = (ge + gi - (v-El)) / taum : volt (unless refractory)
            dge/dt = -ge/taue : volt
            dgi/dt = -gi/taui : volt""",
            {"El": -49 * b.mV, "taum": 20 * b.ms},
            ("ge += 1.62*mV", "gi -= 9*mV"),
            {"v": (-60 + 10 * x["u"]) * b.mV},
        ),
    }
    found = {}
    for name, (equations, values, effects, begin) in models.items():
        space = values | {"taue": 5 * b.ms, "taui": 10 * b.ms}
        cells = b.NeuronGroup(
            N,
            equations,
            threshold="v > -50*mV",
            reset="v = -60*mV",
            refractory=5 * b.ms,
            method="euler",
            namespace=space,
        )
        for variable, value in begin.items():
            setattr(cells, variable, value)
        parts = []
        for effect, part in zip(effects, (slice(0, N_E), slice(N_E, N))):
            synapses = b.Synapses(cells, cells, on_pre=effect)
            before, after = there[part].nonzero()
            synapses.connect(i=before + part.start, j=after)
            parts.append(synapses)
        monitor = b.SpikeMonitor(cells)
        b.Network(cells, *parts, monitor).run(DURATION * b.ms)
        found[name] = measured(np.asarray(monitor.t / b.ms), np.asarray(monitor.i))
        print(name, found[name], flush=True)
    about = "Brette et al., J. Comput. Neurosci. 23:349, 2007, benchmarks 1 (COBA) and 2 (CUBA): 4000 neurons"
    versions = f"Brian2 {b.__version__}, numpy {np.__version__}, Python {sys.version.split()[0]}"
    origin = f"tests/against/coba_cuba.py with {versions}"
    place = Path(__file__).parents[1] / "data" / "coba_cuba.json"
    place.write_text(json.dumps({"about": about, "origin": origin, "dt_ms": DT, "networks": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
