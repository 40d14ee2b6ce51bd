"""What a recording asks of the run that it drives: how strong its current is there, how long and fine the run is."""

from typing import NamedTuple

from snnlab.core import Quantity

from .limits import MAX_VALUES
from .recordings.sweep import Sweep, in_picoampere
from .settings import Run
from .stimuli.stimulus import Stimulus

FINE = 0.1  # ms: the step, unless the run has a finer one
STEPS = 50_000  # of a run at most, so that it follows the hand
LONGEST = 1e5  # ms: more in so many steps would be too coarse for any neuron


class RecordedDrive(NamedTuple):
    """What one pA gives in the unit of the current, length and step of the run in ms."""

    gain: float
    duration: float
    dt: float


def recorded_drive(sweep: Sweep, driven: type[Stimulus], run: Run) -> RecordedDrive:
    """What a sweep asks of the stimulus and the run of a model: a recorded pA is a pA, and where the model's current
    is in another unit, the largest current of the recording is its usual drive.

    Raises ValueError, in terms of the recording, for what cannot be.
    """
    duration = round(sweep.duration, 3)
    least, most = run.annotation("duration").allowed
    if duration < least:
        raise ValueError(
            f"{sweep.name} lasts {duration:g} ms, and a run at least {least:g} ms: give a longer one. "
            "Where its time is in another unit, the title of that column should say so, as in time (s)"
        )
    if duration > (longest := min(most, LONGEST)):
        raise ValueError(
            f"{sweep.name} lasts {duration:,.10g} ms, and a run under a recording at most {longest:,.10g} ms: give a "
            "window of it, which read takes as start and end"
        )
    room = max(1, min(STEPS, MAX_VALUES // getattr(run, "neurons", 1)))
    dt = float(f"{max(min(FINE, run.dt), duration / room):.2g}")
    return RecordedDrive(_gain(sweep, driven), duration, dt)


def _gain(sweep: Sweep, driven: type[Stimulus]) -> float:
    current, most = _current(driven), driven.annotation("gain").allowed[1]
    if current.unit == "pA" or not sweep.largest:
        return 1.0
    gain = float(f"{_drive(current) / sweep.largest:.3g}")
    if gain > most:
        raise ValueError(
            f"the largest current of {sweep.name} is {in_picoampere(sweep.largest)}, which would have to be multiplied "
            f"by {gain:,.10g} to be the usual drive of {amount(_drive(current), current)}, and at most by {most:,.10g} "
            "is allowed: was it recorded in nA or A? Give that column a title with its unit, such as current (nA)"
        )
    return gain


def _current(driven: Stimulus | type[Stimulus]) -> Quantity:
    assert driven.drives.current is not None, "a recorded current drives what takes one"
    return driven.drives.current


def _drive(current: Quantity) -> float:
    return current.default or 1.0


def amount(value: float, current: Quantity) -> str:
    """A number with the unit of this current."""
    return f"{value:.4g}" + ("" if current.unit == "1" else f" {current.unit}")


def gain_in_words(stimulus: Stimulus) -> str:
    """What the gain of a recorded current means, for the person who chose the recording."""
    sweep, current, gain = stimulus.source, _current(stimulus), stimulus.values()["gain"]
    if offset := stimulus.values()["offset"]:
        ends = [float(x) for x in (sweep.current.min(), sweep.current.max())]
        least, most = (amount(gain * x + offset, current) for x in ends)
        return f"The recording goes from {ends[0]:.4g} to {ends[1]:.4g}, which is {least} to {most} here."
    largest, usual = in_picoampere(sweep.largest), amount(_drive(current), current)
    words = f"A recorded pA is {amount(gain, current)} here"
    if current.unit != "pA":
        words += f": the largest current of the recording, {largest}, gives {amount(gain * sweep.largest, current)}"
        words += f", and the usual drive is {usual}"
    words += "."
    if 0 < sweep.largest < 1:
        words += f" No current was larger than {largest}: if they are in nA, name the unit, as in current (nA)."
    return words
