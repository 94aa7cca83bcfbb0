"""FER+ in one file that opens at once: safetensors, memory-mapped, with the report in its header.

Tensors: ``images`` uint8 (N, 48, 48); ``votes`` uint8 (N, 10); ``split`` uint8 (N,), a position in
``SPLITS``; ``names`` uint8 (N, length), UTF-8 filled up with zeros; ``stands_in`` uint8 (N,), with bit i set
where the very same pixels stand in the i-th split. Faces are sorted by split.
"""

import hashlib
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file
from torch import Tensor

from pvlib.data.faces import Faces
from pvlib.data.ferplus.pixels import SIDE, read_named_faces
from pvlib.data.ferplus.report import Report
from pvlib.data.ferplus.rules import apply_rule, released_target, vote_distribution
from pvlib.data.ferplus.votes import SPLITS
from pvlib.data.labels import FERPLUS, FERPLUS_VOTES
from pvlib.errors import CourseError
from pvlib.files import atomic_write

FORMAT, VERSION = "pvlib FER+", "1"
TARGETS = ("rule", "votes", "released")
_MAKE = "make it with: python data_scripts/prepare_ferplus.py FOLDER FILE"


def prepare(root: str | Path, out: str | Path, accept_odd_votes: bool = False) -> Report:
    """Read FER+ as its owners hand it out, under ``root``, and write the one file ``out``.

    Args:
        root: a folder with ``fer2013.csv`` and ``fer2013new.csv``; or with FER2013Train, FER2013Valid
            and FER2013Test (any of them may be absent) and ``fer2013new.csv``, or else a ``label.csv``
            in each of them.
        out: the file to write; it is replaced only when everything went well.
        accept_odd_votes: let rows through whose votes do not sum to ten; the report names them.

    Raises:
        CourseError: something in ``root`` is wrong or ``out`` cannot be written; ``out`` stays as it was.
    """
    with atomic_write(out) as temporary:  # first, as a folder without permission is soon found out
        faces = read_named_faces(Path(root), accept_odd_votes)
        if not len(faces.rows):
            raise CourseError(
                f"no image under {root} has a row in {faces.labels}: check that they belong together"
            )
        split = faces.table.split[faces.rows]  # (N,)
        stands_in = _splits_of_equal_pixels(faces.images, split)  # (N,)
        report = Report.of(str(root), faces, stands_in)
        names = np.array([faces.table.names[row].encode() for row in faces.rows])  # (N,)
        tensors = {
            "images": faces.images,
            "votes": faces.table.votes[faces.rows],
            "split": split,
            "names": names.view(np.uint8).reshape(len(names), -1),
            "stands_in": stands_in,
        }
        save_file(tensors, temporary, {"format": FORMAT, "version": VERSION, "report": report.to_json()})
    return report


