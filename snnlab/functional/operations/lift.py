"""A step as a function over time."""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from snnlab.core.check import check_time


def lift(activation: Callable[..., tuple[Tensor, Any]], p: Any = None) -> Callable[..., tuple[Tensor, Any]]:
    """The function that applies `activation(x_t, state=..., p=...) -> (out_t, state)` to x [time, ...] step by step.

    It takes x, `state` by name (the first step gets none unless one is given) and all that the activation takes by
    name, and returns (out [time, ...], last state). `p` is used in calls that say no other. It can be pickled if the
    activation can. It raises ValueError for an input without steps.

    >>> out, last = lift(lambda x, state=0: (x + state, x + state))(torch.tensor([1, 2, 3]))
    >>> out, last
    (tensor([1, 3, 6]), tensor(6))
    """
    return partial(_run, activation, p)


# by place only, so that the activation may have arguments of these names
def _run(activation, usual_p, x, /, *, state=None, **keywords):
    check_time("input_tensor", x)
    if usual_p is not None:
        keywords.setdefault("p", usual_p)
    outputs = []
    for x_t in x:
        out, state = activation(x_t, **keywords) if state is None else activation(x_t, state=state, **keywords)
        outputs.append(out)
    return torch.stack(outputs), state
