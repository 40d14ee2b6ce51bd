"""Random numbers by counter: the published generator, the distributions, and only operations that every backend has."""

import math

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from snnlab.core.random import bits, normal, philox, quantile, uniform

N = 2**20
NEURONS = torch.arange(N)
LAST = 2**23 - 1  # of the 23 bits that a uniform number shows

each_dtype = pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
each_draw = pytest.mark.parametrize("draw", [uniform, normal])


def all_uniforms():
    """Every number that `uniform` can give, in eight blocks."""
    for block in torch.arange(LAST + 1).chunk(8):
        yield (block.to(torch.float32) + 0.5) * 2.0**-23


@pytest.mark.parametrize(
    ("c0", "c1", "key", "words"),
    [
        (0, 0, 0, (0xFF1DAE59, 0x6CD10DF2)),
        (0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, (0x2C3F628B, 0xAB4FD7AD)),
        (0x243F6A88, 0x85A308D3, 0x13198A2E, (0xDD7CE038, 0xF62A4C12)),
    ],
)
def test_philox_gives_the_known_answers_of_random123(c0, c1, key, words):
    assert philox(c0, c1, key) == words
    assert tuple(map(int, philox(*map(torch.tensor, (c0, c1, key))))) == words


def test_the_counter_is_neuron_and_step_and_the_key_is_the_seed():
    c0, c1, key = (torch.tensor(word) for word in (0x243F6A88, 0x85A308D3, 0x13198A2E))
    assert tuple(map(int, bits(key, c1, c0))) == (0xDD7CE038, 0xF62A4C12)
    # -1 as a counter is the word of ones
    assert tuple(map(int, bits(0xFFFFFFFF, -1, torch.tensor(-1)))) == (0x2C3F628B, 0xAB4FD7AD)


@each_draw
def test_numbers_and_tensors_mean_the_same(draw):
    expected = draw(torch.tensor([-7]), torch.tensor([12]), torch.arange(5), 3)
    assert torch.equal(draw(-7, 12, torch.arange(5), 3), expected)
    assert torch.equal(draw(torch.tensor(-7), 12, 4, 3), expected[4])


def test_each_half_of_a_seed_and_each_stream_counts():
    seeds = [0, 1, 2, -1, -2, 2**32, 2**32 + 1, 2**62, -(2**63), 0x9E3779B9]
    drawn = {(s, k): int(bits(s, 0, torch.tensor(0), k)[0]) for s in seeds for k in range(10)}
    assert len(set(drawn.values())) == len(drawn)
    assert bits(torch.tensor(seeds), 0, 0)[0].tolist() == [drawn[s, 0] for s in seeds], "wrapped around, not the same"


@pytest.mark.parametrize(
    ("arguments", "kinds"),
    [((1, 2, 3), "int, int, int"), ((1, 2, torch.arange(3, dtype=torch.int32)), "int, int, torch.int32")],
)
def test_other_arguments_than_int64_tensors_are_refused(arguments, kinds):
    with pytest.raises(TypeError, match=f"{kinds}: give int64 tensors or ints, at least one tensor"):
        bits(*arguments)


@each_draw
@each_dtype
def test_a_block_draws_what_the_whole_draws(draw, dtype):
    whole = draw(5, torch.arange(20)[:, None], torch.arange(1000), 2, dtype)
    assert whole.dtype == dtype
    assert torch.equal(draw(5, torch.arange(7, 9)[:, None], torch.arange(100, 200), 2, dtype), whole[7:9, 100:200])
    assert torch.equal(draw(5, torch.arange(20).view(4, 5, 1), torch.arange(1000), 2, dtype), whole.view(4, 5, 1000))
    # strided and single numbers take other paths through torch than whole vectors
    assert torch.equal(draw(5, 7, torch.arange(1000)[::13], 2, dtype), whole[7, ::13])
    assert [draw(5, 7, torch.tensor(n), 2, dtype).item() for n in range(50)] == whole[7, :50].tolist()


def test_uniform_is_the_same_in_both_precisions_and_inside_of_0_and_1():
    u = uniform(1, 2, NEURONS)
    assert torch.equal(u.double(), uniform(1, 2, NEURONS, dtype=torch.float64))
    assert u.min() > 0.0 and u.max() < 1.0
    ends = (torch.tensor([0.0, LAST]) + 0.5) * 2.0**-23
    assert ends.tolist() == [2.0**-24, 1.0 - 2.0**-24]


