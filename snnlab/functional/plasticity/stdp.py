"""Pair-based spike-timing-dependent plasticity (STDP) with four kinds of weight dependence."""

from dataclasses import dataclass
from typing import Annotated, NamedTuple

import torch
from torch import Tensor, as_tensor
from torch.nn.functional import unfold

from snnlab.core import Choice, Count, InverseTime, Quantity, Switch, euler
from snnlab.core.plasticity import Plasticity, Spikes, kind, shapes

# By how much a weight changes, given the room that is left to its bound.
WEIGHT_DEPENDENCE = {
    "additive": lambda room, mu: 1.0,
    "additive_step": lambda room, mu: (room > 0).to(room.dtype),
    "multiplicative_pow": lambda room, mu: room.relu() ** mu,
    "multiplicative_relu": lambda room, mu: room.relu(),
}
_ALGORITHM = Choice(WEIGHT_DEPENDENCE, doc="weight dependence of a change")


def _jump(doc):
    return Quantity("1", low=0, high=5, bounds=(0, 1e6), doc=doc)


def _tau(name, doc):
    return InverseTime(name, low=1, high=200, bounds=(0.01, 1e4), doc=doc)


def _rate(doc):
    return Quantity("1", low=-0.1, high=0.1, bounds=(-10, 10), step=0.001, doc=doc)


def _trace(doc):
    return Quantity("1", low=0, high=1, bounds=(-1e3, 1e3), doc=doc)


class STDPParameters(NamedTuple):
    """Parameters of STDP: `mu` is for "multiplicative_pow" alone, stride to dilation for `stdp_step_conv2d` alone.

    A spike adds a to its trace, at any dt, in `snnlab.models`. The functions of Norse's names add dt / tau a, as Norse.
    """

    a_pre: Annotated[Tensor, _jump("jump of the presynaptic trace at a spike")] = as_tensor(1.0)
    a_post: Annotated[Tensor, _jump("jump of the postsynaptic trace at a spike")] = as_tensor(1.0)
    tau_pre_inv: Annotated[Tensor, _tau("tau_pre", "time constant of the presynaptic trace")] = as_tensor(20.0)
    tau_post_inv: Annotated[Tensor, _tau("tau_post", "time constant of the postsynaptic trace")] = as_tensor(20.0)
    w_min: Annotated[Tensor | float, Quantity("1", low=-1, high=1, bounds=(-1e3, 1e3), doc="smallest weight")] = 0.0
    w_max: Annotated[Tensor | float, Quantity("1", low=0, high=2, bounds=(-1e3, 1e3), doc="largest weight")] = 1.0
    eta_plus: Annotated[Tensor | float, _rate("learning rate of potentiation")] = 1e-3
    eta_minus: Annotated[Tensor | float, _rate("learning rate of depression")] = 1e-3
    stdp_algorithm: Annotated[str, _ALGORITHM] = "additive"
    mu: Annotated[
        Tensor | float,
        Quantity("1", low=0, high=1, doc="exponent of the weight dependence (0: additive, 1: multiplicative)"),
    ] = 0.0
    hardbound: Annotated[bool, Switch(doc="clipping of weights to their bounds")] = True
    convolutional: Annotated[bool, Switch(part="shape", doc="weights of a convolution")] = False
    stride: Annotated[int, Count(1, 4, bounds=(1, 64), part="shape", doc="stride of the convolution")] = 1
    padding: Annotated[int, Count(0, 4, bounds=(0, 64), part="shape", doc="padding of the convolution")] = 0
    dilation: Annotated[int, Count(1, 4, bounds=(1, 64), part="shape", doc="dilation of the convolution")] = 1

    def A_plus(self, w: Tensor) -> Tensor | float:
        """How fast weights grow: eta_plus f(w_max - w). ValueError for an unknown `stdp_algorithm`."""
        return self.eta_plus * self.dependence(self.w_max - w)

    def A_minus(self, w: Tensor) -> Tensor | float:
        """How fast weights shrink: eta_minus f(w - w_min). ValueError for an unknown `stdp_algorithm`."""
        return self.eta_minus * self.dependence(w - self.w_min)

    def bounding_func(self, w: Tensor) -> Tensor:
        """The weights, clipped to their bounds if those are hard."""
        return w.clamp(min=self.w_min).clamp(max=self.w_max) if self.hardbound else w

    def dependence(self, room: Tensor) -> Tensor | float:
        """f(room): by how much a weight changes, given the room that is left to its bound."""
        _ALGORITHM.check("stdp_algorithm", self.stdp_algorithm)
        return WEIGHT_DEPENDENCE[self.stdp_algorithm](room, self.mu)


