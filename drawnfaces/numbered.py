"""One face by its seed and number: how it is made, and every truth about it.

Face i under a seed comes from ``numpy.random.default_rng([seed, i])``, and what only some nuisances need from
``default_rng([seed, i, 1])``: so another nuisance leaves mixture, person and action units as they were, and
so does drawing with many workers. This module needs no PyTorch, so that a worker process starts fast.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from numbers import Integral

import numpy as np

from drawnfaces.action_units import WITHOUT_TONE
from drawnfaces.anatomy import Anatomy, build
from drawnfaces.camera import develop
from drawnfaces.errors import DrawingError
from drawnfaces.expressions import (
    PROTOTYPES,
    check_mixture,
    expression_intensities,
    sample_mixture,
    to_action_units,
)
from drawnfaces.identity import Camera, Identity, Pose, sample_identity
from drawnfaces.names import EXPRESSIONS
from drawnfaces.nuisances import (
    Nuisances,
    choose_nuisances,
    dress,
    sample_camera,
    sample_pose,
)
from drawnfaces.occlusions import Occlusion, sample_occlusions
from drawnfaces.raters import RATERS, cast_votes
from drawnfaces.render import check_size, landmarks, paint
from drawnfaces.visibility import legibility, visible_landmarks

# How many training faces of each ``names.EXPRESSIONS`` class the real sets hold (FER+ by the majority rule).
PROPORTIONS = {
    "ferplus": (8739, 7287, 3149, 3013, 2099, 119, 532, 119),
    "rafdb": (2524, 4772, 1290, 1982, 705, 717, 281, 0),
    "affectnet": (74874, 134415, 14090, 25459, 24882, 3803, 6378, 3750),
}


@dataclass(frozen=True, kw_only=True)
class DrawingOptions:
    """Everything that a face depends on besides its number.

    Attributes:
        seed: a number of at least 0.
        size: width and height in pixels, at least 16.
        colour: RGB instead of grey; everything else about the face stays.
        ambiguous: share of faces that mix two (one in five: three) expressions.
        proportions: share of each main expression in the order of ``names.EXPRESSIONS``, sum 1; or a key of
            ``PROPORTIONS``; default equal.
        nuisances: a preset of ``nuisances.NUISANCES``, or your own.
        margin: share of the face's square added on each side, as uncropped photographs have it.

    Raises:
        DrawingError: for an argument out of range or an unknown name.
    """

    seed: int
    size: int = 48
    colour: bool = False
    ambiguous: float = 0.5
    proportions: str | Sequence[float] | None = None
    nuisances: str | Nuisances = "studio"
    margin: float = 0.0

    def __post_init__(self):
        check_count("seed", self.seed)
        check_size(self.size)
        if not 0 <= self.ambiguous <= 1:
            raise DrawingError(f"ambiguous is a share of faces from 0 to 1, not {self.ambiguous:g}")
        choose_nuisances(self.nuisances)
        choose_proportions(self.proportions)

    @cached_property
    def shares(self) -> np.ndarray:
        """The share of each main expression, (8,)."""
        return choose_proportions(self.proportions)


@dataclass(frozen=True, kw_only=True)
class FaceTruth:
    """Everything that is known about one face."""

    mixture: np.ndarray  # (8,): shares of the expressions
    intensities: np.ndarray  # (8,): the weight of each expression's prototype
    action_units: np.ndarray  # (22,)
    landmarks: np.ndarray  # (68, 2): pixels
    visible: np.ndarray  # (68,) bool: which landmarks can be seen
    legibility: float  # how well the expression can be read, 0 to 1
    votes: np.ndarray  # (10,) uint8: of ten raters


@dataclass(frozen=True, kw_only=True)
class DrawnFace(FaceTruth):
    """One face with everything that is known about it."""

    image: np.ndarray  # (C, size, size) uint8


@dataclass(frozen=True, kw_only=True)
class SampledFace:
    """All that was sampled for one face, before anything is painted."""

    mixture: np.ndarray  # (8,)
    opinions: np.ndarray  # (10,) in [0, 1): what the raters lean to
    action_units: np.ndarray  # (22,)
    identity: Identity
    pose: Pose
    camera: Camera
    occlusions: tuple[Occlusion, ...]
    grain: np.random.Generator  # of the film, where the camera has any noise


def check_count(name: str, value: int, least: int = 0) -> None:
    """Refuse what is no whole number of at least ``least``."""
    if not isinstance(value, Integral) or int(value) < least:
        raise DrawingError(f"{name} must be a whole number of at least {least}, not {value}")


def choose_proportions(proportions: str | Sequence[float] | None) -> np.ndarray:
    """Return the share of each main expression, (8,): equal, of a real set by its name, or as given."""
    if proportions is None:
        return np.full(len(EXPRESSIONS), 1 / len(EXPRESSIONS))
    if isinstance(proportions, str):
        if proportions not in PROPORTIONS:
            raise DrawingError(
                f'proportions must be one of {", ".join(PROPORTIONS)} or eight shares, not "{proportions}"'
            )
        counts = np.array(PROPORTIONS[proportions], dtype=np.float64)
        return counts / counts.sum()
    return check_mixture(proportions)


def draw_numbered(options: DrawingOptions, number: int) -> DrawnFace:
    """Draw the face of this number."""
    return draw_sampled(options, sample_face(options, number))


def truth_of(options: DrawingOptions, number: int) -> FaceTruth:
    """Return what is known about the face of this number, without drawing it: most of the time is saved."""
    face = sample_face(options, number)
    return _truth_of(options, face, build(face.action_units, face.identity))


def draw_sampled(options: DrawingOptions, face: SampledFace) -> DrawnFace:
    """Draw a face from what was sampled for it; its grain is used up, so it can be drawn once."""
    anatomy = build(face.action_units, face.identity)
    painting = paint(
        anatomy, face.identity, face.pose, face.camera, options.size, face.occlusions, options.colour
    )
    image = develop(painting, face.camera, options.size, options.colour, face.grain)
    return DrawnFace(**vars(_truth_of(options, face, anatomy)), image=image)


def sample_face(options: DrawingOptions, number: int, mixture: np.ndarray | None = None) -> SampledFace:
    """Sample all that is random about the face of this number; ``mixture``, if given, replaces its own."""
    nuisances = choose_nuisances(options.nuisances)
    rng, extra = (
        np.random.default_rng([options.seed, number]),
        np.random.default_rng([options.seed, number, 1]),
    )
    own = sample_mixture(rng, options.ambiguous, options.shares)
    mixture = own if mixture is None else mixture
    opinions = rng.random(RATERS)
    units = _personal_units(rng, mixture)
    identity, pose = sample_identity(rng), _stepped_back(sample_pose(rng, nuisances), options.margin)
    camera = sample_camera(rng, extra, nuisances)
    return SampledFace(
        mixture=mixture,
        opinions=opinions,
        action_units=units,
        identity=dress(identity, extra, nuisances),
        pose=pose,
        camera=camera,
        occlusions=sample_occlusions(extra, nuisances),
        grain=rng,
    )


def _truth_of(options: DrawingOptions, face: SampledFace, anatomy: Anatomy) -> FaceTruth:
    visible = visible_landmarks(anatomy, face.identity, face.pose, face.occlusions)
    clear = legibility(visible, face.camera)
    return FaceTruth(
        mixture=face.mixture,
        intensities=expression_intensities(face.mixture),
        action_units=face.action_units,
        landmarks=landmarks(anatomy, face.pose, options.size),
        visible=visible,
        legibility=clear,
        votes=cast_votes(face.opinions, face.mixture, clear).astype(np.uint8),
    )


def draw_range(options: DrawingOptions, start: int, count: int) -> dict[str, np.ndarray]:
    """Draw faces ``start`` to ``start + count - 1`` and stack each of ``DrawnFace``'s fields, (count, ...)."""
    # Of no faces one is drawn all the same, for the shapes.
    drawn = [draw_numbered(options, number) for number in range(start, start + max(count, 1))]
    return {
        field.name: np.stack([getattr(face, field.name) for face in drawn])[:count]
        for field in fields(DrawnFace)
    }


def _stepped_back(pose: Pose, margin: float) -> Pose:
    """Return the pose as it looks in a picture with a margin around the face's square."""
    whole = 1 + 2 * margin
    return replace(pose, scale=pose.scale / whole, shift_x=pose.shift_x / whole, shift_y=pose.shift_y / whole)


def _personal_units(rng: np.random.Generator, mixture: np.ndarray) -> np.ndarray:
    """Return the action units, (22,), of a mixture as this person moves them."""
    choices = rng.random(len(EXPRESSIONS))
    variants = [int(u * len(PROTOTYPES[name])) for u, name in zip(choices, EXPRESSIONS, strict=True)]
    units = to_action_units(mixture, variants)
    factor, tone = 0.8 + 0.4 * rng.random(len(units)), 0.05 * rng.random(len(units))
    tone[list(WITHOUT_TONE)] = 0.0
    return np.clip(units * factor + tone, 0.0, 1.0)
