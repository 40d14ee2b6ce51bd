"""Numbers from recordings."""

from .accuracy import Accuracy, accuracy
from .agreement import Agreement, agreement, cell_spikes
from .average import spike_triggered_average
from .bifurcation import Bifurcation, bifurcations
from .bursts import Burst, bursts
from .clamp import Clamp, Gates, clamp_to, currents, gates, voltage_clamp
from .correlograms import Correlogram, correlogram
from .diagram import Diagram, bifurcation_diagram
from .distances import coincidence_factor, van_rossum, victor_purpura
from .distribution import Intervals, interval_distribution, return_map
from .equilibria import FixedPoint, fixed_points, nullclines
from .gradient import (
    Growth,
    InputGradient,
    gradient_growth,
    input_difference,
    input_gradient,
    random_weights,
)
from .impedance import impedance, measured_impedance
from .patterns import Other, Verdict, classify, pattern_of
from .population import (
    count_correlation,
    fano_factor,
    population_rate,
    power_spectrum,
    spike_counts,
    synchrony_index,
)
from .rates import instantaneous_rate
from .response import Piece, pieces
from .smooth import smooth_threshold
from .spikes import (
    SpikeStatistics,
    adaptation_index,
    cv,
    cv2,
    isi,
    latency,
    lv,
    peak,
    rate,
    spike_statistics,
    trace,
)
from .synapses import released
from .training import OPTIMISERS, Path, Task, descend, loss_landscape, poisson_trains
from .transfer import FICurve, f_i_curve, rheobase
from .waveform import SpikeWaveform, crossings, spike_waveforms
