"""AffectNet: some 290,000 faces from the web with one of eight expressions, valence and arousal each.

One idea a module: ``owners`` keeps ids, official counts and whom to ask; ``tables`` reads the old layout,
``folders`` the new one, and ``listing`` finds out which of them is there.
"""

from pvlib.data.affectnet.listing import list_affectnet
from pvlib.data.affectnet.owners import AFFECTNET

__all__ = ["AFFECTNET", "list_affectnet"]
