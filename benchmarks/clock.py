"""How long something takes."""

import os
import platform
import statistics
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

import torch


def once(run: Callable, device="cpu") -> float:
    """Time in ms of one call; on CUDA between two events in the stream where it works."""
    if torch.device(device).type != "cuda":
        start = time.perf_counter()
        run()
        return (time.perf_counter() - start) * 1000
    begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    torch.cuda.synchronize(device)
    begin.record()
    run()
    end.record()
    end.synchronize()
    return begin.elapsed_time(end)


def milliseconds(run: Callable, enough: float = 20.0, most: float = 2000.0, device="cpu") -> float:
    """Median time in ms of three calls or more: short ones fill `enough` ms, and after `most` ms there are no more.

    A single call would not do: the first after another one's run may meet memory that the machine has yet to find.
    """
    took: list[float] = []
    while (len(took) < 3 or sum(took) < enough) and sum(took) < most:
        took.append(once(run, device))
    return statistics.median(took)


def machine(*packages: str) -> str:
    """Where and with what was measured: processor, its load now, versions."""
    found = [platform.processor() or platform.machine()]
    try:
        with open("/proc/cpuinfo") as lines:
            found = [line.split(":")[1].strip() for line in lines if line.startswith("model name")][:1] or found
    except OSError:
        pass
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    found[0] += f", {os.cpu_count()} cores{load}"
    for name in ("torch", *packages):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join([f"Python {platform.python_version()}", *found])
