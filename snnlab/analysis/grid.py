"""The points of a map of two knobs: what each has of its own, and the runs that they share."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from snnlab.core import Count, Quantity, Unknown, refused
from snnlab.engine import Cancelled, Noise, Recording, simulate
from snnlab.models import Experiment
from snnlab.models.families.neurons import cut
from snnlab.models.portable import owners

from .tally import START, Tally, Window, counting

ROOM = 64_000_000  # neuron-steps of one run, of which each is a byte of spikes
STEPS = 2**24  # which single precision counts
OF_RUN = ("noise", "noise_tau")  # settings that are no matter of time or size
Inputs = dict[str, Tensor]


class Axis(NamedTuple):
    """One knob of a map: its name, "model.tau_mem", how it is called, its unit and its values."""

    knob: str
    label: str
    unit: str
    values: np.ndarray
    log: bool = False

    @property
    def short(self) -> str:
        return self.knob.rpartition(".")[2]


def knobs_of(experiment: Experiment) -> dict[str, Quantity]:
    """The knobs along which there is a map, by name: numbers of the model, of the initial state and of the stimulus,
    and the strength and time constant of noise."""
    found = {}
    for owner, part in owners(experiment).items():
        names = part.of_part("run") if owner == "model" else OF_RUN if owner == "run" else part.shown.values()
        for name in names:
            mark = part.annotation(name)
            if isinstance(mark, Quantity) and not isinstance(mark, Count):
                found[f"{owner}.{name}"] = mark
    return found


def axis_of(which: str, experiment: Experiment, span: Any) -> Axis:
    """The axis that `span` describes as in `sweep`; `which` is its name. Raises ValueError."""
    if not isinstance(span, tuple | list) or len(span) not in (2, 4) or not isinstance(span[0], str):
        raise refused(which, span, "(knob, low, high, number of points) or (knob, values)")
    knob, known = span[0], knobs_of(experiment)
    if knob not in known:
        raise Unknown(f"{which}: the knob", knob, known)
    mark, log = known[knob], False
    if len(span) == 4:
        _, low, high, count = span
        if not isinstance(count, int) or count < 2:
            raise refused(f"{which}: the number of points", count, "a whole number from 2 on")
        for value in (low, high):
            mark.check(knob, value)
        if not low < high:
            raise ValueError(f"{which}: {knob} goes from {low:g} to {high:g}: give a lower and a higher value")
        log = mark.log and low > 0
        values = np.geomspace(low, high, count) if log else np.linspace(low, high, count)
        values = np.clip(values, low, high)
    else:
        values = np.asarray(span[1], dtype=float)
        if values.ndim != 1 or not len(values):
            raise refused(f"{which}: the values of {knob}", span[1], "a row of numbers")
        for value in values.tolist():
            mark.check(knob, value)
    owner, _, name = knob.rpartition(".")
    return Axis(knob, owners(experiment)[owner].param[name].label, mark.unit, values, log)


class Batch(NamedTuple):
    """Points that are run together: their numbers in the grid, what drives them, and when that is there, in steps."""

    points: np.ndarray
    inputs: list[Callable[[], Inputs]]  # one for all or one for each, or one that has a column for each
    onset: Any
    end: Any


class Grid:
    """All points of a map in a row, x first: what each has of its own."""

    def __init__(self, experiment: Experiment, x: Axis, y: Axis) -> None:
        self.one = one = experiment.copy()
        self.model, run, self.axes = one.model, one.settings, (x, y)
        self.neuron: Any = self.model.neuron
        noisy = any(axis.knob.startswith("run.") for axis in self.axes)
        run.param.update(neurons=1, noise=run.noise if noisy or run.neurons == 1 else 0.0, record=(), every=1)
        self.steps, self.dt = one.steps * round(run.dt / self.model.dt(run)), self.model.dt(run)
        if self.steps > STEPS:
            raise ValueError(f"{self.steps:,} steps are more than a map counts: give a run of at most {STEPS:,}")
        self.size = len(x.values) * len(y.values)
        self.p: Any = self._each("model", lambda: self.model.p(torch.float32, run.device.lower(), self.dt))
        self.noise: Any = None
        if noisy or run.noise:
            self.noise = self._each("run", lambda: Noise(run.noise, run.noise_tau / 1000, run.seed))
        varied = any(axis.knob.startswith("initial.") for axis in self.axes)
        self.state: Any = self._each("initial", lambda: one.initial.taken(self.dt)) if varied else None
        if not varied and not one.initial.at_rest:
            self.state = one.initial.taken(self.dt)

    def _each(self, what: str, found: Callable[[], Any]) -> Any:
        """A tuple of one part of the experiment, whose leaves are numbers for all points or [points]."""
        whole = found()
        for axis, view in zip(self.axes, ((1, -1), (-1, 1))):
            if axis.knob.partition(".")[0] == what:
                several = [found() for _ in self._along(axis)]
                whole = several[0] if what == "initial" else whole
                for name, leaf in zip(several[0]._fields, zip(*several)):
                    if any(not isinstance(one, str) and one != leaf[0] for one in leaf):
                        row = torch.as_tensor([float(one) for one in leaf], dtype=torch.float32)
                        shape = len(self.axes[1].values), len(self.axes[0].values)
                        whole = whole._replace(**{name: row.reshape(view).expand(shape).reshape(-1)})
        return whole

    def _along(self, axis: Axis) -> Iterator[None]:
        """The experiment with each value of an axis, and at last as before."""
        owner, _, name = axis.knob.rpartition(".")
        part = owners(self.one)[owner]
        before = {"at_rest": True} if getattr(part, "at_rest", False) else {name: getattr(part, name)}
        for value in axis.values.tolist():
            part.param.update({name: value})
            yield
        part.param.update(before)

    def _stimulus(self) -> tuple[Callable[[], Inputs], float, float]:
        """What drives the model as it is now, and from when to when."""
        run, stimulus = self.one.settings, self.one.stimulus
        times = (min(time, run.duration) / self.dt for time in (stimulus.begins, stimulus.ends))
        onset, end = (round(time, 6) for time in times)
        return self.model.sampler(self.one), onset, end

    def batches(self, points: np.ndarray | None = None, each: int = 1) -> Iterator[Batch]:
        """These points, or all, in runs: those that have a stimulus in common, or, where all have their own, as many as
        there is room for, where each takes so many bytes a step."""
        room = max(1, ROOM // self.steps // each)
        asked = np.ones(self.size, bool) if points is None else np.isin(np.arange(self.size), points)
        points = np.flatnonzero(asked)
        grid = np.arange(self.size).reshape(len(self.axes[1].values), -1)
        driven = [axis.knob.startswith("stimulus") for axis in self.axes]
        if all(driven) and (formula := self._formula()) is not None:
            values, times = formula
            for here in _parts(points, room // 8):  # currents are floats
                columns = partial(self._sampled, {name: x[here] for name, x in values.items()})
                yield Batch(here, [columns], *(torch.tensor([time[point] for point in here]) for time in times))
        elif all(driven):
            every = [self._stimulus() for _ in self._along(self.axes[1]) for _ in self._along(self.axes[0])]
            for here in _parts(points, room // 8):
                inputs, begins, ends = zip(*(every[point] for point in here))
                yield Batch(here, list(inputs), torch.tensor(begins), torch.tensor(ends))
        else:
            rows, stimuli = [points], [self._stimulus()]
            if any(driven):
                rows = list(grid.T if driven[0] else grid)
                stimuli = [self._stimulus() for _ in self._along(self.axes[driven.index(True)])]
            for row, (one, onset, end) in zip(rows, stimuli):
                for here in _parts(row[asked[row]], room):
                    yield Batch(here, [one], torch.tensor(onset), torch.tensor(end))

    def _formula(self) -> tuple[dict[str, np.ndarray], tuple[list[float], list[float]]] | None:
        """What both axes make of a current that has a formula: values [points] of its fields, and from when to when it
        is there in each point, in steps; None where they are of something else."""
        stimulus, run, kind = self.one.stimulus, self.one.settings, self.one.stimulus.kind
        alone = all(axis.knob.rpartition(".")[0] == "stimulus" for axis in self.axes)
        if not alone or kind.formula is None or kind.port != "current" or self.axes[0].knob == self.axes[1].knob:
            return None
        values, of = {}, {shown: field for field, shown in stimulus.shown.items()}
        for axis, view in zip(self.axes, ((1, -1), (-1, 1))):
            field = of[axis.short]
            row = np.array([stimulus.marks[field].taken(value, None) for value in axis.values.tolist()])
            shape = len(self.axes[1].values), len(self.axes[0].values)
            values[field] = np.broadcast_to(row.reshape(view), shape).reshape(-1)
        fixed, source = stimulus.taken(), stimulus.source
        each = [fixed._replace(**dict(zip(values, point))) for point in zip(*(x.tolist() for x in values.values()))]
        onset, end = (
            [round(min(time(one, source), run.duration) / self.dt, 6) for one in each]
            for time in (kind.onset, kind.end)
        )
        return values, (onset, end)

    def _sampled(self, values: dict[str, np.ndarray]) -> Inputs:
        """The current [steps, points] of a stimulus with these values of its fields."""
        run, stimulus = self.one.settings, self.one.stimulus
        found = stimulus.sampler(stimulus.taken()._replace(**values))(self.one.steps, run.dt, run.seed)
        return {port: cut(x, port, self.steps // self.one.steps) for port, x in found.items()}

    def given(self, batch: Batch, record: tuple[str, ...] = ()) -> dict[str, Any]:
        """The arguments of the run of these points, which records these variables."""
        each = self.model.arguments(self.one, self.p, torch.float32)
        found, count = [inputs() for inputs in batch.inputs], len(batch.points)
        columns = next(iter(found[0].values())).ndim == 2
        several = [each({port: x[:, 0] for port, x in found[0].items()})] if columns else [*map(each, found)]
        given = several[0]
        neuron = counting(self.neuron, given["advance"])

        chosen = torch.from_numpy(batch.points)

        def here(whole: Any) -> list[Any]:
            """What these points have of it."""
            return [x[chosen] if isinstance(x, Tensor) and x.numel() == self.size > 1 else x for x in whole]

        p = neuron.parameters(*here(self.p), batch.onset, batch.end)
        state = self.state and neuron.state(*here(self.state), *START)
        noise = self.noise and type(self.noise)(*here(self.noise))
        given |= {"neuron": neuron, "p": p, "state": state, "noise": noise, "record": record, "advance": None}
        drive = [one["current"] for one in several], [one["spikes"] for one in several]
        current, spikes = (_beside(rows, count) for rows in drive)
        if columns:
            current = self.model.entering(found[0])["current"].to(current)
        return given | {"current": current, "spikes": spikes, "backend": self.one.settings.backend}

    def run(
        self,
        batches: Iterator[Batch],
        record: tuple[str, ...],
        take: Callable[[Batch, Recording], Any],
        cancelled: Callable[[], bool],
        progress: Callable[[float], Any],
    ) -> None:
        """Run these points, and give the recordings to `take`, in some threads at once. Raises Cancelled."""
        done = 0

        def perform(batch: Batch) -> int:
            if cancelled():
                raise Cancelled
            take(batch, simulate(**self.given(batch, record), cancelled=cancelled))
            return len(batch.points)

        with ThreadPoolExecutor(torch.get_num_threads(), "snnlab-map") as pool:
            waiting = [pool.submit(copy_context().run, perform, batch) for batch in batches]
            try:
                for one in waiting:
                    done += one.result()
                    progress(done / self.size)
            finally:
                for one in waiting:
                    one.cancel()

    def counts(self, cancelled: Callable[[], bool], progress: Callable[[float], Any]) -> tuple[Tally, Window]:
        """What all points have counted, [points] each."""
        tally, window = torch.zeros(len(Tally._fields), self.size), torch.zeros(2, self.size, dtype=torch.float64)

        def take(batch: Batch, recording: Recording) -> None:
            for k, one in enumerate(recording.state[-len(tally) :]):
                tally[k, batch.points] = one.cpu()
            window[0, batch.points], window[1, batch.points] = batch.onset.double(), batch.end.double()

        self.run(self.batches(), (), take, cancelled, progress)
        return Tally(*tally), Window(*window)


def _parts(points: np.ndarray, room: int) -> Iterator[np.ndarray]:
    """As many at a time as there is room for."""
    for k in range(0, len(points), max(1, room)):
        yield points[k : k + max(1, room)]


def _beside(rows: list[Any], count: int) -> Any:
    """Inputs [T, 1] of one for all, or of each of the points, side by side; of several channels a tuple."""
    if isinstance(rows[0], tuple):
        return tuple(_beside(list(channel), count) for channel in zip(*rows))
    if rows[0] is None:
        return None
    return rows[0].expand(-1, count) if len(rows) == 1 else torch.cat(rows, 1)
