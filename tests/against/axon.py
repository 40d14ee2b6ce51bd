"""The Hodgkin-Huxley axon in ten compartments, run by NEURON: `python axon.py > ../data/axon.json`, where NEURON is.

One section of ten segments with sealed ends is a chain of compartments: from the middle of one to that of the next
there are d / (4 Ra dx²) of conductance for each area of membrane. NEURON's own variable steps solve it to 1e-9.
"""

import json
from math import pi

import neuron
from neuron import h

COUNT, LENGTH, WIDTH = 10, 100.0, 4.0  # segments, and µm of each
COUPLING = (0.5, 1.0, 4.0)  # mS/cm²
AMPLITUDE, ONSET, LASTING, DURATION = 40.0, 5.0, 1.0, 40.0  # µA/cm² into the first, ms
SETTLED = 300.0  # ms before that, in which it comes to rest


def run(coupling: float) -> dict[str, object]:
    """When v rises above 0 mV in each segment, in ms (interpolated within 0.0025 ms), and v of the last at each ms."""
    axon = h.Section(name="axon")
    axon.nseg, axon.L, axon.diam, axon.cm = COUNT, COUNT * LENGTH, WIDTH, 1.0
    axon.Ra = WIDTH * 1e-4 / (4 * coupling * 1e-3 * (LENGTH * 1e-4) ** 2)
    axon.insert("hh")
    for part in axon:
        part.hh.gnabar, part.hh.gkbar, part.hh.gl, part.hh.el = 0.12, 0.036, 0.0003, -54.387
    axon.ena, axon.ek, h.celsius = 50.0, -77.0, 6.3
    h.usetable_hh = 0  # its rates are otherwise read off a table of 1 mV
    pulse = h.IClamp(axon(0.5 / COUNT))
    pulse.delay, pulse.dur = SETTLED + ONSET, LASTING
    pulse.amp = AMPLITUDE * 1e-6 * pi * WIDTH * LENGTH * 1e-8 * 1e9  # nA
    solver = h.CVode()
    solver.active(True)
    solver.atol(1e-9)
    solver.rtol(1e-9)
    t = h.Vector().indgen(SETTLED, SETTLED + DURATION, 0.0025)
    potentials = [h.Vector().record(part._ref_v, t) for part in axon]
    h.finitialize(-65.0)
    solver.solve(SETTLED + DURATION + 1)
    times = []
    for v in potentials:
        above = [k for k in range(1, len(v)) if v[k - 1] <= 0.0 < v[k]]
        times.append([round(t[k - 1] - SETTLED + (t[k] - t[k - 1]) * v[k - 1] / (v[k - 1] - v[k]), 6) for k in above])
    return {"g_c": coupling, "times": times, "v_last": [round(potentials[-1][400 * k], 6) for k in range(1, 40)]}


if __name__ == "__main__":
    step = {"amplitude": AMPLITUDE, "onset": ONSET, "length": LASTING, "duration": DURATION}
    runs = [run(coupling) for coupling in COUPLING]
    print(json.dumps({"by": f"NEURON {neuron.__version__}", "count": COUNT, **step, "runs": runs}))
