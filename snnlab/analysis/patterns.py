"""Which of Izhikevich's twenty firing patterns a run looks like, and why.

Each pattern is an entry of `SIGNATURES`: the form of the current that shows it, and the signs by which it is known.
What decides is what is printed: a sign is a function of the response that says whether it is there, and what was
measured. Only current, spikes and voltage are looked at, and times only in relation to the current and to each other.

Source: Izhikevich, Which model to use for cortical spiking neurons?, IEEE Trans. Neural Netw. 15:1063, 2004, figure 1.
"""

import re
from typing import NamedTuple

from numpy.typing import ArrayLike

from snnlab.core import what_is
from snnlab.models import Result

from .check import array, positive, within
from .response import Piece, Response, pieces
from .signs import (
    Condition,
    Sign,
    after_intervals,
    at_least,
    burst_first,
    bursts_in,
    equal_intervals,
    exactly_one,
    firing_outlasts_the_pulse,
    growing_intervals,
    growth_at_once,
    hump,
    inhibition_helps,
    long_after_the_pulse,
    mostly_single,
    no,
    number,
    one_burst,
    one_pair_alone,
    one_while_it_lasts,
    only_while_lowered,
    rate_from_zero,
    second_pulse_stops_it,
    silence_after_one,
    silence_after_several,
    silent_before,
    silent_until_its_end,
    single_spikes_later,
    steep_ramp_alone,
    swings,
    until_the_end,
    while_lowered,
)

STEP, PULSE, LOWERED = "S", "P", "[ps]"
NEAREST = 3  # runners-up that a verdict names


class Signature(NamedTuple):
    """A pattern, the currents that show it and the signs by which it is known, each of which may rely on those before.

    `forms` is a regular expression over the letters of the current's pieces, see `Piece.letter`.
    """

    letter: str
    pattern: str
    forms: str
    signs: tuple[Condition, ...]


class Other(NamedTuple):
    """A pattern that the same current may show, and what speaks against it."""

    pattern: str
    letter: str
    against: str


class Verdict(NamedTuple):
    """A pattern's name, "silent", or None for none of the twenty; its letter in the figure; why; the runners-up."""

    pattern: str | None
    letter: str
    reasons: tuple[str, ...]
    others: tuple[Other, ...] = ()


SIGNATURES = (
    Signature(
        "A", "tonic spiking", STEP, (silent_before, at_least(3), until_the_end, no(burst_first), equal_intervals)
    ),
    Signature("B", "phasic spiking", STEP, (silent_before, one_while_it_lasts, silence_after_one)),
    Signature("C", "tonic bursting", STEP, (silent_before, at_least(4), until_the_end, bursts_in(lambda r: r.first))),
    Signature("D", "phasic bursting", STEP, (silent_before, at_least(2), silence_after_several)),
    Signature("E", "mixed mode", STEP, (silent_before, at_least(4), until_the_end, burst_first, single_spikes_later)),
    Signature(
        "F",
        "spike frequency adaptation",
        STEP,
        (silent_before, at_least(4), until_the_end, growing_intervals, no(growth_at_once)),
    ),
    Signature("G", "class 1 excitable", "R[PS]?", (silent_before, at_least(4), after_intervals(1.0), rate_from_zero)),
    Signature(
        "H", "class 2 excitable", "R[PS]?", (silent_before, at_least(4), after_intervals(1.3), no(rate_from_zero))
    ),
    Signature("I", "spike latency", PULSE, (exactly_one, long_after_the_pulse, no(hump), no(swings))),
    Signature("J", "subthreshold oscillations", PULSE, (exactly_one, no(hump), swings)),
    Signature("K", "resonator", "(PP){2,}", (silent_before, one_pair_alone(longer=True))),
    Signature("L", "integrator", "(PP){2,}", (silent_before, one_pair_alone(longer=False))),
    Signature("M", "rebound spike", LOWERED, (silent_until_its_end, exactly_one)),
    Signature("N", "rebound burst", LOWERED, (silent_until_its_end, one_burst)),
    Signature("O", "threshold variability", "P+pP+|pPP+", (silent_before, inhibition_helps)),
    Signature("P", "bistability", "P[Pp]", (silent_before, firing_outlasts_the_pulse, second_pulse_stops_it)),
    Signature("Q", "depolarising after-potential", PULSE, (exactly_one, hump)),
    Signature("R", "accommodation", "R{2,}", (silent_before, steep_ramp_alone)),
    Signature("S", "inhibition-induced spiking", LOWERED, (only_while_lowered, mostly_single)),
    Signature("T", "inhibition-induced bursting", LOWERED, (only_while_lowered, bursts_in(while_lowered))),
)


