"""The checks on raters pass on right answers and know the typical wrong ones; the teachers obey their formulas."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from lessons.answer_tests import answer_tests
from lessons.raters.teachers import MOST, ask_raters, best_smoothing, floor_of, posterior_mean_of, target_of
from lessons.shapes import shape_faces

LN2 = np.log(2)


def target(
    votes, rule, epsilon=0.1, *, columns=8, classes=8, total=None, base="winner", rest=None, first=True
):
    """The three rules, with switches for the usual mistakes."""
    counts = votes[:, :columns].float()
    shares = counts / (counts.sum(dim=1, keepdim=True) if total is None else total(votes))
    winner = F.one_hot(counts.argmax(dim=1), columns).float()
    if not first:
        winner = (counts == counts.max(dim=1, keepdim=True).values).float()
    if rule == "votes":
        return shares
    if rule == "winner":
        return winner
    smoothed = winner if base == "winner" else shares
    return (1 - epsilon) * smoothed + (epsilon / classes if rest is None else rest(winner, epsilon, shares))


def target_in_numpy(votes, rule, epsilon=0.1):
    rows = []
    for row in votes.numpy()[:, :8]:
        one = np.zeros(8)
        one[row.argmax()] = 1
        rows.append({"votes": row / row.sum(), "winner": one}.get(rule, (1 - epsilon) * one + epsilon / 8))
    return np.stack(rows)


def entropies(t):
    return -(t * t.clamp_min(1e-30).log()).sum(dim=1)


def bayes(votes, prior, total=None):
    n = votes.sum(dim=1, keepdim=True)
    return (votes + prior) / (n + (prior.sum() if total is None else total))


def smoothing(mixture, raters, inverse=8, root=False):
    squares = (mixture**2).sum(dim=1).mean()
    v, b = (1 - squares) / raters, squares - (1 / inverse if inverse else 0)
    return v**0.5 / (v**0.5 + b**0.5) if root else v / (v + b)


def one_by_one(mixture, raters):
    return torch.stack([torch.as_tensor(smoothing(m[None], raters)) for m in mixture])


def but(**switches):
    """The three rules with one of the usual mistakes."""
    return lambda v, r, e=0.1: target(v, r, e, **switches)


def of(rule, answer, columns=8):
    """Right but for one rule, which makes something else of the votes."""
    return lambda v, r, e=0.1: answer(v[:, :columns].float()) if r == rule else target(v, r, e)


def smoothing_by_search(mixture, raters):
    """The error written out face by face, with the shares' exact variance, over a fine grid of ε."""
    grid = torch.linspace(0, 1, 100_001, dtype=torch.float64)
    m = mixture.double()
    variance = (m * (1 - m) / raters).sum(dim=1).mean()
    bias = (m - 1 / 8).square().sum(dim=1).mean()
    return grid[((1 - grid) ** 2 * variance + grid**2 * bias).argmin()].item()


RIGHT = [
    ("target", target),
    ("target", target_in_numpy),
    ("floor", lambda t: entropies(t).mean()),
    ("floor", lambda t: F.cross_entropy((t + 1e-30).log(), t)),
    ("floor", lambda t: torch.distributions.Categorical(probs=t).entropy().mean().item()),
    ("posterior_mean", bayes),
    ("posterior_mean", lambda v, a: torch.stack([(row + a) / (row + a).sum() for row in v])),
    ("best_smoothing", smoothing),
    ("best_smoothing", lambda m, n: smoothing(m, n).item()),
]

