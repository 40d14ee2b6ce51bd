"""What a page may ask of the machine that serves it: each limit can be set by an environment variable."""

import errno
import os

DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # as systems say it


class Limit(int):
    """A whole number that the environment may set: `variable` is what it is called there, `doc` what it is the most of.

    Raises ValueError for what it is set to and cannot be.

    >>> Limit("SNNLAB_MAX_EXAMPLES", 1000, "examples of a test").told
    '1,000 (SNNLAB_MAX_EXAMPLES)'
    """

    variable: str
    doc: str

    def __new__(cls, variable: str, usual: int, doc: str) -> "Limit":
        text = os.environ.get(variable, "")
        if text and not (text.isdecimal() and 1 <= int(text[:16]) < 10**15):
            raise ValueError(f"{variable} = {text!r:.40} is not allowed: give a whole number from 1 on, {doc}")
        made = super().__new__(cls, text or usual)
        made.variable, made.doc = variable, doc
        return made

    @property
    def told(self) -> str:
        """As it is said to who asks for more, with what raises it."""
        return f"{self:,} ({self.variable})"


MAX_STEPS = Limit("SNNLAB_MAX_STEPS", 200_000, "steps of a run on a page")
MAX_VALUES = Limit("SNNLAB_MAX_VALUES", 5_000_000, "steps times neurons of a run on a page")
MAX_SPIKES = Limit("SNNLAB_MAX_SPIKES", 200_000_000, "steps times neurons of a network on a page, a byte each")
MAX_SYNAPSES = Limit("SNNLAB_MAX_SYNAPSES", 20_000_000, "synapses of a network on a page")
MAX_BYTES = Limit("SNNLAB_MAX_BYTES", 20_000_000, "bytes of a file that is opened")
MAX_RUNS = Limit("SNNLAB_MAX_RUNS", os.cpu_count() or 1, "runs at the same time, of all who are connected")
LIMITS = (MAX_STEPS, MAX_VALUES, MAX_SPIKES, MAX_SYNAPSES, MAX_BYTES, MAX_RUNS)