class STDPTraces(NamedTuple):
    t_pre: Annotated[Tensor, _trace("trace of presynaptic spikes")]
    t_post: Annotated[Tensor, _trace("trace of postsynaptic spikes")]


def flow(s, S, p):
    return STDPTraces(
        t_pre=p.a_pre * S.pre - p.tau_pre_inv * s.t_pre, t_post=p.a_post * S.post - p.tau_post_inv * s.t_post
    )


def pairs(s, z, p):
    return z.post * s.t_pre, z.pre * s.t_post


def bounds(p):
    free = not p.hardbound and p.stdp_algorithm == "additive"
    return {} if free else {"w_min": p.w_min, "w_max": p.w_max}


def layer_traces(s, z, flow, p, dt):
    """An Euler step of tau t' = a z - t, as Norse has it: spikes themselves drive the traces, one adds dt / tau a."""
    return euler(s, Spikes(z.pre * p.tau_pre_inv, z.post * p.tau_post_inv), flow, p, dt)


def layer_weights(w, potentiation, depression, p):
    """The weights after a step, as Norse has them: the sign of a learning rate does not change which bound counts."""
    return p.bounding_func(w + p.A_plus(w) * potentiation - p.A_minus(w) * depression)


@dataclass(eq=False)
class STDPState:
    """Traces of the spikes on both sides: t_pre [..., I] and t_post [..., O], for images [..., C, H, W].

    No tuple: a step gives its `STDPState` new traces, so whoever else holds it sees them.
    """

    t_pre: Tensor
    t_post: Tensor

    def decay(self, z_pre, z_post, tau_pre_inv, tau_post_inv, a_pre, a_post, dt=0.001) -> None:
        """One Euler step dt [s] of tau t' = a z - t for both traces, which are replaced; tau_inv in 1/s.

        Raises ValueError where spikes and traces do not broadcast.
        """
        shapes(z_pre=(z_pre, "..."), t_pre=(self.t_pre, "..."))
        shapes(z_post=(z_post, "..."), t_post=(self.t_post, "..."))
        p = STDPParameters(a_pre, a_post, tau_pre_inv, tau_post_inv)
        s = STDPTraces(self.t_pre, self.t_post)
        self.t_pre, self.t_post = layer_traces(s, Spikes(z_pre, z_post), flow, p, dt)


def stdp_step_linear(
    z_pre: Tensor,
    z_post: Tensor,
    w: Tensor,
    state_stdp: STDPState,
    p_stdp: STDPParameters = STDPParameters(),
    dt: float = 0.001,
) -> tuple[Tensor, STDPState]:
    """The weights of a linear layer and their traces, one step dt [s] later.

    First the traces: tau_pre t_pre' = a_pre z_pre - t_pre, and the same for post. A spike adds dt / tau a, as in Norse:
    with another dt the same weights want another a (tau / dt lets a trace jump by 1). Then, summed over all leading
    dimensions, with the new traces (so that two spikes in one step count both ways)::

        w += A_plus(w) z_post t_pre - A_minus(w) t_post z_pre,    A_plus(w) = eta_plus f(w_max - w)
                                                                  A_minus(w) = eta_minus f(w - w_min)

    and w is clipped to [w_min, w_max] if `hardbound`. f is chosen by `stdp_algorithm`: "additive" 1, "additive_step"
    1 inside of the bound, "multiplicative_pow" room to the power of mu, "multiplicative_relu" the room itself.

    Shapes: z_pre [..., I], z_post [..., O], w [O, I]. `state_stdp` is changed and returned; the traces in it are new
    tensors. So `torch.compile` works, and `torch.func.vmap` where the state is made inside of the mapped function.

    Raises ValueError for shapes that do not fit, other classes, an unknown `stdp_algorithm`.

    Source: G. Bi, M. Poo, J. Neurosci. 18:10464, 1998; S. Song, K. Miller, L. Abbott, Nat. Neurosci. 3:919, 2000;
    powers: R. Gütig, R. Aharonov, S. Rotter, H. Sompolinsky, J. Neurosci. 23:3697, 2003.

    >>> w, state = torch.full((1, 1), 0.5), STDPState(torch.zeros(1), torch.zeros(1))
    >>> for pre, post in ((1.0, 0.0), (0.0, 1.0)):  # post after pre: the weight grows
    ...     w, state = stdp_step_linear(torch.tensor([pre]), torch.tensor([post]), w, state)
    >>> w.item() > 0.5
    True
    """
    _check(state_stdp, p_stdp, w=(w, "O I"), z_pre=(z_pre, "... I"), z_post=(z_post, "... O"))
    _decay(state_stdp, z_pre, z_post, p_stdp, dt)
    return _learn(w, z_pre, state_stdp.t_pre, z_post, state_stdp.t_post, p_stdp), state_stdp


