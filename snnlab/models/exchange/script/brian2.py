"""A script for Brian2: equations, threshold and reset are printed from the neuron's definition."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import sympy
import torch

from snnlab.core import Inverse, InverseTime, Quantity, RungeKutta, Steps, annotations, exponential_euler
from snnlab.core.exponential import decaying, driven
from snnlab.symbolic.algebra import expressions
from snnlab.symbolic.code import assignments, condition, text
from snnlab.symbolic.formulas import Formulas, formulas

from ... import reserved
from ...settings import INTEGRATORS
from ...stimuli import formula
from ...stimuli.port import INHIBITION
from .sampled import check, fine_dt, head, input_lines, picture, terms

SECOND, FIRED, CROSSED, TIME = map(sympy.Symbol, reserved.OWN)
STEP = sympy.Symbol("dt")
NOTE = """
Its flow, threshold and reset are those of the definition; times have units, all other numbers are plain.
Brian2 tells when a step begins, snnlab when it ends: spike_times are ends.
\"\"\"
"""


class Input(NamedTuple):
    """What enters at a port: its name in the equations, lines of code before them, and further equations."""

    symbol: sympy.Symbol
    lines: list[str]
    equations: list[str]


class Code(NamedTuple):
    """What stands in the group: equations, and statements by the slot of Brian2's schedule in which they run."""

    equations: list[str]
    statements: dict[str, list[str]]
    threshold: str
    reset: list[str]
    refractory: str  # while what is no new spike
    method: list[str]  # that of the program's own methods, by name, or one as its tableau says


def script(experiment: Any) -> str:
    """The run as a file for Brian2, https://brian2.readthedocs.io. Raises ValueError for what it cannot express."""
    check(experiment, "Brian2")
    inputs = {port: _input(experiment, port, code) for port, code in input_lines(experiment).items()}
    symbols = _symbols(experiment, inputs)
    found = formulas(experiment.model.neuron, symbols, **experiment.model.functions())
    code = _code(experiment, found, symbols, inputs)
    parameters = _parameters(experiment, code)
    for name in {*map(_left, parameters)} & {_left(line) for one in inputs.values() for line in one.lines}:
        raise ValueError(f"the parameter {name} cannot be expressed in Brian2, where the input has one of this name")
    steps = experiment.steps * INTEGRATORS[experiment.settings.integrator].cuts
    body = [
        head(experiment, "Brian2"),
        NOTE.strip("\n"),
        "",
        "import numpy as np",
        f"from brian2 import {', '.join(['ExplicitStateUpdater'] * (len(code.method) > 1) + reserved.IMPORTS)}",
        "",
        'prefs.codegen.target = "numpy"  # wants no compiler',
        f"defaultclock.dt = {fine_dt(experiment)!r} * ms",
        "",
        *parameters,
        "",
        *(line for one in inputs.values() for line in one.lines),
        "",
        *(code.method if len(code.method) > 1 else []),
        *_group(code),
        *_beginning(experiment, symbols),
        "",
        f'states = StateMonitor(neuron, {_names(_variables(experiment, symbols))}, record=True, when="end")',
        *["events = SpikeMonitor(neuron)"] * bool(code.threshold),
        f"run({steps} * defaultclock.dt)",
        "",
        "time, v = (states.t + defaultclock.dt) / ms, states.v[0]",
        f"spike_times = {'(events.t + defaultclock.dt) / ms' if code.threshold else 'np.array([])'}",
        *picture(experiment),
    ]
    return "\n".join(body) + "\n"


def _left(line: str) -> str:
    """What a line of code gives a meaning."""
    return re.match(r"(?:def )?(\w*)", line)[1]  # type: ignore[index]


def _flat(inputs: dict[str, list[str]]) -> list[str]:
    return [line for lines in inputs.values() for line in lines]


def _names(variables: list[sympy.Symbol]) -> str:
    return "[{}]".format(", ".join(f'"{name}"' for name in variables))


def _symbols(experiment: Any, inputs: dict[str, Input]) -> dict[str, sympy.Expr]:
    """Names as people see them; a time constant stands below a fraction line."""
    neuron = experiment.model.neuron
    symbols: dict[str, sympy.Expr] = {"z": CROSSED}
    for name, port in (("I", "current"), ("x", "spikes")):
        symbols[name] = inputs[port].symbol if port in inputs else sympy.Integer(0)
    for field in neuron.state._fields:
        name = reserved.RENAMED.get(field, field)
        symbols |= {f"s.{field}": sympy.Symbol(name), f"old.{field}": sympy.Symbol(f"{name}_before")}
    for field, mark in annotations(neuron.parameters).items():
        symbol = sympy.Symbol(field if isinstance(mark, Steps) else mark.name or field)
        symbols[f"p.{field}"] = 1 / symbol if isinstance(mark, Inverse) else symbol
    return symbols


def _variables(experiment: Any, symbols: dict[str, sympy.Expr]) -> list[sympy.Symbol]:
    return [symbols[f"s.{field}"] for field in experiment.model.neuron.state._fields]


