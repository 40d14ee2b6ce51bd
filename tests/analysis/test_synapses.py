"""What synapses release, against the recursion of the paper."""

import pytest

from snnlab.analysis import released
from snnlab.models import LIF, PRESETS


def test_a_depressing_synapse_releases_a_part_of_what_is_left():
    """Each spike takes u of x; between spikes x recovers. With tau_f = 0 nearly, u is U at each spike."""
    experiment = PRESETS["stp-depressing"].experiment()
    experiment.model.param.update(U=0.5, tau_f=1.0, tau_d=1e5)  # nothing recovers in half a second
    experiment.settings.dt = 0.05
    sizes = released(experiment.run().recording)
    assert sizes[:4] == pytest.approx([0.5, 0.25, 0.125, 0.0625], rel=0.02)


def test_a_recording_without_a_synapse():
    with pytest.raises(ValueError, match="u is not among the recorded variables v, i"):
        released(LIF().simulate(duration=20))
