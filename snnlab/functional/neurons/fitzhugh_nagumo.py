"""Two neurons without a threshold that are a polynomial: excitability, and bursts, in the fewest terms."""

from typing import Annotated, NamedTuple

from torch import Tensor, as_tensor

from snnlab.core import Neuron, Quantity, feed_forward, rk4
from snnlab.core.roots import root

from .quantities import Alpha, Method

CROSSING = Annotated[
    Tensor, Quantity("1", low=-1, high=2, bounds=(-10, 10), doc="value whose upward crossing is a spike")
]


class FitzHughNagumoParameters(NamedTuple):
    a: Annotated[Tensor, Quantity("1", low=0, high=1.5, bounds=(-10, 10), doc="offset of the recovery")] = as_tensor(
        0.7
    )
    b: Annotated[Tensor, Quantity("1", low=0, high=1.5, bounds=(0, 10), doc="decay of the recovery")] = as_tensor(0.8)
    tau: Annotated[Tensor, Quantity("ms", low=1, high=50, bounds=(0.1, 1e4), doc="time constant of the recovery")] = (
        as_tensor(12.5)
    )
    v_spike: CROSSING = as_tensor(1.0)
    method: Method = "super"
    alpha: Alpha = 100.0


class FitzHughNagumoState(NamedTuple):
    v: Annotated[
        Tensor, Quantity("1", low=-2.5, high=2.5, bounds=(-100, 100), default=-1.1994, doc="membrane potential")
    ]
    w: Annotated[Tensor, Quantity("1", low=-1, high=2, bounds=(-100, 100), default=-0.6243, doc="recovery variable")]


def _ends(of) -> tuple[Tensor, Tensor]:
    """Beyond which the cubic drives back, whatever the sliders say."""
    nothing = 0.0 * as_tensor(of).double()
    return nothing - 20.0, nothing + 20.0


def flow(s, I, p):
    """The unit of time, in which the membrane moves, is 1 ms."""
    return FitzHughNagumoState(
        v=1000.0 * (s.v - s.v**3 / 3 - s.w + I),
        w=1000.0 / p.tau * (s.v + p.a - p.b * s.w),
    )


def excess(s, p):
    return s.v - p.v_spike


def rest(p):
    """The fixed point without input, the one next to -1.2 where b is so large that there are three."""

    def fall(v):  # times b, as b may be 0
        return p.b * (v**3 / 3 - v) + v + p.a

    v = root(fall, -1.2, *_ends(p.a), first=0.1)
    return FitzHughNagumoState(v=v, w=v - v**3 / 3)


class HindmarshRoseParameters(NamedTuple):
    a: Annotated[Tensor, Quantity("1", low=0.5, high=2, bounds=(0.01, 10), doc="cubic coefficient")] = as_tensor(1.0)
    b: Annotated[Tensor, Quantity("1", low=2, high=4, bounds=(-10, 10), doc="quadratic coefficient")] = as_tensor(3.0)
    c: Annotated[Tensor, Quantity("1", low=0, high=2, bounds=(-10, 10), doc="constant of the fast recovery")] = (
        as_tensor(1.0)
    )
    d: Annotated[Tensor, Quantity("1", low=3, high=7, bounds=(0, 20), doc="quadratic of the fast recovery")] = (
        as_tensor(5.0)
    )
    r: Annotated[Tensor, Quantity("1/ms", low=0.001, high=0.05, bounds=(0, 1), doc="rate of the adaptation")] = (
        as_tensor(0.006)
    )
    k: Annotated[Tensor, Quantity("1", low=1, high=6, bounds=(0, 20), symbol="s", doc="strength of the adaptation")] = (
        as_tensor(4.0)
    )
    v_r: Annotated[
        Tensor, Quantity("1", low=-2.5, high=-0.5, bounds=(-10, 10), doc="potential at which the adaptation rests")
    ] = as_tensor(-1.6)
    v_spike: CROSSING = as_tensor(1.0)
    method: Method = "super"
    alpha: Alpha = 100.0


class HindmarshRoseState(NamedTuple):
    v: Annotated[Tensor, Quantity("1", low=-2, high=2.5, bounds=(-100, 100), default=-1.6, doc="membrane potential")]
    y: Annotated[Tensor, Quantity("1", low=-15, high=2, bounds=(-1e3, 1e3), default=-11.8, doc="fast recovery")]
    w: Annotated[Tensor, Quantity("1", low=-1, high=5, bounds=(-100, 100), default=0.0, symbol="z", doc="adaptation")]


def bursting_flow(s, I, p):
    return HindmarshRoseState(
        v=1000.0 * (s.y - p.a * s.v**3 + p.b * s.v**2 - s.w + I),
        y=1000.0 * (p.c - p.d * s.v**2 - s.y),
        w=1000.0 * (p.r * (p.k * (s.v - p.v_r) - s.w)),
    )


def bursting_rest(p):
    """The fixed point without input."""

    def fall(v):
        return p.a * v**3 + (p.d - p.b) * v**2 - p.c + p.k * (v - p.v_r)

    v = root(fall, -1.6, *_ends(p.a), first=0.1)
    return HindmarshRoseState(v=v, y=p.c - p.d * v**2, w=p.k * (v - p.v_r))


FitzHughNagumo = Neuron(
    name="FitzHughNagumo",
    title="FitzHugh-Nagumo",
    doc="A cubic membrane and a linear recovery: why there is no sharp threshold, seen in one plane.",
    source="FitzHugh, Biophys. J. 1:445, 1961; Nagumo, Arimoto, Yoshizawa, Proc. IRE 50:2061, 1962",
    parameters=FitzHughNagumoParameters,
    state=FitzHughNagumoState,
    flow=flow,
    excess=excess,
    crosses=True,
    rest=rest,
    advance=rk4,
    dt=0.05,
    port="current",
    current=Quantity("1", low=-0.5, high=2, bounds=(-100, 100), default=0.5, doc="input current"),
)
HindmarshRose = Neuron(
    name="HindmarshRose",
    title="Hindmarsh-Rose",
    doc="A slow adaptation turns spikes into bursts, and between the two into chaos.",
    source="Hindmarsh, Rose, Proc. R. Soc. Lond. B 221:87, 1984",
    parameters=HindmarshRoseParameters,
    state=HindmarshRoseState,
    flow=bursting_flow,
    excess=excess,
    crosses=True,
    rest=bursting_rest,
    advance=rk4,
    dt=0.05,
    port="current",
    current=Quantity("1", low=0, high=5, bounds=(-100, 100), default=2, doc="input current"),
)

fitzhugh_nagumo_feed_forward_step = feed_forward(
    FitzHughNagumo, name="fitzhugh_nagumo_feed_forward_step", x="input_current"
)
hindmarsh_rose_feed_forward_step = feed_forward(HindmarshRose, x="input_current")
