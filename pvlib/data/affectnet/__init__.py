"""AffectNet: some 290,000 faces from the web with one of eight expressions, valence and arousal each.

One idea a module: ``owners`` keeps ids, official counts and whom to ask; ``tables`` reads the old layout,
``folders`` the new one, and ``listing`` finds out which of them is there; ``compact`` keeps the faces in one
memory-mapped file.

    report = prepare_affectnet("downloads/affectnet", "affectnet.safetensors", workers=8)
    faces = load_affectnet("affectnet.safetensors", "train", classes=7)
"""

from pvlib.data.affectnet.compact import AffectFaces, load_affectnet, prepare_affectnet
from pvlib.data.affectnet.listing import list_affectnet
from pvlib.data.affectnet.owners import AFFECTNET

__all__ = ["AFFECTNET", "AffectFaces", "list_affectnet", "load_affectnet", "prepare_affectnet"]
