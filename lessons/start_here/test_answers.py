"""The checks of the first lesson pass on right answers and know the typical wrong ones."""

import math

import numpy as np
import torch

from lessons.answer_tests import answer_tests

EIGHT = slice(0, 8)


def winner_by_counting(votes):
    counts = [n if n > 1 else 0 for n in votes.tolist()]
    best = max(range(10), key=counts.__getitem__)
    return best if best < 8 and counts[best] > sum(counts) / 2 else -1


def shares(votes):
    return votes[EIGHT] / votes[EIGHT].sum()


def kept(votes):
    return torch.where(votes > 1, votes, 0)


def winner(votes, count=kept, enough=lambda n, s: n > s / 2, known=8):
    left = count(votes)
    best = int(left.argmax())
    return best if best < known and left[best] and enough(left[best], left.sum()) else -1


def surprise(p, log=torch.log):
    return -(p[p > 0] * log(p[p > 0])).sum()


RIGHT = [
    ("winner", winner_by_counting),
    ("winner", winner),
    ("winner", lambda votes: torch.tensor(winner(votes))),
    ("disagreement", lambda votes: sum(-n * math.log(n) for n in shares(votes).tolist() if n)),
    ("disagreement", lambda votes: torch.distributions.Categorical(probs=shares(votes)).entropy()),
    ("disagreement", lambda votes: surprise(shares(votes))),
    ("chance_to_agree", lambda p: torch.einsum("fk,fk->f", p, p)),
    ("chance_to_agree", lambda p: p.norm(dim=1) ** 2),
]

WRONG = [
    ("winner", lambda votes: votes.argmax(), "only the largest share"),
    ("winner", lambda votes: votes[EIGHT].argmax(), "only the largest share"),
    ("winner", lambda votes: winner(votes, count=lambda v: v), "counts as a mistake"),
    ("winner", lambda votes: winner(votes, enough=lambda n, s: n >= s / 2), "no majority: more than"),
    ("winner", lambda votes: winner(votes, enough=lambda n, _: n > 5), "it need not be 10"),
    ("winner", lambda votes: winner(votes, count=lambda v: kept(v)[EIGHT]), "belong to s, too"),
    ("winner", lambda votes: winner(votes, known=10), "no expression has it"),
    ("winner", lambda votes: None if winner(votes) < 0 else winner(votes), "Return −1"),
    ("winner", lambda votes: "happiness", "not the expression's name"),
    ("winner", lambda votes: [winner(votes)], "not a list"),
    ("winner", lambda votes: 0, "one by one"),
    ("disagreement", lambda votes: -(shares(votes) * shares(votes).log()).sum(), "0 · ln 0"),
    ("disagreement", lambda votes: surprise(shares(votes), torch.log2), "in bits"),
    ("disagreement", lambda votes: -surprise(shares(votes)), "minus before the sum"),
    ("disagreement", lambda votes: surprise(votes[EIGHT].float()), "Those are counts"),
    ("disagreement", lambda votes: surprise(votes / votes.sum()), "take the first eight"),
    ("disagreement", lambda votes: surprise(votes[EIGHT] / 10), "fewer than ten"),
    ("disagreement", lambda votes: surprise(shares(kept(votes))), "single ones too"),
    ("disagreement", lambda votes: torch.special.entr(shares(votes)), "One number for the face"),
    ("disagreement", lambda votes: surprise(shares(votes)) / 8, "instead of taking the mean"),
    ("disagreement", lambda votes: 1 - (shares(votes) ** 2).sum(), "differ"),
    ("disagreement", lambda votes: 1 - shares(votes).max(), "0.667 · 0.405 + 0.222 · 1.504"),
    ("disagreement", lambda votes: -shares(votes).max().log(), "0.111 · 2.197 = 0.849"),
    ("chance_to_agree", lambda p: p.max(dim=-1).values, "one rater against the winner"),
    ("chance_to_agree", lambda p: p.max(dim=-1).values ** 2, "both for the winner"),
    ("chance_to_agree", lambda p: p**2, "One number for each face"),
    ("chance_to_agree", lambda p: (p**2).sum(), "One number for each face"),
    ("chance_to_agree", lambda p: p.norm(dim=-1), "Without the root"),
    ("chance_to_agree", lambda p: 1 - (p**2).sum(dim=-1), "differ"),
    ("chance_to_agree", lambda p: (p**2).sum(dim=0), "dim=0 is the faces"),
    ("chance_to_agree", lambda p: p.sum(dim=-1), "always 1"),
    ("chance_to_agree", lambda p: (p**2).mean(dim=-1), "instead of taking their mean"),
    ("chance_to_agree", lambda p: (p**2).sum(dim=-1, keepdim=True), "without keepdim"),
    ("chance_to_agree", lambda p: (p**2).sum(dim=-1).mean(), "no mean over faces"),
    ("chance_to_agree", lambda p: p @ p.T, "elementwise"),
    ("chance_to_agree", lambda p: 1 / (p**2).sum(dim=-1), "without 1/"),
    ("chance_to_agree", lambda p: 2 * p.max(dim=-1).values ** 2, "= 0.46"),
    ("chance_to_agree", lambda p: p.mean(dim=-1), "= 0.46"),
]  # fmt: skip


EXAMPLES = [
    ("chance_to_agree", "= 0.46", (torch.tensor([[0.6, 0.3, 0.1]]),), [0.46]),
    ("disagreement", "= 0.849", (torch.tensor([6, 0, 0, 2, 1, 0, 0, 0, 1, 0]),), 0.84869),
]
OURS = {
    "chance_to_agree": lambda p: np.square(p.numpy()).sum(axis=1),
    "disagreement": lambda votes: surprise(shares(votes)),
}

TESTS = answer_tests("start_here", RIGHT, WRONG, EXAMPLES, OURS)
test_right, test_wrong, test_unwritten, test_examples = TESTS
