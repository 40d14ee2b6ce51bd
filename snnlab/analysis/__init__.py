"""Numbers from recordings."""

from .spikes import SpikeStatistics, onset, peak, spike_statistics
