"""What a prepared set holds, compared with what its owners publish, and what was odd about its source."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

from data_scripts.layouts.listing import Listing
from pvlib.data.data_set import DataSet
from pvlib.errors import CourseError
from pvlib.terminal import printable

SHOWN = 10  # names kept of each kind of problem; all 290,000 may be missing

Counts = dict[str, dict[str, int]]  # line -> split -> number


class ProblemExamples(NamedTuple):
    """How many a problem befell, and the first of them."""

    number: int
    first: list[str]

    @classmethod
    def of(cls, names: Sequence[str]) -> Self:
        return cls(len(names), [printable(name)[:300] for name in names[:SHOWN]])


@dataclass(frozen=True, kw_only=True)
class Report:
    """Counts of one preparation; ``str(report)`` is the page to read.

    Attributes:
        data_set, source, layout: what was read, and where.
        shape: channels and side of a face in the prepared file.
        faces: split -> faces in the prepared file.
        counts: line -> split -> number, such as the faces of a class or the rows of the label file.
        notes: sentences, such as the comparison with the owners' numbers.
        problems: kind, in words -> what it befell; kinds that befell nothing are left out.
        not_read: kind of file that was not used -> number and an example.
        duplicates: "test in train" -> faces of test whose very pixels stand also in train, and so on.
    """

    data_set: str
    source: str
    layout: str
    shape: tuple[int, int]
    faces: dict[str, int]
    counts: Counts
    notes: tuple[str, ...]
    problems: dict[str, ProblemExamples]
    not_read: dict[str, tuple[int, str]]
    duplicates: dict[str, int]

    @classmethod
    def of(
        cls,
        listing: Listing,
        side: int,
        *,
        labels: np.ndarray,
        split: np.ndarray,
        stands_in: np.ndarray,
        unreadable: list[str],
    ) -> Self:
        """Count the faces that are kept: ``labels``, ``split`` and ``stands_in`` are (N,) integers."""
        data_set = listing.data_set
        problems = {**listing.problems, "images that cannot be read": unreadable}
        classes = {
            name: {part: int(((labels == i) & (split == j)).sum()) for j, part in enumerate(data_set.splits)}
            for i, name in enumerate(data_set.classes)
        }
        notes, different = _comparison(data_set, classes)
        return cls(
            data_set=data_set.name,
            source=printable(str(listing.root)),
            layout=printable(listing.layout),
            shape=(data_set.channels, side),
            faces={part: int((split == j).sum()) for j, part in enumerate(data_set.splits)},
            counts={**classes, **{line: dict(numbers) for line, numbers in listing.counts.items()}},
            notes=(
                *notes,
                *listing.notes,
                *([f"For what is missing: {data_set.where}."] if different else []),
            ),
            problems={kind: ProblemExamples.of(names) for kind, names in problems.items() if names},
            not_read=listing.not_read,
            duplicates={
                f"{data_set.splits[later]} in {data_set.splits[earlier]}": int(
                    ((split == later) & (stands_in & (1 << earlier) > 0)).sum()
                )
                for earlier, later in combinations(range(len(data_set.splits)), 2)
            },
        )

    def to_json(self) -> str:
        from pydantic import TypeAdapter  # here, as the processes that decode images need it not

        return TypeAdapter(Report).dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str, path: Path) -> "Report":
        """Return the report in the header of ``path``; CourseError where it is none."""
        from pydantic import TypeAdapter

        try:
            return TypeAdapter(Report).validate_json(text)
        except ValueError as error:
            raise CourseError(f"{path} is damaged: its report cannot be read; prepare it again") from error

    def __str__(self) -> str:
        channels, side = self.shape
        width = max(map(len, self.counts)) + 2
        lines = [
            f"{self.data_set} from {self.source}: {self.layout}; {side}×{side} pixels, {'RGB' if channels == 3 else 'grey'}",
            " " * width + "".join(f"{name:>10}" for name in self.faces),
        ]
        for name, numbers in {**self.counts, "all faces": self.faces}.items():
            lines.append(f"{name:{width}}" + "".join(f"{numbers.get(part, 0):>10,}" for part in self.faces))
        lines += self.notes
        for kind, (count, first) in self.problems.items():
            more = ", …" if count > len(first) else ""
            lines.append(f"{kind}: {count:,} ({', '.join(first)}{more})")
        for kind, (count, example) in self.not_read.items():
            lines.append(f"not read: {count:,} {kind} ({example})")
        for pair, count in self.duplicates.items():
            later, _, earlier = pair.split()
            if self.faces[later] and self.faces[earlier]:
                lines.append(f"faces of {later} that stand also in {earlier}, pixel for pixel: {count:,}")
        return "\n".join(lines)


def _comparison(data_set: DataSet, classes: Counts) -> tuple[list[str], bool]:
    """Return a sentence for each of the owners' splits, and whether anything of theirs is missing."""
    sentences, missing = [], False
    for official, published in data_set.official.items():
        parts = [part for part, owner in data_set.official_split.items() if owner == official]
        here = {name: sum(classes[name][part] for part in parts) for name in published}
        different = [
            f"{name} {here[name]:,} of {number:,}"
            for name, number in published.items()
            if here[name] != number
        ]
        missing |= any(here[name] < number for name, number in published.items())
        verdict = (
            f"published {sum(published.values()):,}: {', '.join(different)}"
            if different
            else "as published, class by class"
        )
        sentences.append(
            f"the owners' {official} split ({' + '.join(parts)}): {sum(here.values()):,} faces, {verdict}"
        )
    return sentences, missing
