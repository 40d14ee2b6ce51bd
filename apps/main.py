"""The entrance of `panel serve apps/`: the page named by ?page=, the neuron explorer without."""

from snnlab.workbench import page

page().servable()
