"""What a module keeps besides weights: of tuples of numbers, the tensors are torch's to move, save, load and learn."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from .tuples import is_tuple, mapped


@dataclass(frozen=True)
class _Place:
    """Where a tensor is: the name of a parameter, a buffer, or a module inside."""

    name: str


class Keeper(nn.Module):
    """A module that keeps values, say a tuple of parameters p, whose tensors are registered.

    A tensor is called by its place: p.tau_mem_inv is the parameter or buffer "p_tau_mem_inv", lif.v_th inside of p is
    "p_lif_v_th". An nn.Parameter is a parameter of the module, any other tensor a buffer, of its own unless it requires
    a gradient. Checkpoints that have none of them, as Norse's, load as they are; one that has some needs all.
    """

    def __init__(self) -> None:
        super().__init__()
        self._values: dict[str, Any] = {}
        self._extra: set[str] = set()  # names that only we register

    def keep(self, name: str, value: Any) -> None:
        """Keep `value`, in place of what was kept under this name."""
        mapped(self._forget, self._values.pop(name, None))
        self._values[name] = self._placed(name, value)

    def kept(self, name: str) -> Any:
        """The value as it was given, with the tensors that the module has now."""
        return mapped(self._found, self._values[name])

    def __setattr__(self, name: str, value: Any) -> None:
        """Properties first: torch would register a module or parameter under their names, behind their backs."""
        if isinstance(getattr(type(self), name, None), property):
            object.__setattr__(self, name, value)
        else:
            super().__setattr__(name, value)

    def register(self, name: str, tensor: Tensor) -> None:
        """A tensor under this name: as a parameter if it is one, else as a buffer."""
        if isinstance(tensor, nn.Parameter):
            self.register_parameter(name, tensor)
        else:
            self.register_buffer(name, tensor)
            self._extra.add(name)

    def _placed(self, name: str, value: Any) -> Any:
        if is_tuple(value):
            fields = getattr(value, "_fields", range(len(value)))
            placed = [self._placed(f"{name}_{field}", part) for field, part in zip(fields, value)]
            return type(value)(*placed) if hasattr(value, "_fields") else tuple(placed)
        if not isinstance(value, Tensor | nn.Module):
            return value
        name = f"{name}_value" if hasattr(type(self), name) else name
        if isinstance(value, nn.Module):
            self.add_module(name, value)
        else:
            # defaults are shared by all modules: what is loaded into one must not reach the others
            self.register(name, value if value.requires_grad else value.detach().clone())
            self._extra.add(name)
        return _Place(name)

    def _found(self, leaf: Any) -> Any:
        if not isinstance(leaf, _Place):
            return leaf
        found = self._buffers.get(leaf.name)  # most are here, and torch's own search is long
        return getattr(self, leaf.name) if found is None else found

    def _forget(self, leaf: Any) -> None:
        if isinstance(leaf, _Place):
            self._extra.discard(leaf.name)
            delattr(self, leaf.name)

    def _load_from_state_dict(self, state_dict, prefix, metadata, strict, missing, unexpected, errors) -> None:
        super()._load_from_state_dict(state_dict, prefix, metadata, strict, missing, unexpected, errors)
        ours = {prefix + name for name in self._extra if name in self._parameters or name in self._buffers}
        if ours <= set(missing):
            missing[:] = [name for name in missing if name not in ours]

    def __getstate__(self) -> dict:
        """For copies and files: without graphs, which belong to this one."""
        return self.__dict__ | {"_buffers": {name: _alone(buffer) for name, buffer in self._buffers.items()}}


def _alone(buffer: Tensor | None) -> Tensor | None:
    return buffer if buffer is None or buffer.is_leaf else buffer.detach().requires_grad_()
