"""FER+: FER2013's faces with the votes of ten people each (Barsoum et al., 2016, arXiv:1608.01041).

The only data set of the course that knows a *distribution* of opinions per face, so the one that can say
whether an uncertainty is right. ``owners`` keeps names and published counts, ``rules`` turns votes into training
targets, ``loading`` opens the file that ``data_scripts/prepare_ferplus.py`` makes.

    faces = load_ferplus("ferplus.safetensors", "train", rule="majority")
"""

from pvlib.data.ferplus.loading import load_ferplus
from pvlib.data.ferplus.owners import FERPLUS_SET
from pvlib.data.ferplus.rules import RULES, apply_rule, vote_distribution

__all__ = ["FERPLUS_SET", "RULES", "apply_rule", "load_ferplus", "vote_distribution"]
