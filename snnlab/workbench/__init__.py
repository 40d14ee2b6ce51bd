"""Panel components that apps and notebooks share."""

from .explorer import Explorer, explore
from .page import PAGES, page
