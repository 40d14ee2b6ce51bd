"""Choose a recorded current: the example that comes with snnlab, or a file."""

from collections.abc import Callable

import panel as pn
import panel_material_ui as pmui

from snnlab.models import MAX_BYTES, Sweep, example, read

from .words import Notice


class RecordingChooser(pn.viewable.Viewer):
    """An upload field, a button for the example, a menu of sweeps; `chosen(sweep)` is called with each new choice.

    A file that is not a recording gives a message here, and nothing else changes.
    """

    def __init__(self, chosen: Callable[[Sweep], None]) -> None:
        super().__init__()
        self.chosen = chosen
        self.sweeps: dict[str, Sweep] = {}
        self.current: Sweep | None = None
        self.upload = pn.widgets.FileDropper(
            max_file_size=f"{MAX_BYTES // 1_000_000}MB",
            multiple=False,
            layout="compact",
            height=76,
            sizing_mode="stretch_width",
            margin=(4, 10),
        )
        self.hint = pmui.Typography(
            "CSV with two columns, time (ms) and current (pA), ABF or NWB; up to 20 MB.",
            variant="caption",
            margin=(0, 10),
        )
        self.example = pmui.Button(label="Example: current ramp", size="small", variant="outlined", margin=(4, 10))
        self.menu = pmui.Select(label="sweep", size="small", visible=False, sizing_mode="stretch_width", margin=(6, 10))
        self.message = Notice(severity="error")
        self.example.on_click(lambda event: self.open((example(),)))
        self.upload.param.watch(self._uploaded, "value")
        self.menu.param.watch(self._picked, "value")

    def __panel__(self):
        return pn.Column(
            self.example, self.upload, self.hint, self.message, self.menu, sizing_mode="stretch_width", margin=0
        )

    def _uploaded(self, event) -> None:
        if not event.new:  # a file was removed
            return
        # the library adds each file to this very dict: taken out here, it leaves only what comes next
        name, data = event.new.popitem()
        try:
            sweeps = read(data.encode() if isinstance(data, str) else data, name)
        except ValueError as error:
            self.message.say(str(error))
        else:
            self.open(sweeps)

    def open(self, sweeps: tuple[Sweep, ...]) -> None:
        """Offer these sweeps, and choose the one with the widest range of current."""
        self.message.say("")
        self.sweeps = {sweep.name: sweep for sweep in sweeps}
        widest = max(sweeps, key=lambda s: float(s.current.max() - s.current.min()))
        self.menu.param.update(options=list(self.sweeps), value=widest.name, visible=len(sweeps) > 1)
        self._choose(widest)

    def _picked(self, event) -> None:
        self._choose(self.sweeps[event.new])

    def _choose(self, sweep: Sweep) -> None:
        if sweep is self.current:  # setting the menu and opening a file both come here
            return
        try:
            self.chosen(sweep)
        except ValueError as error:
            self.message.say(str(error))
        else:
            self.current = sweep
