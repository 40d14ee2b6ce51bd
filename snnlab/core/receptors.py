"""Receptors: what input spikes open in a membrane, and the current that it lets flow."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, as_tensor

from .neuron import Neuron
from .quantity import InverseTime, Quantity, annotations


def excitation(x: Tensor) -> Tensor:
    """What of weighted spikes excites."""
    return torch.relu(x)


def inhibition(x: Tensor) -> Tensor:
    """What of weighted spikes inhibits."""
    return torch.relu(-x)


def whole(x: Tensor) -> Tensor:
    """Weighted spikes as they are, for a synapse that takes both signs."""
    return x


def magnesium_block(v: Tensor, Mg: Tensor) -> Tensor:
    """The part of NMDA channels that magnesium leaves open at v mV, with Mg mM of it outside of the cell.

    Source: Jahr, Stevens, J. Neurosci. 10:3178, 1990.

    >>> round(float(magnesium_block(as_tensor(0.0), as_tensor(3.57))), 3)
    0.5
    """
    return 1.0 / (1.0 + Mg / 3.57 * torch.exp(-0.062 * v))


def peak_gain(ratio: Tensor) -> Tensor:
    """What a spike has to add for a peak of 1, where the rise takes `ratio` times as long as the decay: r^(1/(r - 1)).

    It is e for a rise as slow as the decay, the alpha function.

    >>> float(peak_gain(as_tensor(0.5)))
    4.0
    """
    apart = ratio - 1.0
    differ = torch.abs(apart) > 0
    return torch.exp(torch.where(differ, torch.log(ratio) / torch.where(differ, apart, 1.0), 1.0))


class Receptor(NamedTuple):
    """What one kind of spikes acts on: the variable that it moves, the end of its parameters' names, what it is called,
    the spikes that it takes, and time constants in ms.

    Without `reversal` the variable is a current, else a conductance; `reversal` is in mV and means the place of this
    potential in a cortical neuron: see `potential_of`.
    """

    level: str
    short: str
    doc: str
    channel: Callable[[Tensor], Tensor]
    decay: float
    rise: float = 1.0
    reversal: float | None = None
    blocked: bool = False


EFFECTS = {
    "current": (Receptor("i_syn", "syn", "synaptic current", whole, 5.0),),
    "conductance": (
        Receptor("g_e", "e", "excitation", excitation, 5.0, reversal=0.0),
        Receptor("g_i", "i", "inhibition", inhibition, 10.0, reversal=-80.0),
    ),
    "NMDA": (Receptor("g_nmda", "nmda", "NMDA receptors", excitation, 100.0, 2.0, reversal=0.0, blocked=True),),
}
COURSES = ("exponential", "alpha", "bi-exponential")


@dataclass(frozen=True)
class Synapse:
    """A receptor's equations, in a neuron whose fields have these names; "" where there is none.

    Exponential: tau dg/dt = -g, g <- g + w. The others: tau dg/dt = h - g, tau_rise dh/dt = -h, h <- h + gain w,
    of which the gain makes w the peak of g. The current is g, or g (E - v), or g B(v) (E - v).
    """

    level: str
    decay: str  # inverse time constants
    channel: Callable[[Tensor], Tensor]
    rising: str
    rise: str  # that of the decay for an alpha function
    reversal: str
    magnesium: str

    @property
    def variables(self) -> tuple[str, ...]:
        return (self.level, self.rising) if self.rising else (self.level,)

    def landed(self, s: Any, x: Tensor, p: Any) -> dict[str, Tensor]:
        """What moves when weighted spikes x land."""
        if not self.rising:
            return {self.level: getattr(s, self.level) + x}
        decay, rise = getattr(p, self.decay), getattr(p, self.rise)
        gain = math.e if self.rise == self.decay else peak_gain(as_tensor(decay / rise))
        return {self.rising: getattr(s, self.rising) + gain * x}

    def rates(self, s: Any, p: Any) -> dict[str, Tensor]:
        """The flow of its variables, 1/s."""
        level, decay = getattr(s, self.level), getattr(p, self.decay)
        if not self.rising:
            return {self.level: -decay * level}
        h = getattr(s, self.rising)
        return {self.level: decay * (h - level), self.rising: -getattr(p, self.rise) * h}

    def current(self, s: Any, p: Any) -> Tensor:
        """What it adds to I."""
        level = getattr(s, self.level)
        if self.magnesium:
            level = level * magnesium_block(s.v, getattr(p, self.magnesium))
        return level * (getattr(p, self.reversal) - s.v) if self.reversal else level


def fitted(one: Receptor, course: str, neuron: Neuron) -> tuple[Synapse, dict[str, Quantity], dict[str, Quantity]]:
    """A receptor in a neuron: its equations, and the annotations of its variables and of its parameters."""
    rising = "" if course == "exponential" else "h" + one.level[1:]
    decay = f"tau_{one.short}_inv"
    rise = f"tau_rise_{one.short}_inv" if course == "bi-exponential" else decay
    reversal = "" if one.reversal is None else f"E_{one.short}"
    level = level_of(one, neuron)
    variables = {one.level: level}
    parameters: dict[str, Quantity] = {decay: _time(f"tau_{one.short}", one.decay, f"decay of the {one.doc}")}
    if rising:
        variables[rising] = level.but(doc=f"target of {one.level}")
    if rise != decay:
        parameters[rise] = _time(f"tau_rise_{one.short}", one.rise, f"rise of the {one.doc}")
    if one.reversal is not None:
        parameters[reversal] = potential_of(one, neuron)
    if one.blocked:
        parameters["Mg"] = Quantity("mM", 0, 3, (0, 100), 1.0, symbol=r"c_{\mathrm{Mg}}", doc="magnesium outside")
    made = Synapse(one.level, decay, one.channel, rising, rise, reversal, "Mg" if one.blocked else "")
    return made, variables, parameters


def _time(name: str, default: float, doc: str) -> Quantity:
    low, high = (0.5, 100.0) if default < 50 else (10.0, 500.0)
    return InverseTime(name, min(low, default / 10), high, bounds=(0.01, 1e5), default=default, doc=doc)


def level_of(one: Receptor, neuron: Neuron) -> Quantity:
    """The variable that it moves: a slider reaches some times the current or conductance with which it fires."""
    current, fires = neuron.current, abs(neuron.current.default or 1.0)
    if one.reversal is None:
        most = _round(2 * fires)
        return Quantity(current.unit, -most / 2, most, bounds=current.allowed, default=0.0, doc=one.doc)
    v = annotations(neuron.state)["v"]
    most = _round(4 * fires / abs(_reversal(EFFECTS["conductance"][0], neuron) - (v.default or 0.0)))
    unit = conductance_unit(current.unit, v.unit)
    doc = f"conductance of {one.doc}"
    return Quantity(unit, 0.0, most, bounds=(-100 * most, 100 * most), default=0.0, doc=doc)


def _round(x: float) -> float:
    """The next number of one digit."""
    decade = 10.0 ** math.floor(math.log10(x))
    return float(f"{math.ceil(x / decade - 1e-9) * decade:.1g}")


def _measured(v: Quantity) -> bool:
    """Whether a potential is one between inside and outside; at rest at 0 it is one above rest."""
    return v.unit == "mV" and v.default != 0


def _reversal(one: Receptor, neuron: Neuron) -> float:
    """Its potential: for other units than mV, or mV above rest, beyond the range of v as 0 mV and -80 mV lie beyond
    that of an integrate-and-fire neuron; at its ends for one that makes its spikes itself, as they are in the range."""
    assert one.reversal is not None
    v = annotations(neuron.state)["v"]
    if _measured(v):
        return one.reversal
    beyond = 0.0 if neuron.crosses else v.high - v.low
    return round(v.high + 2 * beyond if one.channel is excitation else v.low - beyond / 2, 6)


def potential_of(one: Receptor, neuron: Neuron) -> Quantity:
    """Its reversal potential in a neuron."""
    value, v = _reversal(one, neuron), annotations(neuron.state)["v"]
    reach = v.high - v.low
    low, high = (-100.0, 60.0) if _measured(v) else (v.low - 3 * reach, v.high + 3 * reach)
    bounds = (min(low - 5 * reach, -500.0), max(high + 5 * reach, 500.0))
    return Quantity(v.unit, low, high, bounds=bounds, default=value, doc=f"reversal potential of {one.doc}")


def conductance_unit(current: str, potential: str) -> str:
    """The unit of a conductance that makes such a current of such a potential.

    >>> conductance_unit("pA", "mV"), conductance_unit("µA/cm2", "mV"), conductance_unit("1", "1")
    ('nS', 'mS/cm2', '1')
    """
    ampere = re.fullmatch(r"([pnuµμ])A(.*)", current)
    if ampere and potential == "mV":
        larger = {"p": "n", "n": "u", "u": "m", "µ": "m", "μ": "m"}[ampere[1]]
        return f"{larger}S{ampere[2]}"
    if current == potential:
        return "1"
    return current if potential == "1" else f"{current}/{potential}"
