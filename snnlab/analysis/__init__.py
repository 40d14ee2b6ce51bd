"""Numbers from recordings."""

from .accuracy import Accuracy, accuracy
from .agreement import Agreement, agreement, cell_spikes
from .average import spike_triggered_average
from .bifurcation import Bifurcation, bifurcations
from .bursts import Burst, bursts
from .cable import (
    arrivals,
    chain_potentials,
    conduction_speed,
    length_constant,
    passive_membrane,
    passive_potentials,
    tree_potentials,
)
from .clamp import Clamp, Gates, clamp_to, currents, gates, voltage_clamp
from .connections import weight_blocks
from .correlograms import Correlogram, correlogram
from .counts import CountDistribution, count_distribution
from .decoded import Decoding, decoding
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
from .information import mutual_information
from .lag import signal_lag
from .map import Map, sweep
from .mean_field import Membrane, Synapses, irregularity, linear_response, siegert_rate
from .packets import Packets, pulse_packets
from .pairing import adds_up, nearest_pairings, pairing, triplets
from .patterns import Other, Verdict, classify, pattern_of
from .picture_code import PictureCode, encode_picture
from .population import (
    count_correlation,
    fano_factor,
    population_rate,
    power_spectrum,
    spike_counts,
    synchrony_index,
)
from .raster import raster_image
from .rates import instantaneous_rate
from .readout import (
    PenaltyCurve,
    Regularized,
    penalty_curve,
    rate_penalty,
    read_out,
    readout_error,
    readout_weights,
    regularize,
)
from .regimes import REGIMES, RegimeMap, States, mean_field_rate, regime_map, states
from .response import Piece, pieces
from .shared_noise import CorrelationTransfer, correlation_theory, correlation_transfer
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
from .synapses import SteadyState, limiting_rate, peak_rate, released, settled_release, steady_state
from .training import OPTIMISERS, Path, Task, descend, loss_landscape, poisson_trains
from .transfer import FICurve, f_i_curve, rheobase
from .tuning import TuningCurves, tuning_curves, tuning_theory
from .variability import Variability, variability
from .waveform import SpikeWaveform, crossings, spike_waveforms
from .weights import Shares, shares_at_bounds, weight_histogram
