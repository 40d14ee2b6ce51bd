"""Compartments: a potential that fades along a cable, a spike that travels."""

from snnlab.workbench import page

page("compartments").servable()
