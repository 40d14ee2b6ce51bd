"""What the variables and parameters of a neuron do in it, found from its running code."""

from typing import Literal, NamedTuple

import sympy
import torch

from snnlab.core import Neuron, Steps, annotations, derived, example, flattened, received, record

from .formulas import formulas

Part = Literal["membrane", "spike", "slow", "hold", "synapse"]


class Role(NamedTuple):
    """The part of a neuron that something belongs to; of a slow variable, or what moves it, its name."""

    part: Part
    variable: str = ""


@derived
def variable_roles(neuron: Neuron) -> dict[str, Role]:
    """Variable -> role: the first is the membrane's, those that input spikes move are of synapses, and those that these
    move, but not the membrane; those that are counted in steps hold the neuron, and all others are slow: they adapt it.

    >>> from snnlab.functional import AdEx
    >>> variable_roles(AdEx)["w"]
    Role(part='slow', variable='w')
    """
    s, x = example(neuron.state, 1), torch.tensor([1.0, -1.0], dtype=torch.float64)
    after = received(neuron, s, x, example(neuron.parameters, 2)) if neuron.receive else s
    moved = [name for name, one, other in zip(s._fields, s, after) if not torch.equal(one, other)]
    moved += _driven(neuron, moved) if moved else []
    found = {}
    for k, (name, mark) in enumerate(annotations(flattened(neuron.state)).items()):
        if k == 0:
            found[name] = Role("membrane")
        elif isinstance(mark, Steps):
            found[name] = Role("hold")
        else:
            found[name] = Role("synapse") if name in moved else Role("slow", name)
    return found


def _driven(neuron: Neuron, moved: list[str]) -> list[str]:
    """Variables that flow by what input spikes move, and not by the membrane."""
    s, p = example(neuron.state, 1), example(neuron.parameters, 2)
    program = record(neuron.flow, s=s, I=torch.rand(1, dtype=torch.float64), p=p)
    read = {name: program.part(name).used for name in s._fields}
    landed = {f"s.{name}" for name in moved}
    return [f for f in s._fields if f not in moved and landed & {*read[f]} and f"s.{s._fields[0]}" not in read[f]]


@derived
def parameter_roles(neuron: Neuron) -> dict[str, Role]:
    """Parameter -> role, of those that are numbers: what it moves, or the threshold and the reset. One that moves two
    slow variables, as a temperature does, is the membrane's.

    >>> from snnlab.functional import LIF
    >>> [parameter_roles(LIF)[name].part for name in ("tau_mem_inv", "v_th", "tau_syn_inv")]
    ['membrane', 'spike', 'synapse']
    """
    kinds, names = variable_roles(neuron), [f"p.{name}" for name in annotations(flattened(neuron.parameters))]
    names += [f"{owner}.{name}" for owner in ("s", "old") for name in neuron.state._fields]
    found = formulas(neuron, {name: sympy.Symbol(name) for name in [*names, "I", "x", "z"]})
    membrane = next(iter(kinds))
    used = [] if found.excess is None else [(Role("spike"), found.excess)]
    shut = {sympy.Symbol(f"s.{name}"): 0 for name, role in kinds.items() if role.part == "synapse"}
    used += [(Role("membrane"), found.flow[membrane].subs(shut)), (Role("synapse"), found.flow[membrane])]
    used += [(Role("spike"), e) for name, e in found.reset.items() if name == membrane]
    for changes in (found.flow, found.reset, found.receive):
        used += [(kinds[name], e) for name, e in changes.items() if name != membrane]
    used += [(Role("hold"), e) for e in found.hold.values()]
    roles: dict[str, Role] = {}
    for role, e in used:
        for symbol in e.free_symbols:
            if symbol.name.startswith("p."):
                first = roles.setdefault(symbol.name[2:], role)
                if first.part == role.part == "slow" and first != role:
                    roles[symbol.name[2:]] = Role("membrane")
    return {name: roles[name] for name in annotations(flattened(neuron.parameters)) if name in roles}
