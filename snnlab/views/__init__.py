"""Pictures of data: built once, then fed. Data in, picture out; no widgets."""

from .curve import CurveView
from .stack import Data, Row, Stack
