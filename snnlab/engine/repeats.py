"""Loops in a recording: what ran several times, each time with results of times before, so that it is printed once."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch

from snnlab.core import Program, Slot

LEAST = 100  # operations that a loop saves
LAG = 3  # a result is read by so many times after its own at most
REFERENCE = LAG  # the time that stands for all: it reads nothing of before the first


class Repeat(NamedTuple):
    """The operations from number `start` of a program on are `times` times the same `period` of them.

    `carried` are results that a time reads of one before: (place in the period, how many times before) -> what the
    first times read there instead. `kept` are those that are read after the last time: place -> how many times before
    the last one theirs can be.
    """

    start: int
    period: int
    times: int
    carried: dict[tuple[int, int], tuple[Slot, ...]]
    kept: dict[int, int]

    @property
    def stop(self) -> int:
        return self.start + self.period * self.times

    @property
    def saved(self) -> int:
        return self.period * (self.times - 1)


def repeats(program: Program) -> list[Repeat]:
    """The loops of a program in their order; where two overlap, the one that saves more."""
    found: list[Repeat] = []
    for one in sorted(_all(program), key=lambda one: -one.saved):
        if all(one.stop <= other.start or other.stop <= one.start for other in found):
            found.append(one)
    return sorted(found, key=lambda one: one.start)


def _all(program: Program) -> Iterator[Repeat]:
    kinds: dict = {}

    def kind(name: str, arguments: tuple, dtype: torch.dtype) -> int:
        numbers = (None if isinstance(a, Slot) else (a,) for a in arguments)
        return kinds.setdefault((name, dtype, *numbers), len(kinds))

    keys = np.array([kind(*operation) for operation in program.operations], int)
    for period in range(1, len(keys) // (REFERENCE + 2) + 1):
        alike = np.concatenate([[False], keys[period:] == keys[:-period], [False]])
        ends = np.flatnonzero(alike[1:] != alike[:-1]).reshape(-1, 2)
        for low, high in ends[(ends[:, 1] - ends[:, 0]) >= max(LEAST, (REFERENCE + 1) * period)].tolist():
            ways = (_repeat(program, start, period, (high - start) // period + 1) for start in range(low, low + period))
            one = next((one for one in ways if one is not None and one.saved >= LEAST), None)
            if one is not None:
                yield one


def _repeat(program: Program, start: int, period: int, times: int) -> Repeat | None:
    """What repeats from this operation on, for as long as each time reads the same of those before; None if never."""
    if times <= REFERENCE + 1:
        return None
    begin = len(program.inputs) + start
    carried: dict[tuple[int, int], tuple[Slot, ...]] = {}
    for place in range(start, start + period):
        each = [program.operations[place + k * period].arguments for k in range(times)]
        for read in zip(*each, strict=True):
            if isinstance(read[0], Slot):
                lag, so_far = _lag([slot.number - begin for slot in read], period)
                times = min(times, so_far)
                if times <= REFERENCE + 1:
                    return None
                source = (read[REFERENCE].number - begin) % period, lag
                if lag and carried.setdefault(source, read[:lag]) != read[:lag]:
                    return None
    return _kept(program, Repeat(start, period, times, carried, {}))


def _lag(read: list[int], period: int) -> tuple[int, int]:
    """Of how many times before a value is, and for how many times that holds, of the numbers that each time reads,
    counted from the first operation that repeats."""
    usual, step = read[REFERENCE], read[REFERENCE + 1] - read[REFERENCE]
    if step not in (0, period) or (step == 0 and usual >= 0):
        return 0, 0
    lag = max(0, REFERENCE - usual // period) if step else 0
    if lag > LAG or max(read[:lag], default=-1) >= 0:
        return 0, 0
    holds = (k for k in range(lag, len(read)) if read[k] != usual + (k - REFERENCE) * step)
    return lag, next(holds, len(read))


def _kept(program: Program, one: Repeat) -> Repeat | None:
    """With what is read after its last time; None if that is of too long before."""
    begin, end = len(program.inputs) + one.start, len(program.inputs) + one.stop
    later = [a for o in program.operations[one.stop :] for a in o.arguments]
    for number in {a.number for a in [*later, *program.outputs.values()] if isinstance(a, Slot)}:
        if begin <= number < end:
            time, place = divmod(number - begin, one.period)
            ago = one.times - 1 - time
            if ago > LAG:
                return None
            one.kept[place] = max(ago, one.kept.get(place, 0))
    return one
