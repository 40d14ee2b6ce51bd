"""Stimuli: what drives a model over time, what they are made of, and their formulas."""
