"""Recordings as text in columns, as spreadsheets, oscilloscopes and acquisition programs export them.

What is not understood is refused with its line: no row is skipped, and text that may name a unit is never read as if it
named none.
"""

import csv
import io
import re
from typing import NamedTuple

import numpy as np

from snnlab.core import short

from .sweep import Sweep, Unfit, Window, check_samples, lasting
from .titles import CURRENT, TIME, VALUE, VOLTAGE, Kind, kinds_of, scale, unit_in

FASTEST = 0.005  # ms from sample to sample: no amplifier is read more often
STRONGEST = 1e9  # pA: no electrode passes a milliampere
TITLES = 3  # rows above the numbers, of titles, names and units
REMARKS = ("#", "%", "//")
COUNTED = ("no", "one", "two", "three")


class Dialect(NamedTuple):
    """What parts the cells of a line, None for blanks, and what the fraction of a number."""

    separator: str | None
    decimal: str

    def cells(self, line: str) -> list[str]:
        """The cells of a line; empty ones at its end, which some programs write, are none."""
        if self.separator is None:
            found = re.split(r"\s+(?![(\[])", line.strip())  # a unit in brackets belongs to the word before it
        elif '"' in line:
            try:
                [found] = csv.reader([line], delimiter=self.separator, skipinitialspace=True)
            except csv.Error:  # a cell without end
                return [line]
        else:
            found = line.split(self.separator)
        found = [cell.strip().strip('"') for cell in found]
        while len(found) > 1 and not found[-1]:
            found.pop()
        return found

    def number(self, cell: str) -> float | None:
        """None for what is no number: "1,5" with decimal points, "1.000,5", "1_000"."""
        if "_" in cell or ("." if self.decimal == "," else ",") in cell:
            return None
        try:
            return float(cell.replace(",", ".").replace("−", "-"))
        except ValueError:
            return None

    def numbers(self, line: str) -> list[float | None]:
        return [self.number(cell) for cell in self.cells(line)]


# Where a line can be read in several, the first is meant: "0, 1" has two columns, and no decimal comma.
DIALECTS = [Dialect(parts, ".") for parts in ("\t", ";", ",", None)]
DIALECTS += [Dialect(parts, ",") for parts in ("\t", ";", None, ",")]  # the last with cells in quotes


Line = tuple[int, str]  # its number in the file, from 1, and its text


def read_table(data: bytes, name: str, window: Window) -> tuple[Sweep]:
    """The sweep of a file with two or three columns: time, current, and the measured voltage.

    Columns are known by the units and words of their titles, and by their order where these say nothing; without a
    unit they are in ms, pA and mV. What `Recording.to_csv` wrote of an experiment is read as well; where it has the
    voltage of every so many steps, it is straight between them.
    """
    what = "time in ms and current in pA"
    try:
        text = decoded(data)
    except ValueError as error:
        raise Unfit(f"{name} is not a text file: give two columns of numbers, {what}") from error
    units, (time, current, *voltage) = columns(text, name, (TIME, CURRENT, VOLTAGE), what)
    check_samples(name, time, current)
    if not units[0] and (step := float(np.median(np.diff(time)))) < FASTEST:
        raise Unfit(
            f"{name} names no unit of time, and in ms its samples are {step:g} ms apart: is its time in seconds? "
            "Give that column a title with its unit, such as time (s)"
        )
    part = window.of(time)
    largest = float(np.abs(current).max())
    if units[1] == "A" and largest > STRONGEST:
        raise Unfit(f"{name} would have a current of {largest / 1e12:g} A, if that is its unit: give another title")
    return (
        Sweep(name, time[part], current[part], voltage[0][part] if voltage else None, lasting(time), largest=largest),
    )


def table(text: str) -> tuple[tuple[float, float], ...]:
    """Pairs (time in ms, value) of pasted text, the `source` of a Table: two columns, with rows of titles or none.

    Comma, semicolon, tab or spaces are between the columns; numbers may have decimal commas where no comma is between
    them. Raises ValueError that names the line.

    >>> table("0 0.5\\n10 1.5")
    ((0.0, 0.5), (10.0, 1.5))
    >>> from snnlab.models import Table
    >>> Table(source=table("time (ms), current\\n0, 0.5\\n10, 1.5"), between="hold").sample(4, dt=5.0).tolist()
    [0.5, 0.5, 1.5, 1.5]
    """
    _, (time, values) = columns(text, "the table", (TIME, VALUE), "time in ms and a value")
    check_samples("the table", time, values)
    return tuple(map(tuple, np.stack([time, values], axis=1).tolist()))


