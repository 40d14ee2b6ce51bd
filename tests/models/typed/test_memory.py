"""A page for many students: whatever they type, only the last few neurons stay."""

import gc
import json
import subprocess
import sys
from collections import Counter
from weakref import ref

import pytest

from snnlab.core.derived import RECENT
from snnlab.models import Experiment, NeuronModel, model_of
from snnlab.models.typed import neuron
from snnlab.models.typed.make import KEPT

TEXT = """
name: Cell {k}
dv/dt = ({k}/7 - v - 2*w + tanh(v/{k}) + I) / tau : mV
dw/dt = (a*v - w)/tau_w : 1
spike: v > 30
reset: v = 0; w += 0.1
rest: v = 0; w = 0
tau = 10 ms
tau_w = 50 ms
a = 0.01 /mV
I = 20 in 0 .. 100
"""


def used(k):
    """A neuron that was looked at, and a reference that does not hold it."""
    made = neuron(TEXT.format(k=k))
    experiment = Experiment.of(model_of(made)(), settings={"duration": 20.0})
    assert Experiment.from_query(experiment.to_query()).model.neuron is made
    return ref(made)


def counted():
    gc.collect()
    kinds = Counter(type(one).__name__ for one in gc.get_objects())
    return kinds["Neuron"], len(NeuronModel.__subclasses__()), kinds["type"], kinds["dict"]


def test_only_the_last_few_stay_and_what_somebody_has():
    held = neuron(TEXT.format(k=7))
    model = model_of(held)
    for k in range(10, 10 + KEPT + RECENT):
        used(k)
    before = counted()
    gone = [used(k) for k in range(200, 200 + KEPT + RECENT)]
    after = counted()
    assert all(one() is None for one in gone[: -KEPT - 1]) and gone[-1]() is not None
    for had, has in zip(before, after, strict=True):
        assert has <= 1.02 * had, (before, after)
    assert neuron(TEXT.format(k=7)) is held and model_of(held) is model


WALK = """
import gc, json
from tests.models.typed.test_memory import TEXT
from snnlab.models import Experiment, model_of, neuron

def size():  # MB of this process
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 1e6

sizes = []
for k in range(10, 310):
    model = model_of(neuron(TEXT.format(k=k)))()
    Experiment.of(model, settings={"duration": 20.0}).run()
    model.equations()
    sizes.append(size())
print(json.dumps(sizes))
"""


@pytest.mark.nightly
def test_a_process_does_not_grow_with_what_is_typed():
    """300 neurons, compiled and run: once what is kept is full, LLVM alone takes on, 0.3 MB each."""
    done = subprocess.run([sys.executable, "-c", WALK], capture_output=True, text=True, check=True)
    sizes = json.loads(done.stdout)
    filling, full = sizes[100] - sizes[0], sizes[-1] - sizes[200]
    assert full / 99 < 0.5 < filling / 100 < 4  # MB each
