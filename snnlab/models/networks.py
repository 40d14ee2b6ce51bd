"""Networks as models: many neurons of one kind, what drives each of them, and what they send one another."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated, Any, ClassVar, NamedTuple

import param
import torch
from torch import Tensor, as_tensor

from snnlab.core import Catalogue, Count, Names, Neuron, Quantity, Unknown, annotations, refractory, what_is
from snnlab.engine import Noise, Projection, Recording, memory, simulate
from snnlab.functional import LSNN as LSNN_NEURON
from snnlab.functional import LIFBox

from .encoders import ENCODERS, allowed, drawable, drawn, fired, room_to_draw, width
from .knobs import knobs
from .model import Model
from .neurons import NEURONS
from .run import Inputs, NetworkRun, SignalRun, current_of
from .stimulus import Port, stimuli

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


def _generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed + 2_000_003)  # another stream than stimuli have with this seed


# -- a population whose neurons differ --------------------------------------------------------------------------------


WHITE = "correlation time of the noise (0: white noise, whose mean over 1 ms has this deviation)"


class PopulationParameters(NamedTuple):
    size: Annotated[int, Count(low=1, high=500, bounds=(1, 100_000), doc="number of neurons")] = 100
    spread: Annotated[
        float,
        Quantity("%", low=0, high=50, bounds=(0, 1000), doc="relative spread of the parameters (standard deviation)"),
    ] = 10.0
    only: Annotated[tuple, Names(doc="parameters to spread (empty: all)")] = ()
    noise: Annotated[
        float, Quantity("1", low=0, high=1, bounds=(0, 1e6), doc="noise of each neuron, in the unit of its current")
    ] = 0.0
    noise_tau: Annotated[float, Quantity("ms", low=0.1, high=50, bounds=(0, 1e4), doc=WHITE)] = 3.0


def spreadable(cell: type[Model]) -> list[str]:
    """The parameters that may differ from neuron to neuron: the numbers that have a part in a run."""
    return [name for name in cell.of_part("run") if isinstance(cell.annotation(name), Quantity)]


def population(model, inputs, run, dtype) -> Wired:
    cell = model.cell
    for name in model.only:
        if name not in spreadable(type(cell)):
            raise Unknown(f"only: the parameter of {type(cell).__name__}", name, spreadable(type(cell)))
    p, generator = cell.p(torch.float64, dt=run.dt), _generator(run.seed)
    spread = {}
    for field, name in cell.shown.items():
        mark = cell.marks[field]
        xi = torch.randn(model.size, generator=generator, dtype=torch.float64)  # whether it is used or not
        if name not in (model.only or spreadable(type(cell))):
            continue
        values = getattr(cell, name) * (1 + model.spread / 100 * xi)
        low, high = mark.allowed
        # a spread time constant stays one: no value leaves the sign of what it is spread around
        values = values.clamp(max(low, min(mark.low, getattr(cell, name))) if mark.low > 0 else low, high)
        spread[field] = mark.taken(values, run.dt).to(dtype)
    p = p._replace(**spread) if model.spread else p
    current = current_of(inputs)[:, None].to(dtype)
    arguments: dict[str, Any] = {"current": current.expand(-1, model.size), "p": _in(p, dtype)}
    if "spikes" in inputs:
        arguments["spikes"] = inputs["spikes"][:, None].to(dtype)
    if model.noise:
        # independent numbers in each step count for the less the shorter it is
        sigma = model.noise if model.noise_tau else model.noise / run.dt**0.5
        arguments["noise"] = Noise(sigma, model.noise_tau / 1000, run.seed)
    return Wired(cell.neuron, arguments)


def _in(p, dtype):
    return type(p)(*(v.to(dtype) if isinstance(v, Tensor) else v for v in p))


# -- excitation and inhibition ----------------------------------------------------------------------------------------


class BrunelParameters(NamedTuple):
    N_E: Annotated[int, Count(low=100, high=4000, bounds=(1, 100_000), doc="excitatory neurons")] = 2000
    N_I: Annotated[int, Count(low=25, high=1000, bounds=(0, 100_000), doc="inhibitory neurons")] = 500
    C_E: Annotated[int, Count(low=10, high=1000, bounds=(0, 10_000), doc="excitatory synapses of a neuron")] = 1000
    C_I: Annotated[int, Count(low=0, high=250, bounds=(0, 10_000), doc="inhibitory synapses of a neuron")] = 250
    J: Annotated[float, Quantity("mV", low=0.02, high=0.5, bounds=(0, 100), doc="jump at an excitatory spike")] = 0.1
    g: Annotated[float, Quantity("1", low=0, high=8, bounds=(0, 100), doc="inhibition relative to excitation")] = 5.0
    eta: Annotated[
        float,
        Quantity(
            "1", low=0, high=4, bounds=(0, 100), doc="external rate relative to that which just reaches threshold"
        ),
    ] = 2.0
    delay: Annotated[float, Quantity("ms", low=0.1, high=5, bounds=(1e-3, 1e3), doc="synaptic delay")] = 1.5
    tau: Annotated[float, Quantity("ms", low=5, high=50, bounds=(0.1, 1e4), doc="membrane time constant")] = 20.0
    theta: Annotated[float, Quantity("mV", low=5, high=40, bounds=(0.1, 1e3), doc="threshold")] = 20.0
    V_r: Annotated[float, Quantity("mV", low=0, high=20, bounds=(-1e3, 1e3), doc="reset potential")] = 10.0
    t_ref: Annotated[float, Quantity("ms", low=0, high=5, bounds=(0, 1e3), doc="refractory period")] = 2.0


MEMBRANE = Quantity("mV", low=0, high=20, bounds=(-1e4, 1e4), default=0.0, doc="membrane potential")
DeltaLIF = refractory(
    replace(LIFBox, name="DeltaLIF", receive=lambda s, x, p: s._replace(v=s.v + x), port="spikes"),
    name="DeltaLIF",
    title="LIF with instantaneous synapses",
)


@lru_cache(maxsize=4)
def sparse_weights(N_E: int, N_I: int, C_E: int, C_I: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """CSR of a network in which every neuron has so many random synapses: rows, columns, which are excitatory."""
    n, generator = N_E + N_I, _generator(seed)
    columns = torch.cat(
        [
            torch.randint(0, max(N_E, 1), (n, C_E if N_E else 0), generator=generator),
            torch.randint(N_E, N_E + max(N_I, 1), (n, C_I if N_I else 0), generator=generator),
        ],
        dim=1,
    )
    columns = columns.sort(dim=1).values  # two from one neuron are allowed: their jumps add
    rows = torch.arange(n + 1) * columns.shape[1]
    return rows, columns.flatten(), (columns < N_E).flatten()


def brunel(model, inputs, run, dtype) -> Wired:
    """External spikes are those of C_E Poisson neurons, in the diffusion approximation: a mean and white noise."""
    m, dt = model, run.dt
    n = m.neurons
    rows, columns, excitatory = sparse_weights(m.N_E, m.N_I, m.C_E, m.C_I, run.seed)
    weights = torch.where(excitatory, m.J, -m.g * m.J).to(dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch says once that its CSR is young
        matrix = torch.sparse_csr_tensor(rows, columns, weights, (n, n), check_invariants=False)
    network = Projection(matrix, max(1, round(m.delay / dt)))
    p = DeltaLIF.parameters(
        tau_mem_inv=as_tensor(1000 / m.tau), v_leak=as_tensor(0.0), v_th=as_tensor(m.theta), v_reset=as_tensor(m.V_r),
        rho_reset=as_tensor(annotations(DeltaLIF.parameters)["rho_reset"].taken(m.t_ref, dt)),
    )  # fmt: skip
    # jumps J at the rate eta theta / (J tau) raise v by eta theta in the mean, and by J in variance each
    arriving = m.eta * m.theta / (m.J * m.tau) if m.J else 0.0  # per ms
    jitter = m.J * (arriving * dt) ** 0.5 * m.tau / dt
    mean = current_of(inputs) + (m.eta * m.theta if m.J else 0.0)
    begin = torch.rand(n, generator=_generator(run.seed + 1), dtype=dtype) * m.theta
    arguments = {
        "current": mean[:, None].to(dtype).expand(-1, n),
        "p": _in(p, dtype),
        "state": DeltaLIF.state(v=begin, rho=torch.zeros(n, dtype=dtype)),
        "network": network,
        "noise": Noise(jitter, 0.0, run.seed),
    }
    return Wired(DeltaLIF, arguments)


# -- from an encoder to a layer ---------------------------------------------------------------------------------------


class FeedForwardParameters(NamedTuple):
    inputs: Annotated[int, Count(low=1, high=200, bounds=(1, 10_000), doc="neurons of the encoder")] = 50
    outputs: Annotated[int, Count(low=1, high=100, bounds=(1, 10_000), doc="neurons of the layer")] = 20
    weight: Annotated[float, Quantity("1", low=0, high=1, bounds=(-1e4, 1e4), doc="mean weight of a synapse")] = 0.2
    spread: Annotated[float, Quantity("1", low=0, high=1, bounds=(0, 1e4), doc="standard deviation of weights")] = 0.1


def feed_forward(model, inputs, run, dtype) -> Wired:
    """Each input neuron encodes the signal, neurons driven by it with gains from 0.5 to 1.5; weights are random."""
    cell, encoder = model.cell, model.encoder.definition
    if cell.neuron.receive is None:
        raise ValueError(f"cell = {cell.neuron.name} has no spike port: give a neuron that takes spikes")
    x, p = inputs["current"].to(dtype), model.encoder.p(dtype)
    allowed(encoder, x)
    if encoder.neuron is None:
        spikes = drawn(encoder, x, p, SignalRun(dt=run.dt, seed=run.seed, neurons=model.inputs)).flatten(1)
    else:
        spikes = fired(encoder, x[:, None] * torch.linspace(0.5, 1.5, model.inputs, dtype=dtype), p, run.dt / 1000)
    shape = (model.outputs, spikes.shape[1])
    weights = model.weight + model.spread * torch.randn(shape, generator=_generator(run.seed), dtype=dtype)
    return Wired(cell.neuron, {"spikes": spikes.to(dtype) @ weights.T, "p": cell.p(dtype, dt=run.dt)})


# -- a recurrent network with adapting neurons ------------------------------------------------------------------------


class LSNNParameters(NamedTuple):
    size: Annotated[int, Count(low=2, high=200, bounds=(2, 5000), doc="number of neurons")] = 60
    adaptive: Annotated[
        float, Quantity("%", low=0, high=100, bounds=(0, 100), doc="neurons with an adaptive threshold")
    ] = 40.0
    beta: Annotated[float, Quantity("1", low=0, high=3, bounds=(0, 100), doc="rise of the threshold at a spike")] = 0.5
    tau_adapt: Annotated[
        float, Quantity("ms", low=10, high=1000, bounds=(0.1, 1e5), doc="time constant of the threshold")
    ] = 200.0
    weight: Annotated[
        float, Quantity("1", low=0, high=10, bounds=(0, 1e3), doc="standard deviation of the recurrent input")
    ] = 2.0
    spread: Annotated[
        float, Quantity("%", low=0, high=100, bounds=(0, 1000), doc="spread of the weights of the input")
    ] = 20.0


def lsnn(model, inputs, run, dtype) -> Wired:
    """Neurons k < adaptive have the rising threshold; recurrent weights are normal, of variance weight^2 / size."""
    m, generator = model, _generator(run.seed)
    beta = torch.where(torch.arange(m.size) < round(m.size * m.adaptive / 100), m.beta, 0.0).to(dtype)
    weights = torch.randn(m.size, m.size, generator=generator, dtype=dtype) * (m.weight / m.size**0.5)
    gains = 1 + m.spread / 100 * torch.randn(m.size, generator=generator, dtype=dtype)
    p = LSNN_NEURON.parameters(tau_adapt_inv=as_tensor(1000 / m.tau_adapt), beta=beta)
    arguments = {
        "current": current_of(inputs)[:, None].to(dtype) * gains,
        "p": _in(p, dtype),
        "network": weights.fill_diagonal_(0.0),
    }
    return Wired(LSNN_NEURON, arguments)


# -- their classes ----------------------------------------------------------------------------------------------------


POPULATION = Network(
    name="Population",
    title="Population with spread",
    doc="Neurons without synapses whose parameters differ from one to the next, under one stimulus.",
    source="Gerstner, Kistler, Naud, Paninski, Neuronal Dynamics, Cambridge 2014, section 12.1",
    parameters=PopulationParameters,
    size=("size",),
    wire=population,
)
BRUNEL = Network(
    name="Brunel",
    title="Excitation and inhibition (Brunel)",
    doc="A sparse random network of LIF neurons: inhibition and external drive decide between four kinds of activity.",
    source="Brunel, J. Comput. Neurosci. 8:183, 2000",
    parameters=BrunelParameters,
    size=("N_E", "N_I"),
    wire=brunel,
    synapses=lambda model: model.neurons * (model.C_E + model.C_I),
)
FEED_FORWARD = Network(
    name="FeedForward",
    title="Encoder and layer",
    doc="A signal becomes spikes, which a layer of neurons receives through random weights.",
    source="Gerstner, Kistler, Naud, Paninski, Neuronal Dynamics, Cambridge 2014, section 12.4",
    parameters=FeedForwardParameters,
    size=("outputs",),
    wire=feed_forward,
    synapses=lambda m: m.outputs * m.inputs * width(m.encoder.definition, m.encoder.p()),
)
LSNN = Network(
    name="LSNNetwork",
    title="Recurrent network with adaptive thresholds (LSNN)",
    doc="A random recurrent network in which part of the neurons remember their spikes in their thresholds.",
    source="Bellec, Salaj, Subramoney, Legenstein, Maass, NeurIPS 2018",
    parameters=LSNNParameters,
    size=("size",),
    wire=lsnn,
    synapses=lambda model: model.size**2,
)


def network_model(network: Network, base: type[NetworkModel] = NetworkModel, **more) -> type[NetworkModel]:
    """The `param` class of a network."""
    body = {"definition": network, "__doc__": network.doc, "__module__": "snnlab.models"}
    return type(network.name, (base,), body | more | knobs(network.parameters, _resolved))


def _resolved(mark: Any) -> Any:
    """Names are those of any neuron's parameters: which neuron it will be, a class does not know."""
    options = tuple(dict.fromkeys(name for cell in NEURONS.values() for name in spreadable(cell)))
    return Names(options=options, doc=mark.doc) if isinstance(mark, Names) else mark


def _marks(marks: dict[str, Any]) -> dict[str, Any]:
    return {"variables": lambda self: marks}


MODELS = (
    network_model(POPULATION, CellNetwork),
    network_model(
        BRUNEL,
        port=Port(Quantity("mV", low=-20, high=20, bounds=(-1e3, 1e3), default=0.0, doc="further current")),
        usual=lambda self: stimuli(self.port)["Constant"](amplitude=0.0),  # its drive is eta
        **_marks({"v": MEMBRANE}),
    ),
    network_model(FEED_FORWARD, EncodingNetwork),
    network_model(LSNN, port=Port(LSNN_NEURON.current), **_marks(annotations(LSNN_NEURON.state))),
)
NETWORKS = Catalogue("the network", {model.definition.name: model for model in MODELS})
