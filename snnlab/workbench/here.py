"""The short way from a knob to the plots: the run is done in the page, where a browser can do it."""

from functools import cache
from importlib.resources import files
from itertools import count
from typing import Any

import param
from panel.custom import JSComponent

from snnlab.engine.portable import RUNTIME
from snnlab.models import Experiment
from snnlab.models.portable import check_portable, movable, portable_experiment, structure
from snnlab.views import Stack

from .scenes import Drawn, Scene

MOST = 2_000_000  # neuron-steps: some tens of milliseconds
LARGEST = 500_000  # letters of a run on its way to a page: half a second at 10 Mbit/s
TOO_LONG = (
    "{steps} steps × {neurons} neurons are too many here: at most {most} together, so give a shorter duration or a "
    "larger dt"
)


def run_of(experiment: Experiment, largest: int, name: str = "it") -> dict[str, Any]:
    """The run of an experiment as data of at most so many letters; `name` is what it is called where it is refused.

    Raises ValueError for what no page can run, and for what is too long or too large for one.
    """
    check_portable(experiment)
    large = f"{name} is too large for a file: {{}} {{:.1f}} MB, and there is room for {largest / 1e6:.2g} MB"
    if (model := experiment.model).family == "network":  # known before it is made
        synapses = 0 if model.definition.encoded else model.definition.synapses(model)
        if synapses > largest:  # each takes more than a letter
            raise ValueError(large.format(f"{synapses:,} synapses take more than", 1.3e-6 * synapses))
        check_steps(experiment.steps, model.neurons, MOST, name)
    run = portable_experiment(experiment)
    check_steps(run.about["steps"], run.about["neurons"], most_steps(run.about), name)
    data = run.to_data()
    if (letters := size(data)) > largest:
        raise ValueError(large.format("its kernel and numbers take", letters / 1e6))
    return data


def most_steps(about: dict[str, Any]) -> int:
    """Neuron-steps of a run: what is drawn by chance takes longer than a step."""
    return MOST if about["state"] else MOST // 10


def check_steps(steps: int, neurons: int, most: int, name: str) -> None:
    """Raises ValueError for a run that is too long for a page."""
    if steps * neurons > most:
        why = TOO_LONG.format(steps=f"{steps:,}", neurons=f"{neurons:,}", most=f"{most:,}")
        raise ValueError(f"{name} is too long for a file. {why}")


def size(data: Any) -> int:
    """Letters of all the text in it."""
    if isinstance(data, dict):
        return sum(map(size, data.values()))
    return sum(map(size, data)) if isinstance(data, list | tuple) else len(str(data))


@cache
def source() -> str:
    """One module that runs kernels and draws what they give."""
    return RUNTIME.read_text() + files(__package__).joinpath("pictures.js").read_text()


class Here(JSComponent):
    """Not to be seen itself: where a hand moves a knob, the page runs the kernel of `recipe` and feeds the plots.

    `way` is what the page says of itself: while it is "page", it draws what a hand does.
    """

    owner = param.String(doc="name before those of the knobs")
    runtime = param.String(doc="source of the module that runs and draws")
    recipe = param.Dict({}, doc="run, and what is drawn of it")
    values = param.Dict({}, doc="values of knobs that no hand moved, and how often there were any")
    answered = param.Dict({}, doc="values of which the server has said the rest, lines of that, and how often it has")
    way = param.Selector(default="server", objects=["server", "page"], doc="who computes")

    _bundle = "live.js"
    _debounce = 0

    def __init__(self, owner: str) -> None:
        super().__init__(owner=owner, width=0, height=0, margin=0)
        self.structure: Any = None
        self.times = count(1)

    def knows(self, experiment: Experiment) -> bool:
        """Whether the page can run this experiment."""
        return self.structure is not None and self.structure == structure(experiment)

    def follow(self, experiment: Experiment, by_hand: bool = False) -> dict[str, float]:
        """The values with which the page can run what has become of an experiment; {} where the server has to draw.

        What no hand did in the page, it is told.
        """
        if self.knows(experiment):
            values = movable(experiment)
            if not by_hand:
                self.values = {"number": next(self.times), "values": values}  # a hand may have come between
            return values
        if self.structure is not None:
            self.structure = None
            self.param.update(recipe={}, way="server")
        return {}

    def answer(self, values: dict[str, float], drawn: Drawn) -> None:
        """The server has said what it alone knows of the run with these values, but for second lines of rows."""
        lines = {key: data.other for key, data in drawn.data.items() if data.other is not None}
        self.answered = {"number": next(self.times), "values": values, "lines": lines}

    def offer(self, experiment: Experiment, scene: Scene, stack: Stack) -> tuple[Any, dict[str, Any]]:
        """The structure of an experiment, and its recipe, {} where no page can run it: touches no widget."""
        try:
            run = run_of(experiment, LARGEST)
        except ValueError:
            return None, {}
        drawing = scene.drawing(experiment, run["about"], stack.rows.values(), stack.name)
        return structure(experiment), {"run": run, "most": most_steps(run["about"]), "drawing": drawing}

    def take(self, offered: tuple[Any, dict[str, Any]]) -> None:
        """Give the page what was offered."""
        self.structure, recipe = offered
        if recipe:
            self.runtime = source()  # first: it runs the recipe
        self.recipe = recipe