@pytest.mark.parametrize("step", [0, 1, 123456789])
@pytest.mark.parametrize("seed", [0, 1, 2**40])
def test_uniform_fills_its_interval_evenly(seed, step):
    u = uniform(seed, step, NEURONS, dtype=torch.float64)
    assert abs(u.mean() - 1 / 2) < 5 * math.sqrt(1 / 12 / N)
    assert abs(u.var() - 1 / 12) < 5 * math.sqrt(1 / 180 / N)
    expected = N / 256
    chi2 = ((torch.bincount((u * 256).long(), minlength=256) - expected) ** 2 / expected).sum()
    assert abs(chi2 - 255) < 5 * math.sqrt(2 * 255)


@each_draw
@pytest.mark.parametrize(
    "other",
    [
        pytest.param((3, 4, NEURONS + 1, 0), id="neurons"),
        pytest.param((3, 5, NEURONS, 0), id="steps"),
        pytest.param((4, 4, NEURONS, 0), id="seeds"),
        pytest.param((3 + 2**32, 4, NEURONS, 0), id="high_halves"),
        pytest.param((3, 4, NEURONS, 1), id="streams"),
    ],
)
def test_neighbours_are_not_correlated(draw, other):
    pair = torch.stack([draw(3, 4, NEURONS), draw(*other)]).double()
    assert abs(torch.corrcoef(pair)[0, 1]) < 4 / math.sqrt(N)


def test_steps_of_one_neuron_are_not_correlated():
    u = uniform(3, NEURONS, 0, dtype=torch.float64)
    assert abs(torch.corrcoef(torch.stack([u[1:], u[:-1]]))[0, 1]) < 4 / math.sqrt(N)


@pytest.mark.parametrize(("dtype", "bound"), [(torch.float32, 5e-7), (torch.float64, 1.5e-7)])
def test_every_normal_number_is_the_quantile(dtype, bound):
    for u in all_uniforms():
        x, expected = quantile(u, dtype), torch.special.ndtri(u.double())
        assert x.dtype == dtype
        assert ((x.double() - expected) / expected).abs().max() < bound
        assert torch.equal(quantile(1.0 - u, dtype), -x), "not symmetric"


@each_dtype
def test_normal_is_the_quantile_of_uniform(dtype):
    assert torch.equal(normal(1, 2, NEURONS, 3, dtype), quantile(uniform(1, 2, NEURONS, 3), dtype))


@each_dtype
def test_normal_has_the_moments_of_the_normal_distribution(dtype):
    x = normal(1, 2, NEURONS, dtype=dtype).double()
    assert abs(x.mean()) < 5 / math.sqrt(N)
    assert abs(x.var() - 1.0) < 5 * math.sqrt(2 / N)
    standard = (x - x.mean()) / x.std()
    assert abs((standard**3).mean()) < 5 * math.sqrt(6 / N)
    assert abs((standard**4).mean() - 3.0) < 5 * math.sqrt(24 / N)


KINDS = {torch.int64: "int", torch.int32: "bits", torch.bool: "bool"}


class Dispatched(TorchDispatchMode):
    def __init__(self):
        super().__init__()
        self.seen = set()

    @classmethod
    def _should_skip_dynamo(cls):
        return False  # True would import torch._dynamo, one second, on entering

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        name = function.overloadpacket.__name__
        result = function(*args, **(kwargs or {}))
        of = args[0].dtype
        assert not kwargs or (name == "_to_copy" and kwargs.keys() == {"dtype"})
        if name not in ("_to_copy", "view", "where"):
            assert all(a.dtype == of for a in args if isinstance(a, torch.Tensor)), f"{name} of mixed dtypes"
        assert name != "div" or isinstance(args[1], torch.Tensor), "CUDA multiplies by the inverse of a number"
        if name != "detach":  # the second half of a view as another dtype: it changes nothing
            self.seen.add((name, "float" if of.is_floating_point else KINDS[of]))
        return result


WORDS = {(name, "int") for name in ("mul", "add", "bitwise_and", "bitwise_xor", "__rshift__")}
UNIFORM = WORDS | {("_to_copy", "int"), ("add", "float"), ("mul", "float")}
NORMAL = UNIFORM | {(name, "float") for name in ("sub", "div", "lt", "minimum", "view", "_to_copy")}
NORMAL |= {("where", "bool"), ("view", "bits"), ("_to_copy", "bits")}


@each_dtype
@pytest.mark.parametrize(("draw", "allowed"), [(uniform, UNIFORM), (normal, NORMAL)])
def test_only_operations_that_every_backend_has_are_dispatched(draw, allowed, dtype):
    one = torch.ones(1, dtype=torch.int64)
    for arguments in ((one, one, one), (7, one, one), (7, 3, one), (7, one, 3), (one, 3, 3)):
        with Dispatched() as dispatched, torch.no_grad():
            draw(*arguments, 1, dtype)
        assert dispatched.seen <= allowed
