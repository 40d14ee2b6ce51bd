"""How pages and cells look: headings, narrow windows."""

from .words import Words

# On a narrow window, a phone or a page magnified twice: numbers and words below the plots, all of it scrolls.
NARROW_MAIN = """
:host(.lecture) { flex-direction: column !important; }
@media (max-width: 899px) {
  :host { flex-direction: column !important; overflow-y: auto !important; min-width: 0 !important; }
}
"""
OLD = ":host(.old) { opacity: 0.3; transition: opacity 0.1s 0.15s; }"  # what comes at once does not flicker
NARROW_PLOTS = """
@media (max-width: 899px) {
  :host { flex: none !important; height: var(--plots, 480px) !important; max-height: none !important; }
  :host(.many) { height: calc(1.2 * var(--plots, 480px)) !important; }
}
"""
# What is beside the plots scrolls by itself; where there is room, panes and words stand side by side.
BESIDE = """
:host { overflow: hidden auto; scrollbar-width: thin; }
@media (min-width: 1500px) {
  :host(.plane), :host(.own) {
    flex: 0 0 min(46%, 820px) !important; flex-direction: row !important; align-items: flex-start;
  }
}
:host(.lecture) { width: auto !important; max-height: 22%; flex: none !important; }
@media (max-width: 899px) {
  :host, :host(.lecture) {
    width: auto !important; min-width: 0 !important; flex: none !important; overflow: visible; max-height: none;
  }
}
"""
WORDS_BESIDE = """
:host { zoom: var(--zoom, 1); }
:host(.measure) { zoom: calc(1.2 * var(--zoom, 1)); }
@media (min-width: 1500px) { :host(.plane), :host(.own) { flex: 0 0 330px !important; } }
"""

UNZOOMED = ":host { zoom: calc(1 / var(--zoom, 1)); }"  # plots of Bokeh's know nothing of it: plots.js enlarges them


def heading(text: str) -> Words:
    return Words("h2 { font-size: 14px; font-weight: 600; margin: 0; }", margin=(10, 10, 2, 10), html=title(text))


def title(text: str) -> str:
    """What a heading says, as HTML."""
    return f"<h2>{text}</h2>"
