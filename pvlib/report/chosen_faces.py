"""Faces to look at: the mistakes that the network was surest of, and the faces that it doubts most."""

from torch import Tensor

from pvlib.data.faces import Faces
from pvlib.data.labels import FERPLUS_VOTES
from pvlib.evaluation.evaluate import Evaluation
from pvlib.evaluation.votes import entropy
from pvlib.report.content import FacePicture
from pvlib.report.pictures import face_source

SHOWN = 12


def choose_faces(evaluation: Evaluation, faces: Faces, count: int = SHOWN) -> dict[str, list[FacePicture]]:
    """Return two groups of pictures by their title; a group may be empty.

    Args:
        faces: those that were given to ``evaluate``.
        count: at most so many of a group.
    """
    said = evaluation.probabilities  # (N, K)
    sure, answer = said.max(dim=1)  # (N,) each
    wrong = (answer != evaluation.prediction.labels).nonzero()[:, 0]  # (mistakes,)
    surest = wrong[sure[wrong].argsort(descending=True, stable=True)][:count]
    doubt = entropy(said)  # (N,)
    doubtful = doubt.argsort(descending=True, stable=True)[:count]
    return {
        "Mistakes that it was surest of": [
            _picture(evaluation, faces, said, doubt, row) for row in surest.tolist()
        ],
        "Faces that it doubts most": [
            _picture(evaluation, faces, said, doubt, row) for row in doubtful.tolist()
        ],
    }


def _picture(evaluation: Evaluation, faces: Faces, said: Tensor, doubt: Tensor, row: int) -> FacePicture:
    prediction = evaluation.prediction
    place = row if prediction.rows is None else int(prediction.rows[row])
    share, label = prediction.target[row].max(dim=0)
    sure, answer = said[row].max(dim=0)
    return FacePicture(
        face_source(faces.images[place]),
        (prediction.names[int(answer)], sure.item()),
        (prediction.names[int(label)], share.item()),
        "" if faces.votes is None else _votes(faces.votes[place]),
        f"entropy {doubt[row]:.2f} nats",
    )


def _votes(votes: Tensor) -> str:
    """The raters' counts, most first: "anger 6, neutral 4"."""
    order = votes.argsort(descending=True, stable=True)
    return "votes: " + ", ".join(f"{FERPLUS_VOTES[k]} {votes[k]}" for k in order.tolist() if votes[k])
