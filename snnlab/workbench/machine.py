"""What the machine that serves a page cannot do, in words for who looks at the page: no memory, a full disk, a GPU that
is gone."""

from collections.abc import Callable

from snnlab.models import Experiment, Result
from snnlab.models.limits import DISK_FULL

NO_MEMORY = "not enough memory", "out of memory", "can't allocate memory", "cannot allocate memory"  # as torch says it
LARGE = (
    "too little memory is left: give fewer neurons, a shorter duration or a larger dt. What a page may ask for is "
    "bounded by SNNLAB_MAX_VALUES, SNNLAB_MAX_SPIKES and SNNLAB_MAX_SYNAPSES of the server: lower ones refuse it before"
)
DISK = "the disk of the server is full, and this needs a file there for a moment: free some space, and ask again"
ENDED = "its worker ended: {}"
ON_CPU = "The GPU of this machine failed. This run is the CPU's, and so are those that follow."


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
    elif isinstance(error, OSError) and error.errno in DISK_FULL:
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
    """The GPU of this process: `lost` from its first failure on, which no later run of the process outlives."""

    lost = False


def gpu_failed(error: BaseException) -> bool:
    """Whether it says that the GPU is lost; from then on it is."""
    if not isinstance(error, RuntimeError) or "cuda" not in str(error).lower():
        return False
    Device.lost = True
    return True


def on_cpu(experiment: Experiment) -> Callable[..., Result]:
    """The job of an experiment, on the CPU whatever its settings say. Raises ValueError as `Experiment.job` does."""
    spare = experiment.copy()
    spare.settings.device = "CPU"
    return spare.job()
