"""What is shown of a neuron under voltage clamp: the commands, the currents that hold it, its other variables."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from snnlab.analysis.clamp import held
from snnlab.core import HELD
from snnlab.core.palette import VOLTAGE
from snnlab.models import Experiment, Model, Result
from snnlab.models.families.clamps import COMMANDS
from snnlab.views import Data, Row

from ..cards import Number
from .scene import Drawn, Scene

MOST = 4000  # points of the lines of a row


class CommandScene(Scene):
    """Lines are those of all commands, one after the other with a gap between."""

    measured = "Measured under the commands"

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        self.neuron, self.command = model.unclamped, model.neuron.current

    def rows(self, model: Model) -> list[Row]:
        found = {row.key: row for row in super().rows(model)}
        first = [found.pop(HELD)._replace(color=VOLTAGE, weight=4), found.pop("I")]  # currents above their commands
        return [*first, *(row for row in found.values() if not row.raster or row.key == "input")]

    def draw(self, result: Result) -> Drawn:
        drawn = super().draw(result)
        recording = result.recording
        found = {name: (recording.sample_time, x.cpu().numpy()) for name, x in recording.variables.items()}
        if "current" in result.inputs:
            found["I"] = recording.time, result.inputs[COMMANDS].numpy()[: len(recording.time)]
        data = {name: data for name, data in drawn.data.items() if name != "raster"}
        data |= {name: Data(*all_lines(t.astype(np.float32), y.astype(np.float32))) for name, (t, y) in found.items()}
        return drawn._replace(data=data)

    def drawing(
        self, experiment: Experiment, about: dict[str, Any], rows: Iterable[Row], prefix: str = ""
    ) -> dict[str, Any]:
        return super().drawing(experiment, about, rows, prefix) | {"points": MOST}

    def numbers(self, result: Result, duration: float) -> list[Number]:
        """The most inward current of all commands; others of the last one, which is that of the stimulus."""
        try:
            found = held(result, self.neuron)
        except ValueError:  # not all is recorded, or nothing
            return []
        during = found.during()
        total, command = found.total[during], found.command[during]
        at, k = np.unravel_index(total.argmin(), total.shape)
        since = found.time[during][at] - found.onset
        told = [
            ("Most inward current", total[at, k], found.unit, "the least of all while the stimulus is there"),
            ("at a command of", command[at, k], self.command.unit, "where v is meanwhile"),
            ("after the onset by", since, "ms", "when it is the least"),
            ("Steady current, last command", found.steady()[-1], found.unit, "at the end of the stimulus"),
        ]
        if found.end < found.time[-1]:
            told.append(("Tail current, last command", found.tail()[-1], found.unit, "at once after the stimulus"))
        return [Number(name, written(float(x), unit), doc=doc) for name, x, unit, doc in told]


def written(x: float, unit: str) -> str:
    """A number in four digits, what is rounding as 0.

    >>> written(-1286.63, "pA"), written(-1e-16, "1")
    ('-1287 pA', '0')
    """
    return f"{round(x, 9) + 0.0:.4g} {'' if unit == '1' else unit}".strip()


def all_lines(t: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The columns of y [T, N] over t as one line with gaps, of at most about `MOST` points: `joined` of pictures.js.

    >>> t, y = all_lines(np.array([1.0, 2.0]), np.array([[3.0, 5.0], [4.0, 6.0]]))
    >>> t.tolist(), y.tolist()
    ([1.0, 2.0, nan, 1.0, 2.0, nan], [3.0, 4.0, nan, 5.0, 6.0, nan])
    """
    step = max(1, -(-y.size // MOST))
    t, y = np.append(t[::step], np.nan), np.pad(y[::step], ((0, 1), (0, 0)), constant_values=np.nan)
    return np.tile(t, y.shape[1]).astype(t.dtype), y.T.ravel()
