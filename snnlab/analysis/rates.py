"""A rate that changes with time, from spike times."""

import numpy as np

from .arguments import positive, steps
from .reading import Given, lasting, milliseconds, needed, recorded, train


def instantaneous_rate(
    times: Given,
    duration: float | None = None,
    dt: float | None = None,
    sigma: float | None = None,
    neuron: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Rate over time: each spike is a Gaussian of standard deviation `sigma`. Returns (t [ms], rate [Hz]).

    Of one `neuron` of a recording, whose duration and, unless another is given, whose dt are taken; or of spike times.
    All times in ms. Spikes are counted in `duration / dt` bins, of which t are the centres; a spike between two belongs
    to the earlier one, the step of a run at whose end it was. What of a Gaussian would lie outside of the recording is
    mirrored at that border: the integral of the rate is the number of spikes, and a constant rate stays constant up
    to the borders. Gaussians end at 4 sigma.

    Raises ValueError for spikes outside the recording, sigma <= 0, and a duration that is not a whole number of dt.

    Source: Nawrot, Aertsen, Rotter, Journal of Neuroscience Methods 94:81, 1999.

    >>> t, hertz = instantaneous_rate([20.0, 50.0, 51.0], duration=100.0, dt=1.0, sigma=5.0)
    >>> float(t[0]), round(float(hertz.sum() / 1000.0), 9)  # three spikes
    (0.5, 3.0)
    """
    from scipy.ndimage import gaussian_filter1d  # slow to load: for a smoothed rate alone

    found, recording, sigma = train(times, neuron), recorded(times), needed("sigma", sigma)
    duration = lasting(found, duration)
    dt = milliseconds(dt) if recording is None or dt is not None else recording.dt
    bins = steps("duration", duration, dt)
    positive("sigma", sigma)
    # without the factor, rounding would decide where a spike on a border goes
    last = np.ceil((found.inside(duration) - found.begin) / dt * (1 - 1e-9)) - 1
    counts = np.bincount(last.clip(0, bins - 1).astype(int), minlength=bins)
    rate = gaussian_filter1d(counts.astype(float), sigma / dt, mode="reflect") * (1000.0 / dt)
    return found.begin + (np.arange(bins) + 0.5) * dt, rate
