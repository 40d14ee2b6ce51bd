"""Surrogates and gradients: the slopes that gradients of spikes are given, and how far back these reach."""

from snnlab.workbench import page

page("surrogates").servable()
