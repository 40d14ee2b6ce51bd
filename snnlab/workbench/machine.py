"""What the machine that serves a page cannot do, in words for who looks at the page: no memory, a full disk, a GPU that
is gone."""

import errno
import logging
from collections.abc import Callable
from typing import Any

from snnlab.models import Experiment, Result

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
NO_MEMORY = "not enough memory", "out of memory", "can't allocate memory", "cannot allocate memory"  # as torch says it
LARGE = (
    "too little memory is left: give fewer neurons, a shorter duration or a larger dt. What a page may ask for is "
    "bounded by SNNLAB_MAX_VALUES, SNNLAB_MAX_SPIKES and SNNLAB_MAX_SYNAPSES of the server: lower ones refuse it before"
)
DISK = "the disk of the server is full, and this needs a file there for a moment: free some space, and ask again"
ENDED = "its worker ended: {}"
ON_CPU = "The GPU of this machine failed. This run is the CPU's, and so are those that follow."

log = logging.getLogger(__name__)


class CannotNow(RuntimeError):
    """What the machine has no room for now, in words; its cause is what was raised."""


def in_words(error: BaseException) -> Exception:
    """An error as it can be shown: itself, or what the machine lacks.

    >>> in_words(MemoryError()).args[0][:28]
    'too little memory is left: g'
    >>> in_words(ValueError("dt = 0 is not allowed"))
    ValueError('dt = 0 is not allowed')
    """
    found: Exception
    if isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and _has(error, NO_MEMORY)):
        found = CannotNow(LARGE)
    elif isinstance(error, OSError) and error.errno in FULL:
        found = CannotNow(DISK)
    elif isinstance(error, Exception):
        return error
    else:
        found = CannotNow(ENDED.format(" ".join([type(error).__name__, *map(str, error.args)])))
    found.__cause__ = error
    return found


def _has(error: BaseException, words: tuple[str, ...]) -> bool:
    said = str(error).lower()
    return any(one in said for one in words)


class Device:
    """The GPU of this process: `fails` is true from its first failure on, which no run of the process outlives."""

    fails = False


def sturdy(experiment: Experiment) -> Callable[..., Result]:
    """The job of an experiment: where its GPU fails, it is run on the CPU, and `device` of its result says so.

    Raises ValueError as `Experiment.job` does.
    """
    if getattr(experiment.settings, "device", "CPU") == "CPU":
        return experiment.job()
    spare = experiment.copy()
    spare.settings.device = "CPU"
    if Device.fails:
        return spare.job()
    run, other = experiment.job(), spare.job()

    def perform(*given: Any) -> Result:
        try:
            return run(*given)
        except RuntimeError as error:
            if "cuda" not in str(error).lower():
                raise
            log.error("The GPU failed: runs are the CPU's from now on", exc_info=error)
            Device.fails = not _has(error, NO_MEMORY)
            return other(*given)

    return perform
