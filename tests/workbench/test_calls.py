"""How much work a slider's value takes: calls, which are the same on every machine."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

PATH = Path(__file__).parents[2] / "benchmarks" / "calls.py"


@pytest.fixture(scope="module")
def counted():
    module = module_from_spec(spec := spec_from_file_location("calls", PATH))
    spec.loader.exec_module(module)
    return module


def test_a_slider_is_one_piece_of_work(counted):
    found = counted.slider()
    assert 200 < found.total() <= 400
    for once in (
        ("workbench/sidebar.py", "experiment"),
        ("models/experiment.py", "__init__"),
        ("models/knobs.py", "accepted"),
        ("core/quantity.py", "check"),
        ("workbench/scenes/neuron.py", "draw"),
        ("workbench/scenes/scene.py", "draw"),
    ):
        assert found[once] == 1, once
    assert not found["core/random.py", "normal"], "the noise's numbers did not change"
    assert not any(file.startswith("analysis/patterns") for file, _ in found)


def test_a_link_is_read_once(counted):
    found = counted.link()
    assert found["models/exchange/data.py", "model_from"] == found["models/exchange/data.py", "plain_model"] == 1
