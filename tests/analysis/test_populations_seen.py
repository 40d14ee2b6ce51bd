"""Many neurons in few numbers: rates and irregularity of each, rasters and weights as pictures."""

import numpy as np
import pytest
import torch

from snnlab.analysis import cv, raster_image, rate, variability, weight_blocks


@pytest.fixture(scope="module")
def spikes():
    return np.random.default_rng(3).random((900, 70)) < np.linspace(0, 0.05, 70)


def test_variability_is_that_of_each_neuron(spikes):
    found = variability(spikes, 0.5)
    for k in range(spikes.shape[1]):
        times = 0.5 * np.flatnonzero(spikes[:, k])
        assert found.rate[k] == pytest.approx(rate(times, duration=450.0))
        alone = cv(times)
        assert np.isnan(found.cv[k]) if alone is None else found.cv[k] == pytest.approx(alone)


def test_a_raster_loses_no_spike(spikes):
    found = raster_image(spikes, 0.5, columns=90, rows=7)
    wanted = spikes.reshape(90, 10, 7, 10).sum(axis=(1, 3)).T
    assert np.array_equal(found, wanted)
    assert raster_image(spikes, 0.5, columns=5000, rows=5000).shape == (70, 900)
    with pytest.raises(ValueError, match="rows = 0"):
        raster_image(spikes, 0.5, rows=0)


def test_blocks_of_weights_are_their_means():
    weights = torch.randn(90, 60, generator=torch.Generator().manual_seed(1)) * (torch.rand(90, 60) < 0.2)
    wanted = weights.numpy().reshape(30, 3, 20, 3).mean(axis=(1, 3))
    for given in (weights, weights.to_sparse_csr()):
        assert weight_blocks(given, 30) == pytest.approx(wanted, abs=1e-6)
        assert weight_blocks(given, 90) == pytest.approx(weights.numpy())
    with pytest.raises(ValueError, match="most = 0"):
        weight_blocks(weights, 0)
