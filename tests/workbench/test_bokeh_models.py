"""Defaults that are found once for a class are those that Bokeh finds for each model."""

import re

import pytest
from bokeh.core.json_encoder import serialize_json
from bokeh.core.validation import check_integrity
from bokeh.document import Document
from bokeh.model import Model
from bokeh.models import Range1d, Title
from bokeh.themes import Theme

from snnlab.workbench.bokeh_models import CHANGES
from snnlab.workbench.pages import PAGES

# that count the models of a process
NAMES = r"\bp\d{4,}\b|\b[0-9a-f]{8}-[0-9a-f-]{27}\b|[A-Z]\w+\d{5}\b|\b(?:explorer|board)\d+"


@pytest.fixture
def once(monkeypatch):
    """A function from which on defaults are found once."""

    def begin():
        for owner, methods in CHANGES.items():
            for name, method in methods.items():
                monkeypatch.setattr(owner, name, method)

    return begin


def classes():
    """All classes of Bokeh and Panel of which there is a model without arguments."""
    for kind in dict.fromkeys(Model.model_class_reverse_map.values()):
        try:
            yield kind, kind()
        except (TypeError, ValueError, NotImplementedError):  # an abstract one
            continue


def document_of(name):
    document = Document()
    PAGES[name].build({}).server_doc(document)
    return document


def text(document):
    """A document as it is sent, with the places of its models in it as their names."""
    names = {}
    sent = re.sub(r"on CPU in [\d.]+ s", "on CPU", serialize_json(document.to_json()))  # a slow machine says how long
    return re.sub(NAMES, lambda found: names.setdefault(found[0], f"#{len(names)}"), sent)


@pytest.mark.filterwarnings("ignore:.*deprecated in Bokeh")
def test_all_defaults_are_those_that_each_model_finds(once):
    before = {kind: values(model) for kind, model in classes()}
    once()
    for kind, model in classes():
        assert values(model) == before[kind], kind
    assert len(before) > 300


def values(model):
    """What a model would send, and all that it has, of other models their class."""
    found = model.properties_with_values(include_undefined=True)
    sent = model.properties_with_values(include_defaults=False, include_undefined=True)
    return list(sent), {name: re.sub(r"id='?[\w-]+'?|0x\w+", "", repr(value)) for name, value in found.items()}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_sent_as_it_would_be_else(once, name):
    document_of(name)  # whose first run takes a time that is told
    document = document_of(name)
    plain = text(document)
    once()
    assert text(document) == plain
    assert text(document_of(name)) == plain


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_valid(name):
    """A server does not look; what is folded is made later, and empty until then."""
    found = check_integrity(list(document_of(name).models))
    assert not found.error and {issue.name for issue in found.warning} <= {"EMPTY_LAYOUT"}


def test_themes_and_values_come_before_defaults(once):
    once()
    title, other = Title(), Title(text="mine")
    document = Document(theme=Theme(json={"attrs": {"Title": {"text": "theirs", "text_font_size": "20px"}}}))
    for one in (title, other):
        document.add_root(one)
    assert (title.text, other.text, other.text_font_size) == ("theirs", "mine", "20px")
    assert title.properties_with_values(include_defaults=False)["text"] == "theirs"
    document.theme = Theme(json={})
    assert title.text == Title().text == ""
    first, second = Range1d(), Range1d()
    first.js_property_callbacks["x"] = []
    assert not second.js_property_callbacks
