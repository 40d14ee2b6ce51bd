"""A neuron that learns when to fire: its loss over its weights, and how an optimiser goes down from there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from snnlab.core import Catalogue
from snnlab.core.check import check, check_count
from snnlab.engine import Cancelled, simulate
from snnlab.engine.recording import Recording
from snnlab.models import NeuronModel

from .arguments import array, neuron_model, positive, within

MOST = 40_000_000  # values of the run for a landscape
OPTIMISERS = Catalogue(
    "optimiser =",
    {
        "SGD": lambda weights, rate, momentum: torch.optim.SGD(weights, lr=rate, momentum=momentum),
        "Adam": lambda weights, rate, momentum: torch.optim.Adam(weights, lr=rate, betas=(momentum, 0.999)),
    },
)


@dataclass(frozen=True, eq=False)
class Task:
    """A neuron that gets `trains` [T, K] of spikes through K weights, in steps of `dt` [ms], and is to spike at the
    times `targets` [ms], or, where it has none, at `rate` in Hz.

    What it loses is the square of van Rossum's distance with time constant `tau` [ms], or of rate found / rate - 1.
    Raises ValueError for a neuron without spike port or threshold, and for targets outside of the run.
    """

    model: NeuronModel
    trains: Tensor
    targets: np.ndarray | None = None
    rate: float | None = None
    tau: float = 10.0
    dt: float = 0.1

    def __post_init__(self) -> None:
        neuron = neuron_model(self.model).neuron
        for lacks, what in ((neuron.receive is None, "spike port"), (neuron.excess is None, "threshold")):
            if lacks:
                raise ValueError(f"{neuron.name} has no {what}: give a neuron that spikes and receives spikes")
        positive("dt", self.dt)
        positive("tau", self.tau)
        object.__setattr__(self, "trains", torch.as_tensor(array("trains", self.trains, dimensions=2)))
        if self.targets is None:
            positive("rate", 0.0 if self.rate is None else self.rate)
        else:
            object.__setattr__(self, "targets", within("targets", self.targets, 0.0, self.duration))

    @property
    def duration(self) -> float:
        """Length of its run in ms."""
        return len(self.trains) * self.dt

    def run(self, weights: Tensor, record: Sequence[str] = ()) -> Recording:
        """The run with weights [..., K]: a neuron for each of [...]."""
        landing = torch.tensordot(self.trains, weights.to(self.trains), dims=([1], [-1]))
        p = self.model.p(torch.float64, dt=self.dt)
        return simulate(self.model.neuron, spikes=landing, p=p, dt=self.dt / 1000, record=record)

    def loss(self, spikes: Tensor) -> Tensor:
        """What is lost by spikes [T, ...], with a gradient: [...]."""
        z = spikes.to(torch.float64)
        if self.targets is None:
            assert self.rate is not None
            return (z.sum(0) * 1000 / self.duration / self.rate - 1) ** 2
        wanted = np.bincount((self.targets / self.dt).round().astype(int).clip(1) - 1, minlength=len(z))
        apart = z - torch.as_tensor(wanted, dtype=z.dtype).reshape(-1, *[1] * (z.ndim - 1))
        decay = torch.exp(-torch.arange(len(z), dtype=z.dtype) * self.dt / self.tau)
        traces = _convolved(apart, decay)
        # of an exponential within a step, and after the end
        step = (1 - np.exp(-2 * self.dt / self.tau)) / 2
        rest = np.exp(-2 * self.dt / self.tau) / 2
        return step * (traces**2).sum(0) + rest * traces[-1] ** 2


class Path(NamedTuple):
    """How a neuron learned: weights [S + 1, K], losses [S + 1], the potential [S + 1, T] and times of spikes [ms] with
    each, before the first step and after each of S."""

    weights: np.ndarray
    losses: np.ndarray
    v: np.ndarray
    spikes: list[np.ndarray]


def descend(
    task: Task,
    weights: ArrayLike,
    steps: int = 100,
    optimiser: str = "SGD",
    *,
    rate: float = 0.1,
    momentum: float = 0.0,
    of: Sequence[int] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Path:
    """The path of an optimiser of torch's down the loss of a task, from `weights` [K], by surrogate gradients.

    `rate` is the learning rate, `momentum` that of SGD, or what Adam has for the mean of gradients (beta_1). Those
    weights alone learn that are numbered `of`, where it is given.

    Raises ValueError for an unknown optimiser, weights that are not as many as trains, a rate that is not above 0 and a
    momentum outside 0 <= m < 1; Cancelled when asked to stop. Source: Zenke, Ganguli, Neural Comput. 30:1514, 2018;
    Kingma, Ba, ICLR 2015.

    >>> from snnlab.models import LIF
    >>> task = Task(LIF(alpha=2.0, method="tanh"), poisson_trains(2, 50.0, 60.0), targets=[20.0, 40.0])
    >>> path = descend(task, [1.0, 1.0], steps=20, optimiser="Adam", rate=0.1)
    >>> bool(path.losses[-1] < path.losses[0])
    True
    """
    make = OPTIMISERS[optimiser]
    check_count("steps", steps)
    positive("rate", rate)
    check("momentum", momentum, lambda m: 0 <= m < 1, "a number from 0 to below 1")
    base = torch.from_numpy(_weights(task, weights))
    learning = torch.tensor(range(len(base)) if of is None else _numbers(of, len(base)))
    w = base[learning].requires_grad_()
    chosen = make([w], rate, momentum)
    found: list[tuple] = []
    for k in range(steps + 1):
        if cancelled():
            raise Cancelled
        each = base.index_copy(0, learning, w)
        run = task.run(each[None], record=("v",))
        loss = task.loss(run.spikes)[0]
        v = run.variables["v"][:, 0].detach().numpy()
        found.append((each.detach().numpy(), float(loss.detach()), v, run.spike_times()))
        if k < steps:
            chosen.zero_grad()
            if loss.requires_grad:
                loss.backward()
                chosen.step()
    all_weights, losses, potentials, spikes = zip(*found)
    return Path(np.stack(all_weights), np.array(losses), np.stack(potentials), list(spikes))


def loss_landscape(
    task: Task, weights: ArrayLike, first: np.ndarray, second: np.ndarray | None = None, of: tuple[int, int] = (0, 1)
) -> np.ndarray:
    """What a task loses [Y, X] where of its `weights` [K] those numbered `of` are `first` [X] and `second` [Y], all in
    one run of a neuron each; [X] where the first alone is another.

    Raises ValueError for numbers of weights that there are not, and for more than can be run at once.
    Source: Li et al., NeurIPS 2018.

    >>> from snnlab.models import LIF
    >>> task = Task(LIF(), poisson_trains(2, 50.0, 60.0), rate=100.0)
    >>> loss_landscape(task, [0.0, 0.0], np.linspace(0, 1, 5), np.linspace(0, 1, 3)).shape
    (3, 5)
    """
    base = _weights(task, weights)
    _numbers(of if second is not None else of[:1], len(base))
    x = array("first", first, dimensions=1)
    grid = np.broadcast_to(base, (len(x) if second is None else len(x) * len(second), len(base))).copy()
    if second is None:
        grid[:, of[0]] = x
    else:
        y = array("second", second, dimensions=1)
        grid[:, of[0]], grid[:, of[1]] = np.tile(x, len(y)), np.repeat(y, len(x))
    most = MOST // len(task.trains)
    check("points of the landscape", len(grid), lambda n: n <= most, f"at most {most:,}")
    with torch.no_grad():
        found = task.loss(task.run(torch.from_numpy(grid)).spikes).numpy()
    return found if second is None else found.reshape(len(second), len(x))


def poisson_trains(number: int, rate: float, duration: float, dt: float = 0.1, seed: int = 0) -> np.ndarray:
    """Trains [T, K] of spikes that come by chance at `rate` in Hz, each for `duration` in steps of dt, both in ms.

    >>> poisson_trains(3, 1000.0, 100.0).sum(0) > 70  # of 100
    array([ True,  True,  True])
    """
    check_count("number", number)
    for name, value in (("rate", rate), ("duration", duration), ("dt", dt)):
        positive(name, value)
    drawn = np.random.default_rng(seed).random((round(duration / dt), number))
    return (drawn < rate * dt / 1000).astype(float)


def _weights(task: Task, weights: ArrayLike) -> np.ndarray:
    found = array("weights", weights, dimensions=1)
    if len(found) != task.trains.shape[1]:
        raise ValueError(f"weights are {len(found)}: give one for each of {task.trains.shape[1]} trains")
    return found


def _numbers(of: Sequence[int], weights: int) -> list[int]:
    for number in of:
        check("of", number, lambda k: 0 <= k < weights, f"numbers of {weights} weights, from 0 on")
    return list(of)


def _convolved(x: Tensor, kernel: Tensor) -> Tensor:
    """What of x [T, ...] a causal kernel [T] leaves at each time."""
    n = 2 * len(x)
    column = torch.fft.rfft(kernel, n).reshape(-1, *[1] * (x.ndim - 1))
    return torch.fft.irfft(torch.fft.rfft(x, n, dim=0) * column, n, dim=0)[: len(x)]
