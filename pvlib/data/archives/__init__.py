"""Unpacking archives of data sets safely: ``names`` and ``budget`` say what may come out, ``target`` writes it,
``zip`` and ``tar`` read, and ``unpack`` sees to it that everything comes out or nothing."""

from pvlib.data.archives.unpack import Unpacked, is_archive, unpack
from pvlib.data.archives.zip import needs_password

__all__ = ["Unpacked", "is_archive", "needs_password", "unpack"]
