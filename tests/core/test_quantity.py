"""Annotations: what a number means to a person, and how it is converted for the functions."""

from typing import Annotated, NamedTuple

import numpy as np
import pytest
import torch

from snnlab.core import Choice, Count, InverseTime, Quantity, Steps, annotations

VOLTAGE = Quantity("mV", low=-80, high=40, bounds=(-200, 200), doc="membrane potential")


@pytest.mark.parametrize("value", [-200, -199.99, 0, 40.5, 200])
def test_values_within_bounds_are_allowed(value):
    VOLTAGE.check("v", value)


@pytest.mark.parametrize(
    "value",
    [
        -200.001,
        200.001,
        1e300,
        float("inf"),
        float("-inf"),
        float("nan"),
        "5",
        "",
        None,
        [1.0],
        (),
        {},
        1j,
        object,
        10**400,
    ],
    ids=lambda value: repr(value)[:12],
)
def test_a_refusal_names_parameter_value_range_unit_and_meaning(value):
    with pytest.raises(ValueError) as error:
        VOLTAGE.check("v_rest", value)
    for part in ("v_rest = ", "-200 to 200 mV", "membrane potential"):
        assert part in str(error.value)
    if not isinstance(value, int | float):
        assert str(value) in str(error.value)


@pytest.mark.parametrize("value", [-201, 200.001, -200.00001, 1e300, float("inf")])
def test_a_refused_number_is_shown_with_the_digits_that_matter(value):
    """What reads 200 is not allowed, give a number from -200 to 200, would help nobody."""
    with pytest.raises(ValueError) as error:
        VOLTAGE.check("v", value)
    assert float(str(error.value).removeprefix("v = ").split(" is not allowed")[0]) == value


@pytest.mark.parametrize(
    "number", [np.float64(5), np.float32(5), np.int64(5), np.uint8(5)], ids=lambda n: type(n).__name__
)
def test_numbers_of_numpy_are_numbers(number):
    """They come from np.arange and np.linspace; a refusal that asks for a number would make no sense."""
    VOLTAGE.check("v", number)


def test_bounds_are_the_sliders_ends_unless_given():
    quantity = Quantity("1", low=0.5, high=2, doc="gain")
    assert quantity.allowed == (0.5, 2)
    with pytest.raises(ValueError, match=r"from 0\.5 to 2 \(gain\)"):  # a number without unit is given none
        quantity.check("gain", 3)
    assert VOLTAGE.allowed == (-200, 200)


def test_shown_and_taken_are_the_same_for_a_plain_quantity():
    assert VOLTAGE.shown(-65.0) == VOLTAGE.taken(-65.0) == -65.0


@pytest.mark.parametrize("tau", [0.01, 0.3, 1.0, 5.0, 20.0, 800.0, 1e4])
def test_inverse_time_round_trip(tau):
    mark = InverseTime("tau_mem", low=1, high=200, bounds=(0.01, 1e4), doc="membrane time constant")
    assert mark.unit == "ms"
    assert mark.name == "tau_mem"
    assert mark.taken(tau) == 1000.0 / tau  # in 1/s
    assert mark.shown(mark.taken(tau)) == pytest.approx(tau, rel=3e-16)  # two roundings


def test_inverse_time_is_checked_in_ms():
    mark = InverseTime("tau_mem", low=1, high=200, doc="membrane time constant")
    mark.check("tau_mem", 20.0)
    for value in (0.0, -1.0, 1000.0):
        with pytest.raises(ValueError, match=r"tau_mem = .* from 1 to 200 ms"):
            mark.check("tau_mem", value)


def test_a_textbook_default_differs_from_the_functions_one():
    assert InverseTime("tau", low=0.5, high=5, default=1.0, doc="").default == 1.0
    assert VOLTAGE.default is None


@pytest.mark.parametrize("value", [2.5, -0.1, 0.999999])
def test_count_refuses_fractions(value):
    with pytest.raises(ValueError, match=f"neurons = {value} is not allowed"):
        Count(low=-1, high=100, doc="neurons").check("neurons", value)


