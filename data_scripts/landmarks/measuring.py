"""How far predicted landmarks lie from true ones, or two networks from each other.

The field's measure is the normalised mean error: the mean distance over the 68 points as a share of the
distance between the outer corners of the eyes (Sagonas et al., 2013, iBUG 300-W), here in per cent.
"""

from dataclasses import dataclass

import torch
from rich.table import Table
from torch import Tensor

from data_scripts.landmarks.points import OUTER_EYE_CORNERS, PARTS, as_fractions, landmark_input
from pvlib.data.drawn import draw_faces
from pvlib.errors import CourseError
from pvlib.models.mobilefacenet import MobileFaceNet

TEST_SEED = 5_000  # of drawn faces that no training sees


@torch.inference_mode()
def predict_landmarks(
    network: MobileFaceNet, images: Tensor, device: str = "cpu", batch_size: int = 128
) -> Tensor:
    """Return the points of faces uint8 (N, 1 or 3, H, W) as fractions of the picture's sides, (N, 68, 2).

    Raises:
        CourseError: when the network has no layer that reads points.
    """
    if network.points is None:
        raise CourseError("this landmark network has no layer that reads points: build it with points=True")
    network = network.to(device).eval()
    size = network.size.input_size
    batches = [network(landmark_input(batch.to(device), size)).cpu() for batch in images.split(batch_size)]
    return torch.cat(batches).float() if batches else torch.empty(0, 68, 2)


def normalised_errors(predicted: Tensor, truth: Tensor) -> Tensor:
    """Return each point's distance in per cent of the true distance between the outer eye corners.

    Shape: (N, 68, 2), (N, 68, 2) -> (N, 68).
    """
    left, right = (truth[:, corner] for corner in OUTER_EYE_CORNERS)
    between = (left - right).norm(dim=1).clamp(min=1e-6)  # (N,)
    return 100 * (predicted - truth).norm(dim=2) / between[:, None]


@dataclass(frozen=True, kw_only=True)
class LandmarkError:
    """Errors over a set of faces, in per cent of the distance between the outer eye corners.

    Attributes:
        mean: over all faces and points.
        half_width: of the 95 % interval of ``mean``, from the spread between faces.
        median: over the faces' own means, which a few lost faces do not move.
        parts: the mean for jaw, brows, nose, eyes and mouth.
        lost: share of faces whose own mean is above 10 %, which the field counts as failures.
        faces: how many were measured.
    """

    mean: float
    half_width: float
    median: float
    parts: dict[str, float]
    lost: float
    faces: int


def landmark_error(predicted: Tensor, truth: Tensor) -> LandmarkError:
    """Summarise the errors of (N, 68, 2) points against (N, 68, 2).

    Raises:
        CourseError: when the shapes differ or there are fewer than two faces.
    """
    if predicted.shape != truth.shape or predicted.shape[1:] != (68, 2) or len(truth) < 2:
        raise CourseError(
            f"landmarks to compare must be two times (N, 68, 2) with at least two faces, not "
            f"{tuple(predicted.shape)} and {tuple(truth.shape)}"
        )
    errors = normalised_errors(predicted, truth)  # (N, 68)
    faces = errors.mean(dim=1)  # (N,)
    return LandmarkError(
        mean=faces.mean().item(),
        half_width=1.96 * faces.std().item() / len(faces) ** 0.5,
        median=faces.median().item(),
        parts={name: errors[:, points].mean().item() for name, points in PARTS.items()},
        lost=(faces > 10).float().mean().item(),
        faces=len(faces),
    )


def errors_on_drawn_faces(network: MobileFaceNet) -> dict[str, LandmarkError]:
    """Measure on faces of each kind that no training has seen."""
    errors = {}
    for nuisances in ("studio", "snapshot", "wild"):
        faces = draw_faces(500, TEST_SEED, size=112, colour=True, nuisances=nuisances)
        truth = as_fractions(faces.landmarks, 112)
        errors[f"drawn, {nuisances}"] = landmark_error(predict_landmarks(network, faces.images), truth)
    return errors


def error_table(errors: dict[str, LandmarkError]) -> Table:
    """A column for each set of faces."""
    table = Table("", *errors, title="error in % of the distance between the outer eye corners")
    for column in table.columns[1:]:
        column.justify = "right"
    own = list(errors.values())
    table.add_row("faces", *(str(error.faces) for error in own))
    table.add_row("mean", *(f"{error.mean:.2f} ± {error.half_width:.2f}" for error in own))
    table.add_row("median face", *(f"{error.median:.2f}" for error in own))
    for part in own[0].parts:
        table.add_row(part, *(f"{error.parts[part]:.2f}" for error in own))
    table.add_row("lost faces (above 10 %)", *(f"{error.lost:.1%}" for error in own))
    return table
