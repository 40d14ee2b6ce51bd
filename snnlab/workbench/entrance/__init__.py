"""The entrance: questions that a student has, all pages, and a search over what there is."""

from .found import Told
from .page import Pictures, entrance_html
from .questions import QUESTIONS, Question
