"""The muscle fibre of the barnacle: spikes of two variables, of both excitability types."""

from typing import Annotated

import torch
from torch import Tensor

from snnlab.core import Channel, Gate, Quantity, channels, feed_forward, rk4

from .kinetics import leak


def _potential(low: float, high: float, doc: str):
    return Annotated[Tensor, Quantity("mV", low=low, high=high, bounds=(-200, 200), doc=doc)]


def _width(doc: str):
    return Annotated[Tensor, Quantity("mV", low=5, high=50, bounds=(0.1, 200), doc=doc)]


def calcium_open(v, p):
    return 0.5 * (1 + torch.tanh((v - p.V_1) / p.V_2))


def potassium_open(v, p):
    return 0.5 * (1 + torch.tanh((v - p.V_3) / p.V_4))


def recovery(v, p):
    return 1 / (p.phi * torch.cosh((v - p.V_3) / (2 * p.V_4)))


MorrisLecar = channels(
    "MorrisLecar",
    leak(g=2.0, E=-60.0),
    Channel(
        name="Ca",
        doc="calcium current",
        g=4.4,
        E=120.0,
        gates={"m": Gate(steady=calcium_open)},
        more={
            "V_1": (_potential(-40, 40, "potential at which half the calcium channels are open"), -1.2),
            "V_2": (_width("width of their activation"), 18.0),
        },
    ),
    Channel(
        name="K",
        doc="potassium current",
        g=8.0,
        E=-84.0,
        gates={"w": Gate(steady=potassium_open, tau=recovery, doc="activation")},
        more={
            "V_3": (_potential(-40, 40, "potential at which half the potassium channels are open"), 2.0),
            "V_4": (_width("width of the potassium activation"), 30.0),
            "phi": (
                Annotated[
                    Tensor,
                    Quantity(
                        "1/ms",
                        low=0.005,
                        high=0.5,
                        bounds=(1e-4, 10),
                        symbol="φ",
                        doc="rate of the potassium activation",
                    ),
                ],
                0.04,
            ),
        },
    ),
    advance=rk4,
    C=20.0,
    low=-80.0,
    dt=0.1,
    current=Quantity("µA/cm²", low=-50, high=300, bounds=(-1e4, 1e4), default=100, doc="input current"),
    title="Morris-Lecar",
    doc="Calcium drives and potassium ends the spike: a plane in which both kinds of excitability can be seen.",
    source="Morris, Lecar, Biophys. J. 35:193, 1981; Rinzel, Ermentrout, Methods in Neuronal Modeling, 1998",
)

morris_lecar_feed_forward_step = feed_forward(MorrisLecar, x="input_current")
