"""Answer checks of the lesson on raters: targets, their floor, and what few votes are worth."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from lessons.raters import teachers
from lessons.raters.teachers import posterior_mean_of, target_of
from poster_var_course.checks import answer, expect_close
from pvlib.evaluation.votes import entropy

# A clear winner, a tie, votes for "unknown" and "NF" in front, one vote, and an odd number of raters.
VOTES = torch.tensor([
    [7, 0, 0, 2, 1, 0, 0, 0, 0, 0], [0, 5, 5, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 2, 0, 0, 5, 2],
    [0, 0, 0, 0, 0, 0, 1, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0, 2, 0, 0],
])  # fmt: skip
CONSTANTS = "The same rule for all votes: write none of their numbers into it."


def _smoothed(winner: Tensor, epsilon: float, *, others: bool = False, added: bool = False) -> Tensor:
    """Label smoothing with a typical mistake."""
    spread = (1 - winner) / (winner.shape[1] - 1) if others else torch.full_like(winner, 1 / winner.shape[1])
    return (1 if added else 1 - epsilon) * winner + epsilon * spread


@answer(
    "raters.target",
    hints=(
        "Take the first eight columns. Votes: divide each row by its own sum. Winner: a one at the largest.",
        "F.one_hot(counts.argmax(dim=1), 8) is the winner. Smoothed is (1 − ε) · winner + ε · (1/8 for every expression).",
        "counts / counts.sum(dim=1, keepdim=True); F.one_hot(counts.argmax(dim=1), 8).float(); "
        "(1 - epsilon) * winner + epsilon / 8",
    ),
)
def target(yours):
    """three rules that turn votes into targets"""
    counts = VOTES[:, :8].float()
    shares, winner = target_of(VOTES, "votes"), target_of(VOTES, "winner")
    ties = (counts == counts.amax(dim=1, keepdim=True)).float()
    expect_close(
        yours(VOTES, "votes"),
        shares,
        'For the rule "votes"',
        mistakes=[
            (VOTES / VOTES.sum(dim=1, keepdim=True), '"unknown" and "NF" are no expressions: take the first eight columns.'),
            (counts / VOTES.sum(dim=1, keepdim=True), "Divide by the votes for an expression: a row that sums to less than "
             "1 weighs less in the loss."),
            (counts / 10, "Divide each row by its own sum: not every face has ten votes for an expression."),
            (counts, "Those are counts: divide each row by its sum."),
            (counts / counts.sum(), "Each face by its own sum: keepdim=True, dim=1."),
            (counts.softmax(dim=1), "A share is a count divided by the sum; softmax would take exponentials."),
            (winner, 'That is the rule "winner".'),
            ((counts + 1) / (counts + 1).sum(dim=1, keepdim=True), "Nothing is added to the votes here."),
            (counts / counts.amax(dim=1, keepdim=True), "Divide by the sum of the row, not by its largest count."),
            (counts / counts.sum(dim=0), "dim=0 is the faces here: each row by its own sum, dim=1, keepdim=True."),
        ],
        hint="By hand: neutral 7, sadness 2, anger 1 are 0.7, 0.2, 0.1; anger 1, disgust 2, unknown 5 are ⅓, ⅔.",
    )  # fmt: skip
    expect_close(
        yours(VOTES, "winner"),
        winner,
        'For the rule "winner"',
        mistakes=[
            (F.one_hot(VOTES.argmax(dim=1), 10), '"unknown" and "NF" cannot win here: take the first eight columns.'),
            (F.one_hot(VOTES.argmax(dim=1), 10)[:, :8], '"unknown" and "NF" cannot win here: take the first eight columns.'),
            (ties, "Of equal ones the first alone: argmax gives it."),
            (shares, 'That is the rule "votes".'),
            (counts.argmax(dim=1), "A distribution, not a position: F.one_hot(position, 8)."),
            (F.one_hot(7 - counts.flip(1).argmax(dim=1), 8), "Of equal ones the first, not the last."),
            (ties / ties.sum(dim=1, keepdim=True), "Of equal ones the first alone: argmax gives it."),
            ((2 * counts > counts.sum(dim=1, keepdim=True)).float(), "Most votes are enough here: no majority is needed."),
            (counts * winner, "A 1 for the winner, not its count."),
        ],
        hint="A 1 for the expression with most votes, 0 for the seven others.",
    )  # fmt: skip
    for epsilon in (0.1, 0.4):
        expect_close(
            yours(VOTES, "smoothed", epsilon),
            target_of(VOTES, "smoothed", epsilon),
            f'For the rule "smoothed" with ε = {epsilon}',
            mistakes=[
                (_smoothed(winner, epsilon, others=True), "ε is spread over all eight, the winner too: C, not C − 1."),
                (_smoothed(winner, epsilon, added=True), "Each row sums to 1: the winner keeps 1 − ε before ε is spread."),
                ((1 - epsilon) * winner + epsilon, "ε / 8 for each expression, so that the row sums to 1."),
                ((1 - epsilon) * shares + epsilon / 8, "It is the winner that is smoothed here, not the shares."),
                (epsilon * winner + (1 - epsilon) / 8, "ε and 1 − ε have changed places."),
                ((1 - epsilon) * winner + epsilon / 10, "ε is spread over eight expressions, not over ten columns."),
                ((1 - epsilon) * winner + epsilon * shares, "ε is spread evenly, not by the votes."),
                (winner, "Nothing is smoothed: (1 − ε) · winner + ε / 8."),
                (target_of(VOTES, "smoothed"), "Use the ε that is given, not always 0.1."),
            ],
            hint="The winner gets 1 − ε + ε/8, each of the others ε/8.",
        )  # fmt: skip
    others = _other_votes(5)
    for rule in ("votes", "winner", "smoothed"):
        what = f'For the rule "{rule}" on votes that every learner has others of'
        expect_close(yours(others, rule, 0.25), target_of(others, rule, 0.25), what, hint=CONSTANTS)


def _other_votes(faces: int) -> Tensor:
    """Votes on so many faces, one at least for neutral: an answer cannot hold their numbers."""
    return torch.randint(0, 5, (faces, 10)) + F.one_hot(torch.tensor(0), 10)


@answer(
    "raters.floor",
    hints=(
        "Cross-entropy −Σ t ln p is lowest where p = t. What is left then?",
        "The entropy of each face's own target, −Σ t ln t; then the mean over faces. Where t is 0, nothing is added.",
        "torch.special.entr(target).sum(dim=1).mean()",
    ),
)
def floor(yours):
    """the loss that no network can beat"""
    t = torch.rand(6, 8).square().softmax(dim=1)
    t[0], t[1] = F.one_hot(torch.tensor(3), 8).float(), F.pad(torch.tensor([0.5, 0.5]), (0, 6))
    expected = entropy(t).mean()
    mean_target = t.mean(dim=0)
    expect_close(
        yours(t),
        expected,
        "For six targets, two of them with zeros",
        mistakes=[
            (entropy(mean_target), "That is the entropy of the mean target: the floor for who says the same of every face."),
            (torch.tensor(float("nan")), "0 · ln 0 is not a number for a computer. A share of 0 adds nothing."),
            (expected / math.log(2), "That is in bits; the loss uses the natural logarithm."),
            (entropy(t).sum(), "The loss is a mean over faces."),
            (entropy(t), "One number: the mean over faces."),
            (torch.special.entr(t).mean(), "Sum over the expressions, then the mean over faces."),
            (-expected, "A loss is minus the logarithm."),
            (-t.amax(dim=1).log().mean(), "The other expressions have votes, too: −Σ t ln t over all eight."),
            (torch.tensor(0.0), "Only where all raters agree can the loss be 0."),
        ],
        hint="By hand: one face with the target ½, ½ and one with 1, 0: the floor is ½ ln 2 = 0.347.",
    )  # fmt: skip


@answer(
    "raters.posterior_mean",
    hints=(
        "A Dirichlet prior counts like votes that were given before: α_k of them for expression k.",
        "Add them to the votes, then divide each row by its sum: N + Σα.",
        "(votes + prior) / (votes.sum(dim=1, keepdim=True) + prior.sum())",
    ),
)
def posterior_mean(yours):
    """what to believe after few votes"""
    known, others = VOTES[:, :8].float(), _other_votes(5)[:, :8].float()
    for votes, prior in (
        (known, torch.tensor([2.5, 1.0, 0.5, 0.5, 0.4, 0.2, 0.2, 0.2])),
        (known, torch.full((8,), 0.5)),
        (others, torch.rand(8) + 0.1),
    ):
        share = prior / prior.sum()
        n = votes.sum(dim=1, keepdim=True)
        expect_close(
            yours(votes, prior),
            posterior_mean_of(votes, prior),
            f"For votes on five faces and a prior that sums to {prior.sum():g}",
            mistakes=[
                ((votes + share) / (n + 1), "α is not a probability: it counts like votes, Σα of them, not 1."),
                ((votes + prior) / n, "The row must sum to 1: divide by N + Σα."),
                ((votes + prior) / (n + 8), "The prior adds Σα to the sum, which is 8 only if every α is 1."),
                ((votes + prior) / (n + 1), "The prior adds Σα to the sum, not 1."),
                (votes / n, "The prior is missing: that is what the votes alone say."),
                (0.5 * (votes / n + share), "The weight of the prior falls with the votes: it is Σα / (N + Σα), not ½."),
                ((votes + prior - 1) / (n + prior.sum() - 8), "That is the mode, the most probable shares: drop the −1."),
                ((votes / n + prior) / (1 + prior.sum()), "Counts, not shares: ten votes weigh more than one."),
                (votes + prior, "Those are counts: divide each row by its sum."),
                ((votes + prior) / 10, "Divide by N + Σα, which is not 10 for every face."),
                ((votes + prior) / (votes.sum() + prior.sum()), "Each face by its own sum: dim=1, keepdim=True."),
                (votes * prior / (votes * prior).sum(dim=1, keepdim=True), "The prior's votes are added, not multiplied."),
                ((votes + 1) / (n + 8), "Add the α that are given, not 1 for each expression."),
                ((votes + prior) / (votes + prior).sum(), "Each face by its own sum: dim=1, keepdim=True."),
            ],
            hint="By hand, with two expressions: votes 3 and 1, α = 0.5 and 1.5 give 3.5 / 6 and 2.5 / 6.",
        )  # fmt: skip


@answer(
    "raters.best_smoothing",
    hints=(
        "Error² = (1 − ε)² · V/n + ε² · B, with the means of V and B over the faces. Where is its slope 0?",
        "−2(1 − ε) V/n + 2 ε B = 0. And V = 1 − Σ m², B = Σ m² − 1/C, since m sums to 1.",
        "v = (1 - m2) / raters; b = m2 - 1 / C; return v / (v + b), with m2 = (mixture ** 2).sum(dim=1).mean()",
    ),
)
def best_smoothing(yours):
    """the best smoothing for so many raters"""
    mixture = torch.rand(50, 8).mul(4).softmax(dim=1)
    m2 = mixture.square().sum(dim=1).mean()
    variance, bias = 1 - m2, m2 - 1 / 8
    for raters in (3, 1, 10):
        got = yours(mixture, raters)
        per_face = (1 - mixture.square().sum(dim=1)) / raters
        bias_of = mixture.square().sum(dim=1) - 1 / 8
        expected = teachers.best_smoothing(mixture, raters)
        expect_close(
            got,
            expected,
            f"For {raters} rater{'s' if raters > 1 else ''}",
            mistakes=[
                (variance / (variance + bias), "n is missing: with more raters the shares vary less, V/n."),
                (bias / (variance / raters + bias), "That is 1 − ε: the weight of the shares."),
                (variance / raters / bias, "From −(1 − ε) V/n + ε B = 0 follows ε = (V/n) / (V/n + B)."),
                (variance / raters / (variance / raters + m2), "The bias is Σ (m − 1/C)² = Σ m² − 1/C: the 1/C is missing."),
                ((1 - mixture.amax(dim=1).mean()) / raters / ((1 - mixture.amax(dim=1).mean()) / raters + bias),
                 "V is the mean of 1 − Σ m², not of 1 − max m."),
                (variance / raters, "That is V/n, the variance alone; ε = (V/n) / (V/n + B)."),
                (per_face / (per_face + bias_of), "One ε for all faces: V and B are means over the faces."),
                ((per_face / (per_face + bias_of)).mean(), "First the means V and B over the faces, then their ratio."),
                ((variance / raters) ** 0.5 / ((variance / raters) ** 0.5 + bias**0.5), "Squared errors: no roots."),
            ],
            hint="By hand: the mixture 0.8, 0.2, 0, … and two raters: V/n = 0.16, B = 0.555, ε = 0.224.",
        )  # fmt: skip
