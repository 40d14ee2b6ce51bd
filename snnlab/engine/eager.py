"""The reference: torch's own operations, one step after the other."""

from collections.abc import Callable, Generator, Mapping
from copy import copy
from dataclasses import replace

import torch
from torch import Tensor

from snnlab.core import Neuron

from .eager_network import EagerNetwork
from .recording import Diverged, Recording
from .request import Request
from .synapses import learnt, like
from .trace import names, tupled
from .wiring import leaving


def run_eagerly(request: Request, why: str = "") -> Recording:
    """The run, step by step. Raises Diverged, and what `go_on` raises."""
    with torch.set_grad_enabled(request.gradient):
        return whole(stepped(request, f"eager ({why})" if why else "eager", []))


def whole(run: Generator[None, None, Recording]) -> Recording:
    """What a run gives when it has come to its end."""
    while True:
        try:
            next(run)
        except StopIteration as end:
            return end.value


def stepped(request: Request, backend: str, fired: list[Tensor]) -> Generator[None, None, Recording]:
    """A run that stops after every step, whose spikes are then the last in `fired`."""
    cell, shape, dtype, device = request.cell, request.shape, request.dtype, request.device

    def tensor(value) -> Tensor:
        return torch.as_tensor(value, dtype=dtype, device=device)

    numbers, constants = request.numbers, dict(cell.constants)
    fields = names(cell.fields, [*cell.numbers, *constants])
    p = tupled(cell.fields, [constants[f] if f in constants else tensor(numbers[f"p.{f}"]) for f in fields])
    s = [tensor(v).expand(shape).clone() for v in request.state]
    h = tensor(request.dt)  # torch multiplies faster by it than by a number
    counters = torch.arange(request.N, device=device).reshape(shape)
    network = past = None
    if rows_before := max([request.sent, *(one.longest for one in request.network)]):
        past = request.past(rows_before).reshape(-1, *shape)
    if request.network:
        assert past is not None
        network = EagerNetwork(request.network, request.synapses, request.channels, past.to(dtype), h, request.before)
    kept: dict[str, list[Tensor]] = {name: [] for name in request.record}
    rows = {name: x.to(dtype).unbind() for name, x in request.ports.items()}

    def recording(**more) -> Recording:
        variables = {n: torch.stack(v) if v else s[0].new_empty((0, *_kept_shape(request))) for n, v in kept.items()}
        spikes = torch.stack(fired) if fired else s[0].new_empty((0, *shape))
        return request.recording(variables, spikes if request.gradient else spikes > 0, backend, **more)

    blind, plain = torch._C._are_functorch_transforms_active(), not isinstance(cell.neuron, Neuron)
    for t in range(request.steps):
        if request.go_on is not None:
            request.go_on(t / request.steps)
        state, noise = s, None
        if cell.noise:
            now = request.before + t
            state, noise = s[:-1], (s[-1], numbers["n.decay"], numbers["n.scale"], request.seed, now, counters)
        given = {name: values[t] for name, values in rows.items()}
        if plain:  # it may work in place
            state, given = [v.clone() for v in state], {name: x.clone() for name, x in given.items()}
        arrivals = network.arrive() if network else ()
        z, new = cell.step(tupled(cell.state, state), p, h, arrivals=arrivals, noise=noise, **given)
        s = [v.expand(shape) for v in new]
        # under torch.func a tensor tells no values
        bad = [] if blind else [name for name, v in zip(request.names, s) if not torch.isfinite(v).all()]
        if bad:
            neuron, variable = min(
                (int((~torch.isfinite(s[k])).flatten().nonzero()[0]), k)
                for k, name in enumerate(request.names)
                if name in bad
            )
            raise Diverged(request.names[variable], neuron, t, recording())
        fired.append(z.expand(shape))
        if network:
            network.fire(fired[-1])
        if (t + 1) % request.every == 0:
            for name, values in kept.items():
                value = s[request.names.index(name)]
                values.append(value if request.neurons is None else value.flatten()[list(request.neurons)])
        yield
    synapses = network.synapses() if network else ()
    end = request.end(s, torch.stack(fired[-len(past) :]) if past is not None else s[0], past, synapses)
    return recording(last=end, weights=learnt(synapses), weight_samples=network.samples(request) if network else ())


def from_rows(request: Request) -> Callable[[Mapping[str, Tensor]], list[Tensor]]:
    """The run as a function of what a kernel takes, by name, [T, N], [N] or [1]: its spikes, variables, last state.

    For gradients that no kernel has. It holds on to no input of the request: these come when they are needed.
    """
    request = copy(request)
    request.ports = dict.fromkeys(request.ports)  # type: ignore[assignment]
    shape = request.shape

    def run(given: Mapping[str, Tensor]) -> list[Tensor]:
        def value(name: str, usual):
            found = given.get(name, usual)
            return found.reshape(shape if found.numel() > 1 else ()) if name in given else usual

        links = [f"k{k}.w" for k in range(len(request.network))]
        recording = run_eagerly(
            replace(
                request,
                ports={k: given[k].expand(-1, request.N).reshape(request.steps, *shape) for k in request.ports},
                numbers={k: value(k, v) for k, v in request.numbers.items()},
                state=[value(f"s.{k}", v) for k, v in zip(request.names, request.state)],
                network=tuple(
                    one._replace(weights=_weights(one.weights, given[k])) for k, one in zip(links, request.network)
                ),
            )
        )
        outputs = recording.spikes, *(recording.variables[k] for k in dict.fromkeys(request.record))
        return [x.reshape(len(x), -1) for x in outputs] + [x.reshape(-1) for x in recording.state]

    return run


def _weights(like_these: Tensor, values: Tensor) -> Tensor:
    """The weights that a kernel has in its own order, by the neuron that they leave."""
    if like_these.layout == torch.strided:
        return values.reshape(like_these.t().shape).t()
    order = leaving(like_these.crow_indices(), like_these.col_indices(), tuple(like_these.shape)).order
    return like(like_these, torch.zeros_like(values).index_copy(0, order, values))


def _kept_shape(request: Request) -> tuple[int, ...]:
    return request.shape if request.neurons is None else (len(request.neurons),)
