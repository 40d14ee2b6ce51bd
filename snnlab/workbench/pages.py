"""The shell of every page: title, menu of pages, light and dark; `page` builds the one that the address names."""

from collections.abc import Callable, Iterable, Sequence
from contextvars import Context
from importlib.resources import files
from typing import NamedTuple
from urllib.parse import urlencode

import panel as pn
from jinja2 import Template
from panel.io.document import init_doc
from panel.io.resources import LOCAL_DIST, patch_model_css
from panel.theme import Design

from snnlab.models import PATTERNS, PRESETS, Experiment, Preset
from snnlab.models.reserved import ADDRESS

from .access import nonce, numbered
from .address import Address
from .board import EncoderBoard
from .drop import Drop
from .entrance import Pictures, Told, entrance_html
from .explorer import Explorer
from .export import LINK, QR, Export, items_of, page_item
from .gallery import FACTORS, Gallery, factors_of, query_of_factors
from .history import History
from .panes import MARKS, layout_of
from .panes.ready_maps import READY
from .plain import Column, Row
from .rush import RUSH
from .words import Notice, Words, forget_session, forgive_leaving, tell_faults


class Entry(NamedTuple):
    """A page of the menu: its title, what builds it from the query of the address, and the family that it explores.

    The first sentence of what builds it is said of the page at the entrance.
    """

    title: str
    build: Callable[[dict[str, str]], "Page"]
    family: str = ""
    short: str = ""  # in the menu, if that is another

    @property
    def words(self) -> str:
        return " ".join((self.build.__doc__ or "").split("\n\n")[0].split())


INTRODUCTION = (
    "Twenty firing patterns of one neuron model (Izhikevich 2004, figure 1): voltage above, input current below. "
    "Each runs with the published integrator and time step. Five of them (I, L, P, Q, T) exist only with that step, "
    "and have a robust variant in the explorer; click one to take it apart there. "
    "The sliders scale what all of them have."
)


def entrance(query: dict[str, str]) -> "Page":
    """Questions that a student has, all pages, and a search over what there is."""
    trouble, notes = Notice(severity="error"), left_out(query, ("page", "theme"), "opens the entrance")
    others = [Told(key, one.title, one.words, one.family) for key, one in PAGES.items() if one.build is not entrance]
    body = entrance_html(tuple(others))
    return shell("entrance", trouble, Address("entrance"), main=[trouble, *notes, Pictures()], body=body)


def neuron(query: dict[str, str]) -> "Page":
    """One neuron under knobs: its traces, phase plane, f-I curve, numbers and equations.

    `?preset=` names the preset with which it opens, or the query is an experiment's.
    """
    return explorer_page("neuron", "neuron", query)


def named(family: str, query: dict[str, str]) -> tuple[Experiment | None, Preset | None]:
    """The experiment that an address names, or the preset; neither where it names none.

    Raises ValueError, in words for who opened it.
    """
    if (wanted := query.get("preset")) is not None:
        if wanted not in PRESETS or PRESETS[wanted].model.family != family:
            raise ValueError(unknown("preset", wanted, "choose one from its menu"))
        return None, PRESETS[wanted]
    if family not in query:
        return None, None
    try:
        experiment = Experiment.from_query(urlencode(query))
        experiment.fits()  # raises where it cannot be run here
    except ValueError as error:
        raise ValueError(f"This link does not describe a runnable experiment: {error}") from error
    return experiment, None


def left_out(query: dict[str, str], known: Iterable[str], why: str) -> list[Notice]:
    """What is said of values of an address that have no part in its page."""
    left = ", ".join(key for key in query if key not in known)
    return [Notice(f"The address has values that are left out, as it {why}: {left[:80]}.")] if left else []


