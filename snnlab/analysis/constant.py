"""Runs of neurons that make their spikes themselves, at a time step that is not chosen for them."""

from typing import Any

from snnlab.core import Neuron, exponential_euler
from snnlab.engine import Diverged, Recording, simulate


def finite_run(neuron: Neuron, **given: Any) -> Recording:
    """A run as of `simulate`; where one of a neuron without reset diverges, by exponential Euler, which does not.

    At 0.1 ms, the gates of Hodgkin and Huxley's neuron are too fast for Euler's method. Raises ValueError as `simulate`
    does.
    """
    try:
        return simulate(neuron, **given)
    except Diverged:
        if not neuron.crosses or neuron.advance is exponential_euler:
            raise
        return simulate(neuron, advance=exponential_euler, **given)
