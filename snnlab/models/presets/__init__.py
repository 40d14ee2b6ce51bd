"""Whole experiments as data; `PRESETS` has them all by their id, the first of a neuron is where its explorer begins."""

from .izhikevich_2003 import CELLS
from .izhikevich_2004 import PATTERNS
from .lif import LESSONS
from .naud_2008 import PATTERNS as ADEX_PATTERNS
from .neurons import FIRST
from .preset import Preset
from .recorded import RECORDED

PRESETS = {p.id: p for p in (*LESSONS, *FIRST, *ADEX_PATTERNS, *CELLS, *RECORDED, *PATTERNS)}
PRESETS |= {p.robust.id: p.robust for p in PATTERNS if p.robust}
