"""The model card of exported weights: data, rights, numbers with intervals, known failures.

After Mitchell et al., "Model Cards for Model Reporting" (FAT* 2019). Every number is read from the
evaluation's JSON (``pvlib evaluate``); a card without one says that nothing was measured.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pvlib.markdown import markdown_table
from pvlib.models.shipped import TrainedNetwork
from pvlib.photos.known_data import known_data
from pvlib.training.checkpoints import BEST

_MEASURES = {
    "accuracy": ("accuracy", "%"),
    "mean_class_accuracy": ("mean class accuracy", "%"),
    "negative_log_likelihood": ("negative log-likelihood, nats", ""),
    "brier": ("Brier score", ""),
    "calibration_error": ("calibration error (ECE)", "%"),
    "kl_to_votes": ("KL from the raters' votes, nats", ""),
}
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
    about = known_data(trained.about.get("data_set"))
    parts = [
        f"# {file.name}",
        _summary(trained),
        markdown_table(("", ""), _facts(trained, bytes_, command)),
        f"Read a photo with it: `pvlib predict photo.jpg --weights {file.name}`. In Python: "
        f'`pvlib.models.shipped.load_trained("{file.name}")`.',
        "## Data and rights",
        about.faces,
        about.rights,
        "## Measured",
        *(
            _measured(evaluation)
            if evaluation
            else ["Nothing was measured: `pvlib evaluate RUN`, then export again."]
        ),
        "## Known failures",
        "\n".join(f"- {sentence}" for sentence in (*_failures(evaluation), *about.limits)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _summary(trained: TrainedNetwork) -> str:
    head = "variational" if trained.network.size.head == "variational" else "point"
    weights = sum(weight.numel() for weight in trained.network.parameters())
    return (
        f"A POSTER-Var with a {head} head and {weights / 1e6:.1f} M parameters that names {len(trained.names)} expressions: "
        f"{', '.join(trained.names)}."
    )


def _facts(trained: TrainedNetwork, bytes_: int, command: str | None) -> Iterator[tuple[str, str]]:
    about, side = trained.about, trained.face_size
    colour = "grey" if trained.channels == 1 else "RGB"
    resized = (
        ""
        if trained.input_size in (None, side)
        else f", resized to {trained.input_size}×{trained.input_size}"
    )
    yield (
        "input",
        f"one face, {side}×{side} {colour}, cut as in its data set{resized}; ImageNet's mean and deviation",
    )
    output = "mean and log-variance of each logit" if trained.network.size.head == "variational" else "logits"
    yield "output", f"{output}; softmax gives the intensities"
    yield (
        "file",
        f"{bytes_ / 1e6:.1f} MB, float32, safetensors; the header holds size, classes, settings and measurements",
    )
    if about.get("epoch"):
        judges = "test" if (about.get("config") or {}).get("select") == "test" else "validation"
        chosen = {"best": f"the most accurate one on its {judges} faces", "last": "the last one"}
        yield "weights", f"after epoch {about['epoch']}: {chosen.get(about.get('weights'), 'unknown')}"
    config = about.get("config")
    if config:
        train, seed = config["train"], config["seed"]
        yield (
            "training",
            f"epochs: {train['epochs']}, {train['batch_size']} faces a step, learning rate {train['learning_rate']:g} "
            f"({train['schedule']}), weight decay {train['weight_decay']:g}, recipe {config['recipe']}, seed {seed}",
        )
    if command:
        yield "command", f"`{command}`"


def _measured(evaluation: Mapping[str, Any]) -> Iterator[str]:
    about = evaluation.get("about", {})
    settings = evaluation["settings"]
    intervals = (
        f", with {100 * settings['level']:.0f} % bootstrap intervals over the faces"
        if settings["bootstrap"]
        else ""
    )
    where = f"{Path(about.get('data', 'faces')).name}, split {about.get('split', 'unknown')}"
    yield f"On {evaluation['faces']:,} faces ({where}){intervals}."
    runs = about.get("runs", [])
    if any(run.get("select") == "test" and run.get("weights") == BEST for run in runs):
        yield "**The epoch was chosen on the test split itself: on new faces these numbers would be worse.**"
    for warning in about.get("warnings", []):
        for run in runs:  # a card tells nothing of its maker's folders
            if run.get("path"):
                warning = warning.replace(run["path"], "the run")
        yield f"**{warning}**"
    metrics = evaluation["metrics"]
    rows = [
        (title, _number(metrics[key], unit)) for key, (title, unit) in _MEASURES.items() if metrics.get(key)
    ]
    yield markdown_table(("", ""), rows)
    yield markdown_table(
        ("expression", "faces", "recall", "precision"),
        [
            (each["name"], f"{each['faces']}", _number(each["recall"], "%"), _number(each["precision"], "%"))
            for each in evaluation["classes"]
        ],
    )


def _failures(evaluation: Mapping[str, Any] | None) -> Iterator[str]:
    """Sentences that the numbers write: weak classes, and what is taken for what."""
    if not evaluation:
        return
    classes, counts = evaluation["classes"], evaluation["confusion"]
    weak = [each for each in classes if each["faces"] and (each["recall"] or {"value": 0})["value"] < 0.5]
    if weak:
        said = (
            f"{each['name']} ({_number(each['recall'], '%', bare=True)} of {each['faces']} faces)"
            for each in weak
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


def _number(interval: Mapping[str, float | None] | None, unit: str, bare: bool = False) -> str:
    """ "80.6 % (79.2–81.9)"; a dash for what does not exist."""
    if interval is None or interval["value"] is None:
        return "–"
    factor, digits = (100, 1) if unit else (1, 3)
    value = f"{factor * interval['value']:.{digits}f}{' ' if unit else ''}{unit}"
    if bare or interval.get("low") is None:
        return value
    return f"{value} ({factor * interval['low']:.{digits}f}–{factor * interval['high']:.{digits}f})"