def explorer_page(page: str, family: str, query: dict[str, str], usual: dict[str, str] | None = None) -> "Page":
    """An explorer of a family, with what the address names; what cannot be had is said in words. It opens with what is
    `usual`, where the address names nothing."""
    notes: list[Notice] = []
    if family not in query or "preset" in query:
        why = "names a preset, which has its own" if "preset" in query else f"names no {family}"
        notes += left_out(query, ADDRESS, why)
    query = query if family in query else (usual or {}) | query
    try:
        experiment, preset = named(family, query)
    except ValueError as error:
        experiment, preset = None, None
        notes.append(Notice(str(error)))
    if name := query.get("file"):
        notes.append(Notice(f"The address does not hold the data of {name[:60]!r}: open the file again."))
    address = Address(page)
    first: list[str] = []  # what is shown as the page opens

    def tell(explorer: Explorer) -> None:
        layout = {"layout": explorer.panes.query} if explorer.panes.query else {}
        pins = [("pin", query) for query in explorer.pins.queries]
        dropped.refused.say("")
        shown = history.rest()
        query = "&".join(filter(None, (shown, urlencode(layout, safe=MARKS), urlencode(pins))))
        address.show(query, history.entries, title_of(explorer, not shown.startswith("preset=")))
        if not first:
            first.append(shown)
        elif shown != first[0]:  # what was wrong with the address is so no more
            for note in notes:
                note.say("")

    explorer = Explorer(
        preset=preset,
        experiment=experiment,
        family=family,
        rested=tell,
    )
    dropped = Drop(explorer, query.get("file", ""))
    history = History(explorer, lambda query: named(family, query))
    if "layout" in query:
        try:
            explorer.panes.open(layout_of(query["layout"], family))
        except ValueError as error:
            notes.append(Notice(str(error)))
    pinned = [one.decode(errors="replace") for one in pn.state.session_args.get("pin", ())]
    notes += [Notice(words) for words in explorer.pins.open(pinned, family)]
    explorer.panes.changed = lambda: tell(explorer)
    tools: list = [history, *([explorer.panes.choice()] if explorer.panes.kinds else [])]
    items = items_of(lambda: explorer.experiment, explorer.case, family)
    save = Export(items, explorer.trouble.say, families=[family], plots=explorer.here.owner)
    side, main = [*explorer.sidebar.panes, dropped.field], [dropped.refused, *notes, explorer.main]
    return shell(page, explorer.trouble, address, *tools, save, sidebar=side, main=main)


def two_knobs(query: dict[str, str]) -> "Page":
    """Two knobs of a neuron at once: its rate, latency, adaptation or firing pattern as a colour over both.

    The neuron explorer with its map in front; what the address does not name is that of the first ready map.
    """
    first = READY[0]
    usual = {"layout": "map!"} if query.keys() - {"page", "theme"} else {"preset": first.preset, "layout": first.layout}
    return explorer_page("map", family="neuron", query=usual | query)


def title_of(explorer: Explorer, changed: bool) -> str:
    """What is shown, in a list of such: the model, and its preset, which may be `changed`, or else the stimulus."""
    about, preset = explorer.experiment.model.definition, explorer.sidebar.described
    more = explorer.experiment.stimulus.kind.title if preset is None else preset.name + ", changed" * changed
    return f"{about.title or about.name}: {more}"


def encoders(query: dict[str, str]) -> "Page":
    """One signal, and what each encoder makes of it.

    With `?encoder=` it is one of them, under knobs.
    """
    if "encoder" in query or "preset" in query:
        return explorer_page("encoders", "encoder", query)
    address, notes = Address("encoders"), []

    def board(given: dict[str, str]) -> EncoderBoard:
        return EncoderBoard(
            given, rested=lambda board: address.show(urlencode(board.query(), safe=",;:"), title="All encoders")
        )

    try:
        shown = board(query)
    except ValueError as error:
        shown = board({})
        notes.append(Notice(f"The address holds no board that can be shown: {error}"))
    save = Export({"link": LINK, "qr": QR, "html": page_item(shown.cases)}, shown.trouble.say)
    return shell("encoders", shown.trouble, address, save, sidebar=shown.panes, main=[*notes, shown.main])


