"""Whole experiments as data; `PRESETS` has them all by their id, the first of a neuron is where its explorer begins."""

from snnlab.core import Catalogue

from .izhikevich_2003 import CELLS
from .izhikevich_2004 import PATTERNS
from .lif import LESSONS
from .naud_2008 import PATTERNS as ADEX_PATTERNS
from .networks import OTHERS, REGIMES
from .neurons import FIRST
from .preset import Preset
from .recorded import RECORDED
from .signals import ENCODING, SLOPES
from .stimuli import SHOWN
from .synapses import SYNAPSES

_ALL = (
    *LESSONS,
    *FIRST,
    *ADEX_PATTERNS,
    *CELLS,
    *RECORDED,
    *PATTERNS,
    *SHOWN,
    *ENCODING,
    *SLOPES,
    *SYNAPSES,
    *REGIMES,
    *OTHERS,
)
_ROBUST = tuple(p.robust for p in PATTERNS if p.robust)
PRESETS = Catalogue("the preset", {p.id: p for p in (*_ALL, *_ROBUST)})
