"""Names that people type: what is said where one is not known."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

# What people call a thing, and the names under which it may be there; of several, the first is meant.
SYNONYMS = {
    "tau": ("tau_mem", "tau_m", "tau_mem_inv"),
    "threshold": ("v_th", "v_thresh", "V_T", "theta", "v_peak", "V_peak"),
    "reset": ("v_reset", "V_r", "c"),
    "rest": ("v_leak", "v_rest", "E_L"),
    "leak": ("v_leak", "g_l", "g_L"),
    "capacitance": ("C", "c_m", "c_m_inv"),
    "refractory": ("t_ref", "rho_reset"),
    "ref": ("t_ref", "rho_reset"),
    "rho_reset": ("t_ref",),
    "start": ("onset",),
    "begin": ("onset",),
    "delay": ("onset",),
    "stop": ("length", "duration"),
    "end": ("length", "duration"),
    "duration": ("length",),
    "width": ("length",),
    "time": ("duration",),
    "t": ("duration",),
    "std": ("sigma",),
    "sd": ("sigma",),
    "deviation": ("sigma",),
    "variance": ("sigma",),
    "mu": ("mean",),
    "amp": ("amplitude",),
    "current": ("amplitude", "mean"),
    "I": ("amplitude", "mean"),
    "level": ("amplitude",),
    "value": ("amplitude",),
    "strength": ("weight", "amplitude"),
    "freq": ("frequency", "rate"),
    "hz": ("frequency", "rate"),
    "timestep": ("dt",),
    "step": ("dt",),
    "n": ("neurons", "size"),
    "number": ("neurons", "size", "pulses", "spikes", "pairs"),
    "population": ("neurons", "size"),
    "solver": ("integrator",),
    "method": ("integrator",),
    "surrogate": ("method",),
    "neuron": ("cell",),
    "model": ("cell",),
}

# what no text is written with: controls, and halves of signs, which no file and no message can hold
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def unwritable(text: str) -> int | None:
    """The place of the first sign that is a control or half of a sign; a tab and the end of a line are none."""
    found = _UNWRITABLE.search(text)
    return None if found is None else found.start()


def writable(text: str) -> str:
    """A text in which a � stands for each such sign."""
    return _UNWRITABLE.sub("�", text)


class Unknown(ValueError, KeyError):
    """A name that is not known; says which are, the nearest first."""

    def __init__(self, what: str, name: Any, options: Iterable[str]) -> None:
        self.name = name
        super().__init__(f"{what} {str(name)[:60]!r} is not known: {remedy(str(name), list(options))}")

    __str__ = Exception.__str__  # KeyError's has quotes around it


def remedy(name: str, options: list[str]) -> str:
    """What to give instead: the nearest of the options, and all of them where they are few."""
    near = _nearest(name, options)
    guess = f"did you mean {near}? " if near else ""
    if not options:
        return "there are none"
    shown = ", ".join(options[:40]) + (f" and {len(options) - 40} more" if len(options) > 40 else "")
    return f"{guess}choose one of {shown}"


def _nearest(name: str, options: list[str]) -> str:
    """The option that is most likely meant; "" where none is near."""
    plain = {option.lower().replace("_", ""): option for option in reversed(options)}
    wanted = name.lower().replace("_", "")
    if wanted in plain:
        return plain[wanted]
    longer = [option for option in options if len(wanted) > 1 and option.lower().startswith(name.lower())]
    folded = {option.lower(): option for option in options}
    folded |= {option.lower(): option for option in options if name.startswith(option)}  # C, of a neuron with c and C
    typed, alike = (
        [folded[match] for match in get_close_matches(name.lower(), folded, n=1, cutoff=c)] for c in (0.8, 0.5)
    )
    found = [*_meant([name], options), *longer, *typed, *_meant(name.split("_"), options), *alike]
    return found[0] if found else ""


def _meant(words: list[str], options: list[str]) -> list[str]:
    """The options for which these words stand."""
    folded = [word.lower() for word in words]
    return [one for word, said in SYNONYMS.items() if word.lower() in folded for one in said if one in options]


def what_is(value: Any) -> str:
    """A wrong argument in the words of an error message: "the class LIF", "a str", "an int"."""
    if isinstance(value, type):
        return f"the class {value.__name__}"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeioAEIO' or name == 'ndarray' else 'a'} {name}"


class Catalogue(dict):
    """A dictionary from names; one that is not in it is an error that says which are."""

    def __init__(self, what: str, entries: Any = ()) -> None:
        super().__init__(entries)
        self.what = what

    def __missing__(self, name):
        raise Unknown(self.what, name, self)
