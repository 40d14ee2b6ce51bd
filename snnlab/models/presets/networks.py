"""Networks: the four regimes of Brunel (2000), and one experiment for each other network."""

from ..families.networks import NETWORKS
from .preset import Driven, Preset

# Figure 8 of the paper, at its own size, and what a thousand neurons show of it: jumps are stronger, as there are fewer
# synapses, and neurons have more of them in common, so that waves are larger than mean field has them.
SIZE = {"N_E": 10_000, "N_I": 2500, "C_E": 1000, "C_I": 250}
SMALL = {"N_E": 800, "N_I": 200, "C_E": 200, "C_I": 50, "J": 0.2}


def _regime(letter: str, name: str, look: str, g: float, eta: float, duration: float) -> Preset:
    return Preset(
        id=f"brunel-2000-{letter}",
        name=name,
        letter=letter,
        model=NETWORKS["Brunel"],
        source=f"Brunel, J. Comput. Neurosci. 8:183, 2000, figure 8{letter}",
        look=look,
        values=SIZE | {"g": g, "eta": eta},
        stimulus=Driven("Constant", {"amplitude": 0.0}),
        settings={"duration": duration, "dt": 0.1},
    )


def _small(regime: Preset, name: str, look: str) -> Preset:
    """The same g and η, in a network that a page runs while a hand moves."""
    return regime._replace(
        id=regime.id.replace("2000", "1000"),
        name=name,
        letter="",
        source=f"after {regime.source}",
        look=look,
        values=regime.values | SMALL,
        settings={"duration": 200.0, "dt": 0.1},
    )


