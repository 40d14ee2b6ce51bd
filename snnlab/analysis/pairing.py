"""What spikes on both sides of a synapse do to its weight: pairs of a recording, protocols of experiments."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from snnlab.core import Plasticity, annotations, derived, example, what_is
from snnlab.core.check import check
from snnlab.core.plasticity import Spikes, beginning
from snnlab.core.tuples import Nest
from snnlab.engine import Recording, simulate
from snnlab.models import PlasticityModel, Result, model_of

from .reading import recorded

PRE, POST = "pre", "post"
AFTER = 10  # steps after the last spike
NEAR = 10.0  # ms between spikes that all rules see
LATEST = 1e10  # ms: later, the difference of two times that are a few ms apart has not six digits
LONGEST = 20_000_000  # steps of a protocol, times their number


def nearest_pairings(recording: Recording | Result) -> np.ndarray:
    """The delays in ms of nearest pairs of spikes, each once, in ascending order: > 0 from pre to post.

    Every spike meets the latest one of the other side that came before it; two in one step meet at 0. Source: Morrison,
    Diesmann, Gerstner, Biol. Cybern. 98:459, 2008, section 4.1.2 (symmetric interpretation). Raises ValueError for a
    recording that has not two sides.

    >>> from snnlab.models import STDP, Pairs
    >>> nearest_pairings(STDP().simulate(Pairs(delta=10, rate=20)))
    array([-40.,  10.])
    """
    given = recorded(recording)
    if given is None or given.spikes.ndim != 2 or given.spikes.shape[1] != 2:
        raise ValueError(
            f"recording is {what_is(recording)}: give the Recording of a synapse, with spikes on two sides"
        )
    pre, post = (np.flatnonzero(given.spikes[:, side].cpu().numpy()) for side in range(2))
    last = np.searchsorted(pre, post, side="right") - 1  # of those not after it
    grown = (post - pre[last])[last >= 0] if len(pre) else post[:0]
    alone = np.setdiff1d(pre, post)
    last = np.searchsorted(post, alone) - 1
    shrunk = (post[last] - alone)[last >= 0] if len(post) else alone[:0]
    return np.unique(np.concatenate([grown, shrunk])) * given.dt


def pairing(
    rule: PlasticityModel | Plasticity, delta: Any, rate: Any = 1.0, pairs: int = 60, dt: float = 0.5
) -> np.ndarray:
    """How much `pairs` pairs of spikes change a weight, which begins at its default: an array of protocols.

    Post comes `delta` ms after pre, pairs come at `rate` Hz; both may be arrays, of shapes that broadcast. Whether all
    spikes meet or the nearest alone, the rule says. It may be any, also one's own; one whose traces decay exactly is
    stepped from spike to spike, another in steps of dt [ms].

    Source: Bi, Poo, J. Neurosci. 18:10464, 1998 (delays); Sjöström, Turrigiano, Nelson, Neuron 32:1149, 2001 (rates).
    Raises ValueError for a rule that changes no weight, for what is not finite, no rate > 0 or no number of pairs, and
    for spikes that are more than 1e10 ms apart.

    >>> from snnlab.models import STDP
    >>> pairing(STDP(eta_plus=0.001, eta_minus=0.001), [-10, 10]).round(4)
    array([-0.0491,  0.0491])
    """
    return _repeated(rule, ((PRE, 0.0), (POST, delta)), rate, pairs, dt)


def triplets(
    rule: PlasticityModel | Plasticity,
    first: Any,
    second: Any,
    middle: str = POST,
    rate: Any = 1.0,
    triplets: int = 60,
    dt: float = 0.5,
) -> np.ndarray:
    """How much triplets of spikes change a weight: pre-post-pre, or post-pre-post where the `middle` is "pre".

    `first` and `second` are the intervals between their spikes in ms, `rate` is how often triplets come in Hz: arrays
    of shapes that broadcast. All else is that of `pairing`. Source: Froemke, Dan, Nature 416:433, 2002; Wang, Gerkin,
    Nauen, Bi, Nat. Neurosci. 8:187, 2005.

    >>> from snnlab.models import TripletSTDP
    >>> [triplets(TripletSTDP(), 30, 2, middle).item() > 0 for middle in ("post", "pre")]  # it takes two post
    [False, True]
    """
    check("middle", middle, lambda side: side in (PRE, POST), f"{PRE} or {POST}")
    outer = PRE if middle == POST else POST
    spikes = ((outer, 0.0), (middle, first), (outer, np.add(first, second)))
    return _repeated(rule, spikes, rate, triplets, dt)


@derived
def adds_up(rule: Plasticity) -> bool:
    """Whether spikes change a weight as the sum of what their pairs do alone, at a rule's defaults; to a tenth.

    >>> from snnlab.models import STDP, TripletSTDP
    >>> adds_up(STDP.definition), adds_up(TripletSTDP.definition)
    (True, False)
    """
    model = model_of(rule)()
    together = triplets(model, NEAR, NEAR, PRE, triplets=1).item()
    grown, shrunk = map(float, pairing(model, [NEAR, -NEAR], pairs=1))
    return abs(together - grown - shrunk) <= max(abs(grown), abs(shrunk)) / 10


def _repeated(rule: Any, motif: Sequence[tuple[str, Any]], rate: Any, times: int, dt: float) -> np.ndarray:
    """What spikes (side, time in ms) do that are repeated so often, at a rate in Hz."""
    model = _learning(rule)
    check("dt", dt, lambda x: 0 < x < np.inf, "a finite time in ms > 0")
    check(
        "the number of repetitions", times, lambda x: float(x).is_integer() and 1 <= x <= 100_000, "from 1 to 100,000"
    )
    *at, rates = np.broadcast_arrays(*(np.asarray(one, float) for _, one in motif), np.asarray(rate, float))
    for name, values in (("intervals", np.stack(at)), ("rate", rates)):
        if not np.isfinite(values).all() or (name == "rate" and (values <= 0).any()):
            raise ValueError(f"{name} must be finite{' and > 0' if name == 'rate' else ''}: {values.ravel()[:5]}")
    begins = np.arange(int(times))[:, None] * (1000 / rates.ravel())
    when = np.concatenate([begins + one.ravel() for one in at])  # [events, protocols] in ms
    if (late := float(np.abs(when).max(initial=0))) > LATEST:
        raise ValueError(
            f"spikes up to {late:.4g} ms from the first are not allowed: give intervals, a number of repetitions and a "
            f"rate whose spikes all lie within {LATEST:g} ms, so that their differences can be told"
        )
    post = np.repeat([side == POST for side, _ in motif], int(times))
    found = _by_spikes(model, when, post) if steps_exactly(model.definition) else _by_steps(model, when, post, dt)
    return found.reshape(rates.shape)


def _learning(rule: Any) -> PlasticityModel:
    """A model of a rule that learns. Raises ValueError for anything else."""
    model = model_of(rule)() if isinstance(rule, Plasticity) else rule
    if not isinstance(model, PlasticityModel):
        raise ValueError(f"rule is {what_is(rule)}: give a plasticity rule, or a model of one as snnlab.models.STDP()")
    if model.definition.learn is None:
        raise ValueError(f"{type(model).__name__} changes no weight: give a rule that learns")
    return model


@derived
def steps_exactly(rule: Plasticity) -> bool:
    """Whether a step of any length gives its traces exactly: one that is long is two that are short."""
    if rule.single is not None:
        return False
    p, one = example(rule.parameters, 2), torch.ones(1, dtype=torch.float64)
    s = rule.state(*(k / len(rule.state._fields) * one for k, _ in enumerate(rule.state._fields, 1)))
    spikes, none, dt = Spikes(one, one), Spikes(0 * one, 0 * one), 0.01 * one
    long = rule.next_traces(s, spikes, p, dt)
    short = rule.next_traces(rule.next_traces(s, none, p, 0.3 * dt), spikes, p, 0.7 * dt)
    return all(torch.allclose(a, b, rtol=1e-9, atol=1e-12) for a, b in zip(long, short, strict=True))


def _by_spikes(model: PlasticityModel, when: np.ndarray, post: np.ndarray) -> np.ndarray:
    """Changes of weights by spikes at times [events, protocols] ms, stepped from each spike to the next."""
    order = np.argsort(when, axis=0, kind="stable")
    times, sides = np.take_along_axis(when, order, 0), post[order]
    z = torch.from_numpy(np.stack([~sides, sides]).astype(float))  # [2, events, protocols]
    gaps = np.diff(times, axis=0, prepend=times[:1])
    for k in np.flatnonzero((gaps[1:] <= 0).any(1)) + 1:  # spikes of one step meet there, both ways
        same = torch.from_numpy((gaps[k] <= 0) & (sides[k] != sides[k - 1]))
        z[:, k] = torch.where(same, z[:, k] + z[:, k - 1], z[:, k])
        z[:, k - 1] = torch.where(same, 0.0, z[:, k - 1])
    rule, p = model.definition, Nest(model.definition.parameters).build(model.p(torch.float64))
    none = torch.zeros(when.shape[1], dtype=torch.float64)
    s = rule.synapse(*(none + beginning(mark) for mark in annotations(rule.synapse).values()))
    before = s.w
    for gap, pre, after in zip(torch.from_numpy(gaps / 1000), *z, strict=True):
        s = rule.step(s, Spikes(pre, after), p, gap)
    return (s.w - before).numpy()


def _by_steps(model: PlasticityModel, when: np.ndarray, post: np.ndarray, dt: float) -> np.ndarray:
    """The same in steps of dt [ms]: those that last as long as one another in one run."""
    steps = np.round((when - when.min(0)) / dt).astype(int)
    lengths, found = steps.max(0) + AFTER, np.zeros(when.shape[1])
    if (total := int(lengths.sum())) > LONGEST:
        raise ValueError(
            f"{total:,} steps of {dt:g} ms are not allowed: at most {LONGEST:,} are made of a rule whose traces do not "
            "decay exactly; give shorter intervals, a higher rate, fewer repetitions or a larger dt"
        )
    p = model.p(torch.float64)
    for length in np.unique(lengths):
        those = np.flatnonzero(lengths == length)
        sides = torch.zeros(2, int(length), len(those), dtype=torch.float64)
        for column, k in enumerate(those):
            sides[post.astype(int), steps[:, k], column] = 1.0
        run = simulate(
            model.neuron, spikes=sides[0], current=sides[1], p=p, dt=dt / 1000, record="w", every=int(length)
        )
        found[those] = run.variables["w"][-1].numpy() - beginning(annotations(model.definition.synapse)["w"])
    return found
