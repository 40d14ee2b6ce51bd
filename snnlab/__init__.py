"""A workbench for seeing how spiking neurons work.

`snnlab.functional` is for scripts, `snnlab.models` for notebooks, `snnlab.explore(model)` shows a model live. What
`snnlab.models` has is here as well: `snnlab.LIF()`, `snnlab.Step()`, `snnlab.Experiment()`.
Everything is loaded on first use: `import snnlab` costs nothing.
"""

from importlib import import_module

_FUNCTIONS = {  # what is offered from here, and the floor where it lives
    "explore": "workbench",
    "equations": "workbench",
    "phase_plane": "workbench",
    "bifurcation_diagram": "workbench",
    "impedance_curve": "workbench",
    "interval_histogram": "workbench",
    "save_html": "workbench",
    "f_i_curve": "analysis",
    "fixed_points": "analysis",
    "sweep": "analysis",
    "channels": "core",
    "synapse": "core",
    "simulate": "engine",
    "Recording": "engine",
}
_FLOORS = ("core", "functional", "modules", "engine", "symbolic", "models", "analysis", "testing", "views", "workbench")


def __getattr__(name: str):
    if name == "__version__":
        return import_module("importlib.metadata").version("snnlab")  # as pyproject.toml has it
    if name in _FUNCTIONS:
        return getattr(import_module(f"snnlab.{_FUNCTIONS[name]}"), name)
    if name in _FLOORS:
        return import_module(f"snnlab.{name}")
    if not name.startswith("_") and name in (models := import_module("snnlab.models")).OFFERED:
        return getattr(models, name)
    raise AttributeError(f"module 'snnlab' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), "__version__", *_FUNCTIONS, *_FLOORS, *import_module("snnlab.models").OFFERED]
