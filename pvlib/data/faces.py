"""What every reader returns and training eats: images, label distributions and what else is known."""

from dataclasses import dataclass, fields, replace
from typing import Any, Self

import torch
from torch import Tensor

from pvlib.errors import CourseError


@dataclass(frozen=True)
class Faces:
    """N face images with a label distribution each.

    Attributes:
        images: uint8, (N, C, H, W) with C = 1 (grey) or 3 (RGB); may be memory-mapped.
        target: float32, (N, K); the label distribution that training uses. Each row sums to 1, except
            for FER+'s released target, where a row may sum to less: that face then weighs less in the loss.
        names: the K class names, in the order of the columns of ``target``.
        votes: uint8, (N, 10); rater counts in the order of ``labels.FERPLUS_VOTES``, where known.
        mixture: float32, (N, K); the true mixture of expressions, known for drawn faces only.
        landmarks: float32, (N, 68, 2); (x, y) in pixels, known for drawn faces only.
        ids: the N image names, where the images come from files.
        repeated: bool, (N,); whether the very pixels stand also in a later split, where known. Training on
            rows leaves them out without a copy of the others.

    Raises:
        CourseError: when a field's length or shape does not fit the images.
    """

    images: Tensor
    target: Tensor
    names: tuple[str, ...]
    votes: Tensor | None = None
    mixture: Tensor | None = None
    landmarks: Tensor | None = None
    ids: tuple[str, ...] | None = None
    repeated: Tensor | None = None

    def __post_init__(self):
        if self.images.dtype != torch.uint8 or self.images.ndim != 4 or self.images.shape[1] not in (1, 3):
            raise CourseError(
                f"Faces.images must be uint8 of shape (N, 1 or 3, H, W), not {self.images.dtype} "
                f"of shape {tuple(self.images.shape)}"
            )
        if self.target.shape != (len(self.images), len(self.names)):
            raise CourseError(
                f"Faces.target must have one row per image and one column per class, "
                f"({len(self.images)}, {len(self.names)}), not {tuple(self.target.shape)}"
            )
        for name, value in self._known().items():
            if len(value) != len(self.images):
                raise CourseError(f"Faces.{name} has {len(value)} rows for {len(self.images)} images")

    def __len__(self) -> int:
        return len(self.images)

    @property
    def labels(self) -> Tensor:
        """The most probable class of each face, int64, (N,)."""
        return self.target.argmax(dim=1)

    def subset(self, index: Tensor) -> Self:
        """Return the faces at ``index`` (int64 positions or a boolean mask over N).

        Neighbours in their order stay a view of what is there, so nothing of a memory-mapped file is read.
        """
        index = torch.arange(len(self))[index]
        first = int(index[0]) if len(index) else 0
        if torch.equal(index, torch.arange(first, first + len(index))):
            run = slice(first, first + len(index))
            return replace(self, **{name: value[run] for name, value in self._known().items()})
        chosen: dict[str, Any] = {
            name: value[index] if isinstance(value, Tensor) else tuple(value[i] for i in index.tolist())
            for name, value in self._known().items()
        }
        return replace(self, **chosen)

    def joined(self, other: Self) -> Self:
        """Return these faces followed by the ``other`` ones, copied; what either does not know is left out.

        Raises:
            CourseError: when the two differ in their classes or in the size of their images.
        """
        mine, others = (faces.images.shape[1:] for faces in (self, other))
        if self.names != other.names or mine != others:
            raise CourseError(
                f"faces of {self.names} and {tuple(mine)} pixels cannot be joined with faces of "
                f"{other.names} and {tuple(others)} pixels"
            )
        known, added = self._known(), other._known()
        both: dict[str, Any] = dict.fromkeys(known)
        for name in known.keys() & added.keys():
            pair = (known[name], added[name])
            both[name] = torch.cat(pair) if isinstance(known[name], Tensor) else pair[0] + pair[1]
        return replace(self, **both)

    def _known(self) -> dict[str, Any]:
        """What has one entry a face, by the field's name, where it is known."""
        values = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "names"}
        return {name: value for name, value in values.items() if value is not None}
