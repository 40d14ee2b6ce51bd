"""How long something takes."""

import os
import platform
import statistics
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version


def milliseconds(run: Callable, enough: float = 20.0, most: float = 2000.0) -> float:
    """Median time in ms of three calls or more: short ones fill `enough` ms, and after `most` ms there are no more.

    A single call would not do: the first after another one's run may meet memory that the machine has yet to find.
    """
    took: list[float] = []
    while (len(took) < 3 or sum(took) < enough) and sum(took) < most:
        start = time.perf_counter()
        run()
        took.append((time.perf_counter() - start) * 1000)
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
