"""Recorded currents: what is read, what is refused and in which words, and how they come to the grid of a run."""

import struct
import time

import numpy as np
import pytest

from snnlab.models import MAX_BYTES, STIMULI, Sweep, example, read, table
from tests.golden import SHIPPED

RAMP = SHIPPED / "17o05027_ic_ramp.abf"


def csv(text, name="current.csv"):
    (sweep,) = read(text.encode() if isinstance(text, str) else text, name)
    return sweep


def refusal(data, name="current.csv"):
    with pytest.raises(ValueError) as error:
        read(data.encode() if isinstance(data, str) else data, name)
    text = str(error.value)
    assert text.startswith(name), "a message begins with the file it is about"
    return text


# ---- what is given ------------------------------------------------------------------------------------------------


def test_a_file_is_read_by_its_path(tmp_path):
    (path := tmp_path / "cell.csv").write_text("0,1\n1,2\n")
    for given in ((path,), (str(path),), (path.read_bytes(), "cell.csv"), (bytearray(path.read_bytes()), "cell.csv")):
        (sweep,) = read(*given)
        assert (sweep.name, sweep.current.tolist()) == ("cell.csv", [1.0, 2.0])
    assert read(path, "other.csv")[0].name == "other.csv"
    assert read(path, end="2 ms")[0].current.tolist() == [1.0, 2.0]
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "another.csv")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((b"0,1\n1,2\n",), "name = '' is not allowed: give the name of the file that these bytes are of"),
        ((b"0,1\n1,2\n", None), "name = None is not allowed"),
        (("0,1\n1,2\n", "cell.csv"), "is text: give the path of a file, or text.encode"),
        ((3, "cell.csv"), "data is an int: give the path of a file, or its content in bytes and its name"),
        ((b"0,1\n1,2\n", "cell.csv", "a"), "start = 'a' is not allowed: give a number, or one with a unit"),
        ((b"0,1\n1,2\n", "cell.csv", None), "start = None, end = inf is not allowed: give 0 <= start < end, in ms"),
        ((b"0,1\n1,2\n", "cell.csv", 5, 4), "start = 5, end = 4 is not allowed"),
    ],
)
def test_what_is_no_file(given, words):
    with pytest.raises(ValueError, match=words):
        read(*given)


# ---- comma separated values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "0,1.5\n0.1,-2\n0.2,3e1\n",
        "time,current\n0,1.5\n0.1,-2\n0.2,3e1\n",
        "0;1.5\n0.1;-2\n0.2;3e1\n",
        "t [ms];I [pA]\n0;1.5\n0.1;-2\n0.2;3e1",
        "0\t1.5\n0.1\t-2\n0.2\t3e1\n",
        "time\tcurrent\n0\t1.5\n0.1\t-2\n0.2\t3e1\n",
        "\ufeff0,1.5\n0.1,-2\n0.2,3e1\n",
        "\ufefftime,current\n0,1.5\n0.1,-2\n0.2,3e1\n",
        "0,1.5\r\n0.1,-2\r\n0.2,3e1\r\n",
        "\n0, 1.5 \n\n 0.1,-2\n  \n0.2,3e1\n\n",
        '"time","current"\n"0","1.5"\n"0.1","-2"\n"0.2","3e1"\n',
    ],
    ids=[
        "comma",
        "titles",
        "semicolon",
        "semicolon titles",
        "tab",
        "tab titles",
        "BOM",
        "BOM titles",
        "CRLF",
        "blanks",
        "quotes",
    ],
)
def test_csv_is_read_as_spreadsheets_write_it(text):
    sweep = csv(text)
    assert sweep.time.tolist() == [0.0, 0.1, 0.2]
    assert sweep.current.tolist() == [1.5, -2.0, 30.0]
    assert sweep.voltage is None
    assert sweep.name == "current.csv"


def test_endings_may_be_written_in_capitals():
    assert csv("0,1\n1,2", "Current.CSV").current.tolist() == [1.0, 2.0]


def test_times_may_begin_anywhere():
    sweep = csv("-5,1\n-4,2\n-2,3")
    assert sweep.duration == 5.0  # the last sample lasts as long as the one before
    assert sweep.averaged(5, 1.0).tolist() == [1, 2, 2, 3, 3]


