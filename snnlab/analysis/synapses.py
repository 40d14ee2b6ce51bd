"""What a synapse gave."""

import numpy as np

from snnlab.core import what_is
from snnlab.engine import Recording
from snnlab.models import Result

from .arguments import plain
from .reading import recorded, variable


def released(recording: Recording | Result) -> list[float]:
    """What each presynaptic spike releases of a synapse with short-term plasticity, as parts of all it has.

    u x of Tsodyks, Pawelzik, Markram, Neural Comput. 10:821, 1998: u as the spike raised it, x as the spike found it,
    where the run begins at rest. Raises ValueError for a recording without u and x.

    >>> from snnlab.models import PRESETS
    >>> [round(size, 2) for size in released(PRESETS["stp-depressing"].experiment().run().recording)][:3]
    [0.25, 0.2, 0.16]
    """
    given = recorded(recording)
    if given is None:
        raise ValueError(f"recording is {what_is(recording)}: give the Recording of a synapse")
    if given.before:
        raise ValueError(f"recording begins at {given.begin:.7g} ms, going on from another: give one that begins at 0")
    u, x = (variable(given, name)[:, 0] for name in ("u", "x"))
    before = np.concatenate([np.ones(1, x.dtype), x[:-1]])
    return (before * u)[plain(given.spikes[:, 0]) > 0].tolist()
