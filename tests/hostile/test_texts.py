"""What is accepted is shown as text: in the page, the report, the file, pictures, and in code it stays a text."""

import ast
import json
import re
import time
from html import unescape

import numpy as np
import pytest
from panel.models import HTML as HTMLModel

from snnlab.models import AdEx, Experiment, Sweep, model_of, neuron
from snnlab.models.recordings.files import read
from snnlab.workbench import Explorer
from snnlab.workbench.drop import Drop
from snnlab.workbench.export import qr_code
from snnlab.workbench.file.cases import Case
from snnlab.workbench.file.save import file_text, page_of
from snnlab.workbench.plain import Column
from snnlab.workbench.report import report_html
from tests.hostile.makers import MARKUP, NAMES
from tests.hostile.test_doors import SECONDS, Tags

LINK = "http://localhost/apps?page=neuron&" + MARKUP[0]
BREAKING = [
    '"""\nimport os; os.system("hostile")\n"""', '"""+__import__("os").system("hostile")+"""',
    "\\", '\\"""', "'''", "\\N{BULLET}", "\\x22\\x22\\x22", "# hostile", "%s{0}", "{{7*7}}", "${hostile}",
    "`hostile`",
    "\u2028import hostile", "\x0cimport hostile", "\rimport hostile", "\\\nimport hostile", "\u202ehostile",
    "$(hostile)",
    "<!--<script>", "-->", "]]>",
]  # fmt: skip
HEADINGS = {name: f"{name}: {{text}}\n" for name in ("title", "doc", "source")}
WITH = HEADINGS | dict.fromkeys(("input", "constant", "variable", "remark"), "")


def typed(place, text):
    """Typed equations with a text in one place of it, or None where that is refused."""
    line = text.replace("\n", " ")
    word = line.replace('"', "'")
    told = {name: f' "{word}"' if name == place else "" for name in ("input", "constant", "variable")}
    head = WITH[place].format(text=line) if place in HEADINGS else ""
    remark = f" # {line}" if place == "remark" else ""
    written = (
        f"name: Mine\n{head}I = 1 mV in 0 .. 40{told['input']}\ntau = 10 ms{told['constant']}\n"
        f"dv/dt = (I - v) / tau : mV{told['variable']}\nspike: v > 1 mV{remark}\nreset: v = 0 mV\n"
    )
    try:
        return Experiment.of(model_of(neuron(written))())
    except ValueError:
        return None


def every(texts):
    return [(place, text, found) for text in texts for place in WITH if (found := typed(place, text)) is not None]


def swept(name):
    return Experiment.of(AdEx()).under(Sweep(name, np.array([0.0, 1.0, 2.0]), np.array([0.0, 300.0, 0.0])))


def clean(html, what):
    """Nothing of a text is run: neither an attribute of an element, nor a script."""
    for tag, attributes in Tags(html).whole:
        assert tag != "img" or "alt" in attributes, (what, tag, attributes)
        bad = [name for name, value in attributes.items() if name.startswith("on") and "hostile" in (value or "")]
        assert not bad, (what, tag, attributes)
    assert not re.search(r"<script[^>]*>\s*window.hostile", html), what


def shape(code):
    """What code does, whatever its texts say."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = "…"
    return ast.dump(tree)


@pytest.fixture(scope="module")
def explorer():
    return Explorer()


@pytest.mark.parametrize("make", [lambda text: typed("title", text), lambda text: typed("variable", text), swept])
def test_all_that_a_page_has_of_it_is_text(explorer, make):
    seen = 0
    for text in MARKUP[::3]:
        if (experiment := make(text)) is None:
            continue
        explorer.load(experiment)
        explorer.panes.show(("isi", "numbers", "equations"))
        explorer.panes.rest()
        root = Column(*explorer.sidebar.panes, explorer.main).get_root()
        for model in root.references():
            if isinstance(model, HTMLModel):
                clean(unescape(model.text), f"{text}: {model.text[:80]}")
                seen += 1
    assert seen > 20


def test_a_file_name_in_a_message_is_text(explorer):
    drop = Drop(explorer)
    for name in (*MARKUP, *NAMES):
        for data in (b"", b"<script>", b"0,1\n", name.encode("utf-8", "replace")):
            drop.field.read(f"{name}.csv", data)
            assert {tag for tag, _ in Tags(drop.refused.html).found} == {"div"}
            assert len(drop.refused.html) < 3000


def test_report_and_file_hold_it_as_text():
    """A file's data has no < at all, so that nothing in it ends its element or begins a comment."""
    for text in MARKUP[::3]:
        for experiment in (typed("title", text), typed("constant", text), swept(text)):
            if experiment is None:
                continue
            case = Case(text, experiment)
            clean(report_html(case, LINK), text)
            page = file_text(page_of(case))
            clean(page, text)
            data = re.search(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)[1]
            assert "<" not in data
            told = json.loads(data)
            assert told["title"] in (text, "Mine", "AdEx")
            for html in [*told["equations"], *(one.get("words", "") for one in told["cases"]), told["numbers"]]:
                clean(html, text)


def test_code_cannot_be_put_into_scripts():
    """Whatever a title, a remark or a name of a file says, a script does the same: its text alone differs."""
    usual = {program: shape(typed("title", "usual").script(program)) for program in ("snnlab", "brian2")}
    tried = 0
    for place, text, experiment in every(BREAKING):
        for program, wanted in usual.items():
            code = experiment.script(program)
            code.encode()
            assert shape(code) == wanted, (place, text, program)
            tried += 1
    assert tried > 100
    usual = shape(swept("usual").script())
    for name in (*BREAKING, *MARKUP, *NAMES):
        assert shape(swept(name).script()) == usual, name


