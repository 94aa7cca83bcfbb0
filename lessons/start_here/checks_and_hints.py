"""Answer checks of the start: what ten votes say."""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from drawnfaces.names import EXPRESSIONS, VOTES
from poster_var_course.checks import answer, expect, expect_close
from poster_var_course.checks.expectations import UnwrittenError
from pvlib.data.ferplus import apply_rule
from pvlib.evaluation.votes import entropy

EMOTIONS = len(EXPRESSIONS)
# A clear majority; the largest share only; a majority once the single vote is gone; a tie; mostly "unknown";
# nothing but single votes; half of what is left, with votes for "unknown" and "NF"; nine votes, as one row of FER+.
ROWS = torch.tensor([
    [7, 0, 0, 2, 1, 0, 0, 0, 0, 0], [4, 0, 0, 3, 3, 0, 0, 0, 0, 0], [0, 5, 4, 1, 0, 0, 0, 0, 0, 0],
    [5, 0, 5, 0, 0, 0, 0, 0, 0, 0], [0, 2, 0, 0, 0, 0, 0, 0, 8, 0], [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    [0, 0, 0, 5, 0, 0, 0, 0, 3, 2], [5, 2, 2, 0, 0, 0, 0, 0, 0, 0],
])  # fmt: skip


def winner_of(votes: Tensor) -> int:
    """FER+'s majority rule for one row of votes (10,): the expression's position, or −1."""
    kept, target = apply_rule(votes[None], "majority")
    return int(target.argmax()) if kept else -1


def entropy_of(votes: Tensor) -> Tensor:
    """The entropy in nats of the expressions' shares of one row of votes (10,)."""
    return entropy(votes[:EMOTIONS] / votes[:EMOTIONS].sum())


def two_agree(p: Tensor) -> Tensor:
    """How probable it is that two raters who vote by p, (..., classes), name the same; (...)."""
    return (p * p).sum(dim=-1)


def _majority(
    *,
    single: bool = False,
    half: bool = False,
    of_ten: bool = False,
    emotions: bool = False,
    unknown: bool = False,
) -> Callable[[Tensor], int]:
    """The majority rule with one of its steps left out or changed."""

    def rule(votes: Tensor) -> int:
        left = votes if single else torch.where(votes > 1, votes, 0)
        left = left[:EMOTIONS] if emotions else left
        total = 10 if of_ten else int(left.sum())
        most, place = int(left.max()), int(left.argmax())
        reached = 2 * most >= total if half else 2 * most > total
        return place if most and reached and (unknown or place < EMOTIONS) else -1

    return rule


_WINNERS = [
    (lambda votes: int(votes.argmax()), "7 of 10 is a majority; 4 of 10 is only the largest share."),
    (lambda votes: int(votes[:EMOTIONS].argmax()), "7 of 10 is a majority; 4 of 10 is only the largest share."),
    (_majority(single=True), "A single vote counts as a mistake: set votes of 1 to 0 before you count."),
    (_majority(half=True), "Exactly half is no majority: more than s/2."),
    (_majority(of_ten=True), "s is what is left after the single votes are gone; it need not be 10."),
    (_majority(emotions=True), '"unknown" and "NF" belong to s, too: leave them out at the end, not before.'),
    (_majority(unknown=True), 'Where "unknown" or "NF" has the majority, no expression has it: −1.'),
]  # fmt: skip


@answer(
    "start_here.winner",
    hints=(
        "Three steps: single votes become 0; s is the sum of what is left; compare the largest with s/2.",
        "torch.where(votes > 1, votes, 0) drops single votes. The first eight positions are expressions.",
        "left = torch.where(votes > 1, votes, 0); best = int(left.argmax()); "
        "return best if best < 8 and 2 * left[best] > left.sum() else -1",
    ),
)
def winner(yours):
    """the expression that has the majority"""
    got: list[int] = []
    rows = torch.cat([ROWS, _other_votes(6)])
    for row in rows:
        try:
            value = yours(row)
        except UnwrittenError:
            if not got:
                raise
            value = None
        expect(
            value is not None,
            f"For {_told(row)}: got None.",
            "Return −1 where no expression has the majority.",
        )
        single = not isinstance(value, str | list | tuple) and torch.as_tensor(value).numel() == 1
        expect(
            single and float(value) == int(value),
            f"Expected a position from 0 to 7, or −1; got {value!r}.",
            "One position in the row of votes, not the expression's name and not a list.",
        )
        got.append(int(value))
    wanted = [winner_of(row) for row in rows]
    known = [([wrong(row) for row in rows], text) for wrong, text in _WINNERS]
    hint = next(
        (text for values, text in known if values == got),
        "Take the three steps of the first hint one by one.",
    )
    for row, value, want in zip(rows, got, wanted, strict=True):
        expect(value == want, f"For {_told(row)}: expected {want}, got {value}.", hint)


def _other_votes(faces: int) -> Tensor:
    """Ten votes on each of so many faces, one at least for neutral: an answer cannot hold their numbers."""
    shares = torch.randn(faces, 10).mul(3).softmax(dim=1)
    votes = F.one_hot(torch.multinomial(shares, 9, replacement=True), 10).sum(dim=1)
    return votes + F.one_hot(torch.tensor(0), 10)


def _told(row: Tensor) -> str:
    return ", ".join(f"{name} {n}" for name, n in zip(VOTES, row.tolist(), strict=True) if n)


@answer(
    "start_here.disagreement",
    hints=(
        "First the shares p of the eight expressions: they sum to 1. Then −Σ p ln p.",
        "Where p is 0 nothing is added: p ln p goes to 0 with p. torch.special.entr(p) is −p ln p with that built in.",
        "p = votes[:8] / votes[:8].sum(); return torch.special.entr(p).sum()",
    ),
)
def disagreement(yours):
    """the entropy of the votes for an expression, in nats"""
    for row in (
        torch.tensor([6, 0, 0, 2, 1, 0, 0, 0, 1, 0]),
        torch.tensor([5, 0, 5, 0, 0, 0, 0, 0, 0, 0]),
        torch.tensor([0, 10, 0, 0, 0, 0, 0, 0, 0, 0]),
        *_other_votes(2),
    ):
        votes = row[:EMOTIONS].double()
        p, everything = votes / votes.sum(), row.double() / row.sum()
        value = entropy(p)
        expect_close(
            yours(row),
            value,
            f"For {_told(row)}",
            mistakes=[
                (
                    float("nan"),
                    "0 · ln 0 is not a number for a computer. An expression without votes adds nothing.",
                ),
                (value / torch.log(torch.tensor(2.0)), "That is in bits. Nats take the natural logarithm."),
                (-value, "The logarithm of a share is negative: there is a minus before the sum."),
                (entropy(votes), "Those are counts: divide by their sum first."),
                (-(votes[votes > 0] * p[p > 0].log()).sum(), "Weigh with shares, not with counts."),
                (entropy(everything), '"unknown" and "NF" are no expressions: take the first eight.'),
                (entropy(votes / 10), "Divide by the votes for an expression, which may be fewer than ten."),
                (entropy(_dropped(votes)), "Here every vote counts, single ones too."),
                (value / EMOTIONS, "Add over the expressions instead of taking the mean."),
                (
                    1 - p.square().sum(),
                    "That is how probable it is that two raters differ. Entropy weighs −ln p with p.",
                ),
                (torch.special.entr(p), "One number for the face: the sum over the expressions."),
                (
                    value.exp(),
                    "That is the number of expressions that it is worth: leave the exponential out.",
                ),
            ],
            hint="By hand: "
            + " + ".join(f"{share:.3f} · {-math.log(share):.3f}" for share in p.tolist() if share)
            + f" = {value:.3f}.",
        )


def _dropped(votes: Tensor) -> Tensor:
    left = torch.where(votes > 1, votes, 0)
    return left / left.sum()


@answer(
    "start_here.chance_to_agree",
    hints=(
        "Both name expression k with probability p_k · p_k. They may agree on any expression.",
        "Add the squares over the last dimension: (faces, 8) becomes (faces,).",
        "return (p * p).sum(dim=-1)",
    ),
)
def chance_to_agree(yours):
    """how probable it is that two raters name the same"""
    p = torch.rand(5, EMOTIONS).softmax(dim=-1)
    p[0] = torch.tensor([0.5, 0.5, 0, 0, 0, 0, 0, 0])
    expected = two_agree(p)
    expect_close(
        yours(p),
        expected,
        "For five faces",
        mistakes=[
            (
                p.amax(dim=-1),
                "That is one rater against the winner. Two raters may also agree on something else.",
            ),
            (p.amax(dim=-1).square(), "That is both for the winner. They may also agree on something else."),
            (p * p, "One number for each face: sum over its expressions."),
            ((p * p).sum(), "One number for each face: sum over the last dimension alone."),
            ((p * p).sum(dim=0), "dim=0 is the faces here; sum over the expressions, dim=-1."),
            (expected.sqrt(), "Without the root."),
            (1 - expected, "That is how probable it is that they differ."),
            (entropy(p), "That is their entropy. Two raters agree on k with probability p_k²."),
            (p.square().mean(dim=-1), "Add the squares instead of taking their mean."),
            (expected[:, None], "One number for each face, shape (faces,): without keepdim."),
            (expected.mean(), "One number for each face: no mean over faces."),
            (p @ p.mT, "That compares every face with every other: multiply elementwise."),
            (1 / expected, "That is how many equal expressions it is worth: without 1/…"),
            (p.sum(dim=-1), "That sum is always 1: each p_k counts twice, once for each rater."),
        ],
        hint="By hand: the shares 0.6, 0.3 and 0.1 give 0.36 + 0.09 + 0.01 = 0.46, one number for a face.",
    )
