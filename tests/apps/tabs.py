"""What a person sees in a tab, does there, and waits for."""

import re
from contextlib import contextmanager, suppress

from playwright.sync_api import TimeoutError, expect

PATIENCE = 60_000  # ms: a machine may be slow; what is waited for is an event
MOMENT = 3000  # ms in which a server that has been told of a change rests again
expect.set_options(timeout=PATIENCE)

WIDE = {"viewport": {"width": 1280, "height": 800}}
EXPLORER_PLOTS = 4  # voltage, other state variable, stimulus, raster

# Everything lives in shadow roots. A picture is a hash of a canvas's pixels, "" for an empty canvas.
DEEP = """
  const deep = function* (root) { for (const el of root.querySelectorAll('*')) {
    yield el; if (el.shadowRoot) yield* deep(el.shadowRoot);
  } };
  const pixels = canvas => new Uint32Array(
    canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer
  );
  const drawn = canvas => {
    const colours = new Set();
    for (const p of pixels(canvas)) if (colours.add(p).size > 2) return true;
    return false;
  };
  const hash = canvas => {
    if (!drawn(canvas)) return '';
    let sum = 0;
    for (const p of pixels(canvas)) sum = (Math.imul(sum, 31) + p) | 0;
    return String(sum);
  };
  // Not those of panes beside the plots, which come when the server rests.
  const pane = el => el && (el.matches?.('.pane') || pane(el.parentElement ?? el.getRootNode().host));
  const canvases = () => [...deep(document)].filter(el => el.tagName === 'CANVAS' && el.clientWidth > 60 && !pane(el));
"""
PICTURES = f"() => {{ {DEEP} return canvases().map(hash) }}"
PAINTED = f"count => {{ {DEEP} return canvases().filter(drawn).length >= count }}"
NUMBERS = f"""() => {{ {DEEP}
  const table = [...deep(document)].find(el => el.matches('table.numbers'));
  return Object.fromEntries([...table.rows].map(row => [row.cells[0].innerText, parseFloat(row.cells[1].innerText)]));
}}"""
RESTS = "Number(document.documentElement.dataset.rests ?? 0)"
# While numbers wait for the server's answer to what the page has drawn, it may rest once: of a value before.
RESTED = f"""rests => {{ {DEEP}
  const now = {RESTS};
  if ([...deep(document)].some(el => el.matches('tr.waiting'))) window.restsBefore = now;
  return now > Math.max(rests, window.restsBefore ?? 0);
}}"""
# Bokeh paints in a frame that it asks for within 17 ms of a change.
FRAMES = """() => new Promise(done =>
  setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 40)
)"""


def painted(tab, count):
    """Wait until so many canvases are drawn; their pictures."""
    tab.set_default_timeout(PATIENCE)
    tab.wait_for_function(PAINTED, arg=count, polling=300)
    return tab.evaluate(PICTURES)


def opened(tab, count):
    """Wait until a page of so many canvases is drawn, and its server at rest; its pictures."""
    painted(tab, count)
    return rested(tab)


def rested(tab, rests=0):
    """Wait until the server has rested more often than so many times, and what it sent is painted; the pictures."""
    tab.wait_for_function(RESTED, arg=rests, polling=30)
    return pictures(tab)


@contextmanager
def changed(tab):
    """Wait at the end until what was done inside, in a page at rest, is shown."""
    before = tab.evaluate(RESTS)
    yield
    after = tab.evaluate(RESTS)
    if after > before:  # on a slow machine the server rests between two keys, or before we look
        with suppress(TimeoutError):
            tab.wait_for_function(RESTED, arg=after, polling=30, timeout=MOMENT)
    rested(tab, before)


def pictures(tab):
    """What the canvases show, when all that has come is painted."""
    tab.evaluate(FRAMES)
    return tab.evaluate(PICTURES)


def address(tab, *parts):
    """Wait until the address has all of these: so it is when the last of many changes is shown."""
    tab.wait_for_function("parts => parts.every(part => window.location.search.includes(part))", arg=list(parts))


def numbers(tab):
    """The measured numbers, by the names in their table."""
    return tab.evaluate(NUMBERS)


def slider(tab, label):
    """By its name; its symbol in equations may follow."""
    return tab.get_by_role("slider", name=re.compile(rf"^{label}( \S+)? ·"))


def field(tab, label):
    """The number field beside a slider: the text input at its height."""
    top = slider(tab, label).locator("xpath=..").bounding_box()["y"]
    boxes = tab.get_by_role("textbox").all()
    return min(boxes, key=lambda box: abs((box.bounding_box() or {"y": 1e9})["y"] + 10 - top))


def enter(tab, label, text):
    """Type a value into a field."""
    box = field(tab, label)
    box.fill(text)
    box.press("Enter")


def choose(tab, menu, option):
    """Choose from a menu, by its label."""
    tab.get_by_role("combobox", name=menu).select_option(label=option)


def chosen(tab, menu):
    """What a menu shows."""
    return tab.get_by_role("combobox", name=menu).evaluate("menu => menu.selectedOptions[0].label")


def export(tab, item, path, name):
    """Save what an entry of the menu of exports gives, and hold what it calls itself."""
    button = tab.get_by_role("button", name=re.compile(f"^{item}"))
    if not button.is_visible():
        tab.get_by_text("Export", exact=True).click()
    with tab.expect_download() as download:
        button.click()
    download.value.save_as(path)
    assert download.value.suggested_filename == name
    return path
