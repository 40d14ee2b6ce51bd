"""Recordings as datasets, files and tables: axes, units, and nothing lost on the way."""

import csv
import io

import numpy as np
import pytest
import torch
import xarray as xr

from snnlab.engine import Recording, labelled, simulate
from snnlab.functional import LIF, LIFBox
from snnlab.models import ENCODERS, NETWORKS, NEURONS, PLASTICITY, SURROGATES, Experiment


def fired(*shape, seed=1):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed)) < 0.2


def normal(*shape, seed=1, dtype=torch.float32):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


# -- datasets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "axes"), [((), ()), ((3,), ("neuron",)), ((2, 4), ("neuron_0", "neuron_1")), ((1,), ("neuron",))]
)
def test_axes_of_a_population(shape, axes):
    run = Recording({"v": normal(20, *shape)}, fired(20, *shape), 0.1, units={"v": "mV"})
    found = run.to_xarray()
    assert found["v"].dims == found["spikes"].dims == ("time", *axes)
    assert np.array_equal(found["v"].values, run.variables["v"].numpy())
    assert np.array_equal(found["spikes"].values, run.spikes.numpy())
    assert found["spikes"].dtype == bool
    assert np.array_equal(found["time"].values, run.time)
    assert [found[name].attrs["units"] for name in ("v", "spikes", "time")] == ["mV", "1", "ms"]


@pytest.mark.parametrize("every", [1, 4])
@pytest.mark.parametrize("neurons", [None, (5, 0, 3)])
def test_samples_and_chosen_neurons_have_axes_of_their_own(every, neurons):
    current = torch.linspace(0.5, 2.0, 6).expand(41, 6)
    run = simulate(LIF, current=current, dt=0.001, record=("v", "i"), neurons=neurons, every=every)
    whole = simulate(LIF, current=current, dt=0.001).variables["v"].numpy()
    found = run.to_xarray()
    time = {1: "time", 4: "sample_time"}[every]
    assert found["v"].dims == (time, "neuron" if neurons is None else "chosen_neuron")
    assert found["spikes"].dims == ("time", "neuron")
    assert found[time].attrs["units"] == "ms"
    assert np.array_equal(found[time].values, run.sample_time)
    assert np.array_equal(found["v"].values, whole[every - 1 :: every][:, neurons or slice(None)])
    if neurons:  # by the number in the population, not by the place in the dataset
        one = found["v"].sel(chosen_neuron=3).sel({time: 8.0}, method="nearest")
        assert one.item() == whole[7, 3]


def test_a_segment_of_neo_has_the_same_times_values_and_units():
    settings = {"duration": 50, "neurons": 3, "dt": 0.2, "every": 5}
    experiment = Experiment.of(NEURONS["Izhikevich"](), settings=settings)
    run = experiment.run().recording
    found = run.to_neo()
    assert len(found.spiketrains) == 3 and sum(map(len, found.spiketrains)) == run.spikes.sum() > 3
    for k, train in enumerate(found.spiketrains):
        assert train.rescale("s").magnitude * 1000 == pytest.approx(run.spike_times(k))
        assert (float(train.t_start), float(train.t_stop)) == pytest.approx((0.0, 50.0))
    v, u, current = found.analogsignals
    assert [one.name for one in (v, u, current)] == ["v", "u", "current"]
    assert v.units.dimensionality.string == "mV" and np.array_equal(v.magnitude, run.variables["v"].numpy())
    assert v.times.rescale("ms").magnitude == pytest.approx(run.sample_time)
    assert current.times.rescale("ms").magnitude == pytest.approx(run.time) and current.shape == (250, 1)


def test_chosen_neurons_of_a_segment_are_named():
    run = simulate(LIF, current=torch.full((30, 4), 2.0), dt=0.001, record=("v",), neurons=(2, 0))
    later = simulate(LIF, current=torch.full((30, 4), 2.0), dt=0.001, record=("v",), neurons=(2, 0), resume=run)
    found = later.to_neo()
    (v,) = found.analogsignals
    assert (
        v.annotations["neurons"] == [2, 0] and v.shape == (30, 2) and v.units.dimensionality.string == "dimensionless"
    )
    assert float(v.t_start) == pytest.approx(31.0) and len(found.spiketrains) == 4
    assert found.spiketrains[1].magnitude == pytest.approx(later.spike_times(1)) and len(found.spiketrains[1])


def test_what_a_dataset_says_of_the_run():
    experiment = Experiment.of(NEURONS["Izhikevich"](), settings={"duration": 20, "neurons": 3, "dt": 0.2})
    found = experiment.run().recording.to_xarray()
    assert found.attrs["dt"] == 0.2
    assert found.attrs["backend"] == "llvm"
    assert found.attrs["snnlab"][0].isdigit()
    assert Experiment.from_json(found.attrs["experiment"]).diff(experiment) == {}
    assert {name: found[name].attrs["units"] for name in found.data_vars} == {"v": "mV", "u": "mV", "spikes": "1"}


