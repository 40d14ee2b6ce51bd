"""What a voltage clamp shows of a neuron: the currents that hold it, and the gates behind them."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from snnlab.core import HELD, Neuron, what_is
from snnlab.core.check import check, check_real
from snnlab.core.clamp import clamped, command_of, holding, relaxing, settled
from snnlab.engine import simulate
from snnlab.models import NeuronModel, Result
from snnlab.models.families.clamps import COMMANDS

from .arguments import array, neuron_model, parameters

SETTLED = 0.95  # of a step's duration, from where on its current counts as steady
ROUNDED = 0.5  # of a step of dt, from where on it counts as one
MAX_VALUES = 20_000_000  # steps x commands


class Clamp(NamedTuple):
    """A family of runs under commanded potentials: time [T] in ms, `command` [T, N] in mV, `total` [T, N], the current
    that holds the membrane, and those through it by name, `currents`, outward positive, in `unit`. The step is from
    `onset` to `end` ms.
    """

    time: np.ndarray
    command: np.ndarray
    total: np.ndarray
    currents: dict[str, np.ndarray]
    unit: str
    onset: float
    end: float

    @property
    def steps(self) -> np.ndarray:
        """Potentials of the steps [N] in mV."""
        during = self.during()
        return self.command[during[len(during) // 2]]

    def during(self) -> np.ndarray:
        """Which rows of `time` are during the step. Raises ValueError where there are none."""
        found = np.flatnonzero((self.time >= self.onset) & (self.time < self.end))
        if not len(found):
            last = self.time[-1]
            late = f"after the run's end: let it begin before {last:.6g} ms, or run longer"
            why = late if self.onset >= last else "and ends with it: make it longer than a step of the run"
            raise ValueError(f"the step begins at {self.onset:.6g} ms, {why}")
        return found

    def peak(self, name: str = "") -> np.ndarray:
        """The most inward of all currents during each step [N]; of one by name, the largest of either sign."""
        during = self._of(name)[self.during()]
        at = abs(during).argmax(0) if name else during.argmin(0)
        return during[at, np.arange(during.shape[1])]

    def steady(self, name: str = "") -> np.ndarray:
        """The current at the end of each step [N]; of all currents, or of one."""
        during = self.during()
        last = self.time[during] >= self.onset + SETTLED * (self.end - self.onset)
        return self._of(name)[during[last] if last.any() else during[-1:]].mean(0)

    def tail(self, name: str = "") -> np.ndarray:
        """The current at once after each step [N], while the gates are still as it left them."""
        after = self.during()[-1] + 1
        if after == len(self.time):
            raise ValueError("nothing is after the step, where its tail would be: go on beyond its end")
        return self._of(name)[after]

    def _of(self, name: str) -> np.ndarray:
        if name and name not in self.currents:
            raise ValueError(f"name = {name!r} is not known: choose one of {', '.join(self.currents) or 'none'}")
        return self.currents[name] if name else self.total


def voltage_clamp(
    model: NeuronModel,
    steps: Sequence[float] | np.ndarray | None = None,
    hold: float | None = None,
    *,
    before: float = 5.0,
    length: float = 30.0,
    after: float = 15.0,
    after_potential: float | None = None,
    dt: float | None = None,
) -> Clamp:
    """A family of voltage steps: from `hold` to each of `steps` for `length` ms, then to `after_potential`, all in mV.

    The neuron has been at `hold` for long: its variables stand where they come to rest there. `steps` [N] are 13 over
    the range of v unless given, `hold` is its rest, `after_potential` is `hold`. Capacitive currents, which last for an
    instant, are left out. For a protocol of any form, see `clamp_to`.

    Raises ValueError for a neuron without v, and for numbers that are not allowed. Source: Hodgkin, Huxley, Katz,
    J. Physiol. 116:424, 1952.

    >>> from snnlab.models import HodgkinHuxley
    >>> found = voltage_clamp(HodgkinHuxley(), [-20.0, 20.0])
    >>> found.peak("Na").round(), found.steady("K").round()
    (array([-1237., -1114.]), array([ 998., 2792.]))
    """
    mark = command_of(neuron_model(model).neuron)
    p, dt = parameters(model), model.neuron.dt if dt is None else dt
    given = np.linspace(mark.low, mark.high, 13) if steps is None else array("steps", steps, dimensions=1)
    hold = float(model.neuron.rest(p).v) if hold is None else hold
    after_potential = hold if after_potential is None else after_potential
    for name, value in (*(("steps", one) for one in given), ("hold", hold), ("after_potential", after_potential)):
        mark.check(name, value)
    counts = _counts({"before": before, "length": length, "after": after}, dt, len(given))
    phases = [np.full(len(given), hold), given, np.full(len(given), after_potential)]
    command = np.concatenate([np.tile(phase, (count, 1)) for phase, count in zip(phases, counts)])
    return clamp_to(model, command, dt)._replace(onset=counts[0] * dt, end=(counts[0] + counts[1]) * dt)


def _counts(times: dict[str, float], dt: float, many: int) -> list[int]:
    """How many steps of dt these times have, of which the length has one. Raises ValueError for what is not allowed."""
    check_real("dt", dt, lambda t: 0 < t < math.inf, "a finite time in ms, greater than 0")
    for name, time in times.items():
        check_real(name, time, lambda t: 0 <= t < math.inf, "a finite time in ms, 0 or more")
    check("length", times["length"], lambda t: t >= ROUNDED * dt, f"a finite time in ms, {dt:.6g} or more")
    if (total := sum(times.values()) / dt * many) > MAX_VALUES:
        raise ValueError(
            f"{' + '.join(times)} = {sum(times.values()):.6g} ms are {total:.3g} values of {many} steps: at most "
            f"{MAX_VALUES:,} are computed; give shorter times, fewer steps or a larger dt"
        )
    return [round(time / dt) for time in times.values()]


def clamp_to(model: NeuronModel, command: np.ndarray, dt: float) -> Clamp:
    """The currents under any command [T] or [T, N] in mV, one row for each step of `dt` ms.

    It begins where the neuron's variables come to rest at the first row. Raises ValueError for a neuron without v, and
    for numbers that are not allowed.
    """
    neuron, p = neuron_model(model).neuron, parameters(model)
    mark, given = command_of(neuron), array("command", command, dimensions=2 if np.ndim(command) == 2 else 1)
    check("shape of command", given.shape, lambda shape: 0 not in shape, "(time, ...), one step or more")
    for value in (given.min(), given.max()):
        mark.check("command", float(value))
    check_real("dt", dt, lambda t: 0 < t < math.inf, "a finite time in ms, greater than 0")
    rows = torch.as_tensor(given.reshape(len(given), -1))
    s = _state_at(neuron, rows, p, dt)
    parts = neuron.currents(s, p) if neuron.currents else {}
    time = dt * np.arange(len(rows))
    total = holding(neuron, s, p).numpy()
    return Clamp(
        time,
        rows.numpy(),
        total,
        {name: part.expand(rows.shape).numpy() for name, part in parts.items()},
        neuron.current.unit,
        0.0,
        float(time[-1]),
    )


def _state_at(neuron: Neuron, rows: torch.Tensor, p: Any, dt: float) -> Any:
    """The state as each step begins, when its command is there."""
    if not (first := settled(neuron, rows[0], p)):
        return neuron.state(v=rows)
    bare = clamped(neuron)
    run = simulate(bare, current=rows, p=p, state=bare.state(**first), dt=dt / 1000, record=bare.state._fields)
    begun = {name: torch.cat([one.expand(1, rows.shape[1]), run.variables[name][:-1]]) for name, one in first.items()}
    return neuron.state(**begun, v=rows)


def held(result: Result, neuron: Neuron) -> Clamp:
    """What a run under voltage clamp shows of the `neuron` that is clamped, from its stimulus' onset to its end; where
    commands differ, from when they do until they are the same again.

    Raises ValueError for a run that is none, or has not recorded every variable, and where no step of it is seen.
    """
    if not isinstance(result, Result):
        raise ValueError(f"result is {what_is(result)}: give that of Experiment.run()")
    if not isinstance(neuron, Neuron):
        raise ValueError(f"neuron is {what_is(neuron)}: give the definition that is clamped, HodgkinHuxley.neuron")
    recording, own = result.recording, result.recording.variables
    if missing := [name for name in (HELD, *(n for n in neuron.state._fields if n != "v")) if name not in own]:
        raise ValueError(
            f"the run has not recorded {', '.join(missing)}: record all variables of one under voltage clamp"
        )
    if not len(recording.time):
        raise ValueError("the run ended before its first step: give other commands")
    kept = slice(recording.every - 1, len(recording.spikes), recording.every)
    command = result.inputs[COMMANDS][kept].double()
    dt = recording.dt * recording.every
    parts: dict[str, torch.Tensor] = {}
    if neuron.currents is not None:
        s = {name: own[name].double().cpu() for name in neuron.state._fields if name != "v"}
        parts = neuron.currents(neuron.state(**s, v=command), result.p)
    time = np.round(recording.sample_time - dt, 9)  # when steps begin, as onset and end are
    onset, end = result.onset, min(result.end, float(recording.time[-1]))
    if len(apart := np.flatnonzero(np.ptp(command.numpy(), axis=1))):
        onset, end = float(time[apart[0]]), float(np.append(time, end)[apart[-1] + 1])
    if not ((time >= onset) & (time < end)).any():
        raise ValueError(_unseen(result.onset, result.end, float(recording.time[-1])))
    named = {name: part.expand(command.shape).numpy() for name, part in parts.items()}
    unit = neuron.current.unit
    return Clamp(time, command.numpy(), own[HELD].double().cpu().numpy(), named, unit, onset, end)


def _unseen(onset: float, end: float, last: float) -> str:
    """Why nothing is seen of a step from `onset` to `end`, in a run until `last`, in ms."""
    if onset >= last:
        return f"the step begins at {onset:.4g} ms, after the run's end at {last:.4g} ms: let it begin earlier"
    return f"the step lasts {end - onset:.4g} ms, too short to be recorded: let it last longer"


class Gates(NamedTuple):
    """Where each variable comes to rest while v is held at `v` [N] mV, and its time constant in ms there [N]."""

    v: np.ndarray
    steady: dict[str, np.ndarray]
    tau: dict[str, np.ndarray]


def gates(model: NeuronModel, v: np.ndarray | None = None) -> Gates:
    """Activation and inactivation: steady value and time constant of each variable whose own flow is linear in it.

    `v` [N] in mV is over the range in which it is drawn unless given. Raises ValueError for a neuron that has none.

    >>> from snnlab.models import HodgkinHuxley
    >>> found = gates(HodgkinHuxley(), np.array([-65.0]))
    >>> found.steady["n"].round(3), found.tau["n"].round(2)
    (array([0.318]), array([5.46]))
    """
    neuron, p = neuron_model(model).neuron, parameters(model)
    mark = command_of(neuron)
    v = np.linspace(mark.low, mark.high, 300) if v is None else array("v", v, dimensions=1)
    found = relaxing(neuron, torch.as_tensor(v), p)
    if not found:
        raise ValueError(f"no variable of {neuron.name} decays towards a value of its own")
    steady = {name: at.numpy() for name, (at, _) in found.items()}
    tau = {name: (-1000 / slope).numpy() for name, (_, slope) in found.items()}
    return Gates(v, steady, tau)


def currents(result: Result, neuron: int = 0) -> dict[str, np.ndarray]:
    """The currents [T] through the membrane of a neuron of a run by name, outward positive, in the unit of its current.

    Raises ValueError for a neuron that is no sum of currents, and for a run that has not recorded every variable.
    """
    if not isinstance(result, Result):
        raise ValueError(f"result is {what_is(result)}: give that of Experiment.run()")
    definition, recording = result.definition, result.recording
    if getattr(definition, "currents", None) is None:
        raise ValueError(f"{definition.name} is no sum of currents: choose one that is, such as HodgkinHuxley")
    if missing := [name for name in definition.state._fields if name not in recording.variables]:
        raise ValueError(f"the run has not recorded {', '.join(missing)}: record all variables")
    many = recording.spikes[0].numel()
    check_real("neuron", neuron, lambda k: k in range(many), f"the number of a neuron, from 0 to {many - 1}")
    s = definition.state(*(recording.variables[n].reshape(len(recording.variables[n]), -1)[:, neuron].double().cpu()
                           for n in definition.state._fields))  # fmt: skip
    return {name: part.numpy() for name, part in definition.currents(s, result.p).items()}