def plasticity(query: dict[str, str]) -> "Page":
    """A synapse under the spikes of both its sides: how it learns, and how it tires."""
    return explorer_page("plasticity", "plasticity", query)


def logic(query: dict[str, str]) -> "Page":
    """Gates on two trains of spikes as a timing diagram: a click sets a spike, and all outputs answer at once."""
    return explorer_page("logic", "operation", query)


def compartments(query: dict[str, str]) -> "Page":
    """A neuron in compartments: how a potential fades along a cable, and how a spike travels, or fails."""
    return explorer_page("compartments", "compartments", query)


def networks(query: dict[str, str]) -> "Page":
    """Neurons that send one another spikes: turn inhibition g and drive η, and their rhythm changes."""
    return explorer_page("networks", "network", query)


def readout(query: dict[str, str]) -> "Page":
    """A population that is read out: turn its gain towards the target rate, and watch how it learns to follow."""
    return explorer_page("readout", "network", query, {"preset": "readout-wave"})


def surrogates(query: dict[str, str]) -> "Page":
    """The slopes that gradients of spikes are given: sharpen one, and see how far back in time a gradient reaches."""
    return explorer_page("surrogates", "surrogate", query, {"preset": "surrogate-tanh"})  # which has a sharpness


def izhikevich(query: dict[str, str]) -> "Page":
    """The twenty firing patterns of one neuron model, each opening in the explorer."""
    introduction = Words(":host { font-size: 15px; }", margin=(14, 10, 0, 10), html=f"<p>{INTRODUCTION}</p>")
    address, notice = Address("izhikevich"), Notice()
    notes = left_out(query, ("page", "theme", *FACTORS), "opens the gallery")
    try:
        turned = factors_of(query)
    except ValueError as error:
        turned = {}
        notice.say(f"This address is not one of the gallery: {error}")

    def tell(factors: dict[str, float]) -> None:
        for note in (notice, *notes):
            note.say("")
        said = ", ".join(f"{name.rpartition('.')[2]} × {value:g}" for name, value in factors.items())
        address.show(query_of_factors(factors), title=f"Izhikevich's patterns: {said or 'as published'}")

    gallery = Gallery(PATTERNS, turned, tell)
    address.show(query_of_factors(turned))
    main = Column(introduction, notice, *notes, gallery.trouble, gallery, sizing_mode="stretch_width", margin=0)
    save = Export({"link": LINK, "qr": QR, "html": page_item(lambda: gallery.presets)}, gallery.trouble.say)
    return shell("izhikevich", gallery.trouble, address, save, main=[main])


PAGES = {
    "entrance": Entry("Start", entrance),
    "neuron": Entry("Neuron explorer", neuron, "neuron", "Neurons"),
    "map": Entry("Map", two_knobs),
    "izhikevich": Entry("Izhikevich gallery", izhikevich, short="Izhikevich"),
    "encoders": Entry("Encoders", encoders, "encoder"),
    "plasticity": Entry("Plasticity", plasticity, "plasticity"),
    "networks": Entry("Networks", networks, "network"),
    "compartments": Entry("Compartments", compartments, "compartments"),
    "logic": Entry("Logic and time", logic, "operation", "Logic"),
    "readout": Entry("Readout and regularisation", readout, "network", "Readout"),
    "surrogates": Entry("Surrogates and gradients", surrogates, "surrogate", "Gradients"),
}


def page(name: str = "") -> "Page":
    """The page named by `?page=`, else `name`; without both what the address describes, or the entrance."""
    pn.config.design = Design  # no style sheets of its own in every widget: those of a notebook follow its theme
    # A task that the library begins with the first event, and never ends: it must not run in that visitor's session.
    Context().run(pn.state._schedule_busy_cleanup)
    query = {k: v[0].decode(errors="replace") for k, v in pn.state.session_args.items() if v}
    usual = name or ("neuron" if query.keys() - {"page", "theme"} else "entrance")
    wanted = query.get("page", usual)
    with RUSH.page():
        made = PAGES[wanted if wanted in PAGES else usual].build(query)
    twice = [key for key, values in pn.state.session_args.items() if len(values) > 1 and key != "pin"]
    if twice:
        made.main.insert(0, Notice(f"The address has {', '.join(twice)[:80]} twice: the first of each is shown."))
    if wanted not in PAGES:
        made.main.insert(0, Notice(unknown("page", wanted, f"choose one of {', '.join(PAGES)}")))
    return made


