"""From stored faces to network input, and random changes for training, a whole batch at a time.

``pvlib.data.recipes`` puts them together.
"""

from pvlib.data.transforms.colour import PerFaceColourJitter
from pvlib.data.transforms.erasing import PerFaceErasing
from pvlib.data.transforms.geometry import PerFaceGeometry
from pvlib.data.transforms.network_input import ToNetworkInput, normalise
from pvlib.data.transforms.per_face import PerFace

__all__ = [
    "PerFace",
    "PerFaceColourJitter",
    "PerFaceErasing",
    "PerFaceGeometry",
    "ToNetworkInput",
    "normalise",
]
