"""What a reader must know to judge the numbers: network, weights, faces, settings, machine."""

from collections.abc import Mapping, Sequence
from typing import Any

from pvlib.report.evaluation_faces import EvaluationFaces, FacesRequest
from pvlib.runs.trained import TrainedNetwork

_WORDS = {"variational": "variational head", "point": "point head"}


def facts_of(
    subjects: Sequence[TrainedNetwork],
    measured: EvaluationFaces,
    asked: FacesRequest,
    document: Mapping[str, Any],
    session: Mapping[str, Any],
    precision: str,
) -> dict[str, str]:
    """Return name -> value, in the order of a methods section.

    Args:
        subjects: one, or the members of an ensemble.
        document: the JSON of the evaluation.
        session: of ``pvlib.runs.provenance.session``.
    """
    first, settings = subjects[0], document["settings"]
    facts = {"Network": _network(first)}
    if len(subjects) > 1:
        facts["Ensemble"] = "; ".join(str(subject.path) for subject in subjects)
    facts["Weights"] = "; ".join(dict.fromkeys(subject.weights_described for subject in subjects))
    if first.config is not None:
        facts["Trained on"] = _training(first)
    facts["EvaluationFaces on"] = f"{document['faces']:,} faces: {measured.source}, {asked.split}" + _choice(
        subjects[0], asked
    )
    if settings.get("left_out"):
        facts["Left out"] = ", ".join(settings["left_out"]) + " (of the faces and of the answers)"
    facts["Intervals"] = (
        f"{100 * settings['level']:g} %, from resampling the faces {settings['bootstrap']:,} times (seed "
        f"{settings['seed']}). They say nothing of other seeds of the training: for those, train several networks."
        if settings["bootstrap"]
        else "none were asked for"
    )
    if document["head"] == "variational":
        facts["Monte-Carlo softmax"] = f"{settings['samples']} draws of the head"
    if settings["passes"]:
        facts["Monte-Carlo drop-path"] = f"{settings['passes']} passes"
    facts["Computed on"] = f"{session['device']}, {precision}, {session['platform']}"
    facts["Versions"] = ", ".join(f"{name} {version}" for name, version in session["versions"].items())
    if session["git"] is not None:
        facts["Source"] = session["git"]["commit"][:12] + (
            ", with changes" if session["git"]["dirty"] else ""
        )
    facts["Date"] = session["started"]
    return facts


def summary_of(
    subjects: Sequence[TrainedNetwork],
    measured: EvaluationFaces,
    asked: FacesRequest,
    document: Mapping[str, Any],
) -> str:
    """One sentence for below the title."""
    who = (
        f"{len(subjects)} networks together"
        if len(subjects) > 1
        else f"weights {subjects[0].weights_described}"
    )
    text = f"{document['faces']:,} faces of {measured.source}, {asked.split}; {who}."
    if subjects[0].class_names is None:
        text += f" A released file does not name its classes; read here as {', '.join(document['names'])}."
    return text


def _network(subject: TrainedNetwork) -> str:
    network = subject.network
    millions = sum(parameter.numel() for parameter in network.parameters()) / 1e6
    size = network.size
    embedding = "with" if size.layer_embedding else "without"
    return (
        f"{_WORDS[size.head]}, {embedding} layer embedding, image backbone at {size.image_size} px, "
        f"{millions:.2f} M parameters"
    )


def _training(subject: TrainedNetwork) -> str:
    config = subject.config
    faces = subject.record.get("faces", {}).get("train")
    count = f"{faces:,} faces of " if faces else ""
    return f"{count}{config.data.root} ({', '.join(config.data.train_on)}), preset {config.preset}, seed {config.seed}"


def _choice(subject: TrainedNetwork, asked: FacesRequest) -> str:
    rule = asked.rule or (subject.config.data.rule if subject.config and asked.data is None else None)
    parts = [f"rule {rule}"] if rule else []
    if asked.unambiguous:
        parts.append("only faces of one expression, labelled by their true mixture")
    if asked.count:
        parts.append("not all of them")
    return f" ({'; '.join(parts)})" if parts else ""
