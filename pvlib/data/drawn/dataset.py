"""Drawn faces by number: each with its mixture, action units, landmarks and ten votes.

Face i under a seed is drawn by ``numpy.random.default_rng([seed, i])`` alone, so the first ten of a hundred
are the ten, and workers may share a range through ``start``. Only ``Generator.random`` and random bytes are
used, whose streams NumPy has kept since it introduced them. Sine, power and matrix products may differ in
the last bit between platforms; that moves an edge by far less than the 1/256 pixel that the rasteriser
resolves. So votes agree everywhere, other truths to float32 rounding, and pixels but for a stray one by a
grey level.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral

import numpy as np
import torch
from torch import Tensor

from pvlib.data.drawn.action_units import NAMES, WITHOUT_TONE
from pvlib.data.drawn.anatomy import build
from pvlib.data.drawn.expressions import (
    PROTOTYPES,
    check_mixture,
    intensity_of,
    sample_mixture,
    to_action_units,
)
from pvlib.data.drawn.identity import sample_camera, sample_identity, sample_pose
from pvlib.data.drawn.raters import cast_votes
from pvlib.data.drawn.render import check_size, develop, landmarks, paint
from pvlib.data.faces import Faces
from pvlib.data.labels import FERPLUS
from pvlib.errors import CourseError

UNAMBIGUOUS = 0.9


@dataclass(frozen=True)
class DrawnFaces(Faces):
    """Faces whose truth is known.

    ``target`` is the votes for the eight emotions, renormalised. Single votes stay: FER+ drops them as likely
    slips of the hand, but a simulated rater's every vote is a draw from what can be seen.

    Attributes:
        action_units: float32, (N, 22); intensities in the order of ``action_units.NAMES``.
        intensity: float32, (N,); overall intensity, 1 − m_neutral^(1/3) (see ``expressions``).
    """

    action_units: Tensor | None = None
    intensity: Tensor | None = None

    @property
    def unambiguous(self) -> Tensor:
        """Whether one expression holds at least 0.9 of the mixture, bool, (N,)."""
        return self.mixture.amax(dim=1) >= UNAMBIGUOUS


def draw_faces(
    count: int,
    seed: int,
    size: int = 48,
    colour: bool = False,
    start: int = 0,
    ambiguous: float = 0.5,
    proportions: Sequence[float] | None = None,
) -> DrawnFaces:
    """Draw the faces numbered ``start`` to ``start + count - 1`` of a seed.

    Args:
        count: how many; 0 gives an empty set.
        seed: a number of at least 0.
        size: width and height in pixels, at least 16.
        colour: RGB instead of grey; everything else about the faces stays.
        start: the first face's number.
        ambiguous: share of faces that mix two (one in five: three) expressions.
        proportions: share of each main expression in the order of ``labels.FERPLUS``, sum 1; default equal.

    Returns:
        images (count, 1 or 3, size, size) with everything that is known about them.

    Raises:
        CourseError: for an argument out of range.
    """
    for name, value in (("count", count), ("seed", seed), ("start", start)):
        if not isinstance(value, Integral) or value < 0:
            raise CourseError(f"{name} must be a whole number of at least 0, not {value}")
    check_size(size)
    if not 0 <= ambiguous <= 1:
        raise CourseError(f"ambiguous is a share of faces from 0 to 1, not {ambiguous:g}")
    shares = np.full(len(FERPLUS), 1 / len(FERPLUS)) if proportions is None else check_mixture(proportions)

    images = np.empty((count, 3 if colour else 1, size, size), dtype=np.uint8)
    mixtures = np.empty((count, len(FERPLUS)))
    points, units, votes = [
        np.empty((count, 68, 2)),
        np.empty((count, len(NAMES))),
        np.empty((count, 10), dtype=np.uint8),
    ]
    for i in range(count):
        rng = np.random.default_rng([seed, start + i])
        mixtures[i] = sample_mixture(rng, ambiguous, shares)
        votes[i] = cast_votes(rng, mixtures[i])
        units[i] = _personal_units(rng, mixtures[i])
        identity, pose, camera = sample_identity(rng), sample_pose(rng), sample_camera(rng)
        anatomy = build(units[i], identity)
        points[i] = landmarks(anatomy, pose, size)
        images[i] = develop(paint(anatomy, identity, pose, camera, size), camera, size, colour, rng)

    mixture = torch.from_numpy(mixtures).float()
    votes = torch.from_numpy(votes)
    return DrawnFaces(
        images=torch.from_numpy(images),
        target=_target(votes, mixture),
        names=FERPLUS,
        votes=votes,
        mixture=mixture,
        landmarks=torch.from_numpy(points).float(),
        action_units=torch.from_numpy(units).float(),
        intensity=torch.tensor([intensity_of(row) for row in mixtures], dtype=torch.float32),
    )


def _personal_units(rng: np.random.Generator, mixture: np.ndarray) -> np.ndarray:
    """Return the action units, (22,), of a mixture as this person moves them."""
    choices = rng.random(len(FERPLUS))
    variants = [int(u * len(PROTOTYPES[name])) for u, name in zip(choices, FERPLUS, strict=True)]
    units = to_action_units(mixture, variants)
    factor, tone = 0.8 + 0.4 * rng.random(len(units)), 0.05 * rng.random(len(units))
    tone[list(WITHOUT_TONE)] = 0.0
    return np.clip(units * factor + tone, 0.0, 1.0)


def _target(votes: Tensor, mixture: Tensor) -> Tensor:
    """Return the label distribution, (N, 8); where nobody named an emotion, the mixture stands in."""
    emotions = votes[:, : len(FERPLUS)].float()  # (N, 8)
    total = emotions.sum(dim=1, keepdim=True)  # (N, 1)
    return torch.where(total > 0, emotions / total.clamp(min=1), mixture)
