"""The neuron page with faults: its menu of stimuli, runs from v_reset = 1 on, their drawing from v_th = 2 on."""

from snnlab.workbench.explorer import Explorer
from snnlab.workbench.pages import page
from snnlab.workbench.scenes import NeuronScene
from snnlab.workbench.sidebar import Sidebar

sound = {"job": Explorer._job, "draw": NeuronScene.draw}


def picked(self, event):
    if not self.silent:
        raise RuntimeError("this menu is broken")


def job(self, experiment, *more):
    broken, run = experiment.model.v_reset >= 1, sound["job"](self, experiment, *more)

    def perform(cancelled):
        if broken:
            raise RuntimeError("this run is broken")
        return run(cancelled)

    return perform


def draw(self, result):
    if result.p.v_th >= 2:
        raise RuntimeError("this drawing is broken")
    return sound["draw"](self, result)


Sidebar._picked_kind, Explorer._job, NeuronScene.draw = picked, job, draw
page("neuron").servable()
