"""What a type checker must know of the models: `make check` reads this file, nothing calls its function.

Each line that is marked is an error on purpose: the checker complains where it does not find it.
"""

import snnlab
from snnlab.analysis import FICurve
from snnlab.engine import Recording
from snnlab.models import STDP, AdEx, Brunel, Experiment, FeedForward, Izhikevich, Noise, Poisson, Step, Stimulus


def used() -> None:
    neuron = Izhikevich(a=0.1, c="-65 mV")
    rate: float = neuron.a
    neuron.a = "0.02"
    neuron.method = "triangle"
    recording: Recording = neuron.simulate(Step(amplitude=14.0, onset=10) + Noise(sigma=2), duration=100)
    both: Stimulus = Step(amplitude="200 pA").then(Step(), after=50)
    experiment: Experiment = Experiment.of(AdEx(C=150), both, {"dt": 0.05})
    text: str = experiment.to_json()
    size: int = Brunel(N_E=1000).N_E
    layer = FeedForward(encoder=Poisson(f_max=200), cell=AdEx())
    clipped: bool = STDP(hardbound=False).hardbound
    names: list[str] = list(Izhikevich.presets)
    curve: FICurve = snnlab.f_i_curve(neuron)
    doubled: Stimulus = Step(amplitude=1.0) * 2 - 0.5
    short: Experiment = snnlab.Experiment(snnlab.LIF(), doubled, {"dt": 0.1})
    longer: Recording = neuron.simulate(doubled, resume=recording)
    crowd = snnlab.Population(AdEx(), size=20)

    Izhikevich(aa=0.1)  # type: ignore[call-arg]
    Izhikevich(a=[1])  # type: ignore[arg-type]
    Izhikevich(method="tringle")  # type: ignore[arg-type]
    neuron.b = None  # type: ignore[assignment]
    snnlab.LIFF()  # type: ignore[attr-defined]
