"""Memory for large results: asked for before a run, refused when it is not there, in large pages."""

import mmap

import torch
from torch import Tensor

LARGE = 1 << 24  # bytes from which on memory is worth an own request, and a question whether it is there
_PAGE = 1 << 21
_SHARE = 0.9  # of what is free; the rest is for whoever shares the machine


def empty(shape: tuple[int, ...], dtype: torch.dtype, device="cpu") -> Tensor:
    """An uninitialised tensor, a large one in large pages where there are such: fewer faults when it is filled."""
    size = dtype.itemsize
    for n in shape:
        size *= n
    if size < LARGE or str(device) != "cpu" or not hasattr(mmap, "MADV_HUGEPAGE"):
        return torch.empty(shape, dtype=dtype, device=device)
    whole = (size + 2 * _PAGE - 1) // _PAGE * _PAGE
    memory = mmap.mmap(-1, whole, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)  # the tensor keeps it alive
    memory.madvise(mmap.MADV_HUGEPAGE)
    place = torch.frombuffer(memory, dtype=torch.uint8)
    start = -place.data_ptr() % _PAGE
    return place[start : start + size].view(dtype).view(shape)


def available(device) -> int:
    """Bytes that are free on a device."""
    if torch.device(device).type == "cuda":
        cached = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return torch.cuda.mem_get_info(device)[0] + cached
    import psutil  # when first needed

    return psutil.virtual_memory().available


def check(need: int, device, what: str) -> None:
    """Raises MemoryError with the figures where `need` bytes for `what` are more than there are."""
    if need >= LARGE and need > (free := _SHARE * available(device)):
        raise MemoryError(
            f"{what} would need {_read(need)}, and {_read(free)} are free: "
            "record fewer variables or neurons (record, neurons, every), or run fewer steps or neurons at a time"
        )


def _read(size: float) -> str:
    return f"{size / 2**30:.3g} GiB" if size >= 2**30 else f"{size / 2**20:.3g} MiB"