def unknown(what: str, value: str, remedy: str) -> str:
    return f"There is no {what} {value[:40]!r}: {remedy}."


class Page(pn.Template):
    """Controls in a drawer, where there are any, and `main` beside them, under a header with the menu of pages."""

    title = "snnlab"

    def __init__(self, name: str, header: Sequence, main: Sequence, sidebar: Sequence, body: str) -> None:
        super().__init__(TEMPLATE)
        self.main = Column(*main, sizing_mode="stretch_both", margin=0)
        parts = {"header": Row(*header, margin=0), "main": self.main}
        if sidebar:
            parts["sidebar"] = Column(*sidebar, sizing_mode="stretch_width", margin=(6, 0))
        self._render_items: dict[str, tuple] = {part: (shown, []) for part, shown in parts.items()}
        kept = pn.state.cookies
        theme = kept.get("theme", "dark" if pn.config.theme == "dark" else "")  # "" follows the system
        look = " ".join(
            [*(["dark"] if theme == "dark" else []), *(["projector"] if kept.get("projector") == "on" else [])]
        )
        menu = {key: entry.short or entry.title for key, entry in PAGES.items()}
        given = {
            "page": name,
            "menu": menu,
            "heading": PAGES[name].title,
            "look": look,
            "chosen": bool(theme),
            "sidebar": bool(sidebar),
        }
        given["tools"] = len(header) > 1  # the first of which is not to be seen
        given |= {"sheet": SHEET, "script": SCRIPT, "body": numbered(body), "nonce": nonce()}
        for key, value in given.items():
            self.add_variable(key, value)

    def _build_layout(self) -> pn.Column:
        return pn.Column()  # the library's own is a button for notebooks, by which they start a server

    def server_doc(self, doc=None, title=None, location=True):
        """The library's own, without what a page here never has: designs, links between roots, a `location`."""
        document = init_doc(doc or pn.state.curdoc)
        self._documents.append(document)
        pn.state._templates[document] = self
        with document.models.freeze():  # else all is looked through with each root
            for name, (part, tags) in self._render_items.items():
                root = part.get_root(document, preprocess=False)
                root.update(name=name, tags=[*root.tags, *tags])
                part._documents[document] = root
                document.add_root(root)
                document.on_session_destroyed(part._server_destroy)
        for ended in (pn.state._destroy_session, self._server_destroy):
            document.on_session_destroyed(ended)
        if document.session_context and document.session_context.request.path.endswith("/ws"):
            # the session of the page was over before its socket came: of a page, the library does this as it is sent
            for root in document.roots:
                patch_model_css(root, LOCAL_DIST)
        document.title, document.template = title or self.title, self.template
        document.template_variables.update(self._render_variables)
        return document


def shell(
    name: str, trouble: Notice, address: Address, *tools, main: Sequence, sidebar: Sequence = (), body: str = ""
) -> Page:
    """A page, with `tools` in its header; `trouble` says what went wrong, `body` is HTML that needs no script."""
    tell_faults(trouble)
    forgive_leaving()
    if pn.state.curdoc is not None and pn.state.curdoc.session_context:
        pn.state.on_session_destroyed(forget_session)
    return Page(name, [address, *tools], main, sidebar, body)


HERE = files(__package__)
SHELL, SHEET = (HERE.joinpath(f"page.{kind}").read_text() for kind in ("html", "css"))
SCRIPT = "".join(HERE.joinpath(f"{name}.js").read_text() for name in ("page", "plots", "connection"))
TEMPLATE = Template(SHELL)
