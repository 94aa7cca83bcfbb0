"""Writing a folder of drawn faces in somebody's layout, with ``truth.safetensors`` and ``README.txt`` beside.

The folder appears whole or not at all: it is written under a temporary name and renamed at the end.
"""

import difflib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from drawnfaces.action_units import NAMES
from drawnfaces.errors import DrawingError
from drawnfaces.layouts import affectnet, ferplus, rafdb
from drawnfaces.names import EXPRESSIONS, VOTES
from drawnfaces.nuisances import Nuisances
from drawnfaces.numbered import DrawingOptions, check_count
from drawnfaces.parallel import draw_chunks

TRUTH, README = "truth.safetensors", "README.txt"
MOST_FACES = 1_000_000  # everything that is known of them waits in memory until the end


class Writer(Protocol):
    """Writes faces, one by one, in somebody's layout."""

    def add(self, split: str, face: dict[str, Any]) -> tuple[str, int]:
        """Write one face; return its file, relative to the folder, and its label."""
        ...

    def finish(self) -> None:
        """Write what the layout has besides the images."""
        ...


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A form in which a data set is handed out, and the faces that usually fill it."""

    writer: Callable[[Path], Writer]
    splits: dict[str, float]  # the share of the real set that each holds
    size: int
    colour: bool
    proportions: str
    only_size: bool = False  # its readers accept no other
    margin: float = 0.0


_FERPLUS = {"train": 0.8, "valid": 0.1, "test": 0.1}
_RAFDB = {"train": 0.8, "test": 0.2}
_AFFECTNET = {"train": 0.9, "valid": 0.1}  # the real one holds 98.6 % and 1.4 %
LAYOUTS = {
    "ferplus": Layout(
        writer=ferplus.Folders, splits=_FERPLUS, size=48, colour=False, proportions="ferplus", only_size=True
    ),
    "ferplus-csv": Layout(
        writer=ferplus.Table, splits=_FERPLUS, size=48, colour=False, proportions="ferplus", only_size=True
    ),
    "rafdb": Layout(writer=rafdb.Official, splits=_RAFDB, size=100, colour=True, proportions="rafdb"),
    "rafdb-folders": Layout(
        writer=rafdb.ClassFolders, splits=_RAFDB, size=100, colour=True, proportions="rafdb"
    ),
    "affectnet": Layout(
        writer=affectnet.Numbered, splits=_AFFECTNET, size=224, colour=True, proportions="affectnet"
    ),
    "affectnet-old": Layout(
        writer=affectnet.Tables,
        splits=_AFFECTNET,
        size=320,
        colour=True,
        proportions="affectnet",
        margin=affectnet.MARGIN,
    ),
}


def choose_layout(name: str) -> Layout:
    """Return the layout of this name.

    Raises:
        DrawingError: there is none; the message names the nearest one.
    """
    if name in LAYOUTS:
        return LAYOUTS[name]
    near = difflib.get_close_matches(name, LAYOUTS, n=1, cutoff=0.4)
    guess = f'; did you mean "{near[0]}"?' if near else ""
    raise DrawingError(f'layout must be one of {", ".join(LAYOUTS)}, not "{name}"{guess}')


def split_counts(layout: str, count: int) -> dict[str, int]:
    """Return how many of ``count`` faces each split gets, about as in the real set; none is left over."""
    check_count("count", count)
    shares = choose_layout(layout).splits
    counts = {split: round(count * share) for split, share in shares.items()}
    counts["train"] += count - sum(counts.values())
    return counts


def write_layout(
    out: str | Path,
    layout: str,
    counts: dict[str, int],
    seed: int,
    *,
    size: int | None = None,
    colour: bool | None = None,
    ambiguous: float = 0.5,
    proportions: str | Sequence[float] | None = None,
    nuisances: str | Nuisances = "snapshot",
    workers: int = 1,
    replace: bool = False,
    command: str = "drawnfaces.layouts.write_layout",
    on_progress: Callable[[int], None] = lambda done: None,
) -> None:
    """Draw faces and write them to the new folder ``out``.

    Faces are numbered from 0 through the splits in their order, so ``draw_numbered`` with the same seed and
    options draws them again.

    Args:
        layout: a key of ``LAYOUTS``.
        counts: how many faces each split gets; a split left out gets none.
        size, colour, proportions: the layout's own by default.
        ambiguous, nuisances: see ``DrawingOptions``.
        workers: processes that draw; the faces are the same whatever their number.
        replace: replace ``out`` where it holds drawn faces already.
        command: what to note in ``README.txt`` as the way to draw them again.
        on_progress: called with the number of faces written so far.

    Raises:
        DrawingError: for an argument out of range, a split that the layout does not have, or an ``out`` that
            holds anything; nothing is written then.
    """
    form = choose_layout(layout)
    for split, count in counts.items():
        if split not in form.splits:
            raise DrawingError(f"the layout {layout} has the splits {', '.join(form.splits)}, not {split}")
        check_count(split, count)
    total = sum(counts.values())
    if not 0 < total <= MOST_FACES:
        raise DrawingError(
            f"give a count of at least 1 and at most {MOST_FACES:,} drawn faces, not {total:,}"
        )
    check_count("workers", workers, least=1)
    size, colour = form.size if size is None else size, form.colour if colour is None else colour
    if form.only_size and (size, colour) != (form.size, form.colour):
        raise DrawingError(f"the layout {layout} holds grey faces of {form.size} pixels and no others")
    options = DrawingOptions(
        seed=seed,
        size=size,
        colour=colour,
        ambiguous=ambiguous,
        proportions=proportions or form.proportions,
        nuisances=nuisances,
        margin=form.margin,
    )
    out = Path(out)
    if replace and out.is_dir() and any(out.iterdir()) and not (out / TRUTH).is_file():
        raise DrawingError(f"{out} holds no drawn faces ({TRUTH} is not there), so it is not replaced")
    splits = [split for split in form.splits for _ in range(counts.get(split, 0))]
    with (
        _whole_or_nothing(out, replace) as folder,
        closing(draw_chunks(options, 0, total, workers)) as chunks,
    ):
        writer = form.writer(folder)
        truths: list[dict[str, np.ndarray]] = []
        files: list[str] = []
        labels: list[int] = []
        for chunk in chunks:
            images = chunk.pop("image")
            for row, image in enumerate(images):
                face = {"image": image} | {name: values[row] for name, values in chunk.items()}
                file, label = writer.add(splits[len(files)], face)
                chunk["landmarks"][row] = face["landmarks"]  # a layout may cut the picture
                files.append(file)
                labels.append(label)
            truths.append(chunk)
            on_progress(len(files))
        writer.finish()
        truth = {name: np.concatenate([chunk[name] for chunk in truths]) for name in truths[0]}
        notes = {"seed": seed, "command": command}
        _write_truth(folder, form, truth, splits, labels, files, notes)
        readme = _readme(layout, total, seed, command)
        (folder / README).write_text(readme, "utf-8", errors="backslashreplace")


@contextmanager
def _whole_or_nothing(out: Path, replace: bool) -> Iterator[Path]:
    """Give a temporary folder beside ``out`` to fill; at the end it takes the name of ``out``."""
    if out.exists() and not (out.is_dir() and (replace or not any(out.iterdir()))):
        raise DrawingError(f"{out} holds something already: name a new folder, or replace it (--force)")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{out.name[:100]}.", dir=out.parent) as scratch:
            new, old = Path(scratch, "new"), Path(scratch, "old")
            new.mkdir()
            yield new
            if out.exists():
                os.replace(out, old)
            try:
                os.replace(new, out)
            except OSError:
                if old.exists():
                    os.replace(old, out)
                raise
    except OSError as error:
        raise DrawingError(f"cannot write {out}: {error.strerror or error}. Nothing was changed.") from error


def _write_truth(
    folder: Path,
    form: Layout,
    truth: dict[str, np.ndarray],
    splits: list[str],
    labels: list[int],
    files: list[str],
    notes: dict[str, Any],
) -> None:
    """Write every truth of the faces in the order of their numbers, without the pixels."""
    from safetensors.numpy import save_file

    mixture = truth["mixture"]
    truth["ambiguity"] = -(mixture * np.log(np.where(mixture > 0, mixture, 1.0))).sum(axis=1)  # (N,)
    arrays = {
        name: values.astype(np.float32) if values.dtype == np.float64 else values
        for name, values in truth.items()
    }
    arrays["split"] = np.array([list(form.splits).index(split) for split in splits], np.uint8)
    arrays["label"] = np.array(labels, np.uint8)
    facts = {
        "files": files, "splits": list(form.splits), "expressions": EXPRESSIONS, "votes": VOTES,
        "action_units": NAMES, **notes,
    }  # fmt: skip
    # One entry: safetensors writes several in an order that differs from run to run.
    save_file(arrays, folder / TRUTH, {"notes": json.dumps(facts)})


def _readme(layout: str, total: int, seed: int, command: str) -> str:
    return (
        f"{total} drawn faces (seed {seed}) in the layout {layout}.\n\n"
        "No person is shown: every picture was drawn by the POSTER-Var course, whose licence covers it. Only\n"
        "the names and the form of the files are those of the real data set, so that its readers can be\n"
        "tried without it.\n\n"
        f'{TRUTH} holds what is known about each face, in the order of its "files": mixture, intensities,\n'
        "action units, landmarks (pixels of the file), their visibility, legibility, ambiguity, votes, the\n"
        "label in this layout, and the split; what the numbers mean stands in its metadata, as JSON.\n\n"
        f"Drawn by: {command}\n"
    )
