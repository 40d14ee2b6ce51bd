"""What a synapse gave."""

from snnlab.engine import Recording


def released(recording: Recording) -> list[float]:
    """What each presynaptic spike releases of a synapse with short-term plasticity, as parts of all it has.

    u x of Tsodyks, Pawelzik, Markram, Neural Comput. 10:821, 1998: u as the spike raised it, x as the spike found it,
    where the run begins at rest. Raises ValueError for a recording without u and x.

    >>> from snnlab.models import PRESETS
    >>> [round(size, 2) for size in released(PRESETS["stp-depressing"].experiment().run().recording)][:3]
    [0.25, 0.2, 0.16]
    """
    if missing := {"u", "x"} - recording.variables.keys():
        raise ValueError(f"{min(missing)} is not among the recorded variables {', '.join(recording.variables)}")
    x, u = recording.variables["x"], recording.variables["u"]
    before = x.roll(1)
    before[0] = 1.0
    return (before * u)[recording.spikes[:, 0] > 0].tolist()
