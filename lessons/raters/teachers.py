"""Teachers that label the same faces by different numbers of raters and rules, and what a network learns from each.

The numbers of docs/results/raters-on-shapes.md: ``python -m lessons.raters.teachers 5``.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from scipy.stats import t
from torch import Tensor

from drawnfaces.raters import vote
from lessons.shapes import EPOCHS, ShapeFaces, ShapeNetwork, evaluate_on_shapes, shape_faces, train_on_shapes
from pvlib.evaluation.votes import entropy
from pvlib.losses import Objective
from pvlib.models import PointHead

MOST = 40  # raters that are asked
EXPRESSIONS = 8
TRAINED_ON, TESTED_ON = 1000, 1000  # faces

Measured = dict[str, list[dict[str, float]]]  # by name, one entry for each seed


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Faces and what raters said of them.

    Attributes:
        faces: the N faces whose first rater named an expression.
        votes: int64, (MOST, N, 10); row n − 1 counts the votes of the first n raters.
    """

    faces: ShapeFaces
    votes: Tensor

    def by(self, raters: int) -> Tensor:
        """The votes of the first raters, (N, 10)."""
        return self.votes[raters - 1]


def ask_raters(faces: ShapeFaces, seed: int) -> Asked:
    """Ask ``MOST`` raters about each face; leave out where the first one said "unknown" or "NF"."""
    generator = np.random.default_rng([seed, MOST])
    mixture = faces.mixture.double().numpy()
    votes = torch.from_numpy(np.cumsum([vote(mixture, 1, generator) for _ in range(MOST)], axis=0))
    named = votes[0, :, :EXPRESSIONS].sum(dim=1) == 1
    return Asked(faces=subset(faces, named), votes=votes[:, named])


def subset(faces: ShapeFaces, rows: Tensor) -> ShapeFaces:
    """The faces of these rows."""
    per_face = ("features", "target", "mixture", "votes", "numbers")
    return replace(faces, **{name: getattr(faces, name)[rows] for name in per_face})


def target_of(votes: Tensor, rule: str, epsilon: float = 0.1) -> Tensor:
    """What a network is to learn from votes, (N, 10) -> label distributions (N, 8).

    Args:
        votes: at least one for an expression in each row; "unknown" and "NF" are left out.
        rule: "votes", each expression's share; "winner", all for the one with most votes, of equal ones the first;
            "smoothed", the winner with ``epsilon`` spread evenly over all eight.
    """
    counts = votes[:, :EXPRESSIONS]
    if rule == "votes":
        return counts / counts.sum(dim=1, keepdim=True)
    winner = F.one_hot(counts.argmax(dim=1), EXPRESSIONS).float()
    return winner if rule == "winner" else (1 - epsilon) * winner + epsilon / EXPRESSIONS


def floor_of(target: Tensor) -> Tensor:
    """The mean cross-entropy in nats that no answers can beat: the mean entropy of the targets (N, C)."""
    return entropy(target).mean()


def posterior_mean_of(votes: Tensor, prior: Tensor) -> Tensor:
    """Mean of the Dirichlet posterior of the shares: votes (N, 8), prior (8,) pseudo-votes -> (N, 8)."""
    return (votes + prior) / (votes.sum(dim=1, keepdim=True) + prior.sum())


def best_smoothing(mixture: Tensor, raters: int) -> float:
    """The ε with which smoothed shares of so many raters come nearest to the mixtures (N, C), in mean square.

    The shares' variance Σ m (1 − m) / n shrinks by (1 − ε)², the bias ε² Σ (m − 1/C)² grows; both in closed form.
    """
    squares = mixture.square().sum(dim=1).mean()
    variance, bias = (1 - squares) / raters, squares - 1 / mixture.shape[1]
    return (variance / (variance + bias)).item()


def learn(faces: ShapeFaces, target: Tensor, seed: int, epochs: int = EPOCHS) -> ShapeNetwork:
    """Train a point head on these targets with cross-entropy."""
    return train_on_shapes(PointHead, Objective(), replace(faces, target=target), seed, epochs=epochs)


@torch.no_grad()
def said_of_strongest(network: ShapeNetwork, faces: ShapeFaces) -> tuple[Tensor, Tensor]:
    """The strongest expression's true share, and what the network gives it: (N,) each."""
    true, strongest = faces.mixture.max(dim=1)
    return true, network(faces.features).softmax(dim=1).gather(1, strongest[:, None])[:, 0]


@dataclass(frozen=True, kw_only=True)
class Teacher:
    """How the targets come about, for how long they are learned, and which teacher they are compared with."""

    teach: Callable[[Asked], Tensor]
    epochs: int = EPOCHS
    against: str = "votes of 10"


def by_rule(raters: int, rule: str = "votes", **more: Any) -> Teacher:
    """The teacher that asks so many raters and follows this rule."""
    return Teacher(teach=lambda asked: target_of(asked.by(raters), rule), **more)


def smoothed_best(raters: int, against: str) -> Teacher:
    """The raters' shares with the best smoothing for their number."""

    def teach(asked: Asked) -> Tensor:
        epsilon = best_smoothing(asked.faces.mixture, raters)
        return (1 - epsilon) * target_of(asked.by(raters), "votes") + epsilon / EXPRESSIONS

    return Teacher(teach=teach, against=against)


def with_a_stubborn_one(votes: Tensor) -> Tensor:
    """The votes (N, 10) of the raters and of one more, who says neutral of every face."""
    return votes + F.one_hot(torch.tensor(0), votes.shape[1])


