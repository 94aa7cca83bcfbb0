"""Which faces an epoch sees: the shares follow their formula, and every draw follows the seed."""

import math

import pytest
import torch

from pvlib.errors import CourseError
from pvlib.training.batches import Sampling

COUNTS = (4000, 900, 100)
SHUFFLED = torch.randperm(5000, generator=torch.Generator().manual_seed(0))
LABELS = torch.arange(3).repeat_interleave(torch.tensor(COUNTS))[SHUFFLED]


def order(sampling, seed=0, labels=LABELS):
    torch.manual_seed(seed)
    return sampling.order(labels)


def test_without_balance_an_epoch_is_torchs_own_permutation():
    drawn = order(Sampling())
    torch.manual_seed(0)
    assert torch.equal(drawn, torch.randperm(5000))


@pytest.mark.parametrize("balance", [0.25, 0.5, 1.0])
def test_class_shares_follow_the_exponent(balance):
    drawn = order(Sampling(balance=balance))
    assert len(drawn) == 5000
    weight = [count ** (1 - balance) for count in COUNTS]
    for label, expected in enumerate(value / sum(weight) for value in weight):
        share = (LABELS[drawn] == label).float().mean().item()
        assert abs(share - expected) < 4 * math.sqrt(expected * (1 - expected) / 5000)


def test_within_a_class_every_face_is_as_likely():
    labels, sampling = torch.tensor([0] * 10 + [1] * 90), Sampling(balance=1.0)
    torch.manual_seed(0)
    times = sum(torch.bincount(sampling.order(labels), minlength=100) for _ in range(400))  # (100,)
    # class 0: 40,000 draws, half of them of ten faces; 2000 a face, with a binomial deviation of √1950
    assert (times[:10] - 2000).abs().max() < 5 * math.sqrt(1950)
    assert (times[10:] - 20_000 / 90).abs().max() < 5 * math.sqrt(20_000 / 90)


@pytest.mark.parametrize("per_class", [50, 100, 2500])
def test_so_many_faces_of_each_class_are_drawn(per_class):
    sampling = Sampling(per_class=per_class)
    drawn = order(sampling)
    assert torch.bincount(LABELS[drawn]).tolist() == [per_class] * 3
    assert len(drawn) == sampling.faces(LABELS) == 3 * per_class
    times = torch.bincount(drawn, minlength=5000)
    for label, count in enumerate(COUNTS):  # no face comes again before all have come
        of_class = times[label == LABELS]
        assert of_class.max() == math.ceil(per_class / count)
        assert of_class.min() == per_class // count


def test_classes_are_mixed_within_an_epoch_and_one_without_faces_is_never_drawn():
    labels = LABELS[order(Sampling(per_class=100))]
    assert (labels[1:] != labels[:-1]).sum() > 150  # two in three neighbours differ, 200 of 299
    labels = torch.tensor([0, 0, 0, 2, 2])
    assert set(labels[order(Sampling(balance=1.0), labels=labels)].tolist()) <= {0, 2}
    assert torch.bincount(labels[order(Sampling(per_class=4), labels=labels)]).tolist() == [4, 0, 4]


@pytest.mark.parametrize(("values", "culprit"), [
    ({"balance": 1.5}, "balance"), ({"balance": -1}, "balance"), ({"balance": math.nan}, "balance"),
    ({"balance": "sqrt"}, "balance"), ({"per_class": 0}, "per_class"), ({"per_class": 10**9}, "per_class"),
    ({"balance": 0.5, "per_class": 100}, "exclude"), ({"per_class": True}, "per_class"),
    ({"per_class": "5"}, "per_class"), ({"per_class": 2.0}, "per_class"),
])  # fmt: skip
def test_a_sampling_that_makes_no_sense_is_refused(values, culprit):
    with pytest.raises(CourseError, match=culprit):
        Sampling(**values)
