"""``pvlib evaluate``: a run and faces in, a table out.

It imports what it needs when it runs; ``pvlib.cli`` adds it to the command line.
"""

import json
from pathlib import Path
from typing import Annotated

from rich.console import Console
from rich.table import Table
from typer import Argument, Option


def evaluate(
    run: Annotated[Path, Argument(help="a run folder of pvlib train, or a released checkpoint file")],
    data: Annotated[str | None, Option(help='"drawn" or a prepared file; by default the run\'s own')] = None,
    split: Annotated[str, Option(help="train, valid or test")] = "valid",
    rule: Annotated[str | None, Option(help="FER+ rule; by default the run's own")] = None,
    classes: Annotated[int | None, Option(help="AffectNet: 7 or 8; by default the network's own")] = None,
    count: Annotated[int | None, Option(help="number of faces; all by default")] = None,
    unambiguous: Annotated[
        bool,
        Option("--unambiguous", help="drawn faces: only those of one expression, labelled by their mixture"),
    ] = False,
    without: Annotated[
        list[str] | None, Option(help="leave a class out, of faces and of answers; may be repeated")
    ] = None,
    precision: Annotated[str, Option(help="fp32 or bf16")] = "fp32",
    device: Annotated[str, Option(help="cpu, cuda, mps; auto takes a GPU where there is one")] = "auto",
    out: Annotated[Path | None, Option(help="also write the numbers as JSON to this file")] = None,
) -> None:
    """Print accuracy, mean class accuracy, likelihood and calibration, and recall for each expression."""
    from pvlib.data.drawn import DrawnFaces
    from pvlib.errors import CourseError
    from pvlib.evaluation.accuracy import predict
    from pvlib.files import atomic_write
    from pvlib.models import Poster
    from pvlib.models.released import load_released
    from pvlib.training.checkpoints import load_network, read_state
    from pvlib.training.configs import check_precision
    from pvlib.training.setup import choices_of, load_faces

    check_precision(precision)
    state = {} if run.is_file() else read_state(run)
    notes = state.get("run", {})
    source = data or notes.get("data")
    if source is None:
        raise CourseError(f"{run}: say which faces to use, e.g. --data drawn")
    network = load_released(run) if run.is_file() else load_network(run)
    if not isinstance(network, Poster):
        raise CourseError(f"{run}: a landmark network names no expressions; give a POSTER-Var or POSTER++")
    choices = choices_of(source)
    if rule is None and "rule" in choices:
        rule = notes.get("rule")
    if classes is None and "classes" in choices:
        classes = network.num_classes
    faces = load_faces(source, split, rule=rule, classes=classes, count=count)
    if unambiguous:
        if not isinstance(faces, DrawnFaces):
            raise CourseError("only drawn faces know whether they are ambiguous: leave --unambiguous out")
        if not faces.unambiguous.any():
            raise CourseError(f"none of the {len(faces)} faces is unambiguous: give a larger --count")
        faces = faces.subset(faces.unambiguous).labelled_by_mixture()
    if network.num_classes != len(faces.names) or tuple(state.get("names", faces.names)) != faces.names:
        own = ", ".join(state["names"]) if state else f"{network.num_classes} classes"
        raise CourseError(f"{run}: names {own}, but the faces have {', '.join(faces.names)}")
    prediction = predict(network, faces, device=pick_device(device), precision=precision)
    if without:
        prediction = prediction.without(without)

    console = Console()
    if not state:
        console.print(f"A released file does not name its classes; read here as {', '.join(faces.names)}.")
    table = Table("measure", "value", title=f"{run} on {len(prediction.mean):,} faces ({source}, {split})")
    for name, value in prediction.summary().items():
        table.add_row(name.replace("_", " "), f"{value:.4f}")
    console.print(table)
    counts = prediction.confusion
    recalls = Table("expression", "faces", "recall", "precision")
    for index, name in enumerate(prediction.names):
        present, called = counts[index].sum().item(), counts[:, index].sum().item()
        hits = counts[index, index].item()
        recalls.add_row(name, str(present), _share(hits, present), _share(hits, called))
    console.print(recalls)
    confusion = Table(
        "true \\ said", *(name[:4] for name in prediction.names), title="faces, by what was said"
    )
    for name, row in zip(prediction.names, counts.tolist(), strict=True):
        confusion.add_row(name, *(str(number) for number in row))
    console.print(confusion)
    if out is not None:
        result = {
            **prediction.summary(),
            "confusion": counts.tolist(),
            "names": prediction.names,
            "faces": len(prediction.mean),
        }
        with atomic_write(out) as temporary:
            temporary.write_text(json.dumps(result, indent=1))


def pick_device(name: str) -> str:
    """Return ``name``, or for "auto" the best device here; a device that is not here is an error."""
    import torch

    from pvlib.errors import CourseError

    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if name.startswith("cuda:") and name[5:].isdecimal() and int(name[5:]) >= torch.cuda.device_count():
        raise CourseError(f'device "{name}" is not here; GPUs here: {torch.cuda.device_count()}')
    available = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not available.get(name.split(":")[0], False):
        here = ", ".join(kind for kind, present in available.items() if present)
        raise CourseError(f'device "{name}" is not here; there is: {here}')
    return name


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "–"
