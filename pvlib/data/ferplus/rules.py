"""From ten votes to a training target: the official FER+ rules and the plain argmax.

Barsoum et al., "Training deep networks for facial expression recognition with crowd-sourced label
distribution" (2016), arXiv:1608.01041, section 3. A vote row counts the raters in the order of
``labels.FERPLUS_VOTES``: eight emotions, then "unknown" and "NF" (not a face).

Differs from the authors' code in the targets only, which are label distributions here: theirs draws one
emotion from the distribution at every epoch under "probability", and trains on ones and zeros (equal for
every kept emotion, without a sum of one) under "multi-target". Which rows are kept is theirs exactly.
"""

import numpy as np
import torch
from torch import Tensor

from pvlib.data.ferplus.owners import RATERS
from pvlib.data.labels import FERPLUS, FERPLUS_VOTES
from pvlib.errors import CourseError

RULES = ("majority", "probability", "multi-target", "argmax")
EMOTIONS = len(FERPLUS)


def apply_rule(votes: Tensor | np.ndarray, rule: str) -> tuple[Tensor, Tensor]:
    """Decide which vote rows can be trained on, and with which label distribution.

    The first three rules begin by setting single votes to zero; s is the sum of what is left.

    - ``majority``: keep the row if one emotion has more than s/2; all weight on it.
    - ``probability``: take classes from the most voted down, tied ones together, until they hold
      0.75·s or are three or more, or "unknown" or "NF" is reached; keep the row if the emotions taken
      exceed s/2 and are at most three; weights in proportion to their votes.
    - ``multi-target``: take every class with at least 0.3·s; keep the row if together they exceed s/2
      and an emotion leads; equal weights on the emotions taken.
    - ``argmax``: keep the row if an emotion leads the untouched votes; all weight on it.

    Ties for the lead go to the earlier class, so to an emotion before "unknown" and "NF".

    Args:
        votes: counts of raters, integer, (N, 10).
        rule: one of ``RULES``.

    Returns:
        kept, bool, (N,); target, float32, (N, 8): a row sums to 1 where kept, and is all zeros elsewhere.

    Raises:
        CourseError: the rule has no such name, or the votes are not counts of that shape.
    """
    if rule not in RULES:
        raise CourseError(f"FER+ has no rule {rule!r}; choose one of {', '.join(RULES)}")
    votes = _counts(votes)
    weight = {
        "majority": _majority,
        "probability": _probability,
        "multi-target": _multi_target,
        "argmax": _argmax,
    }[rule](votes)  # (N, 8), zeros where the row is dropped
    total = weight.sum(dim=1)  # (N,)
    return total > 0, (weight / total.clamp(min=1)[:, None]).float()


def vote_distribution(votes: Tensor | np.ndarray) -> Tensor:
    """Return the share of each emotion among all votes for an emotion, single votes included.

    Args:
        votes: counts of raters, integer, (N, 10); "unknown" and "NF" are left out.

    Returns:
        float32, (N, 8); a row without any vote for an emotion is uniform, as it prefers none.
    """
    emotions = _counts(votes)[:, :EMOTIONS]  # (N, 8)
    total = emotions.sum(dim=1, keepdim=True)  # (N, 1)
    return torch.where(total > 0, emotions / total.clamp(min=1), 1 / EMOTIONS).float()


def released_target(votes: Tensor | np.ndarray) -> Tensor:
    """Return votes / 10 for each emotion, as POSTER-Var's released code trains on.

    Not renormalised: a face for which some raters chose "unknown" or "NF" has a row that sums to less than 1
    and so weighs less in the loss.

    Args:
        votes: counts of raters, integer, (N, 10).

    Returns:
        float32, (N, 8).
    """
    return _counts(votes)[:, :EMOTIONS].float() / RATERS


def _counts(votes: Tensor | np.ndarray) -> Tensor:
    votes = torch.as_tensor(votes)
    if votes.ndim != 2 or votes.shape[1] != len(FERPLUS_VOTES):
        raise CourseError(
            f"FER+ votes must have shape (N, {len(FERPLUS_VOTES)}), one column for each of "
            f"{', '.join(FERPLUS_VOTES)}, not {tuple(votes.shape)}"
        )
    if votes.is_floating_point() or votes.is_complex() or (votes < 0).any():
        raise CourseError("FER+ votes are counts of raters: give integers that are not negative")
    return votes.long()


def _without_single_votes(votes: Tensor) -> Tensor:
    """One rater alone counts as a mistake."""
    return torch.where(votes > 1, votes, 0)


def _majority(votes: Tensor) -> Tensor:
    votes = _without_single_votes(votes)
    return (2 * votes > votes.sum(dim=1, keepdim=True))[:, :EMOTIONS].long()  # at most one can be true


def _probability(votes: Tensor) -> Tensor:
    votes = _without_single_votes(votes)
    total = votes.sum(dim=1)  # (N,)
    waiting = votes.clone()
    taken = torch.zeros_like(votes[:, :EMOTIONS])  # (N, 8)
    searching = total > 0
    for _ in range(3):  # each round takes one emotion or more, and three are enough
        searching = searching & (4 * taken.sum(dim=1) < 3 * total) & ((taken > 0).sum(dim=1) < 3)
        leading = (waiting == waiting.amax(dim=1, keepdim=True)) & searching[:, None]  # (N, 10)
        taken = torch.where(leading[:, :EMOTIONS], votes[:, :EMOTIONS], taken)
        waiting = torch.where(leading, 0, waiting)
        searching = searching & ~leading[:, EMOTIONS:].any(dim=1)
    kept = (2 * taken.sum(dim=1) > total) & ((taken > 0).sum(dim=1) <= 3)
    return taken * kept[:, None]


def _multi_target(votes: Tensor) -> Tensor:
    votes = _without_single_votes(votes)
    total = votes.sum(dim=1, keepdim=True)  # (N, 1)
    taken = torch.where(10 * votes >= 3 * total, votes, 0)  # (N, 10)
    kept = (2 * taken.sum(dim=1) > total[:, 0]) & _emotion_leads(taken)
    return (taken[:, :EMOTIONS] > 0) * kept[:, None]


def _argmax(votes: Tensor) -> Tensor:
    winner = votes.argmax(dim=1, keepdim=True)  # (N, 1), the first one of those that tie
    weight = torch.zeros_like(votes).scatter(1, winner, 1)[:, :EMOTIONS]
    return weight * _emotion_leads(votes)[:, None]


def _emotion_leads(votes: Tensor) -> Tensor:
    """Whether no class has more votes than the most voted emotion; (N,)."""
    return (votes[:, :EMOTIONS].amax(dim=1) >= votes.amax(dim=1)) & (votes.amax(dim=1) > 0)
