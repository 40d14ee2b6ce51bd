"""The entrance of `panel serve apps/`: the page named by ?page=, or that with questions."""

from snnlab.workbench import page

page().servable()
