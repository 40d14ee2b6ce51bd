"""The short way from a knob to the plots: the run is done in the page, where a browser can do it."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import count
from typing import Any, NamedTuple

import param

from snnlab.core.palette import coloured
from snnlab.engine.portable import RUNTIME
from snnlab.models import EncoderModel, Experiment
from snnlab.models.portable import check_portable, movable, portable_experiment, structure
from snnlab.models.portable_answers import portable_answers
from snnlab.views import Data, Row

from .cards import WAITING
from .pencil import table_of
from .plain import Component
from .scenes import Drawn, Scene

MOST = 2_000_000  # neuron-steps: some tens of milliseconds
DRAWING = ("decode", "pictures", "points", "cards")
SHEET = coloured(files(__package__).joinpath("cards.css").read_text()) + WAITING
LARGEST = 500_000  # letters of a run on its way to a page: half a second at 10 Mbit/s
TOO_LONG = (
    "{steps} steps × {neurons} neurons are too many here: at most {most} together, so give a shorter duration or a "
    "larger dt"
)


TOO_LARGE = "{} is too large for a file: {} {:.1f} MB, and there is room for {:.2g} MB"


class Part(NamedTuple):
    """An experiment with the plots that show it."""

    experiment: Experiment
    scene: Scene
    rows: Sequence[Row]
    name: str = ""  # before those of its plots


def runs_data(experiment: Experiment, largest: int, name: str = "it") -> dict[str, Any]:
    """The "run" of an experiment as data, and of an encoder the "answers" by which its spikes are decoded.

    They are of at most so many letters; `name` is what it is called where it is refused. Raises ValueError for what no
    page can run, and for what is too long or too large for one.
    """
    check_runs(experiment, largest, name)
    run = portable_experiment(experiment)
    check_steps(run.about["steps"], run.about["neurons"], most_steps(run.about), name)
    answers = portable_answers(experiment).to_data() if isinstance(experiment.model, EncoderModel) else None
    data = {"run": run.to_data(), "answers": answers}
    if (letters := size(data)) > largest:
        raise ValueError(TOO_LARGE.format(name, "its kernel and numbers take", letters / 1e6, largest / 1e6))
    return data


def check_runs(experiment: Experiment, largest: int, name: str = "it") -> None:
    """Raises ValueError for what is known not to run in a page before anything of it is made: see `runs_data`."""
    check_portable(experiment)
    if (model := experiment.model).family == "network":
        synapses = 0 if model.definition.encoded else model.definition.synapses(model)
        if synapses > largest:  # each takes more than a letter
            took = f"{synapses:,} synapses take more than"
            raise ValueError(TOO_LARGE.format(name, took, 1.3e-6 * synapses, largest / 1e6))
        check_steps(experiment.steps, model.neurons, MOST, name)
        return
    settings = experiment.settings
    cuts = round(settings.dt / model.dt(settings))
    check_steps(experiment.steps * cuts, getattr(settings, "neurons", 1), MOST, name)


def most_steps(about: dict[str, Any]) -> int:
    """Neuron-steps of a run: what is drawn by chance takes longer than a step."""
    return MOST if about["state"] else MOST // 4


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
    return RUNTIME.read_text() + "".join(files(__package__).joinpath(f"{one}.js").read_text() for one in DRAWING)


def values_of(experiments: Mapping[str, Experiment]) -> dict[str, float]:
    """The numbers that may change in a page, by the names of their knobs: those of a model are called after its key."""
    each = ((key, name, x) for key, one in experiments.items() for name, x in movable(one).items())
    return {f"{key}.{name.removeprefix('model.')}" if name.startswith("model.") else name: x for key, name, x in each}


class Here(Component):
    """Where a hand moves a knob, the page runs the kernels of `recipe` and feeds the plots.

    These are Bokeh's, elsewhere in the page; or it shows `cards`, of the rows by their keys, and `feed` what they show.

    It shows one experiment or several, which have stimulus, run and initial state in common; each has a key: "model" of
    a single one. `way` is what the page says of itself: while it is "page", it draws what a hand does.
    """

    owner = param.String(doc="name before those of the knobs")
    runtime = param.String(doc="source of the module that runs and draws")
    recipe = param.List([], doc="runs, and what is drawn of each")
    values = param.Dict({}, doc="values of knobs that no hand moved, and how often there were any")
    answered = param.Dict({}, doc="values of which the server has said the rest, and how often it has")
    cards = param.List([], doc="plots of each card")
    pictures = param.Dict({}, doc="what the server drew last, by key")
    captions = param.Dict({}, doc="words above the plots of each card, as HTML, by key")
    way = param.Selector(default="server", objects=["server", "page"], doc="who computes")

    _bundle = "live.js"
    _by_hand = ("way",)

    def __init__(self, owner: str, cards: Mapping[str, Sequence[Row]] | None = None) -> None:
        if cards is None:
            super().__init__(owner=owner, width=0, height=0, margin=0)
        else:
            shown = [{"key": key, "plots": [row._asdict() for row in rows]} for key, rows in cards.items()]
            wide = {"sizing_mode": "stretch_width", "stylesheets": [SHEET], "margin": 0}
            super().__init__(owner=owner, cards=shown, runtime=source(), **wide)
        self.structures: dict[str, Any] = {}
        self.times = count(1)

    def knows(self, experiments: Mapping[str, Experiment]) -> bool:
        """Whether the page can run these experiments."""
        return bool(self.structures) and self.structures == structures(experiments)

    def follow(self, experiments: Mapping[str, Experiment], by_hand: bool = False) -> dict[str, float]:
        """The values with which the page can run what has become of experiments; {} where the server has to draw.

        What no hand did in the page, it is told.
        """
        if self.knows(experiments):
            values = values_of(experiments)
            if not by_hand:
                self.values = {"number": next(self.times), "values": values}  # a hand may have come between
            return values
        if self.structures:
            self.structures = {}
            self.param.update(recipe=[], way="server")
        return {}

    def answer(self, values: dict[str, float]) -> None:
        """The server has said what it alone knows of runs with these values."""
        self.answered = {"number": next(self.times), "values": values}

    def feed(self, drawn: Mapping[str, Drawn]) -> None:
        """Show this on cards; of those that are not there, what they show stays."""

        def line(key: str, data: Data) -> dict[str, Any]:
            found = {"row": {"key": key}, "t": data.t, "y": data.y, "frame": data.frame}
            return found if data.other is None else found | {"other": data.other}

        new = {
            key: {"duration": one.duration, "rows": [line(name, data) for name, data in one.data.items()]}
            for key, one in drawn.items()
        }
        self.pictures = self.pictures | new

    def offer(self, parts: Mapping[str, Part]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The structures of experiments, and their recipe, nothing where no page can run them: touches no widget."""
        recipe = []
        for key, (experiment, scene, rows, name) in parts.items():
            try:
                found = runs_data(experiment, LARGEST)
            except ValueError:
                return {}, []
            about = found["run"]["about"]
            drawing = scene.drawing(experiment, about, rows, name)
            drawing["table"] = table_of(experiment) if scene.sampled else None
            recipe.append({"key": key, **found, "most": most_steps(about), "drawing": drawing})
        return structures({key: part.experiment for key, part in parts.items()}), recipe

    def take(self, offered: tuple[dict[str, Any], list[dict[str, Any]]]) -> None:
        """Give the page what was offered."""
        self.structures, recipe = offered
        if recipe:
            self.runtime = source()  # first: it runs the recipe
        self.recipe = recipe


def structures(experiments: Mapping[str, Experiment]) -> dict[str, Any]:
    return {key: structure(one) for key, one in experiments.items()}
