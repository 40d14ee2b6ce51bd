"""How pages and cells look: headings, narrow windows."""

from .words import Words

# On a narrow window, a phone or a page magnified twice: numbers and words below the plots, all of it scrolls.
NARROW_MAIN = "@media (max-width: 899px) { :host { flex-direction: column !important; overflow-y: auto !important; } }"
NARROW_PLOTS = "@media (max-width: 899px) { :host { flex: none !important; height: max(420px, 75vh) !important; } }"
NARROW_BESIDE = "@media (max-width: 899px) { :host { width: auto !important; flex: none !important; } }"


def heading(text: str) -> Words:
    return Words(
        "h2 { font-size: 14px; font-weight: 600; margin: 0; }", margin=(10, 10, 2, 10), html=f"<h2>{text}</h2>"
    )
