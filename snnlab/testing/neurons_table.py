"""The table of neurons in docs/neurons.md: equations printed from their code, paper, and what they are held to.

`python -m snnlab.testing.neurons_table` prints it.
"""

from snnlab.functional import NEURONS
from snnlab.symbolic import equations, lines

HEAD = """\
# Neurons, their equations and what they are held to

Made by `python -m snnlab.testing.neurons_table`: the equations are printed from running code. Times are in ms. Every
neuron keeps the contract of `snnlab.testing.check`, kernels give the bits of eager steps, and halving the step changes
little; below is what else it is compared with, and how far both agree in the tests.
"""
NORSE = "Norse 1.1: steps and gradients to 1e-8"
HELD = {
    "LIF": f"{NORSE}; closed forms of f-I curve and synaptic response; NIR's graph in eight simulators",
    "LIFRefrac": NORSE,
    "LIFBox": f"{NORSE}; closed form of the f-I curve",
    "IAF": f"{NORSE}; closed form",
    "LIFEx": NORSE,
    "LIFAdEx": NORSE,
    "LIFAdExRefrac": NORSE,
    "LSNN": NORSE,
    "CobaLIF": f"{NORSE}; closed form of the conductance",
    "AdEx": "spike times of Naud 2008 by an order 8 solver, 0.01 ms; NEST's LSODAR solution; PyNN's spike times",
    "EIF": "the integral of its f-I curve",
    "Izhikevich": "all twenty patterns of 2004 step by step; Open Source Brain's spike times",
    "Izhikevich2007": "the neuron of 2003 in other units, 1e-9",
    "QIF": "closed form of the interval, a step of 0.01 ms",
    "Theta": "closed form of the interval, pi tau / sqrt(I), a step of 0.01 ms",
    "GLIF": "NEST 3.10 (`gif_psc_exp`) with next to no noise, 0.1 ms over 500 ms",
    "MAT": "NEST 3.10 (`mat2_psc_exp`), 0.1 ms over 500 ms",
    "FitzHughNagumo": "closed form of its Andronov-Hopf current",
    "HodgkinHuxley": "NEURON 9.0 (`hh`), four currents and temperatures, 0.02 ms over 100 ms; Andronov-Hopf currents",
    "WangBuzsaki": "its published rheobase, 0.16 µA/cm²",
    "Traub": "NEST 3.10 (`hh_cond_exp_traub`), three currents, 0.02 ms over 200 ms",
    "ConnorStevens": "rates as low as one likes with the A-current, a jump without it",
    "MorrisLecar": "published currents of both types: Andronov-Hopf, and saddle-node at 39.96 µA/cm²",
}


def table() -> str:
    """The page as Markdown."""
    parts = [HEAD]
    for neuron in NEURONS:
        shown = "\n".join(f"$${line}$$\n" for line in lines(equations(neuron)))
        held = f"\nHeld to: {HELD[neuron.name]}.\n" if neuron.name in HELD else ""
        parts.append(f"## {neuron.title or neuron.name}\n\n{neuron.doc}\n\n{shown}\nSource: {neuron.source}.\n{held}")
    return "\n".join(parts)


if __name__ == "__main__":
    print(table(), end="")
