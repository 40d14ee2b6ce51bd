"""Run once before a server answers, with `panel serve --setup`: the settings that `snnlab` has."""

from snnlab.workbench.server import make_ready

make_ready()
