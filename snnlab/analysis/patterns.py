"""Which firing pattern a run looks like, in a sentence, and why.

Every run has a rhythm (`rhythm.py`), which intervals alone decide. Where the current has the form that shows one of
Izhikevich's twenty patterns, the run has that name instead. Each of these is an entry of `SIGNATURES`: the form of the
current, and the signs by which it is known. What decides is what is printed: a sign is a function of the response that
says whether it is there, and what was measured. Only current, spikes and voltage are looked at, and times only in
relation to the current and to each other.

Naud et al. (2008) have names of their own for what the AdEx neuron does; `also` has them.

Source: Izhikevich, Which model to use for cortical spiking neurons?, IEEE Trans. Neural Netw. 15:1063, 2004, figure 1;
Naud, Marcille, Clopath, Gerstner, Biological Cybernetics 99:335, 2008.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from numpy.typing import ArrayLike

from snnlab.core import what_is
from snnlab.engine import Recording
from snnlab.models import Result

from . import sentences as say
from .arguments import array, within
from .reading import milliseconds, of_neuron, one_of
from .response import Piece, Response, pieces
from .signs import (
    Condition,
    Sign,
    after_intervals,
    at_least,
    bursts_while_lowered,
    exactly_one,
    firing_outlasts_the_pulse,
    hump,
    inhibition_helps,
    long_after_the_pulse,
    mostly_single,
    no,
    one_burst,
    one_pair_alone,
    only_while_lowered,
    rate_from_zero,
    rhythm_is,
    second_pulse_stops_it,
    silent_before,
    silent_until_its_end,
    steep_ramp_alone,
    swings,
    until_the_end,
)

STEP, PULSE, LOWERED = "S", "P", "[ps]"
NEAREST = 3  # runners-up that a verdict names


class Signature(NamedTuple):
    """A pattern, the currents that show it and the signs by which it is known, each of which may rely on those before.

    `forms` is a regular expression over the letters of the current's pieces, see `Piece.letter`; `sentence` says what
    is to be seen.
    """

    letter: str
    pattern: str
    forms: str
    signs: tuple[Condition, ...]
    sentence: Callable[[Response], str] = say.rhythm


class Other(NamedTuple):
    """A pattern that the same current may show, and what speaks against it."""

    pattern: str
    letter: str
    against: str


class Verdict(NamedTuple):
    """What a run looks like.

    `pattern` is one of the twenty, with its `letter` in the figure, or else a rhythm, without; "silent" without spikes,
    None where they are too few for a rhythm. `sentence` says it to everybody, `reasons` what was measured; `others` are
    the runners-up among the twenty; `also` is the name that others have for it.
    """

    pattern: str | None
    letter: str
    reasons: tuple[str, ...]
    others: tuple[Other, ...] = ()
    sentence: str = ""
    also: str = ""


ALSO = {
    "phasic spiking": "transient spiking",
    "tonic bursting": "regular bursting",
    "mixed mode": "initial burst",
}

SIGNATURES = (
    Signature("A", "tonic spiking", STEP, (silent_before, rhythm_is("regular firing"), until_the_end)),
    Signature("B", "phasic spiking", STEP, (silent_before, rhythm_is("single spike"))),
    Signature("C", "tonic bursting", STEP, (silent_before, rhythm_is("bursting"), until_the_end)),
    Signature("D", "phasic bursting", STEP, (silent_before, rhythm_is("single burst"))),
    Signature("E", "mixed mode", STEP, (silent_before, rhythm_is("initial burst"), until_the_end)),
    Signature("F", "spike frequency adaptation", STEP, (silent_before, rhythm_is("adapting firing"), until_the_end)),
    Signature(
        "G",
        "class 1 excitable",
        "R[PS]?",
        (silent_before, at_least(4), after_intervals(1.0), rate_from_zero),
        say.slow_onset,
    ),
    Signature(
        "H",
        "class 2 excitable",
        "R[PS]?",
        (silent_before, at_least(4), after_intervals(1.3), no(rate_from_zero)),
        say.fast_onset,
    ),
    Signature("I", "spike latency", PULSE, (exactly_one, long_after_the_pulse, no(hump), no(swings)), say.late_spike),
    Signature("J", "subthreshold oscillations", PULSE, (exactly_one, no(hump), swings), say.ringing),
    Signature("K", "resonator", "(PP){2,}", (silent_before, one_pair_alone(longer=True)), say.pairs_apart),
    Signature("L", "integrator", "(PP){2,}", (silent_before, one_pair_alone(longer=False)), say.pairs_apart),
    Signature("M", "rebound spike", LOWERED, (silent_until_its_end, exactly_one), say.rebound),
    Signature("N", "rebound burst", LOWERED, (silent_until_its_end, one_burst), say.rebound),
    Signature("O", "threshold variability", "P+pP+|pPP+", (silent_before, inhibition_helps), say.after_inhibition),
    Signature(
        "P",
        "bistability",
        "P[Pp]",
        (silent_before, firing_outlasts_the_pulse, second_pulse_stops_it),
        say.started_and_stopped,
    ),
    Signature("Q", "depolarising after-potential", PULSE, (exactly_one, hump), say.risen_again),
    Signature("R", "accommodation", "R{2,}", (silent_before, steep_ramp_alone), say.steep_alone),
    Signature("S", "inhibition-induced spiking", LOWERED, (only_while_lowered, mostly_single), say.lowered_to_fire),
    Signature(
        "T", "inhibition-induced bursting", LOWERED, (only_while_lowered, bursts_while_lowered), say.lowered_to_burst
    ),
)


def classify(
    times: ArrayLike,
    current: ArrayLike,
    v: ArrayLike,
    dt: float,
    window: tuple[float, float] | None = None,
    driver: str = "the current",
) -> Verdict:
    """The pattern of one neuron: spikes at `times` [ms], the `current` [T] that drove it, its voltage `v` [T].

    `dt` in ms; step k lasts from k dt to (k + 1) dt, `v` and a spike's time are those of its end. Current and voltage
    may have any unit. Where a run starts in the middle of a piece of current, see `pieces`. A current that is not made
    of pieces, as noise, drives the neuron in the `window` (start, end) [ms], in the whole run unless given. `driver` is
    what it is called in words.

    `pattern_of` asks it of what a run gave. Raises ValueError for times that do not ascend or are not in the run, for a
    current and a voltage that are not finite or of different length, for dt <= 0.

    >>> import numpy as np
    >>> current = np.repeat([0.0, 1.0], [20, 180])
    >>> verdict = classify([30.0, 60, 90, 120, 150, 180], current, v=np.zeros(200), dt=1.0)
    >>> verdict.pattern, verdict.letter, verdict.sentence
    ('tonic spiking', 'A', 'Fires regularly: intervals of 30 ms, all equal.')
    >>> verdict.reasons[2:]
    ('intervals of 30, 30, 30, 30, 30 ms; the standard deviation of the last 3 over their mean is 0 (at most
     0.117)', 'the last spike 20 ms before the current ends (at most 90 ms, 3 times the longest interval)')
    >>> verdict.others[0]
    Other(pattern='phasic spiking', letter='B', against='regular firing: ...')
    """
    dt = milliseconds(dt)
    current, v = array("current", current, dimensions=1), array("v", v, dimensions=1)
    if not 0 < len(current) == len(v):
        raise ValueError(f"current has {len(current)} steps and v has {len(v)}: give as many of both, at least one")
    run = len(v) * dt
    times = within("times", times, 0.0, run)
    drive = pieces(current, dt)
    said = f"{driver}: {described(drive)}"
    if not len(times):
        words = f"no spikes in {run:.4g} ms"
        return Verdict("silent", "", (said, words), sentence=f"Silent: {words}.")
    r = Response(times, v, dt, drive or (), (0.0, run) if window is None else (window[0], min(window[1], run)), driver)
    judged = [(s, signs(s, r)) for s in SIGNATURES if drive and re.fullmatch(s.forms, r.letters)]
    judged.sort(key=lambda one: sum(sign.there for sign in one[1]) / len(one[0].signs), reverse=True)
    if judged and judged[0][1][-1].there:
        (best, found), *rest = judged
        reasons = (said, *(sign.words for sign in found))
        also = ALSO.get(best.pattern, "")
        return Verdict(best.pattern, best.letter, reasons, runners_up(rest), best.sentence(r), also)
    rhythm, elsewhere = r.rhythm, say.elsewhere(r)
    reasons = (said, *rhythm.evidence, *elsewhere)
    sentence = " ".join([rhythm.sentence, *(f"{words[0].upper()}{words[1:]}." for words in elsewhere)])
    return Verdict(rhythm.name, "", reasons, runners_up(judged), sentence, ALSO.get(rhythm.name or "", ""))


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


def pattern_of(result: Result | Recording, current: ArrayLike | None = None, neuron: int | None = None) -> Verdict:
    """The pattern of one neuron of an experiment: the first, which has no noise of its own, unless `neuron` says which.

    A recording of the engine does not know what drove it: give the `current` [T] as well. Raises ValueError where that
    is missing or there is too much of it, and where the voltage was not recorded in every step.

    >>> from snnlab.models import PATTERNS
    >>> pattern_of(PATTERNS[2].experiment().run()).pattern
    'tonic bursting'
    """
    if isinstance(result, Result):
        if current is not None:
            raise ValueError("current is not allowed with a result: it knows its own")
        given, begin = result.current[: len(result.recording.spikes)], result.recording.begin
        window = max(0.0, result.onset - begin), max(0.0, result.end - begin)
        return _judged(result.recording, given, neuron or 0, window, result.definition.current.symbol or "the current")
    if not isinstance(result, Recording):
        raise ValueError(f"result is {what_is(result)}: give that of Experiment.run(), or a Recording and its current")
    if current is None:
        current = result.current
    if current is None:
        raise ValueError("current is missing: this Recording has none, give current=..., a number for each step")
    return _judged(result, current, one_of(result, neuron), None)


def _judged(
    recording: Recording,
    current: ArrayLike,
    neuron: int,
    window: tuple[float, float] | None,
    driver: str = "the current",
) -> Verdict:
    times, v = recording.spike_times(one_of(recording, neuron)), of_neuron(recording, "v", neuron)
    return classify(times - recording.begin, current, v, recording.dt, window, driver)
