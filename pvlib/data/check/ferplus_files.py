"""FER+ as a collection to check: the two tables, the folders of PNG files, or our prepared file.

A face's label is here the winner of its ten votes, "unknown" and "NF" included, and a tie goes to the earlier
name: what matters for a conflict is whether two copies of one photograph were judged alike.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from pvlib.data.check.collection import Collection, Tally
from pvlib.data.ferplus.compact import decode_names, open_prepared
from pvlib.data.ferplus.pixels import list_named_faces, read_named_faces
from pvlib.data.ferplus.rules import RULES, apply_rule
from pvlib.data.ferplus.votes import FOLDERS, PUBLISHED_ODD_ROW, SPLITS, VoteTable
from pvlib.data.labels import FERPLUS_VOTES

_KEPT = {
    "majority": (25_060, 3_199, 3_153),
    "probability": (27_956, 3_505, 3_505),
    "multi-target": (27_671, 3_472, 3_472),
    "argmax": (28_389, 3_553, 3_546),
}
_ROWS = (28_709, 3_589, 3_589)


def is_ferplus(root: Path) -> bool:
    return any((root / name).exists() for name in ("fer2013.csv", "fer2013new.csv", *FOLDERS))


def collect_ferplus(root: Path) -> Collection:
    """Read the label files (and, of the tables, the pixels) under ``root``; errors as in the reader of FER+."""
    if (root / "fer2013.csv").exists():
        faces = read_named_faces(root, accept_odd_votes=True)
        files, images = None, faces.images
    else:
        faces = list_named_faces(root, accept_odd_votes=True)
        files, images = [str(path) for path in faces.paths(root)], None
    table = faces.table
    return _collection(
        layout=f"{faces.layout}, votes of {faces.labels}",
        root=root,
        names=[table.names[row] for row in faces.rows],
        split=table.split[faces.rows],
        votes=table.votes[faces.rows],
        files=files,
        images=images,
        tallies=_row_tallies(table),
        missing=faces.missing,
        problems={
            "images that have no votes": faces.unlabelled,
            "rows whose votes do not sum to ten": _unpublished(table.odd),
        },
        notes=_notes(table, faces.labels),
    )


def collect_prepared_ferplus(path: Path) -> Collection:
    """Open a file that ``pvlib.data.ferplus.prepare`` wrote; errors as in ``load_ferplus``."""
    tensors, report = open_prepared(path)
    return _collection(
        layout=f"one prepared file, from {report.layout}, votes of {report.labels}",
        root=path,
        names=decode_names(tensors["names"]),
        split=tensors["split"].numpy(),
        votes=tensors["votes"].numpy(),
        files=None,
        images=tensors["images"].numpy(),
        tallies=[
            Tally("rows of the label file", report.rows, dict(zip(SPLITS, _ROWS, strict=True))),
            *(Tally(f"rows kept, {rule}", report.kept_rows[rule], _published(rule)) for rule in RULES),
        ],
        missing=list(report.missing),
        problems={
            "images that have no votes": list(report.unlabelled),
            "rows whose votes do not sum to ten": _unpublished(report.odd),
        },
        notes=[],
    )


def _collection(votes: np.ndarray, split: np.ndarray, tallies: list[Tally], **known) -> Collection:
    split, label = split.astype(np.int16), votes.argmax(axis=1).astype(np.int16)
    winners = [
        Tally(name, {part: int(((label == i) & (split == j)).sum()) for j, part in enumerate(SPLITS)})
        for i, name in enumerate(FERPLUS_VOTES)
    ]
    return Collection(
        kind="FER+",
        splits=SPLITS,
        classes=FERPLUS_VOTES,
        split=split,
        label=label,
        tallies=[*winners, *tallies],
        **known,
    )


def _row_tallies(table: VoteTable) -> list[Tally]:
    def count(rows: np.ndarray) -> dict[str, int]:
        return {name: int((table.split[rows] == i).sum()) for i, name in enumerate(SPLITS)}

    everything = np.ones(len(table.names), bool)
    return [
        Tally("rows of the label file", count(everything), dict(zip(SPLITS, _ROWS, strict=True))),
        *(
            Tally(f"rows kept, {rule}", count(apply_rule(table.votes, rule)[0].numpy()), _published(rule))
            for rule in RULES
        ),
    ]


def _published(rule: str) -> dict[str, int]:
    return dict(zip(SPLITS, _KEPT[rule], strict=True))


def _unpublished(odd: Iterable[str]) -> list[str]:
    """Leave out the one odd row of the published file: whoever has it has the right file."""
    return [name for name in odd if name != PUBLISHED_ODD_ROW[0]]


def _notes(table: VoteTable, labels: str) -> list[str]:
    notes = []
    unnamed, repeated = table.names.count(""), table.repeated_names()
    if unnamed:
        notes.append(f"{unnamed:,} rows of the label file name no image: nobody saw a face there.")
    if repeated:
        notes.append(f"{len(repeated)} names stand in more than one row, of which the last counts.")
    if labels == "label.csv":
        notes.append("The reference fer2013new.csv is absent; label.csv differs from it in 1,602 rows.")
    return notes
