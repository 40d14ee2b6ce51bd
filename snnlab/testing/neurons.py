"""What every neuron keeps: it says what it is, begins at rest, and fires under the drive that it names."""

import re
from typing import Any

import torch
from torch import Tensor

from snnlab.core import Neuron, Quantity, Steps, annotations, received, step
from snnlab.engine import simulate

from .contract import Check, all_read, described, holds, measured, same
from .inputs import DT, F64, drive, mapped, near_threshold, numbers, parameters, random_state, spiking

FIXED = 1e-8  # of a rate at rest: see below


def begins_at_rest(neuron: Neuron) -> bool:
    """Whether a run begins at a fixed point: unless the docstring of `rest` says that there is "no fixed point"."""
    return "no fixed point" not in (neuron.rest.__doc__ or "")


@Check
def it_says_what_it_is(neuron: Neuron) -> None:
    holds(neuron.name.isidentifier(), f"name = {neuron.name!r}: give a name that classes can have")
    holds(neuron.title, "it has no title, which menus show")
    holds(neuron.doc.endswith("."), f"doc = {neuron.doc!r:.60}: give a sentence, with its full stop")
    holds(re.search(r"\d", neuron.source), f"source = {neuron.source!r:.60}: give the paper or book, with its year")
    measured(neuron.current, "current")
    low, usual = neuron.current.low, neuron.current.default
    holds(usual is not None, "current has no default: give a drive that makes the neuron fire")
    assert usual is not None
    holds(
        neuron.current.allowed[0] <= low < usual <= neuron.current.high,
        f"current.default = {usual:g}: give a drive above its low end, {low:g}, and up to its high one",
    )
    holds(neuron.port in ("spikes", "current"), f"port = {neuron.port!r}: give 'spikes' or 'current'")
    holds(neuron.lands in ("before", "after"), f"lands = {neuron.lands!r}: give 'before' or 'after'")
    holds(neuron.receive or neuron.port == "current", "port = 'spikes', and nothing receives them: give receive")
    holds(neuron.receive or not neuron.channels, "it has channels, and nothing receives them: give receive")
    holds(neuron.excess or not neuron.reset, "it has a reset, and no excess ever calls it")
    holds(
        "v" in neuron.state._fields,
        "its state has no v: call the membrane potential so, as plots and layers do",
    )


@Check
def every_field_is_annotated(neuron: Neuron) -> None:
    for fields in (neuron.parameters, neuron.state):
        holds(tuple(annotations(fields)) == fields._fields, f"{fields.__name__} has annotations of other fields")
        for field, mark in annotations(fields).items():
            described(mark.doc, f"{fields.__name__}.{field}")
            measured(mark, f"{fields.__name__}.{field}")
            if isinstance(mark, Quantity):
                holds(mark.low < mark.high, f"{fields.__name__}.{field} goes from {mark.low:g} to {mark.high:g}")


@Check
def its_functions_change_nothing_in_place(neuron: Neuron) -> None:
    """Else a state that is kept would change under whoever keeps it."""
    s, p, x = random_state(neuron, 5), parameters(neuron), drive(neuron, 5)
    calls = {
        "flow": lambda: neuron.flow(s, torch.ones(5, **F64), p),
        "excess": lambda: neuron.excess and neuron.excess(s, p),
        "reset": lambda: neuron.reset and neuron.reset(s, p),
        "rest": lambda: neuron.rest(p),
        "receive": lambda: received(neuron, s, x["spikes"], p) if "spikes" in x else None,
        "a step": lambda: step(neuron, s, p, DT, **x),
    }
    given = [*s, *numbers(p).values(), *x.values()]
    for what, call in calls.items():
        before = [value._version for value in given]
        call()
        holds(before == [value._version for value in given], f"{what} writes into what it is given: make a new state")


@Check
def every_parameter_is_read(neuron: Neuron) -> None:
    s, x = random_state(neuron, 5), drive(neuron, 5)
    functions = [neuron.rest, *filter(None, [neuron.begin])]

    def used(p: Any) -> None:
        step(neuron, s, p, DT, **x)
        for function in functions:
            function(p)

    all_read(parameters(neuron), annotations(neuron.parameters), used)


@Check.where(begins_at_rest)
def rest_is_a_fixed_point_without_input(neuron: Neuron) -> None:
    """A run that begins at rest, without input, must not move: nothing on screen may come from the start alone."""
    p = parameters(neuron)
    for name, rate in neuron.flow(neuron.rest(p), 0.0, p)._asdict().items():
        # The terms of a rate cancel. They are at most some hundred mV over 1 ms, 1e6 mV/s, of which float64 keeps
        # 16 digits and the root in the fixed point loses a few.
        holds(
            abs(float(rate)) <= FIXED,
            f"d{name}/dt = {float(rate):g} at rest(p): give a state in which nothing moves, or say in its docstring "
            "that there is no fixed point, and where a run begins instead",
        )


