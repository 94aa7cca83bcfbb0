"""Networks: POSTER-Var, POSTER++ and their parts, one idea a file."""

from pvlib.models.heads import PointHead, VariationalHead
from pvlib.models.poster import Poster, poster_pp, poster_var
from pvlib.models.sizes import LandmarkSize, Size, narrow_landmarks, paper, tiny

__all__ = [
    "LandmarkSize",
    "PointHead",
    "Poster",
    "Size",
    "VariationalHead",
    "narrow_landmarks",
    "paper",
    "poster_pp",
    "poster_var",
    "tiny",
]
