"""Encoders and decoders as modules, made from the functions: what a function takes besides its input is kept."""

from collections.abc import Callable
from inspect import Parameter, Signature, signature

import torch
from torch import Tensor, nn

from snnlab import functional
from snnlab.core import Keeper, check_input


def module_of(function: Callable, name: str, **defaults) -> type[nn.Module]:
    """A module class whose arguments are the function's but for its first, with `defaults` of its own."""
    _, *rest = signature(function).parameters.values()
    arguments = Signature(
        [p.replace(default=defaults.get(p.name, p.default)) for p in rest if p.kind is not Parameter.VAR_KEYWORD]
    )

    class Module(Keeper):
        def __init__(self, *given, **named):
            super().__init__()
            bound = arguments.bind(*given, **named)
            bound.apply_defaults()
            for setting, value in bound.arguments.items():
                self.keep(setting, value)

        @property
        def settings(self) -> dict:
            return {setting: self.kept(setting) for setting in self._values}

        def __getattr__(self, attribute):
            try:
                return super().__getattr__(attribute)
            except AttributeError:
                if attribute not in self.__dict__.get("_values", ()):
                    raise
                return self.kept(attribute)

        def extra_repr(self) -> str:
            return ", ".join(f"{k}={v}" for k, v in self.settings.items())

        def forward(self, *given: Tensor, **named: Tensor) -> Tensor:
            if len(given) + len(named) != 1:
                raise TypeError(f"{name} takes one input, not {len(given) + len(named)}")
            check_input(name, *given, *named.values())
            return function(*given, *named.values(), **self.settings)  # Norse's modules give it many names

    Module.__name__ = Module.__qualname__ = name
    Module.__module__ = "snnlab.modules"
    told = (function.__doc__ or "").split(">>>")[0].rstrip()  # its example calls the function
    Module.__doc__ = f"`{function.__name__}` as a module.\n\n{told}"
    Module.__signature__ = arguments  # type: ignore[attr-defined]
    return Module


# Networks feed them activations, which may leave the domain of a probability for a while: modules are not strict.
ENCODERS = {
    name: module_of(getattr(functional, function), name, **({"strict": False} if "poisson" in function else {}))
    for name, function in {
        "ConstantCurrentLIFEncoder": "constant_current_lif_encode",
        "PoissonEncoder": "poisson_encode",
        "PoissonEncoderStep": "poisson_encode_step",
        "PopulationEncoder": "population_encode",
        "SignedPoissonEncoder": "signed_poisson_encode",
        "SignedPoissonEncoderStep": "signed_poisson_encode_step",
        "SpikeLatencyEncoder": "spike_latency_encode",
        "SpikeLatencyLIFEncoder": "spike_latency_lif_encode",
    }.items()
}


class SpikesToTimesDecoder(nn.Module):
    """Times of the first `spike_count` spikes of every neuron, in s, or their indices; inf where there are fewer."""

    def __init__(self, spike_count=1, convert_indices_to_times: bool = True, dt: float = 1e-3) -> None:
        super().__init__()
        self.spike_count, self.convert_indices_to_times, self.dt = spike_count, convert_indices_to_times, dt

    def forward(self, spike_input: Tensor) -> Tensor:
        check_input("SpikesToTimesDecoder", spike_input)
        indices = functional.ToSpikeTimes.apply(spike_input, torch.as_tensor(self.spike_count))
        return indices * self.dt if self.convert_indices_to_times else indices
