"""Companion library of the POSTER-Var course: the network, its data, its training and its evaluation."""

__version__ = "0.1.0"
