"""Whole experiments as data; `PRESETS` has them all by their id, the first of a neuron is where its explorer begins."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from snnlab.core import Catalogue

from .clamps import CLAMPED
from .classics import CLASSICS
from .compartments import CABLES
from .izhikevich_2003 import CELLS
from .izhikevich_2004 import PATTERNS
from .lif import LESSONS
from .naud_2008 import PATTERNS as ADEX_PATTERNS
from .networks import A_THOUSAND, LEARNING, OTHERS, READ, REGIMES, SYNFIRE
from .neurons import FIRST
from .operations import OPERATING
from .preset import Preset
from .recorded import RECORDED
from .signals import ENCODING, SLOPES
from .stimuli import SHOWN
from .synapses import SYNAPSES


def by_id(presets: Iterable[Preset]) -> dict[str, Preset]:
    """Presets by their id. Raises ValueError for two with the same."""
    found: dict[str, Preset] = {}
    for preset in presets:
        if preset.id in found:
            raise ValueError(f"two presets have the id {preset.id!r}: {found[preset.id].name!r} and {preset.name!r}")
        found[preset.id] = preset
    return found


_ALL = (
    *LESSONS,
    *FIRST,
    *ADEX_PATTERNS,
    *CLASSICS,
    *CLAMPED,
    *CELLS,
    *RECORDED,
    *PATTERNS,
    *SHOWN,
    *ENCODING,
    *SLOPES,
    *SYNAPSES,
    *A_THOUSAND,
    *REGIMES,
    *SYNFIRE,
    *READ,
    *LEARNING,
    *OTHERS,
    *OPERATING,
    *CABLES,
)
_ROBUST = tuple(p.robust for p in PATTERNS if p.robust)
PRESETS = Catalogue("the preset", by_id((*_ALL, *_ROBUST)))


class PresetsOf:
    """The presets of a class, by name: `Izhikevich.presets["Tonic spiking"]`, `Chirp.presets["Chirp (ZAP)"]`.

    `belongs(preset, kind)` says which; where several have one name, that of the model follows it.
    """

    def __init__(self, belongs: Callable[[Any, Any], bool]) -> None:
        self.belongs = belongs

    def __get__(self, obj, kind) -> Catalogue:
        own = [preset for preset in PRESETS.values() if self.belongs(preset, kind)]
        many = Counter(preset.name for preset in own)
        full = [p.name if many[p.name] == 1 else f"{p.name}, {p.model.__name__}" for p in own]
        return Catalogue(f"the preset of {kind.__name__}", zip(full, own, strict=True))
