"""Limits that the environment sets."""

import json
import os
import subprocess
import sys

import pytest

from snnlab.models.limits import LIMITS, Limit

ASKED = """
import snnlab
from snnlab.models import Experiment, LIF
try:
    Experiment(LIF(), settings={"duration": 1000.0}).fits()
except ValueError as error:
    print(error)
"""


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5", "1e6", "9" * 40, " 5"])
def test_what_no_limit_can_be_is_said_with_its_variable(monkeypatch, text):
    monkeypatch.setenv("SNNLAB_MAX_EXAMPLES", text)
    with pytest.raises(
        ValueError, match=r"SNNLAB_MAX_EXAMPLES = .* is not allowed: give a whole number from 1 on, exam"
    ):
        Limit("SNNLAB_MAX_EXAMPLES", 10, "examples")


def test_a_limit_is_usual_unless_it_is_set(monkeypatch):
    assert Limit("SNNLAB_MAX_EXAMPLES", 10, "examples") == 10
    monkeypatch.setenv("SNNLAB_MAX_EXAMPLES", "12")
    assert json.dumps(Limit("SNNLAB_MAX_EXAMPLES", 10, "examples")) == "12"
    assert len({limit.variable for limit in LIMITS}) == len(LIMITS) > 4


def test_a_refusal_names_the_figure_and_what_raises_it():
    told = subprocess.run(
        [sys.executable, "-c", ASKED],
        env=os.environ | {"SNNLAB_MAX_STEPS": "500"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "10,000 steps: at most 500 (SNNLAB_MAX_STEPS) are run; give a duration up to 50 ms" in told
