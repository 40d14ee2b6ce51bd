"""The pane of regimes: what a network of excitation and inhibition does, over g and eta."""

import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files

from bokeh.events import Tap

from snnlab.analysis.mean_field import Membrane, Synapses
from snnlab.analysis.regimes import REGIMES, REGULAR, SILENT, RegimeMap, network_of, regime_map, regime_of, states
from snnlab.models import NETWORKS, Model
from snnlab.views.regimes import Areas, AreasView, Dot

from ..plain import Plain
from .pane import Pane, Shown

NAMES = ("silent", "AR", "SR", "AI", "SI slow", "SI fast")  # as the paper has them: synchronous, irregular
SYNCHRONOUS = 0.8  # swing of the rate of all neurons, from which a run is
THEORY, STORED = "theory", "theory and runs"


class RegimePane(Pane):
    """Regimes by theory, stored runs as dots, the present network as a point; a click moves the network."""

    key, title, menu = "regimes", "Regimes over g and η", "dots"

    def __init__(self, begin: Callable) -> None:
        super().__init__(begin)
        self.view: AreasView | None = None
        self.drawn: tuple | None = None  # of what network the map is
        self.head.param.update(options=[THEORY, STORED], value=THEORY)

    def suits(self, shown: Shown) -> bool:
        return isinstance(shown.experiment().model, NETWORKS["Brunel"])

    def build(self) -> None:
        self.view = AreasView()
        self.view.figure.on_event(Tap, self._tapped)
        self.box[:] = [self.head, Plain(self.view.figure)]

    def fade(self) -> None:
        if self.view is not None and self.drawn is not None:
            self.view.fade(self.drawn[0] != _known(self.shown))

    def follow(self, shown: Shown) -> None:
        """The point moves with every run, the map when the hand rests."""
        if self.drawn is not None and self.drawn[0] == _known(shown):
            self.request(shown)

    def job(self, shown: Shown) -> Callable[[], object]:
        model, result, dots = shown.experiment().model.copy(), shown.drawn.result, self.head.value == STORED
        rate = 1000.0 * float(result.recording.spikes.float().mean()) / result.recording.dt

        def draw():
            network = network_of(model)
            found, here = regime_map(*network), states(model.g, model.eta, *network)
            words = f"{NAMES[int(here.regime)]}: {float(here.rate):.3g} Hz by mean field, {rate:.3g} Hz here"
            return network, dots, areas_of(found, network, dots), (model.g, model.eta), words

        return draw

    def feed(self, picture) -> None:
        network, dots, areas, here, self.head.note = picture
        if self.view is None:
            return
        if self.drawn != (network, dots):
            self.view.feed(areas)
            self.drawn = network, dots
        self.view.fade(False)
        self.view.point(*here)

    def _tapped(self, event: Tap) -> None:
        if self.shown is None:
            return
        model = self.shown.experiment().model
        model.param.update({name: _within(model, name, x) for name, x in (("g", event.x), ("eta", event.y))})


def _known(shown: Shown | None) -> tuple[Synapses, Membrane] | None:
    """What its map depends on, None where it has none."""
    try:
        return None if shown is None else network_of(shown.experiment().model)
    except ValueError:
        return None


def _within(model: Model, name: str, value: float) -> float:
    low, high = model.annotation(name).allowed
    return min(max(round(value, 2), low), high)


def areas_of(found: RegimeMap, network: tuple[Synapses, Membrane], dots: bool) -> Areas:
    """A map as a picture: inhibition balances excitation on the upright line, the drive alone reaches threshold on the
    level one."""
    frame = (float(found.g[0]), float(found.g[-1])), (float(found.eta[0]), float(found.eta[-1]))
    gamma = network[0].gamma
    balance = (1 / gamma if gamma else 2 * frame[0][1], "balance")
    labels = "g, inhibition over excitation", "η, drive over threshold"
    return Areas(labels, frame, found.regime, NAMES, balance, (1.0, "threshold"), stored() if dots else ())


@cache
def stored() -> tuple[Dot, ...]:
    """The runs of the paper's network, of which the file says how they were made."""
    rows = json.loads((files("snnlab") / "models" / "data" / "brunel_2000_plane.json").read_text())["runs"]
    return tuple(_dot(**row) for row in rows)


def _dot(g: float, eta: float, rate: float, cv: float | None, swing: float | None, rhythm: float | None) -> Dot:
    if cv is None or swing is None or rhythm is None:
        return Dot(g, eta, SILENT, f"{rate:.3g} Hz")
    area = int(regime_of(rate, cv, 1.0 if swing >= SYNCHRONOUS else 0.0, rhythm, REGULAR))
    return Dot(g, eta, area, f"{REGIMES[area]}: {rate:.3g} Hz, CV {cv:.2f}, rhythm {rhythm:.3g} Hz")
