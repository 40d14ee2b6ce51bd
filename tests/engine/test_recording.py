"""What a run gives: times, spike times, and whether it ran away."""

import numpy as np
import pytest
import torch

from snnlab.engine import Recording, simulate
from snnlab.functional import LIF


def recording(spikes, dt=0.0005, **variables):
    return Recording(
        {name: torch.tensor(values) for name, values in variables.items()}, torch.tensor(spikes, dtype=torch.bool), dt
    )


def test_samples_are_at_the_end_of_their_step():
    assert recording([0, 0, 0, 0]).time.tolist() == [0.5, 1.0, 1.5, 2.0]  # ms


@pytest.mark.parametrize("dt", [1e-3, 1e-4, 2.5e-4, 1e-6])
def test_times_do_not_drift(dt):
    """Multiples, not a running sum: the last of 100,000 times is exact to rounding."""
    time = recording(np.zeros(100_000), dt).time
    assert time[-1] == pytest.approx(1e8 * dt, rel=1e-15)
    assert (np.diff(time) > 0).all()


def test_spike_times_of_one_neuron():
    run = recording([[0, 1], [1, 0], [0, 0], [1, 1]])
    assert run.spike_times().tolist() == [1.0, 2.0]
    assert run.spike_times(1).tolist() == [0.5, 2.0]


def test_spike_times_without_population_and_without_spikes():
    assert recording([0, 1, 0]).spike_times().tolist() == [1.0]
    silent = recording([0, 0, 0]).spike_times()
    assert silent.shape == (0,)
    assert silent.dtype == np.float64


def test_neurons_are_counted_through_the_flattened_population():
    spikes = torch.zeros(3, 2, 4, dtype=torch.bool)
    spikes[1, 1, 2] = True
    run = Recording({}, spikes, 0.001)
    assert [len(run.spike_times(k)) for k in range(8)] == [0, 0, 0, 0, 0, 0, 1, 0]
    with pytest.raises(IndexError):
        run.spike_times(8)


def test_spike_times_are_those_of_the_run():
    """A LIF neuron under 1.5 fires every eleventh step of 1 ms: 10 ms ln 3, rounded up."""
    run = simulate(LIF, current=torch.full((50,), 1.5), dt=0.001)
    assert run.spike_times().tolist() == [11.0, 22.0, 33.0, 44.0]
    assert run.variables["v"][[10, 21]].tolist() == [0.0, 0.0]  # already reset at the end of its step


def test_a_recording_cannot_be_changed():
    with pytest.raises(AttributeError):
        recording([0]).dt = 1.0
