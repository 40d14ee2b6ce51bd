"""Neurodata Without Borders: what is read, which response belongs to which current, what is refused.

`data/sweeps.nwb` was written by pynwb; other files are made here by h5py in the layout of the format.
"""

import io

import h5py
import numpy as np
import pytest

from snnlab.models import TooLong, read
from snnlab.models.recordings import nwb
from tests.golden import DATA

SWEEPS = (DATA / "sweeps.nwb").read_bytes()
TABLE = nwb.TABLE


def refusal(data):
    with pytest.raises(ValueError) as error:
        read(data, "cell.nwb")
    text = str(error.value)
    assert text.startswith("cell.nwb"), "a message begins with the file it is about"
    return text


def edited(change, data=SWEEPS):
    """A file, changed."""
    place = io.BytesIO(data)
    with h5py.File(place, "r+") as file:
        change(file)
    return place.getvalue()


def made(*series, version="2.7.0"):
    """A file with these series: (place, type, data, further attributes of data, times, attributes of the series)."""

    def fill(file):
        file.attrs["nwb_version"] = version
        for place, kind, values, more, times, attributes in series:
            group = file.create_group(place)
            group.attrs.update({"neurodata_type": kind} | attributes)
            data = group.create_dataset("data", data=values)
            unit = "amperes" if kind == nwb.STIMULUS else "volts"
            data.attrs.update({"unit": unit, "conversion": 1.0} | more)
            if isinstance(times, tuple):
                start = group.create_dataset("starting_time", data=times[0])
                start.attrs.update({"rate": times[1], "unit": "seconds"})
            else:
                group["timestamps"] = times

    place = io.BytesIO()
    with h5py.File(place, "w") as file:
        fill(file)
    return place.getvalue()


def stimulus(name="s", values=(0.0, 1e-12, 2e-12), times=(0.0, 1000.0), more=None, **attributes):
    return f"stimulus/presentation/{name}", nwb.STIMULUS, np.asarray(values), more or {}, times, attributes


def response(name="r", values=(-0.07, -0.06, -0.05), times=(0.0, 1000.0), more=None, **attributes):
    return f"acquisition/{name}", nwb.RESPONSE, np.asarray(values), more or {}, times, attributes


# ---- a file of pynwb ------------------------------------------------------------------------------------------------


def expected(factor, first=0, count=400):
    """What was written: a step of 50 pA times the factor from 20 to 60 ms, -70 mV and 0.1 mV a pA within 10 ms."""
    t = np.arange(400) / 5.0  # ms
    current = np.where((t >= 20) & (t < 60), 50.0 * factor, 0.0)
    voltage = -70 + 0.1 * current * np.clip((t - 20) / 10, 0, 1)
    part = slice(first, first + count)
    return t[part] - t[first], current[part], voltage[part]


WRITTEN = (
    ("current a", -1, {}),
    ("current b", 0, {}),
    ("current c", 2, {}),
    ("current c", 2, dict(first=50, count=200)),
)


def hold(sweeps, written):
    """Voltages were written as float32 of 0 to 15 mV: 1e-6 mV is their rounding."""
    assert len(sweeps) == len(written)
    for sweep, (_, factor, part) in zip(sweeps, written):
        time, current, voltage = expected(factor, **part)
        np.testing.assert_allclose(sweep.time, time, rtol=1e-12, atol=1e-9)
        np.testing.assert_allclose(sweep.current, current, rtol=1e-12)
        np.testing.assert_allclose(sweep.voltage, voltage, rtol=0, atol=2e-6)


def test_a_file_of_pynwb():
    """Integers with a conversion, potentials with an offset, timestamps, a part of a series; clamped voltages and a
    response without current are left out."""
    sweeps = read(SWEEPS, "sweeps.NWB")
    hold(sweeps, WRITTEN)
    # steps of -50, 0 and 100 pA, the last of them in part
    told = [f"sweep {k} ({level} pA), {WRITTEN[k - 1][0]}" for k, level in enumerate((-50, 0, 100, 100), start=1)]
    assert [s.name for s in sweeps] == [f"sweeps.NWB, {one}" for one in told]


