"""The embedded faces: drawn from action units, so that everything about them is known.

From the idea to the pixel: ``action_units`` (the alphabet), ``expressions`` (mixtures into action units),
``identity`` (who, how held, how taken), ``nuisances`` (what gets in the way, and how often), ``anatomy``
(where the features are), ``canvas`` and ``curves`` (the painter's tools), ``skin``, ``creases``,
``features``, ``relief``, ``hair``, ``glasses`` and ``occlusions`` (the painting), ``render`` (one face),
``camera`` (the photograph), ``visibility`` (what can be seen), ``raters`` (ten votes), ``numbered`` (a face
by its number), ``parallel`` (many workers), ``layouts`` (faces as files in
the form of the real sets). They are every lesson's default data.
"""

from drawnfaces.action_units import ACTION_UNITS
from drawnfaces.expressions import PROTOTYPES, expression_intensities, to_action_units
from drawnfaces.identity import Camera, Identity, Pose
from drawnfaces.nuisances import NUISANCES, Nuisances
from drawnfaces.occlusions import Occlusion
from drawnfaces.render import draw_face

__all__ = [
    "ACTION_UNITS",
    "NUISANCES",
    "PROTOTYPES",
    "Camera",
    "Identity",
    "Nuisances",
    "Occlusion",
    "Pose",
    "draw_face",
    "expression_intensities",
    "to_action_units",
]
