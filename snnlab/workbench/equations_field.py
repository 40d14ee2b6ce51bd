"""A field for the equations of a neuron of one's own: read, checked, and shown as any other."""

from collections.abc import Callable
from importlib.resources import files

import param

from snnlab.core.palette import coloured
from snnlab.models import EquationError, Experiment, Model, NeuronModel, model_of, neuron

from .plain import Component

SHEET = coloured(files(__package__).joinpath("equations_field.css").read_text())
EXAMPLE = """\
name: Mine
dv/dt = (v - v**3/3 - w + I) / tau_v : 1
dw/dt = (v + a - b*w) / tau_w : 1
spike: v crosses 1
tau_v = 1 ms in 0.2 .. 5 "time constant of the membrane"
tau_w = 12.5 ms in 2 .. 50 "time constant of the recovery"
a = 0.7 in 0 .. 1.5 "offset of the recovery"
b = 0.8 in 0 .. 1.5 "decay of the recovery"
I = 0.5 in 0 .. 2
"""


class EquationsField(Component):
    """A text in a fold, with what is wrong with it."""

    text = param.String(doc="equations of what is shown, or to begin with")
    message = param.String(doc="reason why a text is not taken")
    place = param.Integer(-1, doc="where in the text the fault is; -1 for nowhere")
    open = param.Boolean(doc="the neuron that is shown is typed")
    asked = param.Dict({}, doc="what a hand asked for: {text}, and how often it did")

    _bundle = "equations_field.js"
    _by_hand = ("asked",)


class Typing:
    """`field` takes equations; `load(experiment)` is called with the neuron that they make, as `driven(kind)`."""

    def __init__(
        self,
        load: Callable[[Experiment], None],
        driven: Callable[[type[NeuronModel]], type[Model]] = lambda kind: kind,
    ) -> None:
        self.load, self.driven = load, driven
        self.field = EquationsField(sizing_mode="stretch_width", margin=(0, 10), stylesheets=[SHEET])
        self.field.param.watch(self._asked, "asked")

    def hold(self, model: Model) -> None:
        """Show the equations of this model, if it is typed."""
        text = getattr(model, "text", None)
        self.field.param.update(text=text or EXAMPLE, message="", place=-1, open=text is not None)

    def _asked(self, event) -> None:
        text = str(event.new.get("text", ""))
        try:
            model = self.driven(model_of(neuron(text)))()
            made = Experiment.of(model, settings=model.on_show())
        except EquationError as error:
            self.field.param.update(message=str(error).split("\n")[0], place=error.at)
        except ValueError as error:
            self.field.param.update(message=str(error), place=-1)
        else:
            self.load(made)
