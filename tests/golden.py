"""Reads the recorded cases of `data/golden_seed1.npz` and calls our functions the way they were called there.

The file holds one flat array for every dtype, an index (key -> which array, offset, shape) and the cases as JSON.
A case names a function, its arguments, how often it is called in a row (`steps`), and what it gave: outputs stacked
over the steps (`leaves`, by the path into the output: "1.v" is field v of the second element), the sizes and field
names of all tuples (`layout`), and gradients. Arguments are JSON; a dictionary stands for what JSON cannot say, see
`Replay.value`.
"""

import json
import math
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

DATA = Path(__file__).parent / "data"


class Golden(NamedTuple):
    cases: dict[str, dict]  # by name
    arrays: dict[str, np.ndarray]  # by key


class Outcome(NamedTuple):
    outputs: dict[str, Any]  # path -> stacked over the steps; text as it is
    last: Any  # the whole output of the last call
    gradients: dict[str, torch.Tensor]


def load(file: Path = DATA / "golden_seed1.npz") -> Golden:
    with np.load(file) as stored:
        flat = {name: stored[name] for name in stored.files}
    index = json.loads(str(flat["__index__"]))
    arrays = {key: flat[name][at : at + math.prod(shape)].reshape(shape) for key, (name, at, shape) in index.items()}
    return Golden({case["name"]: case for case in json.loads(str(flat["__cases__"]))}, arrays)


def pick(value: Any, path: str) -> Any:
    """The part of an output that a path such as "1.v" names."""
    for part in path.split(".") if path else ():
        value = value[int(part)] if part.isdigit() else getattr(value, part)
    return value


def replay(case: dict, arrays: dict[str, np.ndarray], names: Any) -> Outcome:
    """Call the function of a case, found in `names`, as often and with what the case says."""
    return Replay(arrays, names).run(case)


class Replay:
    def __init__(self, arrays: dict[str, np.ndarray], names: Any) -> None:
        self.arrays, self.names = arrays, names
        self.tensors: dict[str, torch.Tensor] = {}  # one tensor a key, so that gradients of all steps come together
        self.watched: dict[str, torch.Tensor] = {}

    def tensor(self, key: str, gradient: str | None) -> torch.Tensor:
        if key not in self.tensors:
            self.tensors[key] = torch.tensor(self.arrays[key])
            if gradient:
                self.watched[gradient] = self.tensors[key].requires_grad_()
        return self.tensors[key]

    def value(self, spec: Any, t: int, before: Any) -> Any:
        """What a JSON value stands for in call number t, whose predecessor gave `before` (None in the first)."""
        match spec:
            case {"tensor": key}:
                found = self.tensor(key, spec.get("grad"))
            case {"step": key}:
                found = self.tensor(key, spec.get("grad"))[t]
            case {"carry": path, "first": first}:
                return self.value(first, t, before) if before is None else pick(before, path)
            case {"tuple": name, "fields": fields}:
                return getattr(self.names, name)(**{field: self.value(v, t, before) for field, v in fields.items()})
            case {"ref": dotted}:
                return pick(self.names, dotted)
            case dict():
                raise ValueError(f"no meaning is known for {spec}")
            case _:
                return spec
        return found.to_sparse() if spec.get("sparse") else found

    def call(self, case: dict, t: int, before: Any) -> Any:
        target = getattr(self.names, case["function"])
        if case.get("constant"):
            return target
        args = [self.value(spec, t, before) for spec in case.get("args", [])]
        return target(*args, **{name: self.value(spec, t, before) for name, spec in case.get("kwargs", {}).items()})

    def run(self, case: dict) -> Outcome:
        outputs: dict[str, list] = {path: [] for path in sorted(case["leaves"])}
        loss, last = torch.zeros(()), None
        for t in range(case.get("steps", 1)):
            last = self.call(case, t, last)
            for number, (path, found) in enumerate(outputs.items()):
                leaf = pick(last, path)
                if torch.is_tensor(leaf):
                    leaf = leaf.to_dense()
                    if self.watched and leaf.requires_grad:
                        # the recorded gradients are those of this sum: another weight for every number of every output
                        angle = 1 + 0.7 * torch.arange(leaf.numel(), dtype=torch.float64) + 1.3 * number + 0.4 * t
                        loss = loss + (leaf.flatten() * angle.cos()).sum()
                found.append(leaf)
        stacked = {path: found[0] if "steps" not in case else torch.stack(found) for path, found in outputs.items()}
        gradients = {}
        if self.watched:
            found = torch.autograd.grad(loss, list(self.watched.values()), allow_unused=True, materialize_grads=True)
            gradients = dict(zip(self.watched, found, strict=True))
        return Outcome(stacked, last, gradients)
