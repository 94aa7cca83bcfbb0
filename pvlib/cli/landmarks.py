"""``pvlib landmarks …``: train a landmark network on drawn faces, and measure one."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from typer import Argument, Option

from pvlib.terminal import Terminal

if TYPE_CHECKING:
    from pvlib.evaluation.landmarks import LandmarkError
    from pvlib.models.mobilefacenet import MobileFaceNet

landmarks_app = typer.Typer(
    help="Train a landmark network on drawn faces, and measure one.", no_args_is_help=True
)
# A training with another --seed takes later faces of TRAIN_SEED, so that none draws those of the test.
TRAIN_SEED, TEST_SEED = 4_000, 5_000


@landmarks_app.command()
def train(
    file: Annotated[Path, Argument(help="the .safetensors file to write")],
    faces: Annotated[int, Option(min=64, max=10**6, help="how many faces to draw for the training")] = 24_000,
    nuisances: Annotated[str, Option(help="how hard the faces are: studio, snapshot or wild")] = "wild",
    small_epochs: Annotated[int, Option(help="passes over small pictures, 64 px")] = 6,
    epochs: Annotated[int, Option(help="passes at 112 px")] = 2,
    learning_rate: Annotated[float, Option()] = 2e-3,
    precision: Annotated[str, Option(help="fp32 or bf16")] = "fp32",
    workers: Annotated[int, Option(min=1, help="processes that draw")] = 1,
    seed: Annotated[int, Option(min=0, help="of weights, faces, order and changes")] = 0,
) -> None:
    """Draw faces, train a MobileFaceNet on their 68 points, and write it with what it measures."""
    from pvlib.data.drawn import draw_faces
    from pvlib.files import atomic_write
    from pvlib.models.landmark_weights import save_landmark_net
    from pvlib.training.devices import keep_freed_memory
    from pvlib.training.landmarks import LandmarkConfig, fit_landmarks

    keep_freed_memory()
    console = Terminal()
    config = LandmarkConfig(
        small_epochs=small_epochs, epochs=epochs, learning_rate=learning_rate, precision=precision, seed=seed
    )
    with atomic_write(file) as temporary:  # first, as a folder that cannot be written to is soon found out
        console.say(f"drawing {faces:,} faces ...")
        drawn = draw_faces(
            faces,
            TRAIN_SEED,
            size=112,
            colour=True,
            start=seed * faces,
            ambiguous=0.7,
            nuisances=nuisances,
            workers=workers,
        )
        network = fit_landmarks(
            drawn, config, on_epoch=lambda side, loss: console.say(f"{side} px  loss {loss:.4f}")
        )
        save_landmark_net(
            temporary, network, {"faces": faces, "nuisances": nuisances, "config": asdict(config)}
        )
    console.say(f"Written to {file}.")
    console.print(_table(_on_drawn(network)))


@landmarks_app.command()
def measure(
    file: Annotated[
        Path | None, Argument(help="a landmark file, ours or released; the shipped one by default")
    ] = None,
    data: Annotated[
        Path | None, Option(help="a prepared FER+ file: compare with --reference on its faces")
    ] = None,
    reference: Annotated[
        Path | None, Option(help="another landmark file whose points stand in for truth")
    ] = None,
    count: Annotated[int, Option(min=2, help="how many faces of --data")] = 2_000,
    picture: Annotated[
        Path | None, Option(help="also draw the points over 24 faces, to this PNG file")
    ] = None,
) -> None:
    """Print the error on drawn faces, or the distance from another network on real ones."""
    from pvlib.data.drawn import draw_faces
    from pvlib.errors import CourseError
    from pvlib.evaluation.landmarks import landmark_error, predict_landmarks
    from pvlib.figures.landmarks import landmark_sheet
    from pvlib.files import atomic_write
    from pvlib.training.build import load_landmarks
    from pvlib.training.sources import load_faces

    console = Terminal()
    if (data is None) != (reference is None):
        raise CourseError("real faces have no true landmarks: give --data and --reference together")
    if picture is not None and picture.suffix.lower() != ".png":
        raise CourseError(f"{picture}: the picture's name must end in .png")
    network = load_landmarks(file or "shipped")
    if data is not None and reference is not None:
        images = load_faces(str(data), "valid", count=count).images
        truth = predict_landmarks(load_landmarks(reference), images)
        errors = {
            f"distance from {reference.name}": landmark_error(predict_landmarks(network, images), truth)
        }
    else:
        errors = _on_drawn(network)
        images = draw_faces(24, TEST_SEED, size=112, colour=True, nuisances="snapshot").images
    console.print(_table(errors))
    if picture is not None:
        figure = landmark_sheet(images[:24], predict_landmarks(network, images[:24]))
        with atomic_write(picture) as temporary:
            figure.savefig(temporary, dpi=110, bbox_inches="tight")
        console.say(f"Picture: {picture}")


def _on_drawn(network: "MobileFaceNet") -> dict[str, "LandmarkError"]:
    """Measure on faces of each kind that no training has seen."""
    from pvlib.data.drawn import draw_faces
    from pvlib.data.landmarks import as_fractions
    from pvlib.evaluation.landmarks import landmark_error, predict_landmarks

    errors = {}
    for nuisances in ("studio", "snapshot", "wild"):
        faces = draw_faces(500, TEST_SEED, size=112, colour=True, nuisances=nuisances)
        assert faces.landmarks is not None  # drawn faces have them
        truth = as_fractions(faces.landmarks, 112)
        errors[f"drawn, {nuisances}"] = landmark_error(predict_landmarks(network, faces.images), truth)
    return errors


def _table(errors: dict[str, "LandmarkError"]) -> Table:
    """A column for each set of faces."""
    table = Table("", *errors, title="error in % of the distance between the outer eye corners")
    for column in table.columns[1:]:
        column.justify = "right"
    own = list(errors.values())
    table.add_row("faces", *(str(error.faces) for error in own))
    table.add_row("mean", *(f"{error.mean:.2f} ± {error.half_width:.2f}" for error in own))
    table.add_row("median face", *(f"{error.median:.2f}" for error in own))
    for part in own[0].parts:
        table.add_row(part, *(f"{error.parts[part]:.2f}" for error in own))
    table.add_row("lost faces (above 10 %)", *(f"{error.lost:.1%}" for error in own))
    return table
