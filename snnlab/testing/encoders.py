"""What every encoder keeps: spikes from which its signal is found again."""

import torch
from torch import Tensor

from snnlab.core import Encoder
from snnlab.engine import Recording
from snnlab.models import Experiment, model_of, stimuli_of
from snnlab.models.families.encoders import responses

from .contract import Check, holds, measured, same

SIGNALS = (0.2, 0.5, 0.9)  # of the range of its signal
NEURONS, WINDOW = 200, 400.0  # that encode it at once; over which spikes are counted, ms


def drawn(encoder: Encoder) -> bool:
    """Whether its spikes come by chance; else they are those of a neuron."""
    return encoder.neuron is None


def within(encoder: Encoder, share: float) -> float:
    """A signal at this share of its range."""
    return encoder.input.low + share * (encoder.input.high - encoder.input.low)


def encoded(encoder: Encoder, x: float, values: dict | None = None, **settings) -> Recording:
    """What it makes of a constant signal."""
    model = model_of(encoder)(**values or {})
    signal = stimuli_of(model.port)["Constant"](amplitude=x)
    return Experiment.of(model, signal, {"duration": 200.0, "dt": 0.5} | settings).run(torch.float64).recording


@Check
def it_says_what_it_is(encoder: Encoder) -> None:
    holds(encoder.name.isidentifier(), f"name = {encoder.name!r}: give a name that classes can have")
    holds(encoder.title, "it has no title, which menus show")
    holds((encoder.rate is None) == (encoder.neuron is not None), "give either a rate or a neuron")
    holds(not encoder.first or encoder.neuron, "the first spike alone counts of a neuron, not of a rate")
    measured(encoder.input, "input")
    usual, (least, most) = encoder.input.default, encoder.input.allowed
    holds(usual is not None and least <= usual <= most, f"input.default = {usual}: give a signal to show")
    holds(encoder.lag.endswith("."), f"late = {encoder.late!r}: give a sentence that says what makes it late")
    holds(encoder.functions, "it has no functions that users call")
    for function in encoder.functions:
        holds(function.__doc__, f"{function.__name__} has no docstring")


@Check.where(drawn)
def rates_have_a_place_for_each_neuron(encoder: Encoder) -> None:
    """[..., K] for a signal [...], and a number [...] read from them."""
    for dtype in (torch.float32, torch.float64):
        p = model_of(encoder)().p(dtype)
        for shape in ((), (3,), (2, 3), (0,)):
            x = torch.full(shape, within(encoder, 0.5), dtype=dtype)
            rates = encoder.rates(x, p)
            holds(rates.shape[:-1] == shape and rates.ndim == len(shape) + 1, f"rates of {shape} are {rates.shape}")
            holds(rates.dtype == dtype, f"rates are {rates.dtype} for a signal in {dtype}")
            holds(rates.isfinite().all(), "rates are not finite")
            read = encoder.read(rates, p)
            holds(
                read.shape == shape, f"what is read from {tuple(rates.shape)} rates has the shape {tuple(read.shape)}"
            )


@Check
def answers_ascend_with_the_signal(encoder: Encoder) -> None:
    """What is read is looked up in them, so they may not turn."""
    p = model_of(encoder)().p()
    x, y = responses(encoder, tuple(v.item() if isinstance(v, Tensor) else v for v in p), 5e-4)
    holds((y[1:] > y[:-1]).all() and (x[1:] > x[:-1]).all(), "the answers to constant signals turn")
    holds(len(x) > 15, f"of 161 constant signals {len(x)} have an answer of their own")


@Check.where(drawn)
def constants_are_found_again(encoder: Encoder) -> None:
    """Within five standard errors of what is read from binomial counts over 400 ms of 200 neurons."""
    p = model_of(encoder)().p(torch.float64)
    for share in SIGNALS:
        x = within(encoder, share)
        signal = torch.tensor(x, dtype=torch.float64, requires_grad=True)
        rates = encoder.rates(signal, p)
        (slope,) = torch.autograd.grad(encoder.read(rates, p), signal)
        rates = rates.detach().requires_grad_()
        (each,) = torch.autograd.grad(encoder.read(rates, p), rates)
        # of independent counts, each with variance n p
        noise = (each**2 * rates.abs() / (NEURONS * WINDOW / 1000)).sum().sqrt().detach()
        found = encoded(encoder, x, neurons=NEURONS, window=WINDOW, duration=WINDOW).variables["decoded"][-1].item()
        off, error = abs(found - x), float(noise / slope)
        holds(off <= 5 * error + 1e-3, f"a signal of {x:g} is decoded as {found:.4g}, where chance makes {error:.2g}")


@Check.where(drawn)
def a_seed_gives_its_spikes_again(encoder: Encoder) -> None:
    one, again, other = (encoded(encoder, within(encoder, 0.9), seed=seed).spikes for seed in (1, 1, 2))
    same(again, one, "what equal seeds draw")
    holds(not torch.equal(one, other), "other seeds draw the same spikes")


@Check
def signals_out_of_bounds_are_refused(encoder: Encoder) -> None:
    """Also where only a sum leaves them."""
    constant = stimuli_of(model_of(encoder)().port)["Constant"]
    total = constant(amplitude=encoder.input.allowed[1]) + constant(amplitude=encoder.input.high)
    try:
        Experiment.of(model_of(encoder)(), total, {"duration": 20.0}).run()
    except ValueError as error:
        holds("signal = " in str(error), f"a signal out of bounds is refused by: {error}")
    else:
        holds(False, f"a signal above {encoder.input.allowed[1]:g} is encoded")


CHECKS = tuple(value for value in globals().values() if isinstance(value, Check))
