"""Equations of networks and of encoders by chance: printed from the code that runs them, and those of their papers."""

from dataclasses import replace

import pytest
import torch

from snnlab.core import Centre
from snnlab.functional import ENCODERS as DEFINITIONS
from snnlab.models import NETWORKS, Brunel, LSNNetwork, PlasticInputs, Poisson, Population, PopulationCode, Synfire
from snnlab.models.families.encoders import by_chance
from snnlab.models.families.networks.network import network_model
from snnlab.symbolic import encoder_equations

POISSON = next(one for one in DEFINITIONS if one.name == "Poisson")


def test_brunels_network_is_that_of_his_paper():
    """His equations (1), (2) and (4): external spikes of size J at eta theta / (J tau) have a mean of eta theta, and
    their noise is J sqrt(nu tau) sqrt(tau) xi(t)."""
    lines = Brunel().equations()
    assert lines[:3] == (
        r"\tau \frac{dv}{dt} = - v + I",
        r"\text{spike when}\ \ v > \theta",
        r"\text{then}\ \ v \leftarrow V_{\mathrm{r}}",
    )
    assert lines[9] == (
        r"I_{i} = I\left(t\right) + \eta\,\theta + \sqrt{J\,\eta\,\tau\,\theta}\, \xi_{i}\left(t\right)"
    )
    assert r"x_{i} = \sum_{j} w_{ij} z_{j}\left(t - \mathrm{delay}\right)" in lines
    assert r"w_{ij} = \begin{cases} J & \text{if j excites} \\ - J\,g & \text{otherwise} \end{cases}" in lines
    assert any(r"C_{\mathrm{E}}" in line and r"N_{\mathrm{E}}" in line for line in lines)


def test_equations_of_a_network_follow_its_code():
    def halved(*given):
        found = LSNNetwork.definition.wire(*given)
        return found._replace(weights=found.weights / 2)

    usual, other = LSNNetwork(), network_model(
        replace(LSNNetwork.definition, wire=halved), port=LSNNetwork.port, variables=LSNNetwork.variables
    )()  # fmt: skip
    told = r"w_{ij} = \frac{\mathrm{weight}\,\xi_{ij}}{%s\sqrt{\mathrm{size}}}"
    assert told % "" in usual.equations() and told % r"2\," in other.equations()
    assert set(usual.equations()) ^ set(other.equations()) == {told % "", told % r"2\,"}


def test_switches_of_a_network_leave_out_their_terms():
    spread = r"p_{i} = \frac{p\,\left(\mathrm{spread}\,\zeta_{i} + 100\right)}{100}"
    assert spread in Population().equations() and spread not in Population(spread=0).equations()
    assert not any("xi_" in line for line in Population().equations())
    assert r"I_{i} = I\left(t\right) + \mathrm{noise}\, \xi_{i}\left(t\right)" in Population(noise=0.2).equations()
    assert next(line for line in Population(only=("tau_mem",)).equations() if "zeta" in line) == (
        r"{\tau_{\mathrm{mem}}}_{i} = \frac{\tau_{\mathrm{mem}}\,\left(\mathrm{spread}\,\zeta_{i} + 100\right)}{100}"
    )


def test_weights_learn_as_in_the_paper_of_song_miller_and_abbott():
    """A pair changes a weight by A_+ w_max and by A_- w_max: their equation (1)."""
    *_, learnt = PlasticInputs().equations()
    assert learnt == (
        r"\Delta w = w_{\mathrm{max}}\,{A_+} z_{\mathrm{post}} t_{\mathrm{pre}} "
        r"- w_{\mathrm{max}}\,{A_+}\,{A_-/A_+} z_{\mathrm{pre}} t_{\mathrm{post}}"
    )


def test_numbers_in_equations_are_those_of_the_run():
    """The noise of a synfire chain, from its printed formula: v scatters by `noise` (its stationary deviation)."""
    line = next(line for line in Synfire().equations() if line.startswith("I_{i}"))
    assert line.endswith(
        r"\sqrt{\frac{\mathrm{noise}^{2}\,\left(\tau + 2\,\tau_{\mathrm{syn}}\right)}{2\,\tau_{\mathrm{syn}}}}\,"
        r" \xi_{i}\left(t\right)"
    )


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_has_equations(name):
    lines = NETWORKS[name]().equations()
    assert any(r"\frac{d" in line for line in lines) and not any("no equations" in line for line in lines)


def test_encoders_by_chance_say_their_rate_and_when_they_spike():
    assert Poisson().equations() == (
        r"r\left(x\right) = f_{\mathrm{max}} x",
        r"z = \begin{cases} 1 & \Delta t r > u \\ 0 & \text{otherwise} \end{cases}",
        r"u \sim \mathcal{U}\left(0, 1\right)",
    )
    rate, preferred, *_ = PopulationCode(out_features=7).equations()
    assert preferred == r"c_k = \frac{\mathrm{scale}\,k}{6}"
    assert rate.startswith(r"r_{k}\left(x\right) = f_{\mathrm{max}} e^{") and r"\left(x - c_{k}\right)^{2}" in rate


def test_equations_of_an_encoder_follow_its_code():
    squared = replace(POISSON, rate=lambda x, k, p: p.f_max * x**2)
    assert encoder_equations(squared, by_chance)[0] == r"r\left(x\right) = f_{\mathrm{max}} x^{2}"
    row = replace(squared, width=lambda p: 3, read=Centre(lambda k, p: k / 2))
    assert encoder_equations(row, by_chance)[1] == r"c_k = \frac{k}{2}"
    hidden = replace(POISSON, rate=lambda x, k, p: x if bool(x > torch.tensor(0.5)) else p.f_max * x)
    with pytest.raises(NotImplementedError):
        encoder_equations(hidden, by_chance)
