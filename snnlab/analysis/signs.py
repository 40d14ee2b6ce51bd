"""Signs by which a firing pattern is known: each says whether it is there, and what was measured.

Times count only in relation to the current and to each other.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from .response import Response, groups

EQUAL = 0.1  # of their mean: intervals that vary less are equal
DOUBLET = 0.115  # of the later intervals: a first one up to there begins a burst (1E has 0.09, 1A 0.15)
GROWTH = 1.25  # the last interval over the first, from which firing adapts
CEASED = 3.0  # longest intervals after which firing has ceased
OVERDUE = 1.5  # longest intervals after which the next spike, or burst, should have come
LATE = 1.5  # widths of its pulse after which a spike is late
ONSET = 0.81  # second over first interval on a ramp: 0.75 where the rate begins at zero (1G), 0.9 in 1H
GRACE = 0.1  # of a step, within which a spike that was on its way comes
HUMP = 0.03  # of a spike's height


class Sign(NamedTuple):
    """Whether a sign is there; what was measured, and the limit."""

    there: bool
    words: str


Condition = Callable[[Response], Sign]


def number(n: int, what: str = "spike") -> str:
    return f"{n or 'no'} {what}{'' if n == 1 else 's'}"


def listed(values: Sequence[float] | np.ndarray) -> str:
    return ", ".join([f"{x:.3g}" for x in values[:6]] + ["…"] * (len(values) > 6))


def no(condition: Condition) -> Condition:
    """The sign that another is not there."""

    def sign(r: Response) -> Sign:
        there, words = condition(r)
        return Sign(not there, words)

    return sign


# ---- when, and how many --------------------------------------------------------------------------------------------


def silent_before(r: Response) -> Sign:
    start = r.pieces[0].start
    n = len(r.spikes(0.0, start))
    return Sign(n == 0, f"{number(n)} before the current changes at {start:.4g} ms")


def silent_until_its_end(r: Response) -> Sign:
    end = r.pieces[0].end
    n = len(r.spikes(0.0, end))
    return Sign(n == 0, f"{number(n)} before the current is back at {end:.4g} ms")


def at_least(least: int) -> Condition:
    return lambda r: Sign(len(r.first) >= least, f"{number(len(r.first))} while it lasts (at least {least})")


def exactly_one(r: Response) -> Sign:
    return Sign(len(r.times) == 1, f"{number(len(r.times))} in all (exactly 1)")


def one_while_it_lasts(r: Response) -> Sign:
    return Sign(len(r.first) == 1, f"{number(len(r.first))} while it lasts (exactly 1)")


def until_the_end(r: Response) -> Sign:
    left, most = r.pieces[0].end - r.first[-1], OVERDUE * r.isi.max()
    return Sign(left <= most, f"the last spike {left:.3g} ms before its end (at most {most:.3g} ms)")


def silence_after_one(r: Response) -> Sign:
    latency, left = r.first[0] - r.pieces[0].start, r.pieces[0].end - r.first[0]
    words = f"a spike after {latency:.3g} ms, then silence for {left:.3g} ms (at least {2 * latency:.3g} ms)"
    return Sign(left >= 2 * latency, words)


def silence_after_several(r: Response) -> Sign:
    left, least = r.pieces[0].end - r.first[-1], max(CEASED * r.isi.max(), r.pieces[0].width / 3)
    words = f"intervals of {listed(r.isi)} ms, then silence for {left:.3g} ms (at least {least:.3g} ms)"
    return Sign(left >= least, words)


# ---- intervals under a step ----------------------------------------------------------------------------------------


def equal(isi: np.ndarray, dt: float) -> bool:
    return bool(np.ptp(isi) <= EQUAL * isi.mean() + dt)


def equal_intervals(r: Response) -> Sign:
    settled = equal(r.isi[min(2, len(r.isi) - 2) :], r.dt)
    return Sign(settled, f"intervals of {listed(r.isi)} ms (equal to {EQUAL:.0%} from the third on)")


def burst_first(r: Response) -> Sign:
    part = r.isi[0] / r.tonic
    return Sign(part <= DOUBLET, f"the first interval is {part:.1%} of the later ones (a burst: up to {DOUBLET:.1%})")


def single_spikes_later(r: Response) -> Sign:
    n, later = (
        len(r.isi) - r.opening,
        r.isi[max(2, r.opening) :],
    )  # the second may lie between the burst's and the others
    there = n > 2 and later[0] >= 0.8 * later[-1] and equal(later[1:], r.dt)
    return Sign(
        there, f"{number(n, 'interval')} after the burst, of {listed(later)} ms (three or more, all but one equal)"
    )


def growing_intervals(r: Response) -> Sign:
    grow, times = (np.diff(r.isi) >= -0.05 * r.isi[:-1] - 2 * r.dt).all(), r.isi[-1] / r.isi[0]
    words = f"intervals of {listed(r.isi)} ms, growing to {times:.3g} times the first (at least {GROWTH:g}, never less)"
    return Sign(bool(grow) and times >= GROWTH, words)


def growth_at_once(r: Response) -> Sign:
    there = equal_intervals(r).there or (burst_first(r).there and single_spikes_later(r).there)
    return Sign(there, "equal after a first jump" if there else "no jump between a burst and equal intervals")


def bursts_in(window: Callable[[Response], np.ndarray]) -> Condition:
    def sign(r: Response) -> Sign:
        sizes = [len(group) for group in groups(window(r))]
        bursts = sum(size > 1 for size in sizes)
        alone = sum(size == 1 for size in sizes[:-1])  # the last may have been cut off
        words = f"{number(bursts, 'burst')} in groups of {listed(sizes)} (2 or more, and 3 for every single spike)"
        return Sign(bursts >= 2 and bursts >= 3 * alone, words)

    return sign


# ---- ramps ---------------------------------------------------------------------------------------------------------


def after_intervals(least: float) -> Condition:
    """A first spike so late that the neuron was not yet firing when the ramp began."""

    def sign(r: Response) -> Sign:
        latency = r.first[0] - r.pieces[0].start
        words = f"the first spike {latency:.3g} ms up the ramp (at least {least * r.isi[0]:.3g} ms, as it was silent)"
        return Sign(latency >= least * r.isi[0], words)

    return sign


def rate_from_zero(r: Response) -> Sign:
    ratio = r.isi[1] / r.isi[0]
    words = (
        f"intervals of {listed(r.isi)} ms: the second is {ratio:.2f} of the first (below {ONSET:g}: a rate from zero)"
    )
    return Sign(ratio < ONSET, words)


def steep_ramp_alone(r: Response) -> Sign:
    ramps = [(p.slope, p.height, len(r.answer(p))) for p in r.pieces]
    there = any(n and not m and s > t and h <= k for s, h, n in ramps for t, k, m in ramps)
    said = "; ".join(f"{number(n)} at {slope:.3g} per ms to {height:.3g}" for slope, height, n in ramps)
    return Sign(there, f"{said} (none on a slow ramp, some on a steeper one to less)")


# ---- pulses --------------------------------------------------------------------------------------------------------


def long_after_the_pulse(r: Response) -> Sign:
    delay, least = r.times[0] - r.pieces[0].end, LATE * r.pieces[0].width
    return Sign(delay >= least, f"the spike comes {delay:.3g} ms after the pulse (at least {least:.3g} ms)")


def swings(r: Response) -> Sign:
    words = f"maxima of the voltage after the spike, falling by {listed(r.swings)} (1 or more)"
    return Sign(len(r.swings) > 0, words if len(r.swings) else "no maxima of the voltage after the spike")


def hump(r: Response) -> Sign:
    least = HUMP * r.height
    words = f"after the spike, before it is at rest, the voltage rises by {r.hump:.3g} (a hump: from {least:.3g})"
    return Sign(r.hump >= least, words)


def one_pair_alone(longer: bool) -> Condition:
    """Of pairs of equal pulses only that fires whose pulses are further apart, or closer."""

    def sign(r: Response) -> Sign:
        pairs = [(b.start - a.start, len(r.answer(a)), len(r.answer(b))) for a, b in zip(r.pieces[::2], r.pieces[1::2])]
        heights = [p.height for p in r.pieces]
        fair = max(heights) <= 1.01 * min(heights) and not any(early for _, early, _ in pairs)
        there = any(n and not m and g != h and (g > h) == longer for g, _, n in pairs for h, _, m in pairs)
        said = "; ".join(f"{number(early + n)} for pulses {gap:.3g} ms apart" for gap, early, n in pairs)
        return Sign(fair and there, f"{said} (spikes for the {'longer' if longer else 'shorter'} time alone)")

    return sign


def one_burst(r: Response) -> Sign:
    longest, left = np.diff(r.times).max(initial=0.0), r.run - r.times[-1]
    words = f"{number(len(r.times))} at intervals up to {longest:.3g} ms, then silence for {left:.3g} ms"
    return Sign(len(r.times) > 1 and left >= CEASED * longest, f"{words} (2 or more, {CEASED:g} times as long)")


def inhibition_helps(r: Response) -> Sign:
    at = r.letters.index("p")
    inhibitory, after = r.pieces[at : at + 2]
    alone = [p for p in r.pieces if p not in (inhibitory, after) and p.height >= 0.99 * after.height]
    n = [sum(len(r.answer(p)) for p in alone), len(r.answer(inhibitory)), len(r.answer(after))]
    words = "{} for a pulse alone, {} for the inhibitory one, {} for the pulse after it (none, none, some)"
    return Sign(len(alone) > 0 and n[0] == n[1] == 0 < n[2], words.format(*map(number, n)))


def firing_outlasts_the_pulse(r: Response) -> Sign:
    between = r.answer(r.pieces[0])
    left = r.pieces[1].start - max(between, default=0.0)
    there = len(between) > 2 and left <= OVERDUE * np.diff(between).max()
    return Sign(bool(there), f"{number(len(between))} between the pulses, the last {left:.3g} ms before the second")


def second_pulse_stops_it(r: Response) -> Sign:
    n, left = len(r.answer(r.pieces[1])), r.run - max(r.times[-1], r.pieces[1].end)
    least = 1.2 * np.diff(r.answer(r.pieces[0])).max()
    words = f"{number(n)} from the second pulse on, then silence for {left:.3g} ms (at most 1, at least {least:.3g} ms)"
    return Sign(n <= 1 and left >= least, words)


# ---- a lowered current ---------------------------------------------------------------------------------------------


def while_lowered(r: Response) -> np.ndarray:
    return r.spikes(r.pieces[0].start, r.pieces[0].end + GRACE * r.pieces[0].width)


def only_while_lowered(r: Response) -> Sign:
    n, before = len(while_lowered(r)), r.pieces[0].start
    rest = f"{number(len(r.times) - n)} before, for {before:.4g} ms, and after"
    words = f"{number(n)} while the current is lowered, {rest} (3 or more, none)"
    return Sign(n == len(r.times) > 2 and before > 0, words)


def mostly_single(r: Response) -> Sign:
    sizes = [len(group) for group in groups(while_lowered(r))]
    return Sign(sizes.count(1) > len(sizes) / 2, f"spikes in groups of {listed(sizes)} (more than half of them single)")
