"""Equations of Brian2 as typed ones: as far as one neuron and its input current go.

Brian2 computes in SI units, typed equations in the units that they state. So all is brought into units that fit
together: mV, ms, pA, nS, pF, GΩ, and µA/cm², mS/cm², µF/cm² of a membrane's area.
"""

import re
from collections.abc import Mapping
from typing import Any

from snnlab.core import Neuron
from snnlab.core.names import what_is
from snnlab.core.refuse import short

from .brian2_units import cut, fitting_unit, measured, named, quantity, unit_text, written
from .dimensions import MS, Unit, unit
from .make import neuron
from .trees import FUNCTIONS
from .words import LONGEST

CONSTANTS = {"pi": "3.141592653589793", "e": "2.718281828459045"}
NOT_HERE = {
    "xi": "noise is a setting of a run here, not part of equations: leave it out",
    "rand": "a neuron draws nothing by chance: leave it out",
    "randn": "a neuron draws nothing by chance: leave it out",
    "t": "a neuron has no time of its own: its input current I may change",
    "i": "a neuron has no number: give all the same equations",
    "lastspike": "a neuron knows no times of spikes: give refractory",
    "not_refractory": "a neuron knows no refractory state: give refractory",
    "timestep": "a neuron knows no steps: give refractory",
}
FLAGS = {
    "summed": "it is a sum over synapses, of which a neuron alone knows nothing: give it a value",
    "linked": "it belongs to another group: give it a value",
    "event-driven": "it belongs to synapses: leave it out",
}
TIMED = re.compile(r"\b(\w+)\s*\(\s*t\s*(?:,\s*i\s*)?\)")  # a TimedArray, which is the input current
LINE = re.compile(r"(?P<left>[^:]+):\s*(?P<unit>[^:()]+?)\s*(?:\((?P<flags>[^()]*)\))?\s*")
RATE = re.compile(r"d(\w+)/dt\s*=(.*)", re.DOTALL)
MEMBRANES = ("v", "V", "vm", "Vm", "V_m", "v_m", "u", "theta", "x")
CURRENTS = ("I", "I_ext", "Iext", "I_inj", "I_e", "Ie", "I_app", "i_ext")


def neuron_from_brian2(
    equations: str,
    threshold: str | None = None,
    reset: str | None = None,
    refractory: Any = None,
    namespace: Mapping[str, Any] | None = None,
    name: str = "Imported",
    current: str | None = None,
) -> Neuron:
    """The neuron of a NeuronGroup of Brian2: its equations, threshold, reset and refractory period as they are there.

    `namespace` has the values of names without one: "10*ms", numbers, or quantities of Brian2; also that of the input
    current, which is called `current` (I, or another usual name). A threshold without a reset is an upward crossing.
    `brian2_text` gives the text of which it is made.

    Raises ValueError that names what has no counterpart: noise, time, events, a refractoriness that is no time.

    >>> made = neuron_from_brian2(
    ...     "dv/dt = (E_L - v + R*I) / tau : volt (unless refractory)",
    ...     threshold="v > -50*mV", reset="v = E_L", refractory="5*ms",
    ...     namespace={"E_L": "-65*mV", "R": "100*Mohm", "tau": "10*ms", "I": "0.3*nA"})
    >>> made.parameters._fields
    ('E_L', 'R', 'tau', 'method', 'alpha', 'rho_reset')
    """
    return neuron(brian2_text(equations, threshold, reset, refractory, namespace, name, current))


def brian2_text(
    equations: str,
    threshold: str | None = None,
    reset: str | None = None,
    refractory: Any = None,
    namespace: Mapping[str, Any] | None = None,
    name: str = "Imported",
    current: str | None = None,
) -> str:
    """Equations of Brian2 as the text of a typed neuron: arguments and errors of `neuron_from_brian2`."""
    for what, given in {"equations": equations, "threshold": threshold, "reset": reset}.items():
        if not isinstance(given, str) and (given is not None or what == "equations"):
            raise ValueError(f"{what} is {what_is(given)}: give a text, as Brian2 has it")
        if given is not None and len(given) > LONGEST:
            raise ValueError(f"{what} has {len(given):,} characters: give at most {LONGEST:,}")
    return _Translated(equations, dict(namespace or {}), current).text(threshold, reset, refractory, name)


