"""Read a picture of one face with a file of `pvlib export RUN FILE.onnx`, and print the intensity of each expression.

    python read_onnx.py FILE.onnx PICTURE

Needs NumPy, Pillow and onnxruntime; neither pvlib nor torch. Copy this file to wherever you need it.
What is done to the picture stands in the file's metadata. The intensities are the softmax of the logits.
"""

import json
import math
import sys

import numpy as np
import onnxruntime
from PIL import Image, ImageOps


def network_input(picture: Image.Image, facts: dict) -> np.ndarray:
    """Return the middle square of a picture as the network wants it: float32 (1, 3, size, size)."""
    picture = ImageOps.exif_transpose(picture).convert("RGB")
    side = min(picture.size)
    left, top = (picture.width - side) / 2, (picture.height - side) / 2
    corner = math.floor(left), math.floor(top)
    square = picture.crop((*corner, math.ceil(left + side), math.ceil(top + side)))
    if facts["colour"] != "RGB":
        square = square.convert("L")
    inside = (left - corner[0], top - corner[1], left - corner[0] + side, top - corner[1] + side)
    face = square.resize((facts["face_size"],) * 2, Image.Resampling.BILINEAR, box=inside)
    face = face.resize((facts["size"],) * 2, Image.Resampling.BILINEAR).convert("RGB")
    pixels = np.asarray(face, dtype=np.float32) / 255  # (size, size, 3)
    scaled = (pixels - np.float32(facts["mean"])) / np.float32(facts["std"])
    return scaled.transpose(2, 0, 1)[None]


def read(network: str, picture: str) -> dict[str, float]:
    """Return the intensity of each expression; together they are 1."""
    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    stored = session.get_modelmeta().custom_metadata_map
    facts = {
        name: json.loads(stored[name])
        for name in ("class_names", "colour", "face_size", "size", "mean", "std")
    }
    with Image.open(picture) as opened:
        (logits,) = session.run(["logits"], {"images": network_input(opened, facts)})[0]  # (classes,)
    weights = np.exp(logits - logits.max())
    return dict(zip(facts["class_names"], (weights / weights.sum()).tolist(), strict=True))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    for name, intensity in read(*sys.argv[1:]).items():
        print(f"{name:12} {intensity:6.1%}")