TEACHERS = {
    "one rater": by_rule(1),
    "votes of 3": by_rule(3),
    "votes of 10": by_rule(10),
    "votes of 40": by_rule(MOST),
    "winner of 10": by_rule(10, "winner"),
    "winner of 10, smoothed 0.1": by_rule(10, "smoothed"),
    "true mixture": Teacher(teach=lambda asked: asked.faces.mixture),
}
FURTHER = {
    "winner of 40": by_rule(MOST, "winner", against="winner of 10"),
    "winner of 10, twice the epochs": by_rule(10, "winner", epochs=2 * EPOCHS, against="winner of 10"),
    "one rater, best smoothing": smoothed_best(1, "one rater"),
    "votes of 3, best smoothing": smoothed_best(3, "votes of 3"),
    "votes of 10, best smoothing": smoothed_best(10, "votes of 10"),
    "votes of 9 and one who always says neutral": Teacher(
        teach=lambda asked: target_of(with_a_stubborn_one(asked.by(9)), "votes")
    ),
    "winner of 9 and one who always says neutral": Teacher(
        teach=lambda asked: target_of(with_a_stubborn_one(asked.by(9)), "winner"), against="winner of 10"
    ),
}
# The same 10,000 votes: faces, raters, and after how many epochs the network is measured.
BUDGET = {
    f"{faces:,} faces × {raters} raters, {epochs} epochs": (faces, raters, epochs)
    for faces, raters, lengths in ((1000, 10, (30, 60)), (3333, 3, (10, 30)), (10_000, 1, (3, 6, 12, 30)))
    for epochs in lengths
}


def measure(network: ShapeNetwork, test: ShapeFaces) -> dict[str, float]:
    """Accuracy, KL(truth ‖ said), and what is said of the strongest expression of mixed faces, beside the truth."""
    true, said = said_of_strongest(network, test)
    mixed = true < 0.9
    result = evaluate_on_shapes(network, test)
    return {
        "accuracy": result["accuracy"],
        "kl": result["kl"],
        "said": said[mixed].double().mean().item(),
        "true": true[mixed].double().mean().item(),
    }


def compare(seeds: Sequence[int], teachers: dict[str, Teacher]) -> Measured:
    """Each teacher's measures, one for each seed: new faces, new raters and a new network."""
    measured: Measured = {name: [] for name in teachers}
    for seed in seeds:
        train = shape_faces(TRAINED_ON, 2 * seed)
        asked, test = ask_raters(train, seed), shape_faces(TESTED_ON, 2 * seed + 1, like=train)
        for name, teacher in teachers.items():
            network = learn(asked.faces, teacher.teach(asked), seed, teacher.epochs)
            measured[name].append(measure(network, test))
    return measured


def spend(seeds: Sequence[int]) -> Measured:
    """The same 10,000 votes spent on few faces or on many; measures by design and seed."""
    measured: Measured = {name: [] for name in BUDGET}
    for seed in seeds:
        most = ask_raters(shape_faces(max(faces for faces, _, _ in BUDGET.values()), 2 * seed), seed)
        test = shape_faces(TESTED_ON, 2 * seed + 1, like=most.faces)
        for name, (faces, raters, epochs) in BUDGET.items():
            rows = torch.arange(min(faces, len(most.faces)))  # a few first raters named no expression
            target = target_of(most.by(raters)[rows], "votes")
            measured[name].append(measure(learn(subset(most.faces, rows), target, seed, epochs), test))
    return measured


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Mean over seeds, and half the width of its 95 % t-interval."""
    n = len(values)
    return float(np.mean(values)), float(t.ppf(0.975, n - 1) * np.std(values, ddof=1) / n**0.5)


def print_table(measured: Measured, against: dict[str, str]) -> None:
    """Print means over the seeds and paired differences, each with its interval, as Markdown."""
    print(
        "| teacher | accuracy, % | KL(truth ‖ said), nats | says of mixed faces, % | compared with | accuracy | KL |"
    )
    print("|---|---|---|---|---|---|---|")
    for name, runs in measured.items():
        other = against[name]
        cells = [
            "{:.1f} ± {:.1f}".format(*interval([100 * run["accuracy"] for run in runs])),
            "{:.3f} ± {:.3f}".format(*interval([run["kl"] for run in runs])),
            "{:.1f} ± {:.1f}".format(*interval([100 * run["said"] for run in runs])),
        ]
        if other == name:
            cells += ["–"] * 3
        else:
            pairs = list(zip(runs, measured[other], strict=True))
            accuracy = interval([100 * (a["accuracy"] - b["accuracy"]) for a, b in pairs])
            kl = interval([a["kl"] - b["kl"] for a, b in pairs])
            cells += [other, "{:+.1f} ± {:.1f}".format(*accuracy), "{:+.3f} ± {:.3f}".format(*kl)]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    true = interval([100 * run["true"] for run in next(iter(measured.values()))])
    print("\nTruth of mixed faces: {:.1f} ± {:.1f} %.\n".format(*true), flush=True)


def main(seeds: int) -> None:
    """Print the tables of docs/results/raters-on-shapes.md."""
    torch.set_num_threads(1)
    teachers = TEACHERS | FURTHER
    print_table(
        compare(range(seeds), teachers), {name: teacher.against for name, teacher in teachers.items()}
    )
    print_table(spend(range(seeds)), dict.fromkeys(BUDGET, next(iter(BUDGET))))


if __name__ == "__main__":
    main(int(sys.argv[1]))
