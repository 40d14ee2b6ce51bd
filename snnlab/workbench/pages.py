"""The shell of every page: title, menu of pages, light and dark; `page` builds the one that the address names."""

from collections.abc import Callable
from contextvars import Context
from typing import NamedTuple
from urllib.parse import urlencode

import panel as pn
import panel_material_ui as pmui
import param
from panel.util import edit_readonly

from snnlab.models import PATTERNS, PRESETS, Experiment
from snnlab.models.reserved import ADDRESS

from .address import Address, query_of
from .board import EncoderBoard
from .explorer import Explorer
from .file.button import SaveButton
from .gallery import Gallery
from .layout import load_extensions
from .words import Notice, forget_session, forgive_leaving, tell_faults


class Entry(NamedTuple):
    """A page of the menu: its title, and what builds it from the query of the address."""

    title: str
    build: Callable[[dict[str, str]], pmui.Page]


INTRODUCTION = (
    "Twenty firing patterns of one neuron model (Izhikevich 2004, figure 1): voltage above, input current below. "
    "Each runs with the published integrator and time step. Five of them (I, L, P, Q, T) exist only with that step, "
    "and have a robust variant in the explorer; click one to take it apart there."
)


def neuron(query: dict[str, str]) -> pmui.Page:
    """One neuron under knobs; `?preset=` names the preset with which it opens, or the query is an experiment's."""
    return explorer_page("neuron", "neuron", query)


def explorer_page(page: str, family: str, query: dict[str, str]) -> pmui.Page:
    """An explorer of a family, with what the address names; what cannot be had is said in words."""
    preset, experiment, notes = None, None, []
    wanted = query.get("preset")
    if wanted is not None and wanted in PRESETS and PRESETS[wanted].model.family == family:
        preset = PRESETS[wanted]
    elif wanted is not None:
        notes.append(unknown_notice("preset", wanted, "choose one from its menu"))
    elif family in query:
        try:
            experiment = Experiment.from_query(urlencode(query))
            experiment.fits()  # raises where it cannot be run here
        except ValueError as error:
            experiment = None
            notes.append(Notice(f"This link does not describe a runnable experiment: {error}"))
    left = [key for key in query if key not in ADDRESS]
    if left and (preset is not None or family not in query):
        why = "names a preset, which has its own" if preset is not None else f"names no {family}"
        notes.append(Notice(f"The address has values that are left out, as it {why}: {', '.join(left)[:80]}."))
    if name := query.get("file"):
        notes.append(Notice(f"The address does not hold the data of {name[:60]!r}: open the file again."))
    address = Address(page)
    explorer = Explorer(
        preset=preset,
        experiment=experiment,
        family=family,
        rested=lambda explorer: address.show(query_of(explorer.experiment, explorer.sidebar.preset)),
    )
    save = SaveButton(family, explorer.case, explorer.trouble.say)
    return shell(page, explorer.trouble, address, save, sidebar=explorer.sidebar.panes, main=[*notes, explorer.main])


def encoders(query: dict[str, str]) -> pmui.Page:
    """All encoders under one signal; with `?encoder=` one of them under knobs."""
    if "encoder" in query or "preset" in query:
        return explorer_page("encoders", "encoder", query)
    address, notes = Address("encoders"), []

    def board(given: dict[str, str]) -> EncoderBoard:
        return EncoderBoard(given, rested=lambda board: address.show(urlencode(board.query(), safe=",;:")))

    try:
        shown = board(query)
    except ValueError as error:
        shown = board({})
        notes.append(Notice(f"The address holds no board that can be shown: {error}"))
    save = SaveButton("encoders", shown.case, shown.trouble.say)
    return shell("encoders", shown.trouble, address, save, sidebar=shown.panes, main=[*notes, shown.main])


def plasticity(query: dict[str, str]) -> pmui.Page:
    """A synapse under the spikes of both its sides."""
    return explorer_page("plasticity", "plasticity", query)


