"""RAF-DB: faces from the web with one of seven basic expressions each, from about forty people's votes.

One idea a module: ``owners`` keeps the names, official counts and whom to ask; ``listing`` finds the labelled
faces in either layout; ``compact`` keeps them in one memory-mapped file.

    report = prepare_rafdb("downloads/rafdb", "rafdb.safetensors")
    faces = load_rafdb("rafdb.safetensors", "train")
"""

from pvlib.data.rafdb.compact import load_rafdb, prepare_rafdb
from pvlib.data.rafdb.listing import list_rafdb
from pvlib.data.rafdb.owners import RAFDB

__all__ = ["RAFDB", "list_rafdb", "load_rafdb", "prepare_rafdb"]
