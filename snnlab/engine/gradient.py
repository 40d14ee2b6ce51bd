"""A run as one node of torch's graph, whatever its kernel."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from .flat import Outcome, Setting

Eagerly = Callable[[Mapping[str, Tensor]], list[Tensor]]


class Plan(Protocol):
    """A run that is ready for numbers."""

    setting: Setting

    def forward(
        self, given: dict[str, Any], state: Sequence[Any], go_on: Callable[[float], None] | None, history: Any
    ) -> Outcome: ...

    def backward(
        self, outcome: Outcome, given: dict[str, Any], wanted: tuple[str, ...], gradients: dict[str, Tensor], steps: int
    ) -> dict[str, Tensor]: ...

    def place(self, tensor: Tensor) -> Any:
        """What a kernel is given for a tensor that it reads where it lies."""


class Differentiable(torch.autograd.Function):
    """A run as one node of torch's graph."""

    @staticmethod
    def forward(
        ctx, plan: Plan, given: dict, state: Sequence, go_on, history, failed, alive, names, eagerly, *inputs: Tensor
    ):
        outcome = plan.forward(given | {n: plan.place(x) for n, x in alive.items()}, state, go_on, history)
        failed.append(outcome.failure)
        ctx.plan, ctx.given, ctx.names, ctx.eagerly = plan, given, (names, tuple(alive)), eagerly
        ctx.strides = [x.stride() for x in alive.values()]
        ctx.shapes = [tuple(x.shape) for x in inputs]
        # Whoever packs saved tensors away (checkpointing, offloading) gives back others: all that kernels read again is
        # saved, and nothing else of its size is held. What torch makes outputs of this very node would keep it alive.
        kept = [outcome.checkpoints, outcome.events, *outcome.arrived]
        ctx.outcome = outcome._replace(
            spikes=None, kept={}, picked={}, state=(), checkpoints=None, arrived=(), events=None
        )
        ctx.set_materialize_grads(False)  # outputs that nobody uses are not worth a row of zeros for each step
        ctx.save_for_backward(*inputs, *alive.values(), *kept)
        return outcome.spikes, *outcome.kept.values(), *outcome.picked.values(), *outcome.state

    @staticmethod
    def backward(ctx, *given: Tensor | None):
        plan, setting, (names, held) = ctx.plan, ctx.plan.setting, ctx.names
        saved = ctx.saved_tensors  # raises where one was changed in place
        inputs, saved = dict(zip(names, saved)), saved[len(names) :]
        alive, (checkpoints, events, *arrived) = dict(zip(held, saved)), saved[len(held) :]
        needed = ctx.needs_input_grad[9:]
        if torch.is_grad_enabled() or any(map(_is_several, given)):
            return *[None] * 9, *_by_eager(ctx, alive, inputs, needed, given)
        wanted = tuple(n for n, needs in zip(names, needed) if needs and not n.startswith("s."))
        gradients, steps = _gradients(setting, given), setting.T
        if ctx.outcome.failure is not None:  # the gradient of what was computed before
            steps = ctx.outcome.failure[0]
            gradients |= {f"s.{k}": torch.zeros_like(gradients[f"s.{k}"]) for k in setting.names}
        outcome = ctx.outcome._replace(checkpoints=checkpoints, events=events, arrived=tuple(arrived))
        alive = {name: _laid(x, strides) for (name, x), strides in zip(alive.items(), ctx.strides)}
        places = ctx.given | {name: plan.place(x) for name, x in alive.items()}
        found = plan.backward(outcome, places, wanted, gradients, steps)
        for port in setting.ports:
            if port.name in found:
                found[port.name][steps:] = 0
        shapes = zip(names, needed, ctx.shapes)
        return *[None] * 9, *(found[n].sum_to_size(shape) if needs else None for n, needs, shape in shapes)


def _gradients(setting: Setting, given: Sequence[Tensor | None]) -> dict[str, Tensor]:
    """The gradients of a run's outputs by name; of those that have none, zeros, as one row for all steps."""
    rows = setting.T, setting.N
    each: list[tuple[str, tuple[int, ...]]] = [("z", rows), *((f"kept.{k}", rows) for k in setting.kept)]
    each += [(f"picked.{k}", (setting.T // setting.every, len(setting.ids))) for k in setting.picked]
    each += [(f"s.{k}", (setting.N,)) for k in setting.names]
    like = next(gradient for gradient in given if gradient is not None)
    return {n: like.new_zeros(shape[-1:]).expand(shape) if g is None else g for (n, shape), g in zip(each, given)}


def _is_several(gradient: Tensor | None) -> bool:
    """Whether torch takes many gradients at a time (is_grads_batched, vmap), which have no memory of their own."""
    f = torch._C._functorch
    return gradient is not None and (f.is_batchedtensor(gradient) or f.is_legacy_batchedtensor(gradient))


def _laid(x: Tensor, strides: tuple[int, ...]) -> Tensor:
    """The same numbers, as far apart in memory as a kernel was told."""
    if x.stride() == strides:
        return x
    one = x[tuple(slice(0, 1) if stride == 0 else slice(None) for stride in strides)]
    return torch.empty_strided(one.shape, strides, dtype=x.dtype, device=x.device).copy_(one).expand(x.shape)


def _by_eager(ctx, alive: dict[str, Tensor], inputs: dict[str, Tensor], needed, given: Sequence[Tensor | None]) -> list:
    """Gradients that no kernel has, because they have gradients themselves, or are many at a time: by eager torch."""
    if ctx.eagerly is None:
        raise RuntimeError(
            "gradients of a run in a kernel are one at a time and of first order: backend='eager' has others"
        )
    with torch.enable_grad():
        outputs = ctx.eagerly(alive | inputs)
    known = [k for k, output in enumerate(outputs) if output.requires_grad and given[k] is not None]
    wanted = [x for x, needs in zip(inputs.values(), needed) if needs]
    create = torch.is_grad_enabled()
    of, by = [outputs[k] for k in known], [given[k] for k in known]
    found = iter(torch.autograd.grad(of, wanted, by, create_graph=create, allow_unused=True))
    return [next(found) if needs else None for needs in needed]


def differentiate(
    plan: Plan,
    given: dict,
    state: Sequence,
    go_on: Callable[[float], None] | None,
    history: Tensor | None,
    alive: dict[str, Tensor],
    inputs: dict[str, Tensor],
    eagerly: Eagerly | None = None,
) -> Outcome:
    """The run with a gradient for `inputs`, [T, N], [N] or [1]: ports, "s.v", "p.v_th", whose numbers are in `given`.

    `alive` are the tensors that kernels read where they lie, by name; `given` has all others. `eagerly` makes the same
    outputs from both, for gradients of higher order.
    """
    failed: list = []
    names, tensors = tuple(inputs), inputs.values()
    spikes, *rest = Differentiable.apply(plan, given, state, go_on, history, failed, alive, names, eagerly, *tensors)
    setting = plan.setting
    kept, picked = len(setting.kept), len(setting.picked)
    return Outcome(
        spikes,
        dict(zip(setting.kept, rest[:kept])),
        dict(zip(setting.picked, rest[kept : kept + picked])),
        rest[kept + picked :],
        failed[0],
    )
