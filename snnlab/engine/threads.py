"""The work of a kernel in several threads, which can all be told to stop."""

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache
from itertools import pairwise
from threading import Event
from typing import Any

import torch

from .recording import Cancelled

WORTH_A_THREAD = 2_500_000  # neuron-steps: fewer are done sooner than another thread wakes up


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max(1, (os.cpu_count() or 1) - 1), thread_name_prefix="snnlab-kernel")


def _after_fork() -> None:
    """A child has none of its parent's threads."""
    _pool.cache_clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def spread(
    run: Callable[..., Any], T: int, N: int, block: int, go_on: Callable[[float], None] | None, alone=False
) -> list:
    """What `run(lo, hi, go_on)` gives for all neurons, in as many threads as torch may use and the work is worth.

    Only this thread asks whether to go on.
    """
    ask = go_on or _never_stop
    threads = 1
    if T * N >= 2 * WORTH_A_THREAD and not alone:
        threads = min(torch.get_num_threads(), T * N // WORTH_A_THREAD, -(-N // block))
    if threads == 1:
        return [run(0, N, ask)]
    stop = Event()

    def follow(part: float) -> None:
        if stop.is_set():
            raise Cancelled

    cuts = [round(N * k / threads / block) * block for k in range(threads)] + [N]
    others: list[Future] = []
    try:
        others += [_pool().submit(run, lo, hi, follow) for lo, hi in pairwise(cuts[1:])]
        mine = run(cuts[0], cuts[1], ask)
        return [mine, *(other.result() for other in others)]
    except BaseException:
        stop.set()
        raise
    finally:
        _done(others, stop)


def _done(others: list[Future], stop: Event) -> None:
    """Wait until all are done with the memory, before it is given away: through interrupts too, which come after."""
    interrupt = None
    while pending := [other for other in others if not (other.cancel() or other.done())]:
        try:
            wait(pending)
        except BaseException as error:
            interrupt = error
            stop.set()
    if interrupt is not None:
        raise interrupt


def _never_stop(part: float) -> None:
    """What a run asks that nobody can stop."""
