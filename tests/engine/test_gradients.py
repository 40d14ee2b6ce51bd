"""The gradient of a voltage is its derivative: checked by finite differences, which no backend of ours makes."""

import pytest
import torch

from snnlab import simulate
from snnlab.functional import NEURONS

from .cases import textbook

STEPS = 200
DT = 1e-4
NUDGE = 1e-6  # of a value, or of 1 where that is 0: the error of a central difference is its square


def below(neuron):
    """Parameters, and inputs at every port under which the neuron does not spike, by name."""
    p = neuron.parameters(**textbook(neuron))
    wave = torch.sin(torch.arange(STEPS, dtype=torch.float64) / 20)[:, None]
    given = {f"p.{name}": torch.as_tensor(v, dtype=torch.float64) for name, v in p._asdict().items() if number(v)}
    given["current"] = 0.05 * neuron.current.default * (1 + wave)
    if neuron.receive is not None:
        given["spikes"] = 1e-3 * (1 + wave)
    return p, given


def number(value):
    return isinstance(value, torch.Tensor | float | int) and not isinstance(value, bool)


def voltage(neuron, p, given, backend):
    """A weighted sum of the voltage over the run."""
    p = p._replace(**{name[2:]: value for name, value in given.items() if name.startswith("p.")})
    inputs = {name: value for name, value in given.items() if not name.startswith("p.")}
    run = simulate(neuron, p=p, dt=DT, backend=backend, **inputs)
    assert not run.spikes.any()
    return (run.variables["v"][:, 0] * torch.linspace(0.5, 1.5, STEPS, dtype=torch.float64)).mean()


@pytest.mark.parametrize("backend", ["llvm", "eager"])
@pytest.mark.parametrize("neuron", NEURONS, ids=lambda neuron: neuron.name)
def test_without_spikes_a_gradient_is_the_derivative(neuron, backend):
    """To 1e-6 of the change that a relative change of each value makes, in float64."""
    p, given = below(neuron)
    leaves = {name: value.clone().requires_grad_() for name, value in given.items()}
    found = torch.autograd.grad(voltage(neuron, p, leaves, backend), list(leaves.values()), allow_unused=True)
    derivatives, scale = {}, 0.0
    for (name, value), gradient in zip(given.items(), found):
        size = float(value.abs().max()) or 1.0
        up, down = (voltage(neuron, p, given | {name: value + sign * NUDGE * size}, "eager").item() for sign in (1, -1))
        whole = 0.0 if gradient is None else gradient.sum().item()
        derivatives[name] = whole * size, (up - down) / (2 * NUDGE)
        scale = max(scale, abs(derivatives[name][1]))
    assert scale > 0
    wrong = {name: pair for name, pair in derivatives.items() if abs(pair[0] - pair[1]) > 1e-6 * scale}
    assert wrong == {}
