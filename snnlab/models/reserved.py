"""Names that mean something where those of a definition's parameters and variables stand: in equations, links, scripts.

A script has a parameter by its name beside words of its own, and would be of another model without a word.
"""

import re

ADDRESS = ("page", "preset", "theme", "file", "layout", "pin")  # what of a page's address is no part of an experiment
LINK = {"s": "the stimulus in links", "v": "the version in links"} | dict.fromkeys(ADDRESS, "a part of addresses")
INPUTS = {"I": "the input current", "x": "the input spikes", "t": "the time", "dt": "the time step"}

# -- scripts for Brian2 -----------------------------------------------------------------------------------------------

OWN = ("second", "fired", "crossed", "t_ms")
IMPORTS = ["NeuronGroup", "SpikeMonitor", "StateMonitor", "TimedArray", "defaultclock", "ms", "prefs", "run"]
RENAMED = {"i": "i_syn"}  # in Brian2, i is the number of a neuron
_SCRIPT = "ExplicitStateUpdater method np plt neuron states events time current spikes inhibition x_i spike_times"
_BRIAN2 = r"""t dt t_in_timesteps xi xi_\w+ i j N lastspike not_refractory refractory refractory_until e pi inf
abs arccos arcsin arctan ceil clip cos cosh exp expm1 exprel floor int log log10 log1p poisson rand randn sign sin sinh
sqrt tan tanh timestep Hz kHz MHz mA uA nA pA mM uM nM mV uF nF pF mS uS nS ms us cm[23]? mm[23]? um[23]?
(?:c|d|da|h)(?:lit|met)(?:er|re)[23]?"""
_PREFIXES = "Y Z E P T G M k m u n p f a z y"
_UNITS = """amp ampere becquerel candle coulomb farad gramm?e? gray henry hertz joule katal kelvin kilogramm?e?
liter litre lumen lux meter metre mol molar mole newton ohm pascal radian second siemens sievert steradian tesla volt
watt weber"""


def _any(words: str) -> str:
    return f"(?:{'|'.join(words.split())})"


BRIAN2 = re.compile(rf"{_any(_BRIAN2)}|{_any(_PREFIXES)}?{_any(_UNITS)}[23]?")
SCRIPT = frozenset([*OWN, *IMPORTS, *_SCRIPT.split()])


def in_script(name: str, state: tuple[str, ...] = ()) -> str:
    """What a name means in a script for Brian2 of a neuron with this state; "" for nothing."""
    if BRIAN2.fullmatch(name):
        return "a word of Brian2"
    kept = [RENAMED.get(variable, variable) + suffix for variable in state for suffix in ("_before", "_new")]
    renamed = [RENAMED[variable] for variable in state if variable in RENAMED]
    return "a word of scripts" if name in SCRIPT or name in kept or name in renamed else ""


# -- what samples a stimulus, as a function of numpy ------------------------------------------------------------------

SAMPLED = re.compile(r"time|np|x\d+")