def load_ferplus(
    path: str | Path,
    split: str,
    rule: str = "majority",
    target: str = "rule",
    without_duplicates: bool = False,
) -> Faces:
    """Return the faces of one split that a rule keeps, from a file that :func:`prepare` wrote.

    Args:
        path: the prepared file.
        split: "train", "valid" or "test".
        rule: which faces are kept, one of ``RULES``.
        target: "rule" for the rule's own label distribution, "votes" for the share of each emotion among
            all votes of the face that are for an emotion, "released" for votes / 10, whose rows sum to less
            than 1 where raters chose "unknown" or "NF".
        without_duplicates: leave out every face whose very pixels stand also in a later split, so that
            training never sees a face of "valid" or "test", nor validation one of "test".

    Returns:
        Faces with ``images`` (N, 1, 48, 48), ``target`` (N, 8), ``votes`` (N, 10) and ``ids``.

    Raises:
        CourseError: the file is missing, damaged, or not a prepared FER+ file of this version; the split,
            rule or target has no such name; or the file has no face of that split.
    """
    if split not in SPLITS:
        raise CourseError(f"FER+ has no split {split!r}; choose one of {', '.join(SPLITS)}")
    if target not in TARGETS:
        raise CourseError(f"FER+ has no target {target!r}; choose one of {', '.join(TARGETS)}")
    tensors, _ = open_prepared(Path(path))
    position = SPLITS.index(split)
    first, last = np.searchsorted(tensors["split"].numpy(), [position, position + 1]).tolist()
    if first == last:
        raise CourseError(f"{path} has no face of the split {split}: prepare it from files that include it")
    images, votes, names, stands_in = (
        tensors[key][first:last] for key in ("images", "votes", "names", "stands_in")
    )
    kept, distribution = apply_rule(votes, rule)  # (N,), (N, 8)
    if without_duplicates:
        kept = kept & (stands_in >> (position + 1) == 0)
    weights = {
        "rule": lambda: distribution,
        "votes": lambda: vote_distribution(votes),
        "released": lambda: released_target(votes),
    }[target]()  # (N, 8)
    return Faces(
        images=images[kept][:, None],  # (N, 1, 48, 48)
        target=weights[kept],
        names=FERPLUS,
        votes=votes[kept],
        ids=tuple(decode_names(names[kept])),
    )


def load_report(path: str | Path) -> Report:
    """Return the report that :func:`prepare` left in the header of its file; errors as in `load_ferplus`."""
    return open_prepared(Path(path))[1]


def open_prepared(path: Path) -> tuple[dict[str, Tensor], Report]:
    """Return all tensors of a prepared file, memory-mapped, and its report; errors as in `load_ferplus`."""
    if not path.is_file():
        raise CourseError(f"there is no file {path}; {_MAKE}")
    try:
        with safe_open(path, framework="pt") as file:
            about = file.metadata() or {}
            if about.get("format") != FORMAT:
                raise CourseError(f"{path} is not a prepared FER+ file; {_MAKE}")
            version = about.get("version")
            if version != VERSION:
                raise CourseError(f"{path} is of version {version}, not {VERSION}, of its form; {_MAKE}")
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 (no dict)
            report = Report.from_json(about["report"])
        _check_shapes(tensors)
    except (SafetensorError, OSError, KeyError, ValueError, TypeError) as error:
        raise CourseError(f"{path} is damaged or cut short ({error}); {_MAKE}") from error
    return tensors, report


def _check_shapes(tensors: dict[str, Tensor]) -> None:
    count = len(tensors["images"])
    expected = {
        "images": (count, SIDE, SIDE),
        "votes": (count, len(FERPLUS_VOTES)),
        "split": (count,),
        "names": (count, tensors["names"].shape[-1]),
        "stands_in": (count,),
    }
    for key, shape in expected.items():
        if tensors[key].shape != shape or tensors[key].dtype != torch.uint8:
            raise ValueError(f"{key} is {tensors[key].dtype} {tuple(tensors[key].shape)}, not uint8 {shape}")
    split = tensors["split"].numpy().astype(int)
    if count and (split[-1] >= len(SPLITS) or (np.diff(split) < 0).any()):
        raise ValueError(f"split is not in ascending order up to {len(SPLITS) - 1}")


def _splits_of_equal_pixels(images: np.ndarray, split: np.ndarray) -> np.ndarray:
    """Return for each face the splits in which its pixels stand, its own included, as bits; uint8, (N,)."""
    digests = [hashlib.blake2b(image, digest_size=16).digest() for image in images]
    found = {}
    for digest, position in zip(digests, split.tolist(), strict=True):
        found[digest] = found.get(digest, 0) | 1 << position
    return np.array([found[digest] for digest in digests], np.uint8)


def decode_names(names: Tensor) -> list[str]:
    """Return the image names of the tensor ``names``, uint8 (N, length)."""
    flat = np.ascontiguousarray(names.numpy())
    return np.char.decode(flat.view(f"S{flat.shape[1]}")[:, 0], "utf-8", "replace").tolist()
