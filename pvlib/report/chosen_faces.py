"""Faces to look at: the mistakes that the network was surest of, and the faces that it is least certain of."""

import base64
from dataclasses import dataclass
from io import BytesIO

import torch
from PIL import Image
from torch import Tensor

from pvlib.data.faces import Faces
from pvlib.data.labels import FERPLUS_VOTES
from pvlib.evaluation.record import Evaluation
from pvlib.evaluation.votes import entropy

SHOWN = 12


@dataclass(frozen=True, kw_only=True)
class FacePicture:
    """One face with what was said of it.

    Attributes:
        source: the picture, as the ``src`` of an image.
        answer, label: expression and its share, such as ("anger", 0.93).
        votes: what the raters said, in words; empty where no votes are known.
        about: why it is shown, such as "entropy 1.62 nats".
    """

    source: str
    answer: tuple[str, float]
    label: tuple[str, float]
    votes: str
    about: str


def choose_faces(evaluation: Evaluation, faces: Faces, count: int = SHOWN) -> dict[str, list[FacePicture]]:
    """Return two groups of pictures by their title; a group may be empty.

    Args:
        faces: those that were given to ``evaluate``.
        count: at most so many of a group.
    """
    sure, answer = evaluation.probabilities.max(dim=1)  # (N,) each
    wrong = (answer != evaluation.prediction.labels).nonzero()[:, 0]  # (mistakes,)
    surest = wrong[sure[wrong].argsort(descending=True, stable=True)][:count]
    unsure = entropy(evaluation.probabilities).argsort(descending=True, stable=True)[:count]
    return {
        "Mistakes that it was surest of": [_picture(evaluation, faces, row) for row in surest.tolist()],
        "Faces that it is least certain of": [_picture(evaluation, faces, row) for row in unsure.tolist()],
    }


def face_source(image: Tensor) -> str:
    """Return a face, uint8 (1 or 3, H, W), as the ``src`` of an image."""
    buffer = BytesIO()
    Image.fromarray(image.expand(3, -1, -1).permute(1, 2, 0).numpy()).save(buffer, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _picture(evaluation: Evaluation, faces: Faces, row: int) -> FacePicture:
    prediction, probabilities = evaluation.prediction, evaluation.probabilities[row]
    place = row if prediction.rows is None else int(prediction.rows[row])
    return FacePicture(
        source=face_source(faces.images[place]),
        answer=_strongest(probabilities, prediction.names),
        label=_strongest(prediction.target[row], prediction.names),
        votes="" if faces.votes is None else _votes(faces.votes[place]),
        about=f"entropy {entropy(probabilities):.2f} nats",
    )


def _strongest(distribution: Tensor, names: tuple[str, ...]) -> tuple[str, float]:
    share, place = torch.max(distribution, dim=0)
    return names[int(place)], share.item()


def _votes(votes: Tensor) -> str:
    """The raters' counts, most first: "anger 6, neutral 4"."""
    order = votes.argsort(descending=True, stable=True)
    return "votes: " + ", ".join(f"{FERPLUS_VOTES[k]} {votes[k]}" for k in order.tolist() if votes[k])
