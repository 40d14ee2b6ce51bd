"""Cells and layers of every neuron, made from the functions that `snnlab.functional` has for it."""

from inspect import signature

from snnlab import functional
from snnlab.core import SNN, SNNCell, SNNRecurrent, SNNRecurrentCell, module

SHAPES = {
    "Cell": (SNNCell, "One step of a layer of neurons."),
    "": (SNN, "A layer of neurons over time, x [T, ...]."),
    "RecurrentCell": (SNNRecurrentCell, "One step of a recurrent layer."),
    "Recurrent": (SNNRecurrent, "A recurrent layer over time, x [T, ...]."),
}
FAMILIES = {  # name of the classes -> how its functions' names begin
    "LIF": "lif", "LIFRefrac": "lif_refrac", "LIFBox": "lif_box", "LIFMC": "lif_mc", "LIFMCRefrac": "lif_mc_refrac",
    "LIFEx": "lif_ex", "LIFAdEx": "lif_adex", "LIFAdExRefrac": "lif_adex_refrac", "LSNN": "lsnn", "AdaLIF": "ada_lif",
    "CobaLIF": "coba_lif", "IAF": "iaf", "EIF": "eif", "AdEx": "adex", "LI": "li", "LIBox": "li_box",
    "Izhikevich": "izhikevich",
}  # fmt: skip
# Norse's conductance-based cell is the recurrent one; integrators have no spikes to feed back, only input weights.
RENAMED = {
    "CobaLIFRecurrentCell": "CobaLIFCell",
    "LIRecurrentCell": "LILinearCell",
    "LIRecurrent": "LILinear",
    "LIBoxRecurrentCell": "LIBoxLinearCell",
    "LIBoxRecurrent": "LIBoxLinear",
}


def _family(family: str, prefix: str) -> dict[str, type[SNNCell]]:
    found = {}
    for suffix, (base, doc) in SHAPES.items():
        endings = ("_step", "_recurrent_step") if "Recurrent" in suffix else ("_feed_forward_step",)
        steps = [getattr(functional, prefix + e) for e in endings if hasattr(functional, prefix + e)]
        if steps and ("Recurrent" in suffix or "g_coupling" not in signature(steps[0]).parameters):
            name = RENAMED.get(family + suffix, family + suffix)
            found[name] = module(name, base, steps[0], getattr(functional, f"{steps[0].__name__}_sparse", None), doc)
    return found


MODULES = {name: made for family, prefix in FAMILIES.items() for name, made in _family(family, prefix).items()}
