"""Faces drawn from facial action units, so that everything about them is known.

A package of its own: it needs NumPy, SciPy, Pillow and aggdraw, and knows nothing of networks. From the idea to
the pixel: ``action_units`` (the alphabet), ``names`` and ``expressions`` (mixtures into action units),
``identity`` (who, how held, how taken), ``nuisances`` (what gets in the way, and how often), ``anatomy``
(where the features are), ``canvas`` and ``curves`` (the painter's tools), ``skin``, ``creases``,
``features``, ``relief``, ``hair``, ``glasses`` and ``occlusions`` (the painting), ``render`` (one face),
``camera`` (the photograph), ``visibility`` (what can be seen), ``raters`` (votes), ``numbered`` (a face by its
number), ``twins`` (the same person with one thing changed), ``parallel`` (many workers), ``sheets`` (many faces
on a page), ``layouts`` (faces as files in the form of the real sets).
"""

from drawnfaces.action_units import ACTION_UNITS
from drawnfaces.errors import DrawingError
from drawnfaces.expressions import PROTOTYPES, expression_intensities, to_action_units
from drawnfaces.identity import Camera, Identity, Pose
from drawnfaces.names import EXPRESSIONS, VOTES
from drawnfaces.nuisances import NUISANCES, Nuisances
from drawnfaces.occlusions import Occlusion
from drawnfaces.render import draw_face

__all__ = [
    "ACTION_UNITS",
    "EXPRESSIONS",
    "NUISANCES",
    "PROTOTYPES",
    "VOTES",
    "Camera",
    "DrawingError",
    "Identity",
    "Nuisances",
    "Occlusion",
    "Pose",
    "draw_face",
    "expression_intensities",
    "to_action_units",
]