@pytest.mark.parametrize("text", ["1\n2\n3", "a\nb"])
def test_one_column_is_refused(text):
    message = refusal(text)
    assert "line 1" in message
    assert "1 column," in message
    assert "two are needed: time in ms and current in pA" in message


def test_a_third_column_is_the_measured_voltage():
    sweep = csv("0,1,-70\n1,2,-69.5")
    assert (sweep.current.tolist(), sweep.voltage.tolist()) == ([1.0, 2.0], [-70.0, -69.5])


def test_four_columns_are_refused():
    message = refusal("0,1,2,3\n1,2,3,4")
    assert (
        "line 1: 4 columns, where two or three are needed: time in ms and current in pA, and voltage in mV" in message
    )
    assert "line 3: 3 columns" in refusal("0,1\n1,2\n2,3,4\n")
    assert "line 3: 2 columns, where three are needed" in refusal("0,1,2\n1,2,3\n2,3\n")


def test_text_among_numbers_is_refused():
    message = refusal("time,current\n0,1\n1,high\n")
    assert "line 3" in message
    assert "high" in message
    assert "two numbers" in message


def test_line_numbers_are_those_of_the_file():
    """Blank lines are passed over, but an editor counts them."""
    assert "line 5" in refusal("time,current\n\n0,1\n\n1,high\n")
    assert "line 4" in refusal("0,1\n\n\n1,2,3\n")


@pytest.mark.parametrize("first", ["0,1.2.3", "0,", "0,--", "1;5,0"])
def test_a_first_line_that_is_half_a_number_is_no_title(first):
    """A sample must not disappear because of a slip of the keyboard: titles hold no number at all."""
    assert "line 1" in refusal(f"{first}\n1,2\n2,3\n")


@pytest.mark.parametrize("value", ["nan", "NaN", "inf", "-inf", "1e999"])
@pytest.mark.parametrize("row", ["{},1", "1,{}"])
def test_what_is_not_finite_is_refused(value, row):
    message = refusal(f"0,1\n{row.format(value)}\n")
    assert "sample 2" in message
    assert "not finite" in message


@pytest.mark.parametrize(
    "data", [b"", b"\n\n \n", b"\xef\xbb\xbf", b"time,current\n", b"0,1\n", b"time,current\n0,1\n"]
)
def test_too_few_numbers_are_refused(data):
    assert "at least two samples are needed" in refusal(data)


@pytest.mark.parametrize(("later", "earlier"), [("1,0", "2,0"), ("2,0", "2,0"), ("-1,0", "0,0")])
def test_times_must_ascend(later, earlier):
    message = refusal(f"-5,0\n{earlier}\n{later}\n9,9\n")
    assert "sample 3" in message
    assert f"time {later[:-2]} ms does not follow {earlier[:-2]} ms" in message
    assert "must ascend" in message


@pytest.mark.parametrize(
    "data",
    [bytes(range(256)), b"\x89PNG\r\n\x1a\n", b"0,1\n1,2\n\x81", b"\xff\xfe0\x00,\xd8\n", b"0,1\n1,2\n\x00"],
)
def test_what_is_no_text_is_refused(data):
    message = refusal(data)
    assert "not a text file" in message
    assert "two columns of numbers, time in ms and current in pA" in message


@pytest.mark.parametrize("data", [b'"' + b"a" * 200_000, b'0,1\n1,"' + b"2\n" * 100_000], ids=["title", "number"])
def test_quotes_that_do_not_close_are_refused(data):
    """The reader of the standard library raises an error of its own, or swallows the rest of the file."""
    refusal(data)


def test_too_large_a_file_is_refused():
    message = refusal(b"0" * (MAX_BYTES + 1))
    assert "20.0 MB" in message
    assert "at most 20 MB" in message


def test_too_many_samples_are_refused(monkeypatch):
    monkeypatch.setattr("snnlab.models.recordings.sweep.MAX_SAMPLES", 1000)  # a million lines would take seconds
    lines = [f"{k},1" for k in range(1001)]
    assert len(csv("\n".join(lines[:-1])).time) == 1000
    message = refusal("\n".join(lines))
    assert "1,001 samples" in message
    assert "at most 1,000" in message
    message = refusal(RAMP.read_bytes(), "ramp.abf")
    assert "20,000 samples a sweep" in message