REGIMES = (
    _regime("A", "Synchronous regular", "nearly all neurons fire together, once in a cycle of 3 ms", 3.0, 2.0, 200.0),
    _regime(
        "B",
        "Synchronous irregular, fast",
        "a fast rhythm of all: each neuron fires in one cycle of three",
        6.0,
        4.0,
        400.0,
    ),
    _regime(
        "C",
        "Asynchronous irregular",
        "the rate of all wavers, by half of it, each neuron fires irregularly",
        5.0,
        2.0,
        600.0,
    ),
    _regime(
        "D", "Synchronous irregular, slow", "slow waves: in each, fewer than half of the neurons fire", 4.5, 0.9, 1000.0
    ),
)
SONG = "Song, Miller, Abbott, Nat. Neurosci. 3:919, 2000"
FIFTH = "a fifth of its inputs, five times as strong, which part sooner"
A_THOUSAND = tuple(
    _small(REGIMES["ABCD".index(letter)], name, look)
    for letter, name, look in (
        ("D", "Slow waves", "slow waves, silent between; turn η above 1, and they run into one another"),
        (
            "C",
            "Irregular firing",
            "the rate of all wavers; with more inhibition g neurons fire less regularly",
        ),
        ("B", "Fast rhythm", "a rhythm of all that is faster than any neuron fires"),
        (
            "A",
            "Excitation prevails",
            "neurons fire as fast as they can, until g passes 4",
        ),
    )
)
SYNFIRE = tuple(
    Preset(
        f"synfire-{key}",
        name,
        NETWORKS["Synfire"],
        NETWORKS["Synfire"].definition.source,
        look,
        {"spikes": spikes, "sigma": sigma},
        Driven("Constant", {"amplitude": 0.0}),
        {"duration": 100.0, "dt": 0.1},
    )
    for key, name, look, spikes, sigma in (
        ("survives", "A volley that survives", "sixty spikes become a hundred in step", 60, 1.0),
        ("dies", "A volley that dies out", "forty spikes are lost on their way; sixty in 1 ms are not", 40, 2.0),
    )
)
_READ = NETWORKS["PopulationReadout"]
_WIDE = {"cell": {"method": "tanh", "alpha": 5.0}}  # whose surrogate gradient is nearly that of differences
READ = tuple(
    Preset(
        f"readout-{key}",
        name,
        _READ,
        source or _READ.definition.source,
        look,
        values,
        Driven(*drive),
        {"duration": 400.0, "dt": 0.2},
        inner=_WIDE,
    )
    for key, name, look, drive, values, source in (
        (
            "wave",
            "A wave is read",
            "the readout follows the signal, late and rounded; watch it learn below",
            ("Sine", {"amplitude": 0.8, "mean": 1.2, "frequency": 5.0}),
            {},
            "Eliasmith, Anderson, Neural Engineering, MIT Press 2003, chapter 4",
        ),
        (
            "quiet",
            "Too quiet: neurons are silent",
            "most neurons never fire: only a surrogate says that more gain would help",
            ("Constant", {"amplitude": 0.8}),
            {"target": 30.0, "spread": 5.0},
            "",
        ),
        (
            "busy",
            "Too busy: a penalty on the rate",
            "spikes add up faster than the target; the slope of the penalty leads to less gain",
            ("Constant", {"amplitude": 1.6}),
            {"gain": 1.5, "weight": 1.5},
            "",
        ),
        (
            "random",
            "Random weights, until it learns",
            "random weights make a rough readout that is far off; it comes nearer as it learns",
            ("Chirp", {"amplitude": 0.6, "mean": 1.2, "first": 2.0, "last": 12.0, "length": 400.0}),
            {"scatter": 500.0, "spread": 60.0},
            "Eliasmith, Anderson, Neural Engineering, MIT Press 2003, chapter 4",
        ),
    )
)
LEARNING = tuple(
    Preset(
        f"song-{key}",
        name,
        NETWORKS["PlasticInputs"],
        source,
        look,
        values,
        Driven("Constant", {"amplitude": 0.0}),
        bound="the neuron fires a sixth less than with the finest steps; what its weights come to is the same",
    )
    for key, name, source, look, values in (
        (
            "2001-correlated",
            "Correlated inputs win",
            f"after Song, Abbott, Neuron 32:339, 2001: {FIFTH}",
            "the fifth of inputs whose rates vary together grows, and the others shrink",
            {"correlated": 20.0, "c": 0.6},
        ),
        (
            "2000-bimodal",
            "Weights become bimodal",
            f"after {SONG}, figure 2: {FIFTH}",
            "most weights end near 0 or near the largest, few between; the neuron fires irregularly",
            {"correlated": 0.0},
        ),
        (
            "2000-rate",
            "Twice the input",
            f"after {SONG}, figure 4: {FIFTH}",
            "inputs of 30 Hz instead of 15 Hz: the neuron fires at first, then as slowly as with 15 Hz",
            {"correlated": 0.0, "rate": 30.0},
        ),
        (
            "2000-size",
            "A thousand inputs",
            f"{SONG}, with pairs that change a weight by four times as much: minutes show what took an hour",
            "weights drift slowly to both bounds; with correlated inputs, they part",
            {"correlated": 0.0, "N_E": 1000, "w_max": 0.015, "ratio": 1.05, "A_plus": 0.02},
        ),
    )
)
OTHERS = (
    Preset(
        "population-step",
        "Neurons that differ",
        NETWORKS["Population"],
        NETWORKS["Population"].definition.source,
        "the same step, but every neuron has its own rate",
        stimulus=Driven("Step", {"amplitude": 1.2, "onset": 50.0, "length": 300.0}),
        settings={"duration": 400.0},
    ),
    Preset(
        "feed-forward-sine",
        "A wave through a layer",
        NETWORKS["FeedForward"],
        NETWORKS["FeedForward"].definition.source,
        "the rate of the layer follows the signal",
        stimulus=Driven("Sine", {"amplitude": 0.4, "mean": 0.5, "frequency": 5.0}),
        settings={"duration": 600.0},
    ),
    Preset(
        "lsnn-memory",
        "Adapting and plain neurons",
        NETWORKS["LSNNetwork"],
        NETWORKS["LSNNetwork"].definition.source,
        "the adapting neurons fire at the onset and then hold back",
        stimulus=Driven("Step", {"amplitude": 1.6, "onset": 50.0, "length": 400.0}),
        settings={"duration": 600.0},
    ),
    Preset(
        "izhikevich-2003-network",
        "Rhythms of a cortex in small",
        NETWORKS["IzhikevichNetwork"],
        "Izhikevich, IEEE Trans. Neural Netw. 14:1569, 2003, figure 3; in finer steps than the 1 ms of its program, "
        "neurons fire a quarter more",
        "bands in the raster, some nine and some thirty-five a second, though nothing but noise comes in",
        stimulus=Driven("Constant", {"amplitude": 0.0}),
    ),
)
