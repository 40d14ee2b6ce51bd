"""From numbers to spikes, and back: one file an encoder."""
