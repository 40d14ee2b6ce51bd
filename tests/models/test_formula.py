"""Formulas of stimuli: what is recorded of them is what they are, wherever it is printed."""

import ctypes
from dataclasses import replace
from typing import Annotated, NamedTuple

import numpy as np
import pytest
import sympy
import torch

from snnlab.core import Count, Quantity, annotations
from snnlab.engine.ir import Function, Value, i64, module
from snnlab.engine.llvm import TYPES, Compiled, printed
from snnlab.models import (
    KINDS,
    LIF,
    NEURONS,
    PRESETS,
    STIMULI,
    Chirp,
    Constant,
    Experiment,
    Noise,
    Pairs,
    PoissonSpikes,
    PulseTrain,
    Ramp,
    Recorded,
    Sine,
    SpikeTrain,
    Step,
    Synaptic,
    Table,
    model_of,
    stimuli_of,
)
from snnlab.models.stimuli import formula, samples, stimulus
from snnlab.models.stimuli.quantities import Drive, Time
from snnlab.models.stimuli.waveforms import Kind
from snnlab.symbolic.algebra import expressions
from snnlab.symbolic.code import text

FORMULAS = [kind for kind in KINDS if kind.formula is not None]
each = pytest.mark.parametrize("kind", FORMULAS, ids=lambda kind: kind.name)
BLOCK = 4000


def some(kind, number=40):
    """Parameter tuples, on the sliders: of round values, and of any."""
    generator, cls = np.random.default_rng(3), STIMULI[kind.name]
    for k in range(number):
        values = {}
        for field, name in cls.shown.items():
            mark = cls.marks[field]
            value = generator.uniform(mark.low, mark.high)
            values[name] = round(value) if isinstance(mark, Count) or k % 2 else value
        yield cls(**values).taken()


def tensors(kind, values, dtype=torch.float64):
    return kind.fields(*(torch.tensor(float(value), dtype=dtype) for value in values))


def eager(kind, time, values, dtype=torch.float64):
    """The formula in torch, by the name of what it gives."""
    found = kind.formula(torch.as_tensor(time).to(dtype), tensors(kind, values, dtype))
    found = found._asdict() if hasattr(found, "_asdict") else {"": found}
    return {name: x.expand(len(time)) for name, x in found.items()}


def test_there_are_formulas():
    assert {kind.name for kind in FORMULAS} >= {
        "Constant", "Step", "Ramp", "PulseTrain", "Sine", "Chirp", "SpikeTrain", "Pairs",
    }  # fmt: skip


@each
def test_samples_are_the_formula(kind):
    """To the last bit; of the sine, for which numpy and torch have different ways, to one unit in the last place."""
    for values in some(kind):
        found = formula.samples(kind, values, BLOCK, 0.1)
        expected = eager(kind, np.arange(BLOCK + 1) * 0.1, values)
        if kind.port == "current":
            x = expected[""][:-1].numpy()
            # a unit of the sine is one of what stands before it
            unit = 4e-16 if any(o.name == "sin" for o in formula.program(kind).operations) else 0.0
            np.testing.assert_allclose(found, x, rtol=unit, atol=unit * abs(getattr(values, "amplitude", 0.0)))
        else:
            counts = np.stack([x.diff().numpy() for x in expected.values()], axis=-1).reshape(found.shape)
            weight = getattr(values, formula.weight(kind)) if formula.weight(kind) else 1.0
            np.testing.assert_array_equal(found, weight * counts)


def compiled(program):
    """A program as a function of arrays: each of its inputs is one number, but for t."""
    f = Function("run", "ptr %t, ptr %p, ptr %to, i64 %n")
    type = TYPES[program.dtypes[0]]
    time, numbers, to = (f.array(Value(name, "ptr"), type) for name in ("%t", "%p", "%to"))
    inputs = {name: f.get(numbers, i64(k)) for k, name in enumerate(program.inputs[1:])}
    with f.loop(i64(0), Value("%n", "i64")) as k:
        found = printed(f, program, inputs | {"t": f.get(time, k)})
        for side, value in enumerate(found.values()):
            f.put(to, f.add(f.mul(Value("%n", "i64"), side), k), value)
    f.line("ret void")
    binary = Compiled(module(f))
    run = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3, ctypes.c_int64)(binary.address("run"))

    def call(time, numbers):
        out = torch.empty(len(program.outputs), len(time), dtype=time.dtype)
        run(time.data_ptr(), numbers.data_ptr(), out.data_ptr(), len(time))
        return dict(zip(program.outputs, out))

    call.binary = binary  # as long as it is called
    return call


