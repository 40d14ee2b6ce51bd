"""Neurons under clamp as models: what drives them is a potential, or a conductance."""

from collections.abc import Callable
from typing import Any, NamedTuple, overload

import sympy
import torch
from torch import Tensor

from snnlab.core import Catalogue, Neuron, example, record, under_dynamic_clamp, under_voltage_clamp, what_is
from snnlab.core.clamp import injected, settled
from snnlab.engine import Recording
from snnlab.symbolic.algebra import expressions
from snnlab.symbolic.latex import textbook_symbols

from ..result import Inputs, current_of
from ..settings import INTEGRATORS, ClampRun
from ..stimuli.compounds import leaves
from ..stimuli.stimulus import Stimulus, stimuli_of
from ..stimuli.waveforms import within
from .neurons import NeuronModel, Neurons, landing, model_of, strengths

COMMANDS = "commands"  # among the inputs of a run: what each neuron is held at, [T, N]


class CommandedModel(NeuronModel):
    """A neuron under voltage clamp; abstract. A population gets a family of commands.

    While the stimulus is there, from its onset to its end, or to that of the first of two steps, the commands lie at
    equal distances from `lowest`, of the first, to the stimulus itself, of the last. A run begins where all variables
    have come to rest at its first command. Commands that are drawn by chance, or read from data, are the same for all,
    and their run begins at rest.
    """

    run_fields = ClampRun

    def usual(self) -> Stimulus:
        """A step that is over before the run is."""
        return stimuli_of(self.port)["Step"](onset=5.0, length=30.0)

    def on_show(self) -> dict[str, Any]:
        """A family."""
        return {"neurons": 12}

    def equations(self) -> tuple[str, ...]:
        """Those of the neuron, in which v is given and I is sought."""
        held = r"v = V(t), \quad I = I_{\mathrm{clamp}} \text{ such that } \frac{dv}{dt} = 0"
        return held, *self.unclamped_model().equations()

    def unclamped_model(self) -> NeuronModel:
        """The same neuron under no clamp."""
        assert self.bare is not None
        return self.bare(**self.values())

    @property
    def unclamped(self) -> Neuron:
        """The neuron that is clamped."""
        assert self.bare is not None
        return self.bare.neuron

    def sampler(self, experiment: Any, before: int = 0) -> Callable[[], Inputs]:
        """What makes the inputs of a run: as well the command of each neuron in each step, [T, N]."""
        sample, commands, run = super().sampler(experiment, before), commands_of(experiment), experiment.settings
        cuts = INTEGRATORS[run.integrator].cuts

        def with_commands() -> Inputs:
            found = sample()
            V = current_of(found)[:, None]
            t = torch.arange(len(V)).double()[:, None] // cuts * run.dt
            return found | {COMMANDS: commands(V, t, torch.arange(run.neurons)[None]).expand(-1, run.neurons)}

        return with_commands

    def arguments(
        self, experiment: Any, p: Any, dtype: torch.dtype, resume: Recording | None = None
    ) -> Callable[[Inputs], dict[str, Any]]:
        run, begin = experiment.settings, 0 if resume is None else resume.until
        dt, device = self.dt(run), run.device.lower()
        given = {
            "p": p,
            "dt": dt / 1000,
            "record": run.record or self.neuron.state._fields,
            "every": run.every,
            "advance": INTEGRATORS[run.integrator].advance(self.neuron),
        }
        rests = experiment.initial.at_rest and resume is None and is_formula(experiment.stimulus)
        begun = None if experiment.initial.at_rest or resume is not None else experiment.initial.taken(dt)

        def with_inputs(inputs: Inputs) -> dict[str, Any]:
            found = {port: x[begin:, None].to(device, dtype) for port, x in self.entering(inputs).items()}
            found.pop("current")
            return given | {
                "current": inputs[COMMANDS][begin:].to(device, dtype),
                "spikes": landing(self.neuron, found),
                "state": self.beginning(p, current_of(inputs)[:1], dtype) if rests else begun,
            }

        return with_inputs

    def beginning(self, p: Any, V: Tensor, dtype: torch.dtype) -> Any:
        """The state that has been held at V for long; p as functions take it."""
        exact = p._replace(**{name: x.double() for name, x in p._asdict().items() if isinstance(x, Tensor)})
        at = settled(self.unclamped, V.double(), exact)
        still = {name: torch.zeros_like(V, dtype=dtype) for name in self.state._fields if name not in at}
        return self.state(**still, **{name: x.to(dtype) for name, x in at.items()})


