"""Other simulators with the models of candidate.py: the same parameters, initial states and Euler steps.

What cannot be the same is in NOTES. Each peer is a function `(model, x, backward)` that prepares a run for inputs x
[T, N] and returns it: a function without arguments that gives (spikes [T, N], gradient of their number or None).
"""

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks import candidate
from snnlab.engine import memory

DT = 0.001
NOTES = {
    "snntorch": "input times dt / tau_mem, because its membrane adds the whole current; surrogate of its own",
    "snntorch-leaky": "has no synapse: one state less; surrogate of its own",
    "spikingjelly": "has no synapse: one state less; surrogate of its own",
    "flexsn": "SpikingJelly's own kernel from a step in torch; gives the spikes and no potential",
    "brian2": "makes a list of spikes, of which [T, N] is filled; has no gradient",
}


class Missing(Exception):
    """Why a peer cannot take part."""


# The three models in plain arithmetic, for torch and JAX: a step as people write it by hand.
def lif(x, s, p, dt, of):
    v, i = s
    i = i + x
    v = v + dt * (p.tau_mem_inv * (p.v_leak - v + i))
    z = of.spike(v - p.v_th)
    return z, ((1 - z) * v + z * p.v_reset, i + dt * (-p.tau_syn_inv * i))


def izhikevich(x, s, p, dt, of):
    v, u = s
    rise = p.tau_inv * (p.sq * v**2 + p.mn * v + p.bias - u + x)
    v, u = v + dt * rise, u + dt * (p.tau_inv * (p.a * (p.b * v - u)))
    z = of.spike(v - p.v_th)
    return z, ((1 - z) * v + z * p.c, u + z * p.d)


def adex(x, s, p, dt, of):
    v, i, a = s
    i = i + x
    up = p.delta_T * of.exp((v - p.v_th) / p.delta_T)
    rise = p.tau_mem_inv * (p.v_leak - v + up + i - a)
    v, a = v + dt * rise, a + dt * (p.tau_ada_inv * (p.adaptation_current * (v - p.v_leak) - a))
    z = of.spike(v - p.v_th)
    return z, ((1 - z) * v + z * p.v_reset, i + dt * (-p.tau_syn_inv * i), a + z * p.adaptation_spike)


STEPS = {"lif": lif, "izhikevich": izhikevich, "adex": adex}
BRIAN = {  # equations, reset, what the input does at the start of a step
    "lif": (
        "dv/dt = tau_mem_inv * (v_leak - v + c) / second : 1\ndc/dt = -tau_syn_inv * c / second : 1",
        "v = v_reset",
        "c += x(t, i)",
    ),
    "izhikevich": (
        "dv/dt = tau_inv * (sq * v**2 + mn * v + bias - u + c) / second : 1\n"
        "du/dt = tau_inv * a * (b * v - u) / second : 1\nc : 1",
        "v = c_reset; u += d",
        "c = x(t, i)",
    ),
    "adex": (
        "dv/dt = tau_mem_inv * (v_leak - v + delta_T * exp((v - v_th) / delta_T) + c - a) / second : 1\n"
        "dc/dt = -tau_syn_inv * c / second : 1\n"
        "da/dt = tau_ada_inv * (adaptation_current * (v - v_leak) - a) / second : 1",
        "v = v_reset; a += adaptation_spike",
        "c += x(t, i)",
    ),
}


class SuperSpike(torch.autograd.Function):
    @staticmethod
    def forward(ctx, u):
        ctx.save_for_backward(u)
        return (u > 0).to(u.dtype)

    @staticmethod
    def backward(ctx, g):
        return g / (ctx.saved_tensors[0].abs() + 1) ** 2


def parameters(model: str, number: Callable) -> SimpleNamespace:
    """The candidate's parameters as another library wants its numbers."""
    p = candidate.MODELS[model][1]._asdict()
    return SimpleNamespace(**{k: v if isinstance(v, str) else number(float(v)) for k, v in p.items()})


