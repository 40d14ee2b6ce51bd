"""How the outcome of a run depends on the current at each time: a gradient that goes back through time."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from snnlab.core import Advance, Catalogue, Neuron, refused
from snnlab.core.check import check, check_count
from snnlab.engine import Recording, simulate
from snnlab.models import NeuronModel

from .arguments import neuron_model, plain, positive

RISE = 0.1  # of the usual current, by which a difference changes it
UPSTROKE, EVEN = 20, 1.1  # steps before a spike, and by how much the slope may grow in one that counts
MOST = 10_000_000  # values of a run for a difference


class InputGradient(NamedTuple):
    """The derivative `g` [B, ...] of an outcome by the current at `time` [B] in ms, per ms and unit of the current.

    A small current I(t) more changes the outcome by ∫ g(t) I(t) dt. `outcome` is what it is without.
    """

    time: np.ndarray
    g: np.ndarray
    outcome: float


class Growth(NamedTuple):
    """How a gradient changes as it goes back in time: `rate` per ms, < 0 where it vanishes and > 0 where it explodes,
    and the time constant `tau` in ms, in which it becomes e times smaller or larger."""

    rate: float
    tau: float

    @property
    def words(self) -> str:
        if not self.rate:
            return "stays"
        return f"{'vanishes' if self.rate < 0 else 'explodes'} with {self.tau:.3g} ms"


class Run(NamedTuple):
    """What was run, for who asks for its outcome."""

    neuron: Neuron
    p: Any
    dt: float  # ms
    current: Tensor  # [T, ...]
    recording: Recording


def end_potential(run: Run) -> Tensor:
    return run.recording.variables["v"][-1]


def spike_count(run: Run) -> Tensor:
    return run.recording.spikes.to(run.current.dtype).sum(0)


def first_spike(run: Run) -> Tensor:
    """The time [...] in ms at which the threshold is met first, on the line from the state of the step before.

    Its derivative is -d(excess) / (d excess / dt), both of one state: the last one whose slope is still about that of
    the step before, as in an explosive upstroke the two grow apart.
    """
    fired = run.recording.spikes.detach() > 0
    step = fired.int().argmax(0)
    if not bool((fired.any(0) & (step > 0)).all()):
        raise ValueError("there is no first spike, or it is in the first step: give a current that makes it fire later")
    at = (step - torch.arange(1, UPSTROKE + 1).reshape(-1, *[1] * step.ndim)).clamp(min=0)  # [UPSTROKE, ...]
    make, above = run.neuron.state, run.neuron.excess
    assert above is not None
    state = make(**{name: x.gather(0, at) for name, x in run.recording.variables.items()})
    excess = above(state, run.p)
    with torch.no_grad():
        drive = run.current.expand(len(run.current), *step.shape).gather(0, step[None])
        along = (torch.as_tensor(x, dtype=excess.dtype).expand_as(excess) for x in run.neuron.flow(state, drive, run.p))
        still = tuple(x.detach() for x in state)
        slope = torch.func.jvp(lambda *s: above(make(*s), run.p), still, tuple(along))[1]
        even = (slope[:-1] <= EVEN * slope[1:]) & (slope[:-1] > 0)
        even[-1] = True
        chosen = even.int().argmax(0)[None]
        time = run.dt * step - 1000 * excess[0] / slope[0]
    lead = 1000 * (excess / slope).gather(0, chosen)[0]
    return time - (lead - lead.detach())


END, COUNT, FIRST = "v at the end", "spike count", "first spike"
OUTCOMES = Catalogue("outcome =", {END: end_potential, COUNT: spike_count, FIRST: first_spike})


def input_gradient(
    model: NeuronModel,
    current: ArrayLike | Tensor,
    outcome: str = END,
    *,
    of: int | None = None,
    dt: float = 0.1,
    spikes: Any = None,
    state: Any = None,
    network: ArrayLike | Tensor | None = None,
    detach_reset: bool = True,
    advance: Advance | None = None,
) -> InputGradient:
    """The gradient of an `outcome` by the current [T, ...] in each step of `dt` [ms], by one pass back through the run.

    The outcome is one of `OUTCOMES`, summed over all neurons or `of` a single one of the last dimension. `network` are
    weights [N, N] between these, from column to row, `spikes` [T, ...] what lands besides the current (a tuple has
    those of each channel), `state` where the run begins, if not at rest. A gradient goes through spikes by the
    surrogate that the model names (`method`, `alpha`), and with `detach_reset=False` through their resets too; where
    nothing spikes, it is the derivative itself.

    Raises ValueError for an outcome that is not known, for a first spike where there is none, and as `simulate` does.
    Source: Neftci, Mostafa, Zenke, IEEE Signal Process. Mag. 36:51, 2019; of the first spike, the implicit function.

    A leaky integrator forgets a current as e^(-(T - t) / tau):

    >>> from snnlab.models import LI
    >>> found = input_gradient(LI(tau_mem=10), np.zeros(400), dt=0.05)
    >>> gradient_growth(found).tau.__round__(1)
    10.0
    """
    make = OUTCOMES[outcome]
    drive = _drive(current).requires_grad_()
    total = _chosen(make(_run(model, drive, outcome, dt, spikes, state, network, detach_reset, advance)), of).sum()
    (g,) = torch.autograd.grad(total, drive, allow_unused=True) if total.requires_grad else (None,)
    found = np.zeros(drive.shape) if g is None else g.numpy()
    return InputGradient(dt * (np.arange(len(found)) + 1), found / dt, float(total.detach()))


def input_difference(
    model: NeuronModel,
    current: ArrayLike | Tensor,
    outcome: str = END,
    *,
    bins: int = 50,
    rise: float | None = None,
    together: bool = False,
    of: int | None = None,
    dt: float = 0.1,
    spikes: Any = None,
    state: Any = None,
    network: ArrayLike | Tensor | None = None,
    advance: Advance | None = None,
) -> InputGradient:
    """What `input_gradient` stands for, measured: the current is a little more and a little less in each of `bins`.

    (outcome at + rise - outcome at - rise) / (2 rise · width of the bin in ms), all in one run; a current [T] of one
    neuron, or [T, N], of whose neurons each has bins of its own, or all get more at once, `together`. `time` is the
    middle of each bin. A spike comes in a whole step: a `rise` (a tenth of the usual current unless given) that is too
    small moves none.

    Raises ValueError as `input_gradient` does.

    >>> from snnlab.models import LI
    >>> measured = input_difference(LI(tau_mem=10), np.zeros(400), dt=0.05, bins=4)
    >>> measured.g.round(3)  # the mean over each 5 ms of e^(-(20 - t) / 10) / 10
    array([0.018, 0.029, 0.048, 0.079])
    """
    make, drive = OUTCOMES[outcome], _drive(current)
    check_count("bins", bins)
    check("bins", bins, lambda n: n <= len(drive), f"at most one for each of {len(drive)} steps")
    usual = neuron_model(model).neuron.current
    rise = RISE * abs(usual.default or usual.high) if rise is None else rise
    positive("rise", rise)
    neurons = drive.reshape(len(drive), -1).shape[1]
    columns = 1 if together else neurons
    if drive.numel() * 2 * bins * columns > MOST:
        raise refused("bins", bins, f"fewer: at most {MOST:,} values are run")
    edges = np.linspace(0, len(drive), bins + 1).round().astype(int)
    more = torch.zeros(bins, columns, len(drive), neurons, dtype=drive.dtype)
    for k in range(bins):
        for n in range(columns):
            more[k, n, edges[k] : edges[k + 1], slice(None) if together else n] = rise
    shift = more.reshape(-1, len(drive), *drive.shape[1:]).movedim(0, 1)  # [T, bins * N, ...]
    base = drive[:, None]
    both = torch.stack([base + shift, base - shift], 1)  # [T, 2, bins * N, ...]
    given = _landing(spikes, lambda x: x.reshape(len(drive), 1, 1, *x.shape[1:], *[1] * (drive.ndim - x.ndim)))
    with torch.no_grad():
        values = make(_run(model, both, outcome, dt, given, state, network, True, advance))
        usual_outcome = make(_run(model, drive, outcome, dt, spikes, state, network, True, advance))
    total = _chosen(values, of) if drive.ndim > 1 else values
    total = total.reshape(2, len(shift[0]), -1).sum(-1)
    width = dt * np.diff(edges).repeat(columns)
    g = ((total[0] - total[1]).numpy() / (2 * rise * width)).reshape(bins, *([] if together else drive.shape[1:]))
    return InputGradient(dt * (edges[1:] + edges[:-1] + 1) / 2, g, float(_chosen(usual_outcome, of).sum()))


def gradient_growth(found: InputGradient) -> Growth:
    """How fast a gradient grows as it goes back: the slope of log |g| against time, in the least squares.

    |g| is the norm over all neurons; times at which it is zero are left out, as those before a reset that lets nothing
    through. Raises ValueError where fewer than three are left. Source: Bengio, Simard, Frasconi, IEEE Trans. Neural
    Networks 5:157, 1994.

    >>> gradient_growth(InputGradient(np.arange(5.0), np.exp(np.arange(5.0) / 4), 0.0))
    Growth(rate=-0.25, tau=4.0)
    """
    each = abs(found.g.reshape(len(found.g), -1))
    most = each.max(1)
    there = (most > 0) & np.isfinite(most)
    if there.sum() < 3:
        raise ValueError("the gradient is zero at nearly all times: there is no growth to be told")
    each, most = each[there], most[there]
    logarithm = np.log(most) + np.log(((each / most[:, None]) ** 2).sum(1)) / 2  # of a norm that may be 1e200
    rate = -float(np.polyfit(found.time[there], logarithm, 1)[0].round(12))
    return Growth(rate, 1 / abs(rate) if rate else math.inf)


def random_weights(neurons: int, gain: float, seed: int = 0) -> np.ndarray:
    """Weights [N, N] of a recurrent layer, drawn with a standard deviation of gain / sqrt(N), none to oneself.

    With it the sum of what arrives does not depend on N. Source: Sompolinsky, Crisanti, Sommers, Phys. Rev. Lett.
    61:259, 1988.
    """
    check_count("neurons", neurons)
    check("gain", gain, math.isfinite, "a finite number")
    drawn = np.random.default_rng(seed).normal(0.0, gain / math.sqrt(neurons), (neurons, neurons))
    np.fill_diagonal(drawn, 0.0)
    return drawn


def _drive(values: ArrayLike | Tensor) -> Tensor:
    found = torch.as_tensor(plain(values), dtype=torch.float64).clone()
    if not found.ndim or not len(found):
        raise ValueError("current is a single number: give one for each step")
    return found


def _landing(spikes: Any, shaped: Callable[[Tensor], Tensor]) -> Any:
    """Spikes in the shape of a run: one tensor, or one for each channel of a neuron."""
    if isinstance(spikes, tuple):
        return tuple(_landing(one, shaped) for one in spikes)
    return None if spikes is None else shaped(torch.as_tensor(plain(spikes), dtype=torch.float64))


def _run(
    model: NeuronModel,
    drive: Tensor,
    outcome: str,
    dt: float,
    spikes: Any,
    state: Any,
    network: Any,
    detach_reset: bool,
    advance,
) -> Run:
    """The run of which an outcome is asked; what decides it alone is recorded."""
    neuron = neuron_model(model).neuron
    positive("dt", dt)
    if neuron.excess is None and outcome != END:
        raise ValueError(f"{neuron.name} has no threshold: it never spikes")
    record: Any = {END: ("v",), COUNT: ()}.get(outcome, "all")
    p = model.p(torch.float64, dt=dt)
    recording = simulate(
        neuron,
        current=drive,
        spikes=_landing(spikes, lambda x: x),
        state=state,
        p=p,
        dt=dt / 1000,
        record=record,
        network=None if network is None else torch.as_tensor(plain(network), dtype=torch.float64),
        detach_reset=detach_reset,
        advance=advance,
    )
    return Run(neuron, p, dt, drive, recording)


def _chosen(values: Tensor, of: int | None) -> Tensor:
    """Of all neurons, or one."""
    if of is None or not values.ndim:
        return values
    check("of", of, lambda k: -values.shape[-1] <= k < values.shape[-1], f"the number of one of {values.shape[-1]}")
    return values[..., of]
