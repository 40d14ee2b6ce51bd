"""Experiments on their way to others and back: as JSON, links, graphs of NIR, and scripts for other programs."""

from .data import from_json, to_json
from .link import from_query, to_query
from .nir import from_nir, to_nir
from .nir_network import NIRNetwork, network_from_nir, network_to_nir