def without_table(file):
    del file[TABLE]


def test_without_a_table_sweep_number_and_electrode_say_what_belongs_together():
    """Two electrodes share a sweep number, and names say nothing."""
    hold(read(edited(without_table), "sweeps.nwb"), WRITTEN[:3])


def test_a_response_that_no_table_names_is_left_out():
    def change(file):
        del file[TABLE]
        del file["acquisition/potential b"]

    sweeps = read(edited(change), "sweeps.nwb")
    assert [sweep.voltage is None for sweep in sweeps] == [False, True, False]
    assert sweeps[1].duration == pytest.approx(80.0)


# ---- pairs ----------------------------------------------------------------------------------------------------------


def levels(data):
    """(current, voltage) of each sweep, all constant."""
    return [
        (round(float(s.current[0]), 6), None if s.voltage is None else round(float(s.voltage[0]), 6))
        for s in read(data, "cell.nwb")
    ]


def constant(kind, name, level, **more):
    return kind(name, [level * (1e-12 if kind is stimulus else 1e-3)] * 5, **more)


def test_names_with_the_same_numbers_belong_together():
    data = made(
        *(constant(stimulus, f"ccss_{k}", k) for k in (2, 10)),
        *(constant(response, f"ccs_{k:03}", -k) for k in (10, 2, 7)),
    )
    assert levels(data) == [(2.0, -2.0), (10.0, -10.0)]  # counted, not spelled


def test_one_of_each_belongs_together():
    assert levels(made(constant(stimulus, "given", 3), constant(response, "measured", -60))) == [(3.0, -60.0)]


def test_as_many_of_each_belong_together_in_their_order():
    data = made(
        *(constant(stimulus, f"step {k}", n) for n, k in enumerate("abc")),
        *(constant(response, f"answer {k}", -n) for n, k in enumerate("xyz")),
    )
    assert levels(data) == [(0.0, 0.0), (1.0, -1.0), (2.0, -2.0)]


def test_what_cannot_be_told_has_no_response():
    data = made(*(constant(stimulus, k, 1) for k in "abc"), *(constant(response, k, -1) for k in "xy"))
    assert levels(data) == [(1.0, None)] * 3


def test_currents_alone_are_sweeps():
    (sweep,) = read(made(stimulus()), "cell.nwb")
    assert sweep.current.tolist() == [0.0, 1.0, 2.0]
    assert sweep.voltage is None


# ---- numbers --------------------------------------------------------------------------------------------------------


def test_offset_and_conversion():
    data = made(
        stimulus(values=np.array([0, 4, -8], dtype=np.int16), more={"conversion": 2.5e-12, "offset": 1e-11}),
        response(values=np.array([1, 2, 3], dtype=np.uint8), more={"conversion": 0.01, "offset": -0.08}),
    )
    (sweep,) = read(data, "cell.nwb")
    assert sweep.current.tolist() == [10.0, 20.0, -10.0]  # pA
    np.testing.assert_allclose(sweep.voltage, [-70.0, -60.0, -50.0], rtol=1e-12)


def test_time_begins_with_the_sweep_and_keeps_its_precision():
    """Sessions last for hours: seconds after their start at 50 kHz would lose digits."""
    (sweep,) = read(made(stimulus(values=np.zeros(1000), times=(86_400.1, 50_000.0))), "cell.nwb")
    np.testing.assert_allclose(sweep.time, np.arange(1000) * 0.02, rtol=1e-14)


def test_timestamps_at_any_distance():
    (sweep,) = read(made(stimulus(times=np.array([5.0, 5.001, 5.003]))), "cell.nwb")
    np.testing.assert_allclose(sweep.time, [0.0, 1.0, 3.0], rtol=1e-9)


