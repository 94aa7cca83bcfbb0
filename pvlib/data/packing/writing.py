"""From a listing to the prepared file: in parallel, at bounded memory, and going on after a kill.

Beside the file FILE a folder FILE.unfinished holds the images, as far as they are decoded, and the journal.
When everything is in place, the images become FILE in one step and the folder goes away; so under the name
FILE there is the earlier file or the new one, never a part. What the journal says of the images is checked
against their bytes before the work goes on.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import PIL

from pvlib.data.listing import Item, Listing
from pvlib.data.packing.filling import CHUNK, DIGEST, Rows, digest, fill
from pvlib.data.packing.header import ROOM, VERSION, format_of, header
from pvlib.data.packing.journal import Journal
from pvlib.data.packing.placing import copy_rows_to_move, move_rows, rows_in_order, splits_of_equal_pixels
from pvlib.data.packing.report import Report
from pvlib.errors import CourseError
from pvlib.files import explain_write_errors, make_folder_for, put_in_place

# (split, labels, stands_in), each (N,) -> rank (N,); faces of equal rank stand together, by rising rank
Ranking = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def write_prepared(
    listing: Listing,
    out: str | Path,
    side: int,
    ranking: Ranking,
    *,
    workers: int = 1,
    strict: bool = False,
    start_over: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Decode every face of ``listing`` into the one file ``out``.

    Args:
        side: pixels of a face's side, a multiple of 4 from 16 to 1024.
        ranking: in which order the faces are to stand.
        workers: processes that decode.
        strict: refuse a set of which anything is missing, superfluous or damaged.
        start_over: throw away what an earlier, killed run has done.
        on_progress: called with the faces done and all faces, after every chunk.

    Raises:
        CourseError: a number is out of range, there is no face, something is wrong and ``strict``, an
            earlier run was begun otherwise, or ``out`` cannot be written. ``out`` stays as it was.
    """
    out = Path(out)
    if not 16 <= side <= 1024 or side % 4:
        raise CourseError(f"size = {side}: choose a multiple of 4 from 16 to 1024")
    if workers < 1:
        raise CourseError(f"workers = {workers}: at least one process must do the work")
    _refuse_problems(listing, strict)
    folder = out.with_name(out.name + ".unfinished")
    rows = Rows(folder / "images", ROOM, side)
    with explain_write_errors(out, folder, f"What is done stays in {folder}: run the same command to go on."):
        make_folder_for(out)
        folder.mkdir(exist_ok=True)
        items = _sorted_by_rank(listing, ranking)
        identity, afresh = _identity(listing, items, side), start_over or not rows.path.is_file()
        try:
            with Journal(folder / "journal", identity, _REMEDY, afresh) as journal:
                moving = folder / "moving"
                if afresh:
                    for left in (rows.path, moving):
                        left.unlink(missing_ok=True)
                if not moving.exists():
                    _reserve(rows, len(items), out)
                    _decode(journal, rows, items, workers, strict, on_progress)
                report = _finish(journal, rows, items, listing, ranking, moving)
                put_in_place(rows.path, out)
        except _UnusableError:
            shutil.rmtree(folder)
            raise
        shutil.rmtree(folder)
    return report


class _UnusableError(CourseError):
    """The source must change before another try, so what is done is of no use."""


_REMEDY = (
    "go on with the same files and options; or start over, with --start-over (start_over=True), "
    "which throws away what is done"
)


def _refuse_problems(listing: Listing, strict: bool) -> None:
    found = [
        f"{kind}: {len(names):,} ({', '.join(names[:3])}{', …' if len(names) > 3 else ''})"
        for kind, names in listing.problems.items()
        if names
    ]
    name, where = listing.data_set.name, listing.data_set.where
    if not listing.items:
        reasons = f" ({'; '.join(found)})" if found else ""
        raise CourseError(
            f"{listing.root} has no labelled face of {name}{reasons}. For what is missing, {where}"
        )
    if strict and found:
        raise CourseError(f"{listing.root} is not all of {name} as it should be: {'; '.join(found)}")


def _sorted_by_rank(listing: Listing, ranking: Ranking) -> list[Item]:
    """The items in the order of the file, as if no face stood in two splits."""
    split, labels = _numbers(listing.items, listing)
    order = np.argsort(ranking(split, labels, _own_bit(split)), kind="stable")
    return [listing.items[i] for i in order]


def _numbers(items: list[Item], listing: Listing) -> tuple[np.ndarray, np.ndarray]:
    position = {name: i for i, name in enumerate(listing.data_set.splits)}
    split = np.array([position[item.split] for item in items], np.uint8)  # (N,)
    return split, np.array([item.label for item in items], np.uint8)


def _own_bit(split: np.ndarray) -> np.ndarray:
    return np.left_shift(1, split).astype(np.uint8)


