"""Drawn faces by number: each with its mixture, action units, landmarks, visibility and ten votes.

Only ``Generator.random`` and random bytes are used, whose streams NumPy has kept since it introduced them.
Sine, power and matrix products may differ in the last bit between platforms; that moves an edge by far less
than the 1/256 pixel that the rasteriser resolves. So votes agree everywhere, other truths to float32
rounding, and pixels but for a stray one by a grey level (JPEG nuisances excepted: decoders may round).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import psutil
import torch
from torch import Tensor

from drawnfaces.errors import DrawingError
from drawnfaces.expressions import intensity_of
from drawnfaces.nuisances import Nuisances
from drawnfaces.numbered import DrawingOptions, check_count
from drawnfaces.parallel import draw_chunks
from pvlib.data.faces import Faces
from pvlib.data.labels import FERPLUS
from pvlib.errors import CourseError

UNAMBIGUOUS = 0.9


@dataclass(frozen=True, kw_only=True)
class DrawnFaces(Faces):
    """Faces whose truth is known.

    ``target`` is the votes for the eight emotions, renormalised. Single votes stay: FER+ drops them as likely
    slips of the hand, but a simulated rater's every vote is a draw from what can be seen.

    Attributes:
        action_units: float32, (N, 22); intensities in the order of ``drawnfaces.action_units.NAMES``.
        intensity: float32, (N,); overall intensity, 1 − m_neutral^(1/3) (see ``expressions``).
        intensities: float32, (N, 8); that of each expression, v · e_k / ‖e‖₂; neutral has 0.
        visible: bool, (N, 68); whether each landmark can be seen.
        legibility: float32, (N,); how well the expression can be read, 0 to 1 (see ``visibility``).
    """

    mixture: Tensor
    landmarks: Tensor
    action_units: Tensor
    intensity: Tensor
    intensities: Tensor
    visible: Tensor
    legibility: Tensor

    @property
    def unambiguous(self) -> Tensor:
        """Whether one expression holds at least 0.9 of the mixture, bool, (N,)."""
        return self.mixture.amax(dim=1) >= UNAMBIGUOUS

    def labelled_by_mixture(self) -> Self:
        """Return the faces with their true mixture as the target, instead of what the raters saw."""
        return replace(self, target=self.mixture)

    @property
    def ambiguity(self) -> Tensor:
        """The mixture's entropy in nats, from 0 (one expression) to ln 8, float32, (N,)."""
        return torch.special.entr(self.mixture).sum(dim=1)


def draw_faces(
    count: int,
    seed: int,
    size: int = 48,
    colour: bool = False,
    start: int = 0,
    ambiguous: float = 0.5,
    proportions: str | Sequence[float] | None = None,
    nuisances: str | Nuisances = "studio",
    workers: int = 1,
) -> DrawnFaces:
    """Draw the faces numbered ``start`` to ``start + count - 1`` of a seed.

    Args:
        count: how many; 0 gives an empty set.
        seed: a number of at least 0.
        size: width and height in pixels, at least 16.
        colour: RGB instead of grey; everything else about the faces stays.
        start: the first face's number.
        ambiguous: share of faces that mix two (one in five: three) expressions.
        proportions: share of each main expression in the order of ``labels.FERPLUS``, sum 1; or "ferplus",
            "rafdb" or "affectnet" for those of that training set; default equal.
        nuisances: a preset of ``nuisances.NUISANCES`` ("none", "studio", "snapshot", "wild"), or your own.
        workers: processes that draw; the faces are the same whatever their number. With more than one, a
            script must call this below ``if __name__ == "__main__":``.

    Returns:
        images (count, 1 or 3, size, size) with everything that is known about them.

    Raises:
        CourseError: for an argument out of range or an unknown name.
    """
    try:
        check_count("count", count)
        check_count("start", start)
        check_count("workers", workers, least=1)
        options = DrawingOptions(
            seed=seed,
            size=size,
            colour=colour,
            ambiguous=ambiguous,
            proportions=proportions,
            nuisances=nuisances,
        )
        _check_memory(count, options)
        chunks = list(draw_chunks(options, start, max(count, 1), workers))
    except DrawingError as error:
        raise CourseError(str(error)) from error
    return _as_faces({name: np.concatenate([c[name] for c in chunks])[:count] for name in chunks[0]})


def _check_memory(count: int, options: DrawingOptions) -> None:
    """Refuse more faces than fit into the memory that is free, where they stand twice for a moment."""
    needed = 2 * count * options.size**2 * (3 if options.colour else 1)
    free = psutil.virtual_memory().available
    if needed > free:
        raise CourseError(
            f"{count:,} drawn faces of {options.size} pixels need {needed / 2**30:,.1f} GiB of memory, and "
            f"{free / 2**30:,.1f} GiB are free: draw fewer at a time"
        )


def _as_faces(drawn: dict[str, np.ndarray]) -> DrawnFaces:
    def real(name: str) -> Tensor:
        return torch.from_numpy(drawn[name]).float()

    mixture, votes = real("mixture"), torch.from_numpy(drawn["votes"])
    return DrawnFaces(
        images=torch.from_numpy(drawn["image"]),
        target=label_distribution(votes, mixture),
        names=FERPLUS,
        votes=votes,
        mixture=mixture,
        landmarks=real("landmarks"),
        action_units=real("action_units"),
        intensity=torch.tensor([intensity_of(row) for row in drawn["mixture"]], dtype=torch.float32),
        intensities=real("intensities"),
        visible=torch.from_numpy(drawn["visible"]),
        legibility=real("legibility"),
    )


def label_distribution(votes: Tensor, mixture: Tensor) -> Tensor:
    """Return the label distribution, (N, 8); where nobody named an emotion, the mixture stands in."""
    emotions = votes[:, : len(FERPLUS)].float()  # (N, 8)
    total = emotions.sum(dim=1, keepdim=True)  # (N, 1)
    return torch.where(total > 0, emotions / total.clamp(min=1), mixture)
