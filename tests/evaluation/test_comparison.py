"""Two networks on the same faces."""

import pytest
import torch
from scipy.stats import binom

from pvlib.errors import CourseError
from pvlib.evaluation.comparison import compare, mcnemar
from pvlib.evaluation.evaluate import evaluate_predictions


def hits(only_first, only_second, both=5, none=2):
    pairs = [(True, False)] * only_first + [(False, True)] * only_second
    return torch.tensor([*pairs, *[(True, True)] * both, *[(False, False)] * none]).unbind(dim=1)


@pytest.mark.parametrize(("only_first", "only_second"), [(9, 3), (3, 9), (0, 0), (4, 4), (40, 22)])
def test_mcnemar_tosses_a_coin_for_every_face_that_only_one_gets_right(only_first, only_second):
    found = mcnemar(*hits(only_first, only_second))
    fewer, disagreed = min(only_first, only_second), only_first + only_second
    assert (found.only_first, found.only_second) == (only_first, only_second)
    assert found.p == pytest.approx(min(1, 2 * binom.cdf(fewer, disagreed, 0.5)))


def evaluated(prediction):
    return evaluate_predictions([prediction], samples=2, replicates=0)


def test_a_difference_is_the_first_minus_the_second_on_the_same_faces(make_prediction):
    first, second = evaluated(make_prediction()), evaluated(make_prediction(seed=1))
    found = compare(first, second, replicates=200)
    for name, difference in found["differences"].items():
        assert difference["value"] == pytest.approx(first.metrics[name].value - second.metrics[name].value)
        assert difference["low"] <= difference["value"] <= difference["high"]
    more = (found["mcnemar"]["only_first"] - found["mcnemar"]["only_second"]) / 60
    assert more == pytest.approx(found["differences"]["accuracy"]["value"])
    with pytest.raises(CourseError, match="60 faces of 4 classes differ from 50"):
        compare(first, evaluated(make_prediction(50)))


def test_pairing_makes_the_interval_of_a_difference_narrower(make_prediction):
    first = make_prediction(1000)
    second = make_prediction(1000, mean=first.mean + 0.1 * torch.randn(1000, 4))  # nearly the same network
    difference = compare(evaluated(first), evaluated(second), replicates=200)["differences"]["accuracy"]
    alone = evaluate_predictions([first], samples=2, replicates=200).metrics["accuracy"]
    assert difference["high"] - difference["low"] < (alone.high - alone.low) / 2
