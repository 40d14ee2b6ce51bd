"""What comes in by any door is read as data or refused in words: nothing else happens, and not for long."""

import builtins
import contextlib
import os
import re
import resource
import subprocess
import sys
import time
import warnings
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import param
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snnlab.core.names import writable
from snnlab.engine import hdf5
from snnlab.engine.hdf5 import PATIENCE
from snnlab.models import AdEx, Experiment
from snnlab.models.recordings import nwb
from snnlab.workbench import Explorer, drop
from snnlab.workbench.controls import Slide
from snnlab.workbench.drop import Drop
from snnlab.workbench.plain import Column, Component
from snnlab.workbench.words import LONGEST, Notice
from tests.hostile.doors import DOORS, FILES, OURS, PLACES, TEXTS, reading
from tests.hostile.makers import BROKEN, MARKUP, NAMES, by_chance, netcdf, planned

SEEDS = Path(__file__).parents[1] / "data" / "hostile"
SECONDS = 4.0  # for which any of them may be looked at, by the clock of this thread
# what libraries say, which is no answer to a person
RAW = re.compile(
    r"Traceback|<class '|object has no|unsupported operand|synchronously|errno|Errno|codec can't|numpy\.|torch\."
    r"|ndarray|invalid literal|could not convert"
    r"|not enough values|unpack|ambiguous|broadcast|dtype=|Expecting |delimiter:"
    r"|positional argument|recursion depth|IR parsing|NoneType|truth value|JSONDecode|0-d|size of tensor|cannot reshape"
)
THEIRS = re.compile(r"hostile|passwd|/proc/self/mem|id_rsa|9\*\*9|\*\*\(10|os\b|exec|__class__|__import__|\$\(")
HERE = re.compile(r"/tmp/|site-packages|\.py\b")


class Tags(HTMLParser):
    """The elements of HTML, and the names of their attributes; `whole` has their values as well."""

    def __init__(self, html):
        super().__init__()
        self.found, self.whole = [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, tuple(name for name, _ in attributes)))
        self.whole.append((tag, dict(attributes)))


def told(words):
    """What the page has of a message is its text, and no element comes of it."""
    notice = Notice(words)
    assert Tags(notice.html).found == [("div", ("role", "class"))]
    shown = unescape(notice.html.partition(">")[2].removesuffix("</div>"))
    assert shown.removesuffix(" …") == words[:LONGEST]
    shown.encode()


def look(door, what, data):
    """Open a door: what came of it, and the seconds that it took."""
    begin = time.thread_time()
    try:
        found = DOORS[door].open(data)
    except ValueError as error:
        found, words = None, str(error)
        assert words.strip() and not RAW.search(words), f"{door}, {what}: {words[:300]}"
        assert not HERE.search(words) or HERE.search(str(data)[:5000]), f"{door}, {what}: {words[:300]}"
        assert len(words) < 3000, f"{door}, {what}: {len(words)} characters"
        if writable(words) == words and "\n" not in words:
            told(words)
    except BaseException as error:
        raise AssertionError(f"{door}, {what}: {type(error).__name__}: {error!s:.300}") from error
    return found, time.thread_time() - begin


def each(made):
    """Open them all; how many were refused, of which doors."""
    refused, opened, slow = 0, set(), []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for door, what, data in made:
            found, took = look(door, what, data)
            refused += found is None
            opened.add(door)
            if took > SECONDS:
                slow.append(f"{door}, {what}: {took:.1f} s")
    assert not slow, "\n".join(slow)
    return refused, opened


@pytest.fixture
def at_once(monkeypatch):
    """Files in HDF5 are read without a process that goes through each first: of those here, none loops for ever."""
    for module in (nwb, drop):
        monkeypatch.setattr(module, "gone_through", lambda path: None)


