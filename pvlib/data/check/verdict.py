"""The last lines of a check: may one train on this set, and what should be done first?"""

from collections.abc import Iterator
from dataclasses import dataclass

from pvlib.data.check.findings import Findings

_TOO_MANY = 0.05  # this share of missing or unreadable images means that a copy broke off


@dataclass(frozen=True)
class Verdict:
    """``usable`` decides the exit status; ``reasons`` are sentences that say what to do."""

    usable: bool
    reasons: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.usable and not self.reasons:
            return "ready to use"
        return "usable, but …" if self.usable else "not usable: …"


def judge(findings: Findings) -> Verdict:
    """Judge a set by what was found in it."""
    absent, broken = len(findings.collection.missing), len(findings.unreadable)
    listed = len(findings.collection) + absent
    if not listed:
        return Verdict(False, ("Not one image has a label: look for the label files and copy them again.",))
    if not findings.readable:
        return Verdict(False, ("Not one image can be read: copy or unpack the set again.",))
    if absent + broken > _TOO_MANY * listed:
        return Verdict(
            False,
            (
                f"{absent + broken:,} of {listed:,} images ({(absent + broken) / listed:.0%}) are missing or "
                f"cannot be read: copy or unpack the set again.",
            ),
        )
    return Verdict(True, tuple(_reservations(findings)))


def _reservations(findings: Findings) -> Iterator[str]:
    collection, exact, near = findings.collection, findings.exact, findings.near
    if collection.missing:
        yield f"Images of the label file that are missing: {len(collection.missing):,}. Fetch them, or do without."
    if findings.unreadable:
        yield f"Images that cannot be read: {len(findings.unreadable):,}. Fetch them again, or delete them."
    for kind, names in collection.problems.items():
        if names:
            yield f"There are {kind} ({len(names):,}): see above."
    empty = [name for i, name in enumerate(collection.splits) if not (collection.split == i).any()]
    if empty:
        yield f"The split {' and '.join(empty)} is not there."
    short = [part for part in collection.splits if part not in empty and _differs(findings, part)]
    if short:
        yield f"The counts of {' and '.join(short)} are not the published ones: say so beside every result."
    for copies, word in ((exact, "stand also"), (near, "are near duplicates of images")):
        found = [
            f"{count:,} of {later} {word} in {earlier}"
            for (earlier, later), count in copies.across.items()
            if count
        ]
        if found:
            yield f"{'; '.join(found)}: take them out of training, or the later split's accuracy flatters."
    for copies, word in ((exact, "the same pixels"), (near, "nearly the same pixels")):
        count = int(copies.conflicts.sum())
        if count:
            yield f"Pairs of images with {word} but different labels: {count:,}. No network can learn both."
    if findings.odd:
        yield f"Images unlike the rest in size or kind of pixels: {len(findings.odd):,}. Have a look at them."


def _differs(findings: Findings, part: str) -> bool:
    return any(
        part in tally.published and tally.found.get(part, 0) != tally.published[part]
        for tally in findings.collection.tallies
    )
