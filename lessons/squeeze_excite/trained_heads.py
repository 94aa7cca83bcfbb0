"""Small networks on shapes, trained with a gate before the head and without: is it needed, and is it used?

``python -m lessons.squeeze_excite.trained_heads 5`` prints the table of the lesson: five sets of faces, five seeds each.
"""

import sys
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from lessons.shapes import (
    ShapeFaces,
    ShapeNetwork,
    evaluate_on_shapes,
    score_answers,
    shape_faces,
    train_on_shapes,
)
from lessons.squeeze_excite.gates import SUBSTITUTES, gates_of
from pvlib.evaluation.intervals import Interval, mean_interval
from pvlib.losses import Objective
from pvlib.models.heads import HeadSample, PointHead
from pvlib.models.squeeze_excite import SqueezeExcite

TRAINED_ON, TESTED_ON = 1000, 1000  # faces
VARIANTS: dict[str, int | None] = {"no gate": None, "gate": 1, "gate, reduction 16": 16}


class GatedHead(nn.Module):
    """A gate with this reduction, or none, before a linear head: (batch, features) -> (batch, classes)."""

    def __init__(self, features: int, classes: int, reduction: int | None):
        super().__init__()
        self.gate = nn.Identity() if reduction is None else SqueezeExcite(features, reduction)
        self.head = PointHead(features, classes)

    def forward(self, features: Tensor) -> Tensor:
        return self.head(self.gate(features))

    def sample(self, features: Tensor) -> HeadSample:
        return self.head.sample(self.gate(features))


def trained(faces: ShapeFaces, seed: int) -> dict[str, ShapeNetwork]:
    """One network of each variant, of the same seed; a second."""
    return {
        name: train_on_shapes(lambda f, c, r=reduction: GatedHead(f, c, r), Objective(), faces, seed)  # type: ignore[misc]
        for name, reduction in VARIANTS.items()
    }


@torch.no_grad()
def with_substitutes(network: ShapeNetwork, faces: ShapeFaces) -> dict[str, float]:
    """The accuracy of a network that has a gate, as it is and with each substitute for its gates."""
    features = network.body(faces.features)
    gates = gates_of(network.head.gate, features)
    given = {"own": gates, **{name: change(gates) for name, change in SUBSTITUTES.items()}}
    return {
        name: score_answers(network.head.head(features * each).log_softmax(dim=1), faces)["accuracy"]
        for name, each in given.items()
    }


def over_seeds(values: Sequence[float], others: Sequence[float]) -> Interval:
    """The paired difference values − others in points, with Student's t interval over the seeds."""
    return mean_interval([100 * (one - other) for one, other in zip(values, others, strict=True)])


def measured(seeds: Sequence[int], faces: ShapeFaces, test: ShapeFaces) -> dict[str, list[float]]:
    """By variant, and by substitute in the networks with a full gate, the accuracy under each seed."""
    found: dict[str, list[float]] = {}
    for seed in seeds:
        networks = trained(faces, seed)
        row = {name: evaluate_on_shapes(network, test)["accuracy"] for name, network in networks.items()}
        for name, value in {**row, **with_substitutes(networks["gate"], test)}.items():
            found.setdefault(name, []).append(value)
    return found


def run(seed: int) -> dict[str, list[float]]:
    """`measured` of the set of faces with this number, under five seeds of its own."""
    faces = shape_faces(TRAINED_ON, 2 * seed)
    test = shape_faces(TESTED_ON, 2 * seed + 1, like=faces)
    return measured(range(5 * seed, 5 * seed + 5), faces, test)


def main(sets: int) -> None:
    """Print the paired differences over all networks."""
    found: dict[str, list[float]] = {}
    for seed in range(sets):
        for name, values in run(seed).items():
            found.setdefault(name, []).extend(values)
    for name in found:
        reference = "gate" if name in VARIANTS else "own"
        if name != reference:
            difference = over_seeds(found[name], found[reference])
            print(
                f"| {name}, against {reference} | {difference.value:+.2f} [{difference.low:+.2f}, {difference.high:+.2f}] |"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]))
