"""A model of Bokeh's as it is, as a part of a page."""

import panel as pn


class Plain(pn.viewable.Viewable):
    """Shows a model of Bokeh's, which is changed by itself.

    The library's own pane reads every property of the model, and searches all that belongs to it, while a page is
    built: for a dozen of them this takes as long as the plots.
    """

    def __init__(self, model) -> None:
        super().__init__(sizing_mode=model.sizing_mode)
        self.object = model

    def _get_model(self, doc, root=None, parent=None, comm=None):
        self._models[(root or self.object).ref["id"]] = (self.object, parent)
        return self.object
