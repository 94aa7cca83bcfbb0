"""Every number of a resample is what scikit-learn, scipy or torchmetrics say of the faces drawn."""

import pytest
import torch
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy
from sklearn import metrics
from torchmetrics.functional.classification import binary_calibration_error, multiclass_calibration_error

from pvlib.evaluation.intervals import Interval
from pvlib.evaluation.quality import class_quality, quality, reflect_biased


@pytest.fixture
def said(prediction):
    return prediction.mean.double().softmax(dim=1)


def test_every_number_of_a_resample_is_that_of_the_faces_drawn(counts, prediction, said):
    found = quality(said, prediction.target, prediction.votes)(counts)
    for row, copies in enumerate(counts.long()):
        labels, p = prediction.labels.repeat_interleave(copies), said.repeat_interleave(copies, dim=0)
        votes = prediction.votes.repeat_interleave(copies, dim=0)
        answer = p.argmax(dim=1)
        errors = [binary_calibration_error(p[:, k].contiguous(), (labels == k).long()) for k in range(4)]
        expected = {
            "accuracy": metrics.accuracy_score(labels, answer),
            "mean_class_accuracy": metrics.balanced_accuracy_score(labels, answer),
            "negative_log_likelihood": metrics.log_loss(labels, p.numpy(), labels=range(4)),
            "brier": metrics.brier_score_loss(labels, p.numpy(), labels=range(4), scale_by_half=False),
            "calibration_error": multiclass_calibration_error(p, labels, num_classes=4).item(),
            "classwise_calibration_error": sum(errors).item() / 4,
            "kl_to_votes": entropy(votes.numpy(), p.numpy(), axis=1).mean(),
            "js_to_votes": (jensenshannon(votes.numpy(), p.numpy(), axis=1) ** 2).mean(),
        }
        assert {name: numbers[row].item() for name, numbers in found.items()} == pytest.approx(expected)


def test_recall_and_precision_of_a_resample_are_those_of_scikit_learn(counts, prediction, said):
    found = class_quality(said, prediction.labels, "abcd")(counts)
    for row, copies in enumerate(counts.long()):
        labels = prediction.labels.repeat_interleave(copies)
        answer = said.argmax(dim=1).repeat_interleave(copies)
        for name, score in (("recall", metrics.recall_score), ("precision", metrics.precision_score)):
            expected = score(labels, answer, labels=range(4), average=None).tolist()
            assert [found[f"{name}/{k}"][row].item() for k in "abcd"] == pytest.approx(expected)
    mean = sum(found[f"calibration_error/{name}"] for name in "abcd") / 4
    torch.testing.assert_close(mean, quality(said, prediction.target)(counts)["classwise_calibration_error"])


def test_a_class_that_never_occurs_counts_for_no_mean_and_has_no_recall():
    target = torch.eye(3)[[0, 0, 0, 1]]
    said = torch.eye(3).double()[[0, 0, 1, 1]]
    everyone = torch.ones(1, 4, dtype=torch.float64)
    assert quality(said, target)(everyone)["mean_class_accuracy"].item() == pytest.approx((2 / 3 + 1) / 2)
    classes = class_quality(said, target.argmax(dim=1), "abc")(everyone)
    assert classes["recall/c"].isnan().all()
    assert classes["precision/c"].isnan().all()


def test_only_calibration_errors_are_reflected():
    percentiles = Interval(5.0, 6.0, 8.0)
    found = reflect_biased({"brier": percentiles, "calibration_error/fear": percentiles})
    assert found == {"brier": percentiles, "calibration_error/fear": Interval(5.0, 2.0, 5.0)}
