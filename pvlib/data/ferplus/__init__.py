"""FER+: FER2013's faces with the votes of ten people each (Barsoum et al., 2016, arXiv:1608.01041).

The only data set of the course that knows a *distribution* of opinions per face, so the one that can say
whether an uncertainty is right. One idea a module: ``owners`` keeps names and published counts, ``rules`` turns
votes into training targets, ``votes`` and ``pixels`` read the tables, ``listing`` finds the faces in either
layout, ``compact`` keeps them in one memory-mapped file.

    report = prepare("downloads/ferplus", "ferplus.safetensors")
    faces = load_ferplus("ferplus.safetensors", "train", rule="majority")
"""

from pvlib.data.ferplus.compact import load_ferplus, prepare
from pvlib.data.ferplus.listing import list_ferplus
from pvlib.data.ferplus.owners import FERPLUS_SET
from pvlib.data.ferplus.rules import RULES, apply_rule, vote_distribution

__all__ = [
    "FERPLUS_SET",
    "RULES",
    "apply_rule",
    "list_ferplus",
    "load_ferplus",
    "prepare",
    "vote_distribution",
]