def stdp_step_conv2d(
    z_pre: Tensor,
    z_post: Tensor,
    w: Tensor,
    state_stdp: STDPState,
    p_stdp: STDPParameters = STDPParameters(),
    dt: float = 0.001,
) -> tuple[Tensor, STDPState]:
    """`stdp_step_linear` for the kernel of a convolution: every position of it is one more pair of spikes.

    Shapes: z_pre [..., C, H, W], z_post [..., O, H', W'] as `conv2d` gives it with stride, padding and dilation of
    `p_stdp`, w [O, C, h, w]. State, errors and source as there.
    """
    _check(state_stdp, p_stdp, w=(w, "O C h w"), z_pre=(z_pre, "... C H W"), z_post=(z_post, "... O H' W'"))
    options = {name: _pair(getattr(p_stdp, name)) for name in ("dilation", "padding", "stride")}
    for name, got, n, k, d, pad, step in zip(
        ("H'", "W'"), z_post.shape[-2:], z_pre.shape[-2:], w.shape[-2:], *options.values()
    ):
        allowed = (n + 2 * pad - d * (k - 1) - 1) // step + 1
        if got != allowed:
            raise ValueError(
                f"z_post has shape {tuple(z_post.shape)}, which does not fit: "
                f"a convolution of z_pre {tuple(z_pre.shape)} with w {tuple(w.shape)} has {name} = {allowed}"
            )

    def patches(x):  # [..., positions, C h w]
        columns = unfold(x.reshape(-1, *x.shape[-3:]), w.shape[-2:], **options)
        return columns.view(*x.shape[:-3], *columns.shape[1:]).mT

    def positions(x):  # [..., positions, O]
        return x.flatten(-2).mT

    _decay(state_stdp, z_pre, z_post, p_stdp, dt)
    sides = patches(z_pre), patches(state_stdp.t_pre), positions(z_post), positions(state_stdp.t_post)
    return _learn(w, *sides, p_stdp), state_stdp


def learn(w, potentiation, depression, p):
    """The weights, moved by what pairs of spikes and traces say, within their bounds.

    What moves them up is scaled by the room to w_max, what moves them down by that to w_min, also where a negative
    learning rate makes the one of the other (Gütig et al. 2003: w^mu for a depression, (1 - w)^mu for a potentiation).
    """
    grown, shrunk = p.eta_plus * potentiation, p.eta_minus * depression
    up, down = torch.relu(grown) + torch.relu(-shrunk), torch.relu(shrunk) + torch.relu(-grown)
    return p.bounding_func(w + up * p.dependence(p.w_max - w) - down * p.dependence(w - p.w_min))


def _learn(w, z_pre, t_pre, z_post, t_post, p):
    """The new weights, from spikes and traces [..., inputs of w] and [..., outputs of w]."""

    def summed(post, pre):
        return torch.einsum("...i,...j->ij", post, pre).view(w.shape)

    return layer_weights(w, summed(z_post, t_pre), summed(t_post, z_pre), p)


def _decay(state, z_pre, z_post, p, dt):
    state.decay(z_pre, z_post, p.tau_pre_inv, p.tau_post_inv, p.a_pre, p.a_post, dt)


def _check(state, p, **arguments):
    kind("state_stdp", state, STDPState)
    kind("p_stdp", p, STDPParameters)
    _ALGORITHM.check("stdp_algorithm", p.stdp_algorithm)  # here too: before the state changes
    shapes(**arguments)


def _pair(value):
    return (value, value) if isinstance(value, int) else value


STDP = Plasticity(
    name="STDP",
    title="Spike-timing-dependent plasticity",
    doc="A synapse grows when its input spikes just before its neuron does, and shrinks when it spikes just after.",
    source="Bi, Poo, J. Neurosci. 18:10464, 1998; Song, Miller, Abbott, Nat. Neurosci. 3:919, 2000; "
    "Gütig, Aharonov, Rotter, Sompolinsky, J. Neurosci. 23:3697, 2003",
    parameters=STDPParameters,
    state=STDPTraces,
    flow=flow,
    pairs=pairs,
    learn=learn,
    weight=Quantity("1", low=0, high=1, bounds=(-1e3, 1e3), default=0.5, doc="weight"),
    bounds=bounds,
    network=(layer_traces, layer_weights),
    functions=(stdp_step_linear, stdp_step_conv2d),
)
