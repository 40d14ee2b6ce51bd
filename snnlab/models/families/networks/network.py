"""A network as a model: many neurons of one kind, what drives each of them, and what they send one another."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, ClassVar, NamedTuple

import param
import torch
from torch import Tensor

from snnlab.core import Names, Neuron, Plasticity, Quantity, what_is
from snnlab.engine import Noise, Projection, Recording, memory, simulate

from ...exact import numbers
from ...knobs import knobs
from ...limits import MAX_SPIKES, MAX_SYNAPSES
from ...model import Model
from ...result import Inputs, current_of
from ...settings import NetworkRun
from ...stimuli.port import Port
from ..encoders import ENCODERS, drawable, room_to_draw
from ..neurons import NEURONS
from .equations import Drawing, network_equations

BYTES = 64  # of a synapse while it is made and sorted


class Drawn(NamedTuple):
    """What of a network no knob changes that moves while it is looked at: random numbers, places of synapses.

    By their names, `neurons` has a number for each neuron [n], `synapses` for each synapse: [n, n] from column to row,
    or as many as `places` has, the rows and columns of CSR. `spikes` [T, n] are what arrives from elsewhere.
    """

    neurons: dict[str, Tensor] = {}
    synapses: dict[str, Tensor] = {}
    places: tuple[Tensor, Tensor] | None = None
    spikes: Tensor | None = None

    @property
    def numbers(self) -> dict[str, Tensor]:
        return self.neurons | self.synapses


class Wired(NamedTuple):
    """What a network gives to a run, in numbers that follow from others each for itself: of all neurons and synapses,
    or of one of them.

    Inputs and weights are those of `simulate`, weights in the shape of those that were drawn; `delay` is in steps,
    `noise` a standard deviation and a correlation time in s.
    """

    p: Any
    current: Tensor | None = None
    spikes: Tensor | None = None
    state: Any = None
    weights: Tensor | None = None
    delay: Tensor | None = None
    noise: tuple[Tensor, Tensor] | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Network:
    """What a network is.

    `neuron(model)` is that of which it is made. `draw(model, inputs, run, dtype)` gives what is drawn once, a `Drawn`;
    `wire(model, v, x, inputs, dt, dtype)` what follows from that, a `Wired`, in operations of torch that a page
    records: `v` has its numbers by their names, tensors [1] in double precision, and those of a model inside in a
    dictionary; `x` what was drawn, `inputs` those of the stimulus [T, 1], `dt` is in ms. `size` names its numbers of
    neurons; `synapses(model)` is the number of those whose weights are drawn, `inhibitory(model)` how
    many of its last neurons inhibit. `switches` are numbers that leave out
    what they are of where they are 0, and names of those that then mean nothing. `encoded`: what drives it is not the
    stimulus but made of it, as it is drawn. `reads` is the variable of its first neuron that reads all of them, and is
    to follow the current. `rule(v)` is the one by which weights learn, and its parameters from the model's numbers.

    Its equations are printed from `wire`; `drawn(model)` says how what is drawn is written in them, and `law` adds
    lines of LaTeX of what is no formula: who sends to whom, with <N> for the symbol of a number N.
    """

    name: str
    title: str
    doc: str
    source: str
    parameters: Any  # an annotated NamedTuple class, as in Neuron
    size: tuple[str, ...]
    neuron: Callable[[Any], Neuron]
    draw: Callable[..., Drawn]
    wire: Callable[..., Wired]
    synapses: Callable[[Any], int] = lambda model: 0
    inhibitory: Callable[[Any], int] = lambda model: 0
    switches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    encoded: bool = False
    reads: str = ""
    rule: Callable[[Any], tuple[Plasticity, Any]] | None = None
    drawn: Callable[[Any], Mapping[str, Drawing]] = lambda model: {}
    law: tuple[str, ...] = ()

    @property
    def learns(self) -> bool:
        """Whether weights change in a run."""
        return self.rule is not None


def what_is_asked(family: str) -> str:
    return f"a model of the family {family!r}, such as {'LIF' if family == 'neuron' else 'Poisson'}()"


class Inner(param.Parameter):
    """A parameter that is a model of one family."""

    __slots__ = ["family"]

    def __init__(self, family: str, **settings) -> None:
        self.family = family
        super().__init__(**settings)

    def read(self, value: Any) -> Any:
        if not isinstance(value, Model) or value.family != self.family:
            raise ValueError(f"{self.name} is {what_is(value)}: give {what_is_asked(self.family)}")
        return value

    def __set__(self, obj, val) -> None:
        super().__set__(obj, self.read(val))


class NetworkModel(Model):
    """A network whose parameters are knobs; abstract: `network_model` makes the final classes."""

    family = "network"
    definition: ClassVar[Network]
    settings = NetworkRun
    chosen: ClassVar[dict[str, Callable[[], Model]]] = {}  # makes the inner models, unless given

    def __init__(self, *given: Model, **values) -> None:
        """Inner models may be given without their name: Population(AdEx())."""
        for one in given:
            fitting = [n for n, family in self.inner.items() if isinstance(one, Model) and one.family == family]
            if not fitting or fitting[0] in values:
                slots = " or ".join(f"{name}=..., {what_is_asked(family)}" for name, family in self.inner.items())
                raise TypeError(
                    f"{type(self).__name__} is given {what_is(one)} without a name: give parameters by name"
                    + (f", and {slots}" if slots else "")
                )
            values[fitting[0]] = one
        super().__init__(**{name: make() for name, make in self.chosen.items()} | values)

    def equations(self) -> tuple[str, ...]:
        return network_equations(self)

    def told(self) -> dict[str, Any]:
        inner = {name: getattr(self, name) for name in self.inner}
        return {n: one for n, one in inner.items() if repr(one) != repr(self.chosen[n]())} | self.changed()

    @property
    def neurons(self) -> int:
        return sum(getattr(self, name) for name in self.definition.size)

    def fits(self, steps: int, settings: Any) -> None:
        super().fits(steps, settings)
        if steps * self.neurons > MAX_SPIKES:
            raise ValueError(
                f"{steps:,} steps of {self.neurons:,} neurons are {steps * self.neurons:,} values: at most "
                f"{MAX_SPIKES.told} are kept; give fewer neurons, a shorter duration or a larger dt"
            )
        if (synapses := self.definition.synapses(self)) > MAX_SYNAPSES:
            raise ValueError(
                f"{type(self).__name__} has {synapses:,} synapses: at most {MAX_SYNAPSES.told} are made; "
                f"give smaller {', '.join(self.definition.size)}, or fewer synapses of each neuron"
            )

    def possible(self, steps: int, settings: Any) -> None:
        super().possible(steps, settings)
        synapses = self.definition.synapses(self)
        memory.check(synapses * BYTES, "cpu", f"{type(self).__name__} with {synapses:,} synapses")

    @property
    def neuron(self) -> Neuron:  # type: ignore[override]
        return self.definition.neuron(self)

    def drawn(self, inputs: Inputs, run: Any, dtype: torch.dtype) -> Drawn:
        """What of it is drawn once, for a run."""
        return self.definition.draw(self, inputs, run, dtype)

    def wired(self, x: Mapping[str, Tensor], inputs: Inputs, dt: Tensor, dtype: torch.dtype, v=None) -> Wired:
        """What follows from what was drawn and from its numbers, of which `v` may give others, "model.J" for J and
        "cell.tau_mem" for one of a model inside: see `Network`."""

        def tensors(prefix: str, knobs: Any) -> dict[str, Tensor]:
            given, known = v or {}, numbers(knobs, whole=False)
            return {k: given.get(f"{prefix}.{k}", torch.full_like(dt, value)) for k, value in known.items()}

        inner = {name: tensors(name, getattr(self, name)) for name in self.inner}
        return self.definition.wire(self, SimpleNamespace(**tensors("model", self), **inner), x, inputs, dt, dtype)

    def connections(self, experiment: Any) -> Tensor | None:
        """The weights of an experiment [to, from], dense or sparse; None where neurons send one another nothing."""
        run, samples = experiment.settings.taken(), self.sampler(experiment)()
        found = self.given(self.drawn(samples, run, torch.float32), samples, run, torch.float32).get("network")
        return None if found is None else found.weights

    def given(self, drawn: Drawn, inputs: Inputs, run: Any, dtype: torch.dtype, v=None) -> dict[str, Any]:
        """The arguments of `simulate`, but for where it runs; `v` are other numbers, as of `wired`."""
        n, rows = self.neurons, {port: x[:, None] for port, x in ({"current": current_of(inputs)} | inputs).items()}
        wired = self.wired(drawn.numbers, rows, torch.tensor([run.dt], dtype=torch.float64), dtype, v)
        found: dict[str, Any] = {"p": in_dtype(wired.p, dtype), "state": wired.state, "spikes": drawn.spikes}
        if wired.current is not None:
            found["current"] = wired.current.expand(-1, n)
        if wired.spikes is not None:
            found["spikes"] = wired.spikes
        if wired.weights is not None:
            found["network"] = Projection(matrix(wired.weights, drawn.places, n), int(wired.delay or 1))
        if wired.noise is not None:
            found["noise"] = Noise(*wired.noise, run.seed)
        watched = range(min(run.watched, n))
        record = run.record or tuple(self.variables())
        return found | {"dt": run.dt / 1000, "every": run.every, "record": record, "neurons": watched}

    def runner(self, experiment: Any, p: Any, dtype: torch.dtype, resume: Recording | None) -> Callable[..., Recording]:
        run, model = experiment.settings.taken(), self.copy()

        def perform(inputs: Inputs, cancelled: Callable[[], bool], progress=None) -> Recording:
            given = model.given(model.drawn(inputs, run, dtype), inputs, run, dtype)
            if resume is not None:
                given |= {
                    port: given[port][resume.until :] for port in ("current", "spikes") if given.get(port) is not None
                }
                given["state"] = None
            where = {"device": run.device.lower(), "backend": run.backend}
            return simulate(
                model.definition.neuron(model), resume=resume, cancelled=cancelled, progress=progress, **where, **given
            )

        return perform


class CellNetwork(NetworkModel):
    """A network of any neuron."""

    inner: ClassVar[dict[str, str]] = {"cell": "neuron"}
    chosen: ClassVar[dict[str, Callable[[], Model]]] = {"cell": lambda: NEURONS["LIF"]()}
    cell = Inner("neuron", doc="the neuron of which it is made")

    @property
    def port(self) -> Port:  # type: ignore[override]
        return self.cell.port._replace(sides=False)

    def variables(self) -> dict[str, Any]:
        return self.cell.variables()


class EncodingNetwork(CellNetwork):
    """A network of any neuron behind any encoder."""

    inner: ClassVar[dict[str, str]] = {"encoder": "encoder", "cell": "neuron"}
    chosen: ClassVar[dict[str, Callable[[], Model]]] = {
        "encoder": lambda: ENCODERS["Poisson"](),
        "cell": lambda: NEURONS["LIF"](),
    }
    encoder = Inner("encoder", doc="what makes spikes of the signal")

    @property
    def port(self) -> Port:  # type: ignore[override]
        return self.encoder.port

    def fits(self, steps: int, settings: Any) -> None:
        super().fits(steps, settings)
        if self.encoder.definition.neuron is None:
            drawable(self.encoder.definition, self.encoder.p(), steps, self.inputs)

    def possible(self, steps: int, settings: Any) -> None:
        super().possible(steps, settings)
        if self.encoder.definition.neuron is None:
            room_to_draw(self.encoder.definition, self.encoder.p(), steps, self.inputs)


def matrix(weights: Tensor, places: tuple[Tensor, Tensor] | None, n: int) -> Tensor:
    """Weights as a run takes them: as they are, or those of CSR at these rows and columns."""
    if places is None:
        return weights
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch says once that its CSR is young
        return torch.sparse_csr_tensor(*places, weights, (n, n), check_invariants=False)


def generator_of(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed + 2_000_003)  # another stream than stimuli have with this seed


def in_dtype(p: Any, dtype: torch.dtype) -> Any:
    """Parameters with their tensors in this dtype."""
    return type(p)(*(v.to(dtype) if isinstance(v, Tensor) else v for v in p))


def spreadable(cell: type[Model]) -> list[str]:
    """The parameters that may differ from neuron to neuron: the numbers that have a part in a run."""
    return [name for name in cell.of_part("run") if isinstance(cell.annotation(name), Quantity)]


def network_model(network: Network, base: type[NetworkModel] = NetworkModel, **more) -> type[NetworkModel]:
    """The `param` class of a network."""
    body = {"definition": network, "__doc__": network.doc, "__module__": "snnlab.models"}
    return type(network.name, (base,), body | more | knobs(network.parameters, _resolved))


def _resolved(mark: Any) -> Any:
    """Names are those of any neuron's parameters: which neuron it will be, a class does not know."""
    options = tuple(dict.fromkeys(name for cell in NEURONS.values() for name in spreadable(cell)))
    return Names(options=options, doc=mark.doc) if isinstance(mark, Names) else mark