@each
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=["float64", "float32"])
def test_a_kernel_computes_it(kind, dtype):
    """What the engine's printer makes of it is what torch gives, to the rounding of the sine of some hundred rad.

    In float32, which knows a time to 1e-5 ms, an edge may be a step off.
    """
    run = compiled(formula.program(kind, dtype))
    for values in some(kind, 10):
        time = torch.arange(BLOCK).to(dtype) * 0.1
        found = run(time, torch.stack(list(tensors(kind, values, dtype))))
        for name, expected in eager(kind, time, values, dtype).items():
            off = (found[name] - expected).abs()
            if dtype == torch.float64:
                assert off.max() <= 1e-12 * max(1, expected.abs().max())
            else:
                assert off.median() <= 1e-3 * max(1, expected.abs().max())


@each
def test_brian2s_text_computes_it(kind):
    """With what Brian2's functions do, as numpy has them."""
    names = {"clip": np.clip, "inf": np.inf, "int": np.int64, "pi": np.pi}
    names |= {name: getattr(np, name) for name in ("sin", "floor", "ceil")}
    program, t = formula.program(kind), sympy.Symbol("t")
    found = expressions(program, {"t": t} | {f"p.{f}": sympy.Symbol(f) for f in kind.fields._fields})
    for values in some(kind, 10):
        time = np.arange(BLOCK) * 0.1
        for name, expected in eager(kind, time, values).items():
            x = eval(text(found[name]), names | values._asdict() | {"t": time})
            np.testing.assert_allclose(x, expected.numpy(), rtol=1e-12, atol=1e-12)


# -- equations --------------------------------------------------------------------------------------------------------

STEP_LINE = r"\begin{cases} A & t_{0} \le t < t_{0} + T \\ I_{0} & \text{otherwise} \end{cases}"
EQUATIONS = {
    "constant": (Constant(), ["I(t) = A"]),
    "step": (Step(), [f"I(t) = {STEP_LINE}"]),
    "sine": (Sine(), [r"I(t) = I_{0} + A \sin{\left(2 \pi f t + \varphi \right)}"]),
    "chirp": (
        Chirp(),
        [
            r"I(t) = \begin{cases} I_{0} + A \sin {\theta} & t_{0} \le t < t_{0} + T \\ I_{0} & \text{otherwise} "
            r"\end{cases}",
            r"\theta = 2 \pi f_{0} \left(t - t_{0}\right) + \frac{\pi \left(f_{1} - f_{0}\right) "
            r"\left(t - t_{0}\right)^{2}}{T}",
        ],
    ),
    "pulses": (
        PulseTrain(),
        [
            r"I(t) = \begin{cases} A & 0 \le t - t_{0} - T k < w \\ I_{0} & \text{otherwise} \end{cases}",
            r"k = \min\left(N - 1, \max\left(0, \left\lfloor{\frac{t - t_{0}}{T}}\right\rfloor\right)\right)",
        ],
    ),
    "spikes": (
        SpikeTrain(),
        [r"x(t) = w \sum_{k=0}^{N - 1} \delta\left(t - t_{k}\right)", r"t_{k} = t_{0} + \frac{k}{r}"],
    ),
    "noise": (Noise(), []),
    "nothing but data": (Noise() + Table(source=((0, 1),)), []),
    "data": (Recorded(), []),
    "with noise": (
        Step() + Noise(),
        ["I(t) = I_{1}(t) + I_{2}(t)", f"I_{{1}}(t) = {STEP_LINE}", r"I_{2}(t)\text{: Ornstein-Uhlenbeck noise}"],
    ),
    "symbols that two have": (
        Constant() + Sine(),
        [
            "I(t) = I_{1}(t) + I_{2}(t)",
            "I_{1}(t) = A_{1}",
            r"I_{2}(t) = I_{0} + A_{2} \sin{\left(2 \pi f t + \varphi \right)}",
        ],
    ),
    "one after the other": (
        Constant().then(PoissonSpikes() + Constant(), 40),
        [
            r"I(t) = \begin{cases} I_{1}(t) & 0 \le t < 40\ \text{ms} \\ I_{2}(t - 40) & t \ge 40\ \text{ms} "
            r"\end{cases}",
            "I_{1}(t) = A_{1}",
            "I_{2}(t) = A_{2,2}",
            r"x(t) = \begin{cases} x_{2}(t - 40) & t \ge 40\ \text{ms} \end{cases}",
            r"x_{2}(t)\text{: Poisson spikes}",
        ],
    ),
}


