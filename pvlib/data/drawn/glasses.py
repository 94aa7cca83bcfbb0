"""Glasses: several frames, clear or dark, with or without glare."""

FRAMES = {"round": 1, "square": 1}
