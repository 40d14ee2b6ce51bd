"""Panel components that apps and notebooks share."""

from .explorer import Explorer
from .page import PAGES, page
