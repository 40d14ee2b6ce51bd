"""Axon Binary Format: the current that a protocol commands, the channels that were measured, and what is refused."""

import struct

import numpy as np
import pytest

from snnlab.models import read
from tests.golden import SHIPPED
from tests.models.made_abf import Adc, Dac, List, abf1, abf2

POINTS = 640  # so that a sweep begins with 10 samples at the holding level
STEP, RAMP, PULSES, TRIANGLES, COSINES, BIPHASIC = 1, 2, 3, 4, 5, 7
RAMP_FILE = SHIPPED / "17o05027_ic_ramp.abf"


def potentials(sweeps=3, points=POINTS):
    return Adc("mV", -7.0 + np.arange(sweeps * points).reshape(sweeps, points) / 1000)


def step(number, level, more=0.0, length=100, longer=0):
    return (number, STEP, level, more, length, longer, 0, 0)


def currents(data, name="cell.abf"):
    return [sweep.current for sweep in read(data, name)]


def refusal(data, name="cell.abf"):
    with pytest.raises(ValueError) as error:
        read(data, name)
    text = str(error.value)
    assert text.startswith(name) and text.isprintable(), "no NULs of a header"
    return text


def both(adcs, dacs, lists=()):
    """The same file in both versions."""
    return [abf2(adcs, dacs, lists), abf1(adcs, dacs, lists)]


# ---- what a protocol commands -------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [abf2, abf1])
def test_steps_stand_between_the_holding_level(make):
    """Version 1 too: pyABF takes the first epoch's level for the level at which the cell is held."""
    output = Dac(epochs=(step(0, 5.0), step(1, -20.0, more=10.0, length=200, longer=30)), holding=1.5)
    for k, current in enumerate(currents(make([potentials()], [output, Dac(enabled=0)]))):
        length = 200 + 30 * k
        expected = np.r_[[1.5] * 10, [5.0] * 100, [-20.0 + 10 * k] * length, [1.5] * (POINTS - 110 - length)]
        assert np.array_equal(current, expected)


@pytest.mark.parametrize("make", [abf2, abf1])
def test_a_level_that_is_kept_begins_the_next_sweep(make):
    output = Dac(epochs=(step(0, 10.0, more=10.0),), holding=1.0, keeps=1)
    found = currents(make([potentials()], [output, Dac(enabled=0)]))
    assert [(x[0], x[50], x[-1]) for x in found] == [(1.0, 10.0, 10.0), (10.0, 20.0, 20.0), (20.0, 30.0, 30.0)]


def shaped(kind, length, period, width, level=8.0, before=2.0):
    epochs = (step(0, before), (1, kind, level, 0.0, length, 0, period, width))
    return currents(abf2([potentials(1)], [Dac(epochs=epochs)]))[0][110 : 110 + length]


def test_a_ramp_ends_at_its_level():
    assert shaped(RAMP, 6, 0, 0).tolist() == [3.0, 4.0, 5.0, 6.0, 7.0, 8.0]


def test_pulses_are_whole():
    """A last one that fits is there although its period is not; one that does not fit is left out."""
    assert shaped(PULSES, 8, 5, 2).tolist() == [8, 8, 2, 2, 2, 8, 8, 2]
    assert shaped(PULSES, 6, 5, 2).tolist() == [8, 8, 2, 2, 2, 2]


def test_trains_have_whole_periods():
    assert shaped(BIPHASIC, 9, 6, 4).tolist() == [8, 8, -4, -4, 2, 2, 2, 2, 2]
    assert shaped(TRIANGLES, 7, 5, 2).tolist() == [2, 5, 8, 6, 4, 2, 2]
    np.testing.assert_allclose(shaped(COSINES, 10, 4, 0), [2, 5, 8, 5, 2, 5, 8, 5, 2, 2], atol=1e-12)


def test_where_no_waveform_was_played_the_holding_level_flowed():
    epochs = (step(0, 50.0),)
    held = Dac(epochs=epochs, holding=-12.0, enabled=0)
    assert all((x == -12.0).all() for data in both([potentials()], [held, held]) for x in currents(data))
    # a gap-free recording has no sweeps in which a waveform could be played, whatever its header still holds
    (gapless,) = currents(abf2([potentials()], [Dac(epochs=epochs, holding=3.0)], mode=3))
    assert len(gapless) == 3 * POINTS and (gapless == 3.0).all()