def test_a_unit_that_is_not_known_is_not_invented():
    found = simulate(LIF, current=torch.ones(5, 1)).to_xarray()
    assert "units" not in found["v"].attrs
    assert "experiment" not in found.attrs


def test_a_gradient_stays_behind():
    current = torch.full((50, 2), 1.5, requires_grad=True)
    run = simulate(LIF, current=current, dt=0.001)
    assert run.spikes.dtype == torch.float32
    found = run.to_xarray()
    assert found["spikes"].dtype == bool
    assert found["time"].values[found["spikes"].values[:, 1]].tolist() == [11.0, 22.0, 33.0, 44.0]
    run.variables["v"].sum().backward()  # and is as it was
    assert current.grad.abs().sum() > 0


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_widened_without_loss(dtype):
    values = normal(10, 2).to(dtype)
    found = Recording({"v": values}, fired(10, 2), 1.0).to_xarray()["v"].values
    assert found.dtype == np.float32
    assert torch.equal(torch.from_numpy(found).to(dtype), values)


def test_what_has_no_label_is_refused():
    with pytest.raises(ValueError, match="'spikes'"):
        Recording({"spikes": torch.zeros(3)}, fired(3), 1.0).to_xarray()
    with pytest.raises(ValueError, match="time"):
        Recording({"time": torch.zeros(3)}, fired(3), 1.0).to_xarray()
    with pytest.raises(ValueError, match="length 2 on 'spikes' and length 3 on"):
        Recording({"v": torch.zeros(3, 3)}, fired(3, 2), 1.0).to_xarray()


FAMILIES = [NEURONS["AdEx"], ENCODERS["Poisson"], PLASTICITY["STDP"], SURROGATES["super"], NETWORKS["Population"]]


@pytest.mark.parametrize("model", FAMILIES, ids=lambda model: model.family)
def test_recordings_of_every_family_have_labels(model, tmp_path):
    run = Experiment.of(model(), settings={"duration": 30}).run().recording
    found = run.to_xarray()
    assert set(found.data_vars) == {*run.variables, "spikes"}
    assert all("units" in found[name].attrs for name in found.data_vars)
    run.save(tmp_path / "run.nc")
    same(Recording.load(tmp_path / "run.nc"), run)
    assert run.to_csv().count("\n") == len(run.spikes) + 1


# -- files ------------------------------------------------------------------------------------------------------------


def same(one, other):
    """Equal tensors, and all else that a file holds."""
    assert list(one.variables) == list(other.variables)
    for name, values in other.variables.items():
        assert one.variables[name].dtype == values.dtype
        # as bytes: NaN is equal to itself
        assert one.variables[name].numpy().tobytes() == values.detach().contiguous().numpy().tobytes()
        assert one.variables[name].shape == values.shape
    assert torch.equal(one.spikes, other.spikes.detach() > 0)
    fields = ("dt", "backend", "every", "neurons", "units", "experiment")
    assert [getattr(one, f) for f in fields] == [getattr(other, f) for f in fields]
    assert np.array_equal(one.time, other.time)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("dt", [1.0, 0.1, 0.25, 3e-4])
def test_a_file_gives_back_the_recording(tmp_path, dtype, dt):
    values = normal(12, 2, 3, dtype=dtype)
    values[3] = torch.nan
    run = Recording({"v": values, "0": values * 3}, fired(12, 2, 3), dt, "eager (why)", units={"v": "mV"})
    run.save(tmp_path / "run.NC")
    same(Recording.load(str(tmp_path / "run.NC")), run)


@pytest.mark.parametrize("neurons", [None, (4, 1), ()])
@pytest.mark.parametrize("every", [1, 3, 60])
def test_a_file_knows_what_was_chosen(tmp_path, neurons, every):
    run = simulate(LIFBox, current=normal(50, 6), dt=0.001, neurons=neurons, every=every)
    run.save(tmp_path / "run.nc")
    same(Recording.load(tmp_path / "run.nc"), run)


def test_a_file_holds_an_experiment_of_megabytes(tmp_path):
    """A recording of one's own is part of it."""
    run = Recording({}, fired(3), 1.0, experiment="é" * 2_000_000)
    run.save(tmp_path / "run.nc")
    assert Recording.load(tmp_path / "run.nc").experiment == run.experiment


def test_others_read_the_file(tmp_path):
    run = Recording({"v": normal(5, 2)}, fired(5, 2), 0.1, units={"v": "mV"})
    run.save(tmp_path / "run.nc")
    with xr.open_dataset(tmp_path / "run.nc") as found:  # nothing is taken for a date
        assert found.identical(run.to_xarray())
        assert found["time"].dtype == np.float64


