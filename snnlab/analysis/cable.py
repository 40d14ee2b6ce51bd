"""What cable theory says of compartments: how a potential fades with distance, and how fast a spike travels."""

import math
from typing import Any

import numpy as np
import torch

from snnlab.core import neighbours, refused, what_is
from snnlab.engine import Recording
from snnlab.models import CompartmentModel, Result

from .arguments import plain
from .reading import recorded


def length_constant(g_c: float, g_m: float = 1.0) -> float:
    """How many compartments away, in a long chain, a steady potential has faded to 1/e.

    It falls by the same factor r from one compartment to the next, where g_c (r + 1/r - 2) = g_m: the length constant
    is 1 / arccosh(1 + g_m / (2 g_c)), for strong coupling sqrt(g_c / g_m), that of a cable. `g_c` is the coupling of
    neighbours, `g_m` the conductance of a compartment's membrane, in the same unit.

    Raises ValueError unless both are above 0. Source: Rall, J. Neurophysiol. 30:1138, 1967.

    >>> round(length_constant(100.0), 2), round(length_constant(1.0), 2)
    (10.0, 1.04)
    """
    for name, value in (("g_c", g_c), ("g_m", g_m)):
        if not value > 0:
            raise refused(name, value, "a conductance above 0")
    return 1 / math.acosh(1 + g_m / (2 * g_c))


def chain_potentials(count: int, site: int, g_c: float, g_m: float = 1.0, current: float = 1.0) -> np.ndarray:
    """The steady potentials [count] of a passive chain with sealed ends, over its rest, in closed form.

    With a = 1 / `length_constant`, v_k = I cosh(a (min(k, s) - 1/2)) cosh(a (n + 1/2 - max(k, s))) / (g_c sinh(a)
    sinh(a n)) for n compartments and a current I into compartment s; places count from 1.

    >>> chain_potentials(3, 1, g_c=1.0).round(3)
    array([0.625, 0.25 , 0.125])
    """
    if not 1 <= site <= count:
        raise refused("site", site, f"a compartment from 1 to {count}")
    a, k = 1 / length_constant(g_c, g_m), np.arange(1, count + 1)
    near, far = np.minimum(k, site), np.maximum(k, site)
    sealed = (1 + np.exp(-2 * a * (near - 0.5))) * (1 + np.exp(-2 * a * (count + 0.5 - far)))  # what the ends send back
    return current * np.exp(-a * (far - near)) * sealed / (2 * g_c * np.sinh(a) * -np.expm1(-2 * a * count))


def tree_potentials(
    parents: tuple[int, ...], site: int, g_c: float, g_m: float = 1.0, current: float = 1.0
) -> np.ndarray:
    """The steady potentials of passive compartments in any tree, over their rest: solved from their equations.

    `parents` says on which each hangs, as in `snnlab.core.compartments`.

    >>> tree_potentials((-1, 0, 1), 1, g_c=1.0).round(3)
    array([0.625, 0.25 , 0.125])
    """
    near = neighbours(parents)
    if not 1 <= site <= len(near):
        raise refused("site", site, f"a compartment from 1 to {len(near)}")
    matrix = np.diag([g_m + g_c * len(one) for one in near])
    for k, one in enumerate(near):
        matrix[k, list(one)] -= g_c
    return np.linalg.solve(matrix, current * np.eye(len(near))[site - 1])


def passive_membrane(model: CompartmentModel) -> tuple[float, float] | None:
    """The potential at rest, and the conductance g_m of a compartment in the unit of the coupling.

    None for a neuron that has gates or a recovery besides v, of which cable theory knows nothing.

    >>> from snnlab.models import PassiveCable
    >>> passive_membrane(PassiveCable(v_leak=0.5))
    (0.5, 1.0)
    """
    neuron = model.cell
    if len(neuron.state._fields) > 1:
        return None
    own = neuron.parameters(*model.whole(model.p(torch.float64))[: len(neuron.parameters._fields)])
    v = torch.as_tensor(neuron.rest(own).v).double().detach().requires_grad_()
    I = torch.zeros((), dtype=torch.float64, requires_grad=True)
    leak, drive = torch.autograd.grad(neuron.flow(neuron.state(v), I, own).v, (v, I))
    return v.item(), -float(leak / drive)


def passive_potentials(model: CompartmentModel, current: float) -> np.ndarray | None:
    """What theory has for a model's steady potentials under a constant current at its site; None where it has none.

    >>> from snnlab.models import PassiveCable
    >>> passive_potentials(PassiveCable(count=3, g_c=1.0), 2.0).round(2)
    array([1.25, 0.5 , 0.25])
    """
    membrane = passive_membrane(model)
    if membrane is None:
        return None
    rest, g_m = membrane
    return rest + tree_potentials(model.parents, model.entered, model.g_c, g_m, current)


def arrivals(recording: Recording | Result) -> np.ndarray:
    """When the first spike of each compartment comes, in ms; NaN for those without any."""
    given = recorded(recording)
    if given is None:
        raise ValueError(f"recording is {what_is(recording)}: give the Recording of compartments")
    fired = plain(given.spikes) > 0
    return np.where(fired.any(0), given.begin + (fired.argmax(0) + 1) * given.dt, np.nan)


def conduction_speed(times: Any) -> float | None:
    """The compartments that a spike passes in a ms: the slope of place over time, without both ends of the chain, where
    it is another; None where fewer than three compartments in between spike.

    >>> conduction_speed([1.0, 1.5, 2.0, 2.5, 3.0, 3.2])
    2.0
    """
    t = np.asarray(times, dtype=float)[1:-1]
    there = np.isfinite(t)
    if there.sum() < 3 or np.ptp(t[there]) == 0:
        return None
    return abs(float(np.polyfit(t[there], np.flatnonzero(there), 1)[0].round(9)))
