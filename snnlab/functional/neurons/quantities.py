"""Annotations that several neurons share."""

from typing import Annotated

from torch import Tensor

from snnlab.core import Alpha as Alpha
from snnlab.core import InverseTime, Quantity
from snnlab.core import Method as Method

TauSyn = Annotated[Tensor, InverseTime("tau_syn", low=0.5, high=100, bounds=(0.01, 1e4), doc="synaptic time constant")]
TauMem = Annotated[Tensor, InverseTime("tau_mem", low=1, high=100, bounds=(0.01, 1e4), doc="membrane time constant")]
VLeak = Annotated[Tensor, Quantity("1", low=-2, high=2, bounds=(-1e3, 1e3), doc="leak potential")]
VTh = Annotated[Tensor, Quantity("1", low=0.1, high=3, bounds=(-1e3, 1e3), doc="threshold")]
VReset = Annotated[Tensor, Quantity("1", low=-2, high=2, bounds=(-1e3, 1e3), doc="reset potential")]
DeltaT = Annotated[
    Tensor, Quantity("1", low=0.05, high=2, bounds=(0.01, 100), doc="sharpness of the upstroke", symbol=r"\Delta_T")
]
V = Annotated[Tensor, Quantity("1", low=-0.2, high=1.2, bounds=(-1e3, 1e3), default=0.0, doc="membrane potential")]
I = Annotated[Tensor, Quantity("1", low=-0.2, high=1.2, bounds=(-1e3, 1e3), default=0.0, doc="synaptic current")]

CURRENT = Quantity("1", low=-2, high=4, bounds=(-1e3, 1e3), default=1.5, doc="input current")
NEURONAL_DYNAMICS = "Gerstner, Kistler, Naud, Paninski, Neuronal Dynamics, Cambridge 2014, {}"
