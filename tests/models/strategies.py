"""Whatever a person may hold: values within their bounds, stimuli of stimuli, whole experiments."""

import numpy as np
from hypothesis import strategies as st

from snnlab.core import Choice, Count, Names, Switch
from snnlab.models import FAMILIES, Experiment, Part, Segment, Sweep, example, stimuli_of
from snnlab.models.settings import initial_of, run_of

finite = st.floats(-1e6, 1e6)


def value(mark):
    """What an annotation allows."""
    if isinstance(mark, Switch):
        return st.booleans()
    if isinstance(mark, Choice):
        return st.sampled_from(list(mark.options))
    if isinstance(mark, Names):
        return st.lists(st.sampled_from(mark.options), unique=True).map(tuple)
    return st.integers(*map(int, mark.allowed)) if isinstance(mark, Count) else st.floats(*mark.allowed)


@st.composite
def values(draw, cls):
    """Some values of a class; what is not drawn has its default."""
    drawn = draw(st.sets(st.sampled_from(list(cls.marks)))) if cls.marks else ()
    return {cls.shown[field]: draw(value(cls.marks[field])) for field in cls.marks if field in drawn}


@st.composite
def models(draw, cls):
    inner = {
        name: draw(st.sampled_from(list(FAMILIES[family].values())).flatmap(models))
        for name, family in cls.inner.items()
    }
    return cls(**draw(values(cls)), **inner)


@st.composite
def sweeps(draw):
    steps = draw(st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=5))
    time = np.cumsum([draw(finite), *steps])
    current = draw(st.lists(finite, min_size=len(time), max_size=len(time)))
    voltage = draw(st.none() | st.just(np.linspace(-70, 20, len(time))))
    return Sweep(draw(st.text(max_size=5)), time, np.array(current), voltage)


tables = st.dictionaries(finite, finite, max_size=4).map(lambda table: tuple(sorted(table.items())))
protocols = st.lists(st.builds(Segment, finite, finite, finite, finite), max_size=3).map(tuple)

trains = st.lists(st.tuples(st.floats(0, 1e6), st.sampled_from((0, 1))), max_size=4)
SOURCES = {"Table": tables, "Protocol": protocols, "Trains": trains}


@st.composite
def stimulus(draw, port, depth=2, names=None, files=True):
    """Any that fits the port; sums and sequences have parts down to `depth`."""
    fitting = stimuli_of(port)
    offered = [name for name in names or fitting if depth or name not in ("Sum", "Sequence")]
    cls = fitting[draw(st.sampled_from(offered))]
    source = {}
    if cls.kind.name in ("Sum", "Sequence"):
        parts = draw(st.lists(stimulus(port, depth - 1, files=files), max_size=3))
        lasting = [draw(st.floats(0, 1e6)) for _ in parts]
        source["source"] = tuple(parts) if cls.kind.name == "Sum" else tuple(map(Part, parts, lasting))
    elif cls.kind.name == "Recorded":
        source["source"] = draw(st.builds(example) | sweeps() if files else st.builds(example))
    elif cls.kind.source is not None:
        source["source"] = draw(SOURCES[cls.kind.name])
    return cls(**draw(values(cls)), **source)


@st.composite
def experiments(draw, cls, **more):
    """With a model of this class; `more` as for `stimulus`."""
    model = draw(models(cls))
    settings = run_of(model.settings, model.port, tuple(model.variables()))
    initial = initial_of(model.state)
    begin = {"at_rest": False} | draw(values(initial)) if initial.marks and draw(st.booleans()) else {}
    driven = draw(stimulus(model.port, **more))
    return Experiment(model, driven, settings(**draw(values(settings))), initial(**begin))
