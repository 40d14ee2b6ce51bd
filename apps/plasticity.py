"""Plasticity: a synapse under the spikes of both its sides."""

from snnlab.workbench import page

page("plasticity").servable()
