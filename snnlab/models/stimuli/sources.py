"""What of a stimulus is no number, as values: points of a table, segments, a recorded sweep (stimuli: `compounds`).

A source knows how it is checked, written, read and described; whoever has a stimulus asks it, and no name.
"""

import math
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from itertools import chain
from operator import lt
from typing import Any, ClassVar, NamedTuple

import numpy as np

from snnlab.core import refused, what_is

from ..knobs import Knob
from ..plain import checked_fields, text
from ..recordings.files import example
from ..recordings.sweep import Sweep

MAX_EMBEDDED = 10_000  # samples of a recording: beyond, a script is no text that one reads


class Source(ABC):
    """A kind of source; abstract. Its methods take the source of a stimulus, or give one.

    `field` is what JSON calls it, `offered` says whether a menu can make a stimulus that has it. The stimuli that it is
    made of are read and written by whoever calls, as `read` and `write` say; `more` are knobs that stand beside each.
    """

    field: ClassVar[str]
    offered: ClassVar[bool] = False
    more: ClassVar[dict[str, Knob]] = {}
    sign: ClassVar[str] = ""  # between stimuli, where they and it say all

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(type(self))

    def start(self) -> Any:
        """What there is where none is given."""
        return ()

    @abstractmethod
    def checked(self, source: Any, name: str, fitting: Callable[[Any], Any]) -> Any:
        """That of a stimulus called `name`, as it is kept. Raises ValueError.

        `fitting` gives a stimulus with the units of the whole, and None for what is no stimulus.
        """

    @abstractmethod
    def plain(self, source: Any, write: Callable[[Any], dict[str, Any]]) -> Any:
        """As JSON has it."""

    @abstractmethod
    def read(self, data: Any, path: str, read: Callable[..., Any]) -> Any:
        """Of what JSON has at this place, to be checked. Raises ValueError that names the place."""

    @abstractmethod
    def to_link(self, source: Any, key: str, write: Callable[[Any, str], Iterator]) -> Iterator[tuple[str, str]]:
        """As a link has it that calls the stimulus `key`. Raises ValueError for what no link can hold."""

    def from_link(self, given: dict[str, str], key: str, read: Callable[[str], dict[str, Any]]) -> Any:
        """As JSON has it, taken out of a link; None where it is not there."""
        return None

    @abstractmethod
    def schema(self, part: Callable[[dict[str, Knob]], dict[str, Any]]) -> dict[str, Any]:
        """The JSON Schema of `plain`; `part` gives that of a stimulus and the knobs beside it."""

    @abstractmethod
    def code(self, source: Any, write: Callable[[Any], str], names: set[str]) -> str:
        """As Python code, whose names join `names`; "" for what there is anyway. Raises ValueError."""

    def parts(self, source: Any) -> tuple:
        """The stimuli that it is made of."""
        return ()

    def words(self, source: Any) -> str:
        """In which order they come, where they follow one another."""
        return ""

    def with_parts(self, source: Any, part: Callable[[Any], Any]) -> Any:
        """The same, each stimulus that it is made of passed through `part`."""
        return source


# -- rows of numbers --------------------------------------------------------------------------------------------------


class Segment(NamedTuple):
    """One piece of a protocol: from `start` to `end` (ms, half-open) the current is value + slope (t - start)."""

    start: float
    end: float
    value: float
    slope: float = 0.0


class Rows(Source):
    """Rows of numbers, each made by `row`, which takes `least` to `most` of them."""

    field = "points"

    def __init__(self, row: Callable, least: int, most: int, wanted: str, doc: str, ascending: bool = False) -> None:
        self.row, self.least, self.most, self.wanted, self.doc, self.ascending = (
            row,
            least,
            most,
            wanted,
            doc,
            ascending,
        )

    def checked(self, source: Any, name: str, fitting: Callable[[Any], Any]) -> Any:
        refused = f"the source of a {name} is not allowed"
        try:
            found = tuple(source)
            if not self._made(found):
                found = tuple(self.row(*_numbers(one)) for one in found)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{refused}: give {self.wanted}") from error
        if not all(map(math.isfinite, chain.from_iterable(found))):
            raise ValueError(f"{refused}: give finite numbers")
        times = [one[0] for one in found]
        if self.ascending and not all(map(lt, times, times[1:])):
            raise ValueError(f"{refused}: its times must ascend")
        return found

    def _made(self, rows: tuple) -> bool:
        """Whether these are rows as `row` makes them: copies of an experiment have a hundred thousand and more."""
        kinds, sizes, numbers = set(map(type, rows)), set(map(len, rows)), set(map(type, chain.from_iterable(rows)))
        return kinds == {type(self.row(*[0.0] * self.least))} and sizes == {self.most} and numbers == {float}

    def plain(self, source: Any, write: Callable[[Any], dict[str, Any]]) -> Any:
        return [list(one) for one in source]

    def read(self, data: Any, path: str, read: Callable[..., Any]) -> Any:
        return data

    def to_link(self, source: Any, key: str, write: Callable[[Any, str], Iterator]) -> Iterator[tuple[str, str]]:
        yield f"{key}.{self.field}", ";".join(",".join(map(text, one)) for one in source)

    def from_link(self, given: dict[str, str], key: str, read: Callable[[str], dict[str, Any]]) -> Any:
        written = given.pop(f"{key}.{self.field}", None)
        return None if written is None else [one.split(",") for one in written.split(";") if one]

    def schema(self, part: Callable[[dict[str, Knob]], dict[str, Any]]) -> dict[str, Any]:
        row = {"type": "array", "items": {"type": "number"}, "minItems": self.least, "maxItems": self.most}
        return {"type": ["array", "null"], "items": row, "description": self.doc}

    def code(self, source: Any, write: Callable[[Any], str], names: set[str]) -> str:
        return repr(tuple(map(tuple, source)))


