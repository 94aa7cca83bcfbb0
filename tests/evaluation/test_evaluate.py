"""The whole evaluation, on drawn faces and on random answers."""

import json
import math
from dataclasses import replace

import pytest
import torch
from sklearn.metrics import confusion_matrix

from pvlib.data.drawn import draw_faces
from pvlib.errors import CourseError
from pvlib.evaluation.evaluate import evaluate, evaluate_predictions
from pvlib.models import poster_pp, poster_var, tiny


@pytest.fixture(scope="module")
def faces():
    return draw_faces(40, seed=7)


@pytest.fixture(scope="module")
def networks():
    torch.manual_seed(0)
    return [poster_var(8, tiny(48)) for _ in range(2)]


def test_an_ensemble_of_variational_networks_on_drawn_faces_has_every_number(faces, networks):
    found = evaluate(networks, faces, samples=3, passes=2, bootstrap=30).as_json()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert (found["faces"], found["networks"], found["answer"]) == (40, 2, "ensemble")
    sigma = {"mean_sigma": found["metrics"]["mean_sigma"]}
    assert found["metrics"] == found["methods"]["ensemble"]["metrics"] | sigma
    assert None not in [*found["methods"].values(), *found["uncertainties"].values()]
    for uncertainty in found["uncertainties"].values():
        for name in ("spearman_votes", "spearman_mixture", "aurc", "excess_aurc", "auroc_errors"):
            assert uncertainty[name]["low"] <= uncertainty[name]["high"]
        assert [len(curve) for curve in uncertainty["risk_coverage"].values()] == [40, 40]
    for part, count in (("reliability", "faces"), ("classes", "faces"), ("classes", "said")):
        assert sum(row[count] for row in found[part]) == 40


def test_a_point_head_on_faces_without_votes_leaves_out_what_it_has_not(faces):
    unknown = replace(faces, votes=None, mixture=None)
    found = evaluate([poster_pp(8, tiny(48))], unknown, samples=3, passes=0, bootstrap=0)
    said = found.as_json()
    assert said["answer"] == "softmax"
    assert (said["head"], said["settings"]["passes"]) == ("point", 0)
    assert [name for name, method in said["methods"].items() if method] == ["softmax", "temperature"]
    assert "kl_to_votes" not in said["metrics"]
    assert "mean_sigma" not in said["metrics"]
    assert said["uncertainties"]["softmax_entropy"]["spearman_votes"] is None
    assert said["metrics"]["accuracy"]["low"] is None


def test_the_numbers_are_those_of_the_prediction(make_prediction):
    prediction = make_prediction()
    found = evaluate_predictions([prediction], samples=2, replicates=0)
    summary = prediction.summary()
    assert {name: found.metrics[name].value for name in summary} == pytest.approx(summary, rel=1e-5)
    expected = confusion_matrix(prediction.labels, prediction.mean.argmax(dim=1))
    assert found.confusion.tolist() == expected.tolist()


def test_the_temperature_of_other_faces_is_used(faces, networks):
    others = draw_faces(10, seed=8)
    found = evaluate(networks[:1], faces, calibration_faces=others, samples=2, passes=0, bootstrap=0)
    assert len(found.answers["temperature"].temperature) == 1
    halves = evaluate(networks[:1], faces, samples=2, passes=0, bootstrap=0)
    assert len(halves.answers["temperature"].temperature) == 2


def test_faces_of_a_class_left_out_are_known_by_their_rows(faces, networks):
    found = evaluate(networks[:1], faces, without=["contempt"], samples=2, passes=2, bootstrap=0)
    assert "contempt" not in found.as_json()["names"]
    kept = (faces.target.argmax(dim=1) != 7).nonzero()[:, 0]
    assert torch.equal(found.prediction.rows, kept)
    for said in found.answers.values():
        assert said.probabilities.shape == (len(kept), 7)


def test_a_target_that_sums_to_less_than_one_counts_as_the_distribution_it_is(faces, networks):
    whole = evaluate(networks[:1], faces, samples=2, passes=0, bootstrap=0).metrics
    lighter = replace(faces, target=0.7 * faces.target)
    again = evaluate(networks[:1], lighter, samples=2, passes=0, bootstrap=0).metrics
    for name, number in whole.items():
        assert again[name].value == pytest.approx(number.value, rel=1e-5)


def test_everyone_right_and_sure_has_no_errors_to_find(make_prediction):
    prediction = make_prediction()
    sure = replace(prediction, mean=20 * prediction.target)
    found = evaluate_predictions([sure], samples=2, replicates=20)
    assert found.metrics["accuracy"].as_json() == {"value": 1.0, "low": 1.0, "high": 1.0}
    entropy = found.score_metrics["softmax_entropy"]
    assert entropy["aurc"].value == 0
    assert math.isnan(entropy["auroc_errors"].value)
    json.dumps(found.as_json(), allow_nan=False)


def test_other_classes_nothing_at_all_and_answers_that_are_no_numbers_are_refused(
    faces, networks, make_prediction
):
    for some, of, options, said in (
        ([poster_var(5, tiny(48))], faces, {}, "5 classes and the faces have 8"),
        (networks[:1], faces, {"calibration_faces": faces}, "flatters"),
        ([], faces, {}, "0 networks on 40 faces"),
        (networks[:1], faces.subset(torch.arange(0)), {}, "1 networks on 0 faces"),
    ):
        with pytest.raises(CourseError, match=said):
            evaluate(some, of, **options)
    mean = torch.randn(60, 4)
    mean[3:5, 1] = torch.nan
    with pytest.raises(CourseError, match="network 2 answers 2 of 60 faces with what is no number"):
        evaluate_predictions([make_prediction(), make_prediction(mean=mean)], samples=2, replicates=0)


def test_faces_are_resized_to_the_size_that_is_asked_for(networks):
    large = draw_faces(6, seed=7, size=96)
    resized = evaluate(networks[:1], large, samples=2, passes=2, bootstrap=0, input_size=48).prediction
    nearest = evaluate(networks[:1], large, samples=2, passes=2, bootstrap=0).prediction
    assert resized.mean.shape == nearest.mean.shape == (6, 8)
    assert not torch.equal(resized.mean, nearest.mean)
    assert not torch.equal(resized.passes, nearest.passes)
