"""What the controls of an experiment show at a time."""

from collections.abc import Callable
from typing import Any, NamedTuple

from snnlab.models import Experiment, Preset


class Held(NamedTuple):
    """What controls show at a time, and where it comes from, to be shown again by `Sidebar.restore`."""

    experiment: Experiment
    preset: Preset | None
    described: Preset | None
    origin: Callable[[], Experiment]
    asked: dict[str, Any]
    first: dict[str, Any]
    now: dict[str, Any]  # values, to be compared with those of another time

    @property
    def choice(self) -> tuple:
        """What was chosen, not moved: the preset, and the classes of what the experiment consists of."""
        return self.preset and self.preset.id, {name: kind for name, (kind, *_) in self.now.items()}
