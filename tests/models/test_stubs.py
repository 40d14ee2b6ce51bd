"""The stub file of snnlab.models says what the classes are."""

from pathlib import Path

import snnlab.models
from snnlab.models.stubs import stub


def test_the_file_is_what_the_definitions_make():
    """Else: python -m snnlab.models.stubs > snnlab/models/__init__.pyi"""
    assert Path(snnlab.models.__file__).with_suffix(".pyi").read_text() == stub()


def test_it_knows_classes_and_their_parameters():
    text = stub()
    for kinds in (*snnlab.models.FAMILIES.values(), snnlab.models.STIMULI):
        for kind in kinds.values():
            assert f"class {kind.__name__}(" in text
            for name in kind.shown.values():
                assert f"    {name}: " in text
