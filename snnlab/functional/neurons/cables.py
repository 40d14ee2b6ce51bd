"""Neurons in compartments: a passive cable, one that spikes with a reset, and membranes that carry a spike along."""

from snnlab.core import Cable, euler

from .fitzhugh_nagumo import FitzHughNagumo
from .hodgkin_huxley import HodgkinHuxley
from .leaky_integrator_box import LIBox
from .lif_box import LIFBox
from .lif_mc import lif_mc_adjoint_step, lif_mc_feed_forward_step, lif_mc_step

PassiveCable = Cable(
    name="PassiveCable",
    title="Passive cable",
    doc="Leaky membranes in a row: a potential fades with the distance from where the current enters.",
    source="Rall, J. Neurophysiol. 30:1138, 1967; Dayan, Abbott, Theoretical Neuroscience, MIT Press 2001, section 6.3",
    neuron=LIBox,
    g_c=4.0,
)
LIFCable = Cable(
    name="LIFCable",
    title="LIF compartments",
    doc="Leaky integrate-and-fire membranes in a row, each of which spikes and is reset by itself.",
    source="Pehle, Pedersen, Norse, Zenodo 2021, doi:10.5281/zenodo.4422025",
    neuron=LIFBox,
    g_c=1.0,
    n=5,
    functions=(lif_mc_step, lif_mc_feed_forward_step, lif_mc_adjoint_step),
)
FitzHughNagumoCable = Cable(
    name="FitzHughNagumoCable",
    title="FitzHugh-Nagumo cable",
    doc="An excitable medium in the fewest terms: a spike travels, or fails where the coupling is too weak.",
    source="Nagumo, Arimoto, Yoshizawa, Proc. IRE 50:2061, 1962; Keener, SIAM J. Appl. Math. 47:556, 1987",
    neuron=FitzHughNagumo,
    g_c=0.5,
    n=20,
)
HodgkinHuxleyCable = Cable(
    name="HodgkinHuxleyCable",
    title="Hodgkin-Huxley axon",
    doc="The squid axon in compartments: each spike excites the next membrane, so it travels at a constant speed.",
    source="Hodgkin, Huxley, J. Physiol. 117:500, 1952",
    neuron=HodgkinHuxley,
    g_c=4.0,
    n=10,
    advance=euler,  # whose step is a quarter of that of others, and made as much faster for each number of compartments
    dt=0.01,
)
