"""The prepared file: safetensors, memory-mapped, with the report in its header.

Tensors: ``images`` uint8 (N, 3, S, S), RGB; ``affect`` float32 (N, 2), valence and arousal, NaN where
unknown; ``labels`` uint8 (N,), a position in the data set's classes; ``split`` uint8 (N,), a position in its
splits; ``stands_in`` uint8 (N,), with bit i set where the very same pixels stand in the i-th split; ``names``
uint8, the image names in UTF-8 with a line feed between them. Only faces that could be read are there, in an
order in which every choice that a loader offers is one slice.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from pvlib.data.listing import DataSet
from pvlib.data.packing.header import VERSION, format_of
from pvlib.data.packing.report import Report
from pvlib.errors import CourseError

KEYS = ("images", "affect", "labels", "split", "stands_in", "names")


@dataclass(frozen=True)
class Container:
    """An open prepared file; ``images`` is a view of the file, the rest is in memory."""

    path: Path
    images: Tensor
    affect: Tensor
    labels: Tensor
    split: Tensor
    stands_in: Tensor
    names: tuple[str, ...]
    report: Report

    def run_of(self, mask: Tensor) -> slice:
        """Return the slice that is True in ``mask``, bool (N,).

        Raises:
            CourseError: the True rows are not neighbours: no file of ours is like that.
        """
        rows = mask.nonzero()[:, 0]
        if not len(rows):
            return slice(0, 0)
        chosen = slice(int(rows[0]), int(rows[-1]) + 1)
        if len(rows) != chosen.stop - chosen.start:
            raise CourseError(f"{self.path} is damaged: its faces stand in a wrong order; prepare it again")
        return chosen


def open_container(path: str | Path, data_set: DataSet) -> Container:
    """Open a file that was prepared for ``data_set``.

    Raises:
        CourseError: it is missing, damaged, or not a prepared file of this data set and version.
    """
    path = Path(path)
    make = f"make it with: {data_set.script}"
    if not path.is_file():
        raise CourseError(f"there is no file {path}; {make}")
    try:
        with safe_open(path, framework="pt") as file:
            about = file.metadata() or {}
            if about.get("format") != format_of(data_set):
                raise CourseError(f"{path} is not a prepared {data_set.name} file; {make}")
            if about.get("version") != VERSION:
                version = about.get("version")
                raise CourseError(f"{path} is of version {version}, not {VERSION}, of its form; {make}")
            tensors = {key: file.get_tensor(key) for key in KEYS}
            report = Report.from_json(about["report"])
        _check(tensors, data_set)
        names = tuple(tensors["names"].numpy().tobytes().decode().split("\n"))
        if len(names) != len(tensors["images"]):
            raise ValueError(f"{len(names)} names for {len(tensors['images'])} images")
    except (SafetensorError, OSError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise CourseError(f"{path} is damaged or cut short ({error}); {make}") from error
    return Container(path, **{**tensors, "names": names}, report=report)


def read_metadata(path: str | Path) -> dict[str, str]:
    """Return the texts in the header of a safetensors file.

    Raises:
        CourseError: the file is missing, or is no safetensors file.
    """
    path = Path(path)
    if not path.is_file():
        raise CourseError(f"there is no file {path}")
    try:
        with safe_open(path, framework="np") as file:
            return file.metadata() or {}
    except (SafetensorError, OSError, json.JSONDecodeError) as error:
        raise CourseError(f"{path} is damaged, cut short, or no prepared file ({error})") from error


def _check(tensors: dict[str, Tensor], data_set: DataSet) -> None:
    count, *_, side = tensors["images"].shape
    expected = {
        "images": (torch.uint8, (count, 3, side, side)),
        "affect": (torch.float32, (count, 2)),
        "labels": (torch.uint8, (count,)),
        "split": (torch.uint8, (count,)),
        "stands_in": (torch.uint8, (count,)),
        "names": (torch.uint8, (math.prod(tensors["names"].shape),)),
    }
    for key, (dtype, shape) in expected.items():
        if tensors[key].shape != shape or tensors[key].dtype != dtype:
            raise ValueError(
                f"{key} is {tensors[key].dtype} {tuple(tensors[key].shape)}, not {dtype} {shape}"
            )
    for key, limit in (("labels", len(data_set.classes)), ("split", len(data_set.splits))):
        if count and int(np.max(tensors[key].numpy())) >= limit:
            raise ValueError(f"{key} goes beyond {limit - 1}")
