"""What drove a neuron and what it answered: the pieces of its current, and its spikes and voltage around them."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from snnlab.models.recordings.sweep import EDGE

from .rhythm import Rhythm, rhythm

MOST = 60  # pieces: a current of more is noise, or a recording
BRIEF = 0.25  # of the run: what lasts less is a pulse, and a step else
ROUNDING = 1e-6  # of the largest current: what float32 leaves of equal steps of a ramp

WORDS = {
    "P": "pulse of {height:+.3g}",
    "S": "step of {height:+.3g}",
    "R": "ramp of {slope:+.3g} per ms to {height:+.3g}",
}


class Piece(NamedTuple):
    """A stretch of time in ms, half-open, with a current other than the base; its height at the end is from there."""

    start: float
    end: float
    height: float
    slope: float = 0.0  # per ms
    brief: bool = False

    @property
    def width(self) -> float:
        return self.end - self.start

    @property
    def letter(self) -> str:
        """One letter: P for a pulse, S for a step, R for a ramp; a small one where it goes down."""
        kind = "R" if self.slope else "P" if self.brief else "S"
        return kind if (self.slope or self.height) >= 0 else kind.lower()

    def __str__(self) -> str:
        words = WORDS[self.letter.upper()].format(height=self.height, slope=self.slope)
        return f"a {words} from {self.start:.4g} to {self.end:.4g} ms"


def pieces(current: np.ndarray, dt: float) -> tuple[Piece, ...] | None:
    """Pulses, steps and ramps of a current [T] of steps of dt [ms], in their order; None for one that has no such form.

    What they stand on is the current at the beginning. A run that begins with a current and ends with none began
    within a piece, and a constant current is a step at its beginning.

    >>> [str(piece) for piece in pieces(np.repeat([2.0, 5.0, 2.0], [20, 10, 70]), dt=0.5)]
    ['a pulse of +3 from 10 to 15 ms']
    >>> [piece.letter for piece in pieces(np.repeat([0.0, 1.0, -1.0, 0.0], [10, 60, 10, 20]), dt=0.5)]
    ['S', 'p']
    """
    changes = np.flatnonzero(np.diff(current)) + 1
    if not len(changes):
        return (Piece(0.0, len(current) * dt, float(current[0])),) if current[0] else ()
    # a current held over several steps, as that of an experiment run with a finer dt, is read once for each of them
    held = int(np.gcd.reduce(changes))
    level, wide, run = np.asarray(current[::held], float), held * dt, len(current) * dt
    least = ROUNDING * np.abs(level).max()
    rise = np.diff(level)
    kinks = np.flatnonzero(np.abs(np.diff(rise)) > least) + 1
    if len(kinks) > 4 * MOST:
        return None
    base = 0.0 if abs(level[-1]) <= least else level[0]
    found = []
    for first, end in pairwise([*_beginnings(rise, kinks, least), len(level)]):
        height, climb = level[end - 1] - base, level[end - 1] - level[first]
        if max(abs(height), abs(climb)) > least:
            times = float(first * wide), float(min(end * wide, run))
            slope = climb / ((end - first - 1) * wide) if abs(climb) > least else 0.0
            brief = not slope and times[1] - times[0] < BRIEF * run
            found.append(Piece(*times, float(height), float(slope), brief))
    return tuple(found) if len(found) <= MOST else None


def _beginnings(rise: np.ndarray, kinks: np.ndarray, least: float) -> list[int]:
    """The samples at which a piece begins, from the rises between samples and where these change."""
    found, after_jump = [0], True
    for i, j in pairwise([0, *kinks, len(rise)]):
        steep = abs(rise[i]) > least
        jump = steep and j == i + 1
        if jump:
            found.append(j)
        elif not after_jump:
            found.append(i if steep else i + 1)  # the sample at a kink is the ramp's
        after_jump = jump
    return found


@dataclass(frozen=True, eq=False)
class Response:
    """Spike times [ms] and voltage [T] of one neuron, under a current of these pieces, in steps of dt [ms].

    A current that has none drives it in the `window` (start, end) [ms]. `driver` is what a current is called in words.
    """

    times: np.ndarray
    v: np.ndarray
    dt: float
    pieces: tuple[Piece, ...]
    window: tuple[float, float]
    driver: str = "the current"

    @property
    def run(self) -> float:
        """Length of the run in ms."""
        return len(self.v) * self.dt

    @property
    def letters(self) -> str:
        return "".join(piece.letter for piece in self.pieces)

    def spikes(self, start: float, end: float) -> np.ndarray:
        """Times of the spikes in the steps from `start` to `end` [ms]; a spike has the time of its step's end."""
        return self.times[(self.times > start + EDGE) & (self.times <= end + EDGE)]

    def answer(self, piece: Piece) -> np.ndarray:
        """Spikes from the beginning of a piece to that of the next."""
        later = [other.start for other in self.pieces if other.start > piece.start]
        return self.spikes(piece.start, min(later, default=self.run))

    @cached_property
    def driven(self) -> tuple[float, float]:
        """From when to when the current drives it; what a single pulse sets off goes on to the end of the run."""
        if not self.pieces:
            return self.window
        first, last = self.pieces[0], self.pieces[-1]
        lasts = last.end + last.width * last.brief
        return first.start, self.run if first is last and last.brief else min(lasts, self.run)

    @cached_property
    def rhythm(self) -> Rhythm:
        """The rhythm while it is driven; of the spikes that follow where all of them do."""
        start, end = self.driven
        during, after = self.spikes(start, end), self.spikes(start, self.run)
        if len(during) or not len(after):
            return rhythm(during, start, end, self.dt)
        return rhythm(after, start, self.run, self.dt)

    @cached_property
    def first(self) -> np.ndarray:
        """Spikes during the first piece."""
        return self.spikes(self.pieces[0].start, self.pieces[0].end)

    @cached_property
    def isi(self) -> np.ndarray:
        """Inter-spike intervals during the first piece, in ms."""
        return np.diff(self.first)

    @cached_property
    def rest(self) -> float:
        """The voltage before the first piece."""
        return float(self.v[max(round(self.pieces[0].start / self.dt) - 1, 0)])

    @cached_property
    def height(self) -> float:
        """From rest to the highest voltage."""
        return float(self.v.max()) - self.rest

    @cached_property
    def after(self) -> np.ndarray:
        """The voltage after the last spike, when the current is back at its base."""
        return self.v[round(max(self.times[-1], self.pieces[-1].end) / self.dt) :]

    @cached_property
    def hump(self) -> float:
        """How far the voltage rises again after the last spike, before it falls below rest and before the run ends."""
        below = np.flatnonzero(self.after < self.rest)
        v = self.after[: below[0]] if len(below) else self.after
        rise = v - np.minimum.accumulate(v)
        return float(rise.max(initial=0.0)) if len(rise) and rise.argmax() < len(self.after) - 1 else 0.0

    @cached_property
    def swings(self) -> np.ndarray:
        """How far the voltage falls from each of its maxima after the last spike.

        A swing of less than a ten-thousandth of the spike's height is none: float32 resolves little more.
        """
        from scipy.signal import find_peaks  # slow to load: for swings after a spike alone

        return find_peaks(self.after, prominence=1e-4 * self.height)[1]["prominences"]
