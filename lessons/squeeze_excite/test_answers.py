"""The checks on squeeze and excitation pass on right answers and know the typical wrong ones."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from lessons.answer_tests import answer_tests
from lessons.squeeze_excite import choosing, gates
from lessons.squeeze_excite.gates import SUBSTITUTES, squeeze_excite, variance_split
from lessons.squeeze_excite.trained_heads import over_seeds
from pvlib.models.squeeze_excite import SqueezeExcite


def block(
    x, w1, b1, w2, b2, *, between=torch.relu, behind=torch.sigmoid, join=torch.mul, first=True, second=True
):
    """The block with switches for the usual mistakes."""
    hidden = between(x @ w1.T + (b1 if first else 0))
    return join(x, behind(hidden @ w2.T + (b2 if second else 0)))


def but(**switches):
    return lambda *given: block(*given, **switches)


def with_layers(x, w1, b1, w2, b2):
    linear = nn.functional.linear
    return torch.sigmoid(linear(nn.functional.relu(linear(x, w1, b1)), w2, b2)) * x


def one_by_one(x, w1, b1, w2, b2):
    return torch.stack([face * (w2 @ (w1 @ face + b1).clamp_min(0) + b2).sigmoid() for face in x])


def maps_by(squeeze, join=lambda maps, gate: maps * gate[:, :, None, None]):
    def answer(maps, w1, b1, w2, b2):
        return join(maps, ((squeeze(maps) @ w1.T + b1).relu() @ w2.T + b2).sigmoid())

    return answer


def mean(maps):
    return maps.mean(dim=(2, 3))


def by_cell(maps, *weights):
    cells = maps.permute(0, 2, 3, 1)
    return block(cells, *weights).permute(0, 3, 1, 2)


linear_gates = but(between=lambda z: z, join=lambda x, gate: gate)


def by_gates(maps, *weights):
    gates = but(join=lambda x, gate: gate)(maps.permute(0, 2, 3, 1), *weights)
    return gates.permute(0, 3, 1, 2)


def by_einsum(maps, w1, b1, w2, b2):
    squeezed = nn.functional.adaptive_avg_pool2d(maps, 1).flatten(1)
    gate = nn.functional.linear(nn.functional.linear(squeezed, w1, b1).relu(), w2, b2).sigmoid()
    return torch.einsum("fchw,fc->fchw", maps, gate)


def new_layer(x, w1, b1, w2, b2):
    return block(x, nn.Parameter(w1), b1, nn.Parameter(w2), b2)


RIGHT = [
    ("squeeze_excite", block),
    ("squeeze_excite", with_layers),
    ("squeeze_excite", one_by_one),
    ("fold", lambda w, g: w * g),
    ("fold", lambda w, g: w @ torch.diag(g)),
    ("fold", lambda w, g: np.einsum("ck,k->ck", w.numpy(), g.numpy())),
    ("squeeze_maps", maps_by(mean)),
    ("squeeze_maps", maps_by(lambda maps: maps.flatten(2).mean(dim=2))),
    ("squeeze_maps", by_einsum),
]

WRONG = [
    ("squeeze_excite", but(join=lambda x, gate: gate), "Those are the gates"),
    ("squeeze_excite", but(join=torch.add), "nothing is added"),
    ("squeeze_excite", but(join=lambda x, gate: x + x * gate), "no shortcut"),
    ("squeeze_excite", but(behind=lambda z: z), "sigmoid of the second layer is missing"),
    ("squeeze_excite", but(between=torch.sigmoid, behind=torch.relu), "changed places"),
    ("squeeze_excite", but(behind=torch.relu), "behind the second"),
    ("squeeze_excite", but(between=torch.sigmoid), "Between the layers stands a ReLU"),
    ("squeeze_excite", but(between=lambda z: z), "ReLU between the layers is missing"),
    ("squeeze_excite", but(behind=lambda z: z.softmax(1)), "sum to 1"),
    ("squeeze_excite", but(behind=torch.tanh), "not tanh"),
    ("squeeze_excite", but(first=False, second=False), "biases b1 and b2"),
    ("squeeze_excite", but(first=False), "bias of the first"),
    ("squeeze_excite", but(second=False), "bias of the second"),
    ("squeeze_excite", lambda *given: block(*given).detach(), "graph was cut"),
    ("squeeze_excite", new_layer, "nn.Parameter(w1)"),
    ("squeeze_excite", but(behind=lambda z: z.relu().sigmoid()), "below ½"),
    ("squeeze_excite", lambda x, w1, b1, w2, b2: x * (((x @ w1.T).relu() + b1) @ w2.T + b2).sigmoid(), "after the bias"),
    ("squeeze_excite", lambda x, w1, b1, w2, b2: x * (((x @ w1.T + b1).relu() @ w2.T).sigmoid() + b2), "inside the sigmoid"),
    ("squeeze_excite", lambda x, *w: x * block(x.mean(0), *w, join=lambda x, gate: gate), "no mean over faces"),
    ("squeeze_excite", but(behind=lambda z: z.sigmoid().mean(1, keepdim=True)), "has its own gate"),
    ("squeeze_excite", but(behind=lambda z: 1 - z.sigmoid()), "the answer ½"),
    ("squeeze_excite", but(behind=nn.functional.hardsigmoid), "the answer ½"),
    ("squeeze_excite", but(between=nn.functional.gelu), "the answer ½"),
    ("squeeze_excite", but(behind=lambda z: (2 * z).sigmoid() * 0.9), "the answer ½"),
    ("fold", lambda w, g: w, "as it was"),
    ("fold", lambda w, g: w @ g, "old shape"),
    ("fold", lambda w, g: (w * g).T, "as nn.Linear has it"),
    ("fold", lambda w, g: w / g, "multiplied by the gate"),
    ("fold", lambda w, g: w + g, "The gate multiplies"),
    ("fold", lambda w, g: w * g.mean(), "its own gate"),
    ("fold", lambda w, g: w * (1 - g), "not 1 − gate"),
    ("fold", lambda w, g: w * g.sigmoid(), "taken before"),
    ("fold", lambda w, g: g[:, None] * w if len(w) == len(g) else w * g, "the columns"),
    ("fold", lambda w, g: g[:, None] * w, "the columns"),
    ("fold", lambda w, g: w * g**2, "10, 200 and 30, 400"),
    ("squeeze_maps", maps_by(mean, lambda maps, gate: gate), "Those are the gates"),
    ("squeeze_maps", maps_by(mean, lambda maps, gate: mean(maps) * gate), "not their means"),
    ("squeeze_maps", by_cell, "Squeeze first"),
    ("squeeze_maps", maps_by(lambda maps: maps.sum(dim=(2, 3))), "not a sum"),
    ("squeeze_maps", maps_by(lambda maps: maps.amax(dim=(2, 3))), "not its maximum"),
    ("squeeze_maps", maps_by(lambda maps: maps.mean(dim=(0, 2, 3))[None]), "no mean over faces"),
    ("squeeze_maps", maps_by(mean, lambda maps, gate: maps + gate[:, :, None, None]), "nothing is added"),
    ("squeeze_maps", lambda maps, *weights: maps, "as they were"),
    ("squeeze_maps", maps_by(mean, lambda maps, gate: maps + maps * gate[:, :, None, None]), "no shortcut"),
    ("squeeze_maps", lambda maps, *w: maps * mean(by_gates(maps, *w))[:, :, None, None], "not the mean of gates of cells"),
    ("squeeze_maps", lambda maps, *w: maps * linear_gates(mean(maps), *w)[:, :, None, None], "ReLU between the layers"),
    ("squeeze_maps", maps_by(lambda maps: maps.std(dim=(2, 3))), "¼, ¾"),
    ("squeeze_maps", maps_by(lambda maps: maps.mean().expand(maps.shape[:2])), "dim=(2, 3)"),
    ("squeeze_maps", maps_by(lambda maps: maps[:, :, 0, 0], lambda maps, g: 0.9 * maps * g[:, :, None, None]),
     "¼, ¾"),
]  # fmt: skip

ONE, LN3 = torch.ones(1, 1), math.log(3)
EXAMPLES = [
    ("squeeze_excite", "the answer ½", (2 * ONE, ONE, -3 * ONE[0], ONE, -LN3 * ONE[0]), [[0.5]]),
    (
        "fold",
        "10, 200 and 30, 400",
        (torch.tensor([[1.0, 2], [3, 4]]), torch.tensor([10.0, 100])),
        [[10, 200], [30, 400]],
    ),
    (
        "squeeze_maps",
        "¼, ¾",
        (torch.tensor([[[[1.0, 3]]]]), ONE, -ONE[0], -LN3 * ONE, 0 * ONE[0]),
        [[[[0.25, 0.75]]]],
    ),
]
OURS = {"squeeze_excite": squeeze_excite, "fold": gates.fold, "squeeze_maps": gates.squeeze_maps}

test_right, test_wrong, test_unwritten, test_examples = answer_tests(
    "squeeze_excite", RIGHT, WRONG, EXAMPLES, OURS
)


def test_the_function_is_the_librarys_block():
    x, layers = torch.randn(5, 12), SqueezeExcite(12, 3)
    torch.testing.assert_close(squeeze_excite(x, *gates.weights_of(layers)), layers(x))
    torch.testing.assert_close(x * gates.gates_of(layers, x), layers(x))


def test_the_variance_of_gates_falls_into_three_parts():
    group = torch.arange(40) % 4
    channel, of_group, noise = torch.randn(1, 30), torch.randn(4, 30), torch.randn(40, 30)
    assert variance_split(channel.expand(40, -1), group)["channels"] == pytest.approx(1)
    only_groups = of_group[group] - of_group.mean(dim=0)
    assert variance_split(only_groups, group)["groups"] == pytest.approx(1)
    split = variance_split(channel + only_groups + noise, group)
    assert sum(split.values()) == pytest.approx(1)
    assert all(share > 0.1 for share in split.values())


def test_no_direction_reads_the_number_that_counts_better_than_the_sum():
    directions = nn.functional.normalize(torch.randn(2000, choosing.NUMBERS), dim=1)
    right = (
        0.5 + directions.clamp(-1, 1).asin().mean(dim=1) / torch.pi
    )  # a normal's sign against a part of it
    assert right.max() < choosing.BEST_LINEAR


def test_substitutes_raise_or_lower_as_they_say():
    given = torch.rand(6, 4)
    assert (SUBSTITUTES["raised to the mean where below"](given) >= given).all()
    assert (SUBSTITUTES["lowered to the mean where above"](given) <= given).all()
    assert torch.equal(SUBSTITUTES["another face's gates"](given)[1:], given[:-1])


def test_a_difference_over_seeds_is_paired_and_in_points():
    found = over_seeds([0.5, 0.7, 0.9], [0.49, 0.69, 0.89])
    assert (found.low, found.value, found.high) == pytest.approx((1, 1, 1))
