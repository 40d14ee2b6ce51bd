"""The example of CONTRIBUTING.md is run: a neuron of one file has knobs, runs, equations and an explorer."""

import re
from pathlib import Path

import pytest

EXAMPLE = re.search(
    r"```python\n(.*?)```", (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text(), re.DOTALL
).group(1)
IMPORTS = """
from typing import Annotated, NamedTuple
from torch import Tensor
from snnlab.core import SURROGATES, Choice, InverseTime, Neuron, Quantity, feed_forward
"""


@pytest.fixture
def quadratic():
    names = {"__name__": __name__}
    exec(IMPORTS + EXAMPLE, names)
    return names["Quadratic"]


def test_the_example_becomes_a_model_that_spikes(quadratic):
    from snnlab.models import Experiment, model_of, stimuli

    model = model_of(quadratic)(tau_mem=20.0)
    stimulus = stimuli(model.port)["Constant"]()
    assert model.taken().tau_mem_inv == pytest.approx(50.0)  # 20 ms in 1/s
    assert Experiment.of(model, stimulus).run().recording.spikes.any()


def test_the_example_prints_its_equation(quadratic):
    from snnlab.symbolic import equations

    assert equations(quadratic).flow[0].startswith(r"\tau_{\mathrm{mem}} \frac{dv}{dt} = ")
    assert equations(quadratic).spike == (r"v > v_{\mathrm{peak}}",)
