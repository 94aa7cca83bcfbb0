"""`check(path)`: everything that should be known of a set of faces before anybody trains on it."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from data_scripts.archives import ARCHIVE_SUFFIXES
from data_scripts.checking.recognise import recognise
from data_scripts.layouts.listing import Item, Listing
from data_scripts.packing.report import Report
from data_scripts.packing.writing import decoded
from pvlib.data.equal_pixels import splits_of_equal_pixels
from pvlib.data.folders import IMAGE_SUFFIXES
from pvlib.data.other_formats import OTHER_SUFFIXES
from pvlib.terminal import printable

_SIDE = 100  # pixels at which pictures are compared, where the data set does not say
_FEW = 3_000  # starting processes takes longer than looking at so few
_TOO_MANY = 0.05  # this share of missing or unreadable images means that a copy broke off
_MISSING = ("without an image", "but no image, left out")  # how the readers' words for what is missing end
_PICTURES = (*IMAGE_SUFFIXES, *OTHER_SUFFIXES, *ARCHIVE_SUFFIXES)  # what holds faces, perhaps
_SHOWN = 3  # examples of each kind: this is a page


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What a check found.

    Attributes:
        listing: what was looked at.
        report: the page that preparing it prints: counts, what is odd or unused, copies across splits.
        unreadable: image that cannot be read -> the reason.
        within: split -> images whose pixels stand in it before, so that they could go without loss.
        contradictions: pairs of images with the same pixels and two different labels.
        usable: whether one can train on it.
        reasons: sentences that say what to do first.
    """

    listing: Listing
    report: Report
    unreadable: dict[str, str]
    within: dict[str, int]
    contradictions: list[tuple[str, str]]
    usable: bool
    reasons: list[str]

    @property
    def verdict(self) -> str:
        if not self.usable:
            return "not usable: …"
        return "usable, but …" if self.reasons else "ready to use"

    def __str__(self) -> str:
        """The page without the verdict."""
        pairs = [f"{one} and {other}" for one, other in self.contradictions]
        lines = [str(self.report)]
        lines += [
            f"copies within {split}, pixel for pixel: {number:,}"
            for split, number in self.within.items()
            if number
        ]
        if pairs:
            more = "; …" if len(pairs) > _SHOWN else ""
            lines.append(
                f"the same pixels, but two labels: {len(pairs):,} ({'; '.join(pairs[:_SHOWN])}{more})"
            )
        lines.append("near duplicates, also mirrored: python data_scripts/find_near_duplicates.py finds them")
        return printable("\n".join(lines))

    def to_json(self) -> dict:
        """Return everything as plain values, with every name and not only the first."""
        return {
            **asdict(self.report),
            "images": len(self.listing.items),
            "readable": sum(self.report.faces.values()),
            "problems": self.listing.problems,
            "unreadable": self.unreadable,
            "copies_within": self.within,
            "contradictions": self.contradictions,
            "usable": self.usable,
            "verdict": self.verdict,
            "reasons": self.reasons,
        }


def check(
    path: str | Path,
    workers: int | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Findings:
    """Look at every image of the set at ``path`` and compare them all.

    Args:
        path: the folder of a data set in its owners' layout or of any images, or a prepared file.
        workers: processes that read images; None means one a core for many images. As they are started afresh,
            a script that calls this with more than one needs ``if __name__ == "__main__":``.
        on_progress: is told how many images are done, and of how many.

    Raises:
        CourseError: there is no set of images, or its label files are wrong; the message names the culprit.
    """
    listing = recognise(Path(path))
    digests: list[bytes] = []
    items: list[Item] = []
    unreadable: dict[str, str] = {}
    done, total = 0, len(listing.items)
    if workers is None:
        workers = 1 if total < _FEW else os.cpu_count() or 1
    side = listing.data_set.side or _SIDE
    for part in decoded(listing, list(range(total)), side, workers):
        chunk = listing.items[done : done + len(part.digests) + len(part.problems)]
        items += [item for place, item in enumerate(chunk) if place not in part.problems]
        digests += part.digests
        unreadable |= {chunk[place].name: why for place, why in part.problems.items()}
        done += len(chunk)
        on_progress(done, total)
    splits = listing.data_set.splits
    split = np.array([splits.index(item.split) for item in items], np.int64)  # (N,)
    first: dict[bytes, Item] = {}
    contradictions = []
    for item, digest in zip(items, digests, strict=True):
        earlier = first.setdefault(digest, item)
        if earlier.label != item.label:
            one, other = (f"{it.name} ({listing.data_set.classes[it.label]})" for it in (earlier, item))
            contradictions.append((one, other))
    different = Counter(part for part, _ in set(zip(split.tolist(), digests, strict=True)))
    report = Report.of(
        listing,
        side,
        labels=np.array([item.label for item in items], np.int64),
        split=split,
        stands_in=splits_of_equal_pixels(digests, split),
        unreadable=list(unreadable.values()),
    )
    usable, reasons = _judge(listing, report, len(items), len(unreadable), len(contradictions))
    return Findings(
        listing=listing,
        report=report,
        unreadable=unreadable,
        within={name: report.faces[name] - different[i] for i, name in enumerate(splits)},
        contradictions=contradictions,
        usable=usable,
        reasons=reasons,
    )


def _judge(
    listing: Listing, report: Report, readable: int, unreadable: int, contradictions: int
) -> tuple[bool, list[str]]:
    """Return whether the set is usable, and what should be done first."""
    gaps = [names for kind, names in listing.problems.items() if kind.endswith(_MISSING)]
    missing = sum(map(len, gaps))
    lost, listed = missing + unreadable, missing + unreadable + readable
    if not readable:
        return False, ["Not one image with a label can be read: look for the files and copy them again."]
    if lost > _TOO_MANY * listed:
        share = f"{lost:,} of {listed:,} images ({lost / listed:.0%})"
        return False, [f"{share} are missing or cannot be read: copy or unpack the set again."]
    return True, list(_reservations(listing, report, unreadable, contradictions))


def _reservations(listing: Listing, report: Report, unreadable: int, contradictions: int) -> Iterator[str]:
    for kind, names in listing.problems.items():
        if names:
            yield f"There are {kind} ({len(names):,}): see above."
    if unreadable:
        yield f"Images that cannot be read: {unreadable:,}. Fetch them again, or delete them."
    for kind, (number, example) in listing.not_read.items():
        if kind.startswith(_PICTURES):
            yield f"Not read: {number:,} {kind}, such as {example}. Save them as JPEG or PNG, or unpack them."
    empty = [split for split, faces in report.faces.items() if not faces]
    if empty:
        yield f"The split {' and '.join(empty)} is not there."
    if any("published" in note and "as published" not in note for note in report.notes):
        yield "The counts are not the published ones: say so beside every result."
    for pair, faces in report.duplicates.items():
        if faces:
            later, _, earlier = pair.split()
            yield (
                f"{faces:,} of {later} stand also in {earlier}: take them out of training, or the accuracy on "
                f"{later} flatters."
            )
    if contradictions:
        yield f"Pairs of images with the same pixels but different labels: {contradictions:,}. No network can learn both."