def decoded(data: bytes) -> str:
    """Text in UTF-8 or UTF-16, with a byte order mark or without, or else in Windows' code page 1252.

    Raises ValueError for what is no text.
    """
    head = data[:1000]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        codecs = ["utf-16"]
    elif zeros := head.count(0):
        codecs = ["utf-16-be" if head[::2].count(0) == zeros else "utf-16-le"]
    else:
        codecs = ["utf-8-sig", "cp1252"]
    for codec in codecs:
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if not re.search(r"[\x00-\x08\x0e-\x1f\x7f]", text):
            return text
    raise ValueError("no text")


# -- from lines to columns --------------------------------------------------------------------------------------------


def columns(text: str, name: str, kinds: tuple[Kind, ...], what: str) -> tuple[list[str], list[np.ndarray]]:
    """Units as they are written ("" for none) and numbers of the columns of these kinds; the third may be missing.

    Raises ValueError that names the line.
    """
    every = [line for line in enumerate(text.splitlines(), start=1) if line[1].strip()]
    lines = [line for line in every if not line[1].lstrip().startswith(REMARKS)]
    lines = _without_gaps(lines, name, what) if ",," in text else lines
    dialect = dialect_of(lines)
    first = next((k for k, line in enumerate(lines) if _is_data(dialect, line)), len(lines))
    head = [(number, dialect.cells(line)) for number, line in lines[:first]]
    body = lines[first:]
    width = len(dialect.cells(lines[first % len(lines)][1])) if lines else 0
    picked = _of_a_run(head, name) or tuple(range(width))
    if lines and not 2 <= len(picked) <= len(kinds):
        raise _miscounted(name, lines[first % len(lines)], width, 2, what)
    for number, cells in head:
        _check_title(name, number, cells, width, dialect, what)
    if len(body) < 2:
        raise Unfit(f"{name} has fewer than two lines of numbers: at least two samples are needed")
    if len(head) > TITLES:
        number, cells = head[TITLES]
        raise Unfit(
            f"{name}, line {number}: {short(', '.join(cells))} are not {COUNTED[width]} numbers, and "
            f"above the numbers there are {TITLES} lines of titles already: begin remarks with #"
        )
    head = head or _in_remark(every, body[0], dialect, width)
    titles = [(number, [cells[k] for k in picked]) for number, cells in head]
    numbers = _numbers(body, dialect, width, name, what)[:, picked]
    units, order = kinds_of(titles, kinds[: len(picked)], name)
    found = [numbers[:, k] * scale(units[k], kind) for k, kind in zip(order, kinds)]
    return [units[k] for k in order], found


def dialect_of(lines: list[Line]) -> Dialect:
    """The dialect in which most of these lines, of many the first and the last, are numbers."""
    some = lines[:500] + lines[-1:]

    def success(dialect: Dialect) -> tuple[int, int]:
        return sum(_is_data(dialect, line) for line in some), sum(len(dialect.cells(line)) > 1 for _, line in some)

    return max(DIALECTS, key=success)


def _is_data(dialect: Dialect, line: Line) -> bool:
    """Whether a line is two numbers or more."""
    numbers = dialect.numbers(line[1])
    return len(numbers) > 1 and None not in numbers


def _miscounted(name: str, line: Line, count: int, wanted: int, what: str) -> Unfit:
    more = " or three" if count > 3 and wanted == 2 and "pA" in what else ""
    third = ", and voltage in mV where it was measured" if more else ""
    needed = COUNTED[wanted] if wanted < len(COUNTED) else str(wanted)
    return Unfit(
        f"{name}, line {line[0]}: {count} column{'s' * (count != 1)}, where {needed}{more} are needed: {what}{third}"
    )


def _not_numbers(name: str, number: int, cells: list[str]) -> Unfit:
    return Unfit(f"{name}, line {number}: {short(', '.join(cells))} are not {COUNTED[min(len(cells), 3)]} numbers")


