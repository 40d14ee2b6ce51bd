"""Spikes that excite, and spikes that inhibit, by chance: what arrives at the synapses of a neuron in a network."""

from typing import Annotated, NamedTuple

import numpy as np
import torch

from .quantities import Jump, Time, hertz
from .random_samples import arrivals

STREAM = 3_000_017  # between the seeds of the two sides: a longer run begins with the same numbers


class ExcitationInhibitionParameters(NamedTuple):
    rate_e: Annotated[float, hertz("rate of all excitatory spikes", high=5000)] = 1000.0
    weight_e: Annotated[float, Jump(doc="size of an excitatory spike", size=True)] = 1.0
    rate_i: Annotated[float, hertz("rate of all inhibitory spikes", high=5000)] = 1000.0
    weight_i: Annotated[float, Jump(doc="size of an inhibitory spike", size=True)] = 1.0
    onset: Annotated[float, Time("start of the spikes")] = 0.0


def excitation_inhibition(t, p, run):
    """What spikes of two Poisson processes add in each step: [steps, 2], of excitation and of inhibition.

    Through a synapse that decays with tau, by Campbell's theorem, excitation has the mean rate_e weight_e tau and the
    variance rate_e weight_e^2 tau / 2, and inhibition likewise. Where one variable receives both, their difference has
    the difference of the means and the sum of the variances.
    """
    other = run._replace(generator=torch.Generator().manual_seed(run.generator.initial_seed() + STREAM))
    sides = (p.weight_e, p.rate_e, run), (p.weight_i, p.rate_i, other)
    return np.stack([weight * arrivals(t, rate, p.onset, drawn) for weight, rate, drawn in sides], 1)