WRONG = [
    ("target", but(columns=10), "first eight"),
    ("target", but(total=lambda votes: votes.sum(dim=1, keepdim=True)), "weighs less"),
    ("target", but(total=lambda votes: 10), "its own sum"),
    ("target", but(total=lambda votes: 1), "counts"),
    ("target", lambda v, r, e=0.1: target(v, "winner"), '"winner"'),
    ("target", lambda v, r, e=0.1: target(v, "votes"), '"votes"'),
    ("target", but(first=False), "the first alone"),
    ("target", of("winner", lambda v: F.one_hot(v.argmax(dim=1), 10)[:, :8], columns=10), "cannot win here"),
    ("target", of("winner", lambda c: c.argmax(dim=1)), "not a position"),
    ("target", but(rest=lambda w, e, s: e * (1 - w) / 7), "not C − 1"),
    ("target", but(classes=1), "ε / 8 for each"),
    ("target", but(base="shares"), "winner that is smoothed"),
    ("target", lambda v, r, e=0.1: target(v, r), "not always 0.1"),
    ("target", but(rest=lambda w, e, s: e * w + e / 8), "keeps 1 − ε"),
    ("target", of("votes", lambda c: (c + 1) / (c + 1).sum(dim=1, keepdim=True)), "Nothing is added"),
    ("target", of("votes", lambda c: c / c.max(dim=1, keepdim=True).values), "not by its largest"),
    ("target", of("votes", lambda c: c / c.sum(dim=0)), "dim=0 is the faces"),
    ("target", of("votes", lambda c: c.sqrt() / c.sqrt().sum(dim=1, keepdim=True)), "0.7, 0.2, 0.1"),
    ("target", of("winner", lambda c: F.one_hot(7 - c.flip(1).argmax(dim=1), 8)), "not the last"),
    ("target", of("winner", lambda c: (c > c.sum(dim=1, keepdim=True) / 2).float()), "no majority is needed"),
    ("target", of("winner", lambda c: c * F.one_hot(c.argmax(dim=1), 8)), "not its count"),
    ("target", lambda v, r, e=0.1: target(v, r, 1 - e), "changed places"),
    ("target", but(classes=10), "not over ten"),
    ("target", but(rest=lambda w, e, s: e * s), "not by the votes"),
    ("floor", lambda t: entropies(t).median(), "0.347"),
    ("floor", lambda t: entropies(t.mean(dim=0, keepdim=True)).mean(), "same of every face"),
    ("floor", lambda t: -(t * t.log()).sum(dim=1).mean(), "0 · ln 0"),
    ("floor", lambda t: entropies(t).mean() / LN2, "in bits"),
    ("floor", lambda t: entropies(t).sum(), "mean over faces"),
    ("floor", entropies, "One number"),
    ("floor", lambda t: entropies(t).mean() / 8, "Sum over the expressions"),
    ("floor", lambda t: -entropies(t).mean(), "minus the logarithm"),
    ("floor", lambda t: -t.max(dim=1).values.log().mean(), "have votes, too"),
    ("floor", lambda t: 0.0, "all raters agree"),
    ("floor", lambda t: 1 - t.max(dim=1).values.mean(), "0.347"),
    ("posterior_mean", lambda v, a: bayes(v, a / a.sum(), 1), "not a probability"),
    ("posterior_mean", lambda v, a: bayes(v, a, 0), "divide by N + Σα"),
    ("posterior_mean", lambda v, a: bayes(v, a, 8), "only if every α is 1"),
    ("posterior_mean", lambda v, a: bayes(v, a, 1), "not 1"),
    ("posterior_mean", lambda v, a: bayes(v, 0 * a), "The prior is missing"),
    ("posterior_mean", lambda v, a: (bayes(v, 0 * a) + a / a.sum()) / 2, "not ½"),
    ("posterior_mean", lambda v, a: bayes(v, a - 1), "the mode"),
    ("posterior_mean", lambda v, a: bayes(bayes(v, 0 * a), a), "Counts, not shares"),
    ("posterior_mean", lambda v, a: (v + a) / (v + a).sum(), "its own sum"),
    ("posterior_mean", lambda v, a: v + a, "Those are counts"),
    ("posterior_mean", lambda v, a: (v + a) / 10, "not 10 for every face"),
    ("posterior_mean", lambda v, a: (v + a) / (v.sum() + a.sum()), "its own sum"),
    ("posterior_mean", lambda v, a: bayes(v * a, 0 * a), "not multiplied"),
    ("posterior_mean", lambda v, a: bayes(v, torch.ones(8)), "the α that are given"),
    ("posterior_mean", lambda v, a: bayes(2 * v, a), "3.5 / 6"),
    ("posterior_mean", lambda v, a: bayes(v, a) ** 2, "3.5 / 6"),
    ("best_smoothing", lambda m, n: smoothing(m, 1), "n is missing"),
    ("best_smoothing", lambda m, n: 1 - smoothing(m, n), "1 − ε"),
    ("best_smoothing", lambda m, n: smoothing(m, n) / (1 - smoothing(m, n)), "V/n + B"),
    ("best_smoothing", lambda m, n: smoothing(m, n, inverse=None), "1/C is missing"),
    ("best_smoothing", lambda m, n: smoothing(m, n, root=True), "no roots"),
    ("best_smoothing", lambda m, n: (1 - (m**2).sum(dim=1).mean()) / n, "the variance alone"),
    ("best_smoothing", lambda m, n: one_by_one(m, n), "One ε for all faces"),
    ("best_smoothing", lambda m, n: one_by_one(m, n).mean(), "then their ratio"),
    ("best_smoothing", lambda m, n: smoothing(m, n**2), "ε = 0.224"),
    ("best_smoothing", lambda m, n: 0.1, "ε = 0.224"),
]


