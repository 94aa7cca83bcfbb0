"""`check(path)`: everything that can be said about a set of faces before anybody trains on it."""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pvlib.data.check.collection import Collection
from pvlib.data.check.copies import Copies, exact_copies, near_copies
from pvlib.data.check.recognise import recognise
from pvlib.data.check.scan import Scan, scan

_SMALLEST, _LONGEST = 32, 3  # a shorter side, or a greater aspect, is odd wherever sizes differ


@dataclass(frozen=True)
class Findings:
    """What a check found; ``verdict`` judges it and ``page`` shows it.

    Attributes:
        collection: what was looked at.
        readable: images that could be read.
        unreadable: name -> reason.   misnamed: name -> the format that the file really has.
        sizes: (width, height) -> images.   modes: Pillow's kind of pixels -> images.
        odd: name -> what is odd about its size or kind of pixels.
        exact, near: copies pixel for pixel; near duplicates among what is left without them.
        files_print: SHA-256 over the names and bytes of all image files, in any order; "" without files.
        pixels_print: the same over the decoded pixels alone, whatever the layout and the names.
        seconds: time taken.
    """

    collection: Collection
    readable: int
    unreadable: dict[str, str]
    misnamed: dict[str, str]
    sizes: Counter[tuple[int, int]]
    modes: Counter[str]
    odd: dict[str, str]
    exact: Copies
    near: Copies
    files_print: str
    pixels_print: str
    seconds: float


def check(
    path: str | Path,
    workers: int | None = None,
    start: Callable[[Collection], None] = lambda collection: None,
    step: Callable[[int], None] = lambda images: None,
) -> Findings:
    """Look at every image of the set at ``path`` and compare them all.

    Args:
        path: the folder of a data set in its owners' layout or of any images, or a prepared file.
        workers: processes that read images; None means one a core. As they are started afresh, a script
            that calls this needs ``if __name__ == "__main__":``, or ``workers=1``.
        start: is told what was recognised, before the first image is read.
        step: is told how many more images are done, from time to time.

    Raises:
        CourseError: there is no set of images, or its label files are wrong; the message names the culprit.
    """
    began = time.monotonic()
    collection = recognise(Path(path))
    start(collection)
    scanned = scan(collection, workers, step)
    rows = np.flatnonzero(scanned.readable)
    names = collection.names
    exact = exact_copies(collection, scanned)
    sizes = Counter(map(tuple, scanned.sizes[rows].tolist()))
    modes = Counter(
        {name: int((scanned.modes[rows] == i).sum()) for i, name in enumerate(scanned.mode_names)}
    )
    return Findings(
        collection=collection,
        readable=len(rows),
        unreadable={names[row]: reason for row, reason in scanned.unreadable.items()},
        misnamed={names[row]: form for row, form in scanned.misnamed.items()},
        sizes=sizes,
        modes=modes,
        odd={
            names[row]: text
            for row in rows.tolist()
            if (text := _oddity(scanned, row, sizes, modes, len(rows)))
        },
        exact=exact,
        near=near_copies(collection, scanned, exact),
        files_print=_fingerprint(_file_lines(collection, scanned, rows)) if collection.files else "",
        pixels_print=_fingerprint(digest.tobytes() for digest in scanned.pixel_hash[rows]),
        seconds=time.monotonic() - began,
    )


def _oddity(scanned: Scan, row: int, sizes: Counter, modes: Counter, count: int) -> str:
    """Say what sets an image apart: another size where nearly all are alike, or other pixels than most."""
    width, height = scanned.sizes[row].tolist()
    mode = scanned.mode_names[scanned.modes[row]]
    (usual_size, alike), (usual_mode, same_mode) = sizes.most_common(1)[0], modes.most_common(1)[0]
    found = []
    if 2 * alike > count:
        found += [f"{width}×{height} pixels"] if (width, height) != usual_size else []
    elif min(width, height) < _SMALLEST or max(width, height) > _LONGEST * min(width, height):
        found.append(f"{width}×{height} pixels")
    if 2 * same_mode > count and mode != usual_mode:
        found.append(f"kind of pixels {mode}")
    return ", ".join(found)


def _file_lines(collection: Collection, scanned: Scan, rows: np.ndarray) -> Iterable[bytes]:
    for row in rows.tolist():
        name = collection.names[row]
        part = collection.splits[collection.split[row]] if collection.split[row] >= 0 else ""
        yield f"{part}\t{name}\t".encode(errors="surrogatepass") + scanned.file_hash[row].tobytes()


def _fingerprint(parts: Iterable[bytes]) -> str:
    """Hash a collection of byte strings whatever their order."""
    digests = sorted(hashlib.sha256(part).digest() for part in parts)
    return hashlib.sha256(b"".join(digests)).hexdigest()
