"""A run as one node of torch's graph, whatever its kernel."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from .flat import Outcome, Setting


class Plan(Protocol):
    """A run that is ready for numbers."""

    setting: Setting

    def forward(
        self, given: dict[str, Any], state: Sequence[Any], go_on: Callable[[float], None] | None, history: Any
    ) -> Outcome: ...

    def backward(
        self, outcome: Outcome, given: dict[str, Any], wanted: tuple[str, ...], gradients: dict[str, Tensor], steps: int
    ) -> dict[str, Tensor]: ...


class Differentiable(torch.autograd.Function):
    """A run as one node of torch's graph."""

    @staticmethod
    def forward(ctx, plan: Plan, given: dict, state: Sequence, go_on, history, failed, alive, names, *inputs: Tensor):
        outcome = plan.forward(given, state, go_on, history)
        failed.append(outcome.failure)
        ctx.plan, ctx.given, ctx.names = plan, given, names
        # without what torch makes outputs of this very node: they would keep each other alive
        ctx.outcome = outcome._replace(spikes=None, kept={}, picked={}, state=())
        ctx.shapes = [tuple(x.shape) for x in inputs]
        ctx.save_for_backward(*inputs, *alive)  # what kernels read again must be there, and not have been changed
        return outcome.spikes, *outcome.kept.values(), *outcome.picked.values(), *outcome.state

    @staticmethod
    def backward(ctx, *given: Tensor):
        if torch.is_grad_enabled():
            raise RuntimeError("gradients of a run in a kernel are of first order: backend='eager' has others")
        setting = ctx.plan.setting
        _ = ctx.saved_tensors  # raises where one was changed in place
        outputs = ["z", *(f"kept.{k}" for k in setting.kept), *(f"picked.{k}" for k in setting.picked)]
        outputs += [f"s.{k}" for k in setting.names]
        needed = ctx.needs_input_grad[8:]
        wanted = tuple(n for n, needs in zip(ctx.names, needed) if needs and not n.startswith("s."))
        gradients, steps = dict(zip(outputs, given)), setting.T
        if ctx.outcome.failure is not None:  # the gradient of what was computed before
            steps = ctx.outcome.failure[0]
            gradients |= {f"s.{k}": torch.zeros_like(gradients[f"s.{k}"]) for k in setting.names}
        found = ctx.plan.backward(ctx.outcome, ctx.given, wanted, gradients, steps)
        for port in setting.ports:
            if port.name in found:
                found[port.name][steps:] = 0
        inputs = zip(ctx.names, needed, ctx.shapes)
        return *[None] * 8, *(found[n].sum_to_size(shape) if needs else None for n, needs, shape in inputs)


def differentiate(
    plan: Plan,
    given: dict,
    state: Sequence,
    go_on: Callable[[float], None] | None,
    history: Tensor | None,
    alive: Sequence[Tensor],
    inputs: dict[str, Tensor],
) -> Outcome:
    """The run with a gradient for `inputs`, [T, N], [N] or [1]: ports, "s.v", "p.v_th", whose numbers are in `given`.

    `alive` is the memory to which `given` points.
    """
    failed: list = []
    names, tensors = tuple(inputs), inputs.values()
    spikes, *rest = Differentiable.apply(plan, given, state, go_on, history, failed, alive, names, *tensors)
    setting = plan.setting
    kept, picked = len(setting.kept), len(setting.picked)
    return Outcome(
        spikes,
        dict(zip(setting.kept, rest[:kept])),
        dict(zip(setting.picked, rest[kept : kept + picked])),
        rest[kept + picked :],
        failed[0],
    )
