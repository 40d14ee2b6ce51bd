"""A script for Norse 1.1: the neurons that it has, through its own functions."""

from collections.abc import Iterator
from typing import Any

import torch

from snnlab.core import euler
from snnlab.core.tuples import Nest
from snnlab.functional import LSNNState

from ...settings import INTEGRATORS
from .own import call_text
from .sampled import check, fine_dt, head, input_lines, picture

NOTE = """
The steps are Norse's own, in double precision. Its dt and time constants are in s; spike_times are ends of steps in ms.
\"\"\"
"""
ENCODERS = {"LIF": "lif_current_encoder", "LIFEx": "lif_ex_current_encoder"}  # of the voltage alone, without synapse
FUNCTIONS = {
    "current": ENCODERS | {
        "LIFBox": "lif_box_feed_forward_step",
        "Izhikevich": "izhikevich_feed_forward_step",
        "LIBox": "li_box_feed_forward_step",
    },
    "spikes": {
        "LIF": "lif_feed_forward_step",
        "LIFRefrac": "lif_refrac_feed_forward_step",
        "IAF": "iaf_feed_forward_step",
        "LIFEx": "lif_ex_feed_forward_step",
        "LIFAdEx": "lif_adex_feed_forward_step",
        "LIFAdExRefrac": "lif_adex_refrac_feed_forward_step",
        "LSNN": "lsnn_feed_forward_step",
        "AdaLIF": "ada_lif_step",
        "LI": "li_feed_forward_step",
    },
}  # fmt: skip
REASONS = {
    "LIFAdEx": "its lif_adex_current_encoder overwrites the adaptation instead of integrating it: give spikes",
    "CobaLIF": "its step takes the conductances before the membrane, as Euler does not here",
    "LIFMCRefrac": "its compartments have no input but that of one another",
    "AdEx": "its adaptive exponential neuron is another one, without units: take LIFAdEx",
    "EIF": "its exponential neuron is another one, without units: take LIFEx",
    "IzhikevichAccommodation": "its Izhikevich neuron has another recovery equation",
}


def script(experiment: Any) -> str:
    """The run as a file for Norse, https://norse.github.io. Raises ValueError for what it cannot express."""
    check(experiment, "Norse")
    if INTEGRATORS[integrator := experiment.settings.integrator].advance(experiment.model.neuron) is not euler:
        raise ValueError(f"integrator = {integrator!r} cannot be expressed in Norse, whose steps are Euler's")
    neuron, function = experiment.model.neuron, _function(experiment)
    encoder = function in ENCODERS.values()
    ((port, code),) = input_lines(experiment).items()
    p, s = _parameters(experiment), _state(experiment, function)
    classes = {type(one).__name__ for one in (*_tuples(p), *(() if encoder else _tuples(s)))}
    module = type(p).__module__.rpartition(".")[2]
    weights = "torch.eye(1), torch.zeros(1, 1), " * (function == "ada_lif_step")
    voltage = "s" if encoder else "s.v" if "v" in s._fields else f"s.{s._fields[0]}.v"
    body = [
        head(experiment, "Norse"),
        NOTE.strip("\n"),
        "",
        "import numpy as np",
        "import torch",
        f"from norse.torch.functional.{module} import {', '.join(sorted({function, *classes}))}",
        *(f"from norse.torch.functional.reset import {value.__name__}" for value in p if callable(value)),
        "",
        *code,
        "",
        "torch.set_default_dtype(torch.float64)",
        f"p = {_written(p)}",
        f"s = {f'torch.tensor([{s.v!r}])  # v' if encoder else _written(s, 'torch.tensor([{}])')}",
        f"dt = {fine_dt(experiment)!r} / 1000",
        "z, v = [], []",
        f"for x in torch.as_tensor({port}, dtype=torch.float64)[:, None]:",
        f"    spike, s = {function}(x, s, {weights}p, dt)",
        "    z.append(spike)",
        f"    v.append({voltage})",
        "",
        "v = torch.cat(v).numpy()",
        "time = np.arange(1, len(v) + 1) * (dt * 1000)",
        f"spike_times = {'time[torch.cat(z).numpy() > 0]' if neuron.excess else 'np.array([])'}",
        *picture(experiment),
    ]
    return "\n".join(body) + "\n"


def _function(experiment: Any) -> str:
    """The name of Norse's step for this neuron and input. Raises ValueError with the reason where there is none."""
    name, ports = experiment.model.neuron.name, experiment.stimulus.ports
    if len(ports) > 1:
        raise ValueError("a stimulus of currents and spikes cannot be expressed in Norse, whose steps have one input")
    (port,) = ports
    if name not in FUNCTIONS[port]:
        given, other = ("a current", "spikes") if port == "current" else ("spikes", "a current")
        reason = REASONS.get(name, f"its step takes {other}")
        raise ValueError(f"model = {name} under {given} cannot be expressed in Norse: {reason}")
    return FUNCTIONS[port][name]


def _parameters(experiment: Any) -> Any:
    """The parameters, in the tuples that Norse has."""
    model, neuron = experiment.model, experiment.model.neuron
    return Nest(neuron.nested[0] if neuron.nested else neuron.parameters).build(model.taken(fine_dt(experiment)))


def _state(experiment: Any, function: str) -> Any:
    """The state in which the run begins, in the tuple that the step takes."""
    model, initial, dt = experiment.model, experiment.initial, fine_dt(experiment)
    begin = model.neuron.rest(model.p(torch.float64, dt=dt)) if initial.at_rest else initial.taken(dt)
    leaves = [float(x) for x in begin]
    if function in ENCODERS.values() and leaves[1]:
        raise ValueError(f"initial i = {leaves[1]:g} cannot be expressed in Norse: its {function} has no synapse")
    if function == "ada_lif_step":
        return LSNNState(0.0, *leaves)  # type: ignore[arg-type]
    return Nest(model.neuron.nested[1] if model.neuron.nested else model.neuron.state).build(leaves)


def _tuples(value: Any) -> Iterator[Any]:
    """A tuple, and those in it."""
    yield value
    for inner in value:
        if hasattr(inner, "_fields"):
            yield from _tuples(inner)


def _written(value: Any, number: str = "{}") -> str:
    """A tuple as code, its numbers in this form."""
    if hasattr(value, "_fields"):
        inner = [f"{field}={_written(one, number)}" for field, one in zip(value._fields, value)]
        return call_text(type(value).__name__, inner)
    return (
        value.__name__ if callable(value) else number.format(repr(value)) if isinstance(value, float) else repr(value)
    )
