"""Norse's sub-modules under their own names: `from snnlab.modules.lif import LIFCell`."""

from snnlab.functional import aliases

MODULES = dict.fromkeys(
    (
        "coba_lif", "conv", "encode", "exp_filter", "iaf", "izhikevich", "leaky_integrator", "leaky_integrator_box",
        "lif", "lif_adex", "lif_adex_refrac", "lif_box", "lif_correlation", "lif_ex", "lif_mc", "lif_mc_refrac",
        "lif_refrac", "lift", "lsnn", "receptive_field", "regularization", "sequential", "snn",
        "spikes_to_times_decoder",
    ),
    "snnlab.modules",
)  # fmt: skip


def install() -> None:
    """All of them are `snnlab.modules` itself, which offers every name; to be called at its end."""
    aliases.install("snnlab.modules", MODULES | {"functional": "snnlab.functional", "module": "snnlab.modules"})
    aliases.install("snnlab.modules.functional", aliases.MODULES)
    aliases.install("snnlab.modules.module", MODULES)
