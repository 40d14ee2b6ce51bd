"""The synfire chain, against what its paper reports."""

import numpy as np
import pytest

from snnlab.analysis import pulse_packets
from snnlab.models import PRESETS, Experiment, Synfire


def volleys(key, seed):
    experiment = PRESETS[key].experiment()
    experiment.settings.seed = seed
    return pulse_packets(experiment.run().recording)


def test_a_spike_makes_the_response_of_the_paper():
    """0.14 mV high, 1.7 ms after its arrival; steps are 0.05 ms."""
    alone = Synfire(spikes=1, sigma=0.0, width=1, pools=2, noise=0.0, mean=0.0, at=5.0)
    recording = Experiment.of(alone, None, {"duration": 40.0, "dt": 0.05, "watched": 2}).run().recording
    (first,) = recording.spike_times(0)
    v = recording.variables["v"][:, 1].numpy()
    assert first == pytest.approx(5.0, abs=0.11)
    assert v.max() == pytest.approx(0.14, abs=0.005)
    assert recording.sample_time[v.argmax()] - first - 5.0 == pytest.approx(1.7, abs=0.2)


def test_neurons_alone_fire_rarely_and_scatter_as_they_should():
    """v scatters by 2.85 mV, and neurons fire at a few Hz."""
    settings = {"duration": 1000.0, "dt": 0.1, "watched": 200}
    recording = Experiment.of(Synfire(spikes=0, pools=2, theta=100.0), None, settings).run().recording
    v = recording.variables["v"][500:].numpy()
    assert v.mean() == pytest.approx(8.4, abs=0.1) and v.std() == pytest.approx(2.85, rel=0.03)
    recording = Experiment.of(Synfire(spikes=0, pools=2), None, settings).run().recording
    assert 1.0 < 1e4 * recording.spikes.float().mean() < 6.0


def test_the_first_pool_fires_as_it_is_told():
    model = Synfire(spikes=90, sigma=3.0, noise=0.0, at=25.0)
    spikes = Experiment.of(model, None, {"duration": 60.0, "dt": 0.1}).run().recording.spikes[:, :100].numpy()
    assert spikes.sum() == 90 and not spikes[:, 90:].any()
    when = 0.1 * (1 + spikes.nonzero()[0])
    assert when.mean() == pytest.approx(25, abs=1) and when.std() == pytest.approx(3, rel=0.2)


@pytest.mark.parametrize("seed", range(3))
def test_a_volley_survives_or_dies(seed):
    """Figure 4: what survives becomes one of all hundred neurons within less than 0.5 ms; what dies leaves the spikes
    that neurons fire by themselves, five in 12 ms and a hundred neurons at 4 Hz, where that is most of them."""
    lasting, lost = volleys("synfire-survives", seed), volleys("synfire-dies", seed)
    assert (lasting.spikes[-3:] >= 98).all() and (lasting.spread[-3:] < 0.5).all()
    assert np.diff(lasting.time) == pytest.approx(5 + 1.5, abs=1.6), "a delay and a rise from pool to pool"
    assert (lost.spikes[-3:] < 20).all() and (lost.spread[-3:] > 2).all()


def test_what_no_pool_can_be_is_told():
    with pytest.raises(ValueError, match="width = 30 is not allowed: give a whole part of the 100 neurons"):
        pulse_packets(np.zeros((10, 100), bool), dt=0.1, width=30)
