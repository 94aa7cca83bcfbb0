"""Opening a prepared file: a view of it, whatever its size, and never one that is not what it says."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from pvlib.data.data_set import VERSION, DataSet, format_of
from pvlib.errors import CourseError


@dataclass(frozen=True, kw_only=True)
class PreparedFile:
    """An open prepared file, see ``data_scripts/packing/form.py``; ``images`` is a view of the file.

    Attributes:
        columns: the data set's own columns by name.
        report: what was found when it was made, JSON.
    """

    path: Path
    images: Tensor
    labels: Tensor
    split: Tensor
    stands_in: Tensor
    names: tuple[str, ...]
    columns: dict[str, Tensor]
    report: str

    def rows_of(self, split: str, positions: Sequence[int], without_duplicates: bool = False) -> Tensor:
        """Return which faces lie in the splits at ``positions``, bool (N,).

        Args:
            split: the name of what is asked for.
            without_duplicates: leave out every face whose very pixels stand also in a later split.

        Raises:
            CourseError: there is none.
        """
        chosen = torch.isin(self.split, torch.tensor(positions, dtype=torch.uint8))
        if not chosen.any():
            raise CourseError(
                f"{self.path} has no face of the split {split}: prepare it from files that include it"
            )
        return chosen & ~self.repeated(positions) if without_duplicates else chosen

    def repeated(self, positions: Sequence[int]) -> Tensor:
        """Return whose very pixels stand also in a split after those at ``positions``, bool (N,)."""
        return self.stands_in >> (max(positions) + 1) != 0


def open_file(path: str | Path, data_set: DataSet) -> PreparedFile:
    """Open a file that was prepared for ``data_set``.

    Raises:
        CourseError: it is missing, damaged, or not a prepared file of this data set and version.
    """
    path = Path(path).expanduser()
    make = f"make it with: {data_set.script}"
    if not path.is_file():
        raise CourseError(f"there is no file {path}; {make}")
    try:
        with safe_open(path, framework="pt") as file:
            about = file.metadata() or {}
            if about.get("format") != format_of(data_set):
                raise CourseError(f"{path} is not a prepared {data_set.name} file; {make}")
            if about.get("version") != VERSION:
                version = str(about.get("version"))[:20]
                raise CourseError(
                    f"{path} is of version {version!r} of its form, not {VERSION}: prepare it again with: {data_set.script}"
                )
            keys = ("images", "labels", "split", "stands_in", "names", *data_set.columns)
            tensors = {key: file.get_tensor(key) for key in keys}
            report = about["report"]
        _check(tensors, data_set)
        names = tuple(tensors.pop("names").numpy().tobytes().decode().split("\n"))
        if len(names) != len(tensors["images"]):
            raise ValueError(f"{len(names)} names for {len(tensors['images'])} images")
    except (
        SafetensorError,
        OSError,
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        RecursionError,
    ) as error:
        raise CourseError(f"{path} is damaged or cut short ({error}); {make}") from error
    columns = {name: tensors.pop(name) for name in data_set.columns}
    return PreparedFile(path=path, **tensors, names=names, columns=columns, report=report)


def read_format(path: str | Path) -> str | None:
    """Return the word by which a safetensors file says what it holds; None where it says nothing.

    Raises:
        CourseError: the file is missing, or is no safetensors file.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise CourseError(f"there is no file {path}")
    try:
        with safe_open(path, framework="np") as file:
            return (file.metadata() or {}).get("format")
    except (SafetensorError, OSError, ValueError) as error:
        raise CourseError(f"{path} is damaged, cut short, or no prepared file ({error})") from error


def _check(tensors: dict[str, Tensor], data_set: DataSet) -> None:
    count, *_, side = tensors["images"].shape
    numbers = {
        name: (getattr(torch, kind), (count, length)) for name, (kind, length) in data_set.columns.items()
    }
    expected = {
        "images": (torch.uint8, (count, data_set.channels, side, side)),
        **dict.fromkeys(("labels", "split", "stands_in"), (torch.uint8, (count,))),
        "names": (torch.uint8, (math.prod(tensors["names"].shape),)),
        **numbers,
    }
    for key, (dtype, shape) in expected.items():
        if tensors[key].shape != shape or tensors[key].dtype != dtype:
            raise ValueError(
                f"{key} is {tensors[key].dtype} {tuple(tensors[key].shape)}, not {dtype} {shape}"
            )
    for key, limit in (("labels", len(data_set.classes)), ("split", len(data_set.splits))):
        if count and int(tensors[key].max()) >= limit:
            raise ValueError(f"{key} goes beyond {limit - 1}")
    if (tensors["split"][1:] < tensors["split"][:-1]).any():
        raise ValueError("the splits stand in a wrong order")
