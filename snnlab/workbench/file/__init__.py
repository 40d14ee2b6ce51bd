"""Experiments as files: pages of HTML that live without a server."""

from .save import page_of, save_html
