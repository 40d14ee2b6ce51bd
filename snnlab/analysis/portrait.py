"""The phase portrait of a neuron: all that can be drawn of its flow in the plane of v and another variable."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import torch

from snnlab.core import Neuron, Steps, annotations, levels
from snnlab.models import Result
from snnlab.symbolic.dynamics import System
from snnlab.symbolic.sampled import dynamics

from .equilibria import FixedPoint, functions, isoclines, points

SAMPLES = 400  # of a nullcline
ARROWS = (13, 9)  # of the field, across and up
USUAL = 0.95  # share of a run's time below the right edge: an upstroke is over at once, and would fill the plane
NEAR = 0.5  # of the width, how far beyond all else a threshold may lie to be shown
FAR = 8  # heights of a run, how far from it the nullcline of v may lie to be shown
LEAST = 0.05  # of a variable's usual range, to which the plane shrinks at most
ROOM = 0.08  # of the width at each side

Frame = tuple[tuple[float, float], tuple[float, float]]
Line = tuple[np.ndarray, np.ndarray]


class Portrait(NamedTuple):
    """A plane of v and `y`, or of v and dv/dt where that is None, under a constant current.

    `frame` is ((left, right), (lower, upper)) of what is worth seeing. `nullclines`: variable -> (v, y), where its flow
    is 0; of v and dv/dt, "v" is dv/dt [1/ms] itself. `field` is (v, y, dv/dt, dy/dt) [N], in units per ms; y is 0 in
    the plane of dv/dt. `threshold` and `reset` are lines (v, y): where a neuron spikes, and where it is afterwards;
    None where there is none. `frozen` are the values at which variables are held that would move: where there are
    some, points are equilibria of the plane, not of the neuron.
    """

    y: str | None
    current: float
    frame: Frame
    nullclines: dict[str, Line]
    points: tuple[FixedPoint, ...]
    field: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
    threshold: Line | None
    reset: Line | None
    frozen: Mapping[str, float] = MappingProxyType({})


def planes(neuron: Neuron, p: Any) -> tuple[str | None, ...]:
    """What can stand over v in a plane, None being dv/dt; what v moves, by its flow or by a spike, is first."""
    whole = dynamics(neuron, **functions(p))
    others = [name for name in whole.variables if name != "v"]
    coupled = [name for name in others if whole.moves("v", name) or name in _jumps(neuron, p)]
    return (*coupled, None, *(name for name in others if name not in coupled))


def portrait(
    neuron: Neuron,
    p: Any,
    y: str | None,
    current: float,
    held: Mapping[str, float] | None = None,
    run: Mapping[str, np.ndarray] | None = None,
) -> Portrait:
    """The portrait of a neuron with this parameter tuple; all variables but v and `y` are `held`, at rest unless given.

    `run` are values of v and y over time, for which there is to be room.

    Raises NotImplementedError as `fixed_points` and `nullclines` do.
    """
    p = p._replace(**{f: torch.as_tensor(x, dtype=torch.float64) for f, x in p._asdict().items() if _is_number(x)})
    rest, given = neuron.rest(p), held or {}
    others = [name for name in neuron.state._fields if name not in ("v", y)]
    held = {name: float(given.get(name, getattr(rest, name))) for name in others}
    there, run = points(neuron, p, current, held), run or {}
    below = [point for point in there if point.reached]
    sides = edges(neuron, p, y, held)
    across = _across(neuron, run.get("v"), [point.state["v"] for point in below], sides)
    plane = dynamics(neuron, tuple(held), **functions(p))
    grid = np.linspace(*across, SAMPLES)
    if y is None:
        constants = plane.values(p, held)
        with np.errstate(over="ignore"):
            (flow,) = plane.rates((grid,), constants, current)
        lines = {"v": (grid, flow / 1000)}
        up = _framed([*np.quantile(flow / 1000, [0.02, 0.85]), 0.0], 0.0)
    else:
        lines = isoclines(neuron, p, current, (grid, np.zeros(2)), y, held)
        up = _up(neuron, y, run.get(y), [point.state[y] for point in below], lines["v"])
        lines = isoclines(neuron, p, current, (grid, np.linspace(*up, SAMPLES)), y, held)
    frame = across, up
    ends = [edges(neuron, p, y, held, end) for end in up]
    threshold, reset = (
        None if any(end[k] is None for end in ends) else (np.array([end[k] for end in ends]), np.array(up))
        for k in (0, 1)
    )
    field = _field(plane, p, current, held, frame, y)
    return Portrait(
        y, current, frame, lines, tuple(below), field, threshold, reset, _frozen(neuron, p, y, current, held, frame)
    )


def portrait_of(result: Result, y: str | None, time: float | None = None, current: float | None = None) -> Portrait:
    """The portrait of a run: what is not in the plane stands as at `time`, as does the current unless given."""
    usual, held = moment(result, time)
    kept = result.recording.variables  # [0, N] where it failed at once
    run = {name: x.reshape(len(x), x.shape[1:].numel())[:, 0].numpy() for name, x in kept.items()}
    return portrait(result.definition, result.p, y, usual if current is None else current, held, run)


def middle(result: Result) -> float:
    """The time in ms in the middle of what drives a run, as far as it went."""
    last = len(result.recording.time) * result.recording.dt
    return (min(result.onset, last) + min(result.end, last)) / 2


def is_steady(result: Result) -> bool:
    """Whether the current is the same as long as it drives the run, but for the steps at its ends."""
    dt = result.recording.dt
    first, last = (round(min(time, len(result.current) * dt) / dt) for time in (result.onset, result.end))
    driven = result.current.reshape(len(result.current), -1)[first + 1 : max(last - 1, first + 2), 0]
    return not len(driven) or bool(driven.max() - driven.min() <= 1e-9 * driven.abs().max())


def moment(result: Result, time: float | None = None) -> tuple[float, dict[str, float]]:
    """Current and variables of the first neuron at a time of a run in ms, in the middle of its drive unless given.

    A variable that counts steps is left out: it stands at its rest.
    """
    recording, marks = result.recording, annotations(result.definition.state)
    time = middle(result) if time is None else time
    current = result.current.reshape(len(result.current), -1)[:, 0]
    step = min(max(int(time / recording.dt), 0), len(current) - 1)
    found = {}
    for name, values in recording.variables.items():
        if not isinstance(marks[name], Steps) and len(values):
            sample = min(max(int(time / recording.dt / recording.every), 0), len(values) - 1)
            found[name] = float(values[sample].reshape(-1)[0])
    return float(current[step]), found


def _is_number(value: Any) -> bool:
    return isinstance(value, float | torch.Tensor)


def _jumps(neuron: Neuron, p: Any) -> set[str]:
    """The variables that a spike changes."""
    if neuron.reset is None:
        return set()
    before = neuron.rest(p)
    before = before._replace(v=torch.as_tensor(before.v) + 1.0)
    after = before._replace(**{k: x for k, x in neuron.reset(before, p)._asdict().items() if x is not None})
    return {name for name in before._fields if float(getattr(before, name)) != float(getattr(after, name))}


def edges(
    neuron: Neuron, p: Any, y: str | None = None, held: Mapping[str, float] | None = None, at: float = 0.0
) -> tuple[float | None, float | None]:
    """Where in v a neuron with this y spikes, and where it is afterwards; an excess is linear in v."""
    if neuron.excess is None:
        return None, None
    given = {**(held or {}), **({} if y is None else {y: at})}
    s = neuron.rest(p)._replace(**{name: torch.tensor(x, dtype=torch.float64) for name, x in given.items()})
    found = levels(neuron, p, s)
    threshold, after = (None if x is None or not torch.isfinite(x) else float(x) for x in found[:2])
    return threshold, None if after == threshold else after


def _framed(values: Iterable[float], least: float) -> tuple[float, float]:
    """A range around values, of at least this width, with room at its sides, that moves in coarse steps."""
    found = [x for x in values if np.isfinite(x)] or [0.0]
    low, high = min(found), max(found)
    middle, half = (low + high) / 2, max(high - low, least, 1e-9) * (0.5 + ROOM)
    step = 10.0 ** np.floor(np.log10(2 * half)) / 5
    return float(np.floor((middle - half) / step) * step), float(np.ceil((middle + half) / step) * step)


def _across(neuron: Neuron, run: np.ndarray | None, there: list[float], sides: tuple) -> tuple[float, float]:
    mark = annotations(neuron.state)["v"]
    seen = [mark.low, mark.high] if run is None else [float(run.min()), float(np.quantile(run, USUAL))]
    threshold, reset = sides
    found = [*seen, *there, *([] if reset is None else [reset])]
    low, high = min(found), max(found)
    width = max(high - low, LEAST * (mark.high - mark.low))
    if threshold is not None and high < threshold <= high + NEAR * width:
        high = threshold
    return _framed([low, high], width)


def _up(neuron: Neuron, y: str, run: np.ndarray | None, there: list[float], nullcline: Line) -> tuple[float, float]:
    mark = annotations(neuron.state)[y]
    seen = [mark.low, mark.high] if run is None else [float(run.min()), float(run.max())]
    found = [*seen, *there]
    width = max(max(found) - min(found), LEAST * (mark.high - mark.low))
    lowest = float(np.nanmin(nullcline[1])) if np.isfinite(nullcline[1]).any() else np.nan
    if min(found) - FAR * width < lowest < max(found) + FAR * width:
        found += [lowest, lowest + 0.3 * abs(lowest - min(found))]  # the bend itself is to be seen
    return _framed(found, LEAST * (mark.high - mark.low))


def _frozen(
    neuron: Neuron, p: Any, y: str | None, current: float, held: Mapping[str, float], frame: Frame
) -> dict[str, float]:
    """Of what is held, that which moves v or y, and would not stand still everywhere in the plane."""
    whole = dynamics(neuron, **functions(p))
    shown = [name for name in ("v", y) if name in whole.variables]
    inside = {"v": np.array([*frame[0], *frame[0]]), **({} if y is None else {y: np.repeat(frame[1], 2)})}
    state = [inside.get(name, held.get(name)) for name in whole.variables]
    rates = dict(zip(whole.variables, whole.rates(state, whole.values(p), current)))
    moved = [name for name in held if name in rates and np.any(rates[name] != 0.0)]
    return {name: held[name] for name in moved if any(whole.moves(name, one) for one in shown)}


def _field(
    plane: System, p: Any, current: float, held: Mapping[str, float], frame: Frame, y: str | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    across, up = (low + (np.arange(n) + 0.5) / n * (high - low) for n, (low, high) in zip(ARROWS, frame, strict=True))
    v, w = (x.ravel() for x in np.meshgrid(across, [0.0] if y is None else up))
    state = [v if name == "v" else w for name in plane.variables]
    with np.errstate(over="ignore", invalid="ignore"):
        rates = dict(zip(plane.variables, plane.rates(state, plane.values(p, held), current)))
    return v, w, rates["v"] / 1000, np.zeros(len(v)) if y is None else rates[y] / 1000
