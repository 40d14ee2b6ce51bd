"""Synapses between the neurons of a population: weights, delays, and how they change."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from snnlab.core import Plasticity, annotations, what_is
from snnlab.core import beginning as first_value
from snnlab.core.plasticity import Spikes, network_form, sides
from snnlab.functional import PLASTICITY, TsodyksMakramParameters

from .delays import are_several, placed
from .sources import source
from .synapse_programs import examples
from .values import sequence, whole

RESOURCES = ("u", "x")
MAX_WAITING = 500_000_000  # steps x neurons: spikes that are on their way


class Projection(NamedTuple):
    """Synapses from all neurons of a population to all: what spikes arrive, when, and how strongly.

    `weights` [n, n] from column to row, dense or sparse (CSR, COO); a spike arrives `delay` steps after it was fired.
    Synapses may have delays of their own: whole numbers [n, n], or [entries] in the order of CSR.
    With a `source`, others than the population send: `Poisson`, `SpikeTrains`, or spikes [T, m], of which row k is step
    k of the first of runs that go on; weights are [n, m] then.
    With `release`, synapses tire and facilitate (Tsodyks, Markram): what arrives is multiplied by what is released.
    With `learning`, the parameters of a plasticity rule of snnlab or a pair (rule, parameters) of any other, weights
    change by the spikes that arrive and those that are fired: those of synapses, which are where a dense weight is not
    0 and where sparse weights have an entry, be it 0. What is absent stays absent.

    Like Norse's functions, this layer counts in steps. At a spike port a weight is the jump that a spike makes, at any
    dt; at a current port (AdEx, EIF, Izhikevich, LIFBox) it is a current for one step, whose effect is proportional to
    dt. A rule that Norse has learns as there (`Plasticity.network`), where a spike adds dt / tau a to its trace: for
    the same at another dt give another a (tau / dt: a trace jumps by 1), or (replace(rule, network=None), parameters).
    What other rules learn, and what is released, does not depend on dt.

    With `every`, weights that learn are kept at the end of every so many steps: see `Recording.weight_samples`.
    """

    weights: Tensor
    delay: int | Tensor = 1
    release: TsodyksMakramParameters | None = None
    learning: tuple | None = None
    source: Any = None
    every: int | None = None

    @property
    def longest(self) -> int:
        """Its longest delay, in steps."""
        return int(self.delay.max()) if isinstance(self.delay, Tensor) else self.delay

    @property
    def soonest(self) -> int:
        """Its shortest delay, in steps."""
        return int(self.delay.min()) if isinstance(self.delay, Tensor) else self.delay


class WeightSamples(NamedTuple):
    """Weights while they learn: at `time` [S], in ms, those of a projection [S, n, m], or [S, entries] in the order of
    CSR."""

    time: np.ndarray
    weights: Tensor


def delayed(weights: Tensor, delays: Tensor, **more) -> tuple[Projection, ...]:
    """Projections for synapses that have delays [n, n] in steps of their own: one, with the delay of each entry of CSR;
    of synapses that tire or learn (`release`, `learning`), one for each delay that there is.

    Raises ValueError for delays that are no whole numbers from 1 on, or of another shape.

    >>> (one,) = delayed(torch.ones(2, 2), torch.tensor([[1, 3], [1, 1]]))
    >>> one.weights.values().tolist(), one.delay.tolist()
    ([1.0, 1.0, 1.0, 1.0], [1, 3, 1, 1])
    """
    if not isinstance(weights, Tensor) or weights.layout != torch.strided or not isinstance(delays, Tensor):
        raise ValueError("weights and delays: give dense tensors [n, n]")
    sparse, found = placed("delayed", weights, delays)
    if isinstance(found, int) or (more.get("release") is None and more.get("learning") is None):
        return (Projection(sparse, found, **more),)
    parts = sorted({int(d) for d in found.unique()})
    return tuple(Projection((weights * (delays == d)).to_sparse_csr(), d, **more) for d in parts)


def checked(network: Any, shape: tuple[int, ...], dtype: torch.dtype, device, dt: float) -> tuple[Projection, ...]:
    """The projections of a network, in the dtype of a run. Raises ValueError that says which does not fit."""
    if network is None:
        return ()
    alone = isinstance(network, Projection | Tensor | np.ndarray)
    given: tuple[Any, ...] = (network,) if alone else sequence("network", network, "weights or Projections")
    n = shape[-1] if shape else 0
    found = []
    for k, one in enumerate(given):
        name = "network" if len(given) == 1 else f"network[{k}]"
        if isinstance(one, Projection):
            one = one._replace(weights=_tensor(one.weights))
        elif isinstance(weights := _tensor(one), Tensor):
            one = Projection(weights)
        given_as = one.weights if isinstance(one, Projection) else one
        if not isinstance(one, Projection) or not isinstance(one.weights, Tensor) or one.weights.is_complex():
            kind = "complex" if isinstance(given_as, Tensor) else what_is(given_as)
            called = f"{name}.weights are" if isinstance(one, Projection) else f"{name} is"
            raise ValueError(f"{called} {kind}: give weights [n, n] as a tensor, torch.tensor(...), or a Projection")
        if one.source is not None:
            one = one._replace(source=source(f"{name}.source", one.source, dt, device))
        m = n if one.source is None else one.source.size
        if not n:
            raise ValueError(
                f"network: a population of shape {shape} has no neurons side by side: give inputs [T, ..., n]"
            )
        if tuple(one.weights.shape) != (n, m):
            sent = "" if one.source is None else f" and a source of {m}"
            raise ValueError(
                f"{name}.weights of shape {tuple(one.weights.shape)} do not fit: give [{n}, {m}], "
                f"from column to row, for a population of shape {shape}{sent}"
            )
        one = _with_delay(name, one)
        if not isinstance(one.release, TsodyksMakramParameters | None):
            raise ValueError(f"{name}.release is {what_is(one.release)}: give TsodyksMakramParameters")
        if one.every is not None:
            one = one._replace(every=whole(f"{name}.every", one.every, 1, "a whole number of steps, 1 or more"))
            if one.learning is None:
                raise ValueError(f"{name}.every = {one.every}: its weights stay as they are, so leave it out")
        if one.learning is not None:
            one = one._replace(learning=_rule(f"{name}.learning", one.learning))
            if torch.Size(shape).numel() != n:
                raise ValueError(f"{name}.learning: weights learn from one population, not from {shape}")
        weights = one.weights.to(device, dtype)
        weights = weights if weights.layout == torch.strided else weights.to_sparse_csr()
        values = weights if weights.layout == torch.strided else weights.values()
        if not all_finite(values):
            raise ValueError(f"{name}.weights are not finite everywhere: give numbers")
        if one.learning is not None:
            _within(name, weights, *one.learning)
        if one.longest * m > MAX_WAITING:
            most = f"{m:,} neurons that long: give at most {MAX_WAITING // m:,} steps"
            raise MemoryError(f"{name}.delay = {one.longest:,} steps would need the spikes of {most}")
        delay = one.delay.to(device) if isinstance(one.delay, Tensor) else one.delay
        found.append(one._replace(weights=weights, delay=delay))
    return tuple(found)


def all_finite(values: Tensor) -> bool:
    """Whether all are numbers: what is none would be among the least and the greatest, which take one look."""
    return not values.numel() or bool(torch.isfinite(torch.stack(values.detach().aminmax())).all())


def _with_delay(name: str, one: Projection) -> Projection:
    """The projection with a delay that fits: one number, or one for each entry of sparse weights."""
    if not are_several(one.delay):
        return one._replace(delay=whole(f"{name}.delay", one.delay, 1, "a whole number of steps, 1 or more"))
    weights, delay = placed(name, one.weights, one.delay)
    if not isinstance(delay, int) and (one.release is not None or one.learning is not None):
        raise ValueError(
            f"{name}.delay: synapses that tire or learn have one delay in a projection: "
            "delayed(weights, delays, learning=...) makes one of each delay"
        )
    return one._replace(weights=weights, delay=delay)


def _tensor(weights: Any) -> Any:
    """Weights as a tensor, where they are an array of numbers."""
    numbers = isinstance(weights, np.ndarray) and weights.dtype.kind in "fiub"
    return torch.as_tensor(weights) if numbers else weights


def _rule(name: str, given: Any) -> tuple[Plasticity, Any]:
    """A rule as a network steps it, and its parameters. Raises ValueError for what is none that learns."""
    if type(given) is tuple and len(given) == 2 and isinstance(given[0], Plasticity):
        rule, p = given
        if rule.learn is None:
            raise ValueError(f"{name}: {rule.name} changes no weight: give a rule that learns")
        if not isinstance(p, rule.parameters):
            raise ValueError(f"{name}: the parameters of {rule.name} are {what_is(p)}: give {rule.parameters.__name__}")
        sides(rule)  # whether it has one for each trace
        return network_form(rule), p
    learning = [rule for rule in PLASTICITY if rule.learn is not None]
    for rule in learning:
        if isinstance(given, rule.parameters):
            return network_form(rule), given
    names = ", ".join(rule.parameters.__name__ for rule in learning)
    raise ValueError(f"{name} is {what_is(given)}: give {names} or a pair (rule, parameters)")


def _within(name: str, weights: Tensor, rule: Plasticity, p: Any) -> None:
    """Raises ValueError for weights out of the rule's bounds: it would move them there at its first step."""
    if not (bounds := rule.bounds(p)):
        return
    numeric(p)
    low, high = (torch.tensor(float(bound), dtype=weights.dtype).item() for bound in bounds.values())
    ends = " to ".join(f"{bound} = {value:.7g}" for bound, value in zip(bounds, (low, high)))
    values = (weights[weights != 0] if weights.layout == torch.strided else weights.values()).detach()
    outside = values[(values < low) | (values > high)]
    if not len(outside):
        return
    kind = "weights of positive synapses" if low >= 0 and outside[0] < 0 else "weights"
    raise ValueError(
        f"{name}.weights has {outside[0].item():.7g}, and {len(outside):,} of {len(values):,} out of bounds: its rule "
        f"learns {kind} from {ends}; give such weights, other bounds, or what is not to learn in a projection of its "
        "own"
    )


