"""A neuron under random input whose excitatory synapses learn: they compete for when it fires."""

import math
from dataclasses import replace
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

import numpy as np
import torch

from snnlab.core import Count, Plasticity, Quantity, annotations
from snnlab.engine import Poisson, Projection, SpikeTrains
from snnlab.engine.sources import Given, source
from snnlab.functional import STDP, CobaLIF, STDPParameters

from ...exact import Exact
from ...result import Inputs, current_of
from ...stimuli.port import Port
from ...stimuli.stimulus import stimuli_of
from .equations import UNIFORM, Drawing
from .network import Drawn, Network, NetworkModel, Wired, generator_of, network_model

MAX_ARRIVALS = 20_000_000  # spikes that come in
BLOCK = 1.0  # s, that are drawn together: the spikes of a longer run begin as those of a shorter one
MOST = 3.0  # standard deviations, beyond which a common rate does not go
RULE = replace(STDP, network=None)  # a spike adds 1 to its trace, at any dt


def _time(doc: str, low: float, high: float, **more) -> Quantity:
    return Quantity("ms", low=low, high=high, bounds=(0.01, 1e4), doc=doc, **more)


def _rate(doc: str) -> Quantity:
    return Quantity("Hz", low=1, high=50, bounds=(0, 1000), doc=doc)


def _potential(doc: str, low: float, high: float, **more) -> Quantity:
    return Quantity("mV", low=low, high=high, bounds=(-500, 500), doc=doc, **more)


def _conductance(doc: str, high: float, **more) -> Quantity:
    return Quantity("1", low=0, high=high, bounds=(0, 1e3), doc=f"{doc}, in units of the leak", **more)


COMMON = "deviation of the common part of these rates, relative to their mean"


class PlasticInputsParameters(NamedTuple):
    rate: Annotated[float, _rate("rate of each excitatory input")] = 15.0
    correlated: Annotated[
        float, Quantity("%", low=0, high=100, bounds=(0, 100), doc="excitatory inputs whose rates vary together")
    ] = 20.0
    c: Annotated[float, Quantity("1", low=0, high=1, bounds=(0, 1), doc=COMMON)] = 0.6
    tau_c: Annotated[float, _time("correlation time of these rates", 5, 200)] = 20.0
    A_plus: Annotated[
        float, Quantity("1", low=0, high=0.05, bounds=(0, 1), symbol="A_+", doc="potentiation by a pair, of w_max")
    ] = 0.01
    ratio: Annotated[
        float, Quantity("1", low=0.9, high=1.3, bounds=(0, 100), symbol="A_-/A_+", doc="depression over potentiation")
    ] = 1.12
    tau_plus: Annotated[float, _time("time constant of potentiation", 5, 50, symbol="τ_+")] = 20.0
    tau_minus: Annotated[float, _time("time constant of depression", 5, 50, symbol="τ_-")] = 20.0
    w_max: Annotated[float, _conductance("largest weight", 0.15)] = 0.075
    N_E: Annotated[int, Count(low=50, high=1000, bounds=(1, 20_000), doc="excitatory inputs, which learn")] = 200
    N_I: Annotated[int, Count(low=1, high=500, bounds=(1, 20_000), doc="inhibitory inputs")] = 200
    rate_I: Annotated[float, _rate("rate of each inhibitory input")] = 10.0
    w_I: Annotated[float, _conductance("weight of each inhibitory input", 0.2)] = 0.05
    tau: Annotated[float, _time("membrane time constant", 5, 50)] = 20.0
    tau_syn: Annotated[float, _time("decay of conductances", 1, 20)] = 5.0
    V_rest: Annotated[float, _potential("resting potential", -80, -60)] = -70.0
    theta: Annotated[float, _potential("threshold", -60, -40, symbol="θ")] = -54.0
    V_r: Annotated[float, _potential("reset potential", -80, -55)] = -60.0
    E_E: Annotated[float, _potential("reversal potential of excitation", -20, 20)] = 0.0
    E_I: Annotated[float, _potential("reversal potential of inhibition", -90, -60)] = -70.0
    samples: Annotated[
        int, Count(low=20, high=400, bounds=(1, 5000), doc="times at which weights are kept, in equal steps")
    ] = 200


MEMBRANE = Quantity("mV", low=-75, high=-50, bounds=(-1e4, 1e4), default=-70.0, doc="membrane potential")


class Trains(NamedTuple):
    """Random spike trains: `size` of a rate in Hz, of which the first `common` have a rate that varies by c, for tau s
    each time in the mean."""

    size: int
    rate: float
    common: int
    c: float
    tau: float
    seed: int

    def spikes(self, duration: float) -> tuple[np.ndarray, np.ndarray]:
        """Their times in s, in no order, and whose they are. What comes first is the same for any `duration`.

        The common rate is rate (1 + c y), not below 0, where y is a normal number, drawn anew after intervals that are
        exponential: its covariance decays with tau.
        """
        varies = self.common > 0 and self.c > 0
        ends, y = self._common(duration) if varies else (np.array([]), np.ones(1))
        most, found = 1.0 + self.c * MOST if varies else 1.0, []
        for block in range(math.ceil(duration / BLOCK - 1e-9)):
            g = np.random.default_rng((self.seed, 1, block))
            count = g.poisson(self.size * self.rate * most * BLOCK)
            when, who, chance = BLOCK * (block + g.random(count)), g.integers(0, self.size, count), g.random(count)
            share = np.ones(count)
            if varies:
                mine = who < self.common
                share[mine] += self.c * y[np.searchsorted(ends, when[mine])]
            kept = (chance * most < share) & (when < duration)
            found.append((when[kept], who[kept]))
        return np.concatenate([when for when, _ in found]), np.concatenate([who for _, who in found])

    def _common(self, duration: float) -> tuple[np.ndarray, np.ndarray]:
        """Ends of the intervals, and the normal number of each and of the time after."""
        lengths, numbers = (np.random.default_rng((self.seed, 2 + k)) for k in range(2))
        ends = np.array([0.0])
        while ends[-1] < duration:  # whatever is drawn at a time, numbers come in the same order
            ends = np.append(ends, ends[-1] + np.cumsum(lengths.exponential(self.tau, 1000)))
        return ends[1:], np.clip(numbers.standard_normal(len(ends)), -MOST, MOST)


