"""The stub files of snnlab and snnlab.models say what is there, and what the classes are."""

from pathlib import Path

import snnlab.models
from snnlab.models.stubs import package, stub


def test_the_files_are_what_the_definitions_make():
    """Else: make renew"""
    assert Path(snnlab.models.__file__).with_suffix(".pyi").read_text() == stub()
    assert Path(snnlab.__file__).with_suffix(".pyi").read_text() == package()


def test_it_knows_classes_and_their_parameters():
    text = stub()
    for kinds in (*snnlab.models.FAMILIES.values(), snnlab.models.STIMULI):
        for kind in kinds.values():
            assert f"class {kind.__name__}(" in text
            for name in kind.shown.values():
                assert f"    {name}: " in text