class Points(Rows):
    """Rows that are times and values, which a page draws by hand."""

    offered = True


class Ticks(Points):
    """Rows that are times and lines, 0 or 1: spikes of two trains, which a page sets by clicks."""

    field = "ticks"

    def checked(self, source: Any, name: str, fitting: Callable[[Any], Any]) -> Any:
        """By time and line, each spike once. Raises ValueError."""
        found = super().checked(source, name, fitting)
        for time, line in found:
            if line not in (0.0, 1.0) or time < 0:
                raise ValueError(f"the source of a {name} is not allowed: give {self.wanted}, not ({time:g}, {line:g})")
        return tuple(sorted(set(found)))


class Segments(Rows):
    """Rows that are segments of time."""

    def onset(self, p: Any, source: tuple[Segment, ...]) -> float:
        return min((s.start for s in source if s.start > 0), default=0.0)

    def end(self, p: Any, source: tuple[Segment, ...]) -> float:
        return max((s.end for s in source), default=math.inf)


def _numbers(values: Any) -> list[float]:
    """Numbers as floats. Raises TypeError or ValueError for what is none."""
    if bool in map(type, values):
        raise TypeError("True and False are no numbers")
    return [float(one) for one in values]


# -- a recording ------------------------------------------------------------------------------------------------------

_COLUMN = {"type": "array", "items": {"type": "number"}, "minItems": 2}


class Sweeps(Source):
    """A recorded sweep."""

    field = "recording"
    offered = True

    def start(self) -> Any:
        return example()

    def checked(self, source: Any, name: str, fitting: Callable[[Any], Any]) -> Any:
        if not isinstance(source, Sweep):
            raise ValueError(f"the source of a {name} is {what_is(source)}: give a Sweep, see snnlab.models.read")
        return source

    def plain(self, source: Any, write: Callable[[Any], dict[str, Any]]) -> Any:
        if source is example():
            return {"example": True}
        columns = {"time": source.time, "current": source.current, "voltage": source.voltage}
        return {"name": source.name} | {name: x.tolist() for name, x in columns.items() if x is not None}

    def read(self, data: Any, path: str, read: Callable[..., Any]) -> Any:
        checked_fields(path, data, "example", "name", "time", "current", "voltage")
        if "example" in data:
            if data != {"example": True}:
                raise refused(path, data, '{"example": true}, or a recording')
            return example()
        columns = {}
        for name in ("time", "current", "voltage"):
            if name == "voltage" and data.get(name) is None:
                continue
            given = data.get(name)
            if not isinstance(given, list) or not all(type(x) in (int, float) for x in given):
                raise ValueError(f"{path}.{name} is not allowed: give a list of numbers")
            if not all(abs(x) <= sys.float_info.max for x in given):
                raise ValueError(f"{path}.{name} is not allowed: give finite numbers")
            columns[name] = np.array(given, dtype=float)
        try:
            return Sweep(str(data.get("name", "")), columns["time"], columns["current"], columns.get("voltage"))
        except ValueError as error:
            raise ValueError(f"{path} is not allowed: {error}") from error

    def to_link(self, source: Any, key: str, write: Callable[[Any, str], Iterator]) -> Iterator[tuple[str, str]]:
        if source is not example():
            raise ValueError(f"{source.name} is a recording of your own, which no link can hold: use to_json")
        yield from ()

    def schema(self, part: Callable[[dict[str, Knob]], dict[str, Any]]) -> dict[str, Any]:
        return {
            "type": ["object", "null"],
            "properties": {
                "example": {"const": True, "description": "the recording that comes with snnlab"},
                "name": {"type": "string"},
                "time": _COLUMN | {"description": "ascending [ms]"},
                "current": _COLUMN | {"description": "as many [pA]"},
                "voltage": _COLUMN | {"type": ["array", "null"], "description": "as many, of what was measured [mV]"},
            },
            "additionalProperties": False,
            "if": {"required": ["example"]},
            "else": {"required": ["time", "current"]},
        }

    def code(self, source: Any, write: Callable[[Any], str], names: set[str]) -> str:
        if source is example():
            return ""
        if len(source.time) > MAX_EMBEDDED:
            raise ValueError(
                f"the recording {source.name} has {len(source.time):,} samples: a script holds at most "
                f"{MAX_EMBEDDED:,}; use to_json, which holds them all"
            )
        names |= {"Sweep", "np"}
        columns = (source.time, source.current, source.voltage)
        arrays = [f"np.array({np.asarray(column).tolist()!r})" for column in columns if column is not None]
        return f"Sweep({', '.join([repr(source.name), *arrays])})"


def point(time: float, value: float) -> tuple[float, float]:
    return time, value


POINTS = Points(
    point,
    2,
    2,
    "pairs (time in ms, current)",
    "times [ms], ascending, and values",
    ascending=True,
)
TICKS = Ticks(
    point,
    2,
    2,
    "pairs (time in ms, 0 or more; line, 0 for A and 1 for B)",
    "times of spikes [ms], and their lines: 0 for A, 1 for B",
)
SEGMENTS = Segments(
    Segment,
    len(Segment._fields) - len(Segment._field_defaults),
    len(Segment._fields),
    "Segments (start, end, value, slope), times in ms",
    f"{', '.join(Segment._fields)}; times in ms",
)
SWEEP = Sweeps()