@pytest.mark.parametrize(("stimulus", "lines"), EQUATIONS.values(), ids=EQUATIONS)
def test_equations(stimulus, lines):
    assert list(stimulus.equations()) == lines
    assert all(line in stimulus._repr_html_() for line in lines)


def test_equations_have_the_names_of_what_is_driven():
    assert LIF().usual().equations() == ("I(t) = A",)
    assert Experiment.from_query("v=2&surrogate=super").stimulus.equations()[0].startswith("x(t) = x_{0} + ")
    pairs = Experiment.from_query("v=2&plasticity=STDP&s=Pairs").stimulus.equations()
    assert [line.partition("(t)")[0] for line in pairs[::2]] == [r"S_{\mathrm{pre}}", r"S_{\mathrm{post}}"]


@each
def test_an_equation_has_the_symbols_of_its_sliders(kind):
    """In units that need no factor: a frequency times a time is a number."""
    lines = " ".join(STIMULI[kind.name]().equations())
    for name in formula.used(kind):
        mark, label = annotations(kind.fields)[name], STIMULI[kind.name].param[name].label
        symbol = mark.symbol or "Δ"
        assert label in (symbol, f"{name} {symbol}")
        assert {"φ": r"\varphi", "Δ": r"\Delta"}.get(
            symbol, symbol.replace("_0", "_{0}").replace("_1", "_{1}")
        ) in lines
    assert "1000" not in lines and "180" not in lines and "1e-" not in lines and "." not in lines


# -- a stimulus of one's own ------------------------------------------------------------------------------------------


def triangle(t, p):
    return p.mean + p.amplitude * (4 * torch.abs(torch.remainder(t / p.period, 1.0) - 0.5) - 1)


class TriangleParameters(NamedTuple):
    amplitude: Annotated[float, Drive(0.5, level=False, symbol="A", doc="height above the mean")] = 0.5
    mean: Annotated[float, Drive(0.5, symbol="I_0", doc="mean current")] = 0.5
    period: Annotated[float, Time("time from peak to peak", least=0.1, symbol="T")] = 20.0


def test_a_new_formula_is_everywhere(monkeypatch):
    """One tuple, one function, one entry; here for a port that no other test has."""
    kind = Kind("Triangle", "triangle wave", TriangleParameters, triangle)
    monkeypatch.setattr(stimulus, "KINDS", (*KINDS, kind))
    odd = Quantity("1", low=0, high=3, bounds=(-77, 77), default=1.5, doc="input current")
    model = model_of(replace(NEURONS["LIF"].neuron, name="Odd", current=odd))
    made = stimuli_of(model.port)["Triangle"](period=40.0)
    assert made.sample(5, 10.0).tolist() == [1.5, 0.75, 0.0, 0.75, 1.5]
    assert made.equations() == (
        r"I(t) = I_{0} + A \left(4 \left|{\left(\frac{t}{T} \bmod 1\right) - \frac{1}{2}}\right| - 1\right)",
    )
    brian2 = Experiment.of(model(), made).script("brian2")
    assert "    I = I_amplitude*(4*abs((t_ms/I_period % 1) - 1/2) - 1) + I_mean : 1\n" in brian2
    assert "I_period = 40.0  # time from peak to peak, ms\n" in brian2 and "TimedArray(" not in brian2
    run = compiled(formula.program(kind))
    found = run(torch.arange(5, dtype=torch.float64) * 10, torch.stack(list(tensors(kind, made.taken()))))
    assert found[""].tolist() == [1.5, 0.75, 0.0, 0.75, 1.5]


# -- what was drawn by chance -----------------------------------------------------------------------------------------

CHANCE = [Noise(), Synaptic(), PoissonSpikes(), Step() + Noise() + PoissonSpikes()]