def beginning(
    network: Sequence[Projection], shape: tuple[int, ...], dtype: torch.dtype, device: torch.device
) -> tuple[dict[str, Tensor], ...]:
    """What changes at the synapses of each projection besides weights, where a run begins: see `End.synapses`."""
    found = []
    for one in network:
        changing: dict[str, Tensor] = {}
        sent = shape if one.source is None else (*shape[:-1], one.source.size)
        if one.release is not None:
            changing |= {"u": torch.zeros(sent), "x": torch.ones(sent)}
        if one.learning is not None:
            rule, _ = one.learning
            marks, side = annotations(rule.state), sides(rule)
            for trace, name in trace_names(rule).items():
                changing[name] = torch.full(sent if side[trace] == "pre" else shape, first_value(marks[trace]))
        changing = {name: value.to(device, dtype) for name, value in changing.items()}
        if one.learning is not None and one.weights.layout == torch.strided:
            changing["there"] = one.weights.detach() != 0
        found.append(changing)
    return tuple(found)


def trace_names(rule: Plasticity) -> dict[str, str]:
    """Trace -> what it is called among all that changes at synapses."""
    return {name: f"trace.{name}" if name in (*RESOURCES, "there") else name for name in rule.state._fields}


class Link(NamedTuple):
    """What of a projection a kernel depends on."""

    sparse: bool
    release: bool
    learning: tuple[Plasticity, tuple] | None  # the rule, names and values of its parameters that are no numbers
    masked: bool = False  # learning, dense, and not everywhere is a synapse
    spread: bool = False  # synapses have delays of their own
    source: str = ""  # who sends, if not the population itself: "drawn", "given", "peer"
    sampled: bool = False  # weights are kept on their way


