"""Norse's sub-modules under their own names: `from snnlab.functional.lif import lif_step`."""

import sys
from collections.abc import Mapping
from importlib import import_module

_FILES = {
    "neurons": (
        "coba_lif", "iaf", "izhikevich", "leaky_integrator", "leaky_integrator_box", "lif", "lif_adex",
        "lif_adex_refrac", "lif_box", "lif_ex", "lif_mc", "lif_mc_refrac", "lif_refrac", "lsnn",
    ),
    "operations": ("filter", "lift", "logical", "receptive_field", "regularization", "reset"),
    "plasticity": ("correlation_sensor", "lif_correlation", "stdp", "stdp_sensor"),
}  # fmt: skip
_ADJOINTS = ("coba_lif", "lif", "lif_mc", "lif_mc_refrac", "lif_refrac", "lsnn")

MODULES = {
    **{name: f"snnlab.functional.{folder}.{name}" for folder, names in _FILES.items() for name in names},
    "adjoint": "snnlab.functional.neurons",  # an adjoint step stands beside the step it belongs to
    **{f"adjoint.{name}_adjoint": f"snnlab.functional.neurons.{name}" for name in _ADJOINTS},
    **dict.fromkeys(("heaviside", "superspike", "threshold"), "snnlab.functional.operations.surrogates"),
    **dict.fromkeys(("decode", "encode", "spikes_to_times_decoder"), "snnlab.functional"),  # which has them all
    "tsodyks_makram": "snnlab.functional.plasticity.tsodyks_markram",
}


def install(package: str = "snnlab.functional", modules: Mapping[str, str] = MODULES) -> None:
    """Let `package.name` be the module `modules[name]`; to be called when the package has all its own names.

    Entries in `sys.modules`, not an import hook: after a hook, import sets the attribute on the package, and the module
    `lift` would replace the function `lift`. What a package already has under a name, it keeps.
    """
    for name, home in modules.items():
        module = sys.modules.setdefault(f"{package}.{name}", import_module(home))
        parent, _, last = f"{package}.{name}".rpartition(".")
        if not hasattr(sys.modules[parent], last):
            setattr(sys.modules[parent], last, module)
