"""Names that people type: what is said where one is not known."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any


class Unknown(ValueError, KeyError):
    """A name that is not known; says which are, the nearest first."""

    def __init__(self, what: str, name: Any, options: Iterable[str]) -> None:
        self.name = name
        super().__init__(f"{what} {str(name)[:60]!r} is not known: {remedy(str(name), list(options))}")

    __str__ = Exception.__str__  # KeyError's has quotes around it


def remedy(name: str, options: list[str]) -> str:
    """What to give instead: the nearest of the options, and all of them where they are few."""
    folded = {option.lower(): option for option in options}
    near = [folded[match] for match in get_close_matches(name.lower(), folded, n=1, cutoff=0.5)]
    guess = f"did you mean {near[0]}? " if near else ""
    if not options:
        return "there are none"
    shown = ", ".join(options[:40]) + (f" and {len(options) - 40} more" if len(options) > 40 else "")
    return f"{guess}choose one of {shown}"


def what_is(value: Any) -> str:
    """What was given instead of something else: "the class LIF", "a str"."""
    return f"the class {value.__name__}" if isinstance(value, type) else f"a {type(value).__name__}"


class Catalogue(dict):
    """A dictionary from names; one that is not in it is an error that says which are."""

    def __init__(self, what: str, entries: Any = ()) -> None:
        super().__init__(entries)
        self.what = what

    def __missing__(self, name):
        raise Unknown(self.what, name, self)
