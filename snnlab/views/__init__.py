"""Pictures of data: built once, then fed. Data in, picture out; no widgets."""

from .curve import CurveView
from .miniature import Miniature, Miniatures
from .stack import Data, Row, Stack
