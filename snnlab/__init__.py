"""A workbench for seeing how spiking neurons work."""