@pytest.mark.parametrize("drawn", CHANCE, ids=repr)
def test_what_was_drawn_is_the_callers(drawn):
    """Whatever a caller does to it, the next one gets what was drawn."""
    first = {port: x.clone() for port, x in drawn.sampler()(500, 0.1, 3).items()}
    for x in drawn.sampler()(500, 0.1, 3).values():
        x[:] = 7.0
    again = drawn.sampler()(500, 0.1, 3)
    assert again.keys() == first.keys()
    for port, x in again.items():
        assert torch.equal(x, first[port])
    assert not torch.equal(drawn.sample(500, 0.1, 3), drawn.sample(500, 0.1, 4))


def test_it_is_not_drawn_anew_while_its_numbers_stay():
    """When another slider moves; with other values, steps or seeds it is."""
    noise, count = Noise(sigma=0.123), lambda: samples.last.cache_info().misses
    noise.sample(300, 0.1)
    before = count()
    for amplitude in (1.0, 2.0, 3.0):
        (Step(amplitude=amplitude) + noise).sample(300, 0.1)
    assert count() == before + 1  # once, with the seed of a part
    Experiment.of(LIF(), noise, {"duration": 30}).run()
    assert count() == before + 1
    for other in (Noise(sigma=0.124).sample, noise.sample):
        other(301, 0.1)
    assert count() == before + 3


def test_what_is_kept_is_bounded():
    assert samples.last.cache_info().maxsize <= 16
    noise, before = Noise(), samples.last.cache_info()
    noise.sample(samples.SMALL + 1, 0.1)
    assert samples.last.cache_info() == before


# -- scripts for other programs ---------------------------------------------------------------------------------------

NEURAL = {name: one for name, one in PRESETS.items() if one.model.family == "neuron"}
POPULATIONS = {name: one for name, one in NEURAL.items() if one.model.neuron.imposed is None}  # no other has a clamp


def exported(program):
    found = {}
    for name, preset in POPULATIONS.items():
        try:
            found[name] = preset.experiment().script(program)
        except ValueError:
            continue
    return found


def test_every_preset_of_a_neuron_is_exported_to_brian2():
    """Of a population, the first neuron, which has no noise."""
    found = exported("brian2")
    assert found.keys() == POPULATIONS.keys() and len(found) >= 68
    noisy = [name for name, one in POPULATIONS.items() if one.experiment().settings.noise]
    assert len(noisy) >= 60
    assert all("neurons it is the first, which has no noise." in found[name] for name in noisy)


def test_presets_that_norse_has_are_exported_to_it():
    """Those of its neurons, integrator and one input."""
    assert len(exported("norse")) >= 28


def test_a_formula_is_an_equation_in_brian2():
    script = Experiment.of(LIF(), Step() + Ramp(), {"neurons": 3}).script("brian2")
    assert "TimedArray(" not in script and "Of the 3 neurons it is the first, as all are equal." in script
    assert "    t_ms = t/ms : 1\n" in script and "I1_onset = 10.0  # start of the step, ms\n" in script
    cut = Experiment.of(LIF(), Sine() + SpikeTrain(), {"integrator": "Euler, dt / 10"}).script("brian2")
    assert "    t_ms = 0.1*timestep(t, 0.1*ms) : 1\n" in cut and "x = TimedArray(spikes, " in cut
    mixed = Experiment.of(LIF(), Step() + Noise() + SpikeTrain(), {"duration": 30}).script("brian2")
    assert "I = TimedArray(current, " in mixed and "    x = x_weight*(" in mixed


def test_names_of_stimuli_are_none_of_a_neurons():
    """In Brian2's script, where both are written."""
    names = {name for model in NEURONS.values() for name in (*model.shown.values(), *model.neuron.state._fields)}
    assert not any(name.startswith(("I_", "I1_", "x_", "t_ms")) for name in names)


@each
def test_pairs_and_all_others_are_equal_in_longer_runs(kind):
    one = STIMULI[kind.name]()
    assert torch.equal(one.sample(3000, 0.1)[:1234], one.sample(1234, 0.1))


def test_pairs_may_be_far_apart():
    assert Pairs(delta=-1e5, onset=0.0, rate=1.0, pairs=1).sample(3, 0.5).tolist() == [[0, 1], [0, 0], [0, 0]]
