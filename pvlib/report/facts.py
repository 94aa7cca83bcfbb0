"""What a reader must know to judge the numbers: network, weights, faces, settings, machine."""

from collections.abc import Mapping, Sequence
from typing import Any

from pvlib.report.evaluation_faces import FacesRequest
from pvlib.runs.trained import TrainedNetwork


def facts_of(
    networks: Sequence[TrainedNetwork], request: FacesRequest, document: Mapping[str, Any]
) -> dict[str, str]:
    """Return name -> value, in the order of a methods section.

    Args:
        networks: one, or the members of an ensemble.
        document: the JSON of the evaluation, with its "about".
    """
    first, settings, about = networks[0], document["settings"], document["about"]
    facts = {"Network": _network(first)}
    if len(networks) > 1:
        facts["Ensemble"] = "; ".join(str(trained.path) for trained in networks)
    facts["Weights"] = "; ".join(dict.fromkeys(trained.weights_described for trained in networks))
    if first.config is not None:
        count, data = first.record.get("faces", {}).get("train"), first.config.data
        facts["Trained on"] = (
            f"{f'{count:,} faces of ' if count else ''}{data.root} ({', '.join(data.train_on)}), "
            f"preset {first.config.preset}, seed {first.config.seed}"
        )
    facts["Measured on"] = f"{document['faces']:,} faces: {about['data']}, {about['split']}"
    facts["Measured on"] += _choice(first, request)
    if settings["left_out"]:
        facts["Left out"] = ", ".join(settings["left_out"]) + " (of the faces and of the answers)"
    facts["Intervals"] = "none were asked for"
    if settings["bootstrap"]:
        facts["Intervals"] = (
            f"{100 * settings['level']:g} %, from resampling the faces {settings['bootstrap']:,} times (seed "
            f"{settings['seed']}). They say nothing of other seeds of the training: for those, train several networks."
        )
    if document["head"] == "variational":
        facts["Monte-Carlo softmax"] = f"{settings['samples']} samples of the head"
    if settings["passes"]:
        facts["Monte-Carlo drop-path"] = f"{settings['passes']} passes"
    session = about["session"]
    facts["Computed on"] = f"{session['device']}, {settings['precision']}, {session['platform']}"
    facts["Versions"] = ", ".join(f"{name} {version}" for name, version in session["versions"].items())
    if session["git"] is not None:
        changes = ", with changes" if session["git"]["dirty"] else ""
        facts["Source"] = session["git"]["commit"][:12] + changes
    facts["Date"] = session["started"]
    return facts


def summary_of(networks: Sequence[TrainedNetwork], document: Mapping[str, Any]) -> str:
    """One sentence for below the title."""
    first, about = networks[0], document["about"]
    who = f"{len(networks)} networks together" if len(networks) > 1 else f"weights {first.weights_described}"
    text = f"{document['faces']:,} faces of {about['data']}, {about['split']}; {who}."
    if first.class_names is None:
        text += f" A released file does not name its classes; read here as {', '.join(document['names'])}."
    return text


def _network(trained: TrainedNetwork) -> str:
    size = trained.network.size
    millions = sum(parameter.numel() for parameter in trained.network.parameters()) / 1e6
    embedding = "with" if size.layer_embedding else "without"
    side = f"faces resized to {trained.input_size} px, " if trained.input_size else ""
    return (
        f"{size.head} head, {embedding} layer embedding, {side}image backbone at {size.image_size} px, "
        f"{millions:.2f} M parameters"
    )


def _choice(trained: TrainedNetwork, request: FacesRequest) -> str:
    rule = request.rule
    if rule is None and request.data is None and trained.config is not None:
        rule = trained.config.data.rule
    parts = [f"rule {rule}"] if rule else []
    if request.unambiguous:
        parts.append("only faces of one expression, labelled by their true mixture")
    if request.count:
        parts.append("not all of them")
    return f" ({'; '.join(parts)})" if parts else ""
