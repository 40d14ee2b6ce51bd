"""Two trains of spikes that a hand sets by clicks in their plot, and their times as fields for who has no mouse."""

from typing import Any

from snnlab.core import short
from snnlab.models import Stimulus
from snnlab.models.knobs import Knob
from snnlab.models.stimuli.quantities import Time
from snnlab.models.stimuli.sources import TICKS

from .controls import typed
from .drawer import Drawer

TIME = Knob(Time("time of a spike"), 0.0)
TIME.name = "time"


def is_ticked(stimulus: Stimulus) -> bool:
    """Whether it has spikes on two lines, so that a hand may set them."""
    return stimulus.kind.source is TICKS


class Ticks(Drawer):
    """Sets spikes, points of time and line, by clicks; texts are those of times that were typed, one for each line."""

    _bundle = "ticks.js"

    def _read(self, points: list) -> list[tuple[float, float]]:
        """Spikes of rows (time, line), or of a text with the times on each line. Raises ValueError."""
        found = []
        for k, one in enumerate(points):
            if isinstance(one, str):
                words = one.replace(",", " ").replace(";", " ").split()
                found += [(self._time(word), float(k)) for word in words]
            else:
                found.append((self._time(one[0]), float(one[1])))
        return found

    @staticmethod
    def _time(given: Any) -> float:
        try:
            return typed(TIME, str(given))
        except ValueError as error:
            raise ValueError(f"times are numbers with commas between: {short(str(given))} is none; {error}") from error
