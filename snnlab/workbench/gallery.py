"""The gallery."""

import panel as pn


class Gallery(pn.viewable.Viewer):
    def __panel__(self):
        return pn.pane.Markdown("soon")
