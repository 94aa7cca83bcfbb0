"""What a prepared set holds, compared with what its owners publish, and what was odd about its source."""

import json
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import NamedTuple, Self

import numpy as np

from pvlib.data.listing import Listing

SHOWN = 10  # names kept of each kind of problem; all 290,000 may be missing


class Befallen(NamedTuple):
    """How many a problem befell, and the first of them."""

    count: int
    first: list[str]

    @classmethod
    def of(cls, names: list[str]) -> Self:
        return cls(len(names), [_as_text(name)[:300] for name in names[:SHOWN]])


@dataclass(frozen=True)
class Report:
    """Counts of one preparation; ``str(report)`` is the page to read.

    Attributes:
        data_set, source, layout: what was read, and where.
        side: pixels of a face's side in the prepared file.
        faces: split -> class -> faces in the prepared file.
        official: the owners' split -> class -> faces that they publish.
        official_split: split -> the owners' split that it is (a part of).
        dropped: split -> kind -> rows that the protocol leaves out.
        problems: kind, in words -> what it befell; kinds that befell nothing are left out.
        duplicates: "test in train" -> faces of test whose very pixels stand also in train, and so on.
        where: whom to ask for what is missing.
    """

    data_set: str
    source: str
    layout: str
    side: int
    faces: dict[str, dict[str, int]]
    official: dict[str, dict[str, int]]
    official_split: dict[str, str]
    dropped: dict[str, dict[str, int]]
    problems: dict[str, Befallen]
    duplicates: dict[str, int]
    where: str

    @classmethod
    def of(
        cls,
        listing: Listing,
        side: int,
        split: np.ndarray,
        labels: np.ndarray,
        stands_in: np.ndarray,
        unreadable: list[str],
    ) -> Self:
        """Count the faces that are kept: ``split``, ``labels`` and ``stands_in`` are (N,) integers."""
        data_set = listing.data_set
        problems = {**listing.problems, "images that cannot be read": unreadable}
        counts = {
            name: np.bincount(labels[split == i], minlength=len(data_set.classes)).tolist()
            for i, name in enumerate(data_set.splits)
        }
        return cls(
            data_set=data_set.name,
            source=_as_text(str(listing.root)),
            layout=listing.layout,
            side=side,
            faces={name: dict(zip(data_set.classes, row, strict=True)) for name, row in counts.items()},
            official=data_set.official,
            official_split=data_set.official_split,
            dropped=listing.dropped,
            problems={kind: Befallen.of(names) for kind, names in problems.items() if names},
            duplicates={
                f"{data_set.splits[later]} in {data_set.splits[earlier]}": int(
                    ((split == later) & (stands_in & (1 << earlier) > 0)).sum()
                )
                for earlier, later in combinations(range(len(data_set.splits)), 2)
            },
            where=data_set.where,
        )

    def differences(self) -> dict[str, dict[str, tuple[int, int]]]:
        """Return the owners' split -> class -> (faces here, faces published), where these differ."""
        result = {}
        for official, published in self.official.items():
            ours = [counts for split, counts in self.faces.items() if self.official_split[split] == official]
            here = {name: sum(counts[name] for counts in ours) for name in published}
            result[official] = {
                name: (here[name], published[name]) for name in published if here[name] != published[name]
            }
        return {split: classes for split, classes in result.items() if classes}

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        values = json.loads(text)
        values["problems"] = {kind: Befallen(*befallen) for kind, befallen in values["problems"].items()}
        return cls(**values)

    def __str__(self) -> str:
        splits = list(self.faces)
        lines = [
            f"{self.data_set} from {self.source}: {self.layout}; {self.side}×{self.side} pixels, RGB",
            f"{'':12}" + "".join(f"{name:>10}" for name in splits),
        ]
        for name in self.faces[splits[0]]:
            lines.append(f"{name:12}" + "".join(f"{self.faces[split][name]:>10,}" for split in splits))
        totals = {split: sum(self.faces[split].values()) for split in splits}
        lines.append(f"{'all':12}" + "".join(f"{totals[split]:>10,}" for split in splits))
        lines += [self._comparison(official) for official in self.official]
        for split, kinds in self.dropped.items():
            if any(kinds.values()):
                counts = ", ".join(f"{count:,} {kind}" for kind, count in kinds.items())
                lines.append(f"rows of {split} without one of the expressions, left out: {counts}")
        for kind, (count, first) in self.problems.items():
            more = ", …" if count > len(first) else ""
            lines.append(f"{kind}: {count:,} ({', '.join(first)}{more})")
        for pair, count in self.duplicates.items():
            later, _, earlier = pair.split()
            if totals[later] and totals[earlier]:
                lines.append(f"faces of {later} that stand also in {earlier}, pixel for pixel: {count:,}")
        if any(here < published for row in self.differences().values() for here, published in row.values()):
            lines.append(f"For what is missing: {self.where}.")
        return "\n".join(lines)

    def _comparison(self, official: str) -> str:
        parts = [split for split, owner in self.official_split.items() if owner == official]
        here = sum(sum(self.faces[split].values()) for split in parts)
        published = sum(self.official[official].values())
        different = self.differences().get(official, {})
        detail = ", ".join(f"{name} {ours:,} of {theirs:,}" for name, (ours, theirs) in different.items())
        verdict = f"published {published:,}: {detail}" if different else "as published, class by class"
        return f"the owners' {official} split ({' + '.join(parts)}): {here:,} faces, {verdict}"


def _as_text(name: str) -> str:
    """Replace what is no text: file names may hold any bytes, JSON may not."""
    return name.encode(errors="replace").decode()