def test_a_response_of_another_rate_is_read_at_the_currents_times():
    """A line stays a line; the sweep lasts as long as both were recorded."""
    data = made(
        stimulus(values=np.arange(101) * 1e-12, times=(2.0, 1000.0)),
        response(values=-0.07 + np.arange(51) * 2e-4, times=(2.01, 500.0)),
    )
    (sweep,) = read(data, "cell.nwb")
    assert sweep.current.tolist() == pytest.approx(list(range(10, 101)))  # from 10 ms on
    assert (sweep.time[0], sweep.time[-1]) == pytest.approx((0.0, 90.0))
    np.testing.assert_allclose(sweep.voltage, -70 + 0.1 * np.arange(91), rtol=1e-9)


def test_what_programs_fill_up_at_an_end_is_left_out():
    values = np.r_[np.linspace(-0.07, -0.06, 6), [np.nan] * 4]
    (sweep,) = read(made(stimulus(values=np.zeros(10)), response(values=values)), "cell.nwb")
    assert len(sweep.time) == len(sweep.voltage) == 6


def biased(value, unit="amperes", data=None):
    """A file whose response had a bias current."""

    def change(file):
        bias = file["acquisition/r"].create_dataset("bias_current", data=value)
        bias.attrs["unit"] = unit

    return edited(change, data or made(stimulus(), response()))


def test_a_bias_current_flowed_besides_the_stimulus():
    (sweep,) = read(biased(20e-12), "cell.nwb")
    np.testing.assert_allclose(sweep.current, [20.0, 21.0, 22.0], rtol=1e-12)
    (sweep,) = read(biased(np.nan), "cell.nwb")  # not known
    assert sweep.current.tolist() == [0.0, 1.0, 2.0]
    assert "/acquisition/r/bias_current is in 'volts', not in 'amperes'" in refusal(biased(20e-12, "volts"))
    assert "not finite" in refusal(biased(np.inf))


def test_a_window_of_sweeps():
    data = made(
        stimulus(values=np.arange(101) * 1e-12, times=(2.0, 1000.0)),
        response(values=-0.07 + np.arange(51) * 2e-4, times=(2.01, 500.0)),
    )
    (whole,) = read(data, "cell.nwb")
    (part,) = read(data, "cell.nwb", 20, 50)
    assert (whole.duration, part.duration, part.whole) == pytest.approx((91.0, 30.0, 91.0))
    np.testing.assert_allclose(part.current, whole.current[20:50])
    np.testing.assert_allclose(part.voltage, whole.voltage[20:50], rtol=1e-12)
    assert part.time[0] == 0


def test_a_window_of_what_is_too_long(monkeypatch):
    monkeypatch.setattr("snnlab.models.recordings.sweep.MAX_SAMPLES", 50)
    data = made(stimulus(values=np.arange(101) * 1e-12), response(values=np.full(101, -0.07)))
    with pytest.raises(TooLong, match=r"^cell.nwb: 101 samples a sweep: at most 50 are read at once") as error:
        read(data, "cell.nwb")
    assert error.value.end == 50.0
    assert len(read(data, "cell.nwb", end=error.value.end)[0].time) == 50


