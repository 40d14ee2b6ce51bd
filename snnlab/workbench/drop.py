"""Files that are dropped on a page: an experiment, a recording that snnlab wrote, a recording of one's own."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from snnlab.engine import Recording
from snnlab.engine.hdf5 import Unsafe, check_file, gone_through
from snnlab.models import MAX_BYTES, Experiment, Sweep

from .chooser import Opened, beginning, sweeps_of
from .explorer import Explorer
from .machine import in_words
from .widgets import FileField
from .words import Notice

LABEL = "Open an experiment (.json, .nc) or a recording: choose a file, or drop it on the page"
UNFOLDED = 5  # times as many bytes as a file may have are read of one that is packed


class Drop:
    """`field` takes a file, from anywhere on the page; what is refused changes nothing, and `refused` says why.

    A browser that has opened the file of the sweep `wanted`, as an address names it, opens it again.
    """

    def __init__(self, explorer: Explorer, wanted: str = "") -> None:
        self.explorer, self.wanted = explorer, wanted
        self.refused = Notice(severity="error")
        self.field = FileField(
            self._open, self.refused.say, label=LABEL, most=MAX_BYTES, everywhere=True, wanted=wanted
        )

    def _open(self, name: str, data: bytes) -> None:
        try:
            found = content(name, data)
            if isinstance(found, Experiment):
                self._show(found)
            else:
                self._drive(*found)
        except (ValueError, OSError, MemoryError) as error:
            self.refused.say(f"{name[:80]} is not opened, and nothing is changed: {in_words(error)}")
        else:
            self.refused.say("")

    def _show(self, experiment: Experiment) -> None:
        if (family := experiment.model.family) != (wanted := self.explorer.family):
            raise ValueError(f"it is an experiment of the family {family!r}, and this page shows {wanted!r}")
        experiment.fits()
        self.explorer.load(experiment)

    def _drive(self, sweeps: tuple[Sweep, ...], opened: Opened | None) -> None:
        """Drive what is shown by the sweep that the address names, or the first that can; the others stand in the menu
        of sweeps."""
        refusals = []
        for sweep in sorted(sweeps, key=lambda one: one.name != self.wanted):
            try:
                driven = self.explorer.experiment.under(sweep)
            except ValueError as error:
                refusals.append(str(error))
            else:
                self.explorer.load(driven)
                self.explorer.sidebar.chooser.offer(sweeps, opened)
                return
        raise ValueError(refusals[0])


def content(name: str, data: bytes) -> Experiment | tuple[tuple[Sweep, ...], Opened | None]:
    """What a file holds: the experiment of a .json or .nc, else what `sweeps_of` gives. Raises ValueError."""
    ending = Path(name).suffix.lower()
    if ending == ".json":
        try:
            return Experiment.from_json(data.decode())
        except UnicodeDecodeError as error:
            raise ValueError("this is no JSON, as it is no text") from error
    if ending != ".nc":
        return sweeps_of(beginning(data, name))
    recording = _loaded(data)
    if recording.experiment:
        return Experiment.from_json(recording.experiment)
    if recording.current is None:
        raise ValueError("it has neither an experiment nor a current")
    return sweeps_of(beginning((_first_neuron(recording).to_csv() or "").encode(), f"{name}.csv"))


def _first_neuron(recording: Recording) -> Recording:
    """The recording of its first neuron alone, as a sweep is of one."""
    variables = {name: x.reshape(len(x), x.shape[1:].numel())[:, :1] for name, x in recording.variables.items()}
    spikes = recording.spikes.reshape(len(recording.spikes), recording.size)[:, :1]
    return replace(recording, variables=variables, spikes=spikes, neurons=None, commands=None)


def _loaded(data: bytes) -> Recording:
    """A recording that snnlab saved as NetCDF. Raises ValueError."""
    import h5py  # slow to load: when a file is opened

    with TemporaryDirectory() as folder:
        path = Path(folder) / "dropped.nc"
        path.write_bytes(data)
        try:
            gone_through(path)
            with h5py.File(path) as file:
                check_file(file, UNFOLDED * MAX_BYTES)
            return Recording.load(path)
        except Unsafe:
            raise
        except (OSError, RuntimeError) as error:  # the library's, of what it cannot go through
            raise ValueError("this is no NetCDF, or it is damaged") from error
        except ValueError as error:
            raise ValueError(str(error).replace(repr(str(path)), "it")) from error
