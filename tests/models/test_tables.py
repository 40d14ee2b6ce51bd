"""Tables of text as programs export them: what is understood, and what is refused with its line and reason."""

import numpy as np
import pytest

from snnlab.models import TooLong, read, table
from snnlab.models.recordings import tables
from snnlab.models.recordings.titles import unit_in


def sweep(text, name="cell.csv", **window):
    (found,) = read(text.encode() if isinstance(text, str) else text, name, **window)
    return found


def columns(text):
    found = sweep(text)
    voltage = None if found.voltage is None else found.voltage.tolist()
    return found.time.tolist(), found.current.tolist(), voltage


def refusal(text, name="cell.csv"):
    with pytest.raises(ValueError) as error:
        read(text.encode() if isinstance(text, str) else text, name)
    message = str(error.value)
    assert message.startswith(name)
    return message


TWO = ([0.0, 1.0], [100.0, 200.0], None)  # 0 and 1 ms, 0.1 and 0.2 nA
THREE = ([0.0, 1.0], [100.0, 200.0], [-70.0, -69.5])


# ---- units ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "titles",
    [
        "time (s),current (nA)",
        "t [s],I [nA]",
        "t (in s),I (in nA)",
        "time_s,current_nA",
        "t/s,I/nA",
        "t / s,I / nA",
        "Time s,Current nA",
        "Time: s,Current: nA",
        "Zeit s,nA",
        "Channel 1 (s),Channel 2 (cell 3) (nA)",
        "time,current\ns,nA",
        "time,current\n(s),[nA]",
        "s,nA",
        "Time (s),Current (nA)\nchannel 1,channel 2",
        "channel 1,channel 2\nTime (s),Current (nA)",
        "Time,Current\na,b\ns,nA",
        "Time (s),Current (nA)\ns,nA",
        "time (second),current (nanoampere)",
        "time seconds,current nanoamps",
        "# time_s,current_nA",
        "# made today\n% time (s), current (nA)",
        "// a remark\n\ntime (s),current (nA)",
    ],
)
def test_a_unit_is_read_wherever_a_title_names_it(titles):
    assert columns(f"{titles}\n0,0.1\n0.001,0.2\n") == TWO


@pytest.mark.parametrize(
    ("unit", "seconds"),
    [("ms", 1e-3), ("us", 1e-6), ("µs", 1e-6), ("μs", 1e-6), ("msec", 1e-3), ("min", 60), ("h", 3600)],
)
@pytest.mark.parametrize("title", ["t ({})", "t_{}", "t/{}"])
def test_times_have_many_units(unit, seconds, title):
    times = sweep(f"{title.format(unit)},I\n0,1\n10,2\n").time
    assert times.tolist() == [0.0, pytest.approx(10 * seconds * 1000, rel=1e-12)]


@pytest.mark.parametrize(
    ("unit", "picoampere"), [("A", 1e12), ("mA", 1e9), ("uA", 1e6), ("µA", 1e6), ("μA", 1e6), ("pA", 1)]
)
def test_currents_have_many_units(unit, picoampere):
    found = sweep(f"t,I ({unit})\n0,{1 / picoampere!r}\n1,{2 / picoampere!r}\n").current
    np.testing.assert_allclose(found, [1.0, 2.0], rtol=1e-12)


def test_names_of_columns_are_no_units():
    """V is a volt in a row of units, and the name of a potential elsewhere."""
    assert [unit_in(title) for title in ("V", "A", "s", "t", "V_m", "I_ext", "Trace 1", "ms", "mV")] == [""] * 7 + [
        "ms",
        "mV",
    ]
    assert columns("t,I,V\n0,100,-70\n1,200,-69.5") == THREE
    assert columns("t,I,V\ns,nA,V\n0,0.1,-0.07\n0.001,0.2,-0.0695\n") == THREE


@pytest.mark.parametrize(
    ("titles", "words"),
    [
        ("t (lightyears),I", "line 1: 't (lightyears)' has the unit 'lightyears': give one of the kind of ms"),
        ("t (ms),I (raw)", "line 1: 'I (raw)' has the unit 'raw': give one of the kind of pA"),
        ("t (ms),I (mV)", "line 1: 'I (mV)' has the unit 'mV': give one of the kind of pA"),
        ("t (ms),I (s)", "line 1: 'I (s)' has the unit 's': give one of the kind of pA"),
        ("TIME (MS),CURRENT (NA)", "line 1: 'TIME (MS)' has the unit 'MS': write ms"),  # a megasiemens, a petaampere
        ("t,CURRENT_PA", "line 1: 'CURRENT_PA' has the unit 'PA': write pA"),
        ("t (s),I (nA)\n(ms),(nA)", "line 2: '(ms)' after 't (s)': give the unit once"),
        ("t,v", "line 1: 'v' is not current (columns are time (ms), current (pA))"),
        ("sample,t (ms)", "line 1: 't (ms)' has the unit 'ms': give one of the kind of pA"),
    ],
)
def test_a_unit_that_is_not_understood_is_refused(titles, words):
    assert words in refusal(f"{titles}\n0,1\n1,2\n")


