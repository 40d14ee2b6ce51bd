"""The address of a page: it holds what is shown, so that a reload, a bookmark and a link bring it back."""

from importlib.resources import files
from urllib.parse import urlencode

import panel as pn
from bokeh.models import CustomJS
from panel.models import HTML

from snnlab.models import Experiment, Preset

from .plain import Plain

LONGEST = 4000  # characters of a query: what is longer (a table of hundreds of points) is left out, as a file is
SCRIPT = files(__package__).joinpath("session.js").read_text()


class Address(Plain):
    """Not to be seen itself: `show(query)`, called when a page rests, puts a query into the address of the browser.

    What a hand has made is kept there under its `title`, for the entrance. Where `entries` is higher than before, that
    is a new entry of the browser's history. The page shows in `data-rests` of its <html> how often it has been called.
    """

    def __init__(self, page: str) -> None:
        self.page = page
        self.rests = 0
        super().__init__(HTML(text="", visible=False, disable_math=True))
        if pn.state.curdoc is not None:
            pn.state.curdoc.js_on_event("document_ready", CustomJS(args={"address": self.object}, code=SCRIPT))

    def show(self, query: str, entries: int = 0, title: str = "") -> None:
        self.rests += 1
        text = f"?page={self.page}" + (f"&{query}" if query else "")
        self.object.update(text=text, tags=[self.rests, entries, title])


def query_of(experiment: Experiment, preset: Preset | None = None) -> str:
    """The shortest query that brings an experiment back: its preset's, or its own.

    A recording of one's own, and any other source that is too long for a link, is left out: `file` has its name. So is
    a model of one's own, with all that is set beside it.
    """
    try:
        query = experiment.to_query()
    except ValueError:
        query = ""
    if preset is not None and query == preset.experiment().to_query():
        return urlencode({"preset": preset.id})
    if query and len(query) <= LONGEST:
        return query
    rest = Experiment(experiment.model, experiment.model.usual(), experiment.settings, experiment.initial)
    name = getattr(experiment.stimulus.source, "name", experiment.stimulus.kind.title)
    try:
        query = rest.to_query()
    except ValueError:
        query, name = "", experiment.model.definition.name
    return query + "&" + urlencode({"file": name})
