"""A report of six faces: four of anger, of which one is called neutral, and two of fear, never called so."""

from dataclasses import replace

import pytest
import torch

from pvlib.evaluation.comparison import compare
from pvlib.evaluation.evaluate import evaluate_predictions
from pvlib.evaluation.prediction import Prediction
from pvlib.figures.evaluation import confusion
from pvlib.report.chosen_faces import FacePicture
from pvlib.report.content import Report
from pvlib.report.drawings import drawing_of


@pytest.fixture(scope="module")
def evaluation():
    answers = torch.eye(3)[[0, 0, 0, 2, 2, 2]]
    names = ("anger", "fear", "neutral")
    said = Prediction(mean=5 * answers, sigma=None, target=torch.eye(3)[[0, 0, 0, 0, 1, 1]], names=names)
    return evaluate_predictions([said], replicates=20)


@pytest.fixture
def document(evaluation):
    """Its JSON, compared with a network that calls a face of anger fear, too."""
    answers = torch.eye(3)[[0, 0, 1, 2, 2, 2]]
    other = evaluate_predictions([replace(evaluation.prediction, mean=5 * answers)], replicates=0)
    compared = {"other": "runs/two", **compare(evaluation, other, replicates=20)}
    others = [{**compared, "metrics": other.as_json()["metrics"]}]
    return {**evaluation.as_json(), "comparisons": others, "switches": []}


@pytest.fixture
def report(document):
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