def test_other_endings_are_refused(tmp_path):
    run = Recording({}, fired(3), 1.0)
    for name, ending in (("run.csv", "'.csv'"), ("run", "''"), ("run.nc.gz", "'.gz'")):
        with pytest.raises(ValueError, match=r"give one that ends in '\.nc'") as error:
            run.save(tmp_path / name)
        assert ending in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_or_read(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        Recording({}, fired(3), 1.0).save(tmp_path / "nowhere" / "run.nc")
    with pytest.raises(FileNotFoundError, match="nothing"):
        Recording.load(tmp_path / "nothing.nc")
    (tmp_path / "text.nc").write_text("0,1")
    with pytest.raises(OSError, match="signature"):
        Recording.load(tmp_path / "text.nc")


def test_another_programs_file_is_refused(tmp_path):
    xr.Dataset({"temperature": ("x", np.arange(3.0))}).to_netcdf(tmp_path / "sea.nc", engine="h5netcdf")
    with pytest.raises(ValueError, match="not a recording that snnlab saved: it has no dt, every, backend, spikes"):
        Recording.load(tmp_path / "sea.nc")


# -- tables -----------------------------------------------------------------------------------------------------------


def read(text):
    head, *rows = csv.reader(io.StringIO(text))
    return head, rows


def test_columns_of_one_neuron():
    run = Recording({"v": torch.tensor([-65.0, 30.0]), "s": torch.tensor([0.1, 1 / 3])}, fired(2), 0.1,
                    units={"v": "mV", "s": "1"})  # fmt: skip
    head, rows = read(run.to_csv())
    assert head == ["time (ms)", "v (mV)", "s", "spike"]
    assert [row[:3] for row in rows] == [["0.1", "-65.0", "0.1"], ["0.2", "30.0", "0.33333334"]]  # as float32 has them
    alone = Recording({"v": run.variables["v"][:, None]}, run.spikes[:, None], 0.1)
    assert read(alone.to_csv())[0] == ["time (ms)", "v", "spike"]


@pytest.mark.parametrize("shape", [(4,), (2, 2)])
def test_columns_of_a_population_are_counted_as_spike_times_are(shape):
    v, spikes = normal(30, *shape), fired(30, *shape)
    run = Recording({"v": v}, spikes, 0.5, units={"v": "mV"})
    head, rows = read(run.to_csv())
    assert head == ["time (ms)", *(f"v[{k}] (mV)" for k in range(4)), *(f"spike[{k}]" for k in range(4))]
    numbers = np.array(rows, dtype=np.float32)  # nine digits bring back every float32
    assert np.array_equal(numbers[:, 1:5], v.reshape(30, 4).numpy())
    times = np.array(rows, dtype=float)[:, 0]
    for k in range(4):
        assert times[numbers[:, 5 + k] == 1].tolist() == run.spike_times(k).tolist()


def test_steps_without_a_sample_are_empty():
    run = simulate(LIF, current=torch.full((7, 5), 1.5), dt=0.001, neurons=(3, 1), every=3)
    head, rows = read(run.to_csv())
    assert head == ["time (ms)", "v[3]", "v[1]", *(f"spike[{k}]" for k in range(5))]
    assert [row[0] for row in rows] == ["1.0", "2.0", "3.0", "4.0", "5.0", "6.0", "7.0"]
    assert [k for k, row in enumerate(rows) if row[1]] == [2, 5]
    v = run.variables["v"].numpy()
    assert np.float32(rows[5][2]) == v[1, 1]
    assert all(set(row[3:]) <= {"0", "1"} for row in rows)


def test_numbers_of_a_double_are_kept():
    v = normal(50, dtype=torch.float64)
    rows = read(Recording({"v": v}, fired(50), 1.0).to_csv())[1]
    assert [float(row[1]) for row in rows] == v.tolist()


def test_times_are_as_people_write_them():
    times = [row[0] for row in read(Recording({}, fired(2000), 0.1).to_csv())[1]]
    assert times[2] == "0.3"
    assert max(map(len, times)) == 5  # "199.9"


def test_a_signal_may_have_no_neurons():
    """An encoder's signal is one, its spikes are of many."""
    run = Recording({"x": normal(3)}, fired(3, 2), 1.0)
    assert read(run.to_csv())[0] == ["time (ms)", "x", "spike[0]", "spike[1]"]


def test_a_recording_without_steps_is_a_line_of_titles():
    run = Recording({"v": torch.zeros(0, 2)}, torch.zeros(0, 2, dtype=torch.bool), 1.0)
    assert run.to_csv() == "time (ms),v[0],v[1],spike[0],spike[1]\n"


def test_a_table_as_a_file(tmp_path):
    run = Recording({"v": normal(5, 2)}, fired(5, 2), 1.0)
    assert run.to_csv(tmp_path / "run.csv") is None
    assert (tmp_path / "run.csv").read_bytes().decode() == run.to_csv()
    with pytest.raises(OSError, match="nowhere"):
        run.to_csv(tmp_path / "nowhere" / "run.csv")


def test_too_large_a_table_is_refused(monkeypatch):
    monkeypatch.setattr(labelled, "MAX_CELLS", 100)
    assert Recording({"v": torch.zeros(20, 2)}, fired(20, 2), 1.0).to_csv().count("\n") == 21
    with pytest.raises(ValueError, match="20 steps of 6 columns are 120 cells: at most 100 are written"):
        Recording({"v": torch.zeros(20, 2)}, fired(20, 3), 1.0).to_csv()
