"""What every reader returns and training eats: images, label distributions and what else is known."""

from dataclasses import dataclass, fields, replace
from typing import Self

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
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name != "names" and value is not None and len(value) != len(self.images):
                raise CourseError(f"Faces.{field.name} has {len(value)} rows for {len(self.images)} images")

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
        if len(index) and torch.equal(index, torch.arange(int(index[0]), int(index[0]) + len(index))):
            run = slice(int(index[0]), int(index[0]) + len(index))
            parts = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "names"}
            return replace(self, **{name: value[run] for name, value in parts.items() if value is not None})
        chosen = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Tensor):
                chosen[field.name] = value[index]
            elif field.name == "ids" and value is not None:
                chosen[field.name] = tuple(value[i] for i in index.tolist())
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
        both = {
            field.name: (getattr(self, field.name), getattr(other, field.name))
            for field in fields(self)
            if field.name != "names"
        }
        return replace(self, **{name: _chained(*pair) for name, pair in both.items()})


def _chained(first: Tensor | tuple | None, second: Tensor | tuple | None) -> Tensor | tuple | None:
    if first is None or second is None:
        return None
    return torch.cat([first, second]) if isinstance(first, Tensor) else first + second
