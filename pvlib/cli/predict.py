"""``pvlib predict``: photos in; for each face how strongly every expression is seen, as text, JSON or a picture."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from typer import Argument, Option

from pvlib.errors import CourseError, printable
from pvlib.terminal import Terminal, line_for_user, say_error

if TYPE_CHECKING:
    from PIL.Image import Image

    from pvlib.photos.boxes import Box
    from pvlib.photos.intensities import Intensities
    from pvlib.photos.readings import Reading
    from pvlib.runs.trained import TrainedNetwork

PICTURES = Path("runs/predict")
LARGE = 10_000_000  # parameters, from which on a network gains by a second thread


class Format(StrEnum):
    text = "text"
    json = "json"
    picture = "picture"


def predict(
    photos: Annotated[list[Path], Argument(help="photos, or folders of photos")],
    form: Annotated[Format, Option("--format", help="what to make of what is read")] = Format.text,
    out: Annotated[
        Path | None,
        Option(
            help="text and json: the file to write. picture: the folder, or a .png file for one photo",
            show_default=f"the screen; pictures: {PICTURES}",
        ),
    ] = None,
    weights: Annotated[
        Path | None,
        Option(
            help="a run folder, a file of pvlib export or a released checkpoint",
            show_default="ferplus-tiny, which comes with the course",
        ),
    ] = None,
    labels: Annotated[
        str | None,
        Option(
            help="of a released checkpoint, the order of its classes: rafdb, affectnet7, affectnet8 or ferplus",
            show_default="rafdb for 7 classes, affectnet8 for 8",
        ),
    ] = None,
    whole: Annotated[
        bool, Option("--whole", help="look for no face: the middle square of each picture is one")
    ] = False,
    samples: Annotated[int, Option(help="draws of the head, for intensity and spread")] = 200,
    seed: Annotated[int, Option(help="of the draws")] = 0,
) -> None:
    """Find the faces in photos and say how strongly each expression is seen, with its spread."""
    from pvlib.photos.files import find_photos

    errors = Terminal(stderr=True)
    paths, left_out = find_photos(photos)
    for sentence in left_out:
        errors.say(f"[yellow]note:[/] {escape(sentence)}")
    pictures = name_pictures(paths, out) if form is Format.picture else {}
    from pvlib.files import atomic_write
    from pvlib.photos.intensities import SPREAD_CAVEAT, check_sampling
    from pvlib.runs.trained import USUAL, load_trained

    check_sampling(samples, seed)
    trained = load_trained(weights, labels=labels or USUAL)
    if trained.released:
        errors.say(f"[yellow]note:[/] {escape(_how_it_is_read(trained))}")
    caveat = SPREAD_CAVEAT if trained.network.size.head == "variational" else ""
    read: list[Reading] = []
    to_file = None if form is Format.picture else out
    # opened first: where nothing can be written, nothing need be read
    with nullcontext() if to_file is None else atomic_write(to_file) as file, one_thread(trained):
        for reading in _read(paths, trained, whole, samples, seed):
            read.append(reading)
            if form is Format.picture and reading.intensities is not None:
                _draw(reading, reading.intensities, pictures[reading.path], caveat)
                typer.echo(f"picture: {printable(str(pictures[reading.path]))}")
            elif form is Format.text and file is None:
                typer.echo(_as_text([reading], colour=True), nl=False)
        if form is Format.json:
            answer = _as_json(read, trained, weights, caveat)
        else:
            answer = _as_text(read, colour=False) if file is not None else ""
            if caveat and form is Format.text and any(reading.boxes for reading in read):
                answer += caveat + "\n"
        if file is None:
            typer.echo(answer, nl=False)
        else:
            file.write_text(answer, encoding="utf-8")
    if to_file is not None:
        typer.echo(f"written to {printable(str(out))}")
    if len(read) < len(paths):
        raise typer.Exit(1)


def name_pictures(photos: list[Path], out: Path | None) -> dict[Path, Path]:
    """Return where the picture of each photo goes: no two in the same place, none over a photo.

    Raises:
        CourseError: one file is named for several photos, or a picture would replace a photo.
    """
    if out is not None and out.suffix:
        if out.suffix.lower() != ".png" or len(photos) > 1:
            raise CourseError(
                f"{out}: give a folder for the pictures, or for one photo a name ending in .png"
            )
        names = {photos[0]: out}
    else:
        names, taken = {}, set[str]()
        for photo in photos:
            stem = printable(photo.stem)
            name, number = stem, 1
            while name.casefold() in taken:
                number += 1
                name = f"{stem}-{number}"
            taken.add(name.casefold())
            names[photo] = (out or PICTURES) / f"{name}.png"
    originals = {photo.resolve() for photo in photos}
    for picture in names.values():
        if picture.resolve() in originals:
            raise CourseError(f"{picture}: this would replace a photo; choose another --out")
    return names


@contextmanager
def one_thread(trained: "TrainedNetwork") -> Iterator[None]:
    """Compute in one thread, unless the network is large.

    A small network gains nothing by a second thread, and on a busy machine, a class's server for one, two
    threads spend most of their time waiting for each other.
    """
    import torch

    threads = torch.get_num_threads()
    if sum(weight.numel() for weight in trained.network.parameters()) < LARGE:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _read(
    paths: list[Path], trained: "TrainedNetwork", whole: bool, samples: int, seed: int
) -> "Iterator[Reading]":
    """Read photo after photo; one that cannot be read is named, and the others go on."""
    import torch

    from pvlib.photos.boxes import cut
    from pvlib.photos.files import read_photo
    from pvlib.photos.intensities import read_intensities
    from pvlib.photos.readings import Reading

    channels, side, _ = trained.face_shape
    for path in paths:
        try:
            photo = read_photo(path)
            found = _find(photo, whole)
        except Exception as error:
            line = line_for_user(error)
            if line is None:
                raise
            say_error(line)
            continue
        if not found:
            _say_no_face(path, photo)
            yield Reading(path=path, photo=photo, boxes=[], intensities=None)
            continue
        faces = torch.stack([cut(photo, box, side, channels) for box in found])
        intensities = read_intensities(trained, faces, samples=samples, seed=seed)
        yield Reading(path=path, photo=photo, boxes=found, intensities=intensities)


def _find(photo: "Image", whole: bool) -> "list[Box]":
    if whole:
        from pvlib.photos import boxes

        return [boxes.whole(photo)]
    from pvlib.photos import face_finder  # whose libraries take their time to come

    return face_finder.find_faces(photo)


def _say_no_face(path: Path, photo: "Image") -> None:
    from pvlib.photos.face_finder import smallest_face

    Terminal(stderr=True).say(
        f"{escape(str(path))}: no face found. Only upright faces that look roughly at the camera are found, in a photo "
        f"of {photo.width}×{photo.height} pixels those that span at least {smallest_face(photo)}; cut out a part of it "
        "to find smaller ones. If the picture is one face, add --whole"
    )


def _how_it_is_read(trained: "TrainedNetwork") -> str:
    from pvlib.runs.trained import LABELS

    order = trained.about["labels"]
    others = [name for name, names in LABELS.items() if len(names) == len(LABELS[order]) and name != order]
    return (
        f"{trained.path} is a released checkpoint, which does not name its classes. Read in the order of {order} "
        f"({', '.join(trained.expressions)}); another with --labels {' or '.join(others)}. {_preprocessing(trained)}"
    )


def _preprocessing(trained: "TrainedNetwork") -> str:
    from pvlib.data.network_input import IMAGENET_MEAN, IMAGENET_STD

    channels, side, _ = trained.face_shape
    resized = "" if trained.input_size in (None, side) else f", resized to {trained.input_size}"
    return (
        f"Faces are cut out and scaled to {side}×{side} pixels in {'RGB' if channels == 3 else 'grey'}{resized}; values "
        f"are 0–1, less ImageNet's mean {IMAGENET_MEAN}, over its deviation {IMAGENET_STD}."
    )


def _as_json(read: "list[Reading]", trained: "TrainedNetwork", weights: Path | None, caveat: str) -> str:
    answer = {
        "weights": printable(str(weights)) if weights else "shipped",
        "classes": list(trained.expressions),
        "input": _preprocessing(trained),
        "spread": caveat or None,
        "photos": [reading.as_json() for reading in read],
    }
    return json.dumps(answer, indent=1, allow_nan=False) + "\n"  # in ASCII, as any output takes it


def _as_text(read: "list[Reading]", colour: bool) -> str:
    here = Terminal()
    on_terminal = colour and here.is_terminal
    text = io.StringIO()
    page = Terminal(file=text, force_terminal=on_terminal, width=max(here.width, 100) if on_terminal else 120)
    for reading in read:
        if reading.boxes:
            page.say(escape(str(reading.path)))  # no table's title: a long path would be wrapped
        for table in reading.tables():
            page.print(table)
    return text.getvalue()


def _draw(reading: "Reading", intensities: "Intensities", picture: Path, caveat: str) -> None:
    from pvlib.files import atomic_write
    from pvlib.photos.drawing import draw_intensities

    figure = draw_intensities(reading.photo, reading.boxes, intensities, caveat)
    with atomic_write(picture) as temporary:
        figure.savefig(temporary, dpi=130)
