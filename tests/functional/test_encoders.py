"""Encoders and decoders: closed forms, exact statistics, gradients, and what they say about wrong input.

Seeds are fixed, so a test that passes always passes. Bounds hold for other seeds, too: each random number compared with
one would leave it by chance with a probability below 1e-6.
"""

import math

import pytest
import torch

from snnlab.functional import (
    LIFParameters,
    ToSpikeTimes,
    constant_current_lif_encode,
    euclidean_distance,
    gaussian_rbf,
    poisson_encode,
    poisson_encode_step,
    population_encode,
    signed_poisson_encode,
    signed_poisson_encode_step,
    spike_latency_encode,
    spike_latency_lif_encode,
    sum_decode,
)
from tests.binomial import bounds, distribution

F64 = {"dtype": torch.float64}


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


# Rate in Hz, dt in s, draws (steps times neurons), and exact binomial bounds of the total count, which a correct
# encoder leaves with a probability below 1e-6. Computed with scipy from the distribution alone.
COUNTS = [
    (5, 0.001, 100_000, 395, 613),
    (10, 0.001, 100_000, 850, 1158),
    (20, 0.0001, 1_000_000, 1785, 2222),
    (50, 0.001, 100_000, 4666, 5341),
    (100, 0.001, 100_000, 9539, 10467),
    (100, 0.0001, 100_000, 850, 1158),
    (200, 0.001, 10_000, 1807, 2198),
    (500, 0.001, 10_000, 4755, 5245),
]

ENCODERS = {
    "poisson": poisson_encode,
    "signed": signed_poisson_encode,
    # steps one by one, as a network takes them
    "poisson step": lambda x, n, **k: torch.stack([poisson_encode_step(x, **k) for _ in range(n)]),
    "signed step": lambda x, n, **k: torch.stack([signed_poisson_encode_step(x, **k) for _ in range(n)]),
}
SIGNED = [name for name in ENCODERS if "signed" in name]
all_encoders = pytest.mark.parametrize("encode", ENCODERS.values(), ids=ENCODERS)
signed_encoders = pytest.mark.parametrize("encode", [ENCODERS[name] for name in SIGNED], ids=SIGNED)


@pytest.mark.parametrize(("rate", "dt", "draws", "least", "most"), COUNTS)
def test_bounds_are_those_of_the_reference(rate, dt, draws, least, most):
    """Two ways to the same tails; where one is a rounding error beside 5e-7, they may differ by a count."""
    found = bounds(draws, rate * dt)
    assert found == pytest.approx((least, most), abs=1)


