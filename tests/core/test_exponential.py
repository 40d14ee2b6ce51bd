"""Exponential Euler: where a flow is linear, the function that it rests on, and that torch sees through it."""

import math
from dataclasses import replace
from typing import NamedTuple

import mpmath
import pytest
import torch
from torch import Tensor

from snnlab.core import exponential_euler, feed_forward, heun, own_slopes, record, rk4, step
from snnlab.core.exponential import decaying, phi
from snnlab.functional import LIF, AdEx, CobaLIF, LIFMCRefrac
from tests.engine.cases import textbook

each_dtype = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])


class State(NamedTuple):
    v: Tensor
    x: Tensor


class Rates(NamedTuple):
    k: Tensor = torch.tensor(2.0)
    kind: str = "any"


FLOWS = {  # of x, and whether it is linear in x
    "decay": (lambda x, v, k: -k * x, True),
    "towards another": (lambda x, v, k: k * (v**2 - x), True),
    "rate of another": (lambda x, v, k: torch.exp(v) * (1 - x) - k * x, True),
    "divided": (lambda x, v, k: (v - x) / k, True),
    "chosen by another": (lambda x, v, k: torch.where(v > 0, -x, -k * x), True),
    "constant": (lambda x, v, k: k * v, False),
    "without effect": (lambda x, v, k: 0.0 * x + v, False),
    "square": (lambda x, v, k: -k * x**2, False),
    "product with itself": (lambda x, v, k: -x * (x - v), False),
    "exponential": (lambda x, v, k: torch.exp(-x), False),
    "divisor": (lambda x, v, k: v / x, False),
    "chosen by itself": (lambda x, v, k: torch.where(x > v, -x, -2 * x), False),
    "bounded": (lambda x, v, k: -torch.clamp(x, max=1.0), False),
    "powers that cancel": (lambda x, v, k: x**2 - x * x - k * x, False),  # as recorded, it is not
}


def flow_of(name):
    return lambda s, I, p: State(v=I - s.v**3, x=FLOWS[name][0](s.x, s.v, p.k))


@pytest.mark.parametrize("name", FLOWS)
def test_which_flows_are_linear(name):
    assert ("x" in decaying(flow_of(name), State, Rates())) == FLOWS[name][1]
    assert "v" not in decaying(flow_of(name), State, Rates())


def test_slopes_are_those_of_the_flow():
    program = own_slopes(flow_of("rate of another"), State, Rates, (("kind", "any"),))
    assert program.outputs.keys() == {"slope.v", "rate.v", "slope.x", "rate.x"}
    assert set(program.part("slope.x").used) == {"s.v", "p.k"}
    assert set(program.part("slope.v").used) == {"s.v"}
    assert set(program.part("rate.v").used) == {"s.v", "I"}


def test_a_part_gives_its_outputs_alone():
    program = record(lambda a, b: {"sum": a + b, "square": a * a}, a=torch.rand(1), b=torch.rand(1))
    part = program.part("square")
    assert part.outputs.keys() == {"square"} and part.used == ("a",)
    assert [operation.name for operation in part.operations] == ["mul"]


@pytest.mark.parametrize("way", ["recorder", "vmap", "grad", "inference"])
def test_it_is_found_also_while_torch_is_at_other_work(way):
    """In a fresh recording of the flow, none of which may be seen by what goes on around it."""
    flow = flow_of("decay")  # new, so that nothing is known of it
    s, p = State(torch.tensor([0.5, 0.6]), torch.tensor([1.0, 2.0])), Rates()

    def advanced(v, x):
        return exponential_euler(State(v, x), torch.zeros_like(v), flow, p, 0.1).x

    expected = s.x * math.exp(-0.2)
    if way == "recorder":
        program = record(lambda v, x: {"x": advanced(v, x)}, v=s.v, x=s.x)
        assert not [o for o in program.operations if o.name.startswith("rand")]
        return
    if way == "inference":
        with torch.inference_mode():
            found = advanced(*s)
            torch.testing.assert_close(advanced(s.v.clone(), s.x.clone()), found)  # of what is made there as well
    else:
        found = torch.vmap(advanced)(*s) if way == "vmap" else advanced(*s)
        if way == "grad":
            found = torch.vmap(torch.func.grad(advanced, argnums=1))(*s) * s.x
    torch.testing.assert_close(found, expected)


@each_dtype
def test_phi_has_all_its_digits(dtype):
    """To 4 units in the last place, for arguments down to the smallest."""
    z = 10.0 ** torch.linspace(-35, 2.8, 2000, dtype=torch.float64)
    z = torch.cat([-z, z[z < 80]]).to(dtype)
    with mpmath.workprec(400):
        for found, number in zip(phi(z).tolist(), z.tolist()):
            exact = mpmath.expm1(number) / number
            assert abs(found - exact) <= 4 * torch.finfo(dtype).eps * exact, number
    assert phi(torch.zeros(1, dtype=dtype)).item() == 1.0


def test_gradient_of_phi():
    """1/2 at 0, and that of a finite difference elsewhere."""
    z = torch.tensor([0.0, 1e-3, -1e-3, -1.0, 2.0, -30.0], dtype=torch.float64, requires_grad=True)
    (found,) = torch.autograd.grad(phi(z).sum(), z)
    assert found[0].item() == 0.5
    nudge = 1e-6
    difference = (phi(z.detach() + nudge) - phi(z.detach() - nudge)) / (2 * nudge)
    torch.testing.assert_close(found, difference, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("neuron", [LIF, CobaLIF, AdEx, LIFMCRefrac], ids=lambda neuron: neuron.name)
def test_shapes_broadcast(neuron):
    """Parameters, state and current of different shapes, as with any integrator."""
    p = neuron.parameters(**textbook(neuron))
    p = type(p)(*(x if isinstance(x, str) else torch.as_tensor(x, dtype=torch.float64) for x in p))
    s = neuron.state(*(torch.as_tensor(x, dtype=torch.float64) for x in neuron.rest(p)))
    current = neuron.current.default * torch.tensor([[0.5], [1.0]], dtype=torch.float64)
    field = neuron.parameters._fields[0]
    p = p._replace(**{field: getattr(p, field) * torch.tensor([1.0, 1.1, 1.2], dtype=torch.float64)})
    _, after = step(neuron, s, p, 1e-4, current=current, advance=exponential_euler)
    assert after.v.shape == (2, 3)
    for k in range(2):
        for n in range(3):
            one = p._replace(**{field: getattr(p, field)[n]})
            _, alone = step(neuron, s, one, 1e-4, current=current[k, 0], advance=exponential_euler)
            for name in neuron.state._fields:
                whole = getattr(after, name).expand(2, 3)
                assert whole[k, n].item() == pytest.approx(getattr(alone, name).item(), rel=1e-14), name


@pytest.mark.parametrize("advance", [exponential_euler, heun, rk4], ids=["exponential", "Heun", "RK4"])
def test_a_step_with_it_compiles(advance):
    """In one graph, where nothing was known of the flow before."""
    torch._dynamo.reset()
    fresh = replace(LIF, flow=lambda s, I, p: LIF.flow(s, I, p), advance=advance)
    function = feed_forward(fresh, name="fresh_step")
    x, s = torch.rand(3, 4), LIF.state(torch.rand(3, 4), torch.rand(3, 4))
    compiled = torch.compile(function, fullgraph=True, backend="aot_eager")
    for found, expected in zip(compiled(x, s)[1], function(x, s)[1]):
        torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-7)
