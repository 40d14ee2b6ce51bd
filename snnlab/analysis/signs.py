"""Signs by which a firing pattern is known: each says whether it is there, and what was measured.

Times count only in relation to the current and to each other.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .intervals import groups, in_bursts
from .response import Response
from .rhythm import CEASED, LONE
from .wording import listed, number, short

OVERDUE = 1.5  # longest intervals after which the next spike, or burst, should have come
LATE = 1.5  # widths of its pulse after which a spike is late
ONSET = 0.81  # second over first interval on a ramp: 0.75 where the rate begins at zero (1G), 0.9 in 1H
GRACE = 0.1  # of a step, within which a spike that was on its way comes
HUMP = 0.03  # of a spike's height


class Sign(NamedTuple):
    """Whether a sign is there; what was measured, and the limit that it keeps, or misses."""

    there: bool
    words: str


Condition = Callable[[Response], Sign]


def sign(there: bool, measured: str, kept: str, missed: str) -> Sign:
    """What was measured, with what is true of it in brackets."""
    return Sign(bool(there), f"{measured} ({kept if there else missed})")


def least(measured: str, value: float, limit: float, unit: str = " ms") -> Sign:
    """A value that has to be no less than a limit."""
    there = value >= limit
    return Sign(bool(there), f"{measured} ({'at least' if there else 'less than'} {short(limit)}{unit})")


def no(condition: Condition) -> Condition:
    """The sign that another is not there."""

    def absent(r: Response) -> Sign:
        there, words = condition(r)
        return Sign(not there, words)

    return absent


# ---- when, and how many --------------------------------------------------------------------------------------------


def silent_before(r: Response) -> Sign:
    start = r.pieces[0].start
    n = len(r.spikes(0.0, start))
    return Sign(n == 0, f"{number(n)} before {r.driver} changes at {start:.4g} ms")


def silent_until_its_end(r: Response) -> Sign:
    end = r.pieces[0].end
    n = len(r.spikes(0.0, end))
    return Sign(n == 0, f"{number(n)} before {r.driver} is back at {end:.4g} ms")


def at_least(limit: int) -> Condition:
    return lambda r: least(f"{number(len(r.first))} while it lasts", len(r.first), limit, "")


def exactly_one(r: Response) -> Sign:
    return Sign(len(r.times) == 1, f"{number(len(r.times))} in all")


def rhythm_is(name: str) -> Condition:
    """A rhythm while the current lasts; what there is instead speaks against it."""

    def found(r: Response) -> Sign:
        there, evidence = r.rhythm.name == name, "; ".join(r.rhythm.evidence)
        return Sign(there, evidence if there else f"{r.rhythm.name or 'too few spikes for a rhythm'}: {evidence}")

    return found


def until_the_end(r: Response) -> Sign:
    left, most = max(r.pieces[0].end - r.first[-1], 0.0), CEASED * r.isi.max()
    limit = f"{short(most)} ms, {CEASED:g} times the longest interval"
    measured = f"the last spike {short(left)} ms before {r.driver} ends"
    return sign(left <= most, measured, f"at most {limit}", f"more than {limit}")


# ---- ramps ---------------------------------------------------------------------------------------------------------


def after_intervals(intervals: float) -> Condition:
    """A first spike so late that the neuron was not yet firing when the ramp began."""

    def late(r: Response) -> Sign:
        latency = r.first[0] - r.pieces[0].start
        return least(f"the first spike {short(latency)} ms up the ramp", latency, intervals * r.isi[0])

    return late


def rate_from_zero(r: Response) -> Sign:
    ratio = r.isi[1] / r.isi[0]
    measured = f"intervals of {listed(r.isi)} ms: the second is {ratio:.2f} of the first"
    below, above = f"below {ONSET:g}: the rate begins near zero", f"{ONSET:g} or more: the rate begins high"
    return sign(ratio < ONSET, measured, below, above)


def steep_ramp_alone(r: Response) -> Sign:
    ramps = [(p.slope, p.height, len(r.answer(p))) for p in r.pieces]
    there = any(n and not m and s > t and h <= k for s, h, n in ramps for t, k, m in ramps)
    said = "; ".join(f"{number(n)} at {slope:.3g} per ms to {height:.3g}" for slope, height, n in ramps)
    return sign(there, said, "none on a slow ramp, some on a steeper one to less", "no steep ramp alone fires it")


# ---- pulses --------------------------------------------------------------------------------------------------------


def long_after_the_pulse(r: Response) -> Sign:
    delay = r.times[0] - r.pieces[0].end
    return least(f"the spike comes {short(delay)} ms after the pulse", delay, LATE * r.pieces[0].width)


def swings(r: Response) -> Sign:
    words = f"maxima of the voltage after the spike, falling by {listed(r.swings)}"
    return Sign(len(r.swings) > 0, words if len(r.swings) else "no maxima of the voltage after the spike")


def hump(r: Response) -> Sign:
    limit = HUMP * r.height
    words = f"after the spike, before it is at rest, the voltage rises by {r.hump:.3g}"
    return sign(r.hump >= limit > 0, words, f"a hump: {limit:.3g} or more", f"no hump: less than {limit:.3g}")


def pairs(r: Response) -> list[tuple[float, int, int]]:
    """Of pairs of pulses: how far they are apart [ms], spikes after the first, spikes after the second."""
    return [(b.start - a.start, len(r.answer(a)), len(r.answer(b))) for a, b in zip(r.pieces[::2], r.pieces[1::2])]


def one_pair_alone(longer: bool) -> Condition:
    """Of pairs of equal pulses only that fires whose pulses are further apart, or closer."""

    def alone(r: Response) -> Sign:
        heights = [p.height for p in r.pieces]
        fair = max(heights) <= 1.01 * min(heights) and not any(early for _, early, _ in pairs(r))
        there = any(n and not m and g != h and (g > h) == longer for g, _, n in pairs(r) for h, _, m in pairs(r))
        said = "; ".join(f"{number(early + n)} for pulses {short(gap)} ms apart" for gap, early, n in pairs(r))
        which = "longer" if longer else "shorter"
        kept = f"spikes for the {which} time alone"
        return sign(fair and there, said, kept, f"not of equal pulses for the {which} time alone")

    return alone


def one_burst(r: Response) -> Sign:
    longest, left = np.diff(r.times).max(initial=0.0), r.run - r.times[-1]
    there, limit = len(r.times) > 2 and left >= LONE * longest, f"3 spikes or more, {LONE:g} times as long"
    words = f"{number(len(r.times))} at intervals up to {short(longest)} ms, then silence for {short(left)} ms"
    return sign(there, words, limit, f"not {limit}")


def inhibition_helps(r: Response) -> Sign:
    at = r.letters.index("p")
    inhibitory, after = r.pieces[at : at + 2]
    alone = [p for p in r.pieces if p not in (inhibitory, after) and p.height >= 0.99 * after.height]
    n = [sum(len(r.answer(p)) for p in alone), len(r.answer(inhibitory)), len(r.answer(after))]
    words = "{} for a pulse alone, {} for the inhibitory one, {} for the pulse after it".format(*map(number, n))
    there = len(alone) > 0 and n[0] == n[1] == 0 < n[2]
    return sign(
        there, words, "spikes after inhibition alone", "not after inhibition alone, with a pulse as strong before"
    )


def firing_outlasts_the_pulse(r: Response) -> Sign:
    between = r.answer(r.pieces[0])
    left = r.pieces[1].start - max(between, default=0.0)
    there = len(between) > 2 and left <= OVERDUE * np.diff(between).max()
    words = f"{number(len(between))} between the pulses, the last {short(left)} ms before the second"
    return sign(there, words, "it goes on up to the second", "fewer than 3, or it ends by itself")


def second_pulse_stops_it(r: Response) -> Sign:
    n, left = len(r.answer(r.pieces[1])), r.run - max(r.times[-1], r.pieces[1].end)
    limit = 1.2 * np.diff(r.answer(r.pieces[0])).max()
    words = f"{number(n)} from the second pulse on, then silence for {short(left)} ms"
    kept = f"at most 1, and at least {short(limit)} ms"
    return sign(n <= 1 and left >= limit, words, kept, f"more than 1, or less than {short(limit)} ms")


# ---- a lowered current ---------------------------------------------------------------------------------------------


def while_lowered(r: Response) -> np.ndarray:
    return r.spikes(r.pieces[0].start, r.pieces[0].end + GRACE * r.pieces[0].width)


def only_while_lowered(r: Response) -> Sign:
    n, before = len(while_lowered(r)), r.pieces[0].start
    words = (
        f"{number(n)} while {r.driver} is lowered, {number(len(r.times) - n)} before, for {before:.4g} ms, and after"
    )
    there = n == len(r.times) > 2 and before > 0
    return sign(there, words, "3 or more, and none else", "fewer than 3, or others too")


def mostly_single(r: Response) -> Sign:
    sizes = [len(group) for group in groups(while_lowered(r))]
    words = f"spikes in groups of {listed(sizes)}"
    single = sizes.count(1) > len(sizes) / 2
    return sign(single, words, "more than half of them single", "half of them or fewer single")


def bursts_while_lowered(r: Response) -> Sign:
    sizes = [len(group) for group in groups(while_lowered(r))]
    there = in_bursts(sizes)
    limit = "2 bursts or more, and 3 for every single spike"
    return sign(there, f"spikes in groups of {listed(sizes)}", limit, f"not {limit}")