# ---- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data", [b"", b"0,1\n1,2\n", SWEEPS[:5000], SWEEPS[:40_000], b"\x89HDF\r\n\x1a\n" + bytes(3000)],
    ids=["empty", "csv", "head", "cut", "zeros"],
)  # fmt: skip
def test_what_is_no_nwb_is_refused(data):
    text = refusal(data)
    assert text.startswith("cell.nwb cannot be read as Neurodata Without Borders (")
    assert text.endswith("): give an .nwb file of version 2 with current-clamp series")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (made(stimulus(), version="1.0.6"), "does not say"),
        (made(response()), f"no {nwb.STIMULUS} in /stimulus/presentation"),
        (made(stimulus(more={"unit": "volts"})), "/stimulus/presentation/s is in 'volts', not in 'amperes'"),
        (made(stimulus(), response(more={"unit": "mV"})), "/acquisition/r is in 'mV', not in 'volts'"),
        (made(stimulus(values=[1e-12])), "sweep 1 (s) has fewer than two samples"),
        (made(stimulus(values=[])), "sweep 1 (s) has fewer than two samples"),
        (made(stimulus(values=[np.nan] * 3)), "sweep 1 (s) has fewer than two samples"),
        (made(stimulus(), response(values=[np.nan] * 3)), "at which current and response were recorded"),
        (made(stimulus(), response(times=(9.0, 1000.0))), "at which current and response were recorded"),
        (made(stimulus(values=[0, np.nan, 0.0])), "/stimulus/presentation/s, sample 2: 1.0, nan is not finite"),
        (made(stimulus(times=np.array([0.0, 0.002, 0.001]))), "sample 3: time 1 ms does not follow 2 ms"),
        (made(stimulus(), response(times=np.array([0.0, 0.0, 0.001]))), "sample 2: time 0 ms does not follow 0 ms"),
        (made(stimulus(times=np.array([0.0, 0.001]))), "timestamps has 2 samples, where 3 are needed"),
        (made(stimulus(times=(0.0, 0.0))), "rate of 0 Hz"),
        (made(stimulus(times=(0.0, np.inf))), "rate of inf Hz"),
        (made(stimulus(values=np.zeros((4, 2)))), "data is not one row of numbers"),
        (made(stimulus(values=np.array([b"a", b"b"]))), "data is not one row of numbers"),
    ],
)
def test_what_cannot_be_read_is_said(data, words):
    """The reason alone: a file of the right kind is not told to be one."""
    text = refusal(data)
    assert text.startswith("cell.nwb: ") and words in text and "give an .nwb file" not in text


def test_too_many_samples_are_refused(monkeypatch):
    monkeypatch.setattr("snnlab.models.recordings.sweep.MAX_SAMPLES", 399)
    assert "400 samples a sweep: at most 399" in refusal(SWEEPS)
    monkeypatch.setattr("snnlab.models.recordings.sweep.MAX_SAMPLES", 400)
    assert len(read(SWEEPS, "cell.nwb")) == 4
    monkeypatch.setattr(nwb, "MAX_TOTAL", 1399)
    assert "more than 1,399 samples in all" in refusal(SWEEPS)


def test_too_many_sweeps_are_refused(monkeypatch):
    monkeypatch.setattr("snnlab.models.recordings.sweep.MAX_SWEEPS", 2)
    assert "5 sweeps, of which at most 2" in refusal(SWEEPS)  # rows of its table
    assert "3 sweeps, of which at most 2" in refusal(edited(without_table))


def test_a_bomb_is_refused():
    """Zeros in a piece of a gigabyte, packed into a megabyte: reading two of them would unpack all."""

    def change(file):
        group = file["stimulus/presentation/s"]
        del group["data"]
        data = group.create_dataset("data", (2,), maxshape=(None,), chunks=(1 << 27,), dtype="f8", compression="gzip")
        data.attrs["unit"] = "amperes"

    assert "packed in pieces of 134,217,728 samples" in refusal(edited(change, made(stimulus())))


def external(file):
    file["stimulus/presentation/other"] = h5py.ExternalLink("/etc/other.nwb", "/s")


def raw(file):
    """Numbers that lie in any file of this machine."""
    del file["stimulus/presentation/s/data"]
    data = file["stimulus/presentation/s"].create_dataset("data", (20,), "i1", external=[("/etc/passwd", 0, 20)])
    data.attrs["unit"] = "amperes"


def raw_time(file):
    del file["stimulus/presentation/s/starting_time"]
    start = file["stimulus/presentation/s"].create_dataset(
        "starting_time", (1,), "f8", external=[("/etc/passwd", 0, 8)]
    )
    start.attrs["rate"] = 1000.0


def virtual(file):
    group = file["stimulus/presentation/s"]
    del group["data"]
    layout = h5py.VirtualLayout((3,), "f8")
    layout[:] = h5py.VirtualSource("/etc/other.nwb", "x", (3,))
    group.create_virtual_dataset("data", layout).attrs["unit"] = "amperes"


@pytest.mark.parametrize("change", [external, raw, raw_time, virtual])
def test_other_files_of_this_machine_are_not_read(change):
    assert "is in another file" in refusal(edited(change, made(stimulus())))
