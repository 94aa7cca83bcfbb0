"""A network as an ONNX file, for programs without torch; ``data_scripts/read_onnx.py`` is one.

Input ``images``: float32 (batch, 3, side, side), prepared as the file's metadata say, each value of which is JSON.
Output ``logits``: (batch, classes), the answer of any head at test, whose softmax is its probabilities. Of a variational
head also ``sigma``: (batch, classes), the standard deviation σ of each logit. The noise of other heads is not noise of
these logits: a latent head's belongs to its code, and a heteroscedastic head averages over its own.
"""

import json
import logging
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from pvlib.data.drawn import draw_faces
from pvlib.data.network_input import IMAGENET_MEAN, IMAGENET_STD
from pvlib.errors import CourseError
from pvlib.files import atomic_write
from pvlib.models.poster import Poster
from pvlib.runs.folder import some_faces
from pvlib.runs.trained import TrainedNetwork

CHECKED_FACES = 16
LARGEST_DIFFERENCE = 1e-4


class _Outputs(nn.Module):
    """What the file answers, and its names."""

    def __init__(self, network: Poster):
        super().__init__()
        self.network = network
        self.names = ["logits", "sigma"] if network.size.head == "variational" else ["logits"]

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        if "sigma" not in self.names:
            return (self.network(images),)
        distribution = self.network.distribution(images)
        return distribution.mean, distribution.stddev


@torch.no_grad()
def save_onnx(path: str | Path, trained: TrainedNetwork) -> tuple[float, str]:
    """Write a network, if onnxruntime then answers as torch does: within 1e-4 for 16 faces together and for one alone.

    Returns:
        the largest difference in any output, and which faces: some that a run was trained on, else drawn ones.

    Raises:
        CourseError: a package is missing, the answers differ by more, or the file cannot be written; one that was
            there before stays.
    """
    if missing := [name for name in ("onnx", "onnxscript", "onnxruntime") if find_spec(name) is None]:
        raise CourseError(
            f'an ONNX file needs {", ".join(missing)}: pip install "poster-var-course[onnx]" '
            '(in a clone of the course: pip install -e ".[onnx]")'
        )
    faces, described = _faces(trained)
    images = trained.network_input(faces).contiguous()  # (faces, 3, side, side)
    outputs = _Outputs(trained.network).eval()
    with atomic_write(path) as temporary:
        _write(temporary, outputs, images[:2], _metadata(trained, images.shape[-1]))
        difference = max(_difference(temporary, outputs, few) for few in (images, images[:1]))
        if not difference <= LARGEST_DIFFERENCE:  # NaN neither
            raise CourseError(
                f"{path} is not written: on {described} onnxruntime differs from torch by {difference:.1g}, and at most "
                f"{LARGEST_DIFFERENCE:g} is allowed"
            )
    return difference, described


def _faces(trained: TrainedNetwork) -> tuple[Tensor, str]:
    """Return faces as the network was trained on, uint8 (faces, channels, side, side), and what they are."""
    channels, side, _ = trained.face_shape
    try:
        images = some_faces(trained, CHECKED_FACES).images
        if images.shape[1:] == trained.face_shape:
            return images, f"{len(images)} of its training faces"
    except CourseError:
        pass  # no run, or its faces are gone
    drawn = draw_faces(CHECKED_FACES, 0, size=side, colour=channels == 3)
    return drawn.images, f"{CHECKED_FACES} drawn faces"


def _write(path: Path, outputs: _Outputs, example: Tensor, metadata: dict[str, str]) -> None:
    logging.getLogger("onnxscript").setLevel(logging.ERROR)  # it tells users of its own rewriting
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch's own parts, to those who develop it
        program = torch.onnx.export(
            outputs,
            (example,),
            input_names=["images"],
            output_names=outputs.names,
            dynamic_shapes=({0: torch.export.Dim("batch")},),
            dynamo=True,
            verbose=False,
        )
    assert program is not None  # only the older exporter returns none
    program.model.metadata_props.update(metadata)
    program.save(path, external_data=False)


def _difference(path: Path, outputs: _Outputs, images: Tensor) -> float:
    """The largest absolute difference of any output; NaN where one is no number."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    pairs = zip(session.run(outputs.names, {"images": images.numpy()}), outputs(images), strict=True)
    return float(torch.stack([(torch.from_numpy(one) - other).abs().max() for one, other in pairs]).max())


def _metadata(trained: TrainedNetwork, side: int) -> dict[str, str]:
    """What one must know to show the network a face."""
    channels, face_size, _ = trained.face_shape
    said: dict[str, Any] = {
        "format": "pvlib network as ONNX",
        "class_names": trained.expressions,
        "head": trained.network.size.head,
        "crop": "one upright face in a square; pvlib predict --whole takes the middle square of a picture",
        "colour": "RGB" if channels == 3 else "grey (Pillow's L), the same in all three channels",
        "channel_order": "RGB",
        "face_size": face_size,
        "size": side,
        "resize": "bilinear with antialiasing (Pillow's BILINEAR) to face_size, rounded to bytes, then likewise to size",
        "scale": "(bytes / 255 - mean) / std",
        "mean": IMAGENET_MEAN,
        "std": IMAGENET_STD,
        "about": trained.about,
    }
    return {key: json.dumps(value) for key, value in said.items()}