@all_encoders
@pytest.mark.parametrize(("rate", "dt", "draws", "least", "most"), COUNTS)
def test_rate(encode, rate, dt, draws, least, most):
    total = encode(torch.full((draws // 500,), 0.5), 500, f_max=2 * rate, dt=dt, generator=seeded()).sum()
    assert least <= total <= most


@all_encoders
def test_rate_is_proportional_to_the_input(encode):
    x = torch.tensor([0.0, 0.01, 0.1, 0.5, 0.9, 1.0])
    totals = encode(x, 4000, f_max=800, generator=seeded()).sum(0)
    assert totals[0] == 0
    for value, total in zip(x.tolist()[1:], totals.tolist()[1:], strict=True):
        least, most = bounds(4000, 0.8 * value)
        assert least <= total <= most, value


@all_encoders
def test_certain_spikes(encode):
    """At x = 1 and one spike a step, all; at 0, none."""
    spikes = encode(torch.tensor([0.0, 1.0]), 1000, f_max=1000, generator=seeded())
    assert spikes.sum(0).tolist() == [0, 1000]


@all_encoders
@pytest.mark.parametrize("p", [0.1, 0.5])
def test_variance_is_that_of_independent_steps(encode, p):
    """Counts of 100 steps: how many of 5000 neurons lie beyond a standard deviation is a binomial count itself."""
    counts = encode(torch.full((5000,), p), 100, f_max=1000, generator=seeded()).sum(0)
    mass, k = distribution(100, p), torch.arange(101)
    far = (k - 100 * p).abs() > math.sqrt(100 * p * (1 - p))
    least, most = bounds(5000, mass[far].sum().item())
    assert least <= far[counts.long()].sum() <= most


@all_encoders
@pytest.mark.parametrize("lag", [1, 2, 3, 10])
def test_steps_are_independent(encode, lag):
    """Pairs of steps that share none: both spike with probability p^2."""
    steps = encode(torch.full((100,), 0.3), 420, f_max=1000, generator=seeded())
    first, second = steps.unflatten(0, (-1, 2, lag)).unbind(1)
    least, most = bounds(first.numel(), 0.09)
    assert least <= (first * second).sum() <= most


@all_encoders
@pytest.mark.parametrize("lag", [1, 2, 5, 50])
def test_neurons_are_independent(encode, lag):
    steps = encode(torch.full((100,), 0.3), 420, f_max=1000, generator=seeded())
    first, second = steps.unflatten(1, (-1, 2, lag)).unbind(2)
    least, most = bounds(first.numel(), 0.09)
    assert least <= (first * second).sum() <= most


@all_encoders
def test_intervals_are_geometric(encode):
    """P(interval = k) = p (1 - p)^(k - 1): a spike is followed by another at once with probability p, and so on."""
    train = encode(torch.tensor([0.2]), 10_000, f_max=1000, generator=seeded())[:, 0]
    intervals = train.nonzero()[:, 0].diff()
    for k in range(1, 6):
        least, most = bounds(len(intervals), 0.2 * 0.8 ** (k - 1))
        assert least <= (intervals == k).sum() <= most


@signed_encoders
def test_signs(encode):
    x = torch.tensor([-0.6, -0.2, 0.0, 0.2, 0.6])
    spikes = encode(x, 1000, f_max=1000, generator=seeded())
    assert set(spikes.unique().tolist()) == {-1.0, 0.0, 1.0}
    assert torch.equal(spikes * x, spikes.abs() * x.abs())
    assert torch.equal(encode(-x, 1000, f_max=1000, generator=seeded()), -spikes)


@signed_encoders
def test_both_signs_have_the_same_rate(encode):
    x = torch.tensor([0.3, -0.3]).repeat(50)
    spikes = encode(x, 1000, f_max=1000, generator=seeded())
    least, most = bounds(50_000, 0.3)
    assert least <= (spikes > 0).sum() <= most
    assert least <= (spikes < 0).sum() <= most


@all_encoders
def test_generator_decides(encode):
    x = torch.full((30,), 0.5)
    untouched = torch.get_rng_state()
    first = encode(x, 20, f_max=1000, generator=seeded(1))
    assert torch.equal(first, encode(x, 20, f_max=1000, generator=seeded(1)))
    assert not torch.equal(first, encode(x, 20, f_max=1000, generator=seeded(2)))
    assert torch.equal(torch.get_rng_state(), untouched)
    generator = seeded(1)
    again = [encode(x, 20, f_max=1000, generator=generator) for _ in range(2)]
    assert torch.equal(again[0], first)
    assert not torch.equal(again[1], first)


def test_spikes_of_a_seed_are_those_of_norse():
    """One uniform number a step and neuron, in this order, below dt f_max x."""
    x = torch.linspace(0, 1, 12).view(3, 4)
    u = torch.rand(50, 3, 4, generator=seeded(3))
    assert torch.equal(poisson_encode(x, 50, generator=seeded(3)), (u < 0.1 * x).float())
    assert torch.equal(signed_poisson_encode(-x, 50, generator=seeded(3)), -(u < 0.1 * x).float())
    assert torch.equal(poisson_encode_step(x, generator=seeded(3)), (u[0] < x).float())
    torch.manual_seed(3)
    assert torch.equal(poisson_encode(x, 50), (u < 0.1 * x).float())


@all_encoders
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (4, 1, 2, 2), (0, 3)])
def test_shapes(encode, shape):
    assert encode(torch.rand(shape, generator=seeded()), 7).shape == (7, *shape)


@all_encoders
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_spikes_have_the_dtype_of_the_input(encode, dtype):
    assert encode(torch.ones(2, dtype=dtype), 3).dtype == dtype


@all_encoders
def test_whole_numbers_and_truth_values(encode):
    spikes = encode(torch.tensor([0, 1]), 3, f_max=1000)
    assert spikes.dtype == torch.float32
    assert spikes.tolist() == [[0, 1]] * 3


def refusal(name, value, allowed, function, *arguments, **keywords):
    """The function raises a sentence with these three."""
    with pytest.raises(ValueError) as error:
        function(*arguments, **keywords)
    message = str(error.value)
    assert f"{name} = {value} is not allowed" in message
    assert allowed in message


@all_encoders
@pytest.mark.parametrize("value", [1.01, -1.5, 250.0, math.inf, math.nan])
def test_input_out_of_its_domain_is_refused(encode, value):
    refusal("input_values", f"{value:g}", "to 1", encode, torch.tensor([[0.5], [value]]), 3)


@pytest.mark.parametrize("encode", [poisson_encode, ENCODERS["poisson step"]])
def test_negative_input_is_refused_where_spikes_have_no_sign(encode):
    refusal("input_values", "-0.1", "numbers from 0 to 1", encode, torch.tensor([0.5, -0.1]), 3)


@pytest.mark.parametrize(
    "encode", [poisson_encode, signed_poisson_encode, constant_current_lif_encode, spike_latency_lif_encode]
)
@pytest.mark.parametrize("steps", [0, -3, 2.5])
def test_seq_length_is_a_whole_number_of_steps(encode, steps):
    refusal("seq_length", steps, "at least 1", encode, torch.tensor([0.5]), steps)


@all_encoders
def test_no_more_than_one_spike_a_step(encode):
    refusal("f_max", 1001, "1/dt", encode, torch.tensor([0.5]), 3, f_max=1001)
    refusal("f_max", -1, "from 0", encode, torch.tensor([0.5]), 3, f_max=-1)
    for dt in (0.0007, 0.003, 0.1):
        encode(torch.tensor([1.0]), 3, f_max=1 / dt, dt=dt)  # no rounding error is refused


@pytest.mark.parametrize(
    "encode",
    [*ENCODERS.values(), constant_current_lif_encode, spike_latency_lif_encode],
    ids=[*ENCODERS, "lif", "first"],
)
@pytest.mark.parametrize("dt", [0, -0.001])
def test_time_step_is_positive(encode, dt):
    refusal("dt", dt, "> 0", encode, torch.tensor([0.5]), 3, dt=dt)


# Time to the first spike of a LIF neuron (tau 10 ms, threshold 1) from v = 0 under a current I: in ms, and the step
# of forward Euler, counted from 1, at dt = 1, 0.5 and 0.1 ms. From t = -tau ln(1 - v_th / I) and, for Euler, the least
# n with I (1 - (1 - dt/tau)^n) > v_th, evaluated with numpy (Gerstner, Kistler, Naud, Paninski, Neuronal
# Dynamics, Cambridge 2014, ch. 1).
FIRST_SPIKES = [
    (0.5, None, None, None, None),
    (1.0, None, None, None, None),
    (1.001, 69.08754779, 66, 135, 688),
    (1.01, 46.15120517, 44, 90, 460),
    (1.1, 23.97895273, 23, 47, 239),
    (1.2, 17.91759469, 18, 35, 179),
    (1.5, 10.98612289, 11, 22, 110),
    (2.0, 6.931471806, 7, 14, 69),
    (3.0, 4.054651081, 4, 8, 41),
    (5.0, 2.231435513, 3, 5, 23),
    (10.0, 1.053605157, 2, 3, 11),
    (20.0, 0.5129329439, 1, 2, 6),
    (100.0, 0.1005033585, 1, 1, 2),
]


@pytest.mark.parametrize(("column", "dt"), [(2, 1.0), (3, 0.5), (4, 0.1)])
def test_latency_is_that_of_the_closed_form(column, dt):
    """Euler's steps exactly, and the true time within a step of Euler's error, which is of first order."""
    currents = torch.tensor([row[0] for row in FIRST_SPIKES], **F64)
    spikes = spike_latency_lif_encode(currents, 700, dt=dt / 1000)
    for row, train in zip(FIRST_SPIKES, spikes.T, strict=True):
        steps = (train.nonzero()[:, 0] + 1).tolist()
        assert steps == ([] if row[column] is None else [row[column]])
        if steps:
            assert steps[0] * dt == pytest.approx(row[1], rel=dt / 10, abs=dt)


def test_latency_encoders_agree():
    currents = torch.linspace(0.5, 30, 40).view(2, 20)
    p = LIFParameters(v_leak=torch.tensor(0.2), v_th=torch.tensor(0.7))
    first = spike_latency_encode(constant_current_lif_encode(currents, 60, p, 0.0005))
    assert torch.equal(first, spike_latency_lif_encode(currents, 60, p, 0.0005))
    assert first.sum(0).max() == 1


def test_only_the_first_spike_stays():
    spikes = (torch.rand(30, 4, 5, generator=seeded()) < 0.2).float()
    first = spike_latency_encode(spikes)
    for column, kept in zip(spikes.flatten(1).T, first.flatten(1).T, strict=True):
        when = column.nonzero()[:1, 0].tolist()
        assert kept.nonzero()[:, 0].tolist() == when


def test_spikes_of_either_sign_are_spikes():
    assert spike_latency_encode(torch.tensor([0.0, -1.0, 1.0, -1.0])).tolist() == [0, -1, 0, 0]


@pytest.mark.parametrize("dtype", [torch.bool, torch.int64, torch.float16, torch.float64])
def test_latency_keeps_the_dtype(dtype):
    assert spike_latency_encode(torch.ones(3, 2, dtype=dtype)).dtype == dtype


def test_gradient_flows_until_the_first_spike():
    x = torch.tensor([0.0, 1.0, 0.0, 1.0], requires_grad=True)
    spike_latency_encode(x).sum().backward()
    assert x.grad.tolist() == [1, 1, 0, 0]


@pytest.mark.parametrize("shape", [(), (0,), (0, 3)])
def test_latency_needs_time(shape):
    refusal("shape of input_spikes", shape, "(time, ...)", spike_latency_encode, torch.zeros(shape))


def test_interval_under_constant_current():
    """tau ln(I / (I - 1)) = 10.99 ms for I = 1.5: Euler at 0.01 ms is late by less than 0.1 %."""
    spikes = constant_current_lif_encode(torch.tensor(1.5, **F64), 10_000, dt=1e-5)
    intervals = spikes.nonzero()[:, 0].diff()
    assert intervals.unique().tolist() == pytest.approx([1098.6], rel=1e-3)


def test_current_encoder_has_a_gradient():
    I = torch.tensor([2.0, 3.0], requires_grad=True)
    constant_current_lif_encode(I, 20).sum().backward()
    assert I.grad.isfinite().all() and (I.grad != 0).all()


@pytest.mark.parametrize("encode", [constant_current_lif_encode, spike_latency_lif_encode])
def test_current_encoders_keep_shape_and_dtype(encode):
    for dtype, given in ((torch.float64, torch.float64), (torch.float32, torch.float32), (torch.float32, torch.int64)):
        spikes = encode(torch.full((2, 1, 3), 50, dtype=given), 4)
        assert (spikes.dtype, spikes.shape) == (dtype, (4, 2, 1, 3))


# exp(-(x - c)^2 / (2 sigma^2)) with sigma = 0.1 at c = 0, 0.1, ... 1, evaluated with numpy to ten digits
# (Bohte, La Poutre, Kok, IEEE Trans. Neural Netw. 13:426, 2002)
BELLS = {
    0.0: [1.0, 0.6065306597, 0.1353352832, 0.01110899654, 0.0003354626279, 3.726653172e-06],
    0.05: [0.8824969026, 0.8824969026, 0.3246524674, 0.04393693362, 0.002187491118, 4.006529739e-05],
    0.5: [3.726653172e-06, 0.0003354626279, 0.01110899654, 0.1353352832, 0.6065306597, 1.0],
    0.73: [2.680547637e-12, 2.406722436e-09, 7.949393615e-07, 9.659341372e-05, 0.004317840008, 0.07100535374],
}
# the same with sigma = 1.25 at c = 0, 2.5, ... 10
WIDE_BELLS = {
    0.0: [1.0, 0.1353352832, 0.0003354626279, 1.522997974e-08, 1.266416555e-14],
    5.0: [0.0003354626279, 0.1353352832, 1.0, 0.1353352832, 0.0003354626279],
    6.3: [3.048685634e-06, 0.009844916976, 0.5822822402, 0.6307788205, 0.01251534234],
    11.0: [1.527979968e-17, 9.101470764e-11, 9.929504306e-06, 0.01984109474, 0.7261490371],
}


@pytest.mark.parametrize(("dtype", "error"), [(torch.float64, 1e-9), (torch.float32, 1e-6)])
def test_population_is_the_closed_form(dtype, error):
    x = torch.tensor(list(BELLS), dtype=dtype)
    found = population_encode(x, 11, scale=1.0, kernel=lambda d: gaussian_rbf(d, 0.1))
    expected = torch.tensor(list(BELLS.values()), dtype=dtype)
    torch.testing.assert_close(found[:, :6], expected, rtol=0, atol=error)
    # the distance is multiplied by the scale, so sigma^2 is, too
    x = torch.tensor(list(WIDE_BELLS), dtype=dtype)
    found = population_encode(x, 5, scale=10.0, kernel=lambda d: gaussian_rbf(d, 1.25 * math.sqrt(10)))
    torch.testing.assert_close(found, torch.tensor(list(WIDE_BELLS.values()), dtype=dtype), rtol=0, atol=error)


def test_one_scale_for_every_value():
    x = torch.rand(4, 3, generator=seeded(), **F64)
    scales = torch.rand(4, 1, generator=seeded(1), **F64) + 0.5
    found = population_encode(x, 6, scale=scales)
    assert found.shape == (4, 3, 6)
    for row, scale, encoded in zip(x, scales, found, strict=True):
        torch.testing.assert_close(encoded, population_encode(row, 6, scale=scale.item()))


def test_scale_is_the_greatest_value():
    x = torch.rand(4, 3, generator=seeded())
    assert torch.equal(population_encode(x, 5), population_encode(x, 5, scale=x.max()))
    assert torch.equal(population_encode(torch.zeros(3), 2), torch.ones(3, 2))


@pytest.mark.parametrize("dtype", [torch.float16, torch.float64])
def test_activities_have_the_dtype_of_the_input(dtype):
    assert population_encode(torch.ones(3, dtype=dtype), 2).dtype == dtype
    assert population_encode(torch.ones(3, dtype=dtype), 2, scale=torch.tensor(2.0)).dtype == dtype


def test_population_takes_whole_numbers():
    torch.testing.assert_close(
        population_encode(torch.tensor([0, 1]), 2), population_encode(torch.tensor([0.0, 1.0]), 2)
    )


def test_kernel_and_distance_are_used():
    found = population_encode(
        torch.tensor([0.0, 1.0]), 2, scale=2.0, kernel=lambda d: d, distance_function=lambda x, c: x - c
    )
    assert found.tolist() == [[0, -4], [2, -2]]
    assert euclidean_distance(torch.tensor(1.0), torch.tensor([1.0, 4.0])).tolist() == [0, 9]


def test_population_says_what_is_wrong():
    x = torch.tensor([[0.5, 1.0]])
    refusal("out_features", 0, "at least 1", population_encode, x, 0)
    refusal("scale", "0", "> 0", population_encode, x, 3, scale=0.0)
    refusal("scale", "-1", "> 0", population_encode, x, 3, scale=torch.tensor([2.0, -1.0]))
    refusal("max(input_values)", "-0.5", "a scale", population_encode, -x, 3)
    refusal("shape of input_values", (0, 2), "a scale", population_encode, x[:0], 3)
    refusal("sigma", 0, "> 0", gaussian_rbf, x, 0)
    with pytest.raises(ValueError, match=r"scale of shape \(3,\).*\(1, 2\)"):
        population_encode(x, 3, scale=torch.ones(3))


def test_sum_decode():
    spikes = (torch.rand(10, 2, 3, generator=seeded()) < 0.5).double()
    assert torch.equal(sum_decode(spikes), spikes.sum(0))
    assert torch.equal(sum_decode(spikes, -1), spikes.sum(-1))


@pytest.mark.parametrize("shape", [(20,), (20, 3), (20, 2, 3), (20, 2, 1, 2)])
@pytest.mark.parametrize("wanted", [1, 3, 100])
@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_spike_times_and_their_gradient(shape, wanted, dtype):
    """Against loops over neurons: some have all spikes that are wanted, some lack them, some have none."""
    density = torch.linspace(0, 0.4, math.prod(shape[1:])).view(shape[1:]) if len(shape) > 1 else 0.15
    spikes = (torch.rand(shape, generator=seeded(5)) < density).to(dtype).requires_grad_()
    times = ToSpikeTimes.apply(spikes, wanted)
    assert times.dtype == dtype
    assert times.shape == (min(wanted, 20), *shape[1:])
    weights = torch.rand(times.shape, generator=seeded(6)).to(dtype)
    (gradient,) = torch.autograd.grad(times, spikes, weights)
    assert gradient.dtype == dtype
    by_neuron = (t.detach().reshape(len(t), -1).T.tolist() for t in (spikes, times, weights, gradient))
    for train, found, weight, slope in zip(*by_neuron, strict=True):
        when = [t for t, z in enumerate(train) if z][:wanted]
        assert found == when + [math.inf] * (min(wanted, 20) - len(when))
        expected = dict(zip(when, weight, strict=False))
        assert slope == [-expected[t] if t in expected else 0.0 for t in range(20)]


def test_a_missing_spike_has_no_gradient_even_of_infinity():
    """A loss over all times is infinite then; the gradients of the spikes that exist must stay numbers."""
    spikes = torch.tensor([[0.0, 0.0], [1.0, 0.0]], requires_grad=True)
    (ToSpikeTimes.apply(spikes, 1) ** 2).sum().backward()
    assert spikes.grad.tolist() == [[0, 0], [-2, 0]]


def test_spike_times_say_what_is_wrong():
    refusal("spike_count", -1, "at least 0", ToSpikeTimes.apply, torch.ones(3), -1)
    refusal("shape of spike_input", (0, 2), "(time, ...)", ToSpikeTimes.apply, torch.ones(0, 2), 1)


def test_a_number_comes_back_from_its_spikes():
    """What an encoder is for: rates and latencies give the order of the inputs back."""
    x = torch.tensor([0.1, 0.3, 0.5, 0.7, 0.9])
    assert sum_decode(poisson_encode(x, 2000, f_max=1000, generator=seeded())).argsort().tolist() == [0, 1, 2, 3, 4]
    first = ToSpikeTimes.apply(spike_latency_lif_encode(1 + x, 500, dt=0.0001), 1)[0]
    assert first.argsort().tolist() == [4, 3, 2, 1, 0]


# Each with inputs for which the answer is not random
STEPS = {
    "poisson": (lambda x: poisson_encode(x, 3, f_max=1000), torch.tensor([0.0, 1.0])),
    "poisson step": (poisson_encode_step, torch.tensor([0.0, 1.0])),
    "signed": (lambda x: signed_poisson_encode(x, 3, f_max=1000), torch.tensor([-1.0, 0.0, 1.0])),
    "signed step": (signed_poisson_encode_step, torch.tensor([-1.0, 0.0, 1.0])),
    "population": (lambda x: population_encode(x, 4), torch.tensor([0.2, 0.5])),
    "population, one scale": (lambda x: population_encode(x, 4, scale=2.0), torch.tensor([0.2, 0.5])),
    "population, scales": (lambda x: population_encode(x, 4, scale=x + 1), torch.tensor([0.2, 0.5])),
    "current": (lambda x: constant_current_lif_encode(x, 4), torch.tensor([2.0, 5.0, 20.0])),
    "latency of currents": (lambda x: spike_latency_lif_encode(x, 4), torch.tensor([2.0, 5.0, 20.0])),
    "latency": (spike_latency_encode, torch.tensor([[0.0, 1.0], [1.0, 1.0]])),
    "sum": (sum_decode, torch.tensor([[0.0, 1.0], [1.0, 1.0]])),
    "times": (lambda x: ToSpikeTimes.apply(x, 2), torch.tensor([[0.0, 1.0], [1.0, 1.0]])),
}
all_steps = pytest.mark.parametrize(("function", "x"), STEPS.values(), ids=STEPS)
BY_DAY = {"signed", "population", "latency of currents"}  # functional gradients that are compiled


def gradient(function, x):
    x = x.clone().requires_grad_()
    y = function(x).nan_to_num(posinf=0)
    return torch.autograd.grad(y.sum(), x)[0] if y.requires_grad else torch.zeros_like(x)


def compiled(function):
    torch._dynamo.reset()
    return torch.compile(function, fullgraph=True, backend="aot_eager")


@all_steps
def test_compiles_to_one_graph(function, x):
    """Values and gradients of one compilation."""
    given = x.clone().requires_grad_()
    found, expected = compiled(function)(given), function(x)
    torch.testing.assert_close(found, expected)
    slopes = (
        torch.autograd.grad(found.nan_to_num(posinf=0).sum(), given)[0] if found.requires_grad else torch.zeros_like(x)
    )
    torch.testing.assert_close(slopes, gradient(function, x))


@pytest.mark.nightly
@all_steps
def test_compiles_without_gradients(function, x):
    torch.testing.assert_close(compiled(function)(x), function(x))


@all_steps
def test_maps_over_a_batch(function, x):
    found = torch.func.vmap(function, randomness="different")(torch.stack([x, x]))
    torch.testing.assert_close(found, torch.stack([function(x)] * 2))


@pytest.mark.parametrize(
    ("name", "compile"),
    [pytest.param(n, c, marks=[pytest.mark.nightly] * (c and n not in BY_DAY)) for n in STEPS for c in (False, True)],
)
def test_functional_gradient(name, compile):
    function, x = STEPS[name]

    def loss(x):
        return function(x).nan_to_num(posinf=0).sum()

    torch.testing.assert_close(torch.func.grad(loss)(x), gradient(function, x))
    if compile:
        torch.testing.assert_close(compiled(torch.func.grad(loss))(x), gradient(function, x))


@pytest.mark.gpu
@all_steps
def test_runs_where_its_input_is(function, x):
    found = function(x.cuda())
    assert found.is_cuda
    torch.testing.assert_close(found.cpu(), function(x))


def test_mapped_neurons_draw_their_own_numbers():
    def draw(x):
        return poisson_encode(x, 2000, f_max=1000)

    torch.manual_seed(0)
    first, second = torch.func.vmap(draw, randomness="different")(torch.full((2, 1), 0.5))
    least, most = bounds(2000, 0.25)
    assert least <= (first * second).sum() <= most


@pytest.mark.parametrize("encode", [poisson_encode_step, signed_poisson_encode_step])
def test_without_strict_any_input_is_taken(encode):
    """A probability below 0 is none, and one above 1 is certainty."""
    x = torch.tensor([-5.0, 0.0, 5.0])
    spikes = encode(x, f_max=1000, dt=0.001, strict=False)
    assert spikes.tolist() == ([0.0, 0.0, 1.0] if encode is poisson_encode_step else [-1.0, 0.0, 1.0])
    with pytest.raises(ValueError, match="input_values"):
        encode(x, f_max=1000, dt=0.001)
