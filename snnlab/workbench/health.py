"""How a server is, as JSON at /health: for who looks after it. What people do there is not told."""

import logging
import os
import sys
import time
from asyncio import Handle
from collections import deque
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch
from bokeh.server.tornado import BokehTornado
from bokeh.server.urls import toplevel_patterns
from tornado.web import RequestHandler

from snnlab.engine.fused import backward_program, forward_program
from snnlab.models.limits import LIMITS

from .rush import RUSH
from .turns import LONG, SHORT

ROUTE = "/health"
LAST = 20  # faults that are told
PIECES = 10_000  # of work, of which the times are told


class Faults(logging.Handler):
    """The last faults that were logged: when, of which kind and where, without words that may quote what was typed."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.last: deque[dict[str, str]] = deque(maxlen=LAST)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1
        kind, _, trace = record.exc_info or (None, None, None)
        place = f"{record.name}:{record.lineno}"
        while trace is not None:  # to where it was raised
            place, trace = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}", trace.tb_next
        when = time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(record.created))
        self.last.append({"time": when, "kind": kind.__name__ if kind else record.levelname, "place": place})


class Busy:
    """For how long the thread of all pages computed at a time, in s: what makes pages apart from all else."""

    def __init__(self) -> None:
        self.pages: deque[float] = deque(maxlen=PIECES)
        self.others: deque[float] = deque(maxlen=PIECES)

    def watch(self) -> None:
        """Measure each piece of work of the event loops of this process."""
        plain = Handle._run

        def run(handle: Handle) -> None:
            made, began = RUSH.made, time.thread_time()
            plain(handle)
            (self.others if made == RUSH.made else self.pages).append(time.thread_time() - began)

        Handle._run = run  # type: ignore[method-assign, assignment]

    def told(self) -> dict[str, dict[str, float]]:
        """99 of 100 were done after so many ms, and the longest."""
        found = {"pages": [*self.pages], "others": [*self.others]}
        return {
            name: {"p99": round(1e3 * float(np.quantile(times, 0.99)), 1), "most": round(1e3 * max(times), 1)}
            for name, times in found.items()
            if times
        }


FAULTS, BUSY = Faults(), Busy()
BEGAN = time.time()


def health(server: BokehTornado) -> dict[str, Any]:
    """What /health tells of a server of this process."""
    try:
        device = torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"
    except RuntimeError as error:  # it is lost
        device = f"a GPU that fails ({type(error).__name__})"
    kernels = sum(one.cache_info().currsize for one in (forward_program, backward_program))
    return {
        "version": version("snnlab"),
        "device": device,
        "process": os.getpid(),
        "up_s": round(time.time() - BEGAN),
        "sessions": sum(len(context.sessions) for context in server._applications.values()),
        "memory_mb": round(psutil.Process().memory_info().rss / 1e6, 1),
        "kernels": kernels,
        "waiting": {"short": SHORT.length, "long": LONG.length, "pages": len(RUSH.waiting)},
        "busy_ms": BUSY.told(),
        "caches": caches(),
        "limits": {limit.variable: int(limit) for limit in LIMITS},
        "faults": {"count": FAULTS.count, "last": [*FAULTS.last]},
    }


def caches() -> dict[str, list[int | None]]:
    """How many results each cache of snnlab has, and how many it may have; None: of what snnlab itself brings."""
    found = {}
    for name, module in [*sys.modules.items()]:
        if name.startswith("snnlab"):
            for key, one in vars(module).items():
                if hasattr(one, "cache_info") and getattr(one, "__module__", "") == name:
                    info = one.cache_info()
                    found[f"{name}.{key}"] = [info.currsize, info.maxsize]
    return {name: sizes for name, sizes in sorted(found.items()) if sizes[0]}


class Health(RequestHandler):
    def get(self) -> None:
        self.set_header("Cache-Control", "no-store")
        assert isinstance(self.application, BokehTornado)
        self.write(health(self.application))


def tell_health() -> None:
    """Let all servers of this process answer at /health."""
    logging.getLogger().addHandler(FAULTS)
    BUSY.watch()
    toplevel_patterns.insert(0, (ROUTE, Health))