def classify(times: ArrayLike, current: ArrayLike, v: ArrayLike, dt: float) -> Verdict:
    """The pattern of one neuron: spikes at `times` [ms], the `current` [T] that drove it, its voltage `v` [T].

    `dt` in ms; step k lasts from k dt to (k + 1) dt, `v` and a spike's time are those of its end. Current and voltage
    may have any unit. Where a run starts in the middle of a piece of current, see `pieces`.

    Raises ValueError for times that do not ascend or are not in the run, for a current and a voltage that are not
    finite or of different length, for dt <= 0.

    >>> import numpy as np
    >>> current = np.repeat([0.0, 1.0], [20, 180])
    >>> verdict = classify([30.0, 60, 90, 120, 150, 180], current, v=np.zeros(200), dt=1.0)
    >>> verdict.pattern, verdict.letter
    ('tonic spiking', 'A')
    >>> verdict.reasons[-1]
    'intervals of 30, 30, 30, 30, 30 ms (equal to 10% from the third on)'
    >>> verdict.others[0]
    Other(pattern='tonic bursting', letter='C',
          against='no bursts in groups of 1, 1, 1, 1, 1, 1 (2 or more, and 3 for every single spike)')
    """
    positive("dt", dt)
    current, v = array("current", current, dimensions=1), array("v", v, dimensions=1)
    if not 0 < len(current) == len(v):
        raise ValueError(f"current has {len(current)} steps and v has {len(v)}: give as many of both, at least one")
    times = within("times", times, 0.0, len(v) * dt)
    drive = pieces(current, dt)
    said = f"the current: {described(drive)}"
    if not len(times):
        return Verdict("silent", "", (said, f"no spikes in {len(v) * dt:.4g} ms"))
    if drive is None:
        return Verdict(None, "", (said, f"{number(len(times))} in {len(v) * dt:.4g} ms"))
    r = Response(times, v, dt, drive)
    judged = [(s, signs(s, r)) for s in SIGNATURES if re.fullmatch(s.forms, r.letters)]
    judged.sort(key=lambda one: sum(sign.there for sign in one[1]) / len(one[0].signs), reverse=True)
    if judged and judged[0][1][-1].there:
        (best, found), *rest = judged
        return Verdict(best.pattern, best.letter, (said, *(sign.words for sign in found)), runners_up(rest))
    why = "it shows none of the twenty patterns wholly" if judged else "none of the twenty patterns has such a current"
    return Verdict(None, "", (said, f"{number(len(times))} in {r.run:.4g} ms: {why}"), runners_up(judged))


def described(drive: tuple[Piece, ...] | None) -> str:
    if drive is None:
        return "not made of pulses, steps and ramps"
    return "; ".join([*map(str, drive[:4]), *(["…"] if len(drive) > 4 else [])]) or "none"


def signs(signature: Signature, r: Response) -> list[Sign]:
    """The signs of a pattern, up to the first that is not there."""
    found: list[Sign] = []
    for condition in signature.signs:
        found.append(condition(r))
        if not found[-1].there:
            break
    return found


def runners_up(judged: list[tuple[Signature, list[Sign]]]) -> tuple[Other, ...]:
    return tuple(Other(s.pattern, s.letter, found[-1].words) for s, found in judged[:NEAREST])


def pattern_of(result: Result) -> Verdict:
    """The pattern of the first neuron of an experiment, the one that has no noise of its own.

    Raises ValueError where its voltage was not recorded.

    >>> from snnlab.models import PATTERNS
    >>> pattern_of(PATTERNS[2].experiment().run()).pattern
    'tonic bursting'
    """
    if not isinstance(result, Result):
        known = "give what Experiment.run() gives, which knows the current as well"
        raise ValueError(f"result is {what_is(result)}: {known}")
    recording = result.recording
    if "v" not in recording.variables:
        raise ValueError(f"v is not among the recorded variables {', '.join(recording.variables)}: record it as well")
    if recording.every > 1:
        raise ValueError(f"v was kept at every {recording.every} steps: a pattern is read from all, give every = 1")
    v = recording.variables["v"].detach().cpu().numpy().reshape(len(recording.spikes), -1)[:, 0]
    return classify(recording.spike_times() - recording.begin, result.current[: len(v)].numpy(), v, recording.dt)
