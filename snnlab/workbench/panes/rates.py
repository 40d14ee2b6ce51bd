"""The pane of the f-I curve: the rates of a model under constant currents, one run of a hundred neurons."""

from collections.abc import Callable

import numpy as np

from snnlab.analysis import f_i_curve, rheobase
from snnlab.analysis.portrait import is_steady, middle, moment
from snnlab.analysis.transfer import f_i_theory, f_i_trials
from snnlab.models import NeuronModel
from snnlab.views.f_i import FIView, Rates

from ..plain import Plain
from .pane import Pane, Shown

CURRENTS = 61
LOG = "log"
DURATION, SETTLE = 1000.0, 200.0  # ms


class RatePane(Pane):
    """Firing rates when the hand rests, the present current and the rheobase; grey while they are of an older model."""

    key, title, menu = "rates", "f-I curve", "axis of rates"
    slow = True

    def __init__(self, begin: Callable) -> None:
        super().__init__(begin)
        self.view: FIView | None = None
        self.known: tuple[str, Rates, str] | None = None  # of what model and noise, and its picture
        self.head.param.update(options=["linear", LOG], value="linear")

    def build(self) -> None:
        self.view = FIView(log=self.head.value == LOG)
        self.box[:] = [self.head, Plain(self.view.figure)]

    def again(self) -> None:
        if self.view is not None and self.view.log != (self.head.value == LOG):
            self.build()  # a scale is a plot's own
        super().again()

    def job(self, shown: Shown) -> Callable[[], object]:
        experiment, result, known = shown.experiment(), shown.drawn.result, self.known
        model, noise, noise_tau = experiment.model.copy(), experiment.settings.noise, experiment.settings.noise_tau
        of, driven = repr((type(model), model.values(), noise, noise_tau)), "current" in experiment.stimulus.ports

        def draw() -> tuple[str, Rates, str]:
            here, _ = moment(result)
            if known is not None and known[0] == of and known[1].current[0] <= here <= known[1].current[-1]:
                (rate,) = f_i_curve(model, np.array([here]), DURATION, step_of(model), SETTLE).rate
                rates, words = known[1]._replace(here=(here, float(rate))), known[2]
            else:
                rates, words = curve(model, here, noise, noise_tau)
            at = "here" if is_steady(result) else f"at {middle(result):.4g} ms:"
            return of, rates._replace(here=rates.here if driven else None, at=at), words

        return draw

    def feed(self, picture) -> None:
        self.known = picture
        _, rates, self.head.note = picture
        if self.view is not None:
            self.view.feed(rates)


def step_of(model: NeuronModel) -> float:
    """The time step in ms: a rate needs no more than a few of the usual ones."""
    return min(0.1, 4 * model.neuron.dt)


def curve(model: NeuronModel, here: float, noise: float, noise_tau: float) -> tuple[Rates, str]:
    """Rates from no current to the usual highest and the present one, and what is drawn of them, in words."""
    mark = model.neuron.current
    if model.neuron.excess is None:
        raise ValueError("a neuron without threshold never spikes")
    try:
        least: float | None = rheobase(model, duration=DURATION, dt=step_of(model))
    except ValueError:  # it fires at any current, or at none
        least = None
    begins = mark.low if least is None or least < 0 else 0.0  # below, a neuron that waits for current is silent
    usual = sorted((begins, mark.high, 1.1 * here))
    currents = np.union1d(
        np.linspace(max(usual[0], mark.allowed[0]), min(usual[-1], mark.allowed[1]), CURRENTS), [here]
    )
    found = f_i_curve(model, currents, DURATION, step_of(model), SETTLE)
    there = (here, float(found.rate[np.searchsorted(currents, here)]))
    theory = f_i_theory(model, currents)
    words = "first interval pale" + ", theory dotted" * (theory is not None) + ", noise shaded" * (noise > 0)
    if least is not None and len(once := currents[(currents > least) & (found.rate == 0)]):
        words += f", first spikes alone up to {once.max():.3g}"
    band = noisy(model, currents[::2], noise, noise_tau) if noise else None
    found_at = Rates(currents, found.rate, found.first_rate, mark.unit, there, least, theory, band)
    return found_at._replace(symbol=mark.symbol or found_at.symbol), words


def noisy(model: NeuronModel, currents: np.ndarray, noise: float, tau: float) -> tuple[np.ndarray, ...]:
    """Currents, and the mean rate with noise less and plus its standard deviation between trials."""
    rates = f_i_trials(model, currents, noise, tau, duration=DURATION / 2, dt=step_of(model), settle=SETTLE / 2)
    mean, deviation = rates.mean(0), rates.std(0)
    return currents, np.maximum(mean - deviation, 0.0), mean + deviation
