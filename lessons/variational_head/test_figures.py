"""What the figures of the variational head show, and what its comparison is made of."""

from itertools import pairwise

import pytest
import torch

from lessons.answer_tests import figure_test
from lessons.shapes import shape_faces
from lessons.variational_head import figures, formulas
from lessons.variational_head.comparison import ConstantNoise, contenders, difference, penalised, train_all
from lessons.variational_head.moving_face import REACH, Walk, moving_face
from lessons.variational_head.sigma import beside_formula, train_sigma_on, undecided
from pvlib.data.labels import FERPLUS
from pvlib.evaluation.intervals import Interval
from pvlib.losses import cross_entropy, gaussian_kl


def walk(steps=3):
    wide = torch.randn(steps, 8), torch.rand(steps, 8) + 0.5
    return Walk(
        pictures=torch.randint(256, (steps, 3, 16, 16)).byte(),
        captions=[f"step {i}" for i in range(steps)],
        wide=wide,
        narrow=(wide[0] * 2, torch.full((steps, 8), 0.01)),
        curves={name: torch.rand(steps).tolist() for name in ("mean", "named", "largest", "entropy")},
        names=FERPLUS,
    )


def variance_and_formula():
    product = torch.linspace(0, 0.25, 8000).view(1000, 8)
    variance, named = 0.1 / (0.1 + product), torch.zeros(1000).long()
    return figures.variance_and_formula(product, variance, named, weight=0.1)


def all_heads():
    accuracy, nll = [[0.9, 0.91], [0.92, 0.93], [0.9, 0.92]], [[0.7, 0.7], [0.6, 0.6], [0.7, 0.71]]
    gaps = [Interval(0.0, 0.0, 0.0), Interval(0.02, 0.01, 0.03), Interval(0.005, -0.01, 0.02)]
    scores = {"accuracy": accuracy, "nll": nll}
    return figures.all_heads(["point", "good", "alike"], scores, dict.fromkeys(scores, gaps))


SHARES = torch.eye(8)[:4]
test_figures = figure_test(
    (lambda: moving_face(walk()), ["from step 0 to step 2"]),
    (variance_and_formula, ["8,000 learned variances"]),
    (all_heads, ["alike: accuracy +0.5 [−1.0, +2.0], NLL +0.005"]),
    (
        lambda: figures.faces_with_votes(torch.zeros(4, 3, 16, 16).byte(), SHARES, SHARES, FERPLUS),
        ["happiness 100%"],
    ),
    (lambda: figures.ranks({"λ = 1": {"mean": [-0.3, -0.5], "entropy": [0.7, 0.7]}}), ["λ = 1, mean: -0.40"]),
)


def test_every_frame_shows_the_normals_of_its_own_face_and_the_marker_beside_its_numbers():
    shown = walk()
    moving, _, _ = moving_face(shown)
    frame = moving.frames[1]
    for k in range(8):
        x = frame.data[1 + k].x
        assert (x[0] + x[-1]) / 2 == pytest.approx(shown.wide[0][1, k].item(), abs=0.011)
        assert (x[-1] - x[0]) / (2 * REACH) == pytest.approx(shown.wide[1][1, k].item(), abs=0.011)
    assert frame.data[-1].x == (1, 1)
    assert len({frame.data[0].source for frame in moving.frames}) == 3


def test_no_curve_of_either_head_leaves_the_axis():
    shown = walk()
    low, high = shown.reach
    for mean, sigma in (shown.wide, shown.narrow):
        assert low < (mean - REACH * sigma).min()
        assert high > (mean + REACH * sigma).max()


def test_the_labels_of_lines_that_end_together_do_not_overlap():
    shown = walk()
    shown.curves.update(mean=[1.0, 1.0, 1.0], largest=[1.0, 1.0, 1.0], named=[1.0, 1.0, 1.01])
    moving, _, _ = moving_face(shown)
    heights = sorted(note.y for note in moving.layout.annotations)
    assert all(upper - lower > 0.1 for lower, upper in pairwise(heights))