def test_sweeps_of_different_lengths():
    data = abf2([potentials(2)], [Dac(enabled=0, holding=2.0)], mode=1, lengths=(900, 380))
    first, second = read(data, "cell.abf")
    assert (len(first.time), len(second.time)) == (900, 380)
    assert second.voltage[0] == pytest.approx(-7.0 + 0.9, abs=1e-6)  # float32 of a header's scale


def test_times_are_those_of_the_interval():
    """30 µs are no whole number of Hz."""
    data = abf2([potentials(1)], [Dac(epochs=(step(0, 1.0),))], rate=1e6 / 30)
    np.testing.assert_allclose(read(data, "cell.abf")[0].time, np.arange(POINTS) * 0.03, rtol=1e-12)


def test_a_window_of_sweeps():
    output = Dac(epochs=(step(0, 5.0), step(1, -20.0, more=10.0)))
    data = abf2([potentials()], [output])
    for whole, part in zip(read(data, "cell.abf"), read(data, "cell.abf", 10, 15)):
        assert np.array_equal(part.time, whole.time[100:150]) and np.array_equal(part.current, whole.current[100:150])
        assert np.array_equal(part.voltage, whole.voltage[100:150])
        assert part.whole == pytest.approx(64.0)


# ---- lists of values ----------------------------------------------------------------------------------------------

LEVELS = [-30.0, 20.0, 0.5]
LISTED = Dac(epochs=(step(0, 5.0), step(1, -20.0, more=10.0)))


@pytest.mark.parametrize(
    "data",
    [
        abf2([potentials()], [LISTED], [List(0, 62, "-30, 20, 0.5,")], creator=11),  # 50 epochs: levels from 61
        abf2([potentials()], [LISTED], [List(0, 22, "-30, 20, 0.5")], creator=10),  # 10 epochs: levels from 21
        abf1([potentials()], [LISTED, Dac(enabled=0)], [List(0, 22, "-30,20,0.5")]),
    ],
    ids=["Clampex 11", "Clampex 10", "version 1"],
)
def test_a_list_gives_the_levels_of_its_epoch(data):
    sweeps = read(data, "cell.abf")
    assert [(s.current[50], s.current[150]) for s in sweeps] == [(5.0, level) for level in LEVELS]
    assert [s.name for s in sweeps] == [f"cell.abf, sweep {k} ({level:g} pA)" for k, level in enumerate(LEVELS, 1)]


@pytest.mark.parametrize(("repeats", "expected"), [(0, [7.0, 9.0, 9.0]), (1, [7.0, 9.0, 7.0])])
def test_a_short_list_stays_or_begins_again(repeats, expected):
    data = abf2([potentials()], [LISTED], [List(0, 22, "7, 9", repeats)])
    assert [x[150] for x in currents(data)] == expected


def test_a_list_of_what_is_not_read_changes_nothing():
    plain = currents(abf2([potentials()], [LISTED]))
    for creator, number in ((10, 12), (11, 12), (11, 55), (10, 7), (10, 10)):  # digital outputs, intervals, P/N
        found = currents(abf2([potentials()], [LISTED], [List(0, number, "1, 2, 3")], creator=creator))
        assert np.array_equal(found, plain)
    # a list of another output
    assert np.array_equal(currents(abf2([potentials()], [LISTED], [List(1, 22, "1, 2, 3")])), plain)


@pytest.mark.parametrize(
    ("creator", "number", "text", "words"),
    [
        (10, 32, "1", "varies the length of epoch B in its protocol, which is not read"),
        (10, 42, "1", "varies the period of epoch B"),
        (11, 213, "1", "varies the width of epoch C"),
        (10, 8, "1", "varies its holding level, which is not read"),
        (10, 25, "1", "varies epoch E of its protocol, which is not there"),
        (10, 22, "1, two", "its list of values is '1, two', which is not understood"),
        (10, 22, ",", "its list of values is empty"),
    ],
)
def test_a_list_of_anything_else_is_refused(creator, number, text, words):
    assert words in refusal(abf2([potentials()], [LISTED], [List(0, number, text)], creator=creator))


