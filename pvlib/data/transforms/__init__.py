"""From stored faces to network input, and random changes for training, a whole batch at a time.

``pvlib.data.recipes`` puts them together.
"""

from pvlib.data.network_input import normalise
from pvlib.data.transforms.colour import PerFaceColourJitter
from pvlib.data.transforms.erasing import PerFaceErasing
from pvlib.data.transforms.geometry import PerFaceGeometry
from pvlib.data.transforms.per_face import PerFace
from pvlib.data.transforms.pipeline import ToNetworkInput, ToUnitFloat

__all__ = [
    "PerFace",
    "PerFaceColourJitter",
    "PerFaceErasing",
    "PerFaceGeometry",
    "ToNetworkInput",
    "ToUnitFloat",
    "normalise",
]
