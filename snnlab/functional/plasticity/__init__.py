"""One file a plasticity rule."""