# ---- channels -----------------------------------------------------------------------------------------------------


def test_the_potential_is_on_whichever_channel_has_it():
    v = potentials()
    other = Adc("?", np.zeros((3, POINTS)))
    for adcs in ([other, v], [v, other], [other, other, v]):
        assert [s.voltage[1] for s in read(abf2(adcs, [LISTED]), "cell.abf")] == pytest.approx(
            [-6.999, -6.359, -5.719], abs=1e-6
        )
    volts = Adc("V", v.values / 100)
    assert read(abf2([other, volts], [LISTED]), "cell.abf")[0].voltage[0] == pytest.approx(-70.0, abs=1e-4)
    # millivolts before volts, which may be those of a trigger
    assert read(abf2([volts, v], [LISTED]), "cell.abf")[0].voltage[0] == pytest.approx(-7.0, abs=1e-6)
    assert read(abf2([other], [LISTED]), "cell.abf")[0].voltage is None


def test_currents_may_be_in_other_units():
    output = Dac("nA", epochs=(step(0, 0.05),))
    (current,) = currents(abf2([potentials(1)], [output]))
    assert current[50] == pytest.approx(50.0, rel=1e-6)  # a float32


def test_the_output_that_drove_the_cell_is_the_one_that_is_read():
    """The first may be idle, or belong to another cell."""
    idle, used = Dac("mV", enabled=0), Dac("pA", epochs=(step(0, 40.0),))
    assert currents(abf2([potentials()], [idle, used]))[0][50] == 40.0
    both = read(abf2([potentials(), potentials()], [used, Dac(epochs=(step(0, 9.0),))]), "cell.abf")
    assert [s.name for s in both][::3] == ["cell.abf, sweep 1 (40 pA), output 0", "cell.abf, sweep 1 (9 pA), output 1"]


def monitor(output, lists=(), noise=0.0, factor=1.0, offset=0.0):
    """The commanded current as it was measured, 2 samples late."""
    told = np.array(currents(abf2([potentials()], [output], lists)))
    late = np.concatenate([told[:, :1], told[:, :1], told[:, :-2]], axis=1)
    generator = np.random.default_rng(5)
    return Adc("pA", factor * late + offset + noise * generator.normal(size=told.shape), digit=0.01)


def test_a_measured_current_that_agrees_is_no_trouble():
    lists = [List(0, 22, "-30, 20, 0.5")]
    good = monitor(LISTED, lists, noise=2.0, factor=1.02, offset=-3.0)
    assert [x[150] for x in currents(abf2([potentials(), good], [LISTED], lists))] == LEVELS
    # and one among several is enough: the others may be those of other cells
    other = Adc("pA", 25 + 0 * good.values, digit=0.01)
    assert len(read(abf2([potentials(), other, good], [LISTED], lists), "cell.abf")) == 3


def test_a_measured_current_that_does_not_agree_is_said():
    """What no protocol tells: here its list was applied by the amplifier, and the file does not have it."""
    measured = monitor(LISTED, [List(0, 22, "-30, 20, 0.5")])
    words = refusal(abf2([potentials(), measured], [LISTED]))
    assert "in sweep 2 its protocol commands -10 pA at sample 128, and 20 pA were measured there" in words
    assert words.endswith("export time, current and voltage as a table (.csv)")


def test_the_membrane_current_of_a_clamped_cell_is_no_command():
    clamped = Dac("mV", enabled=0, holding=-70.0)
    data = abf2([potentials(), Adc("pA", np.full((3, POINTS), -300.0), digit=0.1)], [LISTED, clamped])
    assert len(read(data, "cell.abf")) == 3


