"""Colours of pinned runs: told apart by everybody, and seen on both grounds."""

from itertools import combinations

import numpy as np
import pytest

from snnlab.core.palette import PINS, VOLTAGE

# Machado, Oliveira, Fernandes, IEEE Trans. Vis. Comput. Graph. 15:1291, 2009, table 1: severity 1
SEEN = {
    "by most": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
NOTICED = 2.3  # CIELAB, of two patches side by side: Mahy et al., Color Res. Appl. 19:105, 1994


def linear(colour):
    parts = np.array(list(bytes.fromhex(colour[1:]))) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    x = XYZ @ np.clip(rgb, 0, 1) / (XYZ @ np.ones(3))
    f = np.where(x > 0.008856, np.cbrt(x), 7.787 * x + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("eyes", SEEN)
def test_pinned_runs_are_told_apart(eyes):
    seen = [lab(np.array(SEEN[eyes]) @ linear(one)) for one in (*PINS, VOLTAGE)]
    nearest = min(np.linalg.norm(one - other) for one, other in combinations(seen, 2))
    assert nearest > 4 * NOTICED, "thin lines that lie apart need more than patches do"


@pytest.mark.parametrize("colour", PINS)
def test_pinned_runs_are_seen_on_light_and_dark(colour):
    light = XYZ[1] @ linear(colour)
    dark = XYZ[1] @ linear("#121212")
    assert 1.05 / (light + 0.05) > 2.2 and (light + 0.05) / (dark + 0.05) > 3