@pytest.fixture
def ran(monkeypatch):
    """What of theirs was evaluated or opened, and what was run as a program."""
    found = []

    def heard(name, real):
        def call(*given, **more):
            text = str(given[0])[:200] if given else ""
            if name in ("system", "popen") or THEIRS.search(text):  # libraries evaluate what they print themselves
                found.append((name, text))
            return real(*given, **more)

        return call

    for owner, name in ((builtins, "eval"), (builtins, "open"), (os, "system"), (os, "popen")):
        monkeypatch.setattr(owner, name, heard(name, getattr(owner, name)))
    return found


def test_every_file_that_reads_is_in_the_table():
    found = reading()
    assert found - PLACES.keys() == set(), "say in PLACES by which door it reads, and what may come in by it"
    assert PLACES.keys() - found == set(), "these read nothing any more"


def test_every_door_is_in_the_table():
    named = " ".join(PLACES.values())
    for door in DOORS.keys() - {"typed", "typed model", "Brian2", "laid out", "number"}:  # texts that others have read
        assert re.search(rf"\b{door}\b", named), door
    assert sum(words == OURS for words in PLACES.values()) < 13


def test_what_is_planned_is_read_or_refused_in_words(ran, at_once):
    made = [one for one in planned() if not DOORS[one[0]].slow]
    refused, opened = each(made)
    assert len(made) > 1000 and refused > 0.7 * len(made)
    assert opened == {door for door in DOORS if not DOORS[door].slow} - {"txt"}
    assert not ran


def test_what_chance_breaks_is_read_or_refused_in_words(ran, at_once):
    made = [*by_chance(12, seed=1)]
    refused, opened = each(made)
    assert len(made) > 100 and 0.2 * len(made) < refused < len(made)
    assert opened == BROKEN.keys()
    assert not ran


def test_parts_of_pages_are_built_or_refused_in_words(ran):
    refused, opened = each([one for one in planned() if DOORS[one[0]].slow][::14])
    assert refused and opened == {"laid out", "board"} and not ran


@pytest.mark.nightly
def test_what_is_planned_builds_parts_of_pages(ran):
    refused, _ = each(one for one in planned() if DOORS[one[0]].slow)
    assert refused and not ran


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(2, 8))
def test_what_chance_breaks_by_thousands(ran, seed):
    refused, _ = each(by_chance(150, seed))
    assert refused and not ran


ANY = {
    **{door: st.binary(max_size=2000) for door in FILES},
    **{door: st.text(max_size=500) for door in TEXTS if not DOORS[door].slow},
}
QUICK = settings(max_examples=15, deadline=None, suppress_health_check=[*HealthCheck])


@QUICK
@given(st.data())
def test_whatever_comes_is_read_or_refused_in_words(data):
    door = data.draw(st.sampled_from(sorted(ANY)))
    look(door, "drawn", data.draw(ANY[door]))


@pytest.mark.nightly
@settings(QUICK, max_examples=5000)
@given(st.data())
def test_whatever_comes_by_thousands(data):
    door = data.draw(st.sampled_from(sorted(ANY)))
    look(door, "drawn", data.draw(ANY[door]))


# -- a page ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def explorer():
    return Explorer()


def test_a_file_that_is_refused_changes_nothing_of_the_page(explorer, at_once):
    """Each seed, by each name: what is shown stays, and the message is text."""
    page, seeds = Drop(explorer), sorted(SEEDS.glob("[0-9]*"))
    assert len(seeds) > 20
    before, opened = explorer.experiment.to_json(), 0
    for k, path in enumerate(seeds):
        name = f"{(MARKUP + NAMES)[k % len(MARKUP + NAMES)]}{path.suffix}"
        page.field.read(name, path.read_bytes())
        assert {tag for tag, _ in Tags(page.refused.html).found} <= {"div"}
        if page.refused.html:
            assert explorer.experiment.to_json() == before, path.name
        else:
            opened += 1
            explorer.load(Experiment.from_json(before))
    assert opened < len(seeds) / 2


