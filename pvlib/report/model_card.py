"""The model card of exported weights: facts, rights, numbers with intervals, known failures.

After Mitchell et al., "Model Cards for Model Reporting" (FAT* 2019). Every number is read from the
evaluation's JSON (``pvlib evaluate``); a card without one says that nothing was measured.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pvlib.errors import CourseError
from pvlib.evaluation.measures import MEASURES, cell
from pvlib.evaluation.record import FORMAT
from pvlib.markdown import markdown_table
from pvlib.models.weight_file import fingerprint
from pvlib.runs.trained import TrainedNetwork

_IN_THE_CARD = (
    "accuracy", "mean_class_accuracy", "negative_log_likelihood", "brier", "calibration_error", "kl_to_votes",
)  # fmt: skip
_FEW = 30  # faces of a class, below which its recall is hardly a measurement


@dataclass(frozen=True)
class DataSet:
    """What a card says of training faces: what they are, whose, and what a network that saw only them cannot know."""

    faces: str
    rights: str
    limits: tuple[str, ...] = ()


_ON_REQUEST = (
    "for non-commercial research, by agreement with the owners: ask them before you hand the weights on"
)
DATA_SETS = {
    "FER+": DataSet(
        "FER+: 48×48 grey faces of FER2013, found on the web by search words, judged by ten raters each "
        "(Barsoum et al., 2016)",
        "votes under the MIT licence, photographs of unresolved rights: use the weights for research and teaching",
        (
            "Contempt, disgust and fear are 3 % of its training faces, so they are seldom named.",
            "It has seen 48×48 grey pixels of upright, near-frontal faces only: few profiles, hands or strong shadows.",
            "Nobody recorded age, gender or skin colour of FER2013's people. That recall differs between groups of "
            "people must be expected; by how much is not known.",
        ),
    ),
    "RAF-DB": DataSet(
        "RAF-DB: aligned faces from the web, 100×100 pixels, about forty annotators a face (Li et al., 2017)",
        _ON_REQUEST,
        (
            "Faces that are not aligned by the eyes look different to it.",
            "Fear is rare: 74 faces of the test split.",
        ),
    ),
    "AffectNet": DataSet(
        "AffectNet: faces from the web, one annotator each (Mollahosseini et al., 2017)",
        _ON_REQUEST,
        ("Two annotators agreed on 61 % of the faces that both saw, so its labels are noisy.",),
    ),
    "drawn": DataSet(
        "drawn faces of the course alone: no photograph, no real person",
        "MIT, like the code",
        ("It has never seen a photograph. What it says of one is a guess.",),
    ),
}
_UNKNOWN = DataSet("not known", "not known: ask whoever trained it")
_LIMIT_OF_ALL = (
    "Labels say what people see in a face. They do not say what the person feels, and neither does the network. Do "
    "not use it to decide anything about a person."
)


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
    name = str(trained.about.get("data_set") or "").partition(":")[0]  # "drawn:snapshot" is drawn
    data = DATA_SETS.get(name, _UNKNOWN)
    failures = list(_failures(evaluation)) if evaluation else []
    measured = (
        _measured(evaluation) if evaluation else ["Nothing: run `pvlib evaluate RUN`, then export again."]
    )
    parts = [
        f"# {file.name}",
        markdown_table(("", ""), _facts(trained, data, bytes_, command)),
        f"Read a photo with it: `pvlib predict photo.jpg --weights {file.name}`.",
        "## Measured",
        *measured,
        "## Known failures",
        "\n".join(f"- {sentence}" for sentence in (*failures, *data.limits, _LIMIT_OF_ALL)),
    ]
    return "\n\n".join(parts) + "\n"


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


def _facts(
    trained: TrainedNetwork, data: DataSet, bytes_: int, command: str | None
) -> Iterator[tuple[str, str]]:
    about, config = trained.about, trained.about.get("config")
    channels, side, _ = trained.face_shape
    variational = trained.network.size.head == "variational"
    weights = sum(weight.numel() for weight in trained.network.parameters())
    yield (
        "network",
        f"POSTER-Var, {'variational' if variational else 'point'} head, {weights / 1e6:.1f} M parameters",
    )
    yield "classes", f"{', '.join(trained.expressions)}, in the order of the logits"
    resized = trained.input_size or side
    yield (
        "input",
        f"one face, {side}×{side} {'grey' if channels == 1 else 'RGB'}, cut as in its data set"
        f"{f', resized to {resized}×{resized}' if resized != side else ''}; 0–1, less ImageNet's mean, over its deviation",
    )
    yield (
        "output",
        f"{'mean and log-variance of each logit' if variational else 'logits'}; softmax gives intensities",
    )
    yield "file", f"{bytes_ / 1e6:.1f} MB, float32, safetensors; its header holds all of this"
    if about.get("epoch"):
        judges = "test" if (config or {}).get("select") == "test" else "validation"
        chosen = {"best": f"the most accurate one on its {judges} faces", "last": "the last one"}
        yield "weights", f"after epoch {about['epoch']}: {chosen.get(about['weights'], 'unknown')}"
    if config:
        train = config["train"]
        yield (
            "training",
            f"epochs: {train['epochs']}, {train['batch_size']} faces a step, learning rate {train['learning_rate']:g} "
            f"({train['schedule']}), weight decay {train['weight_decay']:g}, recipe {config['recipe']}, "
            f"seed {config['seed']}",
        )
    if command:
        yield "command", f"`{command}`"
    yield "data", data.faces
    yield "rights", data.rights


def _measured(evaluation: Mapping[str, Any]) -> Iterator[str]:
    about, settings = evaluation.get("about", {}), evaluation["settings"]
    level = f", with {100 * settings['level']:.0f} % bootstrap intervals" if settings["bootstrap"] else ""
    where = f"{Path(about.get('data', 'faces')).name}, split {about.get('split', 'unknown')}"
    yield f"On {evaluation['faces']:,} faces ({where}){level}."
    runs = about.get("runs", [])
    if any(run.get("select") == "test" and run.get("weights") == "best" for run in runs):
        yield "**The epoch was chosen on the test split itself: on new faces these numbers would be worse.**"
    for warning in about.get("warnings", []):
        for run in runs:  # a card tells nothing of its maker's folders
            if run.get("path"):
                warning = warning.replace(run["path"], "the run")
        yield f"**{warning}**"
    metrics = evaluation["metrics"]
    yield markdown_table(
        ("", ""),
        [(MEASURES[key].head, str(cell(metrics[key], key))) for key in _IN_THE_CARD if metrics.get(key)],
    )
    yield markdown_table(
        ("expression", "faces", MEASURES["recall"].head, MEASURES["precision"].head),
        [
            (
                each["name"],
                f"{each['faces']}",
                *(str(cell(each[key], key)) for key in ("recall", "precision")),
            )
            for each in evaluation["classes"]
        ],
    )


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
