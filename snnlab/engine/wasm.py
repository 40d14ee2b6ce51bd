"""Kernels for the browser: the text of a kernel as a WebAssembly module, made in memory by the LLVM that is there.

An object of LLVM is a module that lacks two things: it exports nothing, and says for a linker where it may be moved.
A kernel that calls nothing and has no constant data needs no linker: its export is all that is put in.
Source: WebAssembly Core Specification 2.0, section 5 (binary format).
"""

from collections.abc import Iterator
from functools import lru_cache

from .ir import long_loops
from .llvm import Unprintable, binding_of_llvm
from .optimise import Apart

TRIPLE = "wasm32-unknown-unknown"
FEATURES = "+simd128,+bulk-memory,+sign-ext,+nontrapping-fptoint"  # of WebAssembly 2.0, which browsers have since 2021
MAGIC = b"\0asm\1\0\0\0"
CUSTOM, IMPORTS, EXPORTS, DATA = 0, 2, 7, 11  # numbers of sections
AFTER_EXPORTS = (8, 9, 10, DATA, 12)  # a module's sections come in an order of their own
KINDS = ("function", "table", "memory", "global")  # of what is imported
FUNCTION, TABLE, MEMORY, GLOBAL = range(4)


@lru_cache(maxsize=128)
def compiled(text: str, name: str) -> bytes:
    """The module of a kernel: it imports its memory (env.__linear_memory) and exports the function `name`.

    Raises Unprintable that names what is called or kept outside of it.
    """
    binding_of_llvm()
    # one vector at once leaves fewer neurons over, and makes the module a quarter smaller
    whole = text + long_loops(masks=False, vectors=1)
    return _exporting(_emitted(whole, TRIPLE, FEATURES), name)


_emitted = Apart()


def _exporting(code: bytes, name: str) -> bytes:
    """An object's code as a module that exports its only function."""
    parts = list(_sections(code))
    for kind, body in parts:
        if kind == IMPORTS:
            _check_imports(body, name)
        if kind == DATA:
            raise Unprintable(f"the kernel {name!r} has constant data, which a module for the browser cannot")
    word = name.encode()
    exports = _leb(1) + _leb(len(word)) + word + bytes([FUNCTION]) + _leb(0)
    place = next(k for k, (kind, _) in enumerate(parts) if kind in AFTER_EXPORTS)
    parts.insert(place, (EXPORTS, exports))
    return MAGIC + b"".join(bytes([kind]) + _leb(len(body)) + body for kind, body in parts if kind != CUSTOM)


def _sections(code: bytes) -> Iterator[tuple[int, bytes]]:
    place = len(MAGIC)
    while place < len(code):
        size, start = _read(code, place + 1)
        yield code[place], code[start : start + size]
        place = start + size


def _check_imports(body: bytes, name: str) -> None:
    """Raises Unprintable for any but the memory."""
    count, place = _read(body, 0)
    wanted = []
    for _ in range(count):
        _, place = _word(body, place)
        field, place = _word(body, place)
        kind, place = body[place], place + 1
        if kind != MEMORY:
            wanted.append(f"{KINDS[kind]} {field}")
        if kind in (TABLE, GLOBAL):
            place += 1  # its type
        if kind in (TABLE, MEMORY):
            bounded, place = body[place], place + 1
            for _ in range(1 + (bounded & 1)):
                _, place = _read(body, place)
        elif kind == FUNCTION:
            _, place = _read(body, place)
        else:
            place += 1  # whether it changes
    if wanted:
        raise Unprintable(f"the kernel {name!r} needs {', '.join(wanted)}, which a browser does not have")


def _leb(number: int) -> bytes:
    """A whole number in groups of seven bits, the lowest first."""
    found = bytearray()
    while number >= 0x80:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def _read(code: bytes, place: int) -> tuple[int, int]:
    """The number that begins at a place, and the place after it."""
    number = shift = 0
    while True:
        byte, place = code[place], place + 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return number, place


def _word(code: bytes, place: int) -> tuple[str, int]:
    size, place = _read(code, place)
    return code[place : place + size].decode(), place + size