def test_scripts_give_the_same_texts_again():
    for _, text, experiment in every(BREAKING[:6]):
        space = {}
        code = experiment.script().partition("recording = ")[0]
        exec(code, space)
        assert space["model"].text == experiment.model.text, text


def test_texts_come_back_from_json_and_links():
    for _, text, experiment in every([*BREAKING, *MARKUP]):
        assert Experiment.from_json(experiment.to_json()).model.text == experiment.model.text, text
        assert Experiment.from_query(experiment.to_query()).model.text == experiment.model.text, text


def test_a_qr_code_is_a_picture_of_a_link():
    assert {tag for tag, _ in Tags(qr_code(LINK).data).found} == {"svg", "g", "path"}


def test_tables_that_are_saved_name_columns_alone():
    """No cell of a table begins as a formula of a spreadsheet, but for negative numbers."""
    table = typed("title", '=cmd|"/c calc"!A1').run().recording.to_csv()
    cells = [cell for line in table.splitlines() for cell in line.split(",")]
    assert not [cell for cell in cells if re.match(r"[=+@\t]|-(?![\d.]|inf)", cell)]
    [sweep] = read(b"0,1\n1,2\n", "=1+1.csv")
    assert "=" not in Experiment.of(AdEx()).under(sweep).run().recording.to_csv()


# -- equations that are accepted --------------------------------------------------------------------------------------

HEAD = "name: X\nI = 1 mV in 0 .. 40\ntau = 10 ms\na = v / (1 mV)\n"
TAIL = "\nspike: v > 1 mV\nreset: v = 0 mV"


def product(count, factor):
    return "*".join(factor.format(k=k) for k in range(count))


LABORIOUS = {
    "a power": "dv/dt = (I - v * a**99999) / tau : mV",
    "a power of a sum": "dv/dt = (I - v * (1 + a)**400) / tau : mV",
    "exponentials": "dv/dt = (I - v * exp(exp(exp(exp(a))))) / tau : mV",
    "a product of sums": f"dv/dt = (I - v * {product(25, '(1 + {k}*a)')}) / tau : mV",
    "waves": f"dv/dt = (I - v * {product(20, 'sin(a*{k}.5)*exp(cos(a + {k}))')}) / tau : mV",
    "products of two": "b = w / (1 mV)\n"
    f"dw/dt = (v*v*v / (1 mV**2) - w * {product(20, '(1 + exp(b*{k}.5 - a))')}) / tau : mV\n"
    "dv/dt = (I - v * (a**7 + b**9 + a*b) * (1 + exp(a - b))**9 - w) / tau : mV",
    "choices": f"dv/dt = (I - v * {product(20, 'where(a > {k}, a, where(a < -{k}, 1, a**2))')}) / tau : mV",
    "gaps": "dv/dt = (I - v * "
    f"{product(8, 'where(abs(a - {k}) < 0.001, 1, (a - {k})/(exp(a - {k}) - 1))')}) / tau : mV",
    "a gap of powers": "b = w / (1 mV)\ndw/dt = (v - w) / tau : mV\n"
    "dv/dt = (I - v*where(abs(a - b**400*(1 + b)**400) < 0.001, 1, (a + b)/(a - b**9))) / tau : mV",
    "many variables": "\n".join(f"dw{k}/dt = (v - w{k}) / tau : mV" for k in range(25))
    + "\ndv/dt = (I - v) / tau : mV",
    "steps": "dv/dt = (I - v * floor(a) * ceil(a*a) * sign(a) * min(a, 2, 3, 4) * max(a, 1, exp(a))) / tau : mV",
    "a bell": "dv/dt = (I - v * tanh(a)**55 * erf(a)**33 * log(1 + a**2)**(1/3)) / tau : mV",
}
FIRST = ("exponentials", "choices")


def shown(explorer, name):
    """The seconds until the whole page shows a neuron of these equations, and what it says is wrong."""
    begin = time.thread_time()
    explorer.load(Experiment.of(model_of(neuron(HEAD + LABORIOUS[name] + TAIL))()))
    explorer.panes.show(("phase", "rates", "numbers", "equations"))
    explorer.panes.rest()
    explorer._rested(lambda explorer: None)
    return time.thread_time() - begin, explorer.trouble.html


@pytest.mark.parametrize("name", [pytest.param(n, marks=() if n in FIRST else pytest.mark.nightly) for n in LABORIOUS])
def test_equations_that_are_accepted_are_shown_before_one_waits(explorer, name, caplog):
    """By the clock of this thread, twice as long as any door may take: all analyses are done here."""
    took, trouble = shown(explorer, name)
    assert took < 2 * SECONDS
    assert not trouble or "no longer finite" in trouble
    assert not [record for record in caplog.records if record.exc_info], "what fails is said, and is no fault"


def test_too_many_variables_are_refused():
    with pytest.raises(ValueError, match="at most 32 variables"):
        neuron(
            HEAD + "\n".join(f"dw{k}/dt = (v - w{k}) / tau : mV" for k in range(33)) + "\ndv/dt = (I - v) / tau : mV"
        )
