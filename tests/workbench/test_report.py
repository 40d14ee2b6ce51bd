"""Reports and codes without a browser."""

import re

import pytest

from snnlab.models import FAMILIES, LIF, STDP, Experiment, Pairs, Step
from snnlab.workbench.export import qr_code
from snnlab.workbench.file.cases import Case, case_of
from snnlab.workbench.report import PICTURES, report_html


@pytest.mark.parametrize("model", [next(iter(kinds.values())) for kinds in FAMILIES.values() if kinds])
def test_a_report_says_what_was_run(model):
    case = case_of(model)
    text = report_html(case, "http://there/apps?a=1&b=2")
    assert 'href="http://there/apps?a=1&amp;b=2"' in text and text.count(PICTURES) == 1
    for name in case.experiment.model.of_part("run"):
        assert f"<td>{case.experiment.model.param[name].label} · " in text, name
    assert len(re.findall("contenteditable", text)) >= 4  # who, when, question, conclusion


def test_parts_of_a_stimulus_are_told_apart():
    stimulus = Step(amplitude=2.0) + Step(amplitude=-1.0, onset=30.0)
    text = report_html(Case("two <steps>", Experiment.of(LIF(), stimulus, {"duration": 60.0})), "")
    assert "<h1>two &lt;steps&gt;</h1>" in text
    assert text.index("Stimulus 1: step") < text.index("Stimulus 2: step") < text.index("<h3>Parameters")
    assert ">2</td>" in text and ">-1</td>" in text and "backend" not in text


def test_a_link_that_no_code_holds_is_refused():
    assert qr_code("http://there/apps").data.startswith("<svg")
    with pytest.raises(ValueError, match="4,000 characters is longer than such a code"):
        qr_code("x" * 4000)


def test_a_run_that_ends_early_is_told():
    model = STDP(
        stdp_algorithm="multiplicative_relu", hardbound=False, a_pre=1e6, a_post=1e6, eta_plus=10, eta_minus=10
    )
    pairs = Pairs(delta=5.0, rate=100.0, pairs=1000, onset=0.0)
    experiment = Experiment.of(model, pairs, {"duration": 1000.0})
    text = report_html(Case("wild", experiment), "")
    assert experiment.run().failure is not None and "The run stopped at" in text