@pytest.mark.parametrize("name", ["current.xlsx", "current", "current.csv.gz", ".csv", "csv"])
def test_other_endings_are_refused(name):
    message = refusal("0,1\n1,2\n", name)
    assert ".csv or .tsv or .txt or .abf or .nwb" in message


@pytest.mark.parametrize("name", ["current.txt", "current.tsv"])
def test_text_has_several_endings(name):
    """Excel's "Unicode text" is a .txt."""
    assert csv("0\t1\n1\t2\n", name).current.tolist() == [1.0, 2.0]


# ---- a table from pasted text --------------------------------------------------------------------------------------


@pytest.mark.parametrize("between", [",", ", ", ";", " ; ", "\t", " ", "   "])
@pytest.mark.parametrize("titles", ["", "time{}value"])
def test_a_table_is_read_as_people_paste_it(between, titles):
    rows = [titles.format(between), *(between.join(row) for row in (("0", "0.5"), ("10.5", "-2"), ("20", "3e-1")))]
    assert table("\n".join(rows)) == ((0.0, 0.5), (10.5, -2.0), (20.0, 0.3))


def test_a_table_is_a_stimulus():
    stimulus = STIMULI["Table"](source=table("t;I\r\n0;1\r\n10;2\r\n"))
    assert stimulus.sample(5, 5.0).tolist() == [1.0, 1.5, 2.0, 2.0, 2.0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "at least two"),
        ("1 2", "at least two"),
        ("0 1 2\n1 2 3", "line 1: 3 columns, where two are needed: time in ms and a value"),
        ("0\n1", "line 1: 1 column, where"),
        ("0 1\n\n1 high", "line 3: '1, high' are not two numbers"),
        ("0 1\n0 2", "sample 2: time 0 ms does not follow 0 ms"),
        ("0 1\n1 nan", "sample 2: 1.0, nan is not finite"),
    ],
)
def test_what_is_no_table_is_refused(text, words):
    with pytest.raises(ValueError, match=r"^the table") as error:
        table(text)
    assert words in str(error.value)


def test_spaces_may_part_the_columns_of_a_file():
    assert csv("time current\n0  1.5\n 0.1 -2\n").current.tolist() == [1.5, -2.0]


# ---- Axon Binary Format -------------------------------------------------------------------------------------------


def test_abf_sweeps():
    first, second = read(RAMP.read_bytes(), "ramp.abf")
    assert [s.name for s in (first, second)] == ["ramp.abf, sweep 1 (0 pA)", "ramp.abf, sweep 2 (10 pA)"]
    for sweep in (first, second):
        assert len(sweep.time) == len(sweep.current) == len(sweep.voltage) == 20_000
        # 20 kHz; pyABF gives seconds, so milliseconds are a product and rounded
        np.testing.assert_allclose(sweep.time, np.arange(20_000) * 0.05, rtol=1e-12, atol=1e-12)
        assert sweep.duration == pytest.approx(1000.0, rel=1e-12)
        assert -100 < sweep.voltage.min() < sweep.voltage.max() < 60  # mV, not V
    assert (first.current == 0).all()
    assert (second.current.min(), second.current.max()) == (0.0, 10.0)


def test_abf_voltage_has_the_spikes_that_were_counted():
    """Upward crossings of 0 mV, counted when the recording was chosen."""
    counts = [int(((s.voltage[:-1] <= 0) & (s.voltage[1:] > 0)).sum()) for s in read(RAMP.read_bytes(), "ramp.abf")]
    assert counts == [6, 9]


def test_the_example_is_the_second_sweep():
    sweep = example()
    second = read(RAMP.read_bytes(), RAMP.name)[1]
    assert sweep.name == second.name
    assert np.array_equal(sweep.current, second.current)
    assert np.array_equal(sweep.voltage, second.voltage)
    assert example() is sweep


@pytest.mark.parametrize(
    "data",
    [b"", b"0,1\n1,2\n", b"ABF2" + bytes(5000), b"ABF " + bytes(9000), bytes(100)],
    ids=["empty", "csv", "ABF2", "ABF1", "zeros"],
)
def test_what_is_no_abf_is_refused(data):
    message = refusal(data, "cell.abf")
    assert "Axon Binary Format" in message
    assert ".abf file of version 1 or 2" in message