class InjectedModel(NeuronModel):
    """A neuron under dynamic clamp; abstract."""

    def equations(self) -> tuple[str, ...]:
        """Those of the neuron, after that of its current."""
        assert self.bare is not None
        s, p = example(self.state, 1), example(self.fields, 2)
        I = torch.rand(1, dtype=torch.float64)
        symbols = textbook_symbols(self.neuron) | {"I": sympy.Symbol(self.neuron.current.symbol)}
        current = expressions(record(injected, s=s, I=I, p=p), symbols)[""]
        own = {name: value for name, value in self.values().items() if name in self.bare.param}
        return f"I = {sympy.latex(current)}", *self.bare(**own).equations()


def is_family(experiment: Any) -> bool:
    """Whether commands differ."""
    return experiment.settings.neurons > 1 and is_formula(experiment.stimulus)


def is_formula(stimulus: Stimulus) -> bool:
    """Whether it is computed step by step."""
    return all(one.kind.formula is not None for one in leaves(stimulus))


def commands_of(experiment: Any) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    """What gives the command of neuron k at a time in ms, from that of the stimulus; a neuron alone has this itself."""
    run, stimulus = experiment.settings, experiment.stimulus
    if not is_family(experiment):
        return lambda V, t, k: V
    begins, ends, lowest, many = stimulus.begins, stimulus.first_ends, run.lowest, run.neurons
    return lambda V, t, k: command(V, t, strengths(k, many), lowest, begins, ends)


def command(V: Any, t: Any, share: Any, lowest: Any, begins: Any, ends: Any) -> Tensor:
    """The command that lies so far on the way from the lowest to V, while the stimulus is there; V before and after."""
    return torch.where(within(t, begins, ends - begins), lowest + share * (V - lowest), V)


class Clamp(NamedTuple):
    """A clamp: what it makes of a neuron, what its models are, its title, the end of the names of what it makes."""

    under: Callable[[Neuron], Neuron]
    base: type[NeuronModel]
    title: str
    ending: str


CLAMPS = Catalogue(
    "the clamp",
    {
        "voltage": Clamp(under_voltage_clamp, CommandedModel, "voltage clamp", "VoltageClamp"),
        "dynamic": Clamp(under_dynamic_clamp, InjectedModel, "dynamic clamp", "DynamicClamp"),
    },
)


@overload
def clamp(kind: type[NeuronModel], how: str = "voltage") -> type[NeuronModel]: ...
@overload
def clamp(kind: NeuronModel, how: str = "voltage") -> NeuronModel: ...
def clamp(kind: Any, how: str = "voltage") -> Any:
    """The models of a neuron under "voltage" clamp, whose stimuli are commands in the unit of v, or "dynamic" clamp,
    whose stimuli are conductances. Of a class of models that is a class, of a model a model with its values.

    A voltage clamp holds v at the command, and `I_clamp` is the current that this takes; a run of several `neurons`
    gives a family of commands, whose first is at `lowest` while the stimulus is there. A dynamic clamp adds
    g (E_clamp - v) to the current. Raises ValueError for another word, for what is no model of a
    neuron, and for a neuron without v.

    >>> from snnlab.models import HodgkinHuxley, Step
    >>> squid = clamp(HodgkinHuxley)()
    >>> step = Step(amplitude=0, base=-65, onset=5, length=30)
    >>> held = squid.simulate(step, duration=40, neurons=3, lowest=-100)
    >>> held.variables["I_clamp"][1300].round()
    tensor([ -14.,   61., 1891.])
    >>> clamp(HodgkinHuxley(g_Na=60))
    HodgkinHuxleyVoltageClamp(g_Na=60.0)
    """
    if isinstance(kind, NeuronModel):
        return clamp(type(kind), how)(**kind.state_of())
    if not (isinstance(kind, type) and issubclass(kind, NeuronModel) and hasattr(kind, "neuron")):
        raise ValueError(
            f"kind is {what_is(kind)}: give a model of a neuron or its class, snnlab.models.AdEx for one, or what "
            "snnlab.models.model_of(...) makes of a neuron of your own"
        )
    chosen = CLAMPS[how]
    if kind.bare is not None:
        raise ValueError(f"{kind.__name__} is under clamp already: give {kind.bare.__name__}")
    neuron = chosen.under(kind.neuron)
    made = model_of(neuron, chosen.base)
    made.bare, made.text, made.origin = kind, kind.text, (clamp, (kind, how))
    return made


def clamped_by_name(name: Any, kinds: Any) -> type[NeuronModel] | None:
    """HodgkinHuxleyVoltageClamp, of these classes by their names; None for another name."""
    for how, one in CLAMPS.items():
        bare = str(name).removesuffix(one.ending)
        if bare != name and bare in kinds:
            return clamp(kinds[bare], how)
    return None


def clamp_of(kind: type[NeuronModel]) -> str:
    """Under which clamp it is; "" for none."""
    if kind.bare is None:
        return ""
    return next(how for how, one in CLAMPS.items() if kind.__name__ == kind.bare.__name__ + one.ending)


Neurons.others = staticmethod(clamped_by_name)
