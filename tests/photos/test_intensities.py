"""Intensities and their spread, against closed forms."""

import math
from dataclasses import replace

import pytest
import torch
from torch import nn

from pvlib.data.labels import FERPLUS
from pvlib.data.transforms import normalise
from pvlib.errors import CourseError
from pvlib.models import poster_pp, poster_var, tiny
from pvlib.photos.intensities import read_intensities
from pvlib.runs.trained import TrainedNetwork


def constant_network(mean: list[float], sigma: list[float], names: tuple[str, ...]) -> TrainedNetwork:
    """A network that says N(mean, diag sigma²) of every face."""
    network = poster_var(len(mean), tiny()).eval()
    head = network.head
    for layer, values in (
        (head.mean, torch.tensor(mean)),
        (head.log_variance, 2 * torch.tensor(sigma).log()),
    ):
        nn.init.zeros_(layer.weight)
        layer.bias.data.copy_(values)
    return TrainedNetwork(network=network, class_names=names, face_size=48, channels=1)


EVEN = constant_network([0.0, 0.0], [1.0, 1.0], ("a", "b"))
FACES = torch.randint(0, 256, (3, 1, 48, 48), dtype=torch.uint8)


def test_two_classes_have_the_quantiles_of_a_logistic_normal():
    """p₁ = 1 / (1 + e^−d) with d ~ N(μ₁ − μ₂, σ₁² + σ₂²), so a quantile of p₁ is that of d, squashed."""
    trained = constant_network([1.0, 0.2], [0.6, 0.8], ("happiness", "anger"))
    read = read_intensities(trained, FACES, samples=40_000)
    squash = torch.distributions.Normal(0.8, 1.0)
    low, high = (torch.sigmoid(squash.icdf(torch.tensor(p))).item() for p in (0.05, 0.95))
    assert read.low[0, 0].item() == pytest.approx(low, abs=0.01)
    assert read.high[0, 0].item() == pytest.approx(high, abs=0.01)
    grid = torch.linspace(-8, 10, 20_001)  # E[sigmoid(d)] by summing over d
    mean = (torch.sigmoid(grid) * squash.log_prob(grid).exp()).sum().item() * 18 / 20_000
    assert read.mean[0, 0].item() == pytest.approx(mean, abs=0.005)
    assert read.expression(0) == "happiness"


def test_faces_are_resized_as_the_network_was_trained_on_them():
    network = poster_pp(8, tiny()).eval()
    faces = torch.randint(0, 256, (3, 1, 100, 100), dtype=torch.uint8)
    as_stored = TrainedNetwork(network=network, class_names=FERPLUS, face_size=100, channels=1)
    resized = read_intensities(replace(as_stored, input_size=48), faces)
    smooth = nn.functional.interpolate(faces.float(), size=(48, 48), mode="bilinear", antialias=True)
    expected = network(normalise(smooth)).softmax(dim=1)
    torch.testing.assert_close(resized.mean, expected, atol=2e-3, rtol=0)
    assert not torch.allclose(read_intensities(as_stored, faces).mean, expected, atol=2e-3)


def test_a_point_head_has_intensities_without_a_spread():
    trained = TrainedNetwork(
        network=poster_pp(8, tiny()).eval(), class_names=FERPLUS, face_size=48, channels=1
    )
    read = read_intensities(trained, FACES)
    expected = trained.network(normalise(FACES)).softmax(dim=1)
    torch.testing.assert_close(read.mean, expected)
    assert read.low is None
    assert read.as_json(0)["happiness"]["low"] is None


def test_the_same_seed_gives_the_same_numbers_and_leaves_the_callers_stream_alone():
    before = torch.get_rng_state()
    first, second = (read_intensities(EVEN, FACES, seed=3) for _ in range(2))
    assert torch.equal(first.mean, second.mean)
    assert not torch.equal(first.mean, read_intensities(EVEN, FACES, seed=4).mean)
    assert torch.equal(before, torch.get_rng_state())


def test_faces_of_another_size_or_colour_are_refused():
    with pytest.raises(CourseError, match=r"\(1, 48, 48\), not \(3, 48, 48\)"):
        read_intensities(EVEN, FACES.expand(-1, 3, -1, -1))


@pytest.mark.parametrize(("samples", "seed"), [(1, 0), (10**9, 0), (50, -1), (50, 99999999999999999999)])
def test_draws_and_seeds_that_cannot_be_are_refused_by_their_number(samples, seed):
    with pytest.raises(CourseError, match=f"{samples:,}|{seed}"):
        read_intensities(EVEN, FACES, samples=samples, seed=seed)


@pytest.mark.parametrize(("layer", "value"), [
    ("mean", math.nan), ("mean", math.inf), ("mean", -math.inf), ("log_variance", math.nan), ("log_variance", 300),
])  # fmt: skip
def test_a_network_whose_answer_is_no_number_is_refused(layer, value):
    trained = constant_network([0.0, 0.0], [1.0, 1.0], ("a", "b"))
    getattr(trained.network.head, layer).bias.data[0] = value
    with pytest.raises(CourseError, match="no number"):
        read_intensities(trained, FACES)
