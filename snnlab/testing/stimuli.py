"""What every stimulus keeps: one number a step, at any step, for all values that its sliders have."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import torch

from snnlab import models
from snnlab.core import Quantity, Unknown, annotations
from snnlab.models import FAMILIES, KINDS, Experiment, Model, Port, Stimulus, stimulus_of
from snnlab.models.exchange.data import plain_stimulus, stimulus_from
from snnlab.models.stimuli import formula as formulas
from snnlab.models.stimuli.port import ANY
from snnlab.models.stimuli.samples import Context, last
from snnlab.models.stimuli.waveforms import EDGE, Kind
from snnlab.symbolic import arrays

from .contract import Broken, Check, all_read, close, holds, same

WIDTH: dict[str | None, tuple[int, ...]] = {"pairs": (2,)}  # of a step at a port, where it is no single number


def driven(kind: Kind) -> dict[Port, Model]:
    """Ports that it fits, and a model that has each."""
    every = [model() for kinds in FAMILIES.values() for model in kinds.values()]
    return {model.port: model for model in reversed(every) if model.port.offers(kind)}


@Check
def it_says_what_it_is(kind: Kind) -> None:
    holds(kind.name.isidentifier(), f"name = {kind.name!r}: give a name that classes can have")
    holds(kind.title, "it has no title, which menus show")
    made = stimulus_of(kind)
    holds(getattr(models, kind.name, made) is made, "snnlab.models has something of this name: give another")


@Check
def it_is_a_number_a_step(kind: Kind) -> None:
    """A float64 tensor with one finite value a step, at its defaults, the same each time."""
    for port in (ANY, *driven(kind)):
        stimulus = stimulus_of(kind, port)()
        for steps in (1000, 1):
            x = stimulus.sample(steps, 0.1, seed=3)
            shape = steps, *WIDTH.get(kind.port, ())
            holds(x.dtype == torch.float64, f"it is {x.dtype}: give float64")
            holds(x.shape == shape, f"{steps} steps of it have the shape {tuple(x.shape)}, not {shape}")
            holds(x.isfinite().all(), "it is not finite")
            last.cache_clear()  # what is drawn by chance is kept
            same(stimulus.sample(steps, 0.1, seed=3), x, "what it is a second time")


@Check.where(lambda kind: kind.formula is not None)
def its_formula_is_what_runs(kind: Kind) -> None:
    """It can be recorded in each precision; the function that is printed gives what torch gives, but for a library's
    last digits, and there is an equation.
    """
    t, values = torch.arange(2000, dtype=torch.float64) * 0.1, stimulus_of(kind)().taken()
    p = kind.fields(*(torch.tensor(float(x), dtype=torch.float64) for x in values))
    formula: Any = kind.formula
    printed = arrays.function(formulas.text(kind))
    found = printed(t.numpy(), **{name: getattr(values, name) for name in formulas.used(kind)}), formula(t, p)
    for one, other in zip(*(x if isinstance(x, tuple) else (x,) for x in found), strict=True):
        one = torch.as_tensor(one, dtype=torch.float64).expand(t.shape)
        close(one, other.expand(t.shape), "what is printed", 1e-14, 1e-14)
    single = formulas.program(kind, torch.float32)
    holds(single.outputs.keys() == formulas.program(kind).outputs.keys(), "it is another one in float32")
    lines = stimulus_of(kind)().equations()
    holds(lines and all(" = " in line for line in lines), f"its equation is {lines}")


@Check.where(lambda kind: kind.port is not None)
def every_parameter_is_read(kind: Kind) -> None:
    stimulus, t = stimulus_of(kind)(), np.arange(50) * 0.5
    context = Context(0.5, torch.Generator().manual_seed(3), stimulus.source)

    def used(p: Any) -> None:
        getattr(p, formulas.weight(kind), None)
        if kind.samples is not None:
            kind.samples(t, p, context)
        else:
            numbers = (
                torch.as_tensor(x, dtype=torch.float64) if not isinstance(x, str) else x for x in tuple.__iter__(p)
            )
            kind.formula(torch.as_tensor(t), type(p)(*numbers))  # type: ignore[misc]

    all_read(stimulus.taken(), annotations(kind.fields), used)


@Check
def a_longer_one_begins_as_a_shorter_one(kind: Kind) -> None:
    """So that a run can go on: also where it is drawn by chance."""
    stimulus = stimulus_of(kind)()
    same(stimulus.sample(1000, 0.1, seed=3)[:333], stimulus.sample(333, 0.1, seed=3), "its begin in a longer run")


@Check
def it_stays_finite_at_the_ends_of_all_sliders(kind: Kind) -> None:
    made = stimulus_of(kind)
    marks = {name: mark for field, name in made.shown.items() if isinstance(mark := made.marks[field], Quantity)}
    for end in (0, 1):
        values = {name: mark.allowed[end] for name, mark in marks.items()}
        largest = float(made(**values).sample(500, 0.25).abs().max())
        holds(math.isfinite(largest), f"it is not finite where every value is at its {('low', 'high')[end]} bound")


def charge(stimulus: Stimulus, dt: float) -> float:
    """The charge that flows in 200 ms, or the number of spikes that come.

    Up to any time, the charge differs by less at the second halving of the step; the number of spikes not at all, as a
    spike at 10 ms is in the step that begins there. Raises Broken where they differ by more.
    """
    totals, spikes = [], stimulus.ports <= {"spikes", "pairs"}
    for halvings in range(3):
        step = dt / 2**halvings
        x = stimulus.sample(round(200 / step), step).double()
        totals.append((x.cumsum(0) * (1.0 if spikes else step))[2**halvings - 1 :: 2**halvings])
    first, second = ((one - other).abs().max().item() for one, other in pairwise(totals))
    size = (totals[-1].max() - totals[-1].min()).item()
    # below the charge of a step, it is where the edges of a current lie that makes the difference
    most = 0.0 if spikes else max(0.75 * first, 2.5 * dt / 2)
    what = "number of spikes" if spikes else "charge"
    holds(
        first * spikes == 0 and second <= most and second <= 0.05 * size,
        f"its {what} moves by {first:.3g} where dt = {dt} ms is halved, and by {second:.3g} where it is halved again",
    )
    return size


@Check.where(lambda kind: kind.source is None)
def it_does_not_depend_on_the_step(kind: Kind) -> None:
    """What is drawn by chance differs at every step, though its moments do not."""
    stimulus = stimulus_of(kind)()
    one, other = (stimulus.sample(1000, 0.5, seed) for seed in (0, 1))
    if torch.equal(one, other):
        holds(all([charge(stimulus, dt) > 0 for dt in (0.5, 0.2)]), "it is nothing for 200 ms")


@Check.where(lambda kind: "onset" in kind.fields._fields)
def rounding_of_times_moves_no_edge(kind: Kind) -> None:
    """Step k begins at k dt, which is 0.8999999999999999 ms for 3 x 0.3: an edge at 0.9 ms is there all the same.

    What is drawn by chance has none.
    """
    made, spikes = stimulus_of(kind), kind.port != "current"
    if not torch.equal(*(made().sample(1000, 0.5, seed) for seed in (0, 1))):
        return
    for dt, k in ((0.3, 3), (0.1, 3), (0.5, 20)):
        onset = round(k * dt, 9)
        one, other = (made(onset=onset + nudge).sample(1000, dt) for nudge in (-EDGE / 10, EDGE / 10))
        size, off = float(one.max() - one.min()), (one - other).abs()
        for step in torch.nonzero(off.reshape(1000, -1).amax(1) > (0.0 if spikes else 1e-3 * size)).flatten().tolist():
            raise Broken(
                f"with onset = {onset:g} ms and dt = {dt:g} ms, rounding decides what it is in the step that begins at "
                f"{step * dt:g} ms: compare by within(t, start, length), or t > onset - EDGE"
            )


@Check
def it_is_over_when_it_says(kind: Kind) -> None:
    """From the end on, it is what it was before the onset."""
    stimulus = stimulus_of(kind)()
    begin, end = stimulus.begins, stimulus.ends
    holds(0 <= begin < end, f"it sets in at {begin:g} ms, and is over at {end:g} ms")
    if end < math.inf and begin > 0:
        x = stimulus.sample(math.ceil(end / 0.1) + 100, 0.1)
        before, after = x[: math.floor(begin / 0.1)], x[math.ceil(end / 0.1 - 1e-6) :]
        holds((after == before[0]).all(), f"it is over at {end:g} ms, and goes on")


@Check.where(lambda kind: kind.port != "pairs")
def twice_the_stimulus_is_twice_as_much(kind: Kind) -> None:
    """Its amplitudes are annotated as such, and nothing else is one: noise has no sign, and keeps its own."""
    stimulus = stimulus_of(kind)()
    twice = stimulus * 2
    close(twice.sample(1000, 0.1, seed=3), 2 * stimulus.sample(1000, 0.1, seed=3), "twice it", 1e-12, 1e-12)


@Check
def it_drives_what_it_fits(kind: Kind) -> None:
    fitting = driven(kind)
    holds(fitting, f"nothing has a port for {kind.port}")
    model = next(iter(fitting.values()))
    run = Experiment.of(model, stimulus_of(kind)(), {"duration": 20.0}).run()
    holds(run.failure is None, f"a {type(model).__name__} under it fails: {run.failure}")


@Check
def it_comes_back_from_json(kind: Kind) -> None:
    """Where its name leads to it; else what is read says that it is not known."""
    port = next(iter(driven(kind)))
    stimulus = stimulus_of(kind, port)()
    if kind in KINDS:
        again = stimulus_from(plain_stimulus(stimulus), port)
        holds(type(again) is type(stimulus), f"it comes back as another class: {type(again)}")
        holds(again.values() == stimulus.values(), f"it comes back with other values: {again.values()}")
        return
    try:
        stimulus_from(plain_stimulus(stimulus), port)
    except Unknown as error:
        holds(kind.name in str(error), f"that its name is not known is said by: {error}")
    else:
        holds(False, "it has no place among the stimuli of snnlab, and comes back as one of them")


CHECKS = tuple(value for value in globals().values() if isinstance(value, Check))
