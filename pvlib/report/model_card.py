"""The model card of exported weights: facts, rights, numbers with intervals, known failures.

After Mitchell et al., "Model Cards for Model Reporting" (FAT* 2019). Every number is read from the
evaluation's JSON (``pvlib evaluate``); a card without one says that nothing was measured. The text stands in
``card.md.jinja``, what it says of each data set in ``data_sets.yaml``.
"""

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from pvlib.errors import CourseError
from pvlib.evaluation.measures import HEADLINE, MEASURES, cell
from pvlib.evaluation.record import FORMAT
from pvlib.models.weight_file import fingerprint
from pvlib.runs.trained import TrainedNetwork
from pvlib.templates import fill

_FEW = 30  # faces of a class, below which its recall is hardly a measurement


def write_card(
    file: Path,
    trained: TrainedNetwork,
    *,
    bytes_: int,
    command: str | None = None,
    evaluation: Mapping[str, Any] | None = None,
) -> str:
    """Return the card's Markdown.

    Args:
        file: the weights; their name is the card's title.
        bytes_: their size.
        command: what trained them.
        evaluation: the JSON of ``pvlib evaluate``.
    """
    known = yaml.safe_load(files("pvlib.report").joinpath("data_sets.yaml").read_text(encoding="utf-8"))
    name = str(trained.about.get("data_set") or "").partition(":")[0]  # "drawn:snapshot" is drawn
    data, config = known.get(name, known["unknown"]), trained.about.get("config")
    channels, side, _ = trained.face_shape
    return fill(
        "pvlib.report",
        "card.md.jinja",
        file=file.name,
        trained=trained,
        size=trained.network.size,
        weights=sum(weight.numel() for weight in trained.network.parameters()),
        channels=channels,
        side=side,
        resized=trained.input_size or side,
        bytes=bytes_,
        config=config,
        judges="test" if config and config["select"] == "test" else "validation",
        command=command,
        data=data,
        evaluation=evaluation,
        faces=Path(evaluation["about"]["data"]).name if evaluation else None,
        warnings=list(_warnings(evaluation)) if evaluation else [],
        measures=[MEASURES[key] for key in HEADLINE],
        recall=MEASURES["recall"],
        precision=MEASURES["precision"],
        cell=cell,
        failures=[*(_failures(evaluation) if evaluation else ()), *data["limits"]],
    )


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
        measured_weights = [run.get("fingerprint") for run in measured["about"]["runs"]]
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise CourseError(f"{path} is no evaluation.json of pvlib evaluate ({error})") from error
    if measured_weights != [fingerprint(trained.network)]:
        raise CourseError(
            f"{path} measured other weights than the {trained.which} of {run}, after epoch {trained.epoch}: run "
            f"pvlib evaluate {run} --weights {trained.which}"
        )
    return measured


def _warnings(evaluation: Mapping[str, Any]) -> Iterator[str]:
    for warning in evaluation["about"]["warnings"]:
        for run in evaluation["about"]["runs"]:  # a card tells nothing of its maker's folders
            if run.get("path"):
                warning = warning.replace(run["path"], "the run")
        yield warning


def _failures(evaluation: Mapping[str, Any]) -> Iterator[str]:
    """Sentences that the numbers write: weak classes, and what is taken for what."""
    classes, counts = evaluation["classes"], evaluation["confusion"]
    weak = [each for each in classes if each["faces"] and (each["recall"] or {"value": 0})["value"] < 0.5]
    if weak:
        said = (
            f"{each['name']} ({cell(each['recall'], 'recall').text} % of {each['faces']})" for each in weak
        )
        yield f"It misses more than half of the faces of: {', '.join(said)}."
    few = [each["name"] for each in classes if 0 < each["faces"] < _FEW]
    if few:
        yield f"Measured on fewer than {_FEW} faces, so hardly measured: {', '.join(few)}."
    confused = sorted(
        ((counts[i][j] / sum(counts[i]), i, j) for i in range(len(counts)) for j in range(len(counts))
         if i != j and sum(counts[i]) >= _FEW),
        reverse=True,
    )[:3]  # fmt: skip
    if confused:
        said = (
            f"{100 * share:.0f} % of {classes[i]['name']} is called {classes[j]['name']}"
            for share, i, j in confused
        )
        yield f"The most frequent confusions: {'; '.join(said)}."
