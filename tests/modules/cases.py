"""Modules to try: an instance of each, and an input under which its neurons fire."""

import re

import torch

from snnlab import functional
from snnlab.core import SNNRecurrentCell
from snnlab.modules import MODULES

CELLS = [name for name in MODULES if name.endswith("Cell") and not issubclass(MODULES[name], SNNRecurrentCell)]
WITH_WEIGHTS = [name for name in MODULES if issubclass(MODULES[name], SNNRecurrentCell)]
T, BATCH, N_IN, N = 12, 2, 3, 4


def made(name, **options):
    """An instance, with a spiking behavior where parameters have no defaults."""
    first = (N_IN, N) if issubclass(MODULES[name], SNNRecurrentCell) else ()
    behavior = (functional.tonic_spiking,) if re.match("Izhikevich(?!2007|Cond)", name) else ()
    torch.manual_seed(0)
    return MODULES[name](*first, *behavior, **options)


def strong(name):
    """Input that makes neurons fire: in mV and pA it must be larger."""
    scale = {"pA": 2000.0, "mV": 60.0, "µA/cm²": 60.0}.get(made(name).activation.neuron.current.unit, 3.0)
    shape = (T, BATCH, N_IN if name in WITH_WEIGHTS else N)
    return scale * torch.rand(shape, generator=torch.Generator().manual_seed(1))


def leaves(value):
    return [leaf for part in value for leaf in leaves(part)] if isinstance(value, tuple | list) else [value]
