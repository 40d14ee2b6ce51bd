"""What a search at the entrance finds: questions, pages, models and presets, each with its link."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from snnlab.models import FAMILIES, PRESETS

from .questions import QUESTIONS


class Told(NamedTuple):
    """A page: its key, its title, a sentence, and the family that it explores, "" where it explores none."""

    key: str
    title: str
    words: str
    family: str = ""


class Found(NamedTuple):
    """One of them: its title, what kind of thing it is, a sentence, and the query that opens it."""

    title: str
    kind: str
    words: str
    link: str


def index(pages: Iterable[Told]) -> list[Found]:
    """All that a search finds."""
    found = [Found(one.title, "page", one.words, urlencode({"page": one.key})) for one in pages]
    explorers = explorers_of(pages)
    found += [Found(one.title, "question", one.words, one.link(page_of(one.preset, explorers))) for one in QUESTIONS]
    first: dict[type, str] = {}
    for preset in PRESETS.values():
        first.setdefault(preset.model, preset.id)
    for family, page in explorers.items():
        for kind in FAMILIES[family].values():
            about, link = kind.definition, urlencode({"page": page, "preset": first[kind]})
            found.append(Found(about.title or about.name, family, about.doc, link))
    for preset in PRESETS.values():
        if preset.model.family in explorers:
            about, page = preset.model.definition, page_of(preset.id, explorers)
            title, link = f"{preset.name}, {about.title or about.name}", urlencode({"page": page, "preset": preset.id})
            found.append(Found(title, "preset", preset.look, link))
    return found


def explorers_of(pages: Iterable[Told]) -> dict[str, str]:
    """The page of each family that has one, the first of several."""
    found: dict[str, str] = {}
    for one in pages:
        if one.family:
            found.setdefault(one.family, one.key)
    return found


def page_of(preset: str, explorers: Mapping[str, str]) -> str:
    """The page that explores a preset's family."""
    return explorers[PRESETS[preset].model.family]
