"""A script for snnlab: the same objects, written with what differs from their defaults."""

import sys
from typing import Any

from snnlab.core import Quantity

from ...families.clamps import CommandedModel, clamp_of
from ...families.neurons import NeuronModel
from ...model import Model
from ...stimuli.stimulus import STIMULI, Stimulus
from ..data import check_known
from .sampled import WITH_MATPLOTLIB

EXTREMES = (("lowest", "amin"), ("highest", "amax"))  # and their methods


def script(experiment: Any) -> str:
    """The run as a file for snnlab.

    A definition of one's own is imported from its module. Raises ValueError for a recording of one's own that is too
    long, and for a model that no name leads to.
    """
    model, stimulus = experiment.model, experiment.stimulus
    if (home := home_of(model)) is None:
        check_known(model, "a script")
    names: set[str] = set()
    begun, driven = _model(model, names), _stimulus(stimulus, names)
    settings = [f"{name}={value!r}" for name, value in experiment.settings.changed().items()]
    if not experiment.initial.at_rest:
        settings.append(f"initial={experiment.initial.values()!r}")
    name, mark = _drawn(experiment)
    unit = f" ({mark.unit})" if isinstance(mark, Quantity) and mark.unit != "1" else ""
    imports = ["import numpy as np", ""] if "np" in names else []
    own = [f"from {home[0]} import {home[1]}"] if home is not None else []
    lines = [
        f'"""{type(model).__name__} under {stimulus.kind.name}, in snnlab."""',
        "",
        *imports,
        f"from snnlab.models import {', '.join(sorted(names - {'np'}))}",
        *own,
        "",
        *_made(model),
        f"model = {begun}",
        f"stimulus = {driven}",
        f"recording = {call_text('model.simulate', ['stimulus', *settings])}",
        "",
        *_told(model, name),
        *WITH_MATPLOTLIB,
        "    figure, (top, bottom) = plt.subplots(2, sharex=True)",
        f'    top.plot(recording.sample_time, recording.variables["{name}"].cpu())',
        f'    top.set_ylabel("{name}{unit}")',
        *_below(model),
        "    plt.show()",
    ]
    return "\n".join(lines) + "\n"


def home_of(model: Model) -> tuple[str, str] | None:
    """The module outside of snnlab in which its definition stands, and its name there; None where there is none."""
    definition = type(model).definition
    modules = {
        getattr(one, "__module__", None) for one in getattr(definition, "__dict__", {}).values() if callable(one)
    }
    for module in sorted(one for one in modules if one in sys.modules and one != "__main__"):
        names = [name for name, one in vars(sys.modules[module]).items() if one is definition]
        if names and module.partition(".")[0] != "snnlab":
            return module, names[0]
    return None


def _told(model: Model, name: str) -> list[str]:
    """What is printed of the run: of neurons under voltage clamp, which never spike, the extremes of a variable."""
    if isinstance(model, CommandedModel):
        lines = (f'print("{word} {name} of each:", recording.variables["{name}"].{of}(0))' for word, of in EXTREMES)
        return [*lines]
    return ['print("spikes of the first at (ms):", recording.spike_times())']


def _below(model: Model) -> list[str]:
    """The lower picture: the spikes, or the commands."""
    if isinstance(model, CommandedModel):
        return [
            "    bottom.plot(recording.time, recording.commands)",
            f'    bottom.set(xlabel="time (ms)", ylabel="command ({model.neuron.current.unit})")',
        ]
    return [
        "    steps, neurons = recording.spikes.flatten(1).cpu().nonzero().T.numpy()",
        '    bottom.plot(recording.time[steps], neurons, "|")',
        '    bottom.set(xlabel="time (ms)", ylabel="neuron")',
    ]


def _made(model: Model) -> list[str]:
    """Lines that give models whose equations are typed, or that are under clamp, their names."""
    lines = [line for name in model.inner for line in _made(getattr(model, name))]
    kind, bare = type(model), _bare(model)
    if (text := model.text) is not None:
        plain = '"""' not in text and "\\" not in text and not text.endswith('"')
        written = f'"""{text}"""' if plain else repr(text)
        lines += [*f"{(bare or kind).__name__} = model_of(neuron({written}))".split("\n"), ""]
    if (home := home_of(model)) is not None:
        lines += [f"{kind.__name__} = model_of({home[1]})", ""]
    if bare is not None:
        lines += [f'{kind.__name__} = clamp({bare.__name__}, "{clamp_of(kind)}")', ""]
    return lines


def _bare(model: Model) -> type[NeuronModel] | None:
    """The class of a model under clamp without it."""
    return model.bare if isinstance(model, NeuronModel) else None


def _drawn(experiment: Any) -> tuple[str, Any]:
    """The variable that a picture shows, and its annotation."""
    variables = experiment.model.variables()
    kept = getattr(experiment.settings, "record", ()) or tuple(variables)
    return kept[0], variables[kept[0]]


def _model(model: Model, names: set[str]) -> str:
    bare = _bare(model)
    if model.text is not None:
        names |= {"model_of", "neuron"}
    else:
        names.add("model_of" if home_of(model) is not None else (bare or type(model)).__name__)
    names |= {"clamp"} if bare else set()
    inner = [f"{name}={_model(getattr(model, name), names)}" for name in model.inner]
    return _call(type(model).__name__, model.changed(), inner)


def _stimulus(stimulus: Stimulus, names: set[str]) -> str:
    """As it is written before it is known what it drives: its defaults are those of any port."""
    kind = STIMULI[stimulus.kind.name]
    names.add(kind.__name__)
    values = {name: value for name, value in stimulus.values().items() if value != kind.param[name].default}
    source = stimulus.kind.source
    given = source.code(stimulus.source, lambda one: _stimulus(one, names), names) if source is not None else ""
    return _call(kind.__name__, values, [f"source={given}"] if given else [])


def _call(name: str, values: dict[str, Any], more: list[str]) -> str:
    return call_text(name, [*(f"{key}={value!r}" for key, value in values.items()), *more])


def call_text(name: str, arguments: list[str]) -> str:
    """A call as code, on one line where it fits."""
    line = f"{name}({', '.join(arguments)})"
    inner = "".join(f"    {line}\n" for one in arguments for line in f"{one},".splitlines())
    return line if len(line) < 100 and "\n" not in line else f"{name}(\n{inner})"
