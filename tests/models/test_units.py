"""Numbers with units: "10 mV" where a membrane potential is asked."""

import time

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from snnlab.core import Quantity
from snnlab.models import ENCODERS, NETWORKS, NEURONS, STIMULI, Experiment, stimuli_of
from snnlab.models.knobs import Knob
from snnlab.models.units import factor, number

often = settings(max_examples=300, deadline=None, derandomize=True, database=None)


@pytest.mark.parametrize(
    ("written", "unit", "expected"),
    [
        ("10 mV", "mV", 10.0),
        ("0.01 V", "mV", 10.0),
        ("10mV", "mV", 10.0),
        ("  -3.5e1 mV ", "mV", -35.0),
        ("−65 mV", "mV", -65.0),  # a minus sign as it is printed
        ("+.5 V", "mV", 500.0),
        ("5. V", "mV", 5000.0),
        ("0.01 s", "ms", 10.0),
        ("20 µs", "ms", 0.02),
        ("20 us", "ms", 0.02),
        ("1 nA", "pA", 1000.0),
        ("5 Hz", "1/s", 5.0),
        ("5 1/s", "Hz", 5.0),
        ("2 kHz", "Hz", 2000.0),
        ("0.2 1/ms", "Hz", 200.0),
        ("30 uS", "nS", 30_000.0),
        ("0.1 nF", "pF", 100.0),
        ("10 %", "%", 10.0),
        ("10 %", "1", 0.1),
        ("0.5", "%", 0.5),
        ("90 °", "°", 90.0),
        ("90 deg", "°", 90.0),
        ("1 V/A", "mV/pA", 1e-9),
        ("2 1/ms/nA", "1/s/pA", 2.0),
        ("0.1 mV/pA", "mV/pA", 0.1),
        ("5 nA/mm²", "µA/cm²", 0.5),
        ("2 µA/cm²/nA", "µA/cm²/pA", 0.002),
        ("2 uA/cm2/pA", "µA/cm²/pA", 2.0),
        ("7", "mV", 7.0),
        ("3", "1", 3.0),
    ],
)
def test_text_is_read(written, unit, expected):
    """To the digits of a float: decimal fractions stay what is written."""
    assert number("x", written, unit) == expected


@pytest.mark.parametrize("value", [1.5, 3, True, None, [1], float("nan")])
def test_what_is_no_text_is_left_to_others(value):
    assert number("x", value, "mV") is value


@pytest.mark.parametrize(
    ("written", "unit", "reason"),
    [
        ("3 nA", "mV", "'nA' is no mV"),
        ("3 mV", "ms", "'mV' is no ms"),
        ("5 Hz", "ms", "'Hz' is no ms"),
        ("3 mV", "1", "'mV' is no 1"),
        ("3 wug", "mV", "'wug' is no mV"),
        ("5 dB", "1", "'dB' is no 1"),
        ("20 degC", "K", "'degC' is no K"),
        ("10 mV mV", "mV", "allowed: give "),
        ("10 mV**2", "mV", "allowed: give "),
        ("9**9**9 mV", "mV", "allowed: give "),
        ("1 mV^9999999999", "mV", "allowed: give "),
        ("__import__('os')", "mV", "allowed: give "),
        ("1e", "mV", "'e' is no mV"),
        ("1,5 mV", "mV", "allowed: give "),
        ("mV", "mV", "allowed: give "),
        ("", "mV", "allowed: give "),
        ("nan", "mV", "allowed: give "),
        ("inf mV", "mV", "allowed: give "),
        ("0x10", "mV", "allowed: give "),
        ("1_000", "mV", "allowed: give "),
    ],
)
def test_what_is_refused(written, unit, reason):
    with pytest.raises(ValueError) as error:
        number("tau", written, unit)
    text = str(error.value)
    assert text.startswith(f"tau = {written[:40]!r} is not allowed: ")
    assert reason in text
    assert text.endswith("give a number" if unit == "1" else f"give a number, or one with a unit of the kind of {unit}")


@pytest.mark.parametrize(
    "written",
    [
        "1" + " " * 100_000 + "!",
        "1" * 100_000 + "!",
        "1" * 50_000 + "." + "1" * 50_000 + "!",
        "1e" + "1" * 100_000 + "!",
        " " * 100_000 + "!",
        "1 " + "a" * 100_000,
        "1 " + "a" * 20 + "/" + "b" * 20,
    ],
    ids=["spaces", "digits", "fraction", "exponent", "blank", "long unit", "two long units"],
)
def test_hostile_text_is_refused_at_once(written):
    """A pattern that may share characters between its parts would take minutes; and what is said stays short."""
    start = time.process_time()
    with pytest.raises(ValueError) as error:
        number("tau", written, "ms")
    assert time.process_time() - start < 10
    assert len(str(error.value)) < 300


