"""``pvlib export``: from a run folder to one small file that can be handed on, with its model card; or to ONNX."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from rich.markup import escape
from typer import Argument, Option

from pvlib.errors import CourseError
from pvlib.terminal import Terminal

LARGEST_SHIPPED = 8_000_000  # bytes of weights that a repository should hold


def export(
    run: Annotated[Path, Argument(help="a run folder of pvlib train; for ONNX also a file of weights")],
    file: Annotated[Path, Argument(help="the .safetensors file to write, with a card in .md; or an .onnx")],
    weights: Annotated[
        str | None, Option(help="best or last", show_default="best, where one was chosen")
    ] = None,
    evaluation: Annotated[
        Path | None,
        Option(
            help="the evaluation.json of these weights, for the card",
            show_default="RUN/evaluation/evaluation.json, where it is",
        ),
    ] = None,
    face_size: Annotated[
        int | None, Option(min=1, help="side of the training faces in pixels", show_default="look at them")
    ] = None,
    colour: Annotated[
        bool | None,
        Option("--colour/--grey", help="what the training faces were", show_default="look at them"),
    ] = None,
) -> None:
    """Write a run's network without its optimizer, and a model card beside it; or as ONNX, checked against torch."""
    onnx = file.suffix == ".onnx"
    if file.suffix != ".safetensors" and not onnx:
        raise CourseError(f"{file}: the file's name must end in .safetensors or .onnx")
    if run.is_file() and not onnx:
        raise CourseError(
            f"{run} is a file, and export takes the run folder of a training here. A released checkpoint or an exported "
            f"network is used as it is: pvlib predict PHOTO --weights {run}, or pvlib evaluate {run}. "
            "A file that ends in .onnx can be made of it"
        )
    if not run.exists():
        raise CourseError(f"there is no run folder {run}")

    from pvlib.files import atomic_write
    from pvlib.report.model_card import read_evaluation, write_card
    from pvlib.runs.trained import load_trained, save_trained

    channels = None if colour is None else 3 if colour else 1
    loaded = load_trained(run, weights, "usual")
    trained = replace(loaded, face_size=face_size or loaded.face_size, channels=channels or loaded.channels)
    _ = trained.face_shape  # asked first: where it is not known, nothing is written
    measured = read_evaluation(run, evaluation, trained)
    if measured is not None:
        trained.about["evaluation"] = {
            key: measured[key] for key in ("faces", "settings", "metrics", "classes", "confusion")
        } | {"data": Path(measured["about"]["data"]).name, "split": measured["about"]["split"]}
    if onnx:
        from pvlib.runs.onnx_file import save_onnx

        difference, faces = save_onnx(file, trained)
        checked = f"on {faces} onnxruntime and torch differ by at most {difference:.1g}"
        Terminal().say(escape(f"written: {file}; {checked}. data_scripts/read_onnx.py reads a picture"))
        return
    card = file.with_suffix(".md")
    with atomic_write(card) as temporary:  # first, so that neither is written where one cannot be
        save_trained(file, trained)
        size = file.stat().st_size
        text = write_card(
            file, trained, bytes_=size, command=_command_of(trained.record), evaluation=measured
        )
        temporary.write_text(text, encoding="utf-8")
    console = Terminal()
    console.say(escape(f"written: {file} ({size / 1e6:.1f} MB) and {card}"))
    if measured is None:
        console.say(escape(f"note: the card has no numbers; run pvlib evaluate {run}, then export again"))
    if size > LARGEST_SHIPPED:
        console.say("note: larger than 8 MB: rather not for a repository")


def _command_of(record: Mapping[str, Any]) -> str | None:
    """The command that started a run, without its maker's folders; None where its record does not say."""
    try:
        return " ".join(_without_folders(word) for word in record["sessions"][0]["command"].split())
    except (LookupError, TypeError, AttributeError):
        return None


def _without_folders(word: str) -> str:
    key, equals, value = word.rpartition("=")
    return f"{key}{equals}{Path(value).name}" if value.startswith("/") else word