def _code(experiment: Any, found: Formulas, symbols: dict[str, sympy.Expr], inputs: dict[str, Input]) -> Code:
    neuron, integrator = experiment.model.neuron, experiment.settings.integrator
    method = INTEGRATORS[integrator].advance(neuron)
    staged = method if isinstance(method, RungeKutta) else None
    flow = found.within or found.flow if staged else found.flow
    times = [1 / symbols[f"p.{f}"] for f, a in annotations(neuron.parameters).items() if isinstance(a, InverseTime)]
    rates = {symbols[f"s.{field}"]: _per_second(rate, times) for field, rate in flow.items()}
    read = {s for e in (*found.hold.values(), *flow.values()) for s in e.free_symbols}
    kept = sorted((s for s in read if str(s).endswith("_before")), key=str)
    plain = [*kept, *([FIRED] if found.hold else [])]
    landing = assignments(_named(found.receive, symbols)) if "spikes" in inputs else []
    if INHIBITION in inputs:  # received as spikes of the other sign, apart from those that excite
        inhibiting = formulas(neuron, symbols | {"x": -inputs[INHIBITION].symbol}, **experiment.model.functions())
        landing += assignments(_named(inhibiting.receive, symbols))
    keeping = [f"{s} = {str(s).removesuffix('_before')}" for s in kept]
    drifting: list[str] = []  # in place of equations, where Brian2 has no such method
    if method is exponential_euler:
        drifting = _exponential(experiment, rates, symbols)
    elif integrator == "staggered Euler":
        drifting = [f"{v} += dt*({text(rate)})" for v, rate in rates.items() if rate != 0]
    equations = [_equation(v, 0 if drifting else rate) for v, rate in rates.items()] + [f"{s} : 1" for s in plain]
    equations += dict.fromkeys(line for one in inputs.values() for line in one.equations)
    statements = {
        "before_groups": keeping + landing if neuron.lands == "before" else keeping,
        "groups": drifting,
        "before_thresholds": _held(found, symbols) if found.hold else [],
        "after_resets": landing if neuron.lands == "after" else [],
    }
    threshold, reset = "", []
    if found.hold and neuron.crosses:
        raise ValueError(f"{neuron.name} cannot be expressed in Brian2: it counts crossings, and is held after them")
    if found.hold:
        threshold = f"{FIRED} > 0"
    elif found.excess is not None:
        threshold, reset = condition(found.excess), assignments(_named(found.reset, symbols))
    statements = {slot: lines for slot, lines in statements.items() if lines}
    refractory = threshold if neuron.crosses else ""  # one crossing, as long as it is above
    return Code(equations, statements, threshold, reset, refractory, _updater(staged) if staged else ['"euler"'])


def _exponential(
    experiment: Any, rates: Mapping[sympy.Symbol, sympy.Expr], symbols: dict[str, sympy.Expr]
) -> list[str]:
    """Exponential Euler as statements, v last: Brian2's own takes all variables at once, and only linear ones."""
    neuron, p = experiment.model.neuron, experiment.model.p(dt=fine_dt(experiment))
    exact = {symbols[f"s.{name}"] for name in decaying(neuron.flow, neuron.state, p)}
    dt, relative = sympy.Symbol("dt"), sympy.Function("exprel")

    def moved(v: sympy.Symbol, rate: sympy.Expr) -> sympy.Expr:
        return v + dt * (relative(dt * sympy.diff(rate, v)) if v in exact else 1) * rate

    after = {v: moved(v, rate) for v, rate in rates.items() if rate != 0}
    last = {symbols["s.v"]: after.pop(symbols["s.v"])}
    means = {v: (v + x) / 2 for v, x in after.items()}
    for name in driven(neuron.flow, neuron.state, p):
        if (v := symbols[f"s.{name}"]) in after:
            after[v] = moved(v, rates[v].subs({u: x for u, x in means.items() if u != v}, simultaneous=True))
    return [*assignments(after), *assignments(last)]


def _updater(method: RungeKutta) -> list[str]:
    """A method for Brian2 as its tableau says. The input is that of the step in all stages, as here."""
    lines = [f"k{k} = dt*f({_sum(row)}, t)" for k, row in enumerate(method.stages)]
    return [
        "method = ExplicitStateUpdater(",
        '    """',
        *(f"    {line}" for line in lines),
        f"    x_new = {_sum(method.weights)}",
        '    """',
        ")",
    ]


def _sum(weights: tuple[float, ...]) -> str:
    return " + ".join(["x", *(f"{weight!r}*k{k}" for k, weight in enumerate(weights) if weight)])


def _equation(variable: sympy.Symbol, rate: sympy.Expr) -> str:
    return f"d{variable}/dt = {text(rate)} : 1" if rate != 0 else f"{variable} : 1"


def _named(new: Mapping[str, sympy.Expr], symbols: dict[str, sympy.Expr]) -> dict[sympy.Symbol, sympy.Expr]:
    return {symbols[f"s.{field}"]: e for field, e in new.items()}


