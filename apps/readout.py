"""Readout and regularisation: a population under a leaky integrator, and the rate that it is to have."""

from snnlab.workbench import page

page("readout").servable()