def test_a_file_in_pieces_that_lie_takes_no_memory(explorer):
    """A piece is bytes, and not their number; sizes are numbers; a name is one."""
    field, read = Drop(explorer).field, []
    field.read = lambda name, data: read.append((name, len(data)))
    good = {"name": "a.csv", "size": 4, "begin": 0, "piece": b"0,1\n"}
    for wrong in (
        {"piece": 10**9},
        {"size": float("nan")},
        {"size": "x"},
        {"size": [1]},
        {"piece": None},
        {"piece": ["x"]},
    ):
        with pytest.raises((TypeError, ValueError)):
            field._handle_msg(good | wrong)
        assert len(field.pieces) <= 4
    field._handle_msg(good | {"name": "x" * 10**6})
    assert read == [("x" * 255, 4)]


def test_a_file_in_which_the_library_loops_for_ever_is_refused():
    """Found by chance: a table of the library points back into itself."""
    begin = time.monotonic()
    with pytest.raises(ValueError, match="to go through it does not end"):
        DOORS["nwb"].open((SEEDS / "kept-loops-for-ever.nwb").read_bytes())
    assert time.monotonic() - begin < 2 * PATIENCE


def test_a_process_that_is_ended_by_a_file_is_not_ours(tmp_path):
    """A library that ends its process, as by a fault of memory, does so elsewhere."""
    (tmp_path / "h5py.py").write_text("import os\nos.abort()\n")
    alone = [sys.executable, hdf5.__file__, str(tmp_path / "any.h5")]  # without -I: with what lies in PYTHONPATH
    done = subprocess.run(alone, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, timeout=60)
    assert done.returncode < 0
    hdf5.gone_through(tmp_path / "nothing.h5")  # what cannot be opened is for its reader to say


BOMB = """
import resource, sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
from snnlab.workbench.drop import content
from tests.hostile.makers import TABLE, abf, netcdf, nwb
for name, data in (("a.nc", netcdf()), ("a.nwb", nwb()), ("a.abf", abf()), ("a.csv", TABLE.encode())):
    content(name, data)
begin = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
kinds = "huge", "machine", "deflated", "bomb"
for path in [one for kind in kinds for one in Path(sys.argv[1]).glob(f"*{kind}*")]:
    try:
        content(path.name, path.read_bytes())
    except ValueError:
        pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - begin)
"""


def test_bombs_take_little_memory():
    """Among the seeds are files of some kB that unfold into gigabytes."""
    command = [sys.executable, "-c", BOMB, str(SEEDS)]
    root = Path(__file__).parents[2]
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))  # noqa: E731
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, preexec_fn=limit, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout.splitlines()[-1]) / 1024 < 150  # MB


def test_a_recording_of_ones_own_is_still_read():
    """What protects is not in the way."""
    assert isinstance(DOORS["nc"].open(netcdf()), Experiment)


FORGED = [
    None,
    5,
    float("nan"),
    "x",
    "<script>",
    [],
    ["x"],
    [[1, 2], [3]],
    {},
    {"key": "x"},
    {"letter": "Z"},
    {"show": "x"},
]


def test_what_no_hand_can_do_changes_nothing(explorer):
    """A script in a browser may send anything for what a hand does: whatever is raised, the experiment stays, and what
    a hand does next is done."""
    page = Column(*explorer.sidebar.panes, Drop(explorer).field, explorer.panes.choice(), explorer.main)
    parts = [one for one in page.select(Component) if not isinstance(one, Slide)]
    before, sent, opened = explorer.experiment.to_json(), 0, explorer.panes.shown
    for part in {type(one): one for one in parts}.values():
        for name in part._by_hand:
            for wrong in FORGED:
                kept = part.param.values()[name]
                with contextlib.suppress(Exception):  # told on the page, and logged, by who serves it
                    part._process_events({name: wrong})
                sent += 1
                assert explorer.experiment.to_json() == before, (type(part).__name__, name, wrong)
                with param.discard_events(part):
                    part.param.update(**{name: kept})
    assert sent > 60
    explorer.panes.show(opened)
    explorer.load(Experiment.of(AdEx(b=44)))
    assert explorer.experiment.model.b == 44 and explorer.drawn.result.definition.name == "AdEx"
    explorer.load(Experiment.from_json(before))
