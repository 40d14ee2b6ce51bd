"""Encoders as models: a signal in, spikes out, and the signal found again from them."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
import torch

from snnlab.core import Catalogue, Count, Encoder, Neuron, Quantity, annotations, derived, refused
from snnlab.core.tuples import without
from snnlab.engine import Diverged, Recording, memory, simulate
from snnlab.engine.draws import draws
from snnlab.functional import ENCODERS as _ENCODERS
from snnlab.symbolic import encoder_equations, equations, lines, no_equations

from ..knobs import knobs
from ..model import Model
from ..result import Inputs
from ..settings import SignalRun
from ..stimuli.port import Port
from .timed import TIMED, driven

ANSWERS = 161  # constant signals from which a decoder knows what an encoder answers
LASTING = 1.0  # s, how long each of them is given
MAX_DRAWN = 20_000_000  # random numbers of a run on a page
MARGIN = 0.02  # of the range of an encoder, at both ends of a recorded signal
BYTES = 16  # of a random number, with what is made of it
SIGNAL = Port(Quantity("1", low=0, high=1, bounds=(-10, 10), default=0.5, doc="signal"))  # for any encoder

DrivenRun = without(SignalRun, "DrivenRun", "neurons", "window")  # one neuron says all


class EncoderModel(Model):
    """An encoder whose parameters are knobs; abstract: `encoder_model` makes the final classes.

    Its recording has the signal x, and the signal as it is decoded, NaN as long as spikes say nothing.
    """

    family = "encoder"
    definition: ClassVar[Encoder]
    neuron: ClassVar[Neuron | None]

    def fitted(self, sweep: Any) -> dict[str, float]:
        """So that it goes over the range of the encoder."""
        return fitted(sweep, *span(self.definition))

    def variables(self) -> dict[str, Any]:
        given = self.definition.input
        return {"x": given, "decoded": Quantity(given.unit, given.low, given.high, doc="decoded signal")}

    def equations(self) -> tuple[str, ...]:
        neuron = self.definition.neuron
        if neuron is None:
            counts = {f: int(getattr(self, self.shown[f])) for f, m in self.marks.items() if isinstance(m, Count)}
            try:
                return encoder_equations(self.definition, by_chance, **counts)
            except NotImplementedError as error:
                return no_equations(error)
        # no spikes enter: its synapse has no part
        return lines(equations(neuron, without=("i",)), leave_out=("receive",))

    def fits(self, steps: int, settings: Any) -> None:
        super().fits(steps, settings)
        if self.definition.neuron is None:
            drawable(self.definition, self.p(), steps, settings.neurons)

    def possible(self, steps: int, settings: Any) -> None:
        super().possible(steps, settings)
        if self.definition.neuron is None:
            room_to_draw(self.definition, self.p(), steps, settings.neurons)

    def encode(self, x: torch.Tensor, p: Any, run: Any) -> tuple[torch.Tensor, torch.Tensor]:
        """Spikes [T, neurons] of a signal [T], and the signal as it is decoded from them, [T].

        `run` has dt and window in ms, the number of neurons and the seed, as a `SignalRun`. Raises ValueError for a
        signal out of bounds, and for more than one spike a step.
        """
        encoder, dt = self.definition, run.dt / 1000
        allowed(encoder, x)
        if encoder.neuron is None:
            spikes = drawn(encoder, x, p, run)
            # neurons that prefer the same stand together
            return spikes.flatten(1), decode(encoder, counted(spikes, run), p, dt)
        ran = answered(encoder, x[:, None], p, dt)
        return ran.spikes > 0, decode(encoder, rate_of(ran.variables["interval"], dt), p, dt)

    def whole(self, p: Any) -> Any:
        return p if self.neuron is None else self.neuron.parameters(**p._asdict())

    def arguments(
        self, experiment: Any, p: Any, dtype: torch.dtype, resume: Recording | None = None
    ) -> Callable[[Inputs], dict[str, Any]]:
        given = {"p": self.whole(p), "dt": experiment.settings.dt / 1000, "record": ("interval",)}
        return lambda inputs: given | {port: x[:, None].to(dtype) for port, x in self.entering(inputs).items()}

    def entering(self, inputs: Inputs) -> Inputs:
        return {"current": inputs["current"]}

    def runner(self, experiment: Any, p: Any, dtype: torch.dtype, resume: Recording | None) -> Callable[..., Recording]:
        run = experiment.settings.taken()

        def perform(inputs: Inputs, cancelled: Callable[[], bool]) -> Recording:
            x = self.entering(inputs)["current"].to(dtype)
            spikes, decoded = self.encode(x, p, run)
            before = 0 if resume is None else resume.until
            kept = {"x": x[before:], "decoded": decoded[before:]}
            return Recording(kept, spikes[before:] != 0, run.dt, before=before)

        return perform


def fitted(sweep: Any, low: float, high: float) -> dict[str, float]:
    """Gain and offset with which a recording goes over a range, but for a margin, beyond which it would be refused."""
    least, most = float(sweep.current.min()), float(sweep.current.max())
    if most == least:
        return {}
    gain = float(f"{(1 - 2 * MARGIN) * (high - low) / (most - least):.4g}")
    return {"gain": gain, "offset": float(f"{low + MARGIN * (high - low) - gain * least:.6g}")}


def allowed(encoder: Encoder, x: torch.Tensor) -> None:
    """Raises ValueError for a signal out of bounds."""
    low, high = encoder.input.allowed
    if bad := x[(x < low) | (x > high)].tolist():
        raise refused("signal", bad[0], f"numbers from {low:g} to {high:g}")


def drawable(encoder: Encoder, p, steps: int, neurons: int) -> None:
    """Raises ValueError where too many random numbers would be drawn."""
    if (values := steps * neurons * encoder.width(p)) > MAX_DRAWN:
        raise ValueError(
            f"{steps:,} steps of {neurons * encoder.width(p):,} neurons are {values:,} random numbers: at most "
            f"{MAX_DRAWN:,} are drawn; give fewer neurons, a shorter duration or a larger dt"
        )


def room_to_draw(encoder: Encoder, p, steps: int, neurons: int) -> None:
    """Raises MemoryError where there is no room for the random numbers."""
    number = neurons * encoder.width(p)
    memory.check(steps * number * BYTES, "cpu", f"Random numbers of {steps:,} steps of {number:,} neurons")


def drawn(encoder: Encoder, x: torch.Tensor, p, run) -> torch.Tensor:
    """Spikes [T, K, neurons] of a signal [T], by chance."""
    wide = once_a_step(encoder, x, p, run.dt / 1000).repeat_interleave(run.neurons, 1)
    return by_chance(draws(run.seed, *wide.shape), wide, run.dt / 1000).unflatten(1, (-1, run.neurons))


def once_a_step(encoder: Encoder, x: torch.Tensor, p, dt: float) -> torch.Tensor:
    """Rates [..., K] for a signal [...], in Hz. Raises ValueError for more than one spike in a step of dt [s]."""
    rates = encoder.rates(x, p)
    if (most := rates.abs().max().item() * dt) > 1:
        rated = [f for f, m in annotations(encoder.parameters).items() if isinstance(m, Quantity) and m.unit == "Hz"]
        what = ", ".join(f"{f} = {getattr(p, f):g} Hz" for f in rated) or f"the rate of {encoder.name}"
        raise ValueError(f"{what} is not allowed: it is {most:.3g} spikes a step, give at most one by a smaller dt")
    return rates


def by_chance(u: torch.Tensor, rate: torch.Tensor, dt: Any) -> torch.Tensor:
    """A spike with the sign of its rate [Hz], or 0, in a step of dt [s], from uniform random numbers."""
    return torch.where(u < rate.abs() * dt, torch.sign(rate), 0.0)


def fired(encoder: Encoder, x: torch.Tensor, p, dt: float) -> torch.Tensor:
    """Spikes [T, N] of the neurons that signals [T, N] drive, from a state of zeros; dt in s.

    Raises ValueError where they diverge.
    """
    return answered(encoder, x, p, dt).spikes > 0


def answered(encoder: Encoder, x: torch.Tensor, p, dt: float, every: int = 1) -> Recording:
    """The run of these neurons, and what is counted of their intervals. Raises ValueError where they diverge."""
    neuron = driven(encoder)
    assert neuron is not None
    try:
        return simulate(neuron, current=x, p=neuron.parameters(**p._asdict()), dt=dt, record=TIMED, every=every)
    except Diverged as error:  # not of the model whose recording is made
        raise ValueError(
            f"encoder = {encoder.name}: its {error.variable} is not finite at {error.time:.4g} ms: "
            "give a smaller dt, or less extreme parameters"
        ) from error


def counted(spikes: torch.Tensor, run) -> torch.Tensor:
    """Rates [T, K] in Hz of spikes [T, K, neurons]: the mean over neurons of those in the last `window`, in float64."""
    reach = max(1, round(run.window / run.dt))
    total = spikes.sum(2).double().cumsum(0)  # whole numbers: the same in any order
    before = torch.cat([torch.zeros_like(total[:1]).expand(min(reach, len(total)), -1), total])[: len(total)]
    steps = torch.arange(1, len(total) + 1).clamp(max=reach)[:, None]
    return (total - before) / (steps * (run.neurons * run.dt / 1000))


def rate_of(steps: torch.Tensor, dt: float) -> torch.Tensor:
    """One over an interval of so many steps, in Hz and float64; NaN for none. dt in s."""
    return torch.where(steps > 0, 1 / (steps.double() * dt), torch.nan)


def settled(ran: Recording, dt: float) -> torch.Tensor:
    """One over the last interval [N], in Hz; NaN for neurons that adapted until they fell silent. dt in s."""
    since, last = (ran.variables[name][-1] for name in TIMED)
    return rate_of(torch.where(since <= 2 * last, last, 0.0), dt)


def decode(encoder: Encoder, rates: torch.Tensor, p, dt: float) -> torch.Tensor:
    """The signal [T] that would have given these rates [T, K]: looked up in what constant signals give. dt in s."""
    x, y = responses(encoder, tuple(v.item() if isinstance(v, torch.Tensor) else v for v in p), dt)
    return torch.as_tensor(np.interp(encoder.read(rates, p).double().numpy(), y, x)).float()


def constants(encoder: Encoder) -> torch.Tensor:
    """Constant signals over the range of an encoder."""
    return torch.linspace(encoder.input.low, encoder.input.high, ANSWERS)


@lru_cache(maxsize=256)
def responses(encoder: Encoder, values: tuple, dt: float) -> tuple[np.ndarray, np.ndarray]:
    """Constant signals, and what is read from their spikes, ascending; those without an answer are left out."""
    p = encoder.parameters(*(torch.tensor(v) if isinstance(v, float) else v for v in values))
    x = constants(encoder)
    if encoder.rate is not None:
        y = encoder.read(encoder.rates(x, p).double(), p)
    else:
        steps = round(LASTING / dt)
        ran = answered(encoder, x.expand(steps, -1), p, dt, every=steps)
        y = settled(ran, dt)
    found, levels = x.double().numpy(), y.double().numpy()
    best = np.fmax.accumulate(np.append(-np.inf, levels))[:-1]  # so far; what does not exceed it tells nothing
    if not (levels > best).any():
        return np.zeros(1), np.full(1, np.nan)
    return found[levels > best], levels[levels > best]


@derived
def encoder_model(encoder: Encoder) -> type[EncoderModel]:
    """The `param` class of an encoder."""
    alone = encoder.neuron is not None
    fields = DrivenRun if alone else SignalRun
    parameters = encoder.parameters
    if alone:
        no_run = [field for field, mark in annotations(parameters).items() if mark.part != "run"]
        parameters = without(parameters, f"{encoder.name}Numbers", *no_run)  # no gradient is asked for
    body = {
        "definition": encoder,
        "neuron": driven(encoder),
        "port": Port(encoder.input),
        "settings": fields,
        "__doc__": encoder.doc,
        "__module__": "snnlab.models",
    }
    return type(encoder.name, (EncoderModel,), body | knobs(parameters))


def span(encoder: Encoder) -> tuple[float, float]:
    """What 0 and 1 of a signal for any encoder are for this one: neurons begin at no current."""
    return (0.0 if encoder.neuron is not None else encoder.input.low), encoder.input.high


@derived
def spanned(kind: type[EncoderModel]) -> type[EncoderModel]:
    """The model under a `SIGNAL`: from 0 to 1, whatever the range of the encoder; what is beyond is cut off."""
    low, high = span(kind.definition)

    def entering(self: EncoderModel, inputs: Inputs) -> Inputs:
        return {"current": low + (high - low) * inputs["current"].float().clamp(0, 1)}

    body = {"port": SIGNAL, "entering": entering, "__doc__": kind.definition.doc, "__module__": "snnlab.models"}
    return type(kind.__name__, (kind,), body)


ENCODERS = Catalogue("the encoder", {encoder.name: encoder_model(encoder) for encoder in _ENCODERS})