def _check_title(name: str, number: int, cells: list[str], width: int, dialect: Dialect, what: str) -> None:
    """A row above the numbers is one of titles: as wide as they are, and without a number."""
    if any(one.number(cell) is not None for cell in cells for one in (dialect, DIALECTS[0])):
        raise _not_numbers(name, number, cells)
    if len(cells) != width:
        raise Unfit(
            f"{name}, line {number}: {short(', '.join(cells))} are {len(cells)} titles of {width} columns: give as "
            "many, and begin remarks with #"
        )


def _of_a_run(head: list[tuple[int, list[str]]], name: str) -> tuple[int, ...]:
    """Where time, current and voltage are in what `Recording.to_csv` wrote, known by its titles; () for other files."""
    number, titles = head[0] if len(head) == 1 else (0, [""])
    if titles[0] != "time (ms)" or not titles[-1].startswith("spike"):
        return ()
    names = [title.partition(" ")[0] for title in titles]
    if "current" not in names:
        raise Unfit(
            f"{name}, line {number}: {', '.join(titles[:6])[:120]} have no current, and it is not known what drove "
            "this run: write the recording of an experiment"
        )
    voltage = [k for k, title in enumerate(names) if title in ("v", "v[0]")]
    return (0, names.index("current"), *voltage[:1])


def _without_gaps(lines: list[Line], name: str, what: str) -> list[Line]:
    """Time, current and voltage of a run that has no sample at every step, as `Recording.to_csv` wrote it: between its
    samples the voltage is straight. Lines of other files are as they were.

    Raises ValueError that names the line.
    """
    comma = DIALECTS[2]
    rows = [line.split(comma.separator) for _, line in lines]
    picked = _of_a_run([(lines[0][0], comma.cells(lines[0][1]))], name) if lines else ()
    if not picked or len(lines) < 2:
        return lines
    titles, *body = rows
    numbers = [[comma.number(cell or "nan") for cell in row] for row in body]
    for line, row, cells in zip(lines[1:], numbers, body):
        if len(row) != len(titles):
            raise _miscounted(name, line, len(row), len(titles), what)
        if None in row or not all(cells[k] for k in picked[:2]):
            raise _not_numbers(name, line[0], cells)
    found = np.array(numbers, dtype=float)[:, picked]
    columns = [[row[k] for row in rows] for k in picked[:2]]
    known = np.isfinite(found[:, -1])
    if len(picked) > 2 and known.any():
        filled = np.interp(found[:, 0], found[known, 0], found[known, 2])
        columns.append([titles[picked[2]], *map(repr, filled.tolist())])
    return [(number, ",".join(cells)) for (number, _), *cells in zip(lines, *columns)]


def _in_remark(every: list[Line], first: Line, dialect: Dialect, width: int) -> list[tuple[int, list[str]]]:
    """Titles in the remark just above the numbers, as numpy writes them: as many cells, of which one names a unit."""
    above = [line for line in every if line[0] < first[0]][-1:]
    cells = [(number, dialect.cells(line.strip().lstrip("#%/"))) for number, line in above]
    return [one for one in cells if len(one[1]) == width and any(map(unit_in, one[1]))]


def _numbers(body: list[Line], dialect: Dialect, width: int, name: str, what: str) -> np.ndarray:
    """All numbers [rows, columns]: at once by pandas, and where that finds a gap, line by line, to say in which."""
    import pandas as pd  # takes half a second: only when a recording is opened

    text = io.StringIO("\n".join(line for _, line in body))
    given = {"sep": dialect.separator or r"\s+", "decimal": dialect.decimal, "skipinitialspace": True}
    try:
        found = pd.read_csv(text, header=None, dtype=float, **given).to_numpy()
    except ValueError:  # also those of its parser
        found = np.empty((0, 0))
    if found.shape == (len(body), width) and np.isfinite(found).all():
        return found
    rows = [dialect.numbers(line) for _, line in body]
    for line, row in zip(body, rows):
        if len(row) != width:
            raise _miscounted(name, line, len(row), width, what)
        if None in row:
            raise _not_numbers(name, line[0], dialect.cells(line[1]))
    return np.array(rows, dtype=float)
