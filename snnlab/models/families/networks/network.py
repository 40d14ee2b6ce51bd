"""A network as a model: many neurons of one kind, what drives each of them, and what they send one another."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import param
import torch
from torch import Tensor

from snnlab.core import Names, Neuron, Quantity, what_is
from snnlab.engine import Recording, memory, simulate

from ...knobs import knobs
from ...model import Model
from ...result import Inputs
from ...settings import NetworkRun
from ...stimuli.port import Port
from ..encoders import ENCODERS, drawable, room_to_draw
from ..neurons import NEURONS

MAX_SPIKES = 200_000_000  # steps x neurons of a run on a page: a spike is a byte
MAX_SYNAPSES = 20_000_000  # of a network on a page
BYTES = 64  # of a synapse while it is made and sorted


class Wired(NamedTuple):
    """A network ready to run: its neuron, and the arguments of `simulate`."""

    neuron: Neuron
    arguments: dict[str, Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Network:
    """What a network is.

    `wire(model, inputs, run, dtype)` gives what runs; `size` names its numbers of neurons; `synapses(model)` is
    the number of those whose weights are drawn.
    """

    name: str
    title: str
    doc: str
    source: str
    parameters: Any  # an annotated NamedTuple class, as in Neuron
    size: tuple[str, ...]
    wire: Callable[..., Wired]
    synapses: Callable[[Any], int] = lambda model: 0


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
                f"{MAX_SPIKES:,} are kept; give fewer neurons, a shorter duration or a larger dt"
            )
        if (synapses := self.definition.synapses(self)) > MAX_SYNAPSES:
            raise ValueError(
                f"{type(self).__name__} has {synapses:,} synapses: at most {MAX_SYNAPSES:,} are made; "
                f"give smaller {', '.join(self.definition.size)}, or fewer synapses of each neuron"
            )

    def possible(self, steps: int, settings: Any) -> None:
        super().possible(steps, settings)
        synapses = self.definition.synapses(self)
        memory.check(synapses * BYTES, "cpu", f"{type(self).__name__} with {synapses:,} synapses")

    def runner(self, experiment: Any, p: Any, dtype: torch.dtype, resume: Recording | None) -> Callable[..., Recording]:
        run, model = experiment.settings.taken(), self.copy()

        def perform(inputs: Inputs, cancelled: Callable[[], bool]) -> Recording:
            neuron, arguments = model.definition.wire(model, inputs, run, dtype)
            if resume is not None:
                arguments = {
                    name: value[resume.until :] if name in ("current", "spikes") else value
                    for name, value in arguments.items()
                    if name != "state"
                }
            return simulate(
                neuron,
                dt=run.dt / 1000,
                resume=resume,
                every=run.every,
                record=run.record or tuple(model.variables()),
                neurons=range(min(run.watched, model.neurons)),
                cancelled=cancelled,
                device=run.device.lower(),
                backend=run.backend,
                **arguments,
            )

        return perform


class CellNetwork(NetworkModel):
    """A network of any neuron."""

    inner: ClassVar[dict[str, str]] = {"cell": "neuron"}
    chosen: ClassVar[dict[str, Callable[[], Model]]] = {"cell": lambda: NEURONS["LIF"]()}
    cell = Inner("neuron", doc="the neuron of which it is made")

    @property
    def port(self) -> Port:  # type: ignore[override]
        return self.cell.port

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
