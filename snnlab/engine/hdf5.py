"""Files in HDF5 from anyone: what is read of one is in it, and unfolds to no more than it says.

The library that reads them may loop for ever in a damaged one, or end the process. So a process of its own, which runs
this file, goes through a file first (`gone_through`); it needs nothing else of snnlab.
"""

import math
import os
import subprocess
import sys
import zlib
from contextlib import suppress
from os import PathLike
from typing import Any

try:
    import resource
except ImportError:  # on Windows
    resource = None  # type: ignore[assignment]

DEFLATE, SHUFFLE, FLETCHER32, LZF = 1, 2, 3, 32000
KNOWN = (DEFLATE, SHUFFLE, FLETCHER32, LZF)
MAX_CHUNKS, MAX_NAMES = 100_000, 10_000
SPARE = 1_000_000  # bytes that a piece may have besides those that it says
CPU, PATIENCE, ROOM = 2, 10, 2 << 30  # s of computing, s, and bytes of memory, for going through a file
READ = 100_000_000  # bytes of a dataset that are read for it
RATIO = 1032  # how much a byte that is deflated unfolds into, at most


class Unsafe(ValueError):
    """What of a file would reach outside of it, or unfold without a bound, in words for who has it."""


def outside(file: Any) -> str | None:
    """The name of a link of an open file that leads to another one, which would be one of this machine."""
    import h5py  # slow to load: when a file is opened

    return file.visititems_links(lambda name, link: name if isinstance(link, h5py.ExternalLink) else None)


def unfolded(dataset: Any) -> int:
    """Bytes of a dataset when it is read, or of one of its pieces where that is more.

    Raises Unsafe where it lies in another file, and where what it is packed by has no bound, or another than it says.
    """
    if dataset.external or dataset.is_virtual:
        raise Unsafe(f"{dataset.name} is in another file")
    size = dataset.dtype.itemsize
    piece = math.prod(dataset.chunks or (0,)) * size
    if dataset.chunks is not None:
        _check_pieces(dataset, piece)
    return max(math.prod(dataset.shape or ()) * size, piece)


def _check_pieces(dataset: Any, piece: int) -> None:
    """Raises Unsafe: a piece that is deflated may unfold into anything, whatever its shape, and twice deflated a small
    file into more than any machine has."""
    create = dataset.id.get_create_plist()
    filters = [create.get_filter(k) for k in range(create.get_nfilters())]
    codes = [code for code, *_ in filters]
    if wrong := [code for code in codes if code not in KNOWN or codes.count(code) > 1]:
        name = {code: words for code, _, _, words in filters}[wrong[0]]
        how = "more than once" if wrong[0] in KNOWN else f"by {name.decode(errors='replace')[:40] or wrong[0]!r}"
        raise Unsafe(f"{dataset.name} is packed {how}: gzip and LZF are read, once each")
    if LZF in codes and DEFLATE in codes:
        raise Unsafe(f"{dataset.name} is packed more than once: gzip and LZF are read, once each")
    most, found = piece + piece // 8 + SPARE, []

    def note(one: Any) -> int | None:
        found.append(one)
        return 1 if len(found) > MAX_CHUNKS else None

    dataset.id.chunk_iter(note)
    if len(found) > MAX_CHUNKS:
        raise Unsafe(f"{dataset.name} is packed in more than {MAX_CHUNKS:,} pieces")
    rooms = [values[2] for code, _, values, _ in filters if code == LZF and len(values) > 2]
    if max([0, *rooms, *(one.size for one in found)]) > most:
        raise Unsafe(f"{dataset.name} is packed in pieces that are larger than they say")
    for one in found if DEFLATE in codes else ():
        if one.size * RATIO > most and _inflates_beyond(dataset, one, most):
            raise Unsafe(f"{dataset.name} is packed in pieces that unfold into more than they say")


def _inflates_beyond(dataset: Any, one: Any, most: int) -> bool:
    """Whether a deflated piece of a dataset gives more than so many bytes."""
    _, packed = dataset.id.read_direct_chunk(one.chunk_offset)
    inflate, given = zlib.decompressobj(), 0
    while packed and not inflate.eof and given <= most:
        try:
            given += len(inflate.decompress(packed, SPARE))
        except zlib.error:
            return False  # the library says so as well
        packed = inflate.unconsumed_tail
    return given > most


def names_of(file: Any) -> list[str]:
    """The names of all that is in a file, links included. Raises Unsafe for too many."""
    names: list[str] = []

    def note(name: str) -> int | None:
        names.append(name)  # an error would not come through the library
        return 1 if len(names) > MAX_NAMES else None

    file.visit_links(note)
    if len(names) > MAX_NAMES:
        raise Unsafe(f"it has more than {MAX_NAMES:,} parts")
    return names


def check_file(file: Any, most: float) -> None:
    """Raises Unsafe where a file has links, is packed without a bound, holds text in a dataset, or unfolds into more
    than `most` bytes."""
    import h5py  # slow to load: when a file is opened

    total = 0
    for name in names_of(file):
        if isinstance(file.get(name, getlink=True), h5py.ExternalLink | h5py.SoftLink):
            raise Unsafe(f"{name[:60]} is a link, to what may be in another file")
        if isinstance(one := file[name], h5py.Dataset):
            if one.dtype.kind not in "biuf":
                raise Unsafe(f"{name[:60]} holds no numbers")
            total += unfolded(one)
            if total > most:
                raise Unsafe(f"it unfolds into {total / 1e6:,.0f} MB or more: at most {most / 1e6:,.0f} MB are read")


# -- in a process of its own ------------------------------------------------------------------------------------------


def gone_through(path: str | PathLike[str]) -> None:
    """Raises Unsafe for a file in which the library loops, ends its process, or fills the memory."""
    command = [sys.executable, "-I", __file__, str(path)]
    alone = os.environ | {"OPENBLAS_NUM_THREADS": "1"}  # each thread would take of its room
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, env=alone, check=False)
    except subprocess.TimeoutExpired as error:
        raise Unsafe("it is damaged: to go through it does not end") from error
    if done.returncode:
        raise Unsafe("it is damaged: to go through it does not end, or takes more memory than a recording has")


def _go_through(path: str) -> None:
    """Read all that may be read; what is refused or fails will be so again, and said then."""
    import h5py  # of the process of its own

    with h5py.File(path, "r") as file:
        with suppress(Exception):
            [*file.attrs.items()]
        for name in names_of(file):
            with suppress(Exception):
                if not isinstance(file.get(name, getlink=True), h5py.HardLink):
                    continue
                one = file[name]
                for key in one.attrs:
                    with suppress(Exception):
                        one.attrs[key]
                if isinstance(one, h5py.Dataset) and unfolded(one) <= READ:
                    one[()]


def _limit() -> None:
    """Of computing and memory, where a system knows such limits."""
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU + 1))
        resource.setrlimit(resource.RLIMIT_AS, (ROOM, ROOM))


if __name__ == "__main__":
    _limit()
    with suppress(OSError, RuntimeError, KeyError, ValueError, TypeError):
        _go_through(sys.argv[1])
