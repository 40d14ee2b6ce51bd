"""Numbers from recordings."""

from .spikes import SpikeStatistics, peak, spike_statistics, trace
