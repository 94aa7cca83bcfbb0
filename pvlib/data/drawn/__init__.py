"""The embedded faces: drawn from action units, so that everything about them is known.

From the idea to the pixel: ``action_units`` (the alphabet), ``expressions`` (mixtures into action units),
``identity`` (who, how held, how taken), ``nuisances`` (what gets in the way, and how often), ``anatomy``
(where the features are), ``canvas`` and ``curves`` (the painter's tools), ``skin``, ``creases``,
``features``, ``relief``, ``hair``, ``glasses`` and ``occlusions`` (the painting), ``render`` (one face),
``camera`` (the photograph), ``visibility`` (what can be seen), ``raters`` (ten votes), ``numbered`` (a face
by its number), ``parallel`` (many workers), ``dataset`` (faces for training), ``layouts`` (faces as files in
the form of the real sets). They are every lesson's default data.
"""

from importlib import import_module

from pvlib.data.drawn.action_units import ACTION_UNITS
from pvlib.data.drawn.expressions import PROTOTYPES, expression_intensities, to_action_units
from pvlib.data.drawn.identity import Camera, Identity, Pose
from pvlib.data.drawn.nuisances import NUISANCES, Nuisances
from pvlib.data.drawn.occlusions import Occlusion
from pvlib.data.drawn.render import draw_face

# These need PyTorch, which a worker process that only draws must not wait for.
_WITH_TORCH = ("DrawnDataset", "DrawnFaces", "draw_faces")

__all__ = [
    "ACTION_UNITS",
    "NUISANCES",
    "PROTOTYPES",
    "Camera",
    "DrawnDataset",
    "DrawnFaces",
    "Identity",
    "Nuisances",
    "Occlusion",
    "Pose",
    "draw_face",
    "draw_faces",
    "expression_intensities",
    "to_action_units",
]


def __getattr__(name: str):
    if name in _WITH_TORCH:
        return getattr(import_module("pvlib.data.drawn.dataset"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
