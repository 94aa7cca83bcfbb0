"""Where a model card's facts come from: the run's record and its evaluation."""

import json
from pathlib import Path
from typing import Any

from pvlib.errors import CourseError
from pvlib.evaluation.record import FORMAT
from pvlib.models.shipped import TrainedNetwork
from pvlib.models.weight_file import fingerprint
from pvlib.runs.train import RECORD


def read_evaluation(run: Path, path: Path | None, trained: TrainedNetwork) -> dict[str, Any] | None:
    """Return the JSON of ``pvlib evaluate`` that measured these weights; None where there is none.

    Args:
        path: None to look in the run's own folder.

    Raises:
        CourseError: the file named is missing or damaged, or measured another network or other weights.
    """
    own = run / "evaluation" / "evaluation.json"
    if path is None and not own.is_file():
        return None
    path = path or own
    try:
        measured = json.loads(path.read_text(encoding="utf-8"))
        if measured["format"] != FORMAT:
            raise ValueError(f"its format is {measured['format']!r}")
        names, runs = tuple(measured["names"]), measured["about"]["runs"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CourseError(f"{path} is no evaluation.json of pvlib evaluate ({error})") from error
    if len(runs) != 1 or not set(names) <= set(trained.names):
        raise CourseError(f"{path} measured another network, or several: run pvlib evaluate {run}")
    weights, epoch = trained.about["weights"], trained.about["epoch"]
    if (runs[0]["weights"], runs[0]["epoch"]) != (weights, epoch):
        raise CourseError(
            f"{path} measured the {runs[0]['weights']} weights, after epoch {runs[0]['epoch']}, not the {weights} after "
            f"{epoch}: run pvlib evaluate {run} --weights {weights}"
        )
    measured_weights = runs[0].get("fingerprint")
    if measured_weights != fingerprint(trained.network):
        what = (
            "measured the weights of another run"
            if measured_weights
            else "does not say which weights it measured"
        )
        raise CourseError(f"{path} {what}: run pvlib evaluate {run} --weights {weights}")
    return measured


def read_command(run: Path) -> str | None:
    """Return the command that started a run; None where it left no record."""
    try:
        command = json.loads((run / RECORD).read_text(encoding="utf-8"))["sessions"][0]["command"]
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        return None
    # a card tells nothing of its maker's folders
    return " ".join(_without_folders(word) for word in command.split())


def _without_folders(word: str) -> str:
    key, equals, value = word.rpartition("=")
    return f"{key}{equals}{Path(value).name}" if value.startswith("/") else word
