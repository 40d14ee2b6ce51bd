"""What Brunel's network of 12,500 neurons does in the plane of g and eta: runs that the page of networks shows as dots.

    python -m benchmarks.brunel_plane

Writes `snnlab/models/data/brunel_2000_plane.json`, with how it was made, in some ten minutes of a core. The first 100
ms of each run are left out; a swing is deviation over mean of the rate of all neurons, counted in 0.5 ms.
"""

import json
from datetime import date
from importlib.resources import files

import numpy as np

import snnlab
from benchmarks.clock import machine
from snnlab.analysis import population_rate, power_spectrum, variability
from snnlab.models import PRESETS

G = (2.0, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0)
ETA = (0.5, 0.9, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0)
DURATION, WARM = 500.0, 100.0  # ms
PLACE = files(snnlab) / "models" / "data" / "brunel_2000_plane.json"


def measured(g: float, eta: float) -> dict[str, float | None]:
    """Rate [Hz], CV, swing and strongest rhythm [Hz] of one run."""
    experiment = PRESETS["brunel-2000-C"].experiment()
    experiment.model.param.update(g=g, eta=eta)
    experiment.settings.param.update(duration=DURATION, watched=1, record=("v",))
    recording = experiment.run().recording
    spikes = recording.spikes[round(WARM / recording.dt) :].numpy()
    rate = 1000 * spikes.mean() / recording.dt
    each = variability(spikes[:, ::25], recording.dt).cv
    found = {"g": g, "eta": eta, "rate": round(float(rate), 3), "cv": None, "swing": None, "rhythm": None}
    if np.isnan(each).all():
        return found
    _, activity = population_rate(spikes, recording.dt, 0.5)
    f, power = power_spectrum(activity, 0.5, segments=2)
    swing, rhythm = activity.std() / activity.mean(), f[f >= 5][power[f >= 5].argmax()]
    measures = {"cv": np.nanmean(each), "swing": swing, "rhythm": rhythm}
    return found | {name: round(float(value), 3) for name, value in measures.items()}


def main() -> None:
    rows = []
    for eta in ETA:
        for g in G:
            rows.append(measured(g, eta))
            print(rows[-1], flush=True)
    origin = f"python -m benchmarks.brunel_plane, {date.today()}, snnlab {snnlab.__version__}, {machine('numpy')}"
    about = "Brunel (2000), model A: 10,000 + 2,500 LIF neurons, delta synapses, seed 0, dt 0.1 ms"
    about += f", {DURATION:g} ms, of which the first {WARM:g} are left out; rates in Hz"
    lines = ",\n  ".join(json.dumps(row) for row in rows)
    PLACE.write_text(f'{{"about": {json.dumps(about)},\n "origin": {json.dumps(origin)},\n "runs": [\n  {lines}\n]}}\n')


if __name__ == "__main__":
    main()