def test_a_difference_whose_interval_contains_zero_is_grey():
    colours = {text.get_text(): text.get_color() for text in all_heads()[0].axes[0].texts}
    assert colours["+2.0 [+1.0, +3.0]"] == figures.OTHER
    assert colours["+0.5 [−1.0, +2.0]"] == figures.GREY


def test_the_formula_passes_one_half_where_undecided_equals_weight():
    still, _ = variance_and_formula()
    curve = next(line for line in still.axes[0].lines if "formula" in line.get_label())
    x, y = (torch.as_tensor(values) for values in curve.get_data())
    assert y[(x - 0.1).abs().argmin()].item() == pytest.approx(0.5, abs=0.01)
    assert y[0] == 1


def test_the_penalty_is_what_the_divergence_takes_of_the_means():
    mean, target = torch.randn(5, 8), torch.rand(5, 8).softmax(dim=1)
    of_sigma_one = gaussian_kl(mean, torch.zeros(5, 8))  # ½ Σ μ²
    assert torch.allclose(penalised(0.3)(mean, target), cross_entropy(mean, target) + 0.3 * of_sigma_one)


def test_constant_noise_has_its_standard_deviation_in_training_and_none_at_test():
    head, features = ConstantNoise(4, 3, 0.5), torch.randn(1, 4)
    torch.manual_seed(0)
    samples = head.sample(features.expand(20_000, 4)).logits
    assert torch.allclose(samples.std(dim=0), torch.full((3,), 0.5), atol=0.01)
    assert torch.equal(head(features), head(features))


def test_a_comparison_is_paired_by_seed_and_its_reference_differs_by_nothing():
    train = shape_faces(60, seed=0)
    test = shape_faces(40, seed=1, like=train)
    heads = {name: one for name, one in contenders().items() if name in ("point", "gaussian", "kendall_gal")}
    results = train_all(heads, train, test, (3, 4))
    assert difference(results, "point", "nll") == Interval(0.0, 0.0, 0.0)
    expected = [
        one.scores["nll"] - other.scores["nll"]
        for one, other in zip(results["gaussian"], results["point"], strict=True)
    ]
    assert difference(results, "gaussian", "nll").value == pytest.approx(sum(expected) / 2)
    for trained in (one for many in results.values() for one in many):
        assert torch.allclose(trained.log_probabilities.exp().sum(dim=1), torch.ones(40))
    network = results["gaussian"][0].network
    product = undecided(network, test)
    assert ((product > 0) & (product <= 0.25)).all()
    beside = beside_formula(network, test, 0.1)
    assert 0.1**0.5 / 0.35**0.5 <= beside["formula_mixed"] < 1  # between p(1 − p) = ¼ and 0


def test_training_sigma_alone_brings_it_towards_the_formula_and_leaves_the_means():
    faces = shape_faces(60, seed=0)
    network = train_all({"gaussian": contenders()["gaussian"]}, faces, faces, [0])["gaussian"][0].network

    def distance():
        with torch.no_grad():
            variance = network.distribution(faces.features).variance
        return (variance - 0.1 / (0.1 + undecided(network, faces))).abs().mean().item()

    before, means = distance(), network(faces.features)
    train_sigma_on(network, faces, weight=0.1, steps=150)
    assert distance() < 0.8 * before
    assert torch.equal(network(faces.features), means)


def test_the_summaries_of_sigma_are_those_of_their_names():
    mean, sigma = torch.tensor([[0.0, 2.0, 1.0]]), torch.tensor([[1.0, 0.5, 3.0]])
    found = formulas.sigma_summaries(mean, 2 * sigma.log())
    rounded = {name: round(value.item(), 4) for name, value in found.items()}
    assert rounded == {"mean": 1.5, "named": 0.5, "largest": 3.0}
