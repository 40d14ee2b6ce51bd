"""Logic and time: gates, coincidence, filters and readout on two trains of spikes."""

from snnlab.workbench import page

page("logic").servable()
