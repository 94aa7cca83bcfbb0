"""FER+: FER2013's faces with the votes of ten people each (Barsoum et al., 2016, arXiv:1608.01041).

The only data set of the course that knows a *distribution* of opinions per face, so the one that can say
whether an uncertainty is right (lessons 02, 08, 09 and 11). One idea a module: ``rules`` turns votes into
training targets, ``votes`` and ``pixels`` read what the owners hand out, ``compact`` keeps it in one
memory-mapped file, ``report`` says what was found.

    report = prepare("downloads/ferplus", "ferplus.safetensors")
    faces = load_ferplus("ferplus.safetensors", "train", rule="majority")
"""

from pvlib.data.ferplus.compact import load_ferplus, load_report, prepare
from pvlib.data.ferplus.report import Report
from pvlib.data.ferplus.rules import RULES, apply_rule, vote_distribution
from pvlib.data.ferplus.votes import SPLITS

__all__ = [
    "RULES",
    "SPLITS",
    "Report",
    "apply_rule",
    "load_ferplus",
    "load_report",
    "prepare",
    "vote_distribution",
]