@pytest.mark.parametrize("kept", [10, 600, 6000, 40_000])
def test_an_abf_that_breaks_off_is_refused(kept):
    assert "Axon Binary Format" in refusal(RAMP.read_bytes()[:kept], "cell.abf")


def with_header(at, number):
    """The recording with another 32-bit number in its header."""
    data = bytearray(RAMP.read_bytes())
    data[at : at + 4] = struct.pack("<I", number)
    return bytes(data)


def test_abf_that_promises_more_than_it_holds_is_refused_at_once():
    """The header claims more sweeps than there are samples. To lay them all out takes pyABF minutes, while all wait."""
    data = with_header(12, 300_000)  # lActualEpisodes
    start = time.perf_counter()
    refusal(data, "cell.abf")
    assert (
        time.perf_counter() - start < 3
    )  # a header is read in milliseconds, these sweeps were laid out in ten seconds


# ---- from samples to the grid of a run ----------------------------------------------------------------------------


def uniform(values, interval=0.5):
    return Sweep("made", np.arange(len(values)) * interval, np.array(values, dtype=float))


@pytest.mark.parametrize("dt", [0.05, 0.1, 0.25, 0.3, 0.5, 0.7, 1.0, 2.5])
def test_a_constant_stays_a_constant(dt):
    sweep = uniform([3.0] * 200)
    np.testing.assert_allclose(sweep.averaged(int(100 / dt), dt), 3.0, rtol=1e-12)  # differences of sums: rounding


@pytest.mark.parametrize("dt", [0.5, 1.0, 2.5, 5.0])
def test_a_ramp_on_a_coarser_grid_is_its_mean(dt):
    """m samples of a line have the mean of the first and the last."""
    m = round(dt / 0.5)
    found = uniform(2.0 + 0.25 * np.arange(200)).averaged(round(100 / dt), dt)
    first = 2.0 + 0.25 * m * np.arange(len(found))
    np.testing.assert_allclose(found, first + 0.25 * (m - 1) / 2, rtol=1e-12)


@pytest.mark.parametrize("finer", [1, 2, 5, 10])
def test_a_ramp_on_a_finer_grid_holds_its_samples(finer):
    values = 2.0 + 0.25 * np.arange(100)
    found = uniform(values).averaged(100 * finer, 0.5 / finer)
    np.testing.assert_allclose(found, np.repeat(values, finer), rtol=1e-11)


@pytest.mark.parametrize("dt", [0.03, 0.1, 0.37, 0.5, 1.3, 7.0, 60.0])
def test_charge_is_conserved(dt):
    """On any grid, with samples at any times: what flows in a run is what flowed in the recording."""
    generator = np.random.default_rng(3)
    at = np.cumsum(generator.uniform(0.01, 1.0, 100)) + 17.0
    sweep = Sweep("made", at, generator.normal(size=100))
    held = np.append(np.diff(at), at[-1] - at[-2])
    found = sweep.averaged(int(np.ceil(sweep.duration / dt)), dt)
    assert found.sum() * dt == pytest.approx((sweep.current * held).sum(), abs=1e-10)


def test_outside_the_sweep_there_is_no_current():
    assert uniform([1.0, 1.0], 1.0).averaged(5, 1.0).tolist() == [1, 1, 0, 0, 0]


def test_a_step_across_the_end_has_its_share():
    assert uniform([4.0, 4.0], 1.0).averaged(2, 1.5).tolist() == pytest.approx([4.0, 4.0 / 3])


def test_averaging_far_from_zero_time_is_as_exact():
    """Recorders count from the start of the day."""
    late = Sweep("made", 8.64e7 + np.arange(100) * 0.5, np.arange(100.0))
    np.testing.assert_allclose(late.averaged(50, 1.0), uniform(np.arange(100.0)).averaged(50, 1.0), rtol=1e-6)


def test_units_in_titles_are_taken():
    """A file in s and nA is not taken for one in ms and pA."""
    (sweep,) = read(b"t (s),i [nA]\n0,1\n0.001,2\n", "a.csv")
    assert sweep.time.tolist() == [0.0, 1.0]
    assert sweep.current.tolist() == [1000.0, 2000.0]
    with pytest.raises(ValueError, match=r"line 1: 'v \(mV\)' has the unit 'mV': give one of the kind of pA"):
        read(b"time (ms),v (mV)\n0,1\n1,2\n", "a.csv")