def izhikevich(query: dict[str, str]) -> pmui.Page:
    """The twenty firing patterns, each opening in the explorer."""
    introduction = pmui.Typography(INTRODUCTION, margin=(14, 10, 0, 10), sizing_mode="stretch_width")
    gallery = Gallery(PATTERNS)
    main = pn.Column(introduction, gallery.trouble, gallery, sizing_mode="stretch_width", margin=0)
    save = SaveButton("izhikevich", lambda: gallery.presets, gallery.trouble.say)
    return shell("izhikevich", gallery.trouble, Address("izhikevich"), save, main=[main])


PAGES = {
    "neuron": Entry("Neuron explorer", neuron),
    "izhikevich": Entry("Izhikevich gallery", izhikevich),
    "encoders": Entry("Encoders", encoders),
    "plasticity": Entry("Plasticity", plasticity),
}


def page(name: str = "neuron") -> pmui.Page:
    """The page named by `?page=` in the address, else `name`."""
    load_extensions()
    # A task that the library begins with the first event, and never ends: it must not run in that visitor's session.
    Context().run(pn.state._schedule_busy_cleanup)
    query = {k: v[0].decode(errors="replace") for k, v in pn.state.session_args.items() if v}
    wanted = query.get("page", name)
    made = PAGES[wanted if wanted in PAGES else name].build(query)
    if wanted not in PAGES:
        made.main = [unknown_notice("page", wanted, f"choose one of {', '.join(PAGES)}"), *made.main]
    return made


def unknown_notice(what: str, value: str, remedy: str) -> Notice:
    return Notice(f"There is no {what} {value[:40]!r}: {remedy}.")


class Idle(param.Parameterized):
    busy = param.Boolean(default=False)


def shell(name: str, trouble: Notice, address: Address, save: SaveButton, **areas) -> pmui.Page:
    """An empty page with the menu; `trouble` is where it says what went wrong."""
    tell_faults(trouble)
    forgive_leaving()
    if pn.state.curdoc is not None and pn.state.curdoc.session_context:
        pn.state.on_session_destroyed(forget_session)
    links = " ".join(
        f'<a href="?page={key}"{" class=here" if key == name else ""}>{entry.title}</a>' for key, entry in PAGES.items()
    )
    menu = pn.pane.HTML(f"<nav>{links}</nav>", stylesheets=[MENU], sizing_mode="stretch_width", margin=(0, 20))
    made = pmui.Page(
        title="snnlab",
        meta_name=f"snnlab · {PAGES[name].title}",
        header=[menu, save, address],
        dark_theme=pn.state.cookies.get("theme", pn.config.theme) == "dark",
        sidebar_width=340 if "sidebar" in areas else 0,
        sidebar_variant="persistent",
        sidebar_open="Mobi" not in pn.state.headers.get("User-Agent", ""),  # as browsers of phones say
        sx=SHELL,
        **areas,
    )
    # The page's own busy sign follows every event of every widget, which takes longer than a run. Set to False alone,
    # it would leave its watcher, and with it the whole session, in the library's state.
    with edit_readonly(made):
        made.busy = Idle().param.busy
    # kept for the next page, and for the next visit
    made.jscallback(
        dark_theme="document.cookie = `theme=${cb_obj.dark_theme ? 'dark' : 'default'}; path=/; SameSite=Lax`"
    )
    return made


# On a narrow window the drawer lies over the plots and does not push them aside; what it leaves of them stays live.
SHELL = {
    "@media (max-width: 899px)": {
        "& .MuiDrawer-root": {"position": "absolute", "zIndex": 1100},
        "& .MuiDrawer-paper": {"maxWidth": "85vw"},
        "& > nav": {"width": "0 !important"},
        "& main": {"marginLeft": "0 !important"},
    },
    "@media (max-width: 479px)": {"& .title": {"display": "none"}},
}
MENU = """
nav { display: flex; gap: 24px; font-size: 15px; }
@media (max-width: 899px) { nav { flex-wrap: wrap; gap: 0 14px; font-size: 13px; line-height: 1.2; } }
nav a { color: white; opacity: 0.75; text-decoration: none; padding: 4px 0; }
nav a:hover, nav a:focus { opacity: 1; }
nav a.here { opacity: 1; border-bottom: 2px solid currentColor; }
"""