VOTES = torch.tensor([[0, 0, 0, 0, 1, 2, 0, 0, 5, 0]])
EXAMPLES = [
    ("target", "neutral 7, sadness 2, anger 1", (VOTES, "votes"), [[0, 0, 0, 0, 1 / 3, 2 / 3, 0, 0]]),
    ("floor", "½ ln 2 = 0.347", (torch.tensor([[0.5, 0.5], [1, 0]]),), 0.34657),
    (
        "posterior_mean",
        "votes 3 and 1",
        (torch.tensor([[3.0, 1]]), torch.tensor([0.5, 1.5])),
        [[3.5 / 6, 2.5 / 6]],
    ),
    ("best_smoothing", "ε = 0.224", (torch.tensor([[0.8, 0.2, 0, 0, 0, 0, 0, 0]]), 2), 0.16 / 0.715),
]
OURS = {
    "target": target_of,
    "floor": floor_of,
    "posterior_mean": posterior_mean_of,
    "best_smoothing": best_smoothing,
}

test_right, test_wrong, test_unwritten, test_examples = answer_tests("raters", RIGHT, WRONG, EXAMPLES, OURS)


def test_the_first_raters_of_many_are_asked_first_and_named_an_expression():
    asked = ask_raters(shape_faces(60, 3), seed=3)
    for raters in (1, 7, MOST):
        assert (asked.by(raters).sum(dim=1) == raters).all()
    assert (asked.by(7) >= asked.by(3)).all()
    assert (asked.by(1)[:, :8].sum(dim=1) == 1).all()
    assert len(asked.faces) == asked.votes.shape[1] <= 60


def test_smoothing_is_best_where_the_written_out_error_is_smallest():
    mixture = shape_faces(200, 1).mixture
    for raters in (1, 10):
        assert best_smoothing(mixture, raters) == pytest.approx(
            smoothing_by_search(mixture, raters), abs=2e-5
        )


def test_a_flat_prior_is_smoothing_that_fades_with_the_votes():
    votes = torch.tensor([[7.0, 3, 0, 0, 0, 0, 0, 0]])
    epsilon = 8 * 0.5 / (10 + 8 * 0.5)
    smoothed = (1 - epsilon) * target_of(votes, "votes") + epsilon / 8
    torch.testing.assert_close(posterior_mean_of(votes, torch.full((8,), 0.5)), smoothed)