def test_count_names_what_it_wants():
    count = Count(low=1, high=100, doc="neurons in the population")
    count.check("neurons", 1)
    count.check("neurons", 100)
    assert count.slider_step == 1
    with pytest.raises(ValueError, match=r"whole number \(neurons in the population\)"):
        count.check("neurons", 2.5)
    for value in (0, 101, float("nan"), float("inf"), "3", None):
        with pytest.raises(ValueError, match="from 1 to 100"):
            count.check("neurons", value)


def test_count_is_taken_as_an_int():
    """Sliders and JSON may bring 3.0, but torch wants 3."""
    taken = Count(low=1, high=100, doc="neurons").taken(3.0)
    assert taken == 3
    assert isinstance(taken, int)


PERIOD = Steps("t_ref", low=0, high=20, bounds=(0, 1000), default=2.0, doc="refractory period")


@pytest.mark.parametrize("dt", [0.01, 0.1, 0.3, 0.7, 1.0])
@pytest.mark.parametrize("time", [0.0, 0.3, 2.0, 2.05, 19.99, 1000.0])
def test_a_time_in_steps_is_their_nearest_whole_number(time, dt):
    steps = PERIOD.taken(time, dt)
    assert steps == int(steps)
    assert abs(PERIOD.shown(steps, dt) - time) <= dt / 2 * (1 + 1e-9)
    tensor = torch.tensor([time, time], dtype=torch.float64)
    assert PERIOD.taken(tensor, dt).tolist() == [steps, steps]


@pytest.mark.parametrize("ask", [PERIOD.taken, PERIOD.shown])
def test_a_time_in_steps_wants_to_know_dt(ask):
    """A dt that is guessed would be a period that is wrong without a word."""
    with pytest.raises(ValueError, match=r"t_ref is a time, which is counted in steps: give dt in ms as well"):
        ask(2.0)


def test_a_time_in_steps_is_checked_in_ms():
    PERIOD.check("t_ref", 2.5)
    with pytest.raises(ValueError, match=r"t_ref = 2000 is not allowed: give a number from 0 to 1000 ms"):
        PERIOD.check("t_ref", 2000)


def test_choice_names_the_options():
    choice = Choice(("super", "tanh"), doc="surrogate gradient")
    choice.check("method", "tanh")
    assert choice.taken("tanh") == "tanh"
    told = r"method = 'supper' is not known: did you mean super\? choose one of super, tanh"
    with pytest.raises(ValueError, match=told):
        choice.check("method", "supper")


@pytest.mark.parametrize(
    ("low", "high"), [(0, 1), (-80, 40), (0.01, 1), (1, 200), (-0.2, 0.4), (20, 1000), (0.001, 0.002), (0, 3e7)]
)
def test_slider_step_is_round_and_of_useful_size(low, high):
    """Coarse enough to be dragged, fine enough to be set: between 80 and 201 steps in the range."""
    step = Quantity("1", low=low, high=high, doc="").slider_step
    assert 80 <= (high - low) / step <= 201
    mantissa = f"{step:.6e}".split("e")[0]
    assert float(mantissa) in (1, 2, 5)


def test_slider_step_may_be_given():
    assert Quantity("1", low=0, high=1, step=0.3, doc="").slider_step == 0.3


def test_annotations_are_found_in_order():
    class Fields(NamedTuple):
        v: Annotated[float, VOLTAGE]
        method: Annotated[str, "not an annotation of ours", Choice(("a",), doc="x")] = "a"

    assert list(annotations(Fields)) == ["v", "method"]
    assert annotations(Fields)["v"] is VOLTAGE


def test_a_field_needs_exactly_one_annotation():
    class Without(NamedTuple):
        v: Annotated[float, VOLTAGE]
        w: float

    class Twice(NamedTuple):
        v: Annotated[float, VOLTAGE, VOLTAGE]

    with pytest.raises(TypeError, match=r"Without\.w needs exactly one annotation, has 0"):
        annotations(Without)
    with pytest.raises(TypeError, match=r"Twice\.v needs exactly one annotation, has 2"):
        annotations(Twice)


def test_annotations_are_values():
    """Equal content, equal key: classes derived from them are cached by them."""
    twin = Quantity("mV", low=-80, high=40, bounds=(-200, 200), doc="membrane potential")
    assert twin == VOLTAGE
    assert hash(twin) == hash(VOLTAGE)
    with pytest.raises(AttributeError):
        twin.low = 0
