"""A neuron from its text."""

from typing import Any

import torch

from snnlab.core import Neuron, euler, exponential_euler, refractory, remembered, short, silent
from snnlab.core.names import what_is

from ..families.clamps import clamped_by_name
from ..families.neurons import NeuronModel, model_of
from .checks import check
from .definition import Definition, read
from .describe import described
from .functions import Functions
from .mistakes import pointed
from .words import EquationError, Fault

KEPT = 32  # neurons that stay for whoever types the same again, with all that follows from them


def neuron(text: str) -> Neuron:
    """The neuron of typed equations: see docs/typed-neurons.md for what can be written.

    The same text gives the same neuron. Nothing of it is run as code: it is read by a grammar of sums, products, powers
    and functions, and units are checked. Raises EquationError, a ValueError with line and column, for what cannot be
    read, or does not fit together.

    >>> lif = neuron('''
    ...     name: My LIF
    ...     dv/dt = (E_L - v + R*I) / tau : mV
    ...     spike: v > V_th
    ...     reset: v = V_r
    ...     E_L = -65 mV
    ...     V_th = -50 mV
    ...     V_r = -65 mV
    ...     R = 100 MOhm
    ...     tau = 10 ms in 1 .. 100 "membrane time constant"
    ...     I = 0.2 nA in 0 .. 1
    ... ''')
    >>> from snnlab import f_i_curve
    >>> from snnlab.models import model_of
    >>> f_i_curve(model_of(lif)(tau=20), currents=[0.1, 0.2]).rate.round(1)
    array([ 0. , 36.1])
    """
    if not isinstance(text, str):
        raise ValueError(f"the equations are {what_is(text)}: give a text, dv/dt = (E_L - v) / tau : mV and so on")
    return _made(text)


def definition_of(text: str) -> Definition:
    """What a text says, checked. Raises EquationError."""
    try:
        definition = read(text)
    except Fault as fault:
        raise pointed(fault, text) from None
    try:
        check(definition)
    except Fault as fault:
        raise EquationError(fault.message, text, fault.at) from None
    return definition


@remembered(KEPT)
def _made(text: str) -> Neuron:
    definition = definition_of(text)
    try:
        made = assembled(definition)
    except Fault as fault:
        raise EquationError(fault.message, text, fault.at) from None
    kind = model_of(made)
    kind.origin, kind.text = (_model_again, (text,)), text
    return made


def text_of(neuron: Neuron) -> str | None:
    """The text of which a neuron was made; None for one that is not typed."""
    return model_of(neuron).text


def typed_model(path: str, text: Any, name: Any) -> type[NeuronModel]:
    """The class of the model of a text that data holds at a place, beside this name.

    Raises ValueError that names the place, also for a name that is not the text's.
    """
    try:
        kind = model_of(neuron(text))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    if (clamped := clamped_by_name(name, {kind.__name__: kind})) is not None:
        return clamped
    if name not in (None, kind.definition.name):
        raise ValueError(f"the model is called {short(name)}, and {path} say {kind.definition.name!r}: give either")
    return kind


def _model_again(text: str) -> type[NeuronModel]:
    """The class of the model of a text, for pickle."""
    return model_of(neuron(text))


def assembled(definition: Definition) -> Neuron:
    """The neuron of a text that has been checked. Raises Fault for names and values that cannot be."""
    about = described(definition)
    functions = Functions(definition, about.variables)
    rest = functions.resting(about)
    state = about.state(rest.values)
    made = Neuron(
        name=about.name,
        title=about.title,
        doc=about.doc,
        source=about.source,
        parameters=about.parameters,
        state=state,
        flow=functions.flow(state),
        excess=functions.excess(),
        crosses=definition.crosses,
        reset=functions.reset(),
        rest=rest.function(state),
        receive=functions.receive(),
        within=functions.within(),
        port="spikes" if "receive" in definition.changes else "current",
        current=about.current,
        advance=exponential_euler if about.fine else euler,
        dt=about.dt,
    )
    if made.receive is not None:
        p, one = made.parameters(), torch.ones(())
        before = made.rest(p)
        if all(torch.equal(old, new) for old, new in zip(before, made.receive(before, one, p), strict=True)):
            raise Fault(definition.places["receive"], "an input spike of weight 1 changes nothing: write i += x")
    if definition.wait is None:
        return made
    wait, period = definition.wait
    return {"refractory": refractory, "silent": silent}[wait](made, period, name=about.name, title=about.title)