# ---- which column is which ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "0,100,-70\n1,200,-69.5\n",
        "t (ms),I (pA),V (mV)\n0,100,-70\n1,200,-69.5\n",
        "t (ms),V (mV),I (pA)\n0,-70,100\n1,-69.5,200\n",
        "Vm (mV),I (pA),t (ms)\n-70,100,0\n-69.5,200,1\n",
        "time,potential,current\n0,-70,100\n1,-69.5,200\n",
        "time;Strom;Spannung\n0;100;-70\n1;200;-69,5\n",
        "t (s);I (nA);V (V)\n0;0,1;-0,07\n0,001;0,2;-0,0695\n",
        "t_s\tI_nA\tV_V\n0\t0.1\t-0.07\n0.001\t0.2\t-0.0695\n",
    ],
)
def test_three_columns(text):
    time, current, voltage = columns(text)
    assert (time, current) == THREE[:2]
    assert voltage == pytest.approx(THREE[2], rel=1e-12)


@pytest.mark.parametrize("titles", ["sample,t (ms),I (pA)", "t (ms),I (pA),Im (pA)", ",t,i", "t (ms),V (mV),v2 (mV)"])
def test_columns_that_cannot_be_told_are_refused(titles):
    assert "line 1: " in refusal(f"{titles}\n0,0,1\n1,1,2\n")


# ---- cells ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("between", [";", "; ", "\t", " ", "  "])
@pytest.mark.parametrize("titles", ["", "t (ms){}I (pA)\n"])
def test_decimal_commas(between, titles):
    rows = [("0,5", "100,5"), ("1,5", "100,5"), ("2", "200"), ("3", "200,25")]
    text = titles.format(between) + "\n".join(between.join(row) for row in rows)
    assert columns(text) == ([0.5, 1.5, 2.0, 3.0], [100.5, 100.5, 200.0, 200.25], None)


def test_no_sample_is_lost():
    """Two rows with decimal commas were taken for titles."""
    assert len(sweep("t (ms);I (pA)\n0,5;100,5\n1,5;100,5\n2;200\n3;200\n").time) == 4
    assert table("0,5;1,5\n1;2\n") == ((0.5, 1.5), (1.0, 2.0))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0,5;1,5\n1.5;2,5\n2,5;3\n", "line 2: '1.5, 2,5' are not two numbers"),
        ("0;1.000,5\n1;2\n2;3\n", "line 1: '0, 1.000,5' are not two numbers"),
        ("0,1_0\n1,2\n2,3\n", "line 1: '0, 1_0' are not two numbers"),
        ("t,I\n0,1\nbreak\n2,3\n3,4\n", "line 3: 1 column, where two are needed"),
        ("t,I\n0,1\n1,--\n2,3\n", "line 3: '1, --' are not two numbers"),
        ("t,I\n0,1\n1,\n2,3\n", "line 3: 1 column, where two are needed"),
        ("t,I,V\n0,1,2\n1,,3\n2,3,4\n", "line 3: '1, , 3' are not three numbers"),
        ("0,1\n1,2\nt,I\n2,3\n", "line 3: 't, I' are not two numbers"),
        ("my cell\n0,1\n1,2\n", "line 1: 'my cell' are 1 titles of 2 columns: give as many, and begin remarks with #"),
        (
            "a,b\nc,d\ne,f\ng,h\n0,1\n1,2\n",
            "line 4: 'g, h' are not two numbers, and above the numbers there are 3 lines",
        ),
        ("Serial,1234\nt,I\n0,1\n1,2\n", "line 1: 'Serial, 1234' are not two numbers"),
    ],
)
def test_what_is_not_understood_is_refused_and_not_skipped(text, words):
    assert words in refusal(text)


