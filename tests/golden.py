"""Reads the recorded cases of `data/golden_seed1.npz` and calls our functions the way they were called there.

The file holds one flat array for every dtype, an index (key -> which array, offset, shape) and the cases as JSON.
A case names a function, its arguments, how often it is called in a row (`steps`), and what it gave: outputs stacked
over the steps (`leaves`, by the path into the output: "1.v" is field v of the second element), the sizes and field
names of all tuples (`layout`), and gradients. Where the function returns another one, `then` has the arguments of
that. Arguments are JSON; a dictionary stands for what JSON cannot say, see `Replay.value`.
"""

import functools
import importlib
import json
import math
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import torch

DATA = Path(__file__).parent / "data"
SHIPPED = Path(__file__).parents[1] / "snnlab" / "models" / "data"  # what comes with snnlab
OMITTED = object()


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


class Names:
    """Finds what a package calls by a name: in its sub-module that the hint names, at its top, then anywhere in it."""

    def __init__(self, *packages: str) -> None:
        self.packages = packages

    @functools.cached_property
    def places(self) -> list[list[ModuleType]]:
        found = []
        for name in self.packages:
            package = importlib.import_module(name)
            below = [info.name for info in pkgutil.walk_packages(package.__path__, name + ".")]
            found.append([package, *map(importlib.import_module, below)])
        return found

    def find(self, dotted: str, hint: str = "") -> Any:
        name, *path = dotted.split(".")
        for modules in self.places:
            hinted = [m for m in modules if hint and m.__name__.endswith("." + hint.rpartition(".")[2])]
            for module in hinted + modules:
                found = vars(module).get(name)
                if found is not None and not isinstance(found, ModuleType):
                    return functools.reduce(getattr, path, found)
        raise LookupError(f"{dotted} is in none of {', '.join(self.packages)}")


def pick(value: Any, path: str) -> Any:
    """The part of an output that a path such as "1.v" names."""
    for part in path.split(".") if path else ():
        value = value[int(part)] if part.isdigit() else getattr(value, part)
    return value


def paths(value: Any, path: str = "") -> Iterator[str]:
    """The paths to all leaves of a nested tuple."""
    if not isinstance(value, tuple):
        yield path
    else:
        for name in getattr(value, "_fields", map(str, range(len(value)))):
            yield from paths(pick(value, name), f"{path}.{name}" if path else name)


def replay(case: dict, arrays: dict[str, np.ndarray], names: Names) -> Outcome:
    """Call the function of a case, found in `names`, as often and with what the case says."""
    return Replay(arrays, names).run(case)


class Replay:
    def __init__(self, arrays: dict[str, np.ndarray], names: Names) -> None:
        self.arrays, self.names = arrays, names
        self.tensors: dict[str, torch.Tensor] = {}  # one tensor a key, so that gradients of all steps come together
        self.watched: dict[str, torch.Tensor] = {}

    def tensor(self, key: str, spec: dict) -> torch.Tensor:
        if key not in self.tensors:
            made = torch.tensor(self.arrays[key])
            self.tensors[key] = made = made.to(getattr(torch, spec["dtype"])) if "dtype" in spec else made
            if "grad" in spec:
                self.watched[spec["grad"]] = made.requires_grad_()
        return self.tensors[key]

    def value(self, spec: Any, t: int = 0, before: Any = None) -> Any:
        """What a JSON value stands for in call number t, whose predecessor gave `before` (None in the first)."""

        def values(many):
            return [self.value(one, t, before) for one in many]

        match spec:
            case {"tensor": key}:
                found = self.tensor(key, spec)
                return found.to_sparse() if spec.get("sparse") else found
            case {"step": key}:
                found = self.tensor(key, spec)[t]
                return found.to_sparse() if spec.get("sparse") else found
            case {"carry": path, "first": first}:
                return self.value(first, t, before) if before is None else pick(before, path)
            case {"tuple": name, "fields": fields} | {"object": name, "kwargs": fields}:
                given = dict(zip(fields, values(fields.values()), strict=True))
                return self.names.find(name, spec.get("in", ""))(**given)
            case {"ref": name}:
                return self.names.find(name, spec.get("in", ""))
            case {"linear": matrix}:
                weight = self.value(matrix, t, before)
                return lambda x: weight @ x
            case {"pair": pair}:
                return tuple(values(pair))
            case {"list": many} | (list() as many):
                return values(many)
            case {"omit": True}:
                return OMITTED
            case dict():
                raise ValueError(f"no meaning is known for {spec}")
            case _:
                return spec

    def call(self, function: Any, given: dict, t: int = 0, before: Any = None) -> Any:
        args = [self.value(spec, t, before) for spec in given.get("args", [])]
        kwargs = {name: self.value(spec, t, before) for name, spec in given.get("kwargs", {}).items()}
        return function(
            *(x for x in args if x is not OMITTED), **{name: x for name, x in kwargs.items() if x is not OMITTED}
        )

    def run(self, case: dict) -> Outcome:
        torch.manual_seed(0)
        target, given = self.names.find(case["function"], case["in"]), case
        if "then" in case:
            target, given = self.call(target, case), case["then"]
        outputs: dict[str, list] = {}
        loss, last = torch.zeros(()), None
        for t in range(case.get("steps", 1)):
            last = target if case.get("constant") else self.call(target, given, t, last)
            # a function that is random forwards has gradients on record only
            for number, path in enumerate(sorted(case["leaves"] or paths(last))):
                leaf = pick(last, path)
                if torch.is_tensor(leaf):
                    leaf = leaf.to_dense()
                    if self.watched and leaf.requires_grad:
                        # the recorded gradients are those of this sum: another weight for every number of every output
                        angle = 1 + 0.7 * torch.arange(leaf.numel(), dtype=torch.float64) + 1.3 * number + 0.4 * t
                        loss = loss + (leaf.flatten() * angle.cos().to(leaf.dtype)).sum()
                outputs.setdefault(path, []).append(leaf.detach().clone() if torch.is_tensor(leaf) else leaf)
        stacked = {path: found[0] if "steps" not in case else torch.stack(found) for path, found in outputs.items()}
        gradients = {}
        if self.watched:
            found = torch.autograd.grad(loss, list(self.watched.values()), allow_unused=True, materialize_grads=True)
            gradients = dict(zip(self.watched, found, strict=True))
        return Outcome(stacked, last, gradients)