@lru_cache(maxsize=2)
def given(trains: Trains, steps: int, dt: float) -> Given:
    """Trains as a run takes them, for so many steps of dt in s: in the order of time, which takes most of the time."""
    when, who = trains.spikes(steps * dt)
    found = source("source", SpikeTrains(trains.size, when, who), dt, torch.device("cpu"))
    assert isinstance(found, Given)
    return found


def draw(m, inputs, run, dtype) -> Drawn:
    """Where weights begin, from 0 to the largest."""
    return Drawn(synapses={"begin": torch.rand(1, m.N_E, generator=generator_of(run.seed), dtype=torch.float64)})


def plastic_inputs(m, v, x, inputs, dt, dtype) -> Wired:
    """The neuron in units of its leak: of conductances, and of the current in mV."""
    rate = annotations(CobaLIF.parameters)["tau_syn_exc_inv"].taken(Exact(v.tau_syn)).value
    one = torch.ones_like(dt)
    return Wired(
        CobaLIF.parameters(
            rate, rate, c_m_inv=1000 / v.tau, g_l=one, e_rev_I=v.E_I, e_rev_E=v.E_E, v_rest=v.V_rest, v_reset=v.V_r,
            v_thresh=v.theta,
        ),
        current=current_of(inputs).to(dtype),
    )  # fmt: skip


def learning(v: Any) -> tuple[Plasticity, STDPParameters]:
    """The rule of the excitatory inputs, and its parameters from those of the network."""
    times = {"tau_pre_inv": 1000 / v.tau_plus, "tau_post_inv": 1000 / v.tau_minus}
    steepness = {"eta_plus": v.A_plus * v.w_max, "eta_minus": v.ratio * v.A_plus * v.w_max}
    return RULE, STDPParameters(**times, **steepness, w_min=0.0, w_max=v.w_max)


class PlasticModel(NetworkModel):
    """A neuron whose inputs learn."""

    @property
    def neurons(self) -> int:
        return 1

    @property
    def common(self) -> int:
        """How many of its first inputs have a rate in common."""
        return round(self.N_E * self.correlated / 100)

    def fits(self, steps: int, settings: Any) -> None:
        super().fits(steps, settings)
        arrivals = steps * settings.dt / 1000 * (self.N_E * self.rate + self.N_I * self.rate_I)
        if arrivals > MAX_ARRIVALS:
            raise ValueError(
                f"{arrivals:,.0f} spikes would come in: at most {MAX_ARRIVALS:,} do; give a shorter duration, "
                "lower rates or fewer inputs"
            )

    def connections(self, experiment: Any) -> None:
        return None

    def given(self, drawn: Drawn, inputs: Inputs, run: Any, dtype: torch.dtype, v=None) -> dict[str, Any]:
        steps, dt = len(current_of(inputs)), run.dt / 1000
        trains = Trains(self.N_E, self.rate, self.common, self.c, self.tau_c / 1000, run.seed)
        excitation = Projection(
            (drawn.synapses["begin"] * self.w_max).to(dtype),
            learning=learning(self),
            source=given(trains, steps, dt),
            every=max(1, steps // self.samples),
        )
        others = Poisson(self.N_I, self.rate_I, run.seed)
        inhibition = Projection(torch.full((1, self.N_I), -self.w_I, dtype=dtype), source=others)
        return super().given(drawn, inputs, run, dtype, v) | {"network": (excitation, inhibition)}


PlasticInputs = network_model(
    Network(
        name="PlasticInputs",
        title="A neuron whose inputs learn (STDP)",
        doc="Excitatory inputs of a neuron compete for when it fires: those that fire together, just before it, win.",
        source="Song, Miller, Abbott, Nat. Neurosci. 3:919, 2000; Song, Abbott, Neuron 32:339, 2001",
        parameters=PlasticInputsParameters,
        size=(),
        neuron=lambda model: CobaLIF,
        draw=draw,
        wire=plastic_inputs,
        synapses=lambda model: model.N_E,
        rule=learning,
        drawn=lambda model: {"begin": Drawing("u_{j}", UNIFORM)},
        law=(
            r"x = \sum_{j=1}^{<N_E>} w_{j} z_{j} - <w_I> \sum_{k=1}^{<N_I>} z_{k}",
            r"r_{j} = <rate> \left(1 + <c>\, y\left(t\right)\right)\text{ where correlated}",
            r"\left\langle y\left(t\right) y\left(t'\right) \right\rangle = e^{-\left|t - t'\right| / <tau_c>}",
            r"r_{k} = <rate_I>",
            r"w_{j}\left(0\right) = <w_max>\, u_{j}",
        ),
    ),
    PlasticModel,
    port=Port(Quantity("mV", low=-20, high=20, bounds=(-1e3, 1e3), default=0.0, doc="further current")),
    usual=lambda self: stimuli_of(self.port)["Constant"](amplitude=0.0),  # its drive are its inputs
    on_show=lambda self: {"duration": 100_000.0, "dt": 0.5},
    variables=lambda self: {"v": MEMBRANE},
)
