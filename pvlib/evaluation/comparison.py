"""Whether two networks differ on the same faces, by more than these faces happen to show.

Two accuracies on one test set share their hard faces, so their separate intervals say little of the
difference. McNemar (1947) looks only at the faces on which the two disagree; the bootstrap resamples faces for
both at once.
"""

import math
from dataclasses import dataclass
from typing import Any

import torch
from scipy.stats import binomtest
from torch import Tensor

from pvlib.errors import CourseError
from pvlib.evaluation.evaluate import Evaluation
from pvlib.evaluation.intervals import as_json, bootstrap
from pvlib.evaluation.quality import quality, reflect_biased


@dataclass(frozen=True)
class McNemar:
    """Exact McNemar test.

    Attributes:
        only_first, only_second: faces that only one of the two got right.
        p: probability, were both equally good, of a split at least as uneven; two-sided.
    """

    only_first: int
    only_second: int
    p: float


def mcnemar(first: Tensor, second: Tensor) -> McNemar:
    """Test whether two networks are right equally often.

    Where they are, each face that only one gets right is a fair coin: the p-value is binomial, without the
    approximation by χ².

    Args:
        first, second: which faces each got right, bool, (N,), the same faces in the same order.

    Raises:
        CourseError: when they are not as many.
    """
    if first.shape != second.shape:
        raise CourseError(f"McNemar compares the same faces, not {len(first)} with {len(second)}")
    only_first, only_second = int((first & ~second).sum()), int((~first & second).sum())
    disagreed = only_first + only_second
    p = binomtest(only_first, disagreed).pvalue if disagreed else 1.0
    return McNemar(only_first, only_second, float(p))


def compare(
    first: Evaluation, second: Evaluation, *, replicates: int = 1000, seed: int = 0
) -> dict[str, Any]:
    """Compare the answers of two evaluations face by face, in plain JSON values.

    Differences are first − second, of the answers' metrics.

    Raises:
        CourseError: when they are not of the same faces and classes.
    """
    ours, theirs = first.prediction, second.prediction
    if ours.names != theirs.names or not torch.equal(ours.target, theirs.target):
        raise CourseError(
            f"a comparison needs the same faces and classes: {len(ours):,} faces of "
            f"{len(ours.names)} classes differ from {len(theirs):,} of "
            f"{len(theirs.names)}; evaluate both with the same --data, --split and --without"
        )
    probabilities = [first.probabilities, second.probabilities]
    statistics = [quality(said, ours.target, ours.votes) for said in probabilities]

    def difference(counts: Tensor) -> dict[str, Tensor]:
        mine, other = (statistic(counts) for statistic in statistics)
        return {name: mine[name] - other[name] for name in mine}

    hits = [said.argmax(dim=1) == ours.labels for said in probabilities]
    differences = bootstrap(difference, len(ours), replicates=replicates, seed=seed)
    return {
        "faces": len(ours),
        "mcnemar": vars(mcnemar(*hits)),
        "differences": as_json(reflect_biased(differences, least=-math.inf)),
    }
