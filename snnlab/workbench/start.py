"""Run once before a server answers, with `panel serve --setup`: what the first visitor would wait for else."""

import snnlab.workbench  # noqa: F401  imports all that pages need
from snnlab.engine import prepare

prepare()
