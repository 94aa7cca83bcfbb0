"""From a listing to the prepared file: in parallel, at bounded memory, all of it or nothing."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from data_scripts.layouts.finding import what_is_there
from data_scripts.layouts.listing import Item, Listing
from data_scripts.packing.form import ROOM, finish, leave_room
from data_scripts.packing.report import Report
from pvlib.data.data_set import DataSet
from pvlib.data.equal_pixels import pixel_digest, splits_of_equal_pixels
from pvlib.data.folders import images_below
from pvlib.data.pictures import open_picture, read_picture
from pvlib.errors import CourseError
from pvlib.files import atomic_write, only_writer
from pvlib.pool import in_processes

CHUNK = 64  # pictures; 2 MB at 100 pixels, 10 MB at 224


class Decoded(NamedTuple):
    """Pictures in a row: the pixels of those that could be read, and why not for each that could not."""

    images: np.ndarray
    digests: list[bytes]
    problems: dict[int, str]


def write_prepared(
    listing: Listing,
    out: str | Path,
    side: int,
    *,
    workers: int = 1,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Decode every face of a listing into the one file ``out``.

    Args:
        side: pixels of a face's side, a multiple of 4 from 16 to 1024.
        workers: processes that decode.
        on_progress: called with the faces done and all faces, after every chunk.

    Raises:
        CourseError: a number is out of range, there is no face, another process prepares ``out``, or it cannot be
            written. ``out`` stays as it was.
    """
    out = Path(out).expanduser()
    if not 16 <= side <= 1024 or side % 4:
        raise CourseError(f"size = {side}: choose a multiple of 4 from 16 to 1024")
    if not listing.items:
        raise CourseError(_nothing_there(listing))
    with only_writer(out), atomic_write(out) as temporary:
        splits, channels = listing.data_set.splits, listing.data_set.channels
        order = sorted(range(len(listing.items)), key=lambda row: splits.index(listing.items[row].split))
        items = [listing.items[row] for row in order]
        size = ROOM + len(items) * channels * side**2
        if size > (free := shutil.disk_usage(temporary.parent).free):
            raise CourseError(
                f"{out} will take {size / 1e9:.1f} GB, but only {free / 1e9:.1f} GB are free there: make room, choose "
                "a smaller --size, or another disk"
            )
        readable, digests, unreadable = np.ones(len(items), bool), [], []
        with temporary.open("rb+") as handle:
            leave_room(handle)
            done = 0
            for part in decoded(listing, order, side, workers):
                for position, problem in part.problems.items():
                    if listing.data_set.side:
                        raise CourseError(problem)
                    readable[done + position] = False
                    unreadable.append(problem)
                handle.write(part.images.data)
                digests += part.digests
                done += len(part.images) + len(part.problems)
                on_progress(done, len(items))
            if not digests:
                raise CourseError(
                    f"none of the {len(items):,} images of {listing.root} can be read: {unreadable[0]}"
                )
            kept = [item for item, usable in zip(items, readable.tolist(), strict=True) if usable]
            columns = _columns(listing, kept, digests)
            known = {key: columns[key] for key in ("labels", "split", "stands_in")}
            report = Report.of(listing, side, **known, unreadable=unreadable)
            finish(handle, listing.data_set, (len(kept), channels, side, side), columns, report)
    return report


def _nothing_there(listing: Listing) -> str:
    found = [
        f"{kind}: {len(names):,} ({', '.join(names[:3])}{', …' if len(names) > 3 else ''})"
        for kind, names in listing.problems.items()
        if names
    ]
    reasons = f" ({'; '.join(found)})" if found else ""
    remedy = what_is_there(listing.root)
    if not any(images_below(listing.root)):
        remedy += f"; for what is missing, {listing.data_set.where}"
    return f"{listing.root} has no labelled face of {listing.data_set.name}{reasons}. {remedy}"


def decoded(listing: Listing, order: Sequence[int], side: int, workers: int) -> Iterator[Decoded]:
    """Yield the pictures of the rows of ``order``, chunk by chunk; those of files are decoded in ``workers``."""
    if workers < 1:
        raise CourseError(f"workers = {workers}: at least one process must do the work")
    chunks = [order[start : start + CHUNK] for start in range(0, len(order), CHUNK)]
    if listing.images is not None:
        for chunk in chunks:
            images = listing.images[chunk]  # (chunk, C, side, side)
            yield Decoded(images, [pixel_digest(image) for image in images], {})
        return
    tasks = (([listing.items[row] for row in chunk], listing.data_set, side) for chunk in chunks)
    yield from in_processes(_decode, tasks, workers)


def _decode(task: tuple[list[Item], DataSet, int]) -> Decoded:
    items, data_set, side = task
    images, problems = [], {}
    for position, item in enumerate(items):
        try:
            image = (
                read_picture(item.path, side, item.box) if data_set.side is None else _exact(item, data_set)
            )
            images.append(image[: data_set.channels])
        except CourseError as error:
            problems[position] = str(error)
    stacked = np.array(images, np.uint8).reshape(-1, data_set.channels, side, side)
    return Decoded(stacked, [pixel_digest(image) for image in images], problems)


def _exact(item: Item, data_set: DataSet) -> np.ndarray:
    """Return the grey pixels of a picture that must be as its owners made it, uint8 (1, side, side)."""
    opened, side = open_picture(item.path), data_set.side
    if (opened.size, opened.form) != ((side, side), "PNG"):
        width, height = opened.size
        raise CourseError(
            f"{item.path} is a {opened.form} picture of {width}×{height} pixels, not a PNG image of {side}×{side}: write "
            f"{data_set.name}'s images again from its table"
        )
    return np.asarray(opened.face.convert("L"))[None]


def _columns(listing: Listing, items: list[Item], digests: list[bytes]) -> dict[str, np.ndarray]:
    data_set = listing.data_set
    split = np.array([data_set.splits.index(item.split) for item in items], np.uint8)  # (N,)
    names = "\n".join(item.name.replace("\n", " ") for item in items).encode(errors="backslashreplace")
    unknown = (np.nan, np.nan)
    own = {
        name: np.array([getattr(item, name) or unknown for item in items], kind)  # (N, length)
        for name, (kind, length) in data_set.columns.items()
    }
    return {
        **own,
        "labels": np.array([item.label for item in items], np.uint8),
        "split": split,
        "stands_in": splits_of_equal_pixels(digests, split),
        "names": np.frombuffer(names, np.uint8),
    }
