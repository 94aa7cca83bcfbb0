"""The embedded faces: drawn from action units, so that everything about them is known.

From the idea to the pixel: ``action_units`` (the alphabet), ``expressions`` (mixtures into action units),
``identity`` (who, how held, how taken), ``anatomy`` (where the features are), ``canvas`` and ``curves`` (the
painter's tools), ``skin``, ``creases``, ``features`` and ``hair`` (the painting), ``render`` (one face),
``raters`` (ten votes), ``dataset`` (faces by number). They are every lesson's default data.
"""

from pvlib.data.drawn.action_units import ACTION_UNITS
from pvlib.data.drawn.dataset import DrawnFaces, draw_faces
from pvlib.data.drawn.expressions import PROTOTYPES, to_action_units
from pvlib.data.drawn.identity import Camera, Identity, Pose
from pvlib.data.drawn.render import draw_face

__all__ = [
    "ACTION_UNITS",
    "PROTOTYPES",
    "Camera",
    "DrawnFaces",
    "Identity",
    "Pose",
    "draw_face",
    "draw_faces",
    "to_action_units",
]
