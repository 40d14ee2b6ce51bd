"""The rhythm of spikes while a neuron is driven: regular, slowing down, in bursts, irregular.

Intervals count only in relation to each other and to the time in which the neuron is driven. A burst is a group of
spikes set apart by silences much longer than any interval within it; a rhythm is told by the first entry of `RHYTHMS`
that knows one.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from .intervals import DRIFT, EQUAL, GAP, drift, flat, groups, in_bursts, limit, silences, wanted
from .wording import listed, number, short

IRREGULAR = 0.3  # of their mean: intervals whose standard deviation is no less are irregular; random spikes have 1
PAUSE = 6.0  # silence after a pair of spikes over their interval, from which it is a burst
LONE = 5.0  # silence after a burst that stays alone, over the intervals within
BRIEF = 2.0  # the same over the burst itself
CEASED = 3.0  # longest intervals after which firing has ceased
GRADUAL = 0.2  # of the variance of intervals that is from one to the next: no more where they change gradually
PERIODS = (2, 3, 4)  # intervals after which firing may repeat itself
NAMES = (  # of all rhythms
    "regular firing",
    "adapting firing",
    "bursting",
    "irregular firing",
    "single spike",
    "initial burst",
    "single burst",
    "transient firing",
    "weakly adapting firing",
    "slightly irregular firing",
    "accelerating firing",
    "weakly accelerating firing",
    "modulated firing",
    *(f"period-{period} firing" for period in PERIODS),
    "silent",
)


class Rhythm(NamedTuple):
    """Its name, None where there are too few spikes for one; a sentence for everybody; what was measured."""

    name: str | None
    sentence: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Driven:
    """Spikes [ms] in a stretch of time in which a neuron is driven, from `start` to `end`, in steps of dt [ms]."""

    times: np.ndarray
    start: float
    end: float
    dt: float

    @cached_property
    def isi(self) -> np.ndarray:
        return np.diff(self.times)

    @cached_property
    def settled(self) -> np.ndarray:
        """The intervals from the third on; the last two where there are fewer."""
        return self.isi[max(0, min(2, len(self.isi) - 2)) :]

    @property
    def width(self) -> float:
        return self.end - self.start

    @property
    def left(self) -> float:
        """From the last spike to the end."""
        return max(self.end - self.times[-1], 0.0)

    @property
    def intervals(self) -> str:
        return f"{'intervals' if len(self.isi) > 1 else 'an interval'} of {listed(self.isi)} ms"


def rhythm(times: np.ndarray, start: float, end: float, dt: float) -> Rhythm:
    """The rhythm of spikes at ascending `times` in [start, end], all in ms.

    >>> rhythm(np.arange(20.0, 400.0, 12.0), start=10.0, end=400.0, dt=0.1).sentence
    'Fires regularly: intervals of 12 ms, all equal.'
    >>> rhythm(np.array([20.0, 23, 26, 80, 83, 86, 140, 143, 146]), start=10.0, end=180.0, dt=0.1).sentence
    'Fires in bursts of 3 spikes, with silences of 54 ms between them.'
    """
    driven = Driven(times, start, end, dt)
    return next(found for known in RHYTHMS if (found := known(driven)) is not None)


# ---- few spikes ----------------------------------------------------------------------------------------------------


def silent(d: Driven) -> Rhythm | None:
    if len(d.times):
        return None
    return Rhythm("silent", f"Silent: no spikes in {short(d.width)} ms.", (f"no spikes in {short(d.width)} ms",))


def one_spike(d: Driven) -> Rhythm | None:
    if len(d.times) > 1:
        return None
    latency = d.times[0] - d.start
    if d.left < 2 * latency:
        words = f"a spike after {short(latency)} ms, and {short(d.left)} ms left"
        return Rhythm(None, f"One spike, after {short(latency)} ms: too few for a rhythm.", (words,))
    words = f"a spike after {short(latency)} ms, then silence for {short(d.left)} ms (at least twice as long)"
    return Rhythm("single spike", f"One spike after {short(latency)} ms, then silence.", (words,))


def ceased(d: Driven) -> Rhythm | None:
    longest, n = d.isi.max(), len(d.times)
    if d.left < max(CEASED * longest, d.width / 3):
        return None
    times = d.left / longest
    silence = f"then silence for {short(d.left)} ms, {short(times)} times the longest of them"
    first, last = (t - d.start for t in d.times[[0, -1]])
    if n > 2 and times >= LONE and first <= d.width / 3 and d.left >= BRIEF * (last - first):
        begin = f"the first after {short(first)} ms (within the first third of the time in which it is driven)"
        words = f"{silence} (at least {LONE:g}) and {short(d.left / (last - first))} times all (at least {BRIEF:g})"
        return Rhythm("single burst", f"One burst of {n} spikes, then silence.", (d.intervals, begin, words))
    third = f"and {d.left / d.width:.0%} of the time in which it is driven (at least a third)"
    evidence = (d.intervals, f"{silence} (at least {CEASED:g}) {third}")
    between = f"{short(first)} to {short(last)} ms after the onset"
    return Rhythm("transient firing", f"{n} spikes {between}, then silence.", evidence)


def too_few(d: Driven) -> Rhythm | None:
    if len(d.isi) > 2 or (len(d.isi) == 2 and flat(d.isi, d.dt)):
        return None
    apart = f"{short(d.isi[0])} ms apart" if len(d.isi) == 1 else f"at intervals of {listed(d.isi)} ms"
    return Rhythm(None, f"{len(d.times)} spikes {apart}: too few for a rhythm.", (d.intervals,))


# ---- bursts --------------------------------------------------------------------------------------------------------


def bursting(d: Driven) -> Rhythm | None:
    between = silences(d.isi)
    if between is None or not in_bursts(sizes := [len(group) for group in groups(d.times)]):
        return None
    gap, within = d.isi[between], d.isi[~between]
    whole = [size for size in sizes[:-1] if size > 1]  # the last may have been cut off
    many = f"{min(whole)}" if min(whole) == max(whole) else f"{min(whole)} to {max(whole)}"
    words = f"bursts of {many} spikes, with silences of {short(float(np.median(gap)))} ms between them"
    ratio = f"{short(gap.min() / within.max())} times the longest interval within (at least {wanted(len(gap)):g} times)"
    evidence = (f"groups of {listed(sizes)} spikes", f"the shortest silence, {short(gap.min())} ms, is {ratio}")
    return Rhythm("bursting", f"Fires in {words}.", evidence)


def burst_first(d: Driven) -> Rhythm | None:
    """A burst, then three intervals or more, equal but for the first; a mere pair has to be as far apart as `PAUSE`."""
    ratios = d.isi[1:] / np.maximum.accumulate(d.isi)[:-1]
    limits = np.where(np.arange(len(ratios)) == 0, PAUSE, GAP)
    if not (ratios >= limits).any():
        return None
    first = int((ratios >= limits).argmax())
    inner, later = np.split(d.isi, [first + 1])
    enough = len(later) > 2 and later.min() >= limits[first] * inner.max() and later[0] >= 0.75 * later[-1]
    if not enough or not flat(later[1:], d.dt):
        return None
    every = short(float(np.median(later)))
    evidence = (
        d.intervals,
        f"the shortest interval after the burst is {short(later.min() / inner.max())} times the longest within "
        f"(at least {limits[first]:g} times)",
    )
    sentence = f"A burst of {len(inner) + 1} spikes at first, then single spikes every {every} ms."
    return Rhythm("initial burst", sentence, evidence)


# ---- single spikes -------------------------------------------------------------------------------------------------


def repeating(d: Driven) -> Rhythm | None:
    """Intervals that differ, and come again in the same order, in the last third of them at least."""
    for period in PERIODS:
        isi = d.isi[-max(len(d.isi) // 3, 3 * period - 1) :]
        if len(isi) < 3 * period - 1:
            return None
        cycle = np.array([isi[k::period].mean() for k in range(period)])
        spread, error = np.ptp(cycle), np.abs(isi[period:] - isi[:-period]).max()
        if spread <= EQUAL * isi.mean() + d.dt or error > max(min(spread / 4, EQUAL * isi.mean()), 1.01 * d.dt):
            continue
        name = {2: "second", 3: "third", 4: "fourth"}[period]
        evidence = (d.intervals, f"every {name} one is equal to {short(error)} ms; they differ by {short(spread)} ms")
        *_, longest, silence = np.sort(cycle)
        if silence >= GAP * longest:
            words = f"Settles to bursts of {period} spikes, with silences of {short(silence)} ms between them."
            return Rhythm("bursting", words, evidence)
        sentence = f"Fires with {period} intervals that come again and again: {listed(isi[-period:])} ms."
        return Rhythm(f"period-{period} firing", sentence, evidence)
    return None


def regular(d: Driven) -> Rhythm | None:
    """Equal intervals from the third on; what drifts does so from the first."""
    mean, scatter = d.settled.mean(), d.settled.std() / d.settled.mean()
    if not flat(d.settled, d.dt) and (scatter > limit(d.settled, d.dt) or drift(d.isi, d.dt).growth != 1.0):
        return None
    same = "all equal" if scatter < 0.005 else f"equal to {100 * scatter:.0f} %"
    early = int((d.isi >= (1 - EQUAL) * mean - d.dt).argmax())
    begin = f"After {number(early, 'shorter interval')} it fires" if early else "Fires"
    most = f"at most {limit(d.settled, d.dt):.3g}"
    words = f"the standard deviation of the last {len(d.settled)} over their mean is {scatter:.2g} ({most})"
    sentence = f"{begin} regularly: intervals of {short(mean)} ms, {same}."
    return Rhythm("regular firing", sentence, (d.intervals, words))


def drifting(d: Driven) -> Rhythm | None:
    """Intervals that grow or shrink; those that are equal from the third on have been told before."""
    found = drift(d.isi, d.dt)
    if found.growth == 1.0:
        return None
    grows = found.growth > 1
    verb, way, name = ("Slows down", "grow", "adapting") if grows else ("Speeds up", "shrink", "accelerating")
    words = f"they {way} to {short(found.growth)} times the first"
    if found.strong:
        words += f" (at least {short(found.limit)})" if grows else f" (at most {short(1 / found.limit)})"
    else:
        words += f", their mean from the first third to the last to {short(found.thirds)} times "
        words += f"(at least {DRIFT:g})" if grows else f"(at most {short(1 / DRIFT)})"
    evidence = (d.intervals, words, f"they scatter by {found.scatter:.1%} about this (at most {EQUAL:.0%})")
    much = "" if found.strong else " a little"
    sentence = f"{verb}{much}: intervals {way} from {short(d.isi[0])} to {short(d.isi[-1])} ms."
    return Rhythm(f"{'' if found.strong else 'weakly '}{name} firing", sentence, evidence)


def modulated(d: Driven) -> Rhythm | None:
    """Intervals that change, but from one to the next much less than those of random spikes of the same CV.

    Twice the mean square of the difference over the sum, over CV^2, is that of the changes: about 1 for random spikes.
    """
    change = 2 * float(((np.diff(d.isi) / (d.isi[1:] + d.isi[:-1])) ** 2).mean()) / (d.isi.std() / d.isi.mean()) ** 2
    if len(d.isi) < 6 or change > GRADUAL:
        return None
    low, high = short(d.isi.min()), short(d.isi.max())
    words = f"from one to the next they change by {change:.0%} of what they do in all (at most {GRADUAL:.0%})"
    sentence = f"Fires faster and slower by turns: intervals change gradually, between {low} and {high} ms."
    return Rhythm("modulated firing", sentence, (d.intervals, words))


def irregular(d: Driven) -> Rhythm:
    scatter = d.isi.std() / d.isi.mean()
    much = scatter >= IRREGULAR
    words = f"intervals from {short(d.isi.min())} to {short(d.isi.max())} ms"
    sentence = f"Fires {'' if much else 'a little '}irregularly: {words} (CV {scatter:.2f}; a clock has 0, chance 1)."
    bound = f"at least {IRREGULAR:.0%}" if much else f"less than {IRREGULAR:.0%}"
    evidence = (d.intervals, f"their standard deviation is {scatter:.0%} of their mean ({bound})")
    return Rhythm(f"{'' if much else 'slightly '}irregular firing", sentence, evidence)


RHYTHMS = (
    silent,
    one_spike,
    ceased,
    too_few,
    bursting,
    burst_first,
    repeating,
    regular,
    drifting,
    modulated,
    irregular,
)