def torch_run(forward: Callable, x: Tensor, backward: bool) -> Callable:
    def run():  # not under no_grad, where snnlab's spikes are floats: an x without gradient has no graph either
        spikes, _ = forward(x)
        return spikes.detach(), torch.autograd.grad(spikes.sum(), x)[0] if backward else None

    return run


def over_time(step: Callable, x: Tensor, state) -> tuple[Tensor, Tensor]:
    """A loop in Python over a step `(x, state) -> (spikes, state)`, whose first variable is the potential."""
    spikes, potential = [], []
    for row in x:
        z, state = step(row, state)
        spikes.append(z)
        potential.append(state[0][: candidate.TRACES])
    return torch.stack(spikes), torch.stack(potential)


def begin(model: str, x: Tensor) -> list[Tensor]:
    return [torch.full(x.shape[1:], float(value), device=x.device) for value in candidate.MODELS[model][2]]


def snnlab(model, x, backward, backend="auto"):
    return torch_run(lambda x: candidate.run(model, x, DT, backend), x, backward)


def eager(model, x, backward):
    p, of = parameters(model, torch.tensor), SimpleNamespace(exp=torch.exp, spike=SuperSpike.apply)
    return torch_run(
        lambda x: over_time(lambda row, s: STEPS[model](row, s, p, DT, of), x, begin(model, x)), x, backward
    )


def norse(model, x, backward):
    import norse.torch as nt
    from norse.torch.functional import izhikevich, lif, lif_adex

    p = parameters(model, torch.tensor)
    if model == "lif":
        cell, state = nt.LIFCell(lif.LIFParameters(**vars(p)), dt=DT), lif.LIFFeedForwardState
    elif model == "adex":
        cell, state = nt.LIFAdExCell(lif_adex.LIFAdExParameters(**vars(p)), dt=DT), lif_adex.LIFAdExFeedForwardState
    else:
        state, p = izhikevich.IzhikevichState, izhikevich.IzhikevichParameters(**vars(p))
        cell = nt.IzhikevichCell(izhikevich.IzhikevichSpikingBehavior(p, state(*begin(model, x))), dt=DT)
    return torch_run(lambda x: over_time(cell, x, state(*begin(model, x))), x, backward)


def snntorch(model, x, backward, synapse=True):
    if model != "lif":
        raise Missing(f"has no {model} with these parameters")
    import snntorch as snn

    p = parameters(model, float)
    given = {"beta": 1 - DT * p.tau_mem_inv, "threshold": p.v_th, "reset_mechanism": "zero", "reset_delay": False}
    cell = snn.Synaptic(alpha=1 - DT * p.tau_syn_inv, **given) if synapse else snn.Leaky(**given)
    gain = DT * p.tau_mem_inv if synapse else 1.0

    def step(row, state):
        z, *state = cell(row, *state[::-1])
        return z, state[::-1]  # the potential is its last

    states = 2 if synapse else 1
    return torch_run(lambda x: over_time(step, gain * x, begin(model, x)[:states]), x, backward)


def spikingjelly(model, x, backward):
    if model != "lif":
        raise Missing(f"has no {model} with these parameters")
    from spikingjelly.activation_based.neuron import LIFNode

    tau = 1 / (DT * parameters(model, float).tau_mem_inv)
    node = LIFNode(tau=tau, decay_input=False, v_reset=0.0, step_mode="m", store_v_seq=True)

    def forward(x):
        node.reset()
        return node(x), node.v_seq[:, : candidate.TRACES]

    return torch_run(forward, x, backward)


def flexsn(model, x, backward):
    try:
        from spikingjelly.activation_based.neuron import FlexSN
    except ImportError as error:
        raise Missing(f"SpikingJelly 2 is not installed ({error})") from error

    p, of, begun = parameters(model, float), SimpleNamespace(exp=torch.exp, spike=SuperSpike.apply), begin(model, x)

    def step(x, *s):
        z, s = STEPS[model](x, s, p, DT, of)
        return z, *s

    # it counts the arguments of its step
    core = {2: lambda x, a, b: step(x, a, b), 3: lambda x, a, b, c: step(x, a, b, c)}[len(begun)]
    node = FlexSN(core, len(begun)).to(x.device)

    def forward(x):
        node.reset()
        node.states = begun
        spikes = node(x)
        if x.is_cuda and not all(node._triton_capability.values()):
            raise Missing("its kernel could not be made, and it ran step by step")
        return spikes, None

    return torch_run(forward, x, backward)


