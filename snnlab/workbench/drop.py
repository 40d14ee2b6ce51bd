"""Files that are dropped on a page: an experiment, a recording that snnlab wrote, a recording of one's own."""

from pathlib import Path
from tempfile import TemporaryDirectory

from snnlab.engine import Recording
from snnlab.models import MAX_BYTES, Experiment, Sweep, read

from .explorer import Explorer
from .widgets import FileField
from .words import Notice

LABEL = "Open an experiment (.json, .nc) or a recording: choose a file, or drop it on the page"


class Drop:
    """`field` takes a file, from anywhere on the page; what is refused changes nothing, and `refused` says why."""

    def __init__(self, explorer: Explorer) -> None:
        self.explorer = explorer
        self.refused = Notice(severity="error")
        self.field = FileField(self._open, self.refused.say, label=LABEL, most=MAX_BYTES, everywhere=True)

    def _open(self, name: str, data: bytes) -> None:
        try:
            found = content(name, data)
            if isinstance(found, Experiment):
                self._show(found)
            else:
                self._drive(found)
        except ValueError as error:
            self.refused.say(f"{name[:80]} is not opened, and nothing is changed: {error}")
        else:
            self.refused.say("")

    def _show(self, experiment: Experiment) -> None:
        if (family := experiment.model.family) != (wanted := self.explorer.family):
            raise ValueError(f"it is an experiment of the family {family!r}, and this page shows {wanted!r}")
        experiment.fits()
        self.explorer.load(experiment)

    def _drive(self, sweeps: tuple[Sweep, ...]) -> None:
        """Drive what is shown by the first sweep that can; the others stand in the menu of sweeps."""
        refusals = []
        for sweep in sweeps:
            try:
                driven = self.explorer.experiment.under(sweep)
            except ValueError as error:
                refusals.append(str(error))
            else:
                self.explorer.load(driven)
                self.explorer.sidebar.chooser.offer(sweeps)
                return
        raise ValueError(refusals[0])


def content(name: str, data: bytes) -> Experiment | tuple[Sweep, ...]:
    """What a file holds: the experiment of a .json or .nc, else the sweeps of a recording. Raises ValueError."""
    ending = Path(name).suffix.lower()
    if ending == ".json":
        try:
            return Experiment.from_json(data.decode())
        except UnicodeDecodeError as error:
            raise ValueError("this is no JSON, as it is no text") from error
    if ending != ".nc":
        return read(data, name)
    recording = _loaded(data)
    if recording.experiment:
        return Experiment.from_json(recording.experiment)
    if recording.current is None:
        raise ValueError("it has neither an experiment nor a current")
    return read((recording.to_csv() or "").encode(), f"{name}.csv")


def _loaded(data: bytes) -> Recording:
    """A recording that snnlab saved as NetCDF. Raises ValueError."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "dropped.nc"
        path.write_bytes(data)
        try:
            return Recording.load(path)
        except OSError as error:
            raise ValueError("this is no NetCDF") from error
        except ValueError as error:
            raise ValueError(str(error).replace(repr(str(path)), "it")) from error