def _identity(listing: Listing, items: list[Item], side: int) -> dict[str, str | int]:
    """What must be the same for a run to go on: options, versions, and every file's size and time."""
    source = hashlib.blake2b(digest_size=16)
    root = str(listing.root)
    for item in items:
        try:
            about = os.stat(item.path)
            stamp = (about.st_size, about.st_mtime_ns)
        except (OSError, ValueError):
            stamp = None
        line = repr((item._replace(path=item.path.removeprefix(root)), stamp))
        source.update(line.encode(errors="surrogateescape"))
    return {
        "data set": listing.data_set.name,
        "size": side,
        "source files": source.hexdigest(),
        "version of pvlib's files": VERSION,
        "version of Pillow": PIL.__version__,
    }


def _reserve(rows: Rows, count: int, out: Path) -> None:
    """Make the file of images as long as it will be, if the disk has the room."""
    size = rows.offset(count)
    with rows.path.open("ab") as handle:
        about = os.fstat(handle.fileno())
        taken = getattr(about, "st_blocks", 0) * 512
        free = shutil.disk_usage(rows.path.parent).free
        if size - taken > free:
            raise CourseError(
                f"{out} will take {size / 1e9:.1f} GB, but only {free / 1e9:.1f} GB are free there: make "
                f"room, choose a smaller --size, or another disk. What is done stays for the same command."
            )
        if about.st_size < size:
            handle.truncate(size)


def _decode(
    journal: Journal,
    rows: Rows,
    items: list[Item],
    workers: int,
    strict: bool,
    on_progress: Callable[[int, int], None] | None,
) -> None:
    chunks = range(-(-len(items) // CHUNK))
    _forget_what_is_not_there(journal, rows, len(items))
    _refuse_unreadable([filled.problems for filled in journal.done.values()], strict)
    finished = sum(min(CHUNK, len(items) - chunk * CHUNK) for chunk in journal.done)
    left = [chunk for chunk in chunks if chunk not in journal.done]
    for chunk, filled in fill(rows, items, left, workers):
        _refuse_unreadable([filled.problems], strict)
        journal.add(chunk, filled)
        finished += len(filled.digests) // DIGEST
        if on_progress is not None:
            on_progress(finished, len(items))


def _refuse_unreadable(problems: Iterable[dict[int, str]], strict: bool) -> None:
    if strict:
        for texts in problems:
            for text in texts.values():
                raise _UnusableError(text)


def _forget_what_is_not_there(journal: Journal, rows: Rows, count: int) -> None:
    """Take out of ``journal.done`` the chunks whose bytes are not in the file, after a power cut for example."""
    with rows.path.open("rb") as handle:
        for chunk, filled in list(journal.done.items()):
            length = max(0, min(CHUNK, count - chunk * CHUNK))
            handle.seek(rows.offset(chunk * CHUNK))
            if (
                not length
                or b"".join(digest(handle.read(rows.size)) for _ in range(length)) != filled.digests
            ):
                del journal.done[chunk]


def _finish(
    journal: Journal, rows: Rows, items: list[Item], listing: Listing, ranking: Ranking, moving: Path
) -> Report:
    """Sort the images and write what stands before and after them; may be killed and repeated."""
    done = [journal.done.get(chunk) for chunk in range(-(-len(items) // CHUNK))]
    if None in done:
        raise CourseError(f"{moving.parent} is damaged: remove that folder and run the same command again")
    joined = b"".join(filled.digests for filled in done)
    digests = [joined[i : i + DIGEST] for i in range(0, len(joined), DIGEST)]
    unreadable = {
        chunk * CHUNK + position: text
        for chunk, filled in enumerate(done)
        for position, text in sorted(filled.problems.items())
    }
    readable = np.ones(len(items), bool)
    readable[list(unreadable)] = False
    split, labels = _numbers(items, listing)
    stands_in = splits_of_equal_pixels(digests, split, readable)  # (N,)
    if not readable.any():
        raise _UnusableError(
            f"none of the {len(items):,} images of {listing.root} can be read: {next(iter(unreadable.values()))}"
        )
    ordered = rows_in_order(ranking(split, labels, stands_in), readable)  # (kept,)
    if not moving.exists():
        copy_rows_to_move(rows, ordered, moving)
    move_rows(rows, ordered, moving)
    split, labels, stands_in = split[ordered], labels[ordered], stands_in[ordered]
    report = Report.of(listing, rows.side, split, labels, stands_in, list(unreadable.values()))
    names = "\n".join(items[row].name.replace("\n", " ") for row in ordered.tolist()).encode(errors="replace")
    unknown = (np.nan, np.nan)
    after = {
        "affect": np.array([items[row].affect or unknown for row in ordered.tolist()], np.float32),  # (N, 2)
        "labels": labels,
        "split": split,
        "stands_in": stands_in,
        "names": np.frombuffer(names, np.uint8),
    }
    about = {"format": format_of(listing.data_set), "version": VERSION, "report": report.to_json()}
    shapes = {"images": (np.dtype(np.uint8), (len(ordered), 3, rows.side, rows.side))}
    shapes |= {key: (array.dtype, array.shape) for key, array in after.items()}
    with rows.path.open("rb+") as handle:
        handle.write(header(shapes, about))
        handle.seek(rows.offset(len(ordered)))
        for array in after.values():
            handle.write(array.tobytes())
        handle.truncate()
    return report