def jax(model, x, backward):
    import jax
    import jax.numpy as jnp

    p, (_, _, state, _) = parameters(model, np.float32), candidate.MODELS[model]
    spike = jax.custom_jvp(lambda u: (u > 0).astype(u.dtype))
    spike.defjvps(lambda tangent, _, u: tangent / (jnp.abs(u) + 1) ** 2)
    of = SimpleNamespace(exp=jnp.exp, spike=spike)

    def simulate(x):
        def body(s, row):
            z, s = STEPS[model](row, s, p, np.float32(DT), of)
            return s, (z if backward else z > 0, s[0][: candidate.TRACES])

        start = tuple(jnp.full(x.shape[1:], float(value), x.dtype) for value in state)
        return jax.lax.scan(body, start, x)[1]

    def loss(x):
        spikes, potential = simulate(x)
        return spikes.sum(), (spikes, potential)

    given = jnp.asarray(x.detach().numpy())
    if backward:
        compiled = jax.jit(jax.value_and_grad(loss, has_aux=True))
        return lambda: (lambda r: (r[0][1][0], r[1]))(jax.block_until_ready(compiled(given)))
    compiled = jax.jit(simulate)
    return lambda: (jax.block_until_ready(compiled(given))[0], None)


def brian2(model, x, backward):
    if backward:
        raise Missing("has no gradient")
    import brian2 as b2

    b2.prefs.core.default_float_dtype = np.float32
    b2.defaultclock.dt = DT * b2.second
    equations, reset, lands = BRIAN[model]
    p = vars(parameters(model, float))
    p = {"c_reset" if k == "c" else k: v for k, v in p.items() if not isinstance(v, str)}
    p["x"] = b2.TimedArray(x.numpy(), dt=DT * b2.second)
    group = b2.NeuronGroup(x.shape[1], equations, threshold="v > v_th", reset=reset, method="euler", namespace=p)
    group.run_regularly(lands)
    state: Any = candidate.MODELS[model][2]
    for name, value in zip(state._fields, state):
        setattr(group, "c" if name == "i" else name, float(value))
    spikes = b2.SpikeMonitor(group)
    potential = b2.StateMonitor(group, "v", record=range(min(x.shape[1], candidate.TRACES)), when="end")
    network = b2.Network(group, spikes, potential)
    network.store()

    def run():
        network.restore()
        network.run(len(x) * DT * b2.second)
        fired = np.zeros(x.shape, bool)
        fired[np.rint(np.asarray(spikes.t) / DT).astype(int), np.asarray(spikes.i)] = True
        return fired, None

    return run


def floor(model, x, backward):
    """Reads the input and writes what must be returned, once, into fresh memory in large pages, by NumPy's vectors.

    Without gradient these are spikes in bytes, else spikes in floats and then, from the input again, the gradient.
    """
    given, two = x.detach().numpy(), np.float32(2)

    def written() -> Tensor:
        place = memory.empty(x.shape, torch.float32)
        np.multiply(given, two, out=place.numpy())
        return place

    def run():
        if backward:
            return written(), written()
        spikes = memory.empty(x.shape, torch.bool)
        np.greater(given, two, out=spikes.numpy())
        return spikes, None

    return run


PEERS: dict[str, Callable] = {
    "snnlab": snnlab,
    "eager": eager,
    "norse": norse,
    "jax": jax,
    "snntorch": snntorch,
    "snntorch-leaky": partial(snntorch, synapse=False),
    "spikingjelly": spikingjelly,
    "flexsn": flexsn,
    "brian2": brian2,
    "floor": floor,
}