def constants(p) -> tuple:
    return tuple((f, v) for f, v in zip(p._fields, p) if isinstance(v, str | bool) or callable(v))


def numeric(p) -> dict[str, float]:
    """The numbers of a rule. Raises ValueError where one is a tensor of several."""
    found, fixed = {}, dict(constants(p))
    for field, value in zip(p._fields, p):
        if field in fixed:
            continue
        if isinstance(value, Tensor) and value.numel() != 1:
            raise ValueError(f"{type(p).__name__}.{field} of shape {tuple(value.shape)}: a projection has one number")
        found[field] = float(value)
    return found


def event_driven(rule: Plasticity, p: Any, weights: Tensor) -> bool:
    """Whether these weights stay as they are where nothing spikes."""
    if not weights.numel():
        return True
    w = torch.stack(weights.detach().aminmax())
    s = examples(rule.state, torch.Generator().manual_seed(5), w.dtype, {})
    after = rule.next_weight(w, s, Spikes(torch.zeros_like(w), torch.zeros_like(w)), tensors(p, w))
    return torch.equal(after, w)


def tensors(p, like: Tensor):
    """A rule's parameters with its numbers in the dtype of a run."""
    if p is None:
        return None
    fixed = dict(constants(p))
    numbers = (v if f in fixed else torch.as_tensor(v, dtype=like.dtype) for f, v in zip(p._fields, p))
    return type(p)(*(v.to(like.device) if isinstance(v, Tensor) else v for v in numbers))


def like(weights: Tensor, values: Tensor) -> Tensor:
    """Sparse weights at the same places with these values."""
    places = weights.crow_indices(), weights.col_indices()
    return torch.sparse_csr_tensor(*places, values, weights.shape, check_invariants=False)


def learnt(synapses: Sequence[dict[str, Tensor]]) -> tuple[Tensor, ...]:
    """The weights that plasticity left, of those projections that learn."""
    return tuple(changed["w"] for changed in synapses if "w" in changed)