class _Translated:
    """Equations as lines of a text."""

    def __init__(self, equations: str, namespace: dict[str, Any], current: str | None) -> None:
        timed = [name for name in TIMED.findall(equations) if name not in FUNCTIONS]
        equations = TIMED.sub(lambda match: match[1] if match[1] in timed else match[0], equations)
        self.lines = [_line(one) for one in _statements(equations)]
        defined = [name for name, *_ in self.lines]
        self.rates = [name for name, right, is_rate, *_ in self.lines if is_rate]
        self.names = {}
        if "v" not in self.rates:
            found = next((one for one in MEMBRANES if one in self.rates), None)
            if found is None:
                known = f"call one of {', '.join(self.rates)[:100]} v" if self.rates else "give dv/dt = ..."
                raise ValueError(f"no variable is the membrane potential: {known}")
            self.names[found] = "v"
        there = {*namespace, *defined, *re.findall(r"[A-Za-z_]\w*", equations)}
        driven = current or next((one for one in (*timed, *CURRENTS) if one in there and one not in self.rates), None)
        if driven is None:
            raise ValueError("nothing is the input current: call it I, or say its name, current='I_inj'")
        self.current = driven
        self.names[driven] = "I"
        self.namespace, self.defined, self.used = namespace, defined, dict[str, None]()

    def text(self, threshold: str | None, reset: str | None, refractory: Any, name: str) -> str:
        found = [
            f"name: {name}",
            "source: imported from equations of Brian2 (Stimberg, Brette, Goodman, eLife 8:e47314, 2019)",
        ]
        held = None if refractory in (None, False) else refractory
        for variable, right, is_rate, one, flags in self.lines:
            for flag, why in FLAGS.items():
                if flag in flags:
                    raise ValueError(f"{variable} is ({flag}): {why}")
            if "unless refractory" in flags and held is not None and self.names.get(variable, variable) != "v":
                raise ValueError(f"{variable} stands still while refractory, and only v can: leave its flag out")
            if variable == self.current and right is not None:
                raise ValueError(
                    f"the input current {variable} is an expression: it is a stimulus here, so leave its line out and "
                    "give its usual value in namespace, or name another one, current=..."
                )
            if right is not None:
                head = f"d{self.name(variable)}/dt" if is_rate else self.name(variable)
                found.append(f"{head} = {self.expression(right)} : {one}")
            else:
                self.used[variable] = None
        same = isinstance(held, str) and threshold is not None and held.replace(" ", "") == threshold.replace(" ", "")
        if threshold is not None:
            condition = self.expression(threshold)
            if reset is None or not reset.strip() or same:
                condition = re.sub(r"\s*>=?\s*", " crosses ", condition, count=1)
            found.append(f"spike: {condition}")
        if reset is not None and reset.strip():
            changes = [one for one in re.split(r"[;\n]", reset) if one.strip()]
            found.append(f"reset: {'; '.join(self.expression(one.strip()) for one in changes)}")
        if held is not None and not same:
            flags = next(flags for name, _, is_rate, _, flags in self.lines if is_rate and self.name(name) == "v")
            found.append(f"{'refractory' if 'unless refractory' in flags else 'silent'}: {self.period(held)} ms")
        for one in [*self.used]:
            if one not in self.namespace:
                raise ValueError(f"{one} has no value: give it in namespace, {{'{one}': '10*mV'}} for one")
            found.append(f"{self.name(one)} = {quantity(one, self.namespace[one])}")
        if self.current not in self.used:
            raise ValueError(f"the input current {self.current} is in no equation: name another one, current=...")
        return "\n".join(found) + "\n"

    def name(self, name: str) -> str:
        return self.names.get(name, name)

    def period(self, value: Any) -> float:
        if isinstance(value, str) and re.search(r"[<>=]", value):
            raise ValueError(f"refractory = {value!r:.60} is a condition: give a time, '5*ms'")
        amount, one = measured("refractory", value)
        if not one.same_kind(MS):
            raise ValueError(f"refractory = {short(value)} is no time: give '5*ms'")
        return float(f"{amount * 10.0 ** float(one.ten - MS.ten):.12g}")

    def expression(self, text: str) -> str:
        """An expression, or a statement: names are those of the text, and units such as fit together."""
        words = cut(text)
        found: list[str] = []
        for k, token in enumerate(words):
            name, call = token.text, words[k + 1].text == "(" if k + 1 < len(words) else False
            if token.kind != "name":
                found.append(name)
            elif name in self.defined or name in self.namespace or name in self.names:
                if name not in self.defined:
                    self.used[name] = None
                found.append(self.name(name))
            elif name in NOT_HERE or name.startswith("xi_"):
                raise ValueError(f"{name!r} has no counterpart: {NOT_HERE.get(name, NOT_HERE['xi'])}")
            elif name in CONSTANTS:
                found.append(CONSTANTS[name])
            elif call or name in ("and", "or", "not"):
                found.append({"int": "where"}.get(name, name))
            elif (one := named(name)) is not None:
                found.append(_in_fitting(found, one, words[k + 1].text if k + 1 < len(words) else ""))
            else:
                self.used[name] = None
                found.append(self.name(name))
        return _of_conditions(" ".join(found))


