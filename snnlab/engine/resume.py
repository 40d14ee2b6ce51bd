"""Going on where another run stopped: what it left fits what is asked for, or is refused in words."""

from typing import Any

import torch
from torch import Tensor

from snnlab.core import Neuron, what_is

from .ends import End
from .noise import Noise
from .recording import Recording
from .synapses import Projection, trace_names
from .values import milliseconds


def end_of(resume: Any, neuron: Any, state: Any, history: Any) -> End:
    """Where the run `resume` stopped. Raises ValueError where it has no end, or none of this neuron."""
    if not isinstance(resume, Recording):
        raise ValueError(f"resume is {what_is(resume)}: give the Recording of the run that is to go on")
    for name, value in (("state", state), ("history", history)):
        if value is not None:
            raise ValueError(f"{name} and resume are both given: the run goes on from where the recording ends")
    if (end := resume.end) is None:
        raise ValueError(
            "resume: this recording has no end to go on from: its run failed, it is none of a run, or an "
            "earlier version saved it"
        )
    wanted = neuron.name if isinstance(neuron, Neuron) else ""
    if end.neuron != wanted:
        was, now = (f"{name}'s" if name else "that of a plain step" for name in (end.neuron, wanted))
        raise ValueError(f"resume: the recording is {was}, and this run {now}: give state for another neuron")
    return end


def fitting(
    end: End,
    resume: Recording,
    dt: float,
    dtype: torch.dtype,
    shape: tuple[int, ...],
    noise: Noise | None,
    network: tuple[Projection, ...],
) -> None:
    """Raises ValueError where a run would not be the same process as before."""
    first = end.state[0]
    if tuple(first.shape) != shape:
        raise ValueError(f"resume: the population was of shape {tuple(first.shape)} and is now {shape}: give the same")
    if first.dtype != dtype:
        raise ValueError(f"resume: the run was in {first.dtype}, and its input is in {dtype}: give it in {first.dtype}")
    if milliseconds(dt) != resume.dt:
        raise ValueError(f"resume: the run had dt = {resume.dt / 1000:g} s: give the same, not {dt:g}")
    if end.noise is not None and noise is None:
        raise ValueError("resume: the run had noise, and none is given: give it again, or Noise(0.0) for none")
    if len(end.synapses) != len(network):
        raise ValueError(
            f"resume: the run had a network of {len(end.synapses)} projections, and {len(network)} are given: "
            "give the same; what they have learnt comes from the recording"
        )
    for k, (changed, one) in enumerate(zip(end.synapses, network)):
        for field, name in (("release", "u"), ("learning", "w")):
            if (name in changed) != (getattr(one, field) is not None):
                had = "had" if name in changed else "had no"
                raise ValueError(f"resume: network[{k}] {had} {field}: give it as it was")
        if one.learning is not None and not set(trace_names(one.learning[0]).values()) <= changed.keys():
            raise ValueError(f"resume: network[{k}] learnt by another rule than {one.learning[0].name}: give that")
    known = 0 if end.spikes is None else len(end.spikes)
    if network and (longest := max(one.longest for one in network)) > known:
        raise ValueError(f"resume: spikes of the last {known} steps are known: a delay of {longest} needs more")


def gone_on(
    end: End, network: tuple[Projection, ...], dtype: torch.dtype, device: torch.device
) -> tuple[tuple[Projection, ...], tuple[dict[str, Tensor], ...]]:
    """The projections with the weights that they learnt, and what else has changed at their synapses."""
    found, left = [], []
    for one, changed in zip(network, end.synapses):
        synapses = {n: v.to(device, v.dtype if v.dtype == torch.bool else dtype) for n, v in changed.items()}
        if "w" in synapses:
            one = one._replace(weights=synapses.pop("w"))
        found.append(one)
        left.append(synapses)
    return tuple(found), tuple(left)
