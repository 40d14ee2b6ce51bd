"""What a firing pattern is, in one plain sentence with its numbers."""

import numpy as np

from .response import Response
from .signs import pairs, while_lowered
from .wording import listed, number, short


def rhythm(r: Response) -> str:
    return r.rhythm.sentence


def elsewhere(r: Response) -> tuple[str, ...]:
    """What is to be said of spikes that come while the neuron is not driven."""
    start, end = r.driven
    before, during, after = (len(r.spikes(*span)) for span in ((0.0, start), (start, end), (end, r.run)))
    said = []
    if before:
        said.append(f"it fires before the stimulus{', too' if during or after else ' alone'}: {number(before)}")
    if after and not during:
        said.append(f"it does so only when the stimulus is over, after {short(end)} ms")
    return tuple(said)


def slow_onset(r: Response) -> str:
    return f"Begins to fire slowly on the ramp, and speeds up: intervals of {listed(r.isi)} ms."


def fast_onset(r: Response) -> str:
    return f"Begins to fire on the ramp at a high rate at once: intervals of {listed(r.isi)} ms."


def late_spike(r: Response) -> str:
    return f"One spike, {short(r.times[0] - r.pieces[0].end)} ms after the end of the pulse."


def ringing(r: Response) -> str:
    return "One spike, and after it the voltage rings before it is at rest."


def risen_again(r: Response) -> str:
    return "One spike, and after it the voltage rises once more before it is at rest."


def pairs_apart(r: Response) -> str:
    fired = [short(gap) for gap, _, n in pairs(r) if n]
    silent = [short(gap) for gap, _, n in pairs(r) if not n]
    return f"Two pulses fire it when they are {' or '.join(fired)} ms apart, and not when {' or '.join(silent)} ms."


def rebound(r: Response) -> str:
    n, delay = len(r.times), short(r.times[0] - r.pieces[0].end)
    return f"{'One spike' if n == 1 else f'A burst of {n} spikes'}, {delay} ms after the inhibition ends."


def after_inhibition(r: Response) -> str:
    return "The same pulse fires it only after an inhibitory one."


def started_and_stopped(r: Response) -> str:
    mean = np.diff(r.answer(r.pieces[0])).mean()
    return f"One pulse makes it fire every {short(mean)} ms, the next one stops it."


def steep_alone(r: Response) -> str:
    return "A steep ramp fires it, a slow one does not, although it goes as high."


def lowered_to_fire(r: Response) -> str:
    return f"Fires while {r.driver} is lowered, and only then: {number(len(while_lowered(r)), 'single spike')}."


def lowered_to_burst(r: Response) -> str:
    return f"Fires in bursts while {r.driver} is lowered, and only then."
