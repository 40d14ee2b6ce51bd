"""Stimuli that are made of stimuli: at the same time, or one after the other."""

import math
from collections.abc import Callable, Iterator
from functools import partial
from itertools import accumulate
from typing import Any, NamedTuple

import torch
from torch import Tensor

from snnlab.core import Quantity, refused

from ..knobs import Knob
from ..plain import link_value, text
from ..recordings.sweep import EDGE
from .sources import Source

Sampler = Callable[[int, float, int], dict[str, torch.Tensor]]
exact = partial(torch.tensor, dtype=torch.float64)
DEPTH = 50  # stimuli within one another


def descendants(stimuli: tuple, depth: int = 1) -> Iterator[Any]:
    """These, and all that they are made of. Raises ValueError where too many are within one another."""
    for one in stimuli:
        if depth > DEPTH:
            raise ValueError(f"the source is not allowed: give at most {DEPTH} stimuli within one another")
        yield one
        yield from descendants(one.parts, depth + 1)


def leaves(stimulus: Any) -> list[Any]:
    """What it is made of in the end: stimuli that are not made of others, or itself."""
    return [one for one in descendants(stimulus.parts) if not one.parts] or [stimulus]


class Parts(Source):
    """Stimuli at the same time."""

    field = "parts"
    sign = " + "
    wanted = "stimuli"

    def entry(self, given: Any) -> Any:
        """An entry of the source, of whatever was given as one."""
        return given

    def entry_of(self, stimulus: Any, **more: Any) -> Any:
        """The entry with this stimulus, and with these values of `more`."""
        return stimulus

    def stimulus_of(self, entry: Any) -> Any:
        """Its stimulus."""
        return entry

    def beside(self, entry: Any) -> dict[str, Any]:
        """Its values of `more`."""
        return {}

    def entries(self, stimulus: Any) -> tuple:
        """Entries that say the same as a stimulus."""
        return stimulus.source if stimulus.kind.source == self else (stimulus,)

    def checked(self, source: Any, name: str, fitting: Callable[[Any], Any]) -> Any:
        found = []
        for given in source if isinstance(source, tuple | list) else (None,):
            entry = self.entry(given)
            if (fits := fitting(self.stimulus_of(entry))) is None:
                raise ValueError(f"the source of a {name} is not allowed: give a tuple of {self.wanted}")
            found.append(self.entry_of(fits, **self.beside(entry)))
        return tuple(found)

    def plain(self, source: Any, write: Callable[[Any], dict[str, Any]]) -> Any:
        return [write(self.stimulus_of(one)) | self.beside(one) for one in source]

    def read(self, data: Any, path: str, read: Callable[..., Any]) -> Any:
        if not isinstance(data, list):
            raise refused(path, data, "a list of stimuli")
        found = [read(one, f"{path}[{k}]", *self.more) for k, one in enumerate(data)]
        more = [{name: one.get(name, knob.default) for name, knob in self.more.items()} for one in data]
        return tuple(self.entry_of(stimulus, **values) for stimulus, values in zip(found, more))

    def to_link(self, source: Any, key: str, write: Callable[[Any, str], Iterator]) -> Iterator[tuple[str, str]]:
        for k, one in enumerate(source):
            yield from write(self.stimulus_of(one), f"{key}.{k}")
            for name, beside in self.beside(one).items():
                yield f"{key}.{k}.{name}", text(beside)

    def from_link(self, given: dict[str, str], key: str, read: Callable[[str], dict[str, Any]]) -> Any:
        found: list[dict[str, Any]] = []
        while (one := f"{key}.{len(found)}") in given:
            data = read(one)
            found.append(data | {name: link_value(None, given.pop(f"{one}.{name}", "0")) for name in self.more})
        return found

    def schema(self, part: Callable[[dict[str, Knob]], dict[str, Any]]) -> dict[str, Any]:
        return {"type": ["array", "null"], "items": part(self.more)}

    def code(self, source: Any, write: Callable[[Any], str], names: set[str]) -> str:
        entries = []
        for one in source:
            beside = [repr(beside) for beside in self.beside(one).values()]
            entries.append(
                f"({', '.join([write(self.stimulus_of(one)), *beside])})" if beside else write(self.stimulus_of(one))
            )
        return f"({', '.join(entries)}{',' * (len(entries) == 1)})"

    def parts(self, source: Any) -> tuple:
        return tuple(map(self.stimulus_of, source))

    def with_parts(self, source: Any, part: Callable[[Any], Any]) -> Any:
        return tuple(self.entry_of(part(self.stimulus_of(one)), **self.beside(one)) for one in source)

    # -- over time --

    def spans(self, source: Any) -> list[tuple[float, float]]:
        """When each of them begins and is over, in ms."""
        return [(0.0, math.inf)] * len(source)

    def onset(self, p: Any, source: Any) -> float:
        return float(self._lasting(source)[0])

    def end(self, p: Any, source: Any) -> float:
        return float(self._lasting(source)[1])

    def _lasting(self, source: Any) -> tuple[Tensor, Tensor]:
        """Each part is looked at once: asked twice, it would ask its own parts four times, and these theirs eight."""

        def of(part: Any) -> tuple[Tensor, Tensor]:
            inner = part.kind.source
            return inner._lasting(part.source) if isinstance(inner, Parts) else (exact(part.begins), exact(part.ends))

        return self.lasting(source, [of(part) for part in self.parts(source)])

    def lasting(self, source: Any, parts: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
        """When all together set in and are over, from the same of each of them in its own time, in ms.

        What is there from the start and goes on, as noise under a step, has no part in it.
        """
        first, last = exact(math.inf), exact(-math.inf)
        for (start, over), (begins, ends) in zip(self.spans(source), parts):
            begin, end = start + begins, start + ends
            first = torch.minimum(first, torch.where(begin > 0, begin, math.inf))
            passes = (begin > 0) | (end < math.inf)
            last = torch.maximum(last, torch.where(passes, torch.clamp_max(end, over), -math.inf))
        return torch.where(first < math.inf, first, 0.0), torch.where(last > -math.inf, last, math.inf)

    def equation(self, parts: list[tuple[str, tuple[float, float]]]) -> str:
        """What they are together, in LaTeX, of the symbol and the span of each."""
        return " + ".join(f"{symbol}(t)" for symbol, _ in parts)

    def sampler(self, source: Any) -> Sampler:
        """What gives the input at every port, with all values as they are now."""
        parts = [(part.sampler(), span) for part, span in zip(self.parts(source), self.spans(source))]

        def sample(steps: int, dt: float, seed: int = 0) -> dict[str, torch.Tensor]:
            total: dict[str, torch.Tensor] = {}
            for k, (one, (start, end)) in enumerate(parts):
                first = min(steps, math.ceil((start - EDGE) / dt))
                last = steps if end == math.inf else min(steps, math.ceil((end - EDGE) / dt))
                for port, x in one(last - first, dt, _seed(seed, k)).items():
                    if len(x) == steps:
                        total[port] = total[port].add_(x) if port in total else x  # samples are the sampler's own
                        continue
                    if port not in total:
                        total[port] = torch.zeros(steps, *x.shape[1:], dtype=torch.float64)
                    total[port][first:last].add_(x)
            return total or {"current": torch.zeros(steps, dtype=torch.float64)}

        return sample


def _seed(seed: int, k: int) -> int:
    """The seed of part k: its random numbers are its own, also where parts have parts."""
    return ((seed + 1) * 6_700_417 + k) % 2**63


class Part(NamedTuple):
    """A stimulus in a sequence, and for how long it lasts (ms); the last one lasts to the end."""

    stimulus: Any
    duration: float


DURATION = Knob(Quantity("ms", low=0, high=1000, bounds=(0, 1e6), doc="duration of a part"), 0.0)
DURATION.name = "duration"


class Lasting(Parts):
    """Stimuli that follow one another."""

    wanted = "pairs (stimulus, duration in ms)"
    more = {"duration": DURATION}
    sign = ""

    def entry(self, given: Any) -> Any:
        pair = isinstance(given, tuple | list) and len(given) == 2
        return Part(given[0], DURATION.read(given[1])) if pair else Part(None, 0.0)

    def entry_of(self, stimulus: Any, **more: Any) -> Any:
        return Part(stimulus, **more)

    def entries(self, stimulus: Any, duration: float = 0.0) -> tuple:
        """The last is to last for `duration`."""
        if stimulus.kind.source != self or not stimulus.source:
            return (Part(stimulus, duration),)
        *first, last = stimulus.source
        return (*first, Part(last.stimulus, duration))

    def stimulus_of(self, entry: Any) -> Any:
        return entry.stimulus

    def beside(self, entry: Any) -> dict[str, Any]:
        return {"duration": entry.duration}

    def words(self, source: Any) -> str:
        if not source:
            return "nothing"
        *first, last = source
        lasting = "".join(f"{part.stimulus.kind.title} for {part.duration:g} ms, then " for part in first)
        return f"{lasting}{last.stimulus.kind.title} to the end"

    def spans(self, source: Any) -> list[tuple[float, float]]:
        starts = [0.0, *accumulate(part.duration for part in source[:-1])][: len(source)]
        return list(zip(starts, [*starts[1:], math.inf]))

    def equation(self, parts: list[tuple[str, tuple[float, float]]]) -> str:
        rows = [
            f"{symbol}(t{f' - {start:g}' * (start > 0)}) & "
            + (rf"{start:g} \le t < {end:g}" if end < math.inf else rf"t \ge {start:g}")
            + r"\ \text{ms}"
            for symbol, (start, end) in parts
        ]
        return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"


PARTS, LASTING = Parts(), Lasting()