@often
@given(
    st.text(max_size=30) | st.from_regex(r"\s*[-+]?\d{1,3}(\.\d+)?([eE]-?\d)? ?[A-Za-zµ%°]{0,6}(/[A-Za-z]{1,3})?\s*")
)
def test_any_text_is_a_number_or_refused_in_words(written):
    for unit in ("mV", "1"):
        try:
            assert isinstance(number("x", written, unit), float)
        except ValueError as error:
            assert str(error).startswith("x = ")


@often
@given(st.floats(-1e12, 1e12))
def test_plain_numbers_are_kept(x):
    """As text they are read again, to the digits that `repr` gives but for the last two."""
    assert number("x", repr(x), "mV") == pytest.approx(x, rel=1e-14, abs=1e-300)


@pytest.mark.parametrize("unit", ["mV", "ms", "pA", "nS", "pF", "nF", "Hz", "1/s", "1/mV", "%", "°", "mV/pA", "1/pA"])
def test_every_unit_can_be_written(unit):
    assert factor(unit, unit) == 1.0
    assert number("x", f"2.5 {unit}", unit) == 2.5


def units(cls):
    return {mark.unit for mark in cls.marks.values() if isinstance(mark, Quantity)}


@pytest.mark.parametrize("catalogue", [NEURONS, ENCODERS, NETWORKS, STIMULI], ids=lambda c: c.what)
def test_units_of_all_models_are_known(catalogue):
    """So that "10 mV" is not refused where mV is asked, whatever the library calls it."""
    found = set().union(*(units(cls) for cls in catalogue.values()))
    found |= {unit for model in NEURONS.values() for cls in stimuli_of(model.port).values() for unit in units(cls)}
    for unit in found - {"1"}:
        assert number("x", f"2 {unit}", unit) == 2.0


def test_knobs_take_units():
    lif = NEURONS["LIF"](tau_mem="0.02 s")
    assert lif.tau_mem == 20.0
    lif.tau_mem = "5000 us"
    assert lif.tau_mem == 5.0
    with pytest.raises(ValueError, match="tau_mem = '5 mV' is not allowed: 'mV' is no ms"):
        lif.tau_mem = "5 mV"
    assert lif.tau_mem == 5.0
    with pytest.raises(ValueError, match=r"tau_mem = 1000000 is not allowed: give a number from .* ms"):
        lif.tau_mem = "1000 s"
    assert NEURONS["IAF"].param.v_th.unit == "1"
    assert Experiment.of(NEURONS["LIF"](), settings={"duration": "0.5 s", "dt": "100 us"}).steps == 5000


@pytest.mark.parametrize("given", [torch.tensor(20.0), torch.tensor([20]), np.array(20.0), np.array([[20.0]])])
def test_knobs_take_tensors_of_one_number(given):
    model = NEURONS["LIF"](tau_mem=given)
    assert model.tau_mem == 20.0 and type(model.tau_mem) is float


def test_tensors_that_are_no_number():
    with pytest.raises(ValueError, match=r"tau_mem = tensor\(\[1., 1.\]\) is not allowed: give a number"):
        NEURONS["LIF"](tau_mem=torch.ones(2))
    with pytest.raises(ValueError, match=r"tau_mem = tensor\(True\) is not allowed"):
        NEURONS["LIF"](tau_mem=torch.tensor(True))
    wanted = torch.tensor(20.0, requires_grad=True)
    with pytest.raises(ValueError, match=r"tau_mem = .* wants a gradient, and none passes through a model: detach it"):
        NEURONS["LIF"](tau_mem=wanted)
    with torch.no_grad():
        assert NEURONS["LIF"](tau_mem=wanted).tau_mem == 20.0


def test_whole_numbers_stay_whole():
    knob = ENCODERS["PopulationCode"].param.out_features
    assert isinstance(knob, Knob)
    model = ENCODERS["PopulationCode"](out_features="12")
    assert (model.out_features, type(model.out_features)) == (12, int)
    with pytest.raises(ValueError, match=r"out_features = 12\.5 is not allowed: give a whole number"):
        model.out_features = "12.5"
    assert model.out_features == 12