def test_remarks_are_no_rows():
    text = "#Device: ADP\n#Date: 2021-04-14\n\nTime (s),Channel 1 (nA)\n-0.0001,-0.012\n# pause\n0.0,0.01\n"
    assert columns(text) == ([-0.1, 0.0], [-12.0, 10.0], None)
    assert columns("% by hand\n// of today\n0,100\n1,200\n") == TWO
    assert "line 5" in refusal("# a\n0,1\n# b\n1,2\n2,x\n")  # an editor counts them


def test_empty_cells_at_the_end_of_lines_are_none():
    assert columns("t;I;\n0;100;\n1;200;\n") == TWO


def test_quoted_cells_may_have_the_separator():
    assert columns('"t (ms)","I (pA)"\n"0,0","100,0"\n"1,0","200,0"\n') == TWO
    assert columns('"t, by clock (ms)",I\n0,100\n1,200\n') == TWO


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings(codec):
    assert columns("Zeit (µs)\tI (nA)\n0\t0.1\n1000\t0.2\n".encode(codec)) == TWO


# ---- doubts ---------------------------------------------------------------------------------------------------------


def test_times_that_look_like_seconds_are_asked_about():
    rows = "".join(f"{k * 5e-5:g},{k}\n" for k in range(100))
    words = refusal(rows)
    assert "names no unit of time, and in ms its samples are 5e-05 ms apart: is its time in seconds?" in words
    assert "such as time (s)" in words
    assert sweep("time (s),I\n" + rows).time[1] == pytest.approx(0.05)
    assert sweep("time (ms),I\n" + rows).time[1] == pytest.approx(5e-5)  # as it says


def test_currents_that_no_electrode_passes_are_asked_about():
    assert "would have a current of 300 A, if that is its unit" in refusal("t,Current A\n0,0\n1,300\n")


# ---- windows --------------------------------------------------------------------------------------------------------


def test_a_window_of_a_table():
    rows = "t,I\n" + "".join(f"{7 + k / 2},{k}\n" for k in range(100))
    whole, part = sweep(rows), sweep(rows, start=10, end=20)
    assert part.time.tolist() == (7 + np.arange(20, 40) / 2).tolist()  # counted from the beginning, without the end
    assert (part.duration, part.whole, whole.whole) == (10.0, 50.0, 50.0)
    assert (part.current.max(), part.largest) == (39.0, 99.0)
    assert len(sweep(rows, start=45).time) == 10
    with pytest.raises(ValueError, match=r"^cell.csv: it has no samples from 60 to inf ms of its 50 ms: at least two"):
        sweep(rows, start=60)
    for window in ({"start": -1}, {"start": 5, "end": 5}, {"start": float("nan")}):
        with pytest.raises(ValueError, match="give 0 <= start < end, in ms"):
            sweep(rows, **window)


def test_what_is_too_long_says_which_window_is_not(monkeypatch):
    monkeypatch.setattr("snnlab.models.recordings.sweep.MAX_SAMPLES", 1000)
    rows = "t,I\n" + "".join(f"{k / 2},{k}\n" for k in range(3000))
    with pytest.raises(TooLong, match="3,000 samples a sweep: at most 1,000 are read at once; give a window") as error:
        sweep(rows)
    assert error.value.end == 500.0
    assert len(sweep(rows, end=500).time) == 1000
    assert len(sweep(rows, start=1000, end=1500).time) == 1000


def test_long_tables_are_not_read_line_by_line(monkeypatch):
    """pandas reads them: a million lines in a second or two, and not in ten, in which a server answers nobody."""
    asked = []
    numbers = tables.Dialect.numbers
    monkeypatch.setattr(tables.Dialect, "numbers", lambda self, line: asked.append(line) or numbers(self, line))
    rows = "t,I\n" + "".join(f"{k / 20},{k % 100}\n" for k in range(20_000))
    assert len(sweep(rows).time) == 20_000
    assert len(asked) < 6000  # of the first 500 lines, in every dialect, and the last


# ---- pasted tables --------------------------------------------------------------------------------------------------


def test_the_unit_of_a_pasted_value_is_taken():
    assert table("t (s);I (nA)\n0;0,5\n0,01;1,5\n") == ((0.0, 500.0), (10.0, 1500.0))
    assert table("t (s);V (V)\n0;0,5\n0,01;1,5\n") == ((0.0, 500.0), (10.0, 1500.0))
    assert table("t;rate\n0;0,5\n1;1,5\n") == ((0.0, 0.5), (1.0, 1.5))
    with pytest.raises(ValueError, match=r"line 1: 'x \(kg\)' has the unit 'kg': give one of the kind of pA or mV"):
        table("t;x (kg)\n0;1\n1;2\n")
