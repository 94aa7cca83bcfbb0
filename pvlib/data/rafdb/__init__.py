"""RAF-DB: faces from the web with one of seven basic expressions each, from about forty people's votes.

One idea a module: ``owners`` keeps the names, official counts and whom to ask; ``listing`` finds the labelled
faces in either layout.
"""

from pvlib.data.rafdb.listing import held_out, list_rafdb
from pvlib.data.rafdb.owners import RAFDB

__all__ = ["RAFDB", "held_out", "list_rafdb"]
