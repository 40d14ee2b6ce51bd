"""Recorded currents, read from files of several kinds."""
