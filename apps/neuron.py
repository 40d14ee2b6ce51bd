"""Neuron explorer: a neuron, its stimulus, and how it answers."""

from snnlab.workbench import page

page("neuron").servable()
