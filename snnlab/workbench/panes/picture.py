"""The pane of a small picture: what an encoder makes of its pixels, and how it grows clear again."""

from collections.abc import Callable, Mapping

import numpy as np
from bokeh.events import Pan, PanStart, Tap

from snnlab.analysis import PictureCode, encode_picture
from snnlab.core.palette import VOLTAGE
from snnlab.models.digits import digits, pixels_text, read_pixels
from snnlab.views.curves import Curve, Curves, CurvesView
from snnlab.views.pixels import GAP, PixelsView

from ..plain import Plain
from .film import Film, track
from .pane import Pane, Shown
from .tuning import steady

DIGITS = {f"digit {k}": k for k in range(10)}
OWN = "drawn by hand"
LONGEST, FRAMES = 200.0, 50  # ms, about how many pictures
DOTS = 6000  # of the raster, at most about


class PicturePane(Pane):
    """Each pixel is encoded by neurons of its own; a film shows what is decoded the longer spikes are counted.

    A click on a pixel of the picture makes it bright or dark, and a drag paints; an address holds what was painted.
    """

    key, title, menu = "picture", "A picture as spikes", "picture"
    slow = True
    makes = True

    def __init__(self, begin: Callable[[dict[str, float]], None]) -> None:
        super().__init__(begin)
        self.own, self.brush = digits()[0].copy(), 1.0

    @property
    def more(self) -> dict[str, str]:
        return {"pixels": pixels_text(self.own)} if self.head.value == OWN else {}

    def take(self, more: Mapping[str, str]) -> None:
        if "pixels" in more:
            self.own = read_pixels(more["pixels"])

    def build(self) -> None:
        self.view = PixelsView()
        self.raster, self.errors = CurvesView(height=130, most=220, dot=3), CurvesView(height=120, most=220)
        self.film = Film(self.title)
        self.head.param.update(
            options=[*DIGITS, OWN], value=self.head.value if self.head.value in (*DIGITS, OWN) else next(iter(DIGITS))
        )
        for event, hear in ((Tap, self._begun), (PanStart, self._begun), (Pan, self._painted)):
            self.view.figure.on_event(event, hear)
        below = [Plain(view.figure) for view in (self.raster, self.errors)]
        self.box[:] = [self.head, Plain(self.view.figure), self.film, *below]

    def fade(self) -> None:
        if len(self.box):
            for view in (self.view, self.raster, self.errors):
                view.fade()

    def job(self, shown: Shown) -> Callable[[], object]:
        experiment = shown.experiment()
        model, settings = experiment.model.copy(), experiment.settings
        picture, neurons = self.picture(), getattr(settings, "neurons", 1)
        dt, duration = settings.dt, steady(min(LONGEST, settings.duration), settings.dt)

        def draw() -> tuple[np.ndarray, PictureCode, int]:
            found = encode_picture(model, picture, duration, FRAMES, neurons, dt, settings.seed)
            return picture, found, neurons

        return draw

    def picture(self) -> np.ndarray:
        """The one that is shown, from 0 to 1."""
        return self.own.copy() if self.head.value == OWN else digits()[DIGITS.get(self.head.value, 0)]

    def feed(self, picture) -> None:
        shown, found, neurons = picture
        self.view.feed(shown, found.decoded[-1])
        end = float(found.window[-1])
        nothing = Curve(np.array([0.0, end]), np.full(2, np.nan))
        labels = "time (ms)", "pixel"
        self.raster.feed(Curves(labels, [nothing], low=float(shown.size), high=-1.0))
        error = Curve(found.window, found.error, VOLTAGE)
        self.errors.feed(Curves(("time that counts (ms)", "error"), [error], low=0.0))
        self.head.note = "click or paint pixels; dark also where nothing is decoded" + (
            "" if neurons == 1 else f"; {neurons} neurons for each"
        )
        self.film.shown = self.shown_as_film(found)

    def shown_as_film(self, found: PictureCode) -> dict:
        """What is decoded, the spikes so far, and the error, after each time."""
        few = slice(None, None, max(1, round(len(found.times) / DOTS)))
        times, pixels = found.times[few], found.pixels[few].astype(float)
        parts = np.searchsorted(times, found.window * (1 + 1e-9), side="right")
        begins = np.append(0, parts[:-1])
        slices = [slice(begin, end) for begin, end in zip(begins, parts)]
        place = self.view.places(self.view.shape[1] + GAP)
        each = [[column[k : k + 1] for k in range(len(column))] for column in (found.window, found.error)]
        return {
            "words": [f"after {time:.4g} ms: error {off:.2f}" for time, off in zip(found.window, found.error)],
            "tracks": [
                track(self.view.decoded, {"value": [one.ravel() for one in found.decoded]}, place, grow=False),
                track(self.raster.dots, {"x": [times[s] for s in slices], "y": [pixels[s] for s in slices]}, {}, True),
                track(self.errors.dots, dict(zip("xy", each)), {}, grow=False),
            ],
        }

    def _begun(self, event) -> None:
        """A hand comes to a pixel: what is dark grows bright, and the other way round."""
        if (place := self.view.at(event.x, event.y)) is not None:
            self.brush = 0.0 if self.picture()[place] > 0.5 else 1.0
            self._painted(event)

    def _painted(self, event) -> None:
        place = self.view.at(event.x, event.y)
        if place is None or (self.head.value == OWN and self.own[place] == self.brush):
            return
        self.own = self.picture().copy()
        self.own[place] = self.brush
        if self.head.value == OWN:
            self.again()
            self.looked()
        else:
            self.head.value = OWN  # which asks for it
