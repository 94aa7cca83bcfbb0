"""A document and a report of six faces, by hand: four of anger, two of fear; fear is never called."""

import pytest

from pvlib.figures.evaluation import confusion
from pvlib.report.chosen_faces import FacePicture
from pvlib.report.content import Report
from pvlib.report.drawings import drawing_of


def number(value):
    return {"value": value, "low": value - 0.1, "high": value + 0.1}


def one_class(name, faces, said, recall, precision):
    return {
        "name": name, "faces": faces, "said": said, "recall": number(recall), "calibration_error": number(0.1),
        "precision": None if precision is None else number(precision),
    }  # fmt: skip


@pytest.fixture
def document():
    metrics = dict.fromkeys(
        (
            "accuracy", "mean_class_accuracy", "negative_log_likelihood", "brier", "calibration_error",
            "classwise_calibration_error",
        ),
        number(0.5),
    ) | {"kl_to_votes": None, "js_to_votes": None}  # fmt: skip
    return {
        "faces": 6,
        "names": ["anger", "fear", "neutral"],
        "settings": {"level": 0.95, "bootstrap": 1000},
        "networks": 1,
        "metrics": metrics,
        "classes": [one_class("anger", 4, 3, 0.75, 1.0), one_class("fear", 2, 0, 0.0, None)],
        "confusion": [[3, 0, 1], [0, 0, 2], [0, 0, 0]],
        "methods": {
            "softmax": {"title": "softmax", "about": "what the network answers", "temperature": None, "metrics": metrics},
            "temperature": {"title": "temperature scaling", "about": "…", "temperature": [1.31], "metrics": metrics},
            "ensemble": None,
        },
        "uncertainties": {
            "sigma": None,
            "softmax_entropy": {
                "title": "softmax entropy", "about": "…", "spearman_votes": None, "spearman_mixture": None,
                "auroc_errors": number(0.7), "aurc": number(0.2), "excess_aurc": number(0.1),
            },
        },
    }  # fmt: skip


@pytest.fixture
def report(document):
    document["comparisons"] = [
        {
            "other": "runs/two",
            "faces": 6,
            "mcnemar": {"only_first": 3, "only_second": 1, "p": 0.625},
            "metrics": {"accuracy": number(0.48), "kl_to_votes": None},
            "differences": {"accuracy": number(0.02), "kl_to_votes": None},
        }
    ]
    face = FacePicture(
        source="data:image/png;base64,AAAA",
        answer=("neutral", 0.93),
        label=("anger", 1.0),
        votes="votes: anger 9",
        about="entropy 0.2 nats",
    )
    drawn = drawing_of(confusion(document["confusion"], document["names"]), "Confusion matrix.")
    return Report(
        title="runs/<b>one</b>",
        summary="6 faces of drawn, test.",
        cautions=["select=test: chosen & scored on the same faces"],
        document=document,
        drawings={"confusion": drawn},
        facts={"Weights": "best: after epoch 2 of 3 | of five"},
        command="pvlib evaluate 'runs/<b>one</b>'",
        faces={"Mistakes that it was surest of": [face], "Faces that it is least certain of": []},
    )
