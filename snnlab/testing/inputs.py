"""Parameters, states and input with which a neuron is tried."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from snnlab.core import Nest, Neuron, Quantity, Steps, annotations
from snnlab.models import model_of

DT = 1e-4  # s
F64: Any = {"dtype": torch.float64}


def spiking(neuron: Neuron) -> bool:
    """Whether it has a threshold; an integrator has none."""
    return neuron.excess is not None


def parameters(neuron: Neuron, dtype=torch.float64) -> Any:
    """The textbook's parameters as scalar tensors."""
    return model_of(neuron)().p(dtype, dt=1000 * DT)


def nested_parameters(neuron: Neuron) -> Any:
    """Parameters as people hold them."""
    return Nest(neuron.nested[0]).build(parameters(neuron)) if neuron.nested else parameters(neuron)


def numbers(p: Any) -> dict[str, Tensor]:
    """Those of the parameters that are numbers."""
    return {field: value for field, value in p._asdict().items() if isinstance(value, Tensor)}


def scaled(p: Any, factors: Tensor) -> Any:
    """The same parameters, all numbers times these factors."""
    return p._replace(**{field: value * factors for field, value in numbers(p).items()})


def picked(p: Any, index: Any) -> Any:
    """The parameters, or the state, of one neuron."""
    return p._replace(**{field: value[index] for field, value in numbers(p).items()})


def mapped(function: Callable[[Tensor], Any], s: Any) -> Any:
    """The state with `function` of every variable."""
    return type(s)(*map(function, s))


def random_state(neuron: Neuron, *shape: int, seed=0, dtype=torch.float64) -> Any:
    """States all over the range in which they are drawn, some beyond the threshold, many refractory."""
    generator = torch.Generator().manual_seed(seed)

    def draw(mark: Quantity) -> Tensor:
        uniform = torch.rand(shape, generator=generator, dtype=dtype)
        if isinstance(mark, Steps):
            return torch.relu(torch.floor(8 * uniform - 3))
        return mark.low + (mark.high - mark.low) * uniform

    return neuron.state(*map(draw, annotations(neuron.state).values()))


def near_threshold(neuron: Neuron, n: int) -> Any:
    """States a little below and above the threshold, where a surrogate has a slope worth looking at."""
    p = parameters(neuron)
    s = mapped(lambda x: torch.as_tensor(x, **F64).expand(n).clone(), neuron.rest(p))
    v_th = s.v
    if neuron.excess is not None:
        below = neuron.excess(s._replace(v=0 * s.v), p)
        v_th = -below / (neuron.excess(s._replace(v=0 * s.v + 1), p) - below)
    return s._replace(v=v_th + torch.linspace(-2, 2, n, **F64))


def drive(neuron: Neuron, *shape: int, seed=1, dtype=torch.float64) -> dict[str, Any]:
    """Random input at the neuron's port; spikes carry weights of both signs."""
    x = torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)
    return {"spikes": 2 * x - 0.5} if neuron.port == "spikes" else {"current": (neuron.current.default or 1.0) * x}
