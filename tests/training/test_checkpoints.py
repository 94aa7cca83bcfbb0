"""Two checkpoints a run: the last to go on from, the best to use."""

from dataclasses import replace

import pytest
import torch
from small import CONFIG, new_network, run, weights

from pvlib.errors import CourseError
from pvlib.training import EpochRecord
from pvlib.training.checkpoints import BEST, LAST, best_record, load_network, read_state


def measured(*accuracies):
    """A measure that finds these accuracies, epoch by epoch, and the weights that it was shown."""
    shown = []

    def measure(network):
        shown.append(weights(network))
        return {"accuracy": accuracies[len(shown) - 1]}

    return measure, shown


def test_best_holds_the_weights_of_the_most_accurate_epoch_and_last_those_of_the_last(tmp_path):
    measure, shown = measured(0.2, 0.9, 0.4)
    network, _ = run(tmp_path, measure=measure)
    for which, expected in ((BEST, shown[1]), (LAST, shown[2]), (LAST, weights(network))):
        assert torch.equal(weights(load_network(tmp_path, which)), expected)
    run(tmp_path, replace(CONFIG, epochs=4), measure=measured(0.8)[0])  # goes on, and still knows
    best = read_state(tmp_path, BEST)["best"]
    assert (best["epoch"], best["metrics"]) == (2, {"accuracy": 0.9})


def test_without_an_accuracy_there_is_no_best(tmp_path):
    run(tmp_path, replace(CONFIG, epochs=1), measure=lambda network: {"clear": 0.9})
    load_network(tmp_path)
    for which, said in ((BEST, r"no best\.safetensors"), ("first", '"last" or "best"')):
        with pytest.raises(CourseError, match=said):
            load_network(tmp_path, which)


def record(epoch, accuracy, surprise=None):
    metrics = {"accuracy": accuracy} | ({} if surprise is None else {"negative_log_likelihood": surprise})
    return EpochRecord(epoch, 1.0, metrics, 0.1, 1.0)


def test_of_equal_accuracies_the_more_likely_wins_and_then_the_earlier():
    assert best_record([record(1, 0.5, 0.9), record(2, 0.5, 0.7), record(3, 0.5, 0.8)]).epoch == 2
    assert best_record([record(1, 0.5), record(2, 0.5)]).epoch == 1
    assert best_record([]) is None


def test_with_a_moving_average_it_is_what_is_measured_kept_as_best_and_returned(tmp_path):
    config = replace(CONFIG, ema=0.5, epochs=2)
    measure, shown = measured(0.1, 0.2)
    network, _ = run(tmp_path, config, measure=measure)
    assert torch.equal(weights(network), shown[1])
    for which in (LAST, BEST):
        assert torch.equal(weights(load_network(tmp_path, which)), shown[1])
    plain, _ = run(config=replace(config, ema=0.0))
    assert not torch.equal(weights(plain), shown[1])


def test_the_moving_average_follows_its_formula():
    config, seen = replace(CONFIG, ema=0.75, epochs=1, recipe=None), []

    class Watched(type(config.objective)):
        """Looks at the weights at the start of every step."""

        def __call__(self, logits, target, distribution=None):
            seen.append(network.head.mean.bias.detach().clone())
            return super().__call__(logits, target, distribution)

    network = new_network()
    plain, _ = run(config=replace(config, ema=0.0, objective=Watched()), network=network)
    expected = seen[0]  # before the first step; and then after each
    for station in [*seen[1:], plain.head.mean.bias.detach()]:
        expected = 0.75 * expected + 0.25 * station
    averaged, _ = run(config=config)
    assert torch.allclose(averaged.head.mean.bias, expected, atol=1e-7)