def _held(found: Formulas, symbols: dict[str, sympy.Expr]) -> list[str]:
    """Spike, reset, and what holds the neuron: a spike that it suppresses has its other jumps all the same.

    So they come before Brian2's own threshold, which sees only the spikes that are left.
    """
    assert found.excess is not None
    crossed, hold = symbols["z"], dict(found.hold)
    fired = hold.pop("z", crossed)
    jumps = {s: (1 - crossed) * s + crossed * e for s, e in _named(found.reset, symbols).items()}
    lines = [f"{crossed} = int({condition(found.excess)})", *assignments(jumps)]
    return [*lines, f"{FIRED} = {text(fired)}", *assignments(_named(hold, symbols))]


def _per_second(rate: sympy.Expr, times: list[sympy.Expr]) -> sympy.Expr:
    """A rate in 1/s: what stands below no time constant gets the unit."""
    return sympy.Add(*(t if t.has(*times) else t / SECOND for t in sympy.Add.make_args(rate))) if rate != 0 else rate


def _parameters(experiment: Any, code: Code) -> list[str]:
    """Those that the code uses, each with what it is."""
    model, lines = experiment.model, [*code.equations, *_flat(code.statements), code.threshold, *code.reset]
    used = set(re.findall(r"\w+", "\n".join(lines)))
    found = []
    for field, name in model.shown.items():
        mark: Any = model.marks[field]
        value = getattr(model, name)
        if isinstance(mark, Steps) and field in used:
            steps = mark.taken(value, fine_dt(experiment))
            found.append(f"{field} = {steps!r}  # {mark.doc} of {value:g} ms, in steps")
        elif isinstance(mark, Quantity) and name in used:
            time = isinstance(mark, InverseTime)
            unit = "" if time or mark.unit == "1" else f", {mark.unit}"
            found.append(f"{name} = {value!r}{' * ms' * time}  # {mark.doc}{unit}")
    return found


def _input(experiment: Any, port: str, code: list[str]) -> Input:
    """A formula as an equation, where it is one of the step that is integrated; else an array, which `code` makes."""
    stimulus, run = experiment.stimulus, experiment.settings
    name, cuts = {"current": "I", "spikes": "x", INHIBITION: "x_i"}[port], INTEGRATORS[run.integrator].cuts
    found = terms(stimulus, port)
    if not found or (port == "spikes" and cuts > 1):  # which come once, in the first part of a step
        return Input(sympy.Symbol(f"{name}(t)"), [*code, f"{name} = TimedArray({port}, dt=defaultclock.dt)"], [])
    total, lines = sympy.Integer(0), []
    for k, one in enumerate(found, start=1):
        owner, values = name if len(found) == 1 else f"{name}{k}", one.taken()
        symbols = {f"p.{field}": sympy.Symbol(f"{owner}_{field}") for field in values._fields}
        value, weight = expressions(formula.program(one.kind), {"t": TIME} | symbols)[""], formula.weight(one.kind)
        if port == "spikes":  # those before the next step that are not before this one
            value = value.subs(TIME, TIME + STEP * 1000 / SECOND) - value
        total += value * symbols.get(f"p.{weight}", 1)
        for field in (*formula.used(one.kind), *([weight] if weight else [])):
            mark: Any = one.marks[field]
            unit = "" if mark.unit == "1" else f", {mark.unit}"
            lines.append(f"{owner}_{field} = {getattr(values, field)!r}  # {mark.doc}{unit}")
    symbol = sympy.Symbol(name)
    if not total.has(TIME):
        unit = experiment.model.neuron.current.unit
        constant = stimulus.sampler()(1, run.dt, run.seed)[port].item()
        return Input(symbol, [f"{name} = {constant!r}  # input current{'' if unit == '1' else f', {unit}'}"], [])
    time = "t/ms" if cuts == 1 else f"{run.dt!r}*timestep(t, {run.dt!r}*ms)"
    return Input(symbol, lines, [f"{name} = {text(total)} : 1", f"{TIME} = {time} : 1"])


def _group(code: Code) -> list[str]:
    options = []
    if code.threshold:
        options = [f'    threshold="{code.threshold}",', '    reset="{}",'.format("; ".join(code.reset))]
    if code.refractory:
        options.append(f'    refractory="{code.refractory}",')
    lines = ["neuron = NeuronGroup(", "    1,", '    """', *(f"    {e}" for e in code.equations), '    """,']
    method = code.method[0] if len(code.method) == 1 else "method"
    lines += [*options, f"    method={method},", ")"]
    for slot, statements in code.statements.items():
        inner = [f"    {line}" for line in statements]
        lines += ["neuron.run_regularly(", '    """', *inner, '    """,', f'    when="{slot}",', ")"]
    return lines


def _beginning(experiment: Any, symbols: dict[str, sympy.Expr]) -> list[str]:
    model, initial, dt = experiment.model, experiment.initial, fine_dt(experiment)
    state = model.neuron.rest(model.p(torch.float64, dt=dt)) if initial.at_rest else initial.taken(dt)
    return [f"neuron.{variable} = {float(x)!r}" for variable, x in zip(_variables(experiment, symbols), state)]
