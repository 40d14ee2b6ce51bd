"""What is tried by day, and what by night."""

import pytest


def first_of_each(cases, kind):
    """Keys of these cases as parameters of a test: the first of each kind by day, the others by night."""
    seen, found = set(), []
    for key, case in cases.items():
        marks = [pytest.mark.nightly] if (one := kind(case)) in seen else []
        seen.add(one)
        found.append(pytest.param(key, marks=marks, id=key))
    return found
