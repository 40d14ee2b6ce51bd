"""Izhikevich gallery: the twenty firing patterns of 2004."""

from snnlab.workbench import page

page("izhikevich").servable()
