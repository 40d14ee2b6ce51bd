"""Workers of all sessions of a process: sessions take turns, and what is short never waits for what is long."""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor

from snnlab.models.limits import MAX_RUNS


class Turns:
    """So many workers, which do a job of each session in turn: who asks for much waits for it, and nobody else does."""

    def __init__(self, count: int, name: str) -> None:
        self.waiting: OrderedDict[Hashable, deque[Callable[[], None]]] = OrderedDict()
        self.lock = threading.Lock()
        self.pool = ThreadPoolExecutor(count, thread_name_prefix=name)

    @property
    def length(self) -> int:
        """How many jobs wait."""
        with self.lock:
            return sum(map(len, self.waiting.values()))

    def submit(self, session: Hashable, job: Callable[[], None]) -> None:
        """Do a job of a session when it is its turn."""
        with self.lock:
            self.waiting.setdefault(session, deque()).append(job)
        self.pool.submit(self._next)

    def _next(self) -> None:
        """The first job of the session whose turn it is; there are as many calls of this as there are jobs."""
        with self.lock:
            session, jobs = next(iter(self.waiting.items()))
            job = jobs.popleft()
            if jobs:
                self.waiting.move_to_end(session)
            else:
                del self.waiting[session]
        job()


SHORT, LONG = Turns(MAX_RUNS, "snnlab-run"), Turns(max(1, MAX_RUNS - 1), "snnlab-long")
