"""Networks: many neurons, what they send one another, and the rhythms of all."""

from snnlab.workbench import page

page("networks").servable()
