"""Map: what two knobs of a neuron do."""

from snnlab.workbench import page

page("map").servable()
