"""Memory for large results: asked for before a run, refused where it is not, in large pages, kept for the next run.

Filling memory that is fresh from the system takes longer than computing what is filled in.
"""

import math
import mmap
from collections import deque
from weakref import finalize

import numpy as np
import torch
from torch import Tensor

try:
    import psutil
except ImportError:  # in a bare folder beside torch alone, as on a machine that is lent for its GPU
    psutil = None

LARGE = 1 << 24  # bytes from which on it is worth asking whether there are as many
OWN = 1 << 20  # bytes from which on memory is the engine's own
KEPT = 1 << 30  # bytes that may wait for the next run
_PAGE = 1 << 21
_SHARE = 0.9  # of what is free; the rest is for whoever shares the machine

_NUMPY = {torch.bool: np.bool_, torch.float32: np.float32, torch.float64: np.float64}

_waiting: deque[mmap.mmap] = deque()  # its ends are safe to use from any thread, and from a finalizer


def empty(shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
    """An uninitialised tensor on the CPU."""
    size = dtype.itemsize
    for n in shape:
        size *= n
    if size < OWN or not hasattr(mmap, "MADV_HUGEPAGE"):
        return torch.empty(shape, dtype=dtype)
    memory = _take(size) or _fresh(size)
    owner = np.frombuffer(memory, np.uint8)  # what the tensor holds on to
    finalize(owner, _give_back, memory).atexit = False
    start = -owner.ctypes.data % _PAGE
    # torch does not know it as a part of something: what is a part may not be changed in place by who gets it
    return torch.from_numpy(owner[start : start + size].view(_NUMPY[dtype]).reshape(shape))


def _fresh(size: int) -> mmap.mmap:
    whole = (size + 2 * _PAGE - 1) // _PAGE * _PAGE
    memory = mmap.mmap(-1, whole, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory.madvise(mmap.MADV_HUGEPAGE)
    return memory


def _take(size: int) -> mmap.mmap | None:
    """Memory that waits, and is neither too small nor far too large."""
    for _ in range(len(_waiting)):
        try:
            memory = _waiting.popleft()
        except IndexError:  # another thread was faster
            return None
        if size + _PAGE <= len(memory) <= 2 * size + 2 * _PAGE:
            return memory
        _waiting.append(memory)
    return None


def _give_back(memory: mmap.mmap) -> None:
    if waiting_bytes() + len(memory) <= KEPT:
        _waiting.append(memory)


def waiting_bytes() -> int:
    """Bytes that wait for the next run."""
    return sum(map(len, tuple(_waiting)))


def available(device) -> float:
    """Bytes that are free on a device, or wait there for the next run; without end where nobody can say."""
    if torch.device(device).type == "cuda":
        cached = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return torch.cuda.mem_get_info(device)[0] + cached
    if psutil is None:  # os counts what is cached as taken, and /proc is Linux's: neither is an answer
        return math.inf
    return psutil.virtual_memory().available + waiting_bytes()


def check(need: int, device, what: str) -> None:
    """Raises MemoryError with the figures where `need` bytes for `what` are more than there are."""
    if need < LARGE:
        return
    if need > (free := _SHARE * available(device)):
        raise MemoryError(
            f"{what} would need {_read(need)}, and {_read(free)} are free: "
            "record fewer variables or neurons (record, neurons, every), or run fewer steps or neurons at a time"
        )
    if need > free - waiting_bytes():
        _waiting.clear()


def _read(size: float) -> str:
    return f"{size / 2**30:.3g} GiB" if size >= 2**30 else f"{size / 2**20:.3g} MiB"
