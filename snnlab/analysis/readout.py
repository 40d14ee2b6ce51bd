"""A population that is read out: its readout, the penalty on its rates, and how both are learned."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from snnlab.core import Count, Quantity, Unknown, what_is
from snnlab.core.check import check, check_count
from snnlab.engine import Cancelled, Diverged, simulate
from snnlab.models import LI, NETWORKS, NeuronModel

from .arguments import array, neuron_model, positive
from .reading import Given, milliseconds, own_dt, recorded
from .training import OPTIMISERS

EXPLODES = (
    "the gradient is not finite at step {step}: it grows with each reset that it goes through; give a reset nearer to "
    "the threshold, a shorter run, or a smaller alpha of the surrogate"
)


class PenaltyCurve(NamedTuple):
    """The penalty on rates over `values` [X] of a number: `penalty` [X], and `slope` [X], its surrogate gradient."""

    values: np.ndarray
    penalty: np.ndarray
    slope: np.ndarray


class Regularized(NamedTuple):
    """How a population learned, before the first step and after each of S: `gains` [S + 1, N], factors of those of its
    neurons, their `rates` [S + 1, N] in Hz, `weights` [S + 1, N] of the readout and its `potential` [S + 1, T], the
    `penalty` [S + 1], and the `error` [S + 1] of the readout, as `readout_error` has it. `wanted` [T] is the signal."""

    gains: np.ndarray
    rates: np.ndarray
    weights: np.ndarray
    potential: np.ndarray
    penalty: np.ndarray
    error: np.ndarray
    wanted: np.ndarray


def fired(spikes: Any, dt: float | None) -> tuple[Tensor, float]:
    """Spikes [T, N], with a gradient where they have one, and their dt in ms, of a recording its own.

    Raises ValueError for other shapes, and for a dt that is missing or none.
    """
    if (recording := recorded(spikes)) is not None:
        return recording.spikes.reshape(len(recording.spikes), recording.size), own_dt(recording, dt)
    z = spikes if isinstance(spikes, Tensor) else torch.as_tensor(array("spikes", spikes, dimensions=2))
    if z.ndim != 2 or not z.numel():
        raise ValueError(f"spikes have shape {tuple(z.shape)}: give [T, N], one step and one neuron or more")
    return z, milliseconds(dt)


def read_out(spikes: Given | Tensor, weights: ArrayLike | Tensor, model: Any = None, dt: float | None = None) -> Tensor:
    """The potential of a leaky integrator that gets spikes [T, N] through `weights` [N], or [N, K] of K of them.

    [T], or [T, K], in double precision, with a gradient by what has one. `model` is that integrator (`LI()`), dt the
    step in ms of spikes that are no recording. Raises ValueError for other shapes, and a model without spike port or v.

    >>> spikes = np.zeros((4, 2))
    >>> spikes[0, 1] = 1.0
    >>> read_out(spikes, [0.0, 2.0], LI(tau_mem=10, tau_syn=5), dt=0.1)
    tensor([0.0200, 0.0394, 0.0582, 0.0765], dtype=torch.float64)
    """
    z, dt = fired(spikes, dt)
    w = weights if isinstance(weights, Tensor) else torch.as_tensor(array("weights", weights, np.ndim(weights)))
    if w.ndim not in (1, 2) or len(w) != z.shape[1]:
        raise ValueError(
            f"spikes of shape {tuple(z.shape)} and weights of {tuple(w.shape)} do not fit: "
            "give [T, N], and [N] or [N, K]"
        )
    model = reader(model)
    landing = z.double() @ (w.double() if w.ndim == 2 else w.double()[:, None])
    found = simulate(model.neuron, spikes=landing, p=model.p(torch.float64, dt=dt), dt=dt / 1000, record=("v",))
    potential = found.variables["v"]
    return potential if w.ndim == 2 else potential[:, 0]


def readout_weights(
    spikes: Given | Tensor, wanted: ArrayLike, model: Any = None, dt: float | None = None, ridge: float = 0.0
) -> np.ndarray:
    """The weights [N] with which a leaky integrator follows a signal `wanted` [T] best, reading spikes [T, N].

    They have the least sum of |w X - wanted|^2 + ridge |w|^2, where X are the potentials for single weights of 1 and
    the leak is in none of them; of many such weights, those that are smallest. Arguments are those of `read_out`.
    Raises ValueError for a signal of another length, and a ridge below 0.

    >>> spikes = np.eye(8)[:, :2]
    >>> readout_weights(spikes, read_out(spikes, [3.0, -1.0], dt=0.1), dt=0.1).round(6)
    array([ 3., -1.])
    """
    z, dt = fired(spikes, dt)
    y = array("wanted", wanted, dimensions=1)
    if len(y) != len(z):
        raise ValueError(f"wanted has {len(y)} steps: give as many as spikes have, {len(z)}")
    check("ridge", ridge, lambda x: 0 <= x < math.inf, "a finite number, 0 or more")
    alone = read_out(z, np.zeros((z.shape[1], 1)), model, dt).numpy()
    X = read_out(z, np.eye(z.shape[1]), model, dt).numpy() - alone
    more = math.sqrt(ridge) * np.eye(z.shape[1])
    w, *_ = np.linalg.lstsq(np.vstack([X, more]), np.concatenate([y - alone[:, 0], np.zeros(len(more))]), rcond=None)
    return w


def readout_error(potential: Any, wanted: Any) -> Any:
    """The root of the mean square by which a readout [T] misses a signal [T], as part of the signal's own.

    0 where they are the same, 1 for a readout that stays at 0; nan for a signal that is 0.

    >>> readout_error(np.array([1.0, 1.0]), np.array([2.0, 2.0]))
    0.5
    """
    if isinstance(potential, Tensor):
        return torch.sqrt(((potential - wanted) ** 2).mean() / (wanted**2).mean())
    size = float(np.mean(np.square(wanted)))
    return math.sqrt(float(np.mean(np.square(potential - wanted))) / size) if size else math.nan


def rate_penalty(spikes: Given | Tensor, target: float, strength: float = 1.0, dt: float | None = None) -> Tensor:
    """What a population is charged for rates that are not the target: strength times the mean of (r_k - target)^2.

    Of spikes [T, N] in steps of dt [ms], r_k is the rate of neuron k in Hz, `target` is in Hz and `strength` in s^2.
    It has a gradient by what spikes have one by. Source: Zenke, Vogels, Neural Comput. 33:899, 2021.

    >>> float(rate_penalty(torch.tensor([[1.0, 0.0], [1.0, 0.0]]), target=500.0, dt=1.0))  # 1000 and 0 Hz
    250000.0
    """
    z, dt = fired(spikes, dt)
    check("target", target, lambda r: 0 <= r < math.inf, "a finite rate in Hz, 0 or more")
    check("strength", strength, lambda s: 0 <= s < math.inf, "a finite number, 0 or more")
    rates = z.double().sum(0) * (1000 / (len(z) * dt))
    return strength * ((rates - target) ** 2).mean()


def penalty_curve(
    experiment: Any, values: ArrayLike, of: str = "gain", cancelled: Callable[[], bool] = lambda: False
) -> PenaltyCurve:
    """The penalty of a `PopulationReadout` where one of its numbers has other `values`, with its surrogate gradient.

    The number is one of the model (gain, spread, noise) or of its neuron ("cell.v_th"), in the units that people see.
    Random numbers are the same for all values. The slope goes through the runs, resets included, by the surrogate of
    the neuron, where the penalty itself has steps of single spikes.

    Raises ValueError for another model, a number that it has not, and values that are not allowed; Cancelled when asked
    to stop. Source: Neftci, Mostafa, Zenke, IEEE Signal Process. Mag. 36:51, 2019.

    >>> from snnlab.models import Experiment, PopulationReadout
    >>> found = penalty_curve(Experiment.of(PopulationReadout(size=10), None, {"duration": 50.0}), [0.0, 1.0])
    >>> found.penalty[0].round(3), found.slope.shape  # silent: strength times target^2
    (np.float64(0.08), (2,))
    """
    population = _Population(experiment)
    name = population.number(of)
    found, values = [], array("values", values, dimensions=1)
    if not len(values):
        raise ValueError("values is empty: give one or more")
    for value in values:
        if cancelled():
            raise Cancelled
        population.marks[name].check(of, float(value))
        x = torch.tensor([value], dtype=torch.float64, requires_grad=True)
        loss = population.penalty(population.spikes({name: x}))
        slope = torch.autograd.grad(loss, x)[0] if loss.requires_grad else torch.zeros(1)
        found.append((float(value), float(loss.detach()), float(slope[0])))
    return PenaltyCurve(*(np.array(column) for column in zip(*found)))


def regularize(
    experiment: Any,
    steps: int = 60,
    optimiser: str = "Adam",
    *,
    rate: float = 0.05,
    momentum: float = 0.9,
    each: bool = False,
    cancelled: Callable[[], bool] = lambda: False,
) -> Regularized:
    """A `PopulationReadout` learns: gains by which its neurons get their target rate, weights by which it is read.

    An optimiser of torch's goes down the penalty plus the square of the readout's error. It changes a factor of the
    gain, one for all or one for `each` neuron, and the weights, in parts of the root of their mean square. `rate`
    and `momentum` are those of `descend`; gradients go through spikes by the surrogate of the neuron. Weights alone
    would come to what `readout_weights` finds at once.

    Raises ValueError for another model, for a gradient that is not finite, and as `descend` does; Cancelled when asked
    to stop. Sources: Zenke, Vogels, Neural Comput. 33:899, 2021; Bellec et al., NeurIPS 2018.

    >>> from snnlab.models import Experiment, PopulationReadout
    >>> found = regularize(Experiment.of(PopulationReadout(size=10), None, {"duration": 100.0}), steps=10)
    >>> bool(found.penalty[-1] < found.penalty[0]), found.weights.shape
    (True, (11, 10))
    """
    make = OPTIMISERS[optimiser]
    check_count("steps", steps)
    positive("rate", rate)
    check("momentum", momentum, lambda m: 0 <= m < 1, "a number from 0 to below 1")
    rate, momentum = float(rate), float(momentum)
    one = _Population(experiment)
    gains = torch.ones(one.model.neurons if each else 1, dtype=torch.float64, requires_grad=True)
    parts = torch.zeros(one.model.neurons, dtype=torch.float64, requires_grad=True)
    size = one.weights.square().mean().sqrt()
    chosen = make([gains, parts], rate, momentum)
    found: list[tuple] = []
    for k in range(steps + 1):
        if cancelled():
            raise Cancelled
        try:
            spikes = one.spikes({"model.gain": one.model.gain * gains})
        except Diverged as failed:
            raise ValueError(f"the gains that are learned lead too far at step {k}: {failed}") from None
        weights = one.weights + size * parts
        potential = read_out(spikes, weights, one.reader, one.run.dt)
        penalty, error = one.penalty(spikes), readout_error(potential, one.wanted)
        told = gains.expand(one.model.neurons), rates(spikes, one.run.dt), weights, potential, penalty, error
        found.append(tuple(x.detach().numpy() for x in told))
        if k < steps:
            chosen.zero_grad()
            (penalty + error**2).backward()
            if not all(one.grad is not None and one.grad.isfinite().all() for one in (gains, parts)):
                raise ValueError(EXPLODES.format(step=k + 1))
            chosen.step()
            with torch.no_grad():
                gains.clamp_(min=0.0)
    return Regularized._make([*map(np.stack, zip(*found)), one.wanted.numpy()])


def rates(spikes: Tensor, dt: float) -> Tensor:
    """The rate in Hz of each neuron."""
    return spikes.double().sum(0) * (1000 / (len(spikes) * dt))


def reader(model: Any = None) -> NeuronModel:
    """A model of an integrator that receives spikes: `LI()`, unless given."""
    made = LI() if model is None else neuron_model(model)
    if made.neuron.receive is None or made.neuron.excess is not None or "v" not in made.neuron.state._fields:
        raise ValueError(f"model = {made.neuron.name} is no integrator of spikes: give LI() for one")
    return made


class _Population:
    """The population of an experiment, to be run with other numbers: what is drawn for it is drawn once."""

    def __init__(self, experiment: Any) -> None:
        model = getattr(experiment, "model", None)
        if not isinstance(model, NETWORKS["PopulationReadout"]):
            raise ValueError(f"experiment is of {what_is(model)}: give one of a PopulationReadout")
        self.model, self.run = model.copy(), experiment.settings.taken()
        self.inputs = model.sampler(experiment)()
        self.drawn = model.drawn(self.inputs, self.run, torch.float32)
        self.marks = {
            f"{prefix}.{shown}": one.marks[field]
            for prefix, one in (("model", self.model), ("cell", self.model.cell))
            for field, shown in one.shown.items()
        }
        self.wanted = self.inputs["current"].double()
        self.reader = self.model.reader()
        scattered = model.scatter / 100 * self.drawn.synapses["weights"] + 1
        self.weights = model.weight / model.neurons * scattered

    def number(self, name: str) -> str:
        """The full name of a number."""
        full = name if "." in name else f"model.{name}"
        mark = self.marks.get(full)
        if not isinstance(mark, Quantity) or mark.part != "run" or isinstance(mark, Count):
            raise Unknown("of =", name, [one.removeprefix("model.") for one in self.marks])
        return full

    def spikes(self, v: dict[str, Tensor]) -> Tensor:
        """Spikes [T, N] with other numbers, as `wired` takes them: of the neurons alone, as no readout changes them."""
        given, neuron = self.model.given(self.drawn, self.inputs, self.run, torch.float32, v), self.model.cell.neuron
        numbers = given["p"][: len(neuron.parameters._fields)]
        more = {name: given[name] for name in ("current", "noise", "dt") if name in given}
        return simulate(neuron, p=neuron.parameters(*numbers), record=(), detach_reset=False, **more).spikes

    def penalty(self, spikes: Tensor) -> Tensor:
        return rate_penalty(spikes, self.model.target, self.model.strength, self.run.dt)
