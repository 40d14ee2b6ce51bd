"""How many calls of snnlab's functions a slider's value takes to its picture, and a link to a NetCDF file.

    python benchmarks/calls.py [--most 20]

Counts, not times: the same on every machine. The third event is counted, when everything is built and compiled. What is
said of a picture when no newer one waits (the firing pattern, the step line, the address) is no part of it.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import snnlab

ROOT = Path(snnlab.__file__).parent
IN_PLACE_OF_BOKEHS = "workbench/bokeh_models.py"  # whose functions on a server are called where Bokeh's own would be


def calls(action: Callable[[], object]) -> Counter:
    """(file, function) -> how often it is called in this thread."""
    found: Counter = Counter()

    def profile(frame, event, argument):
        if event == "call" and frame.f_code.co_filename.startswith(str(ROOT)):
            file = str(Path(frame.f_code.co_filename).relative_to(ROOT))
            if file != IN_PLACE_OF_BOKEHS:
                found[file, frame.f_code.co_name] += 1

    sys.setprofile(profile)
    try:
        action()
    finally:
        sys.setprofile(None)
    return found


def slider() -> Counter:
    """One event of a slider of LIF's explorer, from the control to the picture."""
    from snnlab.models import LIF
    from snnlab.workbench.explorer import Explorer

    explorer = Explorer(LIF())
    explorer.live.aside = lambda job, show: None
    control = explorer.sidebar.groups["model"].controls["tau_mem"]
    for value in (11.0, 12.0):
        control.slider.value = control.place(value)
    return calls(lambda: setattr(control.slider, "value", control.place(13.0)))


def link() -> Counter:
    """An experiment from its link to a file."""
    from snnlab.models import AdEx, Experiment, Step

    query = Experiment(AdEx(b=60), Step(amplitude=600), {"dt": 0.2, "duration": 200}).to_query()

    def walk() -> None:
        with tempfile.TemporaryDirectory() as folder:
            Experiment.from_query(query).run().recording.save(Path(folder) / "run.nc")

    walk()
    return calls(walk)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--most", type=int, default=0, help="the functions that are called most often")
    most = parser.parse_args().most
    for name, walk in (("slider to picture", slider), ("link to NetCDF", link)):
        found = walk()
        print(f"{name}: {found.total()} calls in {len({file for file, _ in found})} files")
        for (file, function), count in found.most_common(most):
            print(f"  {count:4d}  {file}  {function}")