def _in_fitting(before: list[str], one: Unit, following: str) -> str:
    """A unit in an expression: behind a number and *, that number in a unit that fits; else 1 of it in brackets."""
    fitting = fitting_unit(one)
    scale = 10.0 ** float(one.ten - unit(fitting).ten)
    if fitting == "1":
        return f"({written(scale)})"
    simple = re.fullmatch(r"\w+", fitting)
    number = len(before) > 1 and before[-1] == "*" and re.fullmatch(r"[\d.]+(?:[eE][-+]?\d+)?", before[-2])
    if number and simple and following not in ("**", "^") and (len(before) < 3 or before[-3] not in ("/", "**", "*")):
        before.pop()
        return f"{written(float(before.pop()) * scale)} {fitting}"
    return f"({written(scale)} {fitting})" if simple else f"({written(scale)} / (1 ms))"


def _of_conditions(text: str) -> str:
    """int(v > 0) of Brian2, which is `where ( ... )` by now, with the numbers that it gives."""
    found: list[str] = []
    ours: list[bool] = []  # of the brackets that are open
    for word in re.split(r"(\bwhere \( |[()])", text):
        if word.endswith("( ") or word == "(":
            ours.append(word != "(")
        if word == ")" and ours and ours.pop():
            word = ", 1, 0)"
        found.append("where(" if word == "where ( " else word)
    return "".join(found)


def _statements(equations: str) -> list[str]:
    """One for each equation, which may go over several lines."""
    found: list[str] = []
    for line in equations.split("\n"):
        text = line.partition("#")[0].rstrip()
        if text.strip():
            if found and ":" not in found[-1]:
                found[-1] += " " + text.strip()
            else:
                found.append(text.strip())
    return found


def _line(text: str) -> tuple[str, str | None, bool, str, str]:
    """Name, right side, whether it is a rate, unit and flags of an equation."""
    match = LINE.fullmatch(text)
    if match is None:
        raise ValueError(
            f"{short(text)} is no equation of Brian2: write dv/dt = ... : volt, x = ... : 1, or tau : second"
        )
    left, one, flags = match["left"].strip(), unit_text(match["unit"]), match["flags"] or ""
    if (rate := RATE.fullmatch(left)) is not None:
        return rate[1], rate[2], True, one, flags
    name, sign, right = left.partition("=")
    if not re.fullmatch(r"[A-Za-z]\w*", name.strip()):
        raise ValueError(f"{short(text)} is no equation of Brian2: names begin with a letter")
    return name.strip(), right if sign else None, False, one, flags
