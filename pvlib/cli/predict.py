"""``pvlib predict``: photos in; for each face how strongly every expression is seen, as text, JSON or a picture.

It imports what it needs when it runs; ``pvlib.cli`` adds it to the command line.
"""

import io
import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from typer import Argument, Option

from pvlib.terminal import Terminal

if TYPE_CHECKING:
    from pvlib.models.shipped import TrainedNetwork
    from pvlib.photos.readings import Reading

PICTURES = Path("runs/predict")
NO_FACE = (
    "no face found. Only upright faces that look roughly at the camera are found; if the picture is one face, "
    "add --whole"
)


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
            help="a file of pvlib export, or a run folder",
            show_default="weights/ferplus-tiny.safetensors",
        ),
    ] = None,
    whole: Annotated[
        bool, Option("--whole", help="look for no face: the middle square of each picture is one")
    ] = False,
    samples: Annotated[int, Option(min=2, help="draws of the head, for intensity and spread")] = 200,
    seed: Annotated[int, Option(min=0, help="of the draws")] = 0,
) -> None:
    """Find the faces in photos and say how strongly each expression is seen, with its spread."""
    from pvlib.photos.photos import find_photos
    from pvlib.photos.weights import load_weights

    paths = find_photos(photos)
    pictures = name_pictures(paths, out) if form is Format.picture else {}
    trained = load_weights(weights)
    caveat = _caveat(trained)
    read: list[Reading] = []
    for reading in _read(paths, trained, whole, samples, seed):
        read.append(reading)
        if form is Format.picture and reading.boxes:
            _draw(reading, pictures[reading.path], caveat)
            typer.echo(f"picture: {pictures[reading.path]}")
    if form is Format.json:
        answer = {
            "weights": str(weights) if weights else "shipped",
            "classes": list(trained.names),
            "spread": caveat or None,
            "photos": [reading.as_json() for reading in read],
        }
        _say(json.dumps(answer, indent=1, ensure_ascii=False) + "\n", out)
    elif form is Format.text:
        _say(_as_text(read, caveat, colour=out is None), out)
    if len(read) < len(paths):
        raise typer.Exit(1)


def name_pictures(photos: list[Path], out: Path | None) -> dict[Path, Path]:
    """Return where the picture of each photo goes: no two in the same place, none over a photo.

    Raises:
        CourseError: one file is named for several photos, or a picture would replace a photo.
    """
    from pvlib.errors import CourseError

    if out is not None and out.suffix:
        if out.suffix.lower() != ".png" or len(photos) > 1:
            raise CourseError(
                f"{out}: give a folder for the pictures, or for one photo a name ending in .png"
            )
        names = {photos[0]: out}
    else:
        names, taken = {}, set()
        for photo in photos:
            name, number = photo.stem, 1
            while name.casefold() in taken:
                number += 1
                name = f"{photo.stem}-{number}"
            taken.add(name.casefold())
            names[photo] = (out or PICTURES) / f"{name}.png"
    originals = {photo.resolve() for photo in photos}
    for picture in names.values():
        if picture.resolve() in originals:
            raise CourseError(f"{picture}: this would replace a photo; choose another --out")
    return names


def _read(
    paths: list[Path], trained: "TrainedNetwork", whole: bool, samples: int, seed: int
) -> "Iterator[Reading]":
    """Read photo after photo; one that cannot be opened is named, and the others go on."""
    import torch

    from pvlib.errors import CourseError
    from pvlib.photos import photos
    from pvlib.photos.faces_in_photos import find_faces
    from pvlib.photos.intensities import read_intensities
    from pvlib.photos.readings import Reading

    errors = Terminal(stderr=True)
    for path in paths:
        try:
            photo = photos.read_photo(path)
        except CourseError as error:
            errors.print(f"[bold red]error:[/] {escape(str(error))}", soft_wrap=True, highlight=False)
            continue
        boxes = [photos.whole(photo)] if whole else find_faces(photo)
        if not boxes:
            errors.print(f"{escape(str(path))}: {NO_FACE}", soft_wrap=True, highlight=False)
            yield Reading(path, photo, [], None)
            continue
        faces = torch.stack([photos.cut(photo, box, trained.face_size, trained.channels) for box in boxes])
        yield Reading(path, photo, boxes, read_intensities(trained, faces, samples=samples, seed=seed))


def _caveat(trained: "TrainedNetwork") -> str:
    from pvlib.photos.intensities import SPREAD_CAVEAT

    return SPREAD_CAVEAT if trained.network.size.head == "variational" else ""


def _as_text(read: "list[Reading]", caveat: str, colour: bool) -> str:
    here = Terminal()
    page = Terminal(
        file=io.StringIO(),
        force_terminal=colour and here.is_terminal,
        width=max(here.width, 100) if colour and here.is_terminal else 120,
    )
    for reading in read:
        for table in reading.tables() if reading.boxes else ():
            page.print(table)
    if caveat and any(reading.boxes for reading in read):
        page.print(caveat, highlight=False, soft_wrap=True)
    return page.file.getvalue()


def _say(text: str, out: Path | None) -> None:
    from pvlib.files import atomic_write

    if out is None:
        typer.echo(text, nl=False)
        return
    with atomic_write(out) as temporary:
        temporary.write_text(text, encoding="utf-8")
    typer.echo(f"written to {out}")


def _draw(reading: "Reading", picture: Path, caveat: str) -> None:
    from pvlib.files import atomic_write
    from pvlib.photos.drawing import draw_intensities

    figure = draw_intensities(reading.photo, reading.boxes, reading.intensities, caveat)
    with atomic_write(picture) as temporary:
        figure.savefig(temporary, dpi=130)
