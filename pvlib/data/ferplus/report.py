"""What a prepared FER+ set holds, and what was odd about its source: read it before trusting a number."""

import json
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Self

import numpy as np
import torch

from pvlib.data.ferplus.pixels import NamedFaces
from pvlib.data.ferplus.rules import RULES, apply_rule
from pvlib.data.ferplus.votes import SPLITS


@dataclass(frozen=True)
class Report:
    """Counts of one preparation; ``str(report)`` is the page to read.

    Attributes:
        source, layout, labels: the folder, and what was read in it.
        rows, unnamed, faces: per split, rows of the label file, rows without a name, faces kept.
        absent: splits without an image.
        kept_rows: rule -> split -> rows of the label file that the rule keeps, the unnamed and repeated
            ones included: this is how the published counts are made.
        kept: rule -> split -> faces that the rule keeps: this is what training sees.
        repeated: names in more than one row; the last row counts.
        odd: names whose votes do not sum to ten.
        missing: names with votes but without an image.   unlabelled: image files without votes.
        duplicates: "valid in train" -> faces of valid whose very pixels stand also in train, and so on.
    """

    source: str
    layout: str
    labels: str
    rows: dict[str, int]
    unnamed: dict[str, int]
    faces: dict[str, int]
    absent: tuple[str, ...]
    kept_rows: dict[str, dict[str, int]]
    kept: dict[str, dict[str, int]]
    repeated: tuple[str, ...]
    odd: tuple[str, ...]
    missing: tuple[str, ...]
    unlabelled: tuple[str, ...]
    duplicates: dict[str, int]

    @classmethod
    def of(cls, source: str, faces: NamedFaces, stands_in: np.ndarray) -> Self:
        """Count; ``stands_in`` (N,) has bit i set where the face's pixels stand in the i-th split."""
        table, split = faces.table, faces.table.split[faces.rows]
        kept = {rule: apply_rule(torch.from_numpy(table.votes), rule)[0].numpy() for rule in RULES}
        counts = {name: int((split == i).sum()) for i, name in enumerate(SPLITS)}
        return cls(
            source=source,
            layout=faces.layout,
            labels=faces.labels,
            rows=_per_split(table.split),
            unnamed=_per_split(table.split[[not name for name in table.names]]),
            faces=counts,
            absent=tuple(name for name, count in counts.items() if not count),
            kept_rows={rule: _per_split(table.split[kept[rule]]) for rule in RULES},
            kept={rule: _per_split(split[kept[rule][faces.rows]]) for rule in RULES},
            repeated=tuple(table.repeated_names()),
            odd=tuple(table.odd),
            missing=tuple(faces.missing),
            unlabelled=tuple(faces.unlabelled),
            duplicates={
                f"{SPLITS[later]} in {SPLITS[earlier]}": int(
                    ((split == later) & (stands_in & (1 << earlier) > 0)).sum()
                )
                for earlier, later in combinations(range(len(SPLITS)), 2)
            },
        )

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        lists = ("absent", "repeated", "odd", "missing", "unlabelled")
        return cls(**{key: tuple(v) if key in lists else v for key, v in json.loads(text).items()})

    def __str__(self) -> str:
        lines = [
            f"FER+ from {self.source}: {self.layout}, votes of {self.labels}",
            f"{'':26}" + "".join(f"{name:>9}" for name in SPLITS),
            _line("rows of the label file", self.rows),
            _line("  without an image name", self.unnamed),
            _line("faces", self.faces),
        ]
        for rule in RULES:
            lines.append(_line(f"rows kept, {rule}", self.kept_rows[rule]))
            lines.append(_line(f"faces kept, {rule}", self.kept[rule]))
        if self.absent:
            lines.append(f"No image of the split {' or '.join(self.absent)} is there.")
        if self.labels == "label.csv":
            lines.append("The reference fer2013new.csv is absent; label.csv differs from it in 1,602 rows.")
        lines += [
            _names("names in more than one row, of which the last counts", self.repeated),
            _names("rows whose votes do not sum to ten", self.odd),
            _names("rows with a name but no image, left out", self.missing),
            _names("images without votes, left out", self.unlabelled),
        ]
        for pair, count in self.duplicates.items():
            later, _, earlier = pair.split()
            if later not in self.absent and earlier not in self.absent:
                lines.append(f"faces of {later} that stand also in {earlier}, pixel for pixel: {count}")
        return "\n".join(lines)


def _per_split(split: np.ndarray) -> dict[str, int]:
    return {name: int((split == i).sum()) for i, name in enumerate(SPLITS)}


def _line(title: str, counts: dict[str, int]) -> str:
    return f"{title:26}" + "".join(f"{counts[name]:>9,}" for name in SPLITS)


def _names(what: str, names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
    return f"{what}: {len(names)}" + (f" ({shown})" if names else "")
