"""Experiments as a version writes them, and what it makes of them: data for tests of versions to come.

Run at the commit whose experiments are to be kept, it writes JSON lines: every preset, and random experiments with
every model. `PYTHONPATH=. python tests/record_experiments.py FILE.json.gz`; see data/README.md.
"""

import gzip
import json
import random
import sys

import torch

from snnlab.core import Choice, Count, Names, Quantity
from snnlab.models import FAMILIES, PRESETS, Experiment, stimuli_of

KEPT = 40  # spikes of a neuron
CALM = {"Constant", "Step", "Ramp", "PulseTrain", "Sine", "Noise", "SpikeTrain", "PoissonSpikes", "Pairs", "Synaptic"}


def some(rng, mark):
    """A value in the range of a slider."""
    if isinstance(mark, Count):
        return rng.randint(int(mark.low), int(mark.high))
    if isinstance(mark, Quantity):
        return round(rng.uniform(mark.low, mark.high), 3)
    if isinstance(mark, Choice):
        return rng.choice(list(mark.options))
    return () if isinstance(mark, Names) else rng.random() < 0.5


def chosen(rng, marks, shown, share, without=()):
    return {shown[f]: some(rng, mark) for f, mark in marks.items() if f not in without and rng.random() < share}


def model_of(rng, kind):
    inner = {name: model_of(rng, rng.choice(fitting(kind, of))) for name, of in kind.inner.items()}
    small = {"size": 12, "N_E": 100, "N_I": 25, "C_E": 20, "C_I": 5, "inputs": 10, "outputs": 6}
    values = chosen(rng, kind.marks, kind.shown, 0.5, without=("alpha",))
    values |= {name: value for name, value in small.items() if name in kind.shown.values()}
    if "noise_tau" in kind.shown.values() and rng.random() < 0.5:
        values["noise_tau"] = 0.0
    return kind(**values, **inner)


def fitting(kind, family):
    """The models that may be inside of a network, those with a refractory period twice."""
    takes_spikes = "encoder" in kind.inner
    found = [one for one in FAMILIES[family].values() if family != "neuron" or one.port.jump or not takes_spikes]
    return found + [one for one in found if "Refrac" in one.__name__]


def experiment_of(rng, kind):
    """A short one. Raises ValueError where what was drawn does not go together."""
    model = model_of(rng, kind)
    name = rng.choice([name for name in stimuli_of(model.port) if name in CALM])
    stimulus = stimuli_of(model.port)[name]
    values = chosen(rng, stimulus.marks, stimulus.shown, 0.5)
    values |= {"onset": float(rng.randint(0, 10))} if "onset" in stimulus.shown.values() else {}
    values |= {"rate": 50.0} if name == "Pairs" else {}
    values |= {"delta": rng.uniform(-15, 15)} if name == "Pairs" else {}
    stimulus = stimulus(**values)
    settings = {"dt": rng.choice([0.1, 0.2, 0.25, 0.5, 1.0]), "duration": rng.choice([40.0, 100.0])}
    if kind.family == "neuron":
        settings["integrator"] = rng.choice(["Euler", "staggered Euler", "Euler, dt / 10"])
        if rng.random() < 0.6:
            settings["neurons"] = rng.randint(1, 5)
        if rng.random() < 0.4:
            settings["noise"] = 0.1 * (model.port.current.default or 1.0)
    if kind.family in ("neuron", "encoder", "network") and rng.random() < 0.3:
        settings["seed"] = rng.randint(0, 100)
    begin = {}
    if kind.state._fields and rng.random() < 0.4:
        experiment = Experiment.of(model)
        marks = {f: mark for f, mark in experiment.initial.marks.items() if "post_pre" not in f and f != "z"}
        begin = chosen(rng, marks, experiment.initial.shown, 0.6)
    return Experiment.of(model, stimulus, settings, begin)


def outcome(experiment):
    """What a run gives, shortly. None where it diverges."""
    result = experiment.run()
    if result.failure is not None:
        return None
    recording = result.recording
    spikes = recording.spikes.reshape(len(recording.spikes), -1)
    steps = [(1 + spikes[:, k].nonzero().flatten()).tolist() for k in sorted({0, spikes.shape[1] - 1})]
    last = {name: values.reshape(len(values), -1)[-1, 0].item() for name, values in recording.variables.items()}
    return {
        "shape": list(spikes.shape),
        "count": int(spikes.sum()),
        "spikes": [one[:KEPT] for one in steps],
        "last": {name: float(f"{value:.7g}") for name, value in last.items()},
    }


def cases():
    for key, preset in PRESETS.items():
        yield key, preset.experiment()
    rng = random.Random(36)
    for family, kinds in FAMILIES.items():
        for name, kind in kinds.items():
            made = 0
            while made < (2 if family == "surrogate" else 12 if family in ("plasticity", "network") else 6):
                try:
                    experiment = experiment_of(rng, kind)
                    experiment.run()
                except ValueError:
                    continue
                made += 1
                yield f"{family}-{name}-{made}", experiment


def main(path):
    torch.set_num_threads(1)
    with gzip.GzipFile(path, "wb", mtime=0) as file:
        for key, experiment in cases():
            if (found := outcome(experiment)) is not None:
                written = {"json": json.loads(experiment.to_json()), "query": experiment.to_query()}
                line = {"id": key} | written | {"run": found}
                file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1])
