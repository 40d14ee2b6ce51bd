"""The flow of a neuron without algebra, as functions of numbers: those of its running code, in double precision."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
import torch

from snnlab.core import Neuron, derived, example

from .dynamics import System, system
from .search import Implicit, Several, box

TRIES = 3  # random states at which a variable is seen to flow


@dataclass(frozen=True, eq=False)
class Sampled(System):
    """A system without expressions: its rates are those of the running code, its slopes those of autograd.

    What is no smooth function, as a look-up in a table, has the slopes that torch gives it: 0 within a step.
    """

    chosen: dict[str, Callable]  # parameters that are functions

    def _tuples(self, constants) -> tuple[dict[str, torch.Tensor], Any]:
        """The variables that stand, and the parameters, of numbers for `constants`."""
        found = {
            name: torch.as_tensor(np.asarray(x), dtype=torch.float64) for name, x in zip(self.constants, constants)
        }
        standing = {name.removeprefix("s."): x for name, x in found.items() if name.startswith("s.")}
        numbers = {name.removeprefix("p."): x for name, x in found.items() if name.startswith("p.")}
        return standing, example(self.neuron.parameters, 1)._replace(**self.chosen, **numbers)

    def _moved(self, given, constants) -> tuple[torch.Tensor, ...]:
        """The rates in 1/s of the variables that flow; `given` are these, and the current."""
        standing, p = self._tuples(constants)
        *state, I = given
        s = self.neuron.state(**standing, **dict(zip(self.variables, state)))
        rates = self.neuron.flow(s, I, p)
        return tuple(torch.as_tensor(getattr(rates, name), dtype=torch.float64) for name in self.variables)

    def rates(self, state, constants, I) -> list[np.ndarray]:
        with torch.no_grad():
            found = self._moved(_tensors((*state, I), constants), constants)
        return [x.numpy() for x in torch.broadcast_tensors(*found)]

    def _slopes(self, state, constants, I) -> np.ndarray:
        """Those of all rates (rows) by all variables and the current (columns), [n, n + 1, ...]: numbers are each for
        themselves, so that a sum over all of them has the slopes of each."""
        given = tuple(x.requires_grad_() for x in _tensors((*state, I), constants))
        rows = []
        for rate in self._moved(given, constants):
            zeros = tuple(torch.zeros_like(x) for x in given)
            moved = rate.requires_grad
            rows.append(
                torch.autograd.grad(rate.sum(), given, retain_graph=True, materialize_grads=True) if moved else zeros
            )
        return np.array([[x.numpy() for x in row] for row in rows])

    def slopes(self, state, constants, I) -> np.ndarray:
        return np.moveaxis(self._slopes(state, constants, I)[:, :-1], (0, 1), (-2, -1))

    def pushes(self, state, constants, I) -> np.ndarray:
        return self._slopes(state, constants, I)[:, -1]

    def moves(self, other: str, name: str) -> bool:
        """Seen at one random state."""
        random = np.random.default_rng(1)
        state, constants = (random.uniform(0.5, 1.5, len(names)) for names in (self.variables, self.constants))
        return bool(self.slopes(state, constants, 1.0)[self.variables.index(name), self.variables.index(other)])


def _tensors(given, constants) -> tuple[torch.Tensor, ...]:
    """Numbers as tensors of the shape to which all of them broadcast."""
    shape = np.broadcast_shapes(*map(np.shape, (*given, *constants)))
    return tuple(torch.as_tensor(np.array(np.broadcast_to(x, shape), dtype=float)) for x in given)


@derived
def sampled(neuron: Neuron, held: tuple[str, ...] = (), /, **chosen: Callable) -> Sampled:
    """The flow of a neuron as its code computes it; `held` and `chosen` as for `system`."""
    p, I = example(neuron.parameters, 2)._replace(**chosen), torch.rand(1, dtype=torch.float64)
    rates = [neuron.flow(example(neuron.state, seed), I, p) for seed in range(TRIES)]
    moving = [
        name for name in neuron.state._fields if name not in held and any(bool(getattr(r, name) != 0) for r in rates)
    ]
    names = [f"s.{name}" for name in neuron.state._fields if name not in moving]
    names += [f"p.{name}" for name, x in p._asdict().items() if isinstance(x, torch.Tensor)]
    symbols, constants = ({name: sympy.Symbol(name) for name in some} for some in (moving, names))
    return Sampled(neuron, symbols, {}, constants, chosen)


@derived
def dynamics(neuron: Neuron, held: tuple[str, ...] = (), /, **chosen: Callable) -> System:
    """The flow of a neuron with its v: in algebra where there is one, else by its code; as `system` has it.

    Raises NotImplementedError for a neuron without v, of which no plane and no fixed point is drawn.
    """
    fields = neuron.state._fields
    if "v" not in fields:
        raise NotImplementedError(f"{neuron.name} has no v, but {', '.join(fields)}: what is drawn over v needs one")
    try:
        return system(neuron, held, **chosen)
    except NotImplementedError:
        return sampled(neuron, held, **chosen)


def all_of(whole: Sampled) -> Several:
    """All equations of a system, v first."""
    names = ("v", *(name for name in whole.variables if name != "v"))
    ahead, back = (
        [one.index(name) for name in other] for one, other in ((names, whole.variables), (whole.variables, names))
    )

    def rates(given, constants, I):
        found = whole.rates([given[k] for k in ahead], constants, I)
        return [found[k] for k in back]

    def slopes(given, constants, I):
        found = whole.slopes([given[k] for k in ahead], constants, I)
        return [[found[..., row, column] for column in back] for row in back]

    return Several(names, np.array([box(whole.neuron, name) for name in names]), rates, slopes)


def line_of(whole: Sampled, name: str, y: str) -> Implicit:
    """Where the flow of one variable is 0, in a plane of two that all others are held for."""
    if {*whole.variables} != {"v", y}:
        others = ", ".join(sorted({*whole.variables} - {"v", y}))
        raise NotImplementedError(f"{whole.neuron.name} has no algebra: a plane of v and {y} needs {others} held")
    ahead = [("v", y).index(one) for one in whole.variables]
    row, columns = whole.variables.index(name), [whole.variables.index(one) for one in ("v", y)]

    def rate(given, constants, I):
        return whole.rates([given[k] for k in ahead], constants, I)[row]

    def slopes(given, constants, I):
        found = whole.slopes([given[k] for k in ahead], constants, I)
        return [found[..., row, column] for column in columns]

    return Implicit(rate, slopes)
