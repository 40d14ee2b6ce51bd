"""The end of a run as data that a file holds, and back: bit for bit what another run goes on from."""

import json
from collections import namedtuple
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from snnlab.core import running
from snnlab.functional import NEURONS, PLASTICITY

from .trace import names, tupled

if TYPE_CHECKING:
    import xarray as xr

FLOATS = (torch.float32, torch.float64, torch.float16, torch.bfloat16)
SPARSE = ("rows", "columns", "values")  # of weights in the compressed format


class End(NamedTuple):
    """Where a run stopped: all that `simulate(resume=...)` takes from its recording.

    `neuron` is its name, "" for a plain step; `noise` the last variable of a run with noise; `spikes` [k, ...] are
    those of the last steps, which are on their way in a network. `synapses` has for each projection what has changed
    there: resources u and x; the traces of its rule, weights w, and where there are synapses (`there`, dense ones).
    """

    neuron: str
    state: Any
    noise: Tensor | None = None
    spikes: Tensor | None = None
    synapses: tuple[dict[str, Tensor], ...] = ()


def ended(
    neuron: str,
    kind: Any,
    shape: tuple[int, ...],
    variables: Iterable[Tensor],
    noisy: bool = False,
    spikes: Tensor | None = None,
    synapses: tuple[dict[str, Tensor], ...] = (),
) -> End:
    """The end of a run of neurons in a row: `kind` is the class of its state, whose last variable may be noise."""
    values = [v.reshape(shape) for v in variables]
    noise = values.pop() if noisy else None
    return End(neuron, tupled(kind, values), noise, spikes, synapses)


def packed(end: End) -> "xr.Dataset":
    """An end as a dataset: arrays by name, and in its attribute `about`, as JSON, what they are."""
    import xarray as xr  # takes a second

    fields, state = names(type(end.state), end.state), {}
    for name, value in zip(fields, end.state):
        state[f"state.{name}"] = value
    state |= {name: x for name, x in (("noise", end.noise), ("spikes", end.spikes)) if x is not None}
    sparse = []
    for k, changed in enumerate(end.synapses):
        for name, value in changed.items():
            if value.layout == torch.strided:
                state[f"{k}.{name}"] = value
                continue
            sparse.append(k)
            parts = value.crow_indices(), value.col_indices(), value.values()
            state |= {f"{k}.{name}.{part}": tensor for part, tensor in zip(SPARSE, parts)}
    about = {
        "neuron": end.neuron,
        "state": list(fields),
        "plain": type(end.state) is tuple,
        "dtype": str(end.state[0].dtype).removeprefix("torch.") if end.state else "float32",
        "synapses": [list(changed) for changed in end.synapses],
        "sparse": sparse,
    }
    arrays = {name: ([f"{name}.{k}" for k in range(x.ndim)], _array(x)) for name, x in state.items()}
    return xr.Dataset(arrays, attrs={"about": json.dumps(about)})


def unpacked(found: "xr.Dataset") -> End:
    """The end that was packed. Raises whatever reading stumbles over, for what was not."""
    about = json.loads(found.attrs["about"])
    dtype = next(one for one in FLOATS if str(one) == f"torch.{about['dtype']}")

    def tensor(name: str) -> Tensor:
        value = torch.from_numpy(np.ascontiguousarray(found[name].values)).reshape(found[name].shape)
        return value.to(dtype) if value.is_floating_point() else value

    def optional(name: str) -> Tensor | None:
        return tensor(name) if name in found else None

    def synapse(k: int, name: str) -> Tensor:
        if name != "w" or k not in about["sparse"]:
            return tensor(f"{k}.{name}")
        rows, columns, values = (tensor(f"{k}.{name}.{part}") for part in SPARSE)
        return torch.sparse_csr_tensor(rows, columns, values, (len(rows) - 1,) * 2, check_invariants=True)

    state = tupled(_kind(about), [tensor(f"state.{name}") for name in about["state"]])
    synapses = tuple({name: synapse(k, name) for name in changed} for k, changed in enumerate(about["synapses"]))
    return End(about["neuron"], state, optional("noise"), optional("spikes"), synapses)


def _kind(about: dict[str, Any]) -> Any:
    """The class of the state: that of snnlab's neuron of this name, or one with its fields."""
    fields = tuple(about["state"])
    if about["plain"]:
        return tuple
    for neuron in (*NEURONS, *map(running, PLASTICITY)):
        if neuron.name == about["neuron"] and neuron.state._fields == fields:
            return neuron.state
    return namedtuple("State", fields)


def _array(value: Tensor) -> np.ndarray:
    """As numbers of a file, which knows no half precision: back in their own dtype they are the same."""
    value = value.detach().cpu()
    return (value.float() if value.dtype in (torch.float16, torch.bfloat16) else value).numpy()