@Check.where(begins_at_rest)
def rest_is_silent(neuron: Neuron) -> None:
    run = simulate(neuron, current=torch.zeros(2000, **F64), p=parameters(neuron), dt=DT)
    holds(not run.spikes.any(), f"it spikes {int(run.spikes.sum())} times in 0.2 s without input")


@Check
def rest_is_finite_for_all_slider_values(neuron: Neuron) -> None:
    """Wherever the sliders stand: a run that begins at NaN shows nothing at all."""
    marks = {f: m for f, m in annotations(neuron.parameters).items() if isinstance(m, Quantity)}
    generator, p = torch.Generator().manual_seed(5), parameters(neuron)
    for field, mark in marks.items():
        low, high = (torch.tensor(mark.taken(end, dt=1000 * DT), **F64) for end in (mark.low or 1e-9, mark.high))
        swept = p._replace(**{field: low + (high - low) * torch.rand(200, generator=generator, **F64)})
        for name, value in neuron.rest(swept)._asdict().items():
            holds(torch.as_tensor(value).isfinite().all(), f"{name} at rest is not finite for all values of {field}")


@Check.where(spiking)
def its_usual_drive_makes_it_fire(neuron: Neuron) -> None:
    run = simulate(neuron, current=_usual(neuron), p=parameters(neuron), dt=DT)
    usual = f"{neuron.current.default:g} {neuron.current.unit}"
    holds(run.spikes.sum() >= 1, f"no spike in 0.2 s under current.default = {usual}: give a drive that makes it fire")


@Check.where(lambda neuron: neuron.reset is not None)
def a_reset_ends_the_spike(neuron: Neuron) -> None:
    """Else it would spike in every step, for ever."""
    s, p = near_threshold(neuron, 9), parameters(neuron)
    at = s._replace(v=s.v[4] + 1e-6 * torch.linspace(-1, 1, 9, **F64))
    left = torch.as_tensor(neuron.excess(neuron.reset(at, p), p))  # type: ignore[misc]
    holds((left <= 0).all(), f"its excess is {float(left.max()):g} after a reset: it would spike in every step")


@Check.where(lambda neuron: not spiking(neuron))
def an_integrator_never_fires_but_follows(neuron: Neuron) -> None:
    """Whatever its input: its output is its membrane potential, which the drive moves."""
    s, x = random_state(neuron, 200), drive(neuron, 200)
    z, _ = step(neuron, s, parameters(neuron), DT, **{port: 1e6 * value for port, value in x.items()})
    same(z, torch.zeros(200, **F64), "z")
    run = simulate(neuron, current=_usual(neuron), p=parameters(neuron), dt=DT)
    holds(not run.spikes.any(), "a run has spikes")
    holds(run.variables["v"][-1] != run.variables["v"][0], "v does not follow its drive")


@Check
def halving_the_step_changes_little(neuron: Neuron) -> None:
    """And the second time less: an effect of the step's own length would not go away."""
    p, marks = parameters(neuron), annotations(neuron.state)
    start = mapped(lambda x: torch.as_tensor(x, **F64), neuron.rest(p))
    moving = [name for name, mark in marks.items() if not isinstance(mark, Steps)]
    pushed = {name: getattr(start, name) + 0.02 * (marks[name].high - marks[name].low) for name in moving}
    start, current = start._replace(**pushed), torch.tensor(0.2 * (neuron.current.default or 1.0), **F64)
    dt = min(DT, neuron.dt / 1000)
    runs = [_drift(neuron, start, current, p, dt / 2**halvings, 40 * 2**halvings) for halvings in range(3)]
    for name in moving:
        coarse, middle, fine = (run[name][2**k - 1 :: 2**k] for k, run in enumerate(runs))
        first, second = float((coarse - middle).abs().max()), float((middle - fine).abs().max())
        reach, rounding = float(fine.max() - fine.min()), 1e-9 * (marks[name].high - marks[name].low)
        holds(
            second <= 0.75 * first + rounding and second <= 0.05 * reach + rounding,
            f"{name} moves by {first:.3g} where dt = {1000 * dt:g} ms is halved, by {second:.3g} where it is halved "
            f"again, and by {reach:.3g} in all: give ds/dt in 1/s, without a dt, or a time constant as short",
        )


def _drift(neuron: Neuron, s: Any, current: Tensor, p: Any, dt: float, steps: int) -> dict[str, Tensor]:
    """Its variables over so many steps, without spikes."""
    found = []
    for _ in range(steps):
        s = neuron.advance(s, current, neuron.flow, p, dt)
        found.append(torch.stack([torch.as_tensor(x, **F64) for x in s]))
    return dict(zip(neuron.state._fields, torch.stack(found, dim=1)))


def _usual(neuron: Neuron) -> Tensor:
    """0.2 s of the drive that it names."""
    return torch.full((2000,), neuron.current.default or 1.0, **F64)


CHECKS = tuple(value for value in globals().values() if isinstance(value, Check))
