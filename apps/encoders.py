"""Encoders: one signal, and what each of them makes of it."""

from snnlab.workbench import page

page("encoders").servable()
