"""Layers over time in one kernel of the engine, where nothing forbids it; elsewhere they go step by step."""

from typing import Any

import torch
from torch import Tensor, nn

from snnlab.core import SURROGATES, Layer, SNNCell, Unrecordable, transformed
from snnlab.core.wrap import weighted
from snnlab.engine import Diverged
from snnlab.engine.llvm import Unprintable
from snnlab.engine.request import Request, request
from snnlab.engine.run import compiled

FEW = 4  # steps: as many are done before a run is prepared

_refused: set = set()  # what no kernel runs, so that it is not tried at every call
_MOST = 128


def at_once(self: SNNCell, input_tensor: Tensor, state: Any) -> tuple[Tensor, Any] | None:
    """What a layer gives over all steps of x [T, ...], from one kernel; None where it must go step by step.

    It must where something looks into the steps (torch.compile, torch.func, autocast, tracing, modes of torch); where
    inputs, state, weights and parameters are not plain dense tensors on one device, all float32 or all float64; and
    where there is no kernel: for coupled compartments, adjoint equations, random surrogates, somebody's own step.
    """
    layer = None if _watched() else getattr(self.activation, "layer", None)
    if not isinstance(layer, Layer) or getattr(self.step, "__func__", None) is not SNNCell.step:
        return None
    try:
        asked = _request(self, layer, input_tensor, state)
    except ValueError:  # which the step says in words of its own
        return None
    if asked is None:
        return None
    case = asked.cell, asked.dtype, asked.device.type, asked.gradient, bool(asked.network)
    try:
        if case in _refused:
            return None
        run = compiled(asked)
    except (Unprintable, Unrecordable):
        if len(_refused) >= _MOST:
            _refused.clear()
        _refused.add(case)
        return None
    except Diverged:  # a layer goes on without a word
        return None
    spikes = run.spikes
    if spikes.dtype == torch.bool:
        spikes = spikes.view(torch.uint8).to(asked.dtype)  # a third of the time that torch takes for bool
    output = run.variables["v"] if layer.neuron.excess is None else spikes
    if getattr(self, "record_states", False):
        states = [spikes, *(run.variables[field] for field in layer.neuron.state._fields)]
    else:
        states = [spikes[-1], *run.state]
    # copies, of which one may be changed in place without the others
    return output, layer.state.build([v.clone() for v in states[not layer.feeds_back :]])


def _watched() -> bool:
    """Whether something looks into the steps."""
    return (
        transformed()
        or torch.jit.is_tracing()
        or torch._C._len_torch_dispatch_stack() > 0
        or torch._C._len_torch_function_stack() > 0
        or torch.autograd.forward_ad._current_level >= 0
    )


def _request(self: SNNCell, layer: Layer, x: Tensor, state: Any) -> Request | None:
    """The layer as a run; None where it is none, ValueError where something does not fit."""
    *weights, p, dt = self.arguments(state)
    begin, p = layer.state.leaves(state, "state"), layer.neuron.parameters(*layer.parameters.leaves(p, "p"))
    fed_back: Any = begin[0] if layer.feeds_back else None
    if not _plain(x, begin, weights, p) or not isinstance(dt, float | int) or len(x) <= FEW:
        return None
    if layer.coupling or layer.adjoint or getattr(p, "method", "super") not in SURROGATES:
        return None
    shape = (*x.shape[1:-1], len(weights[0])) if weights else x.shape[1:]
    if any(v.shape != shape for v in begin) or not x.numel() or (layer.feeds_back and x.is_cuda):
        return None
    network = None
    if weights:
        w_in, n = weights[0], len(weights[0])
        if w_in.shape[1:] != x.shape[-1:] or any(w.shape != (n, n) for w in weights[1:]):
            return None
        channels = layer.neuron.channels or (lambda w: w,)
        inputs = [weighted(x, channel(w_in)) for channel in channels]
        if layer.feeds_back:
            network = weights[1]
            if fed_back.requires_grad or fed_back.any():  # as what arrives in the first step
                before = [weighted(fed_back, channel(network)) for channel in channels]
                inputs = [torch.cat([(y[:1] + first), y[1:]]) for y, first in zip(inputs, before)]
    else:
        x = x.to(begin[0].dtype)
        # the gradient needs it as it is now, whatever becomes of it
        inputs = [x.clone(memory_format=torch.contiguous_format) if torch.is_grad_enabled() else x]
    given: Any = inputs[0] if len(inputs) == 1 else tuple(inputs)
    names = layer.neuron.state._fields
    asked = request(
        layer.neuron,
        current=given if layer.neuron.port == "current" else None,
        spikes=given if layer.neuron.port == "spikes" else None,
        state=layer.neuron.state(*begin[layer.feeds_back :]),
        p=p,
        dt=dt,
        record=names if getattr(self, "record_states", False) else ("v",) if layer.neuron.excess is None else (),
        neurons=None,
        every=1,
        advance=None,
        detach_reset=layer.detach_reset,
        detach_hold=False,
        noise=None,
        network=network,
        history=None,
        device=None,
        go_on=None,
    )
    return asked if asked.shape == shape else None  # else parameters make more neurons of it


def _plain(x: Tensor, state: tuple, weights: list, p: tuple) -> bool:
    """Whether all are what kernels take, with nothing to convert on the way."""
    dtype, device = getattr(state[0], "dtype", None), getattr(x, "device", None)
    if dtype not in (torch.float32, torch.float64) or device is None or device.type not in ("cpu", "cuda"):
        return False
    if torch.is_autocast_enabled(device.type):
        return False
    numbers = [v for v in p if isinstance(v, Tensor)]
    if any(type(v) not in (Tensor, nn.Parameter) or v.layout != torch.strided for v in (x, *state, *weights, *numbers)):
        return False
    # single numbers may be elsewhere, or whole
    wide = [v for v in numbers if v.ndim or v.is_floating_point()]
    return (
        x.dtype in (dtype, torch.bool)
        and all(v.dtype == dtype for v in (*state, *weights, *wide))
        and all(v.device == device for v in (*state, *weights, *(v for v in numbers if v.ndim)))
    )
