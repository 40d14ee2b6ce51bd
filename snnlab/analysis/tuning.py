"""Tuning curves: what each neuron of an encoder answers to constant signals, and what theory says."""

from typing import Any, NamedTuple

import numpy as np
import torch

from snnlab.core.check import check_count, check_seed
from snnlab.models import EncoderModel, NeuronModel, model_of
from snnlab.models.families.encoders import answered, settled

from .arguments import positive, steps
from .encoded import constant_spikes, encoder_model, signals, usual_step
from .transfer import f_i_theory, first_spike_theory

MANY = 31  # signals


class TuningCurves(NamedTuple):
    """Over constant signals [X] the answers [X, K] of neurons, measured and by theory, None where there is none.

    In "Hz" they are rates, negative for spikes of negative sign; in "ms", where only the first spike counts, they are
    its time, NaN where none came.
    """

    signal: np.ndarray
    measured: np.ndarray
    theory: np.ndarray | None
    unit: str


def tuning_curves(
    model: EncoderModel,
    x: Any = None,
    duration: float = 500.0,
    neurons: int = 20,
    dt: float | None = None,
    seed: int = 0,
) -> TuningCurves:
    """What each of the K neurons of an encoder answers to constant signals `x` [X], 31 over its range unless given.

    Of spikes that come by chance it is the mean rate of so many `neurons` of each kind over `duration` [ms], and in
    theory the rate by which they are drawn. Of a neuron that the signal drives it is one over the last interval, in
    theory one over the time from reset to threshold; or the time of its first spike, where only that counts, in
    theory that from 0 to threshold (`first_spike_theory`). Where the neuron adapts there is no theory.

    `dt` in ms, 1 or, of a neuron, 0.1 unless given. Raises ValueError for what is no encoder, signals that it does not
    take, and a duration that is not a whole number of dt.
    Source: Dayan, Abbott, Theoretical Neuroscience, MIT Press 2001, section 1.2.

    >>> from snnlab.models import Latency
    >>> found = tuning_curves(Latency(), [1.5, 3.0], dt=0.01)
    >>> found.measured.T.round(1), found.theory.T.round(1)  # 10 ms ln(x / (x - 1))
    (array([[11. ,  4.1]]), array([[11. ,  4.1]]))
    """
    x, dt = signals(encoder_model(model), x, MANY), usual_step(model, dt)
    check_count("neurons", neurons)
    check_seed("seed", seed)
    positive("duration", duration)
    count, theory = steps("duration", duration, dt), tuning_theory(model, x)
    if model.neuron is None:
        spikes = constant_spikes(model, x, count, dt, neurons, seed)
        return TuningCurves(x, spikes.sum(0).mean(-1).double().numpy() * (1000 / duration), theory, "Hz")
    current = torch.as_tensor(x, dtype=torch.float32).expand(count, -1)
    ran = answered(model.definition, current, model.p(), dt / 1000, every=count)
    if model.definition.first:
        late = ran.variables["interval"][-1].double()
        return TuningCurves(x, torch.where(late > 0, late * dt, torch.nan)[:, None].numpy(), theory, "ms")
    return TuningCurves(x, settled(ran, dt / 1000).nan_to_num()[:, None].numpy(), theory, "Hz")


def tuning_theory(model: EncoderModel, x: Any) -> np.ndarray | None:
    """The `theory` [X, K] of `tuning_curves` for constant signals x [X], in Hz or ms; None where there is none.

    Raises ValueError for what is no encoder, and signals that it does not take.

    >>> from snnlab.models import Poisson
    >>> tuning_theory(Poisson(f_max=80.0), [0.25, 1.0]).T
    array([[20., 80.]])
    """
    x, encoder = signals(encoder_model(model), x, MANY), model.definition
    if model.neuron is None:
        return encoder.rates(torch.from_numpy(x), model.p(torch.float64)).numpy()
    found = (first_spike_theory if encoder.first else f_i_theory)(neuron_of(model), x)
    return None if found is None else np.where(np.isfinite(found), found, np.nan)[:, None]


def neuron_of(model: EncoderModel) -> NeuronModel:
    """The neuron that a signal drives, by itself."""
    assert model.definition.neuron is not None
    kind = model_of(model.definition.neuron)
    return kind(**{name: value for name, value in model.values().items() if name in kind.names()})
