"""Colours that everybody can tell apart, and read."""

import re
from itertools import combinations

import numpy as np
import pytest

from snnlab.core import palette

# Machado, Oliveira, Fernandes, IEEE Trans. Vis. Comput. Graph. 15:1291, 2009, table 1, severity 1: on linear RGB
BLIND = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
GROUNDS = "#ffffff", "#121212"  # of page.css
DRAWN = "VOLTAGE", "STATE", "CURRENT", "MEASURED", "SPIKE", "LINE"


def linear(color):
    """sRGB [3] as light."""
    c = np.array([int(color[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(light):
    """CIE 1976 L*a*b* under D65."""
    part = XYZ @ np.clip(light, 0, 1) / np.array([0.95047, 1, 1.08883])
    f = np.where(part > 0.008856, np.cbrt(part), 7.787 * part + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one, other):
    """WCAG 2: (brighter + 0.05) / (darker + 0.05)."""
    dark, bright = sorted(float(XYZ[1] @ linear(color)) + 0.05 for color in (one, other))
    return bright / dark


def test_contrast_is_that_of_the_standard():
    assert contrast("#ffffff", "#000000") == pytest.approx(21, abs=1e-4)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the known grey that just fails for words


@pytest.mark.parametrize("kind", BLIND)
def test_the_colour_blind_tell_apart_what_one_plot_shows(kind):
    """A difference of 2.3 is just seen in patches side by side; lines of two pixels need ten times as much."""
    seen = [[lab(np.array(BLIND[kind]) @ linear(color)) for color in pair] for pair in palette.ALONE]
    assert all(np.linalg.norm(one - other) > 23 for one, other in seen)


@pytest.mark.parametrize("ground", GROUNDS)
def test_lines_and_words_stand_out_from_their_ground(ground):
    assert min(contrast(getattr(palette, name), ground) for name in DRAWN) >= 3  # WCAG 2.1, 1.4.11: graphics
    words = [re.findall("#[0-9a-f]{6}", one)[GROUNDS.index(ground)] for name, one in vars(palette).items()
             if isinstance(one, str) and one.startswith("light-dark(")]  # fmt: skip
    assert len(words) == 3
    assert min(contrast(color, ground) for color in words) >= 4.5  # 1.4.3: text


@pytest.mark.parametrize("kind", [None, *BLIND])
def test_pinned_runs_are_told_apart(kind):
    """Thin lines that lie apart need more than patches do: four times what is just noticed of these."""
    eyes = np.eye(3) if kind is None else np.array(BLIND[kind])
    seen = [lab(eyes @ linear(one)) for one in (*palette.PINS, palette.VOLTAGE)]
    assert min(np.linalg.norm(one - other) for one, other in combinations(seen, 2)) > 4 * 2.3


@pytest.mark.parametrize("color", palette.PINS)
def test_pinned_runs_are_seen_on_light_and_dark(color):
    light, dark = (contrast(color, ground) for ground in GROUNDS)
    assert light > 2.2 and dark > 3


@pytest.mark.parametrize("kind", [None, *BLIND])
def test_many_kinds_are_told_apart_as_areas(kind):
    """Patches side by side that differ by 2.3 are just told apart; by less than four times that, none are."""
    eyes = np.eye(3) if kind is None else np.array(BLIND[kind])
    seen = [lab(eyes @ linear(one)) for one in (palette.NOTHING, *palette.MANY_KINDS)]
    assert min(np.linalg.norm(one - other) for one, other in combinations(seen, 2)) > 3.9 * 2.3


@pytest.mark.parametrize("ground", GROUNDS)
def test_many_kinds_are_no_ground(ground):
    assert min(contrast(color, ground) for color in palette.MANY_KINDS) > 1.1
