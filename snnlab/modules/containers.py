"""Modules that hold modules: one after the other with their states, over time, and fed back."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.modules.module import _has_any_global_hook

from snnlab.core import SNNCell, is_stateful, with_steps

from .kernel import at_once


class SequentialState(nn.Sequential):
    """Modules one after the other; those with a state get and give theirs, in a list: `(x, state) -> (y, state)`.

    With `return_hidden` the output is the list of what every module gave.
    """

    def __init__(self, *modules: nn.Module, return_hidden: bool = False) -> None:
        super().__init__(*modules)
        self.return_hidden = return_hidden
        self.stateful_layers = [is_stateful(module) for module in modules]
        self.forward_state_hooks: list = []

    def register_forward_state_hooks(self, forward_hook: Callable) -> None:
        """Call `forward_hook(module, inputs, outputs)` after every module with a state; ValueError the second time."""
        if self.forward_state_hooks:
            raise ValueError("forward_state_hooks are registered already: call remove_forward_state_hooks() first")
        stateful = [module for module, has_state in zip(self, self.stateful_layers) if has_state]
        self.forward_state_hooks += [module.register_forward_hook(forward_hook) for module in stateful]

    def remove_forward_state_hooks(self) -> None:
        for handle in self.forward_state_hooks:
            handle.remove()
        self.forward_state_hooks.clear()

    def forward(self, input_tensor: Tensor, state: list | None = None):
        state = [None] * len(self) if state is None else list(state)
        if len(state) != len(self):
            raise ValueError(f"state has {len(state)} entries: give one for each of the {len(self)} modules")
        hidden, x = [], input_tensor
        for k, module in enumerate(self):
            if self.stateful_layers[k]:
                x, state[k] = module(x, state[k])
            else:
                x = module(x)
            hidden.append(x)
        return (hidden if self.return_hidden else x), state


class RecurrentSequentialState(NamedTuple):
    cache: Any = None  # what the modules gave last
    state: list | None = None


class RecurrentSequential(nn.Module):
    """Modules in a loop: what `output_modules` (one or a list of places) gave is added to the next input."""

    def __init__(self, *modules: nn.Module, output_modules: list[int] | int = -1) -> None:
        super().__init__()
        self.module = SequentialState(*modules, return_hidden=True)
        self.output_modules = output_modules

    def forward(self, x: Tensor, state: RecurrentSequentialState | None = None):
        state = RecurrentSequentialState() if state is None else state
        if state.cache is not None:
            cache = state.cache if isinstance(state.cache, list) else [state.cache]
            x = sum(cache, x)
        hidden, inner = self.module(x, state.state)
        places = self.output_modules
        out = hidden[places] if isinstance(places, int) else [hidden[k] for k in places]
        return out, RecurrentSequentialState(out, inner)


class Lift(nn.Module):
    """A module over time: x [T, ...] -> (y [T, ...], last state), without the state where the module has none.

    x may be a tuple (x, state) to begin from.
    """

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.lifted_module = module
        self.is_stateful = is_stateful(module)

    def forward(self, x):
        x, state = x if isinstance(x, tuple) else (x, None)
        with_steps("Lift", x)
        if (found := self._at_once(x, state)) is not None:
            return found
        outputs = []
        for x_t in x:
            if self.is_stateful:
                y, state = self.lifted_module(x_t, state)
            else:
                y = self.lifted_module(x_t)
            outputs.append(y)
        return (torch.stack(outputs), state) if self.is_stateful else torch.stack(outputs)

    def _at_once(self, x: Tensor, state: Any) -> tuple[Tensor, Any] | None:
        """What a lifted cell gives, from one kernel; None for other modules, and where hooks want to see the steps."""
        cell = self.lifted_module
        if not isinstance(cell, SNNCell) or type(cell).forward is not SNNCell.forward or _is_hooked(cell):
            return None
        return at_once(cell, x, cell.begin(x[0], state))


def _is_hooked(module: nn.Module) -> bool:
    """Whether something besides `forward` happens when a module is called."""
    own = module._forward_hooks, module._forward_pre_hooks, module._backward_hooks, module._backward_pre_hooks
    return any(own) or "forward" in vars(module) or module._compiled_call_impl is not None or _has_any_global_hook()
