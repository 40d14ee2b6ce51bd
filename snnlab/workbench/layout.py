"""How pages and cells look: headings, sections that unfold, narrow windows; and what they need of Panel."""

from collections.abc import Iterable

import panel as pn
import panel_material_ui as pmui

# On a narrow window, a phone or a page magnified twice: numbers and words below the plots, all of it scrolls.
NARROW_MAIN = "@media (max-width: 899px) { :host { flex-direction: column !important; overflow-y: auto !important; } }"
NARROW_PLOTS = "@media (max-width: 899px) { :host { flex: none !important; height: max(420px, 75vh) !important; } }"
NARROW_BESIDE = "@media (max-width: 899px) { :host { width: auto !important; flex: none !important; } }"


def load_extensions() -> None:
    """Load what components need, on a page or in a notebook."""
    pn.extension("filedropper")


def heading(text: str) -> pmui.Typography:
    return pmui.Typography(text, variant="subtitle2", margin=(10, 10, 2, 10))


def accordion(sections: Iterable[tuple[str, pn.viewable.Viewable]]) -> pmui.Accordion:
    """Sections (title, content) that a click unfolds; all are folded at first."""
    return pmui.Accordion(
        *sections,
        active=[],
        sizing_mode="stretch_width",
        margin=(8, 10),
        sx={"& .MuiAccordionSummary-content, & .MuiAccordionSummary-content *": {"fontSize": "14px"}},
    )