# ---- what is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (abf2([potentials()], [Dac(source=2)]), "its protocol refers to another file, which has the current"),
        (abf1([potentials()], [Dac(source=2), Dac(enabled=0)]), "its protocol refers to another file"),
        (abf2([potentials()], [Dac(source=3)]), "a source that is not known (3)"),
        (abf2([potentials()], [LISTED._replace(unit="mV")]), "its command is in 'mV', not a current in pA or nA"),
        (abf2([potentials()], [LISTED._replace(unit="\x01pA\x02")]), ""),
        (abf2([potentials()], [LISTED._replace(conditioned=1)]), "a train of pulses before each sweep"),
        (abf2([potentials()], [LISTED], alternating=1), "alternates between two outputs"),
        (abf2([potentials()], [LISTED], run=2), "it has 3 sweeps, and its protocol 2"),
        (abf2([potentials()], [LISTED], changes=[(5, 0, 20.0)]), "holding level of Cmd 0 was changed by hand"),
        (abf2([potentials()], [LISTED], changes=[(5, 200, 2.0)]), "the gain of a channel was changed"),
        (abf2([potentials()], [Dac(epochs=(step(0, 1.0, length=631),))]), "in sweep 1 epoch A of its protocol ends"),
        (abf2([potentials()], [Dac(epochs=(step(0, 1.0, longer=400),))]), "in sweep 3 epoch A"),
        (abf2([potentials()], [Dac(epochs=((0, 6, 1.0, 0.0, 50, 0, 0, 0),))]), "epoch A of its protocol is of a kind"),
        (abf2([potentials()], [Dac(epochs=((0, PULSES, 1.0, 0.0, 50, 0, 0, 0),))]), "is of a kind that is not known"),
        (abf2([potentials()], [Dac(holding=1e30, enabled=0)]), "the holding level of Cmd 0 is no number"),
        (abf1([potentials()], [LISTED, Dac(enabled=0)])[:3000], "tells of 1,920 samples, and 0 are there"),
    ],
)  # fmt: skip
def test_what_is_not_read_is_refused_by_its_reason(data, words):
    if not words:
        assert len(read(data, "cell.abf")) == 3  # a unit that is filled up
        return
    text = refusal(data)
    assert words in text and "give an .abf file of version" not in text


def test_an_old_header_is_refused():
    """Before version 1.6 the protocol is elsewhere, and where it is looked for are samples."""
    data = bytearray(abf1([potentials()], [LISTED, Dac(enabled=0)], version=1.5))
    short = data[:2048] + data[6144:]
    struct.pack_into("<i", short, 40, 4)
    assert "version 1.5.0.0 has the protocol where it is not read" in refusal(bytes(short))


def test_how_much_of_a_file_is_there_is_said():
    data = abf2([potentials()], [LISTED])
    begin = 512 * struct.unpack_from("<I", data, 236)[0]
    told = "the file breaks off: its header of Axon Binary Format tells of 1,920 samples, and {} are there"
    assert told.format("500") in refusal(data[: begin + 1001])
    assert told.format("0") in refusal(data[:700])
    assert "its header breaks off" in refusal(data[:100])
    # without the list of sweeps behind them
    assert "the file breaks off: its header of Axon Binary Format tells of more" in refusal(data[: begin + 2 * 1920])


@pytest.mark.parametrize("at", [12, 84, 100, 116, 164, 180, 228, 244, 260, 324])
def test_a_header_that_tells_of_too_much_is_refused_at_once(at):
    """pyABF makes room for as many entries as a header names: these were all the memory there is."""
    data = bytearray(abf2([potentials()], [LISTED], [List(0, 22, "1, 2")]))
    struct.pack_into("<I", data, at, 2**31 - 1)
    words = refusal(bytes(data))
    assert "the file breaks off" in words or "2,147,483,647 sweeps without samples" in words


@pytest.mark.parametrize("at", [10, 16, 48])
def test_an_older_header_that_tells_of_too_much_is_refused_at_once(at):
    data = bytearray(abf1([potentials()], [LISTED, Dac(enabled=0)]))
    struct.pack_into("<i", data, at, 2**31 - 1)
    words = refusal(bytes(data))
    assert "the file breaks off" in words or "2,147,483,647 sweeps without samples" in words


# ---- a real file ----------------------------------------------------------------------------------------------------


def test_the_ramp_that_comes_with_snnlab():
    first, second = read(RAMP_FILE.read_bytes(), "ramp.abf")
    assert (first.current == 0).all()
    rising = second.current[312 : 312 + 19_300]
    np.testing.assert_allclose(rising, 10 * np.arange(1, 19_301) / 19_300, rtol=1e-12)
    assert (second.current[:312] == 0).all() and (second.current[312 + 19_300 :] == 10).all()
